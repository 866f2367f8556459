"""Signing in through an OIDC provider, such as ProConnect, and the identities it vouches for."""
