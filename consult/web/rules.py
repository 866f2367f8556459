"""The rules of an edition in plain words, as its own row and its calendar have them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template

from consult.calendar.model import Edition
from consult.calendar.queries import rules_versions
from consult.calendar.rules import Stage
from consult.interests.charters import in_force
from consult.web import doors
from consult.web.ballot_words import Change, changes, who_votes
from consult.web.context import edition, received_at

pages = Blueprint("rules", __name__)


@pages.get("/<edition:e>/regles")
@doors.public
def show(e: str) -> str:
    """Who votes, how it is counted and decided, what commits a territoire référent, and questions often asked."""
    the_edition = edition(e)
    return render_template(
        "rules/show.html",
        voters=who_votes(the_edition.voter_kinds),
        versions=_versions(the_edition),
        windows={window.stage.value: window for window in the_edition.calendar.windows},
        is_frozen=the_edition.calendar.has_opened(Stage.VOTING, received_at()),
        charter=in_force(the_edition),
    )


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the rules of the vote: since when, why, and what it changed of the one before."""

    number: int
    at: datetime
    reason: str
    changes: Sequence[Change]


def _versions(the_edition: Edition) -> list[Version]:
    """Every version, the one in force first. One statement."""
    rows = rules_versions(the_edition.id)
    before = [*(row.said for row in rows[1:]), None]
    return [
        Version(row.version, row.at, row.reason, changes(said, row.said) if said else ())
        for row, said in zip(rows, before, strict=False)
    ]
