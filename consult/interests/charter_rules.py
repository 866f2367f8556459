"""The charter of an edition: its words, how a version is called, who may give it another text and until when."""

from collections.abc import Mapping
from datetime import datetime

from consult.calendar.rules import Calendar, Verb
from consult.ground.actor import Actor, Role
from consult.ground.refusals import Reason, Verdict, verdict
from consult.interests.model import Level

PREAMBLE = "preamble"
PARTS = (PREAMBLE, *(level.value for level in Level))
"""What a charter says: to everybody, then what each level adds."""

LONGEST_PART = 4000

Said = Mapping[str, str]
"""Markdown, by part."""

FIRST: Said = {
    PREAMBLE: """En se portant volontaire, la collectivité accepte :

- de prendre part, au niveau choisi, tant que le service se conçoit, et de prévenir l’équipe si elle ne peut plus ;
- de parler de ses usages réels, y compris de ce qui n’a pas marché ;
- de laisser les autres collectivités se servir de ce qui est construit : le code et les textes sont libres ;
- que son nom et le niveau choisi soient publics.

L’équipe s’engage à répondre à chaque candidature avec une raison, à ne demander que ce qui sert, et à publier ce qui est \
appris.""",
    Level.RELECTURE.value: """- de lire ce qui est écrit et de dire ce qui n’est pas clair, à distance ;
- d’y passer environ deux heures par mois.""",
    Level.ATELIER.value: """- de participer aux ateliers de conception, en ligne ou sur place ;
- d’y passer environ une demi-journée par mois.""",
    Level.PILOTE.value: """- de nommer un référent, disponible une demi-journée par semaine au moins ;
- de nommer une personne de sa direction, ou un élu, qui porte l’engagement ;
- d’essayer le service avec de vrais usagers, et d’en faire le point avec l’équipe tous les six mois.""",
}
"""What an edition says as long as it has not said otherwise."""

FIRST_REASON = "Charte annoncée avec l’édition."


def charter_name(slug: str, version: int) -> str:
    """How an interest says which version was accepted."""
    return f"{slug}-{version}"


def is_accepted(charter: str, in_force: str) -> Verdict:
    """Whether the version that somebody accepted is the one in force: a page may have been left open."""
    return verdict(
        (bool(charter), Reason.CHARTER_NOT_ACCEPTED),
        (charter == in_force, Reason.CHARTER_CHANGED),
    )


def may_change_charter(
    actor: Actor, *, calendar: Calendar, current: Said, changed: Said, reason: str, is_as_read: bool, at: datetime
) -> Verdict:
    """Whether the charter may have another version: from an administrator, with a reason, until the candidatures close.

    `is_as_read`: nobody changed it since the page that asks was read.
    """
    return verdict(
        calendar.gate(Verb.CHANGE_CHARTER, at),
        (actor.has_role(Role.ADMINISTRATOR), Reason.NOT_YOUR_ROLE),
        (bool(reason.strip()), Reason.REASON_MISSING),
        (all(changed.get(part, "").strip() for part in PARTS), Reason.NOTHING_SAID),
        (is_as_read, Reason.CHANGED_MEANWHILE),
        (dict(changed) != dict(current), Reason.CHARTER_UNCHANGED),
    )
