"""The OIDC provider of this site, if it has one, as its pages use it."""

import secrets
from typing import TYPE_CHECKING

from flask import current_app, url_for

from consult.accounts.oidc.protocol import OidcFailure
from consult.config import OidcSettings, Settings
from consult.ground import clock
from consult.web.context import settings

if TYPE_CHECKING:
    from consult.accounts.oidc.provider import Provider

CALLBACK = "/connexion/proconnect/retour"
"""Registered with the provider, to the letter."""


def provider() -> "Provider | None":
    """The provider, with what this process knows of it already; None on a site that has none."""
    site = settings()
    if site.oidc is None:
        return None
    if "oidc" not in current_app.extensions:
        current_app.extensions["oidc"] = provider_of(site, site.oidc)
    found: Provider = current_app.extensions["oidc"]
    return found


def provider_of(site: Settings, chosen: OidcSettings) -> "Provider":
    """The provider that these settings describe."""
    from consult.accounts.oidc.provider import Provider  # noqa: PLC0415 - a quarter of a second that only who signs in there pays

    return Provider(
        issuer=chosen.issuer,
        client_id=chosen.client_id,
        client_secret=chosen.client_secret,
        redirect_uri=f"{site.base_url}{CALLBACK}",
        patience=chosen.patience,
    )


def sign_out_url(id_token: str) -> str | None:
    """Where the provider closes the session of its own that this token names; None when it has no such place, or does not
    answer: then it stays open there, and this site's is closed all the same."""
    known, back_to = provider(), settings().base_url + url_for("home.index")
    if known is None:
        return None
    try:
        return known.end_session_url(id_token, back_to=back_to, state=secrets.token_urlsafe(32), at=clock.outside())
    except OidcFailure:
        return None
