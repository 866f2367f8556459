"""An invitation to speak for a collectivité, as whoever received it reads and answers it."""

from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from consult.accounts.colleagues import invitations
from consult.accounts.colleagues.invitation_queries import invitation_seen_by
from consult.accounts.colleagues.mandates import choose_mandate
from consult.accounts.colleagues.rules import may_answer_invitation
from consult.accounts.model import AttachmentStatus
from consult.ground.refusals import Reason, Refused
from consult.web import doors
from consult.web.announced import announced_by
from consult.web.context import actor, received_at, session_key, this_page

pages = Blueprint("invitations", __name__)


@pages.get("/invitations/<int:invitation_id>")
@doors.public
def show(invitation_id: int) -> ResponseReturnValue:
    """Who invites me, to speak for whom, until when. Nothing at all to anybody else; who is not signed in does that first, on
    a page that says why when they come from the message."""
    who = actor()
    if not who.is_signed_in:
        if announced_by(this_page()) is None:
            raise Refused(Reason.SIGN_IN)
        return redirect(url_for("sign_in.new", suite=this_page()), 303)
    invitation = invitation_seen_by(who.person_id or 0, invitation_id, at=received_at())
    may_answer_invitation(who, is_mine=invitation.is_mine, serves=invitation.serves).or_refuse()
    return render_template("invitations/show.html", invitation=invitation, held=who.acting_for(invitation.siren))


@pages.post("/invitations/<int:invitation_id>/acceptation")
@doors.newcomers
def accept(invitation_id: int) -> ResponseReturnValue:
    """Speak for this collectivité from now on, and go on in its name; somebody new says who they are first."""
    attachment = invitations.accept_invitation(actor(), invitation_id, at=received_at())
    if attachment.status is not AttachmentStatus.VERIFIED:
        flash(
            "Quelqu’un avait déjà mis fin à ce rattachement, ou l’avait refusé : l’équipe relit votre demande, et vous écrira.",
            "warning",
        )
        return redirect(url_for("account.attachments"), 303)
    choose_mandate(actor(), session_key(), attachment.id, at=received_at())
    flash("Invitation acceptée : vous parlez maintenant au nom de la collectivité écrite en haut de cette page.", "success")
    if not actor().is_complete:
        session["suite"] = url_for("colleagues.index")
        return redirect(url_for("account.show"), 303)
    return redirect(url_for("colleagues.index"), 303)


@pages.post("/invitations/<int:invitation_id>/refus")
@doors.newcomers
def decline(invitation_id: int) -> ResponseReturnValue:
    """Say no."""
    invitations.decline_invitation(actor(), invitation_id, at=received_at())
    flash("Vous avez décliné cette invitation. Elle ne sert plus.", "success")
    return redirect(url_for("account.show"), 303)
