"""« Que sont devenues les contributions ? »: the figures that always add up."""

from dataclasses import dataclass

from flask import Blueprint, render_template, url_for

from consult.calendar.queries import themes
from consult.contributions.rules import RECEIVED, ContributionType, Status
from consult.triage.queries import Outcomes, outcomes
from consult.triage.scheme_queries import schemes
from consult.web import doors
from consult.web.context import edition

pages = Blueprint("outcomes", __name__)


@dataclass(frozen=True, slots=True)
class Part:
    """One status: how many contributions stand there, of each type; where its part of the bar begins and ends, in percent."""

    status: Status
    count: int
    by_type: tuple[int, ...]
    start: float
    width: float
    url: str


@pages.get("/<edition:e>/devenir")
@doors.public
def show(e: str) -> str:
    """Received = awaiting + reoriented + ineligible + grouped + withdrawn, at every instant, by type and by theme."""
    the_edition = edition(e)
    found = outcomes(the_edition.id)
    return render_template(
        "outcomes/show.html",
        outcomes=found,
        types=list(ContributionType),
        statuses=RECEIVED,
        parts=_parts(e, found),
        themes=themes(the_edition.id),
        schemes=[scheme for scheme in schemes(the_edition.id) if found.by_scheme.get(scheme.id)],
    )


def _parts(e: str, found: Outcomes) -> list[Part]:
    """The statuses in order, side by side: each part begins where the one before ends."""
    parts: list[Part] = []
    before = 0
    for status, count in found.by_status.items():
        parts.append(
            Part(
                status=status,
                count=count,
                by_type=tuple(found.of(type_, status) for type_ in ContributionType),
                start=100 * before / (found.received or 1),
                width=100 * count / (found.received or 1),
                url=url_for("contributions.index", e=e, statut=status.slug),
            )
        )
        before += count
    return parts
