"""Signing in through an OIDC provider such as ProConnect: there, back, and what it said of where one works."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from consult.accounts.model import AttachmentStatus
from consult.accounts.oidc import actions as identities
from consult.accounts.oidc.actions import Arrival
from consult.accounts.oidc.protocol import Asked, wrong
from consult.accounts.oidc.queries import identities_of, named_establishment
from consult.accounts.oidc.rules import Establishment, may_link_identity, may_use_provider
from consult.extensions import limiter
from consult.ground import clock
from consult.ground.refusals import Reason, Refused
from consult.web import doors, words
from consult.web.context import actor, received_at, settings
from consult.web.devices import device
from consult.web.provider import CALLBACK, provider
from consult.web.reasons import REFUSALS
from consult.web.sign_in import MESSAGES_ASKED, PROOFS_TRIED, enter, local_path

pages = Blueprint("oidc", __name__)

OF_THE_PROVIDER = frozenset(
    {
        Reason.OIDC_DECLINED,
        Reason.OIDC_WRONG,
        Reason.OIDC_AWAY,
        Reason.OIDC_ADDRESS_TAKEN,
        Reason.IDENTITY_TAKEN,
    }
)
"""Refusals with a page of their own: one may begin again from there."""
USELESS = frozenset({Reason.OIDC_ADDRESS_TAKEN, Reason.IDENTITY_TAKEN})
"""Those that beginning again would not change."""


def _without_limits() -> bool:
    return not settings().rate_limits


@pages.app_context_processor
def _for_every_template() -> dict[str, Any]:
    """Whether a provider is offered, and the identities of who asks: read by the pages that show them, and by no other."""
    own: Callable[[], Any] = lambda: identities_of(actor().person_id or 0)  # noqa: E731
    return {"offers_provider": settings().oidc is not None, "own_identities": own}


@pages.app_template_filter()
def siret(digits: str) -> str:
    """A SIRET as one reads it: that of the SIREN in threes, then the establishment."""
    return words.NBSP.join((digits[:3], digits[3:6], digits[6:9], digits[9:]))


@pages.post("/connexion/proconnect")
@doors.public
@limiter.limit(MESSAGES_ASKED, exempt_when=_without_limits)
def start() -> ResponseReturnValue:
    """Go to the provider, to sign in or, with `link`, to make an identity the account's own."""
    links, suite = "link" in request.form, local_path(request.form.get("suite"))
    if links:
        may_link_identity(actor(), holder=None).or_refuse()
    asked = Asked.draw()
    try:
        url = _provider().authorization_url(asked, at=clock.outside())
    except Refused as refused:
        return _failed(refused, links=links)
    session["oidc"] = asdict(asked) | {"suite": suite, "links": actor().person_id if links else None}
    return redirect(url, 303)


@pages.get(CALLBACK)
@doors.public
@limiter.limit(PROOFS_TRIED, exempt_when=_without_limits)
def callback() -> ResponseReturnValue:
    """Come back from the provider. What was kept for the answer serves once, whatever the answer."""
    kept = session.pop("oidc", None)
    links = bool(kept and kept["links"])
    try:
        arrival = _arrive(kept)
    except Refused as refused:
        return _failed(refused, links=links)
    return _unkept(make_response(_enter(arrival, kept["suite"], links=links)))


def _arrive(kept: dict[str, Any] | None) -> Arrival:
    known, asked, links = _provider(), Asked.recall(kept), kept and kept["links"]
    if links and links != actor().person_id:
        raise wrong("somebody_else")
    told = known.answer(asked, request.args, at=clock.outside())
    if links:
        return identities.link_identity(actor(), told, device=device(), at=received_at())
    return identities.sign_in_with(told, device=device(), at=received_at())


def _provider() -> Any:
    known = provider()
    may_use_provider(is_offered=known is not None).or_refuse()
    return known


def _enter(arrival: Arrival, suite: str | None, *, links: bool) -> ResponseReturnValue:
    """Open the session, and say what the establishment brought, when it is news."""
    way_on = enter(arrival.session_key, suite or (url_for("account.show") if links else None))
    if links:
        flash("ProConnect est relié à votre compte.", "success")
    if not arrival.is_news:
        return way_on
    if arrival.establishment is Establishment.PROOF and arrival.status is AttachmentStatus.VERIFIED:
        flash("ProConnect confirme pour qui vous travaillez : votre rattachement est vérifié.", "success")
        return way_on
    session["suite"] = suite
    return redirect(url_for("oidc.establishment"), 303)


@pages.get("/connexion/proconnect/etablissement")
@doors.newcomers
def establishment() -> str:
    """What the provider said last of where one works, and the ways to speak for a collectivité."""
    named = named_establishment(actor().person_id or 0)
    return render_template("oidc/establishment.html", named=named, suite=local_path(session.get("suite")))


@pages.post("/compte/identites/<int:identity_id>/retrait")
@doors.newcomers
def unlink(identity_id: int) -> ResponseReturnValue:
    """Forget an identity of one's own."""
    identities.unlink_identity(actor(), identity_id, at=received_at())
    flash("Cette identité n’ouvre plus votre compte. Vous vous connectez par courriel.", "success")
    return redirect(url_for("account.show"), 303)


def _failed(refused: Refused, *, links: bool) -> Response:
    """Keep that it failed, say why, and offer the ways on: again, or by mail."""
    if refused.reason is not Reason.OIDC_OFF:
        identities.note_failure(actor(), refused, at=received_at())
    if refused.reason not in OF_THE_PROVIDER:
        raise refused
    said = REFUSALS[refused.reason]
    page = render_template("oidc/failed.html", said=said, links=links, is_useless=refused.reason in USELESS)
    return _unkept(make_response(page, said.status))


def _unkept(response: Response) -> Response:
    """No cache keeps it."""
    response.headers["Cache-Control"] = "no-store"
    return response
