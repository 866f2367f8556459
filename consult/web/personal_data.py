"""What the site keeps of me: reading it, downloading it, closing the account."""

import json
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import logout_user

from consult.accounts.own.closing import close_account
from consult.accounts.queries import address_of_person
from consult.accounts.rules import readable_address
from consult.ground.actor import Actor
from consult.ground.cells import cell
from consult.opendata.personal import download, sizes
from consult.web import doors
from consult.web.context import actor, received_at
from consult.web.forms.own_account import CloseForm

pages = Blueprint("personal_data", __name__)


@pages.get("/compte/donnees")
@doors.newcomers
def show() -> str:
    """What is kept, how much of it, and why."""
    person_id = actor().person_id or 0
    email = address_of_person(person_id)
    return render_template("account/data.html", email=readable_address(email), sizes=sizes(person_id))


@pages.get("/compte/donnees.json")
@doors.newcomers
def file() -> Response:
    """All of it, to keep: no cache does."""
    text = json.dumps(download(actor(), at=received_at()), ensure_ascii=False, indent=2, default=said)
    return Response(
        text + "\n",
        content_type="application/json; charset=utf-8",
        headers={"Content-Disposition": "attachment; filename=mes-donnees.json", "Cache-Control": "no-store"},
    )


def said(value: Any) -> str:
    """An instant as every file of the site says it; an amount as it was typed."""
    return cell(value) if isinstance(value, datetime) else str(value)


@pages.get("/compte/fermeture")
@doors.newcomers
def closing() -> str:
    """What disappears, what stays."""
    return _closing_page(CloseForm())


@pages.post("/compte/fermeture")
@doors.newcomers
def close() -> ResponseReturnValue:
    """Close the account, and leave."""
    form = CloseForm()
    if not form.validate_on_submit():
        return _closing_page(form), 422
    close_account(actor(), at=received_at())
    logout_user()
    session.clear()
    flash("Votre compte est fermé. Un dernier message vous le confirme.", "success")
    return redirect(url_for("home.index"), 303)


def _closing_page(form: CloseForm) -> str:
    who: Actor = actor()
    email = readable_address(address_of_person(who.person_id or 0))
    return render_template("account/close.html", form=form, email=email)
