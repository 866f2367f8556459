"""Signing in without a password, and the sessions it opens."""
