"""Where one is signed in: the open sessions, closing one, closing all the others."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from consult.accounts.rules import SESSION_LASTS
from consult.accounts.sign_in import sessions
from consult.web import doors, words
from consult.web.context import actor, received_at, session_key
from consult.web.paging import page_number

pages = Blueprint("sessions", __name__)


@pages.get("/compte/sessions")
@doors.newcomers
def index() -> str:
    """My open sessions, this one first."""
    mine = sessions.open_sessions(actor().person_id or 0, session_key(), at=received_at(), page=page_number())
    return render_template("account/sessions.html", mine=mine, lasts=SESSION_LASTS)


@pages.post("/compte/sessions/<int:session_id>/fermeture")
@doors.newcomers
def close(session_id: int) -> ResponseReturnValue:
    """End one of them."""
    sessions.close_session(actor(), session_id, at=received_at())
    flash("Cette session est fermée.", "success")
    return redirect(url_for("sessions.index"), 303)


@pages.post("/compte/sessions/fermeture")
@doors.newcomers
def close_others() -> ResponseReturnValue:
    """End all but this one."""
    count = sessions.close_other_sessions(actor(), session_key(), at=received_at())
    closed = words.plural(count, "autre session est fermée", "autres sessions sont fermées")
    flash(f"{closed}." if count else "Il n’y avait pas d’autre session ouverte.", "success")
    return redirect(url_for("sessions.index"), 303)
