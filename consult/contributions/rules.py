"""What a contribution is, where it stands, who may write it, change it and share it, and when."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from consult.calendar.rules import Calendar, Verb
from consult.ground.actor import Actor, Profile, Role
from consult.ground.refusals import Reason, Verdict, verdict
from consult.ground.text import fold


class ContributionType(StrEnum):
    """What a contribution is."""

    NEED = "need"
    EXISTING_SERVICE = "existing_service"

    @property
    def label(self) -> str:
        return {ContributionType.NEED: "Besoin", ContributionType.EXISTING_SERVICE: "Service existant"}[self]

    @property
    def plural(self) -> str:
        return {ContributionType.NEED: "Besoins", ContributionType.EXISTING_SERVICE: "Services existants"}[self]

    @property
    def slug(self) -> str:
        """As addresses and forms say it."""
        return {ContributionType.NEED: "besoin", ContributionType.EXISTING_SERVICE: "service"}[self]


class Status(StrEnum):
    """Where a contribution stands. Drafts come before, and are nobody else's business."""

    DRAFT = "draft"
    PUBLISHED = "published"
    REORIENTED = "reoriented"
    INELIGIBLE = "ineligible"
    GROUPED = "grouped"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return {
            Status.DRAFT: "Brouillon",
            Status.PUBLISHED: "En attente d’examen",
            Status.REORIENTED: "Réorientée",
            Status.INELIGIBLE: "Non recevable",
            Status.GROUPED: "Regroupée",
            Status.WITHDRAWN: "Retirée",
        }[self]

    @property
    def slug(self) -> str:
        """As addresses say it."""
        return {
            Status.DRAFT: "brouillon",
            Status.PUBLISHED: "en-attente",
            Status.REORIENTED: "reorientee",
            Status.INELIGIBLE: "non-recevable",
            Status.GROUPED: "regroupee",
            Status.WITHDRAWN: "retiree",
        }[self]


RECEIVED = (Status.PUBLISHED, Status.REORIENTED, Status.INELIGIBLE, Status.GROUPED, Status.WITHDRAWN)
"""Every status a received contribution may have, in the order that pages show them: together they make the total."""

SHAREABLE = frozenset({Status.PUBLISHED, Status.GROUPED, Status.REORIENTED})
"""What another collectivité may still say « nous aussi » to: it is a need whatever became of the text."""


@dataclass(frozen=True, slots=True)
class Owner:
    """In whose name a contribution was written: a collectivité, or one partner's person; nobody's here, when imported."""

    siren: str | None
    person_id: int | None

    def includes(self, actor: Actor) -> bool:
        """Whether the actor may speak for it: any colleague of the collectivité, verified or not; or the partner itself."""
        if self.siren is not None:
            return actor.siren == self.siren
        return self.person_id is not None and actor.person_id == self.person_id


def may_write(actor: Actor, *, type_: ContributionType, calendar: Calendar, at: datetime) -> Verdict:
    """Whether the actor may write a contribution of this type: what opens the form, before anything is typed."""
    if actor.profile is Profile.PARTENAIRE:
        speaks = verdict((type_ is ContributionType.EXISTING_SERVICE, Reason.PARTNER_MAY_NOT))
    else:
        speaks = _speaks_for_a_collectivite(actor)
    return verdict(calendar.gate(Verb.SUBMIT_CONTRIBUTION, at), _is_known(actor), speaks)


def may_publish(actor: Actor, *, type_: ContributionType, partner: str, calendar: Calendar, at: datetime) -> Verdict:
    """Whether the actor may publish what was typed. A partner names the organisation that runs the service."""
    return verdict(
        may_write(actor, type_=type_, calendar=calendar, at=at),
        (actor.profile is not Profile.PARTENAIRE or bool(partner.strip()), Reason.ORGANISATION_MISSING),
    )


def may_edit(actor: Actor, *, owner: Owner, status: Status, calendar: Calendar, at: datetime) -> Verdict:
    """Whether the actor may change the text: its collectivité's, and not examined yet."""
    return verdict(calendar.gate(Verb.EDIT_CONTRIBUTION, at), _owns(actor, owner), _awaits(status))


def may_correct(actor: Actor, *, owner: Owner, status: Status, is_latest: bool, calendar: Calendar, at: datetime) -> Verdict:
    """Whether the actor may put their text in the place of the present one. `is_latest`: it is the one they had before them."""
    return verdict(
        may_edit(actor, owner=owner, status=status, calendar=calendar, at=at), (is_latest, Reason.CORRECTED_MEANWHILE)
    )


def may_withdraw(
    actor: Actor, *, owner: Owner, status: Status, calendar: Calendar, at: datetime, reason: str | None = None
) -> Verdict:
    """Whether the actor may withdraw it. Asked without a reason (None), it says whether the form may be shown."""
    return verdict(
        calendar.gate(Verb.WITHDRAW_CONTRIBUTION, at),
        _owns(actor, owner),
        _awaits(status),
        (reason is None or bool(reason.strip()), Reason.REASON_MISSING),
    )


def may_say_me_too(actor: Actor, *, owner: Owner, status: Status, said: bool, calendar: Calendar, at: datetime) -> Verdict:
    """Whether the actor's collectivité may say that it shares this need, or uses this service."""
    return verdict(
        calendar.gate(Verb.SAY_ME_TOO, at),
        _is_known(actor),
        _speaks_for_a_collectivite(actor),
        (not owner.includes(actor), Reason.OWN_CONTRIBUTION),
        (status in SHAREABLE, Reason.NO_LONGER_SHARED),
        (not said, Reason.ALREADY_SHARED),
    )


def may_withdraw_me_too(actor: Actor, *, said: bool, calendar: Calendar, at: datetime) -> Verdict:
    """Whether the actor's collectivité may take it back: any verified colleague of the one who said it."""
    return verdict(
        calendar.gate(Verb.WITHDRAW_ME_TOO, at),
        _is_known(actor),
        _speaks_for_a_collectivite(actor),
        (said, Reason.NOT_SHARED),
    )


def may_import(actor: Actor, *, calendar: Calendar, at: datetime) -> Verdict:
    """Whether the actor may bring in contributions that were gathered elsewhere: an administrator, before the vote."""
    return verdict(calendar.gate(Verb.IMPORT_CONTRIBUTIONS, at), may_see_imports(actor))


def may_see_imports(actor: Actor) -> Verdict:
    """Whether the actor may open the desk of imports."""
    return verdict(
        (actor.is_signed_in or actor.is_operator, Reason.SIGN_IN),
        (actor.has_role(Role.ADMINISTRATOR), Reason.NOT_YOUR_ROLE),
    )


def _is_known(actor: Actor) -> Verdict:
    return verdict((actor.is_signed_in, Reason.SIGN_IN), (actor.is_complete, Reason.PROFILE_INCOMPLETE))


def _speaks_for_a_collectivite(actor: Actor) -> Verdict:
    return verdict(
        (actor.profile is not Profile.PARTENAIRE, Reason.PARTNER_MAY_NOT),
        (actor.mandate is not None, Reason.NO_COLLECTIVITE),
        (actor.is_verified, Reason.ATTACHMENT_PENDING),
    )


def _owns(actor: Actor, owner: Owner) -> Verdict:
    return verdict(
        _is_known(actor),
        (owner.includes(actor), Reason.NOT_YOURS),
        (owner.siren is None or actor.is_verified, Reason.ATTACHMENT_PENDING),
    )


def _awaits(status: Status) -> Verdict:
    return verdict((status is Status.PUBLISHED, Reason.NOT_AWAITING_TRIAGE))


def search_text(*texts: str) -> str:
    """What the search looks into: folded, a space before each word, so that a word is found by its beginning."""
    return " " + " ".join(folded for folded in map(fold, texts) if folded)


MOST_WORDS = 12


def searched_words(typed: str) -> tuple[str, ...]:
    """The beginnings of words that a search looks for, all of them; the mark of a plural need not match.

    « Écoles à l’œuvre » gives ("ecole", "a", "l", "oeuvre"). At most twelve words count.
    """
    words = dict.fromkeys(fold(typed).split())
    return tuple(word.removesuffix("s") if len(word) > 3 else word for word in words)[:MOST_WORDS]
