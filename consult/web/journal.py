"""The public register of an edition: what the team did, when, and why. Never an act of a person, nor a vote."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Blueprint, render_template, url_for

from consult.calendar.rules import Instruction, Stage
from consult.ground.paging import Page
from consult.journal.model import PUBLIC_KINDS, Event, EventKind
from consult.journal.queries import public_events
from consult.selection.model import Outcome
from consult.services.model import DeploymentStatus, Phase
from consult.web import doors, words
from consult.web.ballot_words import changes
from consult.web.context import edition
from consult.web.indicator_words import indicator_changed, measure_corrected, quoted
from consult.web.money_words import funding, money
from consult.web.paging import page_number

pages = Blueprint("journal", __name__)


@pages.get("/<edition:e>/journal")
@doors.public
def index(e: str) -> str:
    """The register, latest first."""
    found = public_events(edition(e).id, page=page_number())
    lines = [entry(event, e) for event in found.items]
    return render_template("journal/index.html", entries=Page(lines, found.number, found.total, found.size))


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as the register shows it."""

    at: datetime
    what: str
    about: str
    """What the event is about, as a link says it; empty when there is no page for it."""
    url: str | None
    reason: str


def entry(event: Event, e: str) -> Entry:
    """An event in words, with a link to what it is about."""
    about, url = _subject(event, e)
    return Entry(event.at, WORDS[event.kind](event.data), about, url, event.data.get("reason", ""))


def _subject(event: Event, e: str) -> tuple[str, str | None]:
    name, _, number = (event.subject or "").partition(":")
    if name == "interest":
        name, number = "volunteers", event.data["proposal"]
    if name in _NUMBERED:
        about, page = _NUMBERED[name]
        return f"{about} n°{words.NBSP}{number}", url_for(page, e=e, n=number)
    if name == "stage":
        return Stage(number).label, url_for("calendar.show", e=e)
    if name == "scheme":
        return "Les guichets et leurs règles", url_for("schemes.index", e=e, _anchor=f"regles-{number}")
    about, page = _PAGES.get(event.kind, ("", ""))
    return about, url_for(page, e=e) if page else None


_NUMBERED = {
    "contribution": ("Contribution", "contributions.show"),
    "proposal": ("Proposition", "proposals.show"),
    "volunteers": ("Volontaires de la proposition", "interests.index"),
    "service": ("Service", "services.show"),
    "workshop": ("Atelier", "workshops.show"),
}

_PAGES = {
    EventKind.BALLOT_RULES_CHANGED: ("Règles de la consultation", "rules.show"),
    EventKind.CHARTER_CHANGED: ("La charte et ses versions", "charters.show"),
    EventKind.INSTRUCTION_CHANGED: ("Règles de la consultation", "rules.show"),
    EventKind.RESULT_PROCLAIMED: ("Décisions du comité", "decisions.show"),
    EventKind.FUNDING_SET: ("L’argent de l’édition", "service_money.whole"),
}


def _moved(data: dict[str, Any]) -> str:
    """« Fermeture : du … au … », for each edge that moved."""
    edges = zip(("Ouverture", "Fermeture"), data["before"], data["after"], strict=True)
    moved = [f"{edge}{words.NBSP}: du {_date(old)} au {_date(new)}" for edge, old, new in edges if old != new]
    read = data.get("tallies_readable_since")
    reopened = (
        f" Le vote, fermé depuis le {_date(read)}, est rouvert{words.NBSP}: les soutiens de chaque proposition, secrets avant, "
        "pouvaient être lus."
    )
    return f"Date changée. {'. '.join(moved)} (heure de Paris).{reopened if read else ''}"


def _date(iso: str | None) -> str:
    return words.at_hour(datetime.fromisoformat(iso)) if iso else "sans fin"


def _grouped(data: dict[str, Any]) -> str:
    return f"Contribution regroupée avec d’autres dans {_propositions(data)}."


def _ungrouped(data: dict[str, Any]) -> str:
    return f"Contribution retirée de {_propositions(data)}."


def _propositions(data: dict[str, Any]) -> str:
    numbers = data.get("proposals", [])
    listed = ", ".join(f"n°{words.NBSP}{number}" for number in numbers)
    return f"la proposition {listed}" if len(numbers) < 2 else f"les propositions {listed}"


def _proclaimed(data: dict[str, Any]) -> str:
    retained = words.plural(len(data["retained"]), "proposition retenue", "propositions retenues")
    return f"Décisions du comité de sélection proclamées ensemble{words.NBSP}: {retained}."


def _decision_corrected(data: dict[str, Any]) -> str:
    before, after = Outcome(data["before"]).label.lower(), Outcome(data["after"]).label.lower()
    return (
        "Décision du comité précisée."
        if before == after
        else f"Décision du comité corrigée{words.NBSP}: {before}, puis {after}."
    )


def _answered(data: dict[str, Any]) -> str:
    counted = (
        words.plural(data["accepted"], "acceptée", "acceptées"),
        words.plural(data["waitlisted"], "en liste d’attente", "en liste d’attente"),
        words.plural(data["declined"], "déclinée", "déclinées"),
    )
    return f"Réponses aux candidatures publiées ensemble{words.NBSP}: {', '.join(counted)}."


def _phase(data: dict[str, Any]) -> str:
    before, after = Phase(data["before"]).label, Phase(data["after"]).label
    if data["after"] == Phase.STOPPED:
        return f"«{words.NBSP}{data['name']}{words.NBSP}» s’arrête, en phase «{words.NBSP}{before}{words.NBSP}»."
    return f"«{words.NBSP}{data['name']}{words.NBSP}» passe en phase «{words.NBSP}{after}{words.NBSP}»."


def _iso_day(iso: str) -> str:
    return words.day(date.fromisoformat(iso))


def _workshop(data: dict[str, Any]) -> str:
    return f"«{words.NBSP}{data['title']}{words.NBSP}», le {words.at_hour(datetime.fromisoformat(data['starts_at']))}"


def _ballot_rules(data: dict[str, Any]) -> str:
    changed = (
        f"{one.label}{words.NBSP}: «{words.NBSP}{one.before}{words.NBSP}» devient «{words.NBSP}{one.after}{words.NBSP}»."
        for one in changes(data["before"], data["after"])
    )
    return " ".join(("Règles du vote changées avant son ouverture.", *changed))


WORDS: dict[EventKind, Callable[[dict[str, Any]], str]] = {
    EventKind.EDITION_CREATED: lambda _: "Édition annoncée, avec ses dates, ses thèmes et ses règles.",
    EventKind.WINDOW_MOVED: _moved,
    EventKind.CONTRIBUTION_REORIENTED: lambda data: (
        f"Contribution réorientée vers le guichet «{words.NBSP}{data['scheme']}{words.NBSP}»."
    ),
    EventKind.CONTRIBUTION_DECLARED_INELIGIBLE: lambda _: "Contribution déclarée non recevable.",
    EventKind.CONTRIBUTION_GROUPED: _grouped,
    EventKind.CONTRIBUTION_UNGROUPED: _ungrouped,
    EventKind.CONTRIBUTION_HIDDEN: lambda _: "Texte d’une contribution masqué.",
    EventKind.CONTRIBUTION_SHOWN: lambda _: "Texte d’une contribution de nouveau lisible.",
    EventKind.CONTRIBUTION_REOPENED: lambda _: "Contribution de nouveau à examiner.",
    EventKind.CONTEST_ANSWERED: lambda data: f"Contestation {'accueillie' if data['upheld'] else 'écartée'}.",
    EventKind.CONTRIBUTIONS_IMPORTED: lambda data: (
        f"{words.plural(data['created'], 'contribution importée', 'contributions importées')}."
    ),
    EventKind.SCHEME_ADDED: lambda data: f"Guichet «{words.NBSP}{data['name']}{words.NBSP}» ajouté.",
    EventKind.SCHEME_CHANGED: lambda data: f"Règles du guichet «{words.NBSP}{data['name']}{words.NBSP}» modifiées.",
    EventKind.BALLOT_RULES_CHANGED: _ballot_rules,
    EventKind.PROPOSAL_CORRECTED: lambda _: "Proposition corrigée après l’ouverture du vote.",
    EventKind.PROPOSAL_WITHDRAWN: lambda data: f"Proposition «{words.NBSP}{data['title']}{words.NBSP}» retirée avant le vote.",
    EventKind.RESULT_PROCLAIMED: _proclaimed,
    EventKind.DECISION_CORRECTED: _decision_corrected,
    EventKind.WORKSHOP_ANNOUNCED: lambda data: f"Atelier annoncé{words.NBSP}: {_workshop(data)}.",
    EventKind.WORKSHOP_CHANGED: lambda data: (
        f"Atelier {'déplacé' if data['moved'] else 'précisé'}{words.NBSP}: {_workshop(data)}."
    ),
    EventKind.WORKSHOP_CANCELLED: lambda data: f"Atelier annulé{words.NBSP}: {_workshop(data)}.",
    EventKind.WORKSHOP_NOTED: lambda data: f"Compte rendu publié{words.NBSP}: «{words.NBSP}{data['title']}{words.NBSP}».",
    EventKind.GRID_SET: lambda data: (
        f"Grille de lecture des candidatures fixée{words.NBSP}: {words.plural(len(data['after']), 'critère')}."
    ),
    EventKind.INTERESTS_ANSWERED: _answered,
    EventKind.INTEREST_MOVED_UP: lambda _: (
        "Un territoire référent se retire : le premier de la liste d’attente prend sa place."
    ),
    EventKind.CHARTER_CHANGED: lambda data: f"Charte des territoires référents{words.NBSP}: version {data['version']}.",
    EventKind.INSTRUCTION_CHANGED: lambda data: (
        f"Réponse aux candidatures{words.NBSP}: «{words.NBSP}{Instruction(data['before']).label}{words.NBSP}» devient"
        f" «{words.NBSP}{Instruction(data['after']).label}{words.NBSP}»."
    ),
    EventKind.SERVICE_BORN: lambda data: f"Naissance du service «{words.NBSP}{data['name']}{words.NBSP}».",
    EventKind.SERVICE_PHASE_ENTERED: _phase,
    EventKind.SERVICE_STOP_UNDONE: lambda data: (
        f"«{words.NBSP}{data['name']}{words.NBSP}» n’est pas arrêté{words.NBSP}: cela avait été dit à tort le"
        f" {_iso_day(data['day'])}."
    ),
    EventKind.BEARER_ADDED: lambda data: f"{data['collectivite']} porte désormais ce service.",
    EventKind.DEPLOYMENT_UNCONFIRMED: lambda data: (
        f"Confirmation retirée{words.NBSP}: {data['collectivite']}, {DeploymentStatus(data['status']).label.lower()} depuis le"
        f" {_iso_day(data['since'])}."
    ),
    EventKind.BEARER_REMOVED: lambda data: f"{data['collectivite']} ne porte plus ce service.",
    EventKind.MILESTONE_MOVED: lambda data: (
        f"Jalon déplacé{words.NBSP}: «{words.NBSP}{data['title']}{words.NBSP}», du {_iso_day(data['before'])} au"
        f" {_iso_day(data['after'])}."
    ),
    EventKind.MILESTONE_DROPPED: lambda data: f"Jalon abandonné{words.NBSP}: «{words.NBSP}{data['title']}{words.NBSP}».",
    EventKind.MONEY_PUBLISHED: lambda data: f"{money(data)}.",
    EventKind.MONEY_CANCELLED: lambda data: f"Ligne annulée{words.NBSP}: {money(data)}.",
    EventKind.FUNDING_SET: funding,
    EventKind.INDICATOR_SET: lambda data: f"Indicateur suivi{words.NBSP}: {quoted(data['name'])}.",
    EventKind.INDICATOR_CHANGED: indicator_changed,
    EventKind.INDICATOR_ENDED: lambda data: f"Indicateur qui n’est plus suivi{words.NBSP}: {quoted(data['name'])}.",
    EventKind.MEASURE_CORRECTED: lambda data: f"Mesure corrigée{words.NBSP}: {measure_corrected(data)}.",
    EventKind.MEASURE_TAKEN_BACK: lambda data: f"Mesure retirée{words.NBSP}: {measure_corrected(data)}.",
}
assert set(WORDS) == PUBLIC_KINDS, "every public event has its words"  # noqa: S101
