"""The site, and beside it the least that a vote or a list could cost: `gunicorn tests.load.floor:app`.

The floor of a vote: the same session, the same token, then one durable insert of the same row, in plain SQL. The floor of the
list: what its template was told the first time, drawn again into the same bytes, with nothing asked of the base.
"""

from datetime import UTC, datetime
from typing import Any

from flask import g, redirect, request, template_rendered
from flask_login import current_user
from sqlalchemy import text

from consult import create_app
from consult.ground.database import db
from consult.web import doors, proposals
from consult.web.context import actor

app = create_app()

COLUMNS = (
    "edition_id, proposal_id, siren, voice, attachment_id, person_id, kind, stratum, departement, region, population, told,"
    " given_at, receipt"
)
INSERT = text(f"INSERT INTO support ({COLUMNS}) VALUES ({', '.join(':' + name.strip() for name in COLUMNS.split(','))})")


@app.post("/plancher/<int:edition_id>/<int:proposal_id>")
@doors.signed_in
def insert(edition_id: int, proposal_id: int) -> object:
    """The session and the token were checked on the way; the row."""
    who = actor()
    assert who.mandate is not None
    now = datetime.now(UTC)
    row = {
        "edition_id": edition_id,
        "proposal_id": proposal_id,
        "siren": who.mandate.siren,
        "voice": who.mandate.siren,
        "attachment_id": who.mandate.attachment_id,
        "person_id": who.person_id,
        "kind": "commune",
        "stratum": "lt500",
        "departement": "46",
        "region": "76",
        "population": 450,
        "told": "counted",
        "given_at": now.replace(tzinfo=None) if db.engine.dialect.name == "sqlite" else now,
        "receipt": f"{proposal_id}-{who.mandate.siren}",
    }
    options = {"consult_write": True} | ({"isolation_level": "READ COMMITTED"} if db.engine.dialect.name != "sqlite" else {})
    with db.engine.connect().execution_options(**options) as connection, connection.begin():
        connection.execute(INSERT, row)
    return redirect("/", 303)


kept: dict[str, Any] = {}


@app.get("/plancher/<edition:e>/propositions")
@doors.public
def page(e: str) -> str:
    """The list as it was the first time, by and for whoever asked then."""
    if not kept:
        with template_rendered.connected_to(_keep, app):
            return proposals.index(e)
    return str(app.jinja_env.get_template("proposals/index.html").render(kept["context"]))


def _keep(_app: object, template: object, context: dict[str, Any]) -> None:
    kept["context"], kept["user"] = context, current_user._get_current_object()


def _as_the_first() -> None:
    """Who asks is who asked first: the base is not asked that either."""
    if kept and request.endpoint == "page":
        g._login_user = kept["user"]


app.before_request_funcs.setdefault(None, []).insert(0, _as_the_first)
