"""What happened to what one follows, in words: a line a kind, whatever the number."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from consult.following.rules import Sort
from consult.following.telling import Happened, Heading
from consult.journal.model import EventKind
from consult.selection.model import Outcome
from consult.services.model import DeploymentStatus, Phase
from consult.web import words

K = EventKind
SHOWN = 5
"""Collectivités that one line names."""

PATHS = {Sort.CONTRIBUTION: "contributions", Sort.PROPOSAL: "propositions", Sort.SERVICE: "services"}
SORTS = {Sort.CONTRIBUTION: "Contribution", Sort.PROPOSAL: "Proposition", Sort.SERVICE: "Service"}


@dataclass(frozen=True, slots=True)
class Told:
    """What a message says of one thing its reader follows."""

    name: str
    title: str
    """The same, with what it is and its number."""
    path: str
    lines: Sequence[str]


def told(heading: Heading) -> Told:
    """One thing that somebody follows, and what happened to it, in words."""
    subject, title = heading.titled.subject, words.typo(heading.titled.title)
    if subject.sort is Sort.COLLECTIVITE:
        lines = [OF_COLLECTIVITE[kind](events) for kind, events in heading.news.items()]
        return Told(title, title, f"collectivites/{subject.key}", lines)
    lines = [line for kind, events in heading.news.items() for line in _lines(kind, events)]
    path = f"{heading.titled.edition}/{PATHS[subject.sort]}/{subject.key}"
    return Told(title, f"{SORTS[subject.sort]} n°{words.NBSP}{subject.key}, «{words.NBSP}{title}{words.NBSP}»", path, lines)


def _lines(kind: EventKind, events: Sequence[Happened]) -> list[str]:
    """Several collectivités that do the same are one line; the rest is told one by one."""
    if kind in TOGETHER:
        return [TOGETHER[kind](events)]
    return [f"{words.day(event.at)}{words.NBSP}: {ALONE[kind](event.data)}" for event in events]


def _who(events: Sequence[Happened]) -> str:
    names = list(dict.fromkeys(event.collectivite for event in events if event.collectivite))
    others = len(names) - SHOWN
    listed = ", ".join(names[:SHOWN])
    return f"{listed} et {words.plural(others, 'autre')}" if others > 0 else listed


def _several(one: str, many: str) -> Callable[[Sequence[Happened]], str]:
    def said(events: Sequence[Happened]) -> str:
        names = {event.collectivite for event in events}
        return f"{many if len(names) > 1 else one}{words.NBSP}: {_who(events)}."

    return said


TOGETHER: Mapping[EventKind, Callable[[Sequence[Happened]], str]] = {
    K.ME_TOO_SAID: _several("Une collectivité de plus la partage", "D’autres collectivités la partagent"),
    K.INTEREST_DECLARED: _several("Une collectivité se porte volontaire", "Des collectivités se portent volontaires"),
    K.INTEREST_ACCEPTED: _several("Candidature acceptée", "Candidatures acceptées"),
    K.INTEREST_MOVED_UP: _several(
        "Candidature acceptée, depuis la liste d’attente", "Candidatures acceptées, depuis la liste d’attente"
    ),
    K.DEPLOYMENT_DECLARED: _several(
        "Une collectivité dit ce qu’elle fait de ce service", "Des collectivités disent ce qu’elles font de ce service"
    ),
}
"""What many do."""


def _because(what: str) -> Callable[[Mapping[str, Any]], str]:
    """A fact, and its reason."""

    def said(data: Mapping[str, Any]) -> str:
        reason = str(data.get("reason") or "").strip()
        return words.typo(f"{what}. {reason}") if reason else f"{what}."

    return said


def _plain(what: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda _: what


def _numbers(data: Mapping[str, Any]) -> str:
    found = data.get("proposals", [])
    listed = ", ".join(f"n°{words.NBSP}{number}" for number in found)
    return f"la proposition {listed}" if len(found) < 2 else f"les propositions {listed}"


def _corrected(data: Mapping[str, Any]) -> str:
    return _because(f"Décision du comité corrigée{words.NBSP}: {Outcome(data['after']).label.lower()}")(data)


def _workshop(what: str) -> Callable[[Mapping[str, Any]], str]:
    def said(data: Mapping[str, Any]) -> str:
        when = words.at_hour(datetime.fromisoformat(data["starts_at"]))
        return words.typo(f"{what} : « {data['title']} », le {when}.")

    return said


def _phase(data: Mapping[str, Any]) -> str:
    return _because(f"Nouvelle phase, « {Phase(data['after']).label.lower()} »")(data)


def _milestone(what: str) -> Callable[[Mapping[str, Any]], str]:
    def said(data: Mapping[str, Any]) -> str:
        return words.typo(f"{what} : « {data['title']} ».")

    return said


def _late(data: Mapping[str, Any]) -> str:
    due = words.day(date.fromisoformat(data["due_on"]))
    return words.typo(f"Jalon en retard : « {data['title']} », promis pour le {due}.")


def _born(data: Mapping[str, Any]) -> str:
    return words.typo(f"Un service en est né : « {data['name']} ».")


def _news(data: Mapping[str, Any]) -> str:
    title = data.get("title")
    return words.typo(f"Des nouvelles : « {title} ».") if title else "Des nouvelles sont publiées."


ALONE: Mapping[EventKind, Callable[[Mapping[str, Any]], str]] = {
    K.CONTRIBUTION_WITHDRAWN: _plain("Retirée par sa collectivité."),
    K.CONTRIBUTION_REORIENTED: _because("Réorientée vers un guichet qui lui convient mieux"),
    K.CONTRIBUTION_DECLARED_INELIGIBLE: _because("Déclarée non recevable"),
    K.CONTRIBUTION_GROUPED: lambda data: f"Regroupée avec d’autres dans {_numbers(data)}.",
    K.CONTRIBUTION_UNGROUPED: lambda data: f"Retirée de {_numbers(data)}.",
    K.CONTRIBUTION_REOPENED: _because("Son examen reprend"),
    K.PROPOSAL_CORRECTED: _because("Son texte est corrigé"),
    K.DECISION_PROCLAIMED: _plain("La décision du comité de sélection est proclamée."),
    K.DECISION_CORRECTED: _corrected,
    K.WORKSHOP_ANNOUNCED: _workshop("Un atelier est annoncé"),
    K.WORKSHOP_CHANGED: _workshop("Un atelier a changé"),
    K.WORKSHOP_CANCELLED: _workshop("Un atelier est annulé"),
    K.WORKSHOP_NOTED: _workshop("Le compte rendu d’un atelier est publié"),
    K.SERVICE_BORN: _born,
    K.SERVICE_PHASE_ENTERED: _phase,
    K.SERVICE_STOP_UNDONE: _because("Il n’est pas arrêté, c’était dit à tort"),
    K.MILESTONE_MOVED: _milestone("La date d’un jalon a changé"),
    K.MILESTONE_REACHED: _milestone("Jalon atteint"),
    K.MILESTONE_DROPPED: _milestone("Jalon abandonné"),
    K.MILESTONE_LATE: _late,
    K.SERVICE_SILENT: _plain("Pas de nouvelles depuis trois mois."),
    K.NEWS_PUBLISHED: _news,
    K.MONEY_PUBLISHED: _plain("Son financement a changé."),
}
"""What is told one by one, after its day."""

_USES = {
    DeploymentStatus.TRIAL: "essaie",
    DeploymentStatus.IN_USE: "utilise",
    DeploymentStatus.ENDED: "n’utilise plus",
}


def _deployed(events: Sequence[Happened]) -> str:
    said = dict.fromkeys(_USES[DeploymentStatus(event.data["status"])] for event in events)
    return f"Elle {', '.join(said)} {words.plural(len(events), 'service')}."


OF_COLLECTIVITE: Mapping[EventKind, Callable[[Sequence[Happened]], str]] = {
    K.CONTRIBUTION_PUBLISHED: lambda events: f"Elle publie {words.plural(len(events), 'contribution')}.",
    K.ME_TOO_SAID: lambda events: f"Elle partage {words.plural(len(events), 'contribution')} d’autres collectivités.",
    K.INTEREST_DECLARED: lambda events: f"Elle se porte volontaire pour {words.plural(len(events), 'proposition')}.",
    K.INTEREST_ACCEPTED: lambda events: f"Elle devient territoire référent de {words.plural(len(events), 'proposition')}.",
    K.INTEREST_MOVED_UP: lambda events: f"Elle devient territoire référent de {words.plural(len(events), 'proposition')}.",
    K.BEARER_ADDED: lambda events: f"Elle porte {words.plural(len(events), 'service')}.",
    K.DEPLOYMENT_DECLARED: _deployed,
}
"""What a collectivité does, on its own page."""
