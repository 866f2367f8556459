"""Finding a receipt again, the last seal of the vote, and how to recount: for everybody."""

from flask import Blueprint, render_template, request

from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.ground.refusals import NotFound
from consult.voting.chain import first_seal
from consult.voting.journal import last_seal
from consult.voting.receipts import Told, told
from consult.web import doors
from consult.web.context import edition, received_at

pages = Blueprint("references", __name__)

SCRIPT = """import hashlib

with open("vote_journal.csv", encoding="utf-8", newline="") as file:
    lines = file.read().split("\\r\\n")[1:-1]
seal = hashlib.sha256("{slug}".encode()).hexdigest()
for line in lines:
    said, _, published = line.rpartition(",")
    if published:
        seal = hashlib.sha256(f"{{seal}},{{said}}".encode()).hexdigest()
        if seal != published:
            raise SystemExit(f"Cette ligne ne donne pas son sceau : {{line}}")
print("La chaîne est intacte. Dernier sceau :", seal)
"""
"""What a reader can run beside the file."""


@pages.get("/<edition:e>/resultats/references")
@doors.public
def show(e: str) -> tuple[str, int]:
    """What a reference says, once the vote has closed; the last seal; the rules of the seal and of the rank."""
    the_edition, at = edition(e), received_at()
    typed = request.args.get("reference", "").strip()[:80]
    is_over = the_edition.calendar.has_closed(Stage.VOTING, at)
    found = _found(the_edition, typed) if typed and is_over else None
    page = render_template(
        "results/references.html",
        typed=typed,
        found=found,
        is_over=is_over,
        closes_at=the_edition.calendar.window(Stage.VOTING).closes_at,
        last=last_seal(the_edition.id),
        first=first_seal(the_edition.slug),
        script=SCRIPT.format(slug=the_edition.slug),
    )
    return page, 404 if typed and is_over and found is None else 200


def _found(the_edition: Edition, typed: str) -> Told | None:
    try:
        return told(the_edition, typed, at=received_at())
    except NotFound:
        return None
