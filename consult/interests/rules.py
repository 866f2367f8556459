"""Who may volunteer as a territoire référent, when, and what the team may answer."""

from collections.abc import Iterable
from datetime import datetime

from consult.calendar.rules import Calendar, Verb
from consult.ground.actor import Actor, Profile, Role
from consult.ground.refusals import Reason, Verdict, verdict
from consult.interests.charter_rules import charter_name, is_accepted
from consult.interests.model import InterestStatus, Level

CHARTER = charter_name("2021", 1)
"""What the volunteers of the edition of 2021 accept first."""

LIVE = (InterestStatus.SUBMITTED, InterestStatus.ACCEPTED, InterestStatus.WAITLISTED)
"""An interest that counts: one a collectivité and proposition, in the base too."""

TEAM = (Role.MODERATOR, Role.ADMINISTRATOR)


def names_its_people(level: Level, people: Iterable[str]) -> bool:
    """Whether whoever must be named is: a pilot gives the names and functions of a référent and of a sponsor."""
    return level is not Level.PILOTE or all(said.strip() for said in people)


def may_declare(
    actor: Actor, *, calendar: Calendar, is_proclaimed: bool, is_retained: bool, has_live: bool, at: datetime
) -> Verdict:
    """Whether the actor may volunteer their collectivité for a proposition."""
    return verdict(
        calendar.gate(Verb.DECLARE_INTEREST, at),
        speaks_for_a_collectivite(actor),
        (is_proclaimed, Reason.NOT_PROCLAIMED),
        (is_retained, Reason.NOT_RETAINED),
        (not has_live, Reason.ALREADY_INTERESTED),
    )


def is_whole(*, level: Level, people: Iterable[str], availability: str, charter: str, in_force: str) -> Verdict:
    """Whether an offer says all that its level commits to, and accepts the charter in force."""
    return verdict(
        is_accepted(charter, in_force),
        (names_its_people(level, people), Reason.PILOT_WITHOUT_PEOPLE),
        (level is not Level.PILOTE or bool(availability.strip()), Reason.PILOT_WITHOUT_TIME),
    )


def may_withdraw(
    actor: Actor, *, calendar: Calendar, siren: str, status: InterestStatus, at: datetime, reason: str | None = None
) -> Verdict:
    """Whether the actor may take back what their collectivité, `siren`, declared.

    Asked without a reason (None), it says whether the form may be shown.
    """
    return verdict(
        calendar.gate(Verb.WITHDRAW_INTEREST, at),
        speaks_for_a_collectivite(actor),
        (actor.siren == siren, Reason.NOT_YOURS),
        (status in LIVE, Reason.NOT_LIVE),
        (reason is None or bool(reason.strip()), Reason.REASON_MISSING),
    )


def is_of_the_team(actor: Actor) -> Verdict:
    """Whether the actor is a moderator or an administrator: those who instruct, and who follow services."""
    return verdict(
        (actor.is_signed_in or actor.is_operator, Reason.SIGN_IN),
        (actor.has_role(*TEAM), Reason.NOT_YOUR_ROLE),
    )


def speaks_for_a_collectivite(actor: Actor) -> Verdict:
    """Whether the actor may act for a collectivité: verified, and no partner."""
    return verdict(
        (actor.is_signed_in, Reason.SIGN_IN),
        (actor.profile is not Profile.PARTENAIRE, Reason.PARTNER_MAY_NOT),
        (actor.mandate is not None, Reason.NO_COLLECTIVITE),
        (actor.is_verified, Reason.ATTACHMENT_PENDING),
    )
