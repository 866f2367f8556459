"""The result that a process keeps is never older than the base, whoever changed it, from whichever process."""

import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from flask import Flask

from consult.accounts.model import AttachmentStatus
from consult.calendar import queries as calendars
from consult.calendar.actions import move_window
from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.ground.actor import Actor, Role
from consult.ground.database import Lock, lock, transaction
from consult.ground.refusals import Reason, Refused
from consult.register.model import RegisterLoad
from consult.selection.actions import decide, proclaim
from consult.selection.model import Outcome
from consult.voting.actions import give_support, withdraw_support
from consult.voting.results import Results, results
from consult.web.context import settings
from tests.support.commands import environment
from tests.support.engines import Engines
from tests.support.stage_two import CLOSED, DURING_VOTE, decide_attachment, fresh, give_each, propositions
from tests.support.statements import count_statements
from tests.support.together import together
from tests.support.world import CAUVALDOR, GRAMAT, LOT, ROCAMADOUR, SAINT_ETIENNE, World, just_before

ROOT = Path(__file__).parents[2]
MICROSECOND = timedelta(microseconds=1)
LAST_MOMENT = CLOSED - MICROSECOND
KEPT = 1
"""Statements of a result that the process kept: the one that says whether the base is as it was."""


def read(edition: Edition, *, at: datetime = CLOSED) -> tuple[Results, int]:
    """The result as a page that begins now reads it, and how many statements it took."""
    the_edition = fresh(edition)
    with count_statements() as sent:
        found = results(the_edition, at=at)
    return found, len(sent)


def first_of(found: Results) -> tuple[int, int]:
    """Supports of the first of the ranking, and of all."""
    return found.most, found.supports


class Another:
    """Another process of the site, on the same base, that keeps its own results."""

    def __init__(self, slug: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.voting.another", slug],
            cwd=ROOT,
            env=environment(settings()),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def says(self, at: datetime = CLOSED) -> str:
        """The supports of each proposition in the order of the ranking, how many wait, how many statements; or the refusal."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{at.isoformat()}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def __enter__(self) -> "Another":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate()


def test_it_is_counted_once_then_kept(world: World) -> None:
    edition = world.edition()
    first, _, _ = propositions(edition)
    give_each([world.person(siren) for siren in (ROCAMADOUR, GRAMAT)], first)
    found, cost = read(edition)
    assert (first_of(found), cost > KEPT) == ((2, 2), True)
    again, cost = read(edition)
    assert (again, cost) == (found, KEPT)


def test_nobody_reads_it_while_it_is_secret_and_it_is_there_at_the_closing_instant(world: World) -> None:
    edition = world.edition()
    give_each([world.person(ROCAMADOUR)], propositions(edition)[0])
    for at in (DURING_VOTE, just_before(CLOSED), LAST_MOMENT):
        with pytest.raises(Refused) as refused:
            read(edition, at=at)
        assert refused.value.reason is Reason.TALLIES_HIDDEN
    assert first_of(read(edition, at=CLOSED)[0]) == (1, 1)
    with pytest.raises(Refused):
        read(edition, at=LAST_MOMENT)


def test_nothing_is_kept_while_the_vote_is_open(world: World) -> None:
    edition = world.edition(tallies_hidden=False)
    first, _, _ = propositions(edition)
    give_each([world.person(ROCAMADOUR)], first)
    for _ in range(2):
        found, cost = read(edition, at=LAST_MOMENT)
        assert (first_of(found), cost > KEPT) == ((1, 1), True)
    give_each([world.person(GRAMAT)], first)
    assert first_of(read(edition, at=LAST_MOMENT)[0]) == (2, 2)


def test_an_attachment_verified_after_the_close_counts_at_once(world: World) -> None:
    edition = world.edition()
    first, _, _ = propositions(edition)
    waiting = [world.person(siren, status=AttachmentStatus.PENDING) for siren in (ROCAMADOUR, GRAMAT, LOT)]
    give_each(waiting, first)
    found, _ = read(edition)
    assert (first_of(found), found.waiting) == ((0, 0), 3)
    decide_attachment(waiting[0], AttachmentStatus.VERIFIED, at=CLOSED)
    found, _ = read(edition)
    assert (first_of(found), found.waiting) == ((1, 1), 2)
    decide_attachment(waiting[1], AttachmentStatus.REFUSED, at=CLOSED)
    found, _ = read(edition)
    assert (first_of(found), found.waiting) == ((1, 1), 1)
    decide_attachment(waiting[2], AttachmentStatus.VERIFIED, at=CLOSED)
    found, _ = read(edition)
    assert (first_of(found), found.waiting) == ((2, 2), 0)
    assert found.turnout.voted == 2


def test_a_request_received_before_the_close_and_served_after_it_counts_at_once(world: World) -> None:
    edition = world.edition()
    first, second, _ = propositions(edition)
    people = [world.person(siren) for siren in (ROCAMADOUR, GRAMAT)]
    give_each(people, first)
    assert first_of(read(edition)[0]) == (2, 2)
    give_support(people[0], second.id, at=LAST_MOMENT)
    assert first_of(read(edition)[0]) == (2, 3)
    withdraw_support(people[1], first.id, at=LAST_MOMENT)
    assert first_of(read(edition)[0]) == (1, 2)
    give_support(people[1], first.id, at=LAST_MOMENT)
    withdraw_support(people[1], first.id, at=LAST_MOMENT)
    assert first_of(read(edition)[0]) == (1, 2)


def test_the_proclamation_sets_aside_what_waited_and_shows_at_once(world: World) -> None:
    edition = world.edition()
    (first,) = propositions(edition, 1)
    waiting = world.person(GRAMAT, status=AttachmentStatus.PENDING)
    give_each([world.person(ROCAMADOUR), waiting], first)
    assert read(edition)[0].waiting == 1
    member = world.person(None, Role.COMMITTEE)
    decide(member, first.id, Outcome.RETAINED, reason="Une raison fictive.", at=CLOSED)
    proclaim(member, edition.id, at=CLOSED)
    found, cost = read(edition)
    assert (first_of(found), found.waiting, cost > KEPT) == ((1, 1), 0, True)
    decide_attachment(waiting, AttachmentStatus.VERIFIED, at=CLOSED)
    found, cost = read(edition)
    assert (first_of(found), cost) == ((1, 1), KEPT)


def test_a_vote_that_opens_again_is_secret_again_and_counted_anew(world: World) -> None:
    edition = world.edition()
    first, _, _ = propositions(edition)
    give_each([world.person(ROCAMADOUR)], first)
    assert first_of(read(edition)[0]) == (1, 1)
    pilot, later = world.person(None, Role.ADMINISTRATOR), CLOSED + timedelta(days=1)
    move(pilot, edition, Stage.INTERESTS, opens_at=later + MICROSECOND)
    move(pilot, edition, Stage.VOTING, closes_at=later)
    with pytest.raises(Refused) as refused:
        read(edition, at=CLOSED)
    assert refused.value.reason is Reason.TALLIES_HIDDEN
    give_support(world.person(GRAMAT), first.id, at=CLOSED)
    assert first_of(read(edition, at=later)[0]) == (2, 2)


def move(pilot: Actor, edition: Edition, stage: Stage, **instants: datetime) -> None:
    """Move an edge of a stage, as the calendar's page does."""
    moved = replace(fresh(edition).calendar.window(stage), **instants)  # type: ignore[arg-type]
    move_window(pilot, edition.id, moved, reason="Pour laisser du temps.", at=LAST_MOMENT)


def test_a_new_vintage_of_the_register_says_anew_how_many_may_vote(world: World) -> None:
    edition = world.edition()
    (first,) = propositions(edition, 1)
    give_each([world.person(ROCAMADOUR)], first)
    read(edition)
    assert read(edition)[1] == KEPT
    with transaction() as session:
        load = RegisterLoad(vintage="2099", digest="0" * 64, loaded_at=CLOSED, counts={})
        session.add(load)
    try:
        assert read(edition)[1] > KEPT
        assert read(edition)[1] == KEPT
    finally:
        with transaction() as session:
            session.delete(session.merge(load))


def test_another_edition_is_kept_apart(world: World) -> None:
    this, other = world.edition(), world.edition("2022")
    mine, theirs = propositions(this)[0], propositions(other)[0]
    give_each([world.person(ROCAMADOUR)], mine)
    give_each([world.person(GRAMAT), world.person(LOT)], theirs)
    assert (first_of(read(this)[0]), first_of(read(other)[0])) == ((1, 1), (2, 2))
    assert (first_of(read(this)[0]), first_of(read(other)[0])) == ((1, 1), (2, 2))


def test_each_sort_gave_what_an_independent_count_says(world: World) -> None:
    edition = world.edition()
    first, second, _ = propositions(edition)
    voters = [world.person(siren) for siren in (ROCAMADOUR, GRAMAT, SAINT_ETIENNE, CAUVALDOR)]
    give_each(voters, first)
    give_each(voters[:2], second)
    who = read(edition)[0].turnout
    assert {share.key: (share.voted, share.supports) for share in who.by_kind if share.voted} == {
        "commune": (3, 5),
        "epci": (1, 1),
    }
    assert {share.key: (share.voted, share.supports) for share in who.by_departement if share.voted} == {
        "42": (1, 1),
        "46": (3, 5),
    }
    assert {share.label: (share.voted, share.supports) for share in who.by_region if share.voted} == {
        "Auvergne-Rhône-Alpes": (1, 1),
        "Occitanie": (3, 5),
    }
    assert sum(share.supports or 0 for share in who.by_stratum) == 6


def test_many_who_come_at_once_count_once(app: Flask, world: World) -> None:
    edition = world.edition()
    give_each([world.person(ROCAMADOUR)], propositions(edition)[0])
    slug = edition.slug
    with count_statements() as sent:
        found = together(app, [lambda: results(calendars.edition(slug), at=CLOSED)] * 6)
    assert {one.supports for one in found} == {1}
    assert sum("GROUP BY support.proposal_id" in statement for statement in sent) == 1


def test_on_postgresql_what_is_counted_while_somebody_still_votes_is_not_kept(engines: Engines) -> None:
    """A support under way may be committed after one that follows it: its number is lower than the last one seen."""
    app = engines.app("postgresql")
    engines.clean(app)
    inside, over = Barrier(2), Barrier(2)
    with app.app_context():
        world = World(app)
        edition = world.edition()
        give_each([world.person(ROCAMADOUR)], propositions(edition)[0])

        def vote() -> None:
            with app.app_context(), transaction() as session:
                lock(session, Lock.EDITION, edition.id, shared=True)
                inside.wait()
                over.wait()

        voter = Thread(target=vote)
        voter.start()
        inside.wait()
        assert [read(edition)[1] > KEPT for _ in range(2)] == [True, True]
        over.wait()
        voter.join()
        assert [read(edition)[1] > KEPT for _ in range(2)] == [True, False]


def test_another_process_sees_at_once_what_this_one_does(world: World) -> None:
    """Verified after the close, reopened, voted again, closed again, proclaimed: what it keeps is never shown too long."""
    edition = world.edition()
    (first,) = propositions(edition, 1)
    waiting = [world.person(siren, status=AttachmentStatus.PENDING) for siren in (ROCAMADOUR, GRAMAT)]
    give_each(waiting, first)
    pilot, member = world.person(None, Role.ADMINISTRATOR), world.person(None, Role.COMMITTEE)
    later = CLOSED + timedelta(days=1)
    with Another(edition.slug) as another:
        assert another.says(LAST_MOMENT) == Reason.TALLIES_HIDDEN.value
        assert [another.says().rpartition(" ")[0] for _ in range(2)] == ["[0] 2", "[0] 2"]
        assert another.says() == f"[0] 2 {KEPT + 1}", "the edition, then the state"
        decide_attachment(waiting[0], AttachmentStatus.VERIFIED, at=CLOSED)
        assert another.says().startswith("[1] 1 ")
        move(pilot, edition, Stage.INTERESTS, opens_at=later + MICROSECOND)
        move(pilot, edition, Stage.VOTING, closes_at=later)
        assert another.says() == Reason.TALLIES_HIDDEN.value
        give_support(world.person(LOT), first.id, at=CLOSED)
        assert another.says(later).startswith("[2] 1 ")
        give_support(world.person(SAINT_ETIENNE), first.id, at=later - MICROSECOND)
        assert another.says(later).startswith("[3] 1 ")
        decide(member, first.id, Outcome.RETAINED, reason="Une raison fictive.", at=later)
        proclaim(member, edition.id, at=later)
        assert another.says(later).startswith("[3] 0 ")
        assert another.says(later) == f"[3] 0 {KEPT + 1}"
