"""A world to test in: one edition with 2021's dates, real collectivités, invented people.

Other editions, collectivités and people always exist beside those a test speaks of, so a query without its filter fails.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from flask import Flask

from consult.accounts.model import Attachment, AttachmentStatus, AttachmentWay, Person, RoleGrant
from consult.accounts.queries import actor_of_person
from consult.calendar.actions import EditionDraft, create_edition
from consult.calendar.model import Edition
from consult.calendar.rules import Stage, Window
from consult.ground.actor import OPERATOR, Actor, Profile, Role
from consult.ground.clock import paris
from consult.ground.database import transaction
from consult.register.model import Collectivite

# Real collectivités of the register.
ROCAMADOUR = "214602401"
GRAMAT = "214601288"
SAINT_ETIENNE = "214202186"
CAUVALDOR = "200066371"  # communauté de communes Causses et Vallée de la Dordogne
LOT = "224600015"
OCCITANIE = "200053791"
CORSE = "200076958"

BEFORE_ALL = paris(2021, 1, 10, 9)
WINDOWS = (
    Window(Stage.NEEDS, paris(2021, 1, 25, 9), paris(2021, 3, 15, 12)),
    Window(Stage.VOTING, paris(2021, 3, 15, 12), paris(2021, 4, 30, 18)),
    Window(Stage.INTERESTS, paris(2021, 4, 30, 18), paris(2021, 6, 1)),
    Window(Stage.TRACKING, paris(2021, 6, 1), None),
)
THEMES = (("mobilite-transports", "Mobilité et transports"), ("inclusion-numerique", "Inclusion numérique"))
SECOND = timedelta(seconds=1)


def window(stage: Stage) -> Window:
    """The window of a stage in the world's edition."""
    return next(window for window in WINDOWS if window.stage is stage)


def opening_of(stage: Stage) -> datetime:
    """The first instant inside a stage."""
    return window(stage).opens_at


def closing_of(stage: Stage) -> datetime:
    """The first instant after a stage."""
    closes_at = window(stage).closes_at
    assert closes_at is not None
    return closes_at


def just_before(instant: datetime) -> datetime:
    """One second earlier."""
    return instant - SECOND


def during(stage: Stage) -> datetime:
    """A day into the stage."""
    return opening_of(stage) + timedelta(days=1)


@contextmanager
def no_more(siren: str) -> Iterator[None]:
    """Within the block, the register no longer holds this collectivité."""

    def write(*, is_current: bool) -> None:
        with transaction() as session:
            one = session.get_one(Collectivite, siren)
            one.is_current, one.ended_on = is_current, None if is_current else BEFORE_ALL.date()

    write(is_current=False)
    try:
        yield
    finally:
        write(is_current=True)


class World:
    """Makes what a test needs, and nothing that the rules would not allow."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._people = 0

    def edition(self, slug: str = "2021", **changed: object) -> Edition:
        """An edition with 2021's dates; keyword arguments change the draft."""
        draft = EditionDraft(
            slug=slug,
            title=f"Édition {slug}",
            windows=WINDOWS,
            themes=THEMES,
            voter_kinds=["commune", "epci", "departement", "region", "special_status"],
        )
        return create_edition(OPERATOR, replace(draft, **changed), at=BEFORE_ALL)  # type: ignore[arg-type]

    def person(
        self,
        siren: str | None = None,
        *roles: Role,
        email: str | None = None,
        profile: Profile = Profile.AGENT,
        status: AttachmentStatus = AttachmentStatus.VERIFIED,
        at: datetime = BEFORE_ALL,
    ) -> Actor:
        """Someone invented, attached to a collectivité unless `siren` is None, with these roles."""
        self._people += 1
        email = email or f"personne-{self._people}@exemple.invalid"
        with transaction() as session:
            person = Person(
                email=email,
                email_key=email.lower(),
                name=f"Personne Fictive {self._people}",
                profile=profile,
                function="secrétaire de mairie",
                created_at=at,
                last_seen_at=at,
            )
            session.add(person)
            session.flush()
            if siren:
                decided = None if status is AttachmentStatus.PENDING else at
                session.add(
                    Attachment(
                        person_id=person.id,
                        siren=siren,
                        status=status,
                        way=AttachmentWay.MODERATOR,
                        evidence={},
                        requested_at=at,
                        decided_at=decided,
                        verified_at=at if status is AttachmentStatus.VERIFIED else None,
                    )
                )
            session.add_all(RoleGrant(person_id=person.id, role=role, granted_at=at) for role in roles)
            person_id = person.id
        actor = actor_of_person(person_id)
        assert actor is not None
        return actor
