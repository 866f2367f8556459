"""Stopping the messages without signing in, from the link or the button that each of them carries (RFC 8058)."""

import re

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from consult.extensions import csrf
from consult.following import actions, queries
from consult.following.model import Rhythm
from consult.ground.refusals import NotFound
from consult.web import doors
from consult.web.context import received_at

pages = Blueprint("unsubscribe", __name__)

_TOKEN = re.compile(r"[\w-]{1,64}", re.ASCII)
"""What one is made of: a base does not even look for the rest."""


@pages.get("/desabonnement/<token>")
@doors.public
def show(token: str) -> str:
    """One button. To open the page changes nothing: programs that read mail open every link."""
    return _page(_known(token))


@pages.post("/desabonnement/<token>")
@doors.public
@csrf.exempt  # type: ignore[untyped-decorator]
def stop(token: str) -> ResponseReturnValue:
    """Stop. A mail program sends this by itself, without a session, and does not follow redirections.

    No token of a form is asked for: whoever knows the address can stop these messages, and nothing else.
    """
    actions.unsubscribe(_known(token), at=received_at())
    if request.form.get("List-Unsubscribe") == "One-Click":
        return _page(token)
    return redirect(url_for("unsubscribe.show", token=token), 303)


def _known(token: str) -> str:
    if not _TOKEN.fullmatch(token):
        raise NotFound
    return token


def _page(token: str) -> str:
    return render_template("following/unsubscribe.html", token=token, is_over=queries.rhythm_of(token) is Rhythm.NEVER)
