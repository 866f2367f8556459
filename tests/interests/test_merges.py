"""Collectivités that merge once they volunteered: their successor speaks for them, and one candidature goes on."""

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from consult.calendar.rules import Stage
from consult.ground.actor import OPERATOR, Actor, Role
from consult.ground.database import reading
from consult.ground.refusals import Reason
from consult.interests.actions import declare, withdraw
from consult.interests.corrections import correct
from consult.interests.desk import Filters, find
from consult.interests.messages import ask, reply
from consult.interests.model import Interest, InterestStatus, Level
from consult.interests.own import own_files
from consult.interests.preparing import prepare
from consult.interests.publishing import accept, publish
from consult.interests.queries import file, standing
from consult.interests.readings import read
from consult.journal.model import Event, EventKind
from consult.outbox.model import Message, Notice
from consult.proposals.model import Proposal
from consult.register.actions import succeed
from consult.services.merges import AFTER_LOADING
from consult.workshops.queries import sheet as workshop_sheet
from tests.interests.test_actions import DRAFT, interests, told
from tests.register.conftest import bases, empty  # noqa: F401 - a base whose register may be changed
from tests.register.samples import GRAMAT
from tests.support.acts import refusal
from tests.support.letters import letters, subject_of, text_of
from tests.support.meetings import meetings
from tests.support.retained import proposal
from tests.support.vintages import ALVIGNAC, BEFORE, MIERS, PADIRAC, bring, merged, without
from tests.support.volunteers import interest, now
from tests.support.world import World, during
from tests.voting.conftest import small  # noqa: F401

AT = during(Stage.INTERESTS)
MERGE, AFTER = AT + timedelta(hours=1), AT + timedelta(hours=2)
INTO_GRAMAT = (*without(BEFORE, GRAMAT, MIERS), merged(GRAMAT, MIERS))
"""Gramat has taken Miers in."""


@pytest.fixture
def found(small: World) -> Proposal:  # noqa: F811
    return proposal(small.edition())


@pytest.fixture
def moderator(small: World) -> Actor:  # noqa: F811
    return small.person(None, Role.MODERATOR, email="moderation@exemple.invalid")


def live() -> list[tuple[str, InterestStatus]]:
    return [(one.siren, one.status) for one in interests() if one.status is not InterestStatus.WITHDRAWN]


class TestTheSuccessorSpeaks:
    @pytest.fixture
    def declared(self, small: World, found: Proposal, tmp_path: Path) -> Interest:  # noqa: F811
        """What Miers declared before Gramat took it in."""
        declared = declare(small.person(MIERS.siren, email="miers@exemple.invalid"), found.id, DRAFT, at=AT)
        bring(tmp_path, INTO_GRAMAT, at=MERGE)
        return declared

    def test_it_stays_attributed_to_who_declared_it(self, small: World, found: Proposal, declared: Interest) -> None:  # noqa: F811
        assert live() == [(MIERS.siren, InterestStatus.SUBMITTED)]
        seen = file(found.edition_id, declared.number)
        assert (seen.collectivite.siren, seen.speaker) == (MIERS.siren, GRAMAT.siren)
        assert told(Notice.INTERESTS_MERGED) == [], "there is only one"

    def test_its_people_find_the_file_and_do_not_declare_a_second(
        self,
        small: World,  # noqa: F811
        found: Proposal,
        declared: Interest,
    ) -> None:
        heir = small.person(GRAMAT.siren)
        (own,) = own_files(found.edition_id, GRAMAT.siren)
        assert (own.number, own.collectivite.siren) == (declared.number, MIERS.siren)
        assert standing(found.edition_id, found.number, GRAMAT.siren).interest_id == declared.id
        assert standing(found.edition_id, found.number, PADIRAC.siren).interest_id is None
        assert refusal(declare, heir, found.id, DRAFT, at=AFTER) is Reason.ALREADY_INTERESTED
        assert own_files(found.edition_id, PADIRAC.siren) == []

    def test_its_people_correct_answer_and_withdraw(self, small: World, declared: Interest, moderator: Actor) -> None:  # noqa: F811
        heir, stranger = small.person(GRAMAT.siren, email="gramat@exemple.invalid"), small.person(PADIRAC.siren)
        ask(moderator, declared.id, "Qui sera référent ?", True, at=AFTER)
        assert told(Notice.INTEREST_QUESTIONED) == ["gramat@exemple.invalid"]
        for act in (
            partial(reply, body="Oui."),
            partial(correct, draft=DRAFT, read=0),
            partial(withdraw, reason="Non."),
        ):
            assert refusal(act, stranger, declared.id, at=AFTER) is Reason.NOT_YOURS
            act(heir, declared.id, at=AFTER)
        assert now(declared).status is InterestStatus.WITHDRAWN
        assert now(declared).siren == MIERS.siren

    def test_the_answer_is_told_to_them(self, small: World, declared: Interest, moderator: Actor) -> None:  # noqa: F811
        small.person(GRAMAT.siren, email="gramat@exemple.invalid")
        small.person(PADIRAC.siren)
        accept(moderator, declared.id, at=AFTER)
        assert told(Notice.INTEREST_DECIDED) == ["gramat@exemple.invalid", "miers@exemple.invalid"]

    def test_they_keep_out_of_its_instruction(self, small: World, found: Proposal, declared: Interest) -> None:  # noqa: F811
        both = small.person(GRAMAT.siren, Role.MODERATOR)
        edition_id = found.edition_id
        for act in (
            partial(read, both, declared.id, {}, note="Bien."),
            partial(accept, both, declared.id),
            partial(prepare, both, edition_id, [declared.id], InterestStatus.ACCEPTED, reason="Bien."),
        ):
            assert refusal(act, at=AFTER) is Reason.OWN_INTEREST
        (line,) = find(edition_id, Filters(), reader=both.person_id, own=[GRAMAT.siren, MIERS.siren]).items
        assert line.prepared is None

    def test_they_come_to_the_workshops(self, small: World, found: Proposal, declared: Interest) -> None:  # noqa: F811
        held, _, _ = meetings(small.person(None, Role.MODERATOR), found.id, at=AT + timedelta(days=10))
        assert workshop_sheet(found.edition_id, held.number, small.person(GRAMAT.siren)).room.is_volunteer
        assert not workshop_sheet(found.edition_id, held.number, small.person(PADIRAC.siren)).room.is_volunteer


class TestOneGoesOn:
    def test_the_successor_s_own_and_the_team_is_told(
        self,
        small: World,  # noqa: F811
        found: Proposal,
        moderator: Actor,
        tmp_path: Path,
    ) -> None:
        other = proposal(small.edition("2020"))
        absorbed = declare(small.person(MIERS.siren, email="miers@exemple.invalid"), found.id, DRAFT, at=AT)
        own = interest(found, small.person(GRAMAT.siren, email="gramat@exemple.invalid"), at=AT + timedelta(minutes=1))
        elsewhere, neighbour = interest(other, small.person(GRAMAT.siren)), interest(found, small.person(PADIRAC.siren))
        report = bring(tmp_path, INTO_GRAMAT, at=MERGE)
        assert report.effects["interests_ended"] == 1
        assert now(absorbed).status is InterestStatus.WITHDRAWN
        reason = "Gramat (Lot) succède à Miers (Lot) : une seule candidature continue, la n° 2."
        assert now(absorbed).reason == reason
        assert all(now(one).status is InterestStatus.SUBMITTED for one in (own, elsewhere, neighbour))
        event = reading().scalars(select(Event).where(Event.kind == EventKind.INTEREST_WITHDRAWN)).one()
        assert (event.subject, event.siren, event.data["kept"]) == ("interest:1", MIERS.siren, 2)
        people = ["gramat@exemple.invalid", "miers@exemple.invalid", "moderation@exemple.invalid"]
        assert set(people) <= set(told(Notice.INTERESTS_MERGED))
        letter = next(one for one in letters(AFTER) if one["To"] == people[-1] and "une seule continue" in subject_of(one))
        assert subject_of(letter) == "Candidatures n° 1 et n° 2 : une seule continue"
        assert reason in text_of(letter)
        assert [one.number for one in own_files(found.edition_id, GRAMAT.siren)] == [2, 1], "both stay readable"
        bring(tmp_path, INTO_GRAMAT, at=AFTER)
        assert len(reading().scalars(select(Message).where(Message.notice == Notice.INTERESTS_MERGED)).all()) == len(
            told(Notice.INTERESTS_MERGED)
        )

    def test_the_one_that_was_accepted_before_the_successor_s_own(
        self,
        small: World,  # noqa: F811
        found: Proposal,
        moderator: Actor,
        tmp_path: Path,
    ) -> None:
        interest(found, small.person(GRAMAT.siren))
        accepted = interest(found, small.person(MIERS.siren))
        accept(moderator, accepted.id, at=AT)
        bring(tmp_path, INTO_GRAMAT, at=MERGE)
        assert live() == [(MIERS.siren, InterestStatus.ACCEPTED)]

    def test_an_accepted_one_that_ends_leaves_its_place(
        self,
        small: World,  # noqa: F811
        found: Proposal,
        moderator: Actor,
        tmp_path: Path,
    ) -> None:
        both = [interest(found, small.person(row.siren), Level.PILOTE) for row in (GRAMAT, MIERS)]
        for one in both:
            accept(moderator, one.id, at=AT)
        waits = interest(found, small.person(PADIRAC.siren), Level.PILOTE)
        prepare(moderator, found.edition_id, [waits.id], InterestStatus.WAITLISTED, reason="Plus de place.", at=AT)
        publish(moderator, found.edition_id, at=AT)
        bring(tmp_path, INTO_GRAMAT, at=MERGE)
        assert live() == [(GRAMAT.siren, InterestStatus.ACCEPTED), (PADIRAC.siren, InterestStatus.ACCEPTED)]

    def test_of_two_absorbed_the_earlier(self, small: World, found: Proposal, tmp_path: Path) -> None:  # noqa: F811
        for rank, row in enumerate((ALVIGNAC, MIERS)):
            interest(found, small.person(row.siren), at=AT + timedelta(minutes=rank))
        bring(tmp_path, (*without(BEFORE, GRAMAT, MIERS, ALVIGNAC), merged(GRAMAT, MIERS, ALVIGNAC)), at=MERGE)
        assert live() == [(ALVIGNAC.siren, InterestStatus.SUBMITTED)]

    def test_an_operator_s_word_does_the_same(self, small: World, found: Proposal, tmp_path: Path) -> None:  # noqa: F811
        for row in (MIERS, GRAMAT):
            interest(found, small.person(row.siren))
        bring(tmp_path, without(BEFORE, MIERS), at=MERGE)
        assert len(live()) == 2, "nobody knows who succeeds it"
        succeed(MIERS.siren, GRAMAT.siren, reason="Arrêté.", at=AFTER, actor=OPERATOR, then=AFTER_LOADING)
        assert live() == [(GRAMAT.siren, InterestStatus.SUBMITTED)]
