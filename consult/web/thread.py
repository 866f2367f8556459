"""The thread of a contribution, from its publication to the service that came of it, by propositions and decisions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import g, url_for
from markupsafe import Markup

from consult.contributions.model import Contribution
from consult.contributions.rules import Status
from consult.selection.model import Outcome
from consult.services.model import Phase
from consult.services.thread import Followed, followed
from consult.triage.queries import Destination
from consult.triage.undoings import undoings
from consult.web import undone, words


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the thread, as the timeline component shows it."""

    name: str
    date_text: str
    state: str
    text: Markup | str = ""


def thread_of(contribution: Contribution, destinations: Sequence[Destination]) -> Sequence[Step]:
    """Every step taken so far, in order: what was undone, then what it has become.

    One statement when propositions answer the contribution; one more when something may have been undone.
    """
    return list(_steps(contribution, destinations))


def _steps(contribution: Contribution, destinations: Sequence[Destination]) -> Iterator[Step]:
    assert contribution.published_at is not None  # noqa: S101 - a received contribution was published
    yield Step("Publiée", words.day(contribution.published_at), "past")
    for one in undoings(contribution):
        yield Step(undone.name(one), words.day(one.at), "past", undone.text(one))
    if contribution.status is Status.PUBLISHED:
        yield Step("Examen par l’équipe", "à venir", "next")
        return
    when = words.day(contribution.status_at) if contribution.status_at else ""
    if contribution.status is not Status.GROUPED:
        state = "past" if contribution.status is Status.REORIENTED else "stopped"
        yield Step(contribution.status.label, when, state, " ".join(went.name for went in destinations))
        return
    after = followed([went.key for went in destinations])
    for went in destinations:
        yield Step(f"Regroupée dans la proposition n°{words.NBSP}{went.number}", when, "past", _proposal(went))
        yield from _after(after[went.key])


def _after(after: Followed) -> Iterator[Step]:
    if after.outcome is None or after.proclaimed_at is None:
        return
    first = after.first or after.outcome
    state = "stopped" if first is Outcome.NOT_RETAINED else "past"
    yield Step(f"Proposition {first.label.lower()}", words.day(after.proclaimed_at), state, after.reason)
    for one in after.corrections:
        state = "stopped" if one.outcome is Outcome.NOT_RETAINED else "past"
        name = f"Décision corrigée{words.NBSP}: {one.outcome.label.lower()}" if one.outcome else "Décision précisée"
        yield Step(name, words.day(one.at), state, one.reason)
    for service in after.services:
        over = service.phase is Phase.STOPPED
        yield Step(
            f"Service « {service.name} » : {service.phase.label.lower()}",
            f"né le {words.day(service.born_at)}",
            "stopped" if over else "open",
            Markup('<a href="{}">{}</a>').format(
                url_for("services.show", e=g.edition.slug, n=service.number),
                f"Suivre ce service ({words.plural(service.deployments, 'collectivité')})",
            ),
        )


def _proposal(went: Destination) -> Markup:
    return Markup('<a href="{}">{}</a>').format(url_for("proposals.show", e=g.edition.slug, n=went.number), went.name)
