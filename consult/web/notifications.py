"""Choosing what one is told by mail."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from consult.accounts.own.notifications import choose_notifications, wanted_topics
from consult.accounts.queries import address_of_person
from consult.accounts.rules import readable_address
from consult.web import doors
from consult.web.context import actor, received_at
from consult.web.forms.own_account import NotificationsForm

pages = Blueprint("notifications", __name__)


@pages.get("/compte/notifications")
@doors.newcomers
def show() -> str:
    """What I am told, and what is always sent."""
    return _page(NotificationsForm(topics=[topic.value for topic in wanted_topics(actor().person_id or 0)]))


@pages.post("/compte/notifications")
@doors.newcomers
def choose() -> ResponseReturnValue:
    """Be told about what is ticked, and nothing else."""
    form = NotificationsForm()
    if not form.validate_on_submit():
        return _page(form), 422
    choose_notifications(actor(), form.wanted(), at=received_at())
    flash("Votre choix est enregistré.", "success")
    return redirect(url_for("notifications.show"), 303)


def _page(form: NotificationsForm) -> str:
    email = readable_address(address_of_person(actor().person_id or 0))
    return render_template("account/notifications.html", form=form, email=email)
