"""The people of the collectivité in whose name one acts: who they are, whom they invite, what was done in its name."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from consult.accounts.colleagues import invitations
from consult.accounts.colleagues.actions import vouch_for
from consult.accounts.colleagues.invitation_queries import waiting_invitations
from consult.accounts.colleagues.queries import colleagues, deeds, requests_to_join
from consult.accounts.colleagues.rules import may_see_colleagues
from consult.accounts.rules import readable_address
from consult.extensions import limiter
from consult.ground.paging import Page
from consult.ground.refusals import Refused
from consult.web import doors
from consult.web.context import actor, received_at, settings
from consult.web.deeds import entry
from consult.web.forms.colleagues import InvitationForm
from consult.web.limits import asker
from consult.web.paging import page_number

pages = Blueprint("colleagues", __name__)

INVITATIONS_SENT = "60 per hour"
"""By one account: a mairie and its neighbours may share one address on the network."""


@pages.get("/compte/collectivite")
@doors.signed_in
def index() -> str:
    """Who speaks for my collectivité, who asks to or is invited to, and what was done in its name."""
    return _page(InvitationForm(formdata=None))


@pages.post("/compte/collectivite/invitations")
@doors.signed_in
@limiter.limit(INVITATIONS_SENT, key_func=asker, exempt_when=lambda: not settings().rate_limits)
def invite() -> ResponseReturnValue:
    """Invite an address. The answer never says whether it has an account."""
    form = InvitationForm()
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        invitations.invite(actor(), form.email.data, at=received_at())
    except Refused as refused:
        status = form.refused(refused)
        return _page(form), status
    flash(f"Une invitation part vers {readable_address(form.email.data)}. Elle sert pendant quatorze jours.", "success")
    return redirect(url_for("colleagues.index", _anchor="invitations"), 303)


@pages.post("/compte/collectivite/invitations/<int:invitation_id>/retrait")
@doors.signed_in
def revoke(invitation_id: int) -> ResponseReturnValue:
    """Take back an invitation that nobody has answered yet."""
    invitations.revoke_invitation(actor(), invitation_id, at=received_at())
    flash("L’invitation est retirée : elle n’ouvre plus rien.", "success")
    return redirect(url_for("colleagues.index", _anchor="invitations"), 303)


@pages.post("/compte/rattachements/<int:attachment_id>/confirmation")
@doors.signed_in
def vouch(attachment_id: int) -> ResponseReturnValue:
    """Say that somebody who asks to speak for the same collectivité does."""
    vouch_for(actor(), attachment_id, at=received_at())
    flash("C’est confirmé : cette personne parle maintenant pour votre collectivité. Un courriel l’en avertit.", "success")
    return redirect(url_for("colleagues.index"), 303)


def _page(form: InvitationForm) -> str:
    who = actor()
    may_see_colleagues(who).or_refuse()
    siren = who.siren or ""
    done = deeds(siren, page=page_number())
    return render_template(
        "colleagues/index.html",
        form=form,
        colleagues=colleagues(siren),
        requests=requests_to_join(siren),
        waiting=waiting_invitations(siren, at=received_at()),
        deeds=Page([entry(deed) for deed in done.items], done.number, done.total, done.size),
    )
