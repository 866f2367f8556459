"""The thread of a contribution, from its publication to those who use the service that came of it, and the same seen from a
proposition or a service.

Each link of it leads both ways: a contribution names its propositions, their services, who uses them; a collectivité names
the services it uses, each names its proposition, and the contributions it answers.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from flask import g, url_for
from markupsafe import Markup

from consult.calendar.rules import Stage
from consult.contributions.model import Contribution
from consult.contributions.rules import Status
from consult.register.search import CollectiviteLine
from consult.selection.model import Outcome
from consult.services.model import Phase
from consult.services.thread import Followed, ServiceRef, first_users, followed, services_answering
from consult.triage.queries import Destination
from consult.triage.undoings import undoings
from consult.voting.supporters import how_many
from consult.web import undone, words
from consult.web.context import received_at


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the thread, as the timeline component shows it."""

    name: str
    date_text: str
    state: str
    text: Markup | str = ""


def thread_of(contribution: Contribution, destinations: Sequence[Destination]) -> Sequence[Step]:
    """Every step taken so far, in order: what was undone, what it has become, who supported it, what was decided, who
    volunteers, the services, who uses them.

    One statement when propositions answer the contribution; one more when something may have been undone, once the vote has
    closed, when services exist, and when somebody uses them.
    """
    return list(_steps(contribution, destinations))


def _steps(contribution: Contribution, destinations: Sequence[Destination]) -> Iterator[Step]:
    assert contribution.published_at is not None  # noqa: S101 - a received contribution was published
    yield Step("Publiée", words.day(contribution.published_at), "past")
    for one in undoings(contribution):
        yield Step(undone.name(one), words.day(one.at), "past", undone.text(one))
    if contribution.status is Status.PUBLISHED:
        yield Step("Examen par l’équipe", "à venir", "next")
    elif contribution.status is not Status.GROUPED:
        state = "past" if contribution.status is Status.REORIENTED else "stopped"
        yield Step(contribution.status.label, _since(contribution), state, " ".join(went.name for went in destinations))
    yield from _by_propositions(contribution, [went for went in destinations if went.number])


def _by_propositions(contribution: Contribution, destinations: Sequence[Destination]) -> Iterator[Step]:
    keys = [went.key for went in destinations]
    after = followed(keys) if keys else {}
    supports = how_many(g.edition, keys, at=received_at()) if keys else {}
    born = {service.id: service for each in after.values() for service in each.services}
    has_opened = g.edition.calendar.has_opened(Stage.TRACKING, received_at())
    answers = {one.id: one for one in services_answering(contribution.id)} if has_opened and contribution.revision else {}
    used = [service.id for service in (born | answers).values() if service.deployments]
    users = first_users(used) if used else {}
    for went in destinations:
        name = f"Regroupée dans la proposition n°{words.NBSP}{went.number}"
        yield Step(name, _since(contribution), "past", _link("proposals.show", went.number, went.name))
        if went.key in supports:
            yield _supported(went, supports[went.key])
        yield from _decided(after[went.key])
        if after[went.key].volunteers:
            yield _volunteered(went, after[went.key])
        for service in after[went.key].services:
            yield _service(service, users, answers=service.id in answers)
    for service in answers.values():
        if service.id not in born:
            yield _service(service, users, answers=True)


def _supported(went: Destination, supports: int) -> Step:
    said = f"Soutenue par {words.plural(supports, 'collectivité')}" if supports else "Soutenue par personne"
    closes_at = g.edition.calendar.window(Stage.VOTING).closes_at
    link = _link("results.supported", went.number, "Voir lesquelles") if supports else ""
    return Step(said, f"vote clos le {words.day(closes_at)}", "past", link)


def _decided(after: Followed) -> Iterator[Step]:
    if after.outcome is None or after.proclaimed_at is None:
        return
    first = after.first or after.outcome
    state = "stopped" if first is Outcome.NOT_RETAINED else "past"
    yield Step(f"Proposition {first.label.lower()}", words.day(after.proclaimed_at), state, after.reason)
    for one in after.corrections:
        state = "stopped" if one.outcome is Outcome.NOT_RETAINED else "past"
        name = f"Décision corrigée{words.NBSP}: {one.outcome.label.lower()}" if one.outcome else "Décision précisée"
        yield Step(name, words.day(one.at), state, one.reason)


def _volunteered(went: Destination, after: Followed) -> Step:
    among = f"parmi {_volunteers(after)}" if after.referents else ""
    link = _link("interests.index", went.number, "Voir lesquelles")
    return Step(_accepted(after) or _volunteers(after), among, "past", link)


def _volunteers(after: Followed) -> str:
    return words.plural(after.volunteers, "collectivité volontaire", "collectivités volontaires")


def _accepted(after: Followed) -> str:
    return words.plural(after.referents, "territoire référent", "territoires référents") if after.referents else ""


def _service(service: ServiceRef, users: Mapping[int, Sequence[CollectiviteLine]], *, answers: bool) -> Step:
    over = service.phase is Phase.STOPPED
    name = f"Service «{words.NBSP}{service.name}{words.NBSP}»{words.NBSP}: {service.phase.label.lower()}"
    text = _link("services.show", service.number, "Suivre ce service")
    if not answers:
        text += " Il est né de la même proposition, pour d’autres contributions."
    if named := users.get(service.id, ()):
        text += Markup("<br>{} {}").format(
            "L’utilise ou l’essaie :" if service.deployments == 1 else "L’utilisent ou l’essaient :", _named(service, named)
        )
    return Step(name, f"né le {words.day(service.born_at)}", "stopped" if over else "open", text)


def _named(service: ServiceRef, users: Sequence[CollectiviteLine]) -> Markup:
    """The first of those who use a service, each with the way to its page, and how many others."""
    names = [
        Markup('<a href="{}">{}</a>').format(url_for("collectivites.show", siren=one.siren), words.typo(one.full_name))
        for one in users
    ]
    others = service.deployments - len(users)
    return Markup(", ").join(names) + (f" et {words.plural(others, 'autre')}" if others else "")


def _since(contribution: Contribution) -> str:
    return words.day(contribution.status_at) if contribution.status_at else ""


def _link(endpoint: str, number: int | None, text: str) -> Markup:
    return Markup('<a href="{}">{}</a>').format(url_for(endpoint, e=g.edition.slug, n=number), text)


# ── the same, seen from a proposition or a service ───────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Link:
    """One link of the chain, as its component shows it: what there is, the way to it, whether it is the page being read."""

    text: str
    href: str | None
    is_here: bool = False


def chain_of_proposal(proposal_id: int, number: int, *, contributions: int, after: Followed) -> Sequence[Link]:
    """From the contributions that a proposition answers to those who use what was born of it. One statement, once the vote
    has closed.
    """
    return list(_chain(proposal_id, number, contributions, after, None))


def chain_of_service(proposal_id: int, number: int, *, service: int) -> Sequence[Link]:
    """The same, seen from the service of this number. Two statements; three when the decision was corrected."""
    after = followed([proposal_id])[proposal_id]
    own = next(one for one in after.services if one.number == service)
    return list(_chain(proposal_id, number, own.contributions, replace(after, services=[own]), service))


def _chain(proposal_id: int, number: int, contributions: int, after: Followed, here: int | None) -> Iterator[Link]:
    """`here`: the number of the service whose page is read; None on that of the proposition."""
    e, services = g.edition.slug, after.services
    proposal = url_for("proposals.show", e=e, n=number)
    own = url_for("services.show", e=e, n=here) if here else proposal
    if contributions:
        yield Link(words.plural(contributions, "contribution"), f"{own}#origine")
    yield Link(f"Proposition n°{words.NBSP}{number}", proposal, is_here=here is None)
    supports = how_many(g.edition, [proposal_id], at=received_at()).get(proposal_id)
    if supports is not None:
        yield Link(words.plural(supports, "soutien"), url_for("results.supported", e=e, n=number))
    if after.outcome:
        yield Link(after.outcome.label, f"{proposal}#decision")
    if after.volunteers:
        yield Link(_accepted(after) or _volunteers(after), url_for("interests.index", e=e, n=number))
    for service in services:
        yield Link(service.name, url_for("services.show", e=e, n=service.number), is_here=here is not None)
    if used := sum(service.deployments for service in services):
        where = f"{own}#{'adoption' if here else 'services'}"
        yield Link(f"{words.plural(used, 'collectivité')} {'l’ont' if used > 1 else 'l’a'}", where)
