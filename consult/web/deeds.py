"""What was done in the name of a collectivité, in the words its own people read."""

from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from consult.accounts.colleagues.queries import DEEDS, Deed
from consult.accounts.model import AttachmentWay
from consult.journal.model import EventKind
from consult.web import words


@dataclass(frozen=True, slots=True)
class Entry:
    """« Jeanne Fictive a publié la contribution n° 12 »: who, what, then what it is about, with its page."""

    at: datetime
    who: str
    what: str
    about: str
    url: str | None


def entry(deed: Deed) -> Entry:
    """One thing done, in words."""
    about, url = _subject(deed)
    return Entry(deed.at, _who(deed), _what(deed), about, url)


def _who(deed: Deed) -> str:
    if deed.kind is EventKind.INVITATION_DECLINED:
        return "Une personne invitée"
    return f"{deed.by[:1].upper()}{deed.by[1:]}" if deed.by else "L’équipe"


def _what(deed: Deed) -> str:
    match deed.kind:
        case EventKind.ATTACHMENT_VERIFIED if deed.about:
            return f"a confirmé que {deed.about} parle pour la collectivité"
        case EventKind.ATTACHMENT_VERIFIED:
            return f"parle pour la collectivité (ce qui le montre{words.NBSP}: {AttachmentWay(deed.data['way']).label})"
        case EventKind.ATTACHMENT_ENDED if deed.about:
            return f"a mis fin au rattachement de {deed.about}"
        case EventKind.ATTACHMENT_ENDED:
            return "ne parle plus pour la collectivité"
    return f"{_VERBS[deed.kind]} {deed.about}".rstrip()


_VERBS = {
    EventKind.CONTRIBUTION_PUBLISHED: "a publié",
    EventKind.CONTRIBUTION_EDITED: "a modifié",
    EventKind.CONTRIBUTION_WITHDRAWN: "a retiré",
    EventKind.CONTRIBUTION_REORIENTED: "a réorienté vers un autre guichet",
    EventKind.CONTRIBUTION_DECLARED_INELIGIBLE: "a déclaré non recevable",
    EventKind.CONTRIBUTION_GROUPED: "a regroupé avec d’autres",
    EventKind.CONTRIBUTION_UNGROUPED: "a sorti d’un regroupement",
    EventKind.ME_TOO_SAID: f"a dit «{words.NBSP}nous aussi{words.NBSP}» à",
    EventKind.ME_TOO_WITHDRAWN: f"a retiré le «{words.NBSP}nous aussi{words.NBSP}» donné à",
    EventKind.SUPPORT_GIVEN: "a donné le soutien de la collectivité à",
    EventKind.SUPPORT_WITHDRAWN: "a retiré le soutien de la collectivité à",
    EventKind.SUPPORT_MERGED: "a réuni en une seule voix les soutiens de collectivités fusionnées à",
    EventKind.SUPPORT_RESTORED: "a rétabli le soutien de la collectivité à",
    EventKind.INTEREST_DECLARED: "a porté la collectivité volontaire par",
    EventKind.INTEREST_WITHDRAWN: "a retiré",
    EventKind.INTEREST_ACCEPTED: "a accepté",
    EventKind.INTEREST_DECLINED: "a décliné",
    EventKind.INTEREST_WAITLISTED: "a mis en liste d’attente",
    EventKind.INTEREST_MOVED_UP: "a fait entrer, depuis la liste d’attente,",
    EventKind.DEPLOYMENT_DECLARED: "a dit ce que la collectivité fait avec",
    EventKind.ATTACHMENT_REFUSED: "a refusé le rattachement de",
    EventKind.ATTACHMENT_REOPENED: "a rouvert la demande de",
    EventKind.INVITATION_SENT: "a invité quelqu’un à parler pour la collectivité",
    EventKind.INVITATION_REVOKED: "a retiré une invitation",
    EventKind.INVITATION_DECLINED: "a décliné l’invitation",
}
assert {*_VERBS, EventKind.ATTACHMENT_VERIFIED, EventKind.ATTACHMENT_ENDED} == set(DEEDS)  # noqa: S101


def _subject(deed: Deed) -> tuple[str, str | None]:
    name, _, number = deed.subject.partition(":")
    numbered = f"n°{words.NBSP}{number}"
    match name, deed.edition:
        case "contribution", str(e):
            return f"la contribution {numbered}", url_for("contributions.show", e=e, n=number)
        case "proposal", str(e):
            return f"la proposition {numbered}", url_for("proposals.show", e=e, n=number)
        case "service", str(e):
            return f"le service {numbered}", url_for("services.show", e=e, n=number)
        case "interest", _:
            return f"la candidature {numbered}", None
    return "", None
