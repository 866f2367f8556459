"""The desk: every filter, every order, what a reader who keeps out is not told, and one statement whatever the number."""

from decimal import Decimal
from typing import Any

import pytest

from consult.ground.actor import Actor, Role
from consult.interests.desk import Filters, Preparation, Readers, Sort, after, find, messages_of, volunteered_for
from consult.interests.grid import criteria_of, set_grid
from consult.interests.grid_rules import CriterionDraft
from consult.interests.messages import ask, reply
from consult.interests.model import Interest, InterestStatus, Level
from consult.interests.preparing import prepare
from consult.interests.publishing import accept
from consult.interests.readings import read
from consult.proposals.model import Proposal
from consult.register.rules import Kind, Stratum
from tests.support.retained import proposal
from tests.support.statements import count_statements
from tests.support.volunteers import INSTRUCTED as AT
from tests.support.volunteers import interest, waiting_for
from tests.support.world import CAUVALDOR, GRAMAT, LOT, ROCAMADOUR, SAINT_ETIENNE, World

NOBODY = Filters()


@pytest.fixture
def found(world: World) -> Proposal:
    edition = world.edition()
    set_grid(world.person(None, Role.ADMINISTRATOR), edition.id, [CriterionDraft("Le besoin", "", 1)], reason="Oui.", at=AT)
    interest(proposal(world.edition("2020")), world.person(ROCAMADOUR))
    return proposal(edition)


@pytest.fixture
def team(world: World) -> Actor:
    return world.person(None, Role.MODERATOR)


@pytest.fixture
def files(world: World, found: Proposal) -> list[Interest]:
    sirens = (ROCAMADOUR, GRAMAT, LOT, SAINT_ETIENNE)
    made = [interest(found, world.person(siren)) for siren in sirens]
    return [*made, interest(proposal_of(world, found), world.person(CAUVALDOR), Level.PILOTE)]


def proposal_of(world: World, found: Proposal) -> Proposal:
    from consult.calendar.queries import edition

    return proposal(edition("2021"), "Gérer électroniquement les documents")


def numbers(found: Proposal, reader: Actor | None = None, own: tuple[str, ...] = (), **asked: Any) -> list[int]:
    page = find(found.edition_id, Filters(**asked), reader=reader.person_id if reader else None, own=own)
    assert page.total == len(page.items)
    return [line.number for line in page.items]


def note(by: Actor, file: Interest, points: int) -> None:
    (criterion,) = criteria_of(file.edition_id)
    read(by, file.id, {criterion.id: points}, note="", at=AT)


def test_every_filter_of_what_was_declared(found: Proposal, files: list[Interest]) -> None:
    assert numbers(found) == [1, 2, 3, 4, 5]
    assert numbers(found, proposal=2) == [5]
    assert numbers(found, proposal=9) == []
    assert numbers(found, level=Level.PILOTE) == [5]
    assert numbers(found, kind=Kind.DEPARTEMENT) == [3]
    assert numbers(found, stratum=Stratum.LT2000) == [1]
    assert numbers(found, departement="46") == [1, 2, 3, 5]
    assert numbers(found, status=InterestStatus.ACCEPTED) == []


def test_every_filter_of_what_the_team_did(world: World, found: Proposal, team: Actor, files: list[Interest]) -> None:
    other = world.person(None, Role.MODERATOR)
    for rank, answer in enumerate((InterestStatus.ACCEPTED, InterestStatus.WAITLISTED, InterestStatus.DECLINED)):
        prepare(team, found.edition_id, [files[rank].id], answer, reason="Raison.", at=AT)
    accept(team, files[3].id, at=AT)
    assert numbers(found, prepared=Preparation.ANY) == [1, 2, 3]
    assert numbers(found, prepared=Preparation.NONE) == [5]
    assert numbers(found, prepared=Preparation.ACCEPTED) == [1]
    assert numbers(found, prepared=Preparation.WAITLISTED) == [2]
    assert numbers(found, prepared=Preparation.DECLINED) == [3]
    for file, points in zip(files, (4, 2, 1), strict=False):
        note(other, file, points)
    note(team, files[0], 2)
    assert numbers(found, read=Readers.HIGH) == [1]
    assert numbers(found, read=Readers.MIDDLE) == [2]
    assert numbers(found, read=Readers.LOW) == [3]
    assert numbers(found, read=Readers.NOBODY) == [4, 5]
    assert numbers(found, team, read=Readers.NOT_BY_ME) == [2, 3, 4, 5]


def test_every_order(found: Proposal, team: Actor, files: list[Interest]) -> None:
    note(team, files[2], 4)
    note(team, files[1], 1)
    assert numbers(found, sort=Sort.BEST) == [3, 2, 1, 4, 5]
    assert numbers(found, sort=Sort.SMALLEST)[0] == 1
    names = [line.collectivite.name for line in find(found.edition_id, Filters(sort=Sort.NAME), reader=1, own=()).items]
    assert names == sorted(names)


def test_a_line_says_how_it_is_read_and_what_waits(world: World, found: Proposal, team: Actor, files: list[Interest]) -> None:
    other = world.person(None, Role.MODERATOR)
    note(team, files[0], 4)
    note(other, files[0], 1)
    ask(team, files[0].id, "Qui ?", True, at=AT)
    agent = world.person(ROCAMADOUR)
    line = find(found.edition_id, Filters(), reader=team.person_id, own=()).items[0]
    assert (line.score, line.readers, line.read_by_me, line.awaits_reply, line.asks_correction) == (
        Decimal("2.50"),
        2,
        True,
        False,
        True,
    )
    reply(agent, files[0].id, "Moi.", at=AT)
    assert numbers(found, unanswered=True) == [1]
    assert not find(found.edition_id, Filters(), reader=None, own=()).items[0].read_by_me
    assert [(one.is_from_team, one.body, one.asks_correction) for one in messages_of(files[0].id)] == [
        (True, "Qui ?", True),
        (False, "Moi.", False),
    ]


def test_who_keeps_out_is_told_nothing_of_it(found: Proposal, team: Actor, files: list[Interest]) -> None:
    prepare(team, found.edition_id, [files[0].id], InterestStatus.ACCEPTED, reason="Une raison.", at=AT)
    note(team, files[0], 4)
    line = find(found.edition_id, Filters(), reader=1, own=(ROCAMADOUR,)).items[0]
    assert (line.prepared, line.prepared_reason, line.prepared_rank, line.score) == (None, "", None, None)
    for asked in ({"prepared": Preparation.ANY}, {"prepared": Preparation.NONE}, {"read": Readers.HIGH}):
        assert 1 not in numbers(found, own=(ROCAMADOUR,), **asked)
    assert numbers(found, own=(ROCAMADOUR,), sort=Sort.BEST) == [1, 2, 3, 4, 5]


def test_what_comes_after_one_in_the_list(found: Proposal, files: list[Interest]) -> None:
    edition_id = found.edition_id
    assert after(edition_id, NOBODY, 2, reader=None, own=()) == 3
    assert after(edition_id, NOBODY, 5, reader=None, own=()) is None
    assert after(edition_id, Filters(level=Level.PILOTE), 2, reader=None, own=()) == 5
    assert after(edition_id, Filters(proposal=9), 2, reader=None, own=()) is None


def test_the_propositions_for_which_somebody_volunteered(found: Proposal, files: list[Interest]) -> None:
    assert [number for number, _ in volunteered_for(found.edition_id)] == [1, 2]


def test_one_statement_for_sixty_as_for_three(world: World, found: Proposal) -> None:
    from consult.calendar.queries import edition

    agent, counts = world.person(ROCAMADOUR), []
    for many in (3, 60):
        for _ in range(many):
            waiting_for(proposal(edition("2021")), [(agent, ROCAMADOUR)])
        with count_statements() as sent:
            assert len(find(found.edition_id, NOBODY, reader=1, own=(), page=1).items) == min(many, 20)
        counts.append(len(sent))
    assert counts == [1, 1]
