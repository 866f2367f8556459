"""Announcing an edition and moving a date: what is kept for ever, what is refused whole, and the order with other acts."""

import threading
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from consult.calendar import queries
from consult.calendar.actions import EditionDraft, change_ballot_rules, change_instruction, create_edition, move_window
from consult.calendar.model import CalendarChange, Edition, StageWindow
from consult.calendar.rules import BallotSettings, Instruction, Stage, Verb, Window
from consult.ground.actor import OPERATOR, VISITOR, Role
from consult.ground.clock import paris
from consult.ground.database import db, reading, transaction
from consult.ground.refusals import NotFound, Reason, Refused
from consult.journal.model import PUBLIC_KINDS, Event, EventKind
from tests.support.together import together
from tests.support.world import BEFORE_ALL, THEMES, WINDOWS, World, closing_of, during, opening_of, window

DRAFT = EditionDraft(slug="2021", title="Édition 2021", windows=WINDOWS, themes=THEMES, voter_kinds=["commune"])
DAY = timedelta(days=1)
EARLIER_CLOSE = replace(window(Stage.VOTING), closes_at=closing_of(Stage.VOTING) - DAY)


def events(kind: EventKind) -> list[Event]:
    """What the journal says of this kind, in order."""
    reading().expire_all()
    return list(reading().scalars(select(Event).where(Event.kind == kind).order_by(Event.id)))


def windows(slug: str = "2021") -> tuple[Window, ...]:
    """The windows as the base has them now."""
    reading().expire_all()
    return queries.edition(slug).calendar.windows


def test_an_edition_starts_with_everything_it_needs(app: Flask) -> None:
    edition_id = create_edition(OPERATOR, DRAFT, at=BEFORE_ALL).id
    assert windows() == WINDOWS
    rows = queries.edition("2021").windows
    assert [(row.first_opens_at, row.first_closes_at) for row in rows] == [(w.opens_at, w.closes_at) for w in WINDOWS]
    assert [(theme.slug, theme.label) for theme in queries.themes(edition_id)] == list(THEMES)
    (announced,) = events(EventKind.EDITION_CREATED)
    assert (announced.at, announced.edition_id, announced.data["title"]) == (BEFORE_ALL, edition_id, "Édition 2021")


def test_only_an_administrator_announces_one(world: World) -> None:
    for actor, reason in ((VISITOR, Reason.SIGN_IN), (world.person(None, Role.MODERATOR), Reason.NOT_YOUR_ROLE)):
        with pytest.raises(Refused) as refused:
            create_edition(actor, DRAFT, at=BEFORE_ALL)
        assert refused.value.reason is reason
    create_edition(world.person(None, Role.ADMINISTRATOR), DRAFT, at=BEFORE_ALL)


def test_windows_that_overlap_are_refused_whole(app: Flask) -> None:
    overlapping = (replace(WINDOWS[0], closes_at=opening_of(Stage.VOTING) + DAY), *WINDOWS[1:])
    with pytest.raises(Refused) as refused:
        create_edition(OPERATOR, replace(DRAFT, windows=overlapping), at=BEFORE_ALL)
    assert refused.value.reason is Reason.WINDOWS_OVERLAP
    assert reading().scalars(select(Edition)).all() == []
    assert events(EventKind.EDITION_CREATED) == []


def test_an_edition_has_its_name_for_itself(world: World) -> None:
    world.edition()
    with pytest.raises(IntegrityError):
        create_edition(OPERATOR, DRAFT, at=BEFORE_ALL)
    assert len(events(EventKind.EDITION_CREATED)) == 1


def test_the_base_refuses_a_window_that_closes_before_it_opens(world: World) -> None:
    world.edition()
    closed = update(StageWindow).where(StageWindow.stage == Stage.NEEDS).values(closes_at=StageWindow.opens_at)
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(closed)


def test_a_moved_date_keeps_the_one_before_and_the_first(world: World) -> None:
    edition, administrator = world.edition(), world.person(None, Role.ADMINISTRATOR)
    at = during(Stage.VOTING)
    move_window(administrator, edition.id, EARLIER_CLOSE, reason="  Une raison  ", at=at)
    later = replace(EARLIER_CLOSE, closes_at=closing_of(Stage.VOTING) - DAY / 2)
    move_window(OPERATOR, edition.id, later, reason="Une autre", at=at + DAY)

    assert windows()[1] == later
    assert windows()[0] == WINDOWS[0], "the other stages stay where they were"
    row = queries.edition("2021").windows[1]
    assert row.first_closes_at == closing_of(Stage.VOTING), "the first date announced is never erased"

    second, first = queries.changes(edition.id)
    assert (first.reason, first.person_id, first.at) == ("Une raison", administrator.person_id, at)
    assert (first.old_closes_at, first.new_closes_at) == (closing_of(Stage.VOTING), EARLIER_CLOSE.closes_at)
    assert (second.old_closes_at, second.new_closes_at) == (EARLIER_CLOSE.closes_at, later.closes_at)
    assert second.person_id is None

    told = events(EventKind.WINDOW_MOVED)
    assert [event.data["reason"] for event in told] == ["Une raison", "Une autre"]
    assert told[0].subject == "stage:voting"
    after = [datetime.fromisoformat(instant) for instant in told[0].data["after"]]
    assert after == [EARLIER_CLOSE.opens_at, EARLIER_CLOSE.closes_at]


BEYOND = replace(window(Stage.VOTING), closes_at=closing_of(Stage.VOTING) + DAY)


@pytest.mark.parametrize(
    ("moved", "at", "reason"),
    [
        pytest.param(EARLIER_CLOSE, closing_of(Stage.VOTING) - DAY, Reason.DATE_IN_THE_PAST, id="at the very instant it says"),
        pytest.param(window(Stage.VOTING), during(Stage.VOTING), Reason.WINDOW_UNCHANGED, id="nothing changes"),
        pytest.param(BEYOND, during(Stage.VOTING), Reason.WINDOWS_OVERLAP, id="into the next stage"),
    ],
)
def test_a_move_that_is_refused_leaves_no_trace(world: World, moved: Window, at: datetime, reason: Reason) -> None:
    edition = world.edition()
    with pytest.raises(Refused) as refused:
        move_window(OPERATOR, edition.id, moved, reason="parce que", at=at)
    assert refused.value.reason is reason
    assert windows() == WINDOWS
    assert queries.changes(edition.id) == []
    assert events(EventKind.WINDOW_MOVED) == []


def test_the_move_of_one_edition_leaves_the_others(world: World) -> None:
    world.edition("2022")
    move_window(OPERATOR, world.edition().id, EARLIER_CLOSE, reason="parce que", at=during(Stage.VOTING))
    assert windows("2022") == WINDOWS


def test_once_proclaimed_what_led_to_it_no_longer_moves(world: World) -> None:
    edition = world.edition()
    with transaction() as session:
        session.get_one(Edition, edition.id).proclaimed_at = during(Stage.INTERESTS)
    with pytest.raises(Refused) as refused:
        move_window(OPERATOR, edition.id, EARLIER_CLOSE, reason="parce que", at=during(Stage.VOTING))
    assert refused.value.reason is Reason.RESULT_PROCLAIMED


def test_an_act_received_before_a_move_is_judged_by_the_old_dates(world: World, app: Flask) -> None:
    """The move waits for the acts that share the edition's lock; whoever comes after it reads the new dates."""
    edition = world.edition()
    at = during(Stage.VOTING)
    shortened = replace(window(Stage.VOTING), closes_at=at + timedelta(hours=1))
    order, started, broken = [], threading.Event(), []

    def move() -> None:
        try:
            with app.app_context():
                started.set()
                move_window(OPERATOR, edition.id, shortened, reason="parce que", at=at)
                order.append("moved")
                db.session.close()
        except BaseException as error:  # a thread must not fail in silence
            broken.append(error)

    mover = threading.Thread(target=move)
    with transaction() as session:
        seen = queries.locked_edition(session, edition.id).calendar
        mover.start()
        assert started.wait(10)
        assert seen.permits(Verb.GIVE_SUPPORT, at + timedelta(hours=2))
        order.append("judged")
    mover.join(30)
    assert not broken
    assert order == ["judged", "moved"]
    with transaction() as session:
        assert not queries.locked_edition(session, edition.id).calendar.permits(Verb.GIVE_SUPPORT, at + timedelta(hours=1))


def test_two_moves_at_once_are_two_lines_of_the_register(world: World, app: Flask) -> None:
    edition = world.edition()
    together, broken = threading.Barrier(2), []

    def move(hours: int) -> None:
        moved = replace(window(Stage.VOTING), closes_at=closing_of(Stage.VOTING) - timedelta(hours=hours))
        try:
            with app.app_context():
                together.wait(10)
                move_window(OPERATOR, edition.id, moved, reason=f"{hours} heures", at=during(Stage.VOTING))
                db.session.close()
        except BaseException as error:  # a thread must not fail in silence
            broken.append(error)

    movers = [threading.Thread(target=move, args=(hours,)) for hours in (1, 2)]
    for mover in movers:
        mover.start()
    for mover in movers:
        mover.join(30)
    assert broken == []
    reading().expire_all()
    second, first = reading().scalars(select(CalendarChange).order_by(CalendarChange.id.desc())).all()
    assert second.old_closes_at == first.new_closes_at, "each line begins where the one before ended"
    assert windows()[1].closes_at == second.new_closes_at


def test_reading_editions(world: World) -> None:
    with pytest.raises(NotFound):
        queries.edition("2021")
    assert queries.latest_edition() is None
    world.edition()
    world.edition("2023")
    world.edition("2022")
    assert [edition.slug for edition in queries.editions()] == ["2023", "2022", "2021"]
    latest = queries.latest_edition()
    assert latest is not None
    assert latest.slug == "2023"
    assert latest.calendar.stage_at(paris(2021, 4, 1)) is Stage.VOTING


def test_how_candidatures_are_answered_is_changed_in_the_open(world: World) -> None:
    edition, steward = world.edition(instruction=Instruction.EVERYONE), world.person(None, Role.ADMINISTRATOR)
    change_instruction(steward, edition.id, Instruction.INSTRUCTED, reason=" Le comité le demande. ", at=during(Stage.NEEDS))
    reading().expire_all()
    assert queries.edition("2021").instruction is Instruction.INSTRUCTED
    (event,) = events(EventKind.INSTRUCTION_CHANGED)
    assert (event.edition_id, event.person_id) == (edition.id, steward.person_id)
    assert event.data == {"reason": "Le comité le demande.", "before": "everyone", "after": "instructed"}
    with pytest.raises(Refused) as refused:
        change_instruction(steward, edition.id, Instruction.EVERYONE, reason="Non.", at=opening_of(Stage.INTERESTS))
    assert refused.value.reason is Reason.STAGE_CLOSED


class TestBallotRules:
    """The rules of the vote: versions that stay, frozen to the second, one change at a time."""

    @pytest.fixture
    def edition(self, world: World) -> Edition:
        return world.edition()

    CHANGED = BallotSettings(("commune", "epci"), 3, tallies_hidden=False)
    BEFORE = BallotSettings(("commune", "epci", "departement", "region", "special_status"), None, tallies_hidden=True)

    def test_every_version_stays_with_its_reason_and_is_public(self, world: World, edition: Edition) -> None:
        other = world.edition("2022")
        steward = world.person(None, Role.ADMINISTRATOR)
        change_ballot_rules(steward, edition.id, self.CHANGED, read=1, reason=" Une raison. ", at=during(Stage.NEEDS))
        reading().expire_all()
        assert queries.ballot_settings(queries.edition("2021")) == self.CHANGED
        assert queries.ballot_settings(queries.edition("2022")) == self.BEFORE
        last, first = queries.rules_versions(edition.id)
        assert (last.version, last.at, last.person_id, last.reason) == (
            2,
            during(Stage.NEEDS),
            steward.person_id,
            "Une raison.",
        )
        assert last.said == {"voter_kinds": ["commune", "epci"], "max_supports": 3, "tallies_hidden": False}
        assert (first.version, first.at, first.said["max_supports"]) == (1, BEFORE_ALL, None)
        assert len(queries.rules_versions(other.id)) == 1
        (event,) = events(EventKind.BALLOT_RULES_CHANGED)
        assert event.kind in PUBLIC_KINDS
        assert (event.edition_id, event.data["reason"], event.data["version"]) == (edition.id, "Une raison.", 2)
        assert event.data["before"] == asdict(self.BEFORE) | {"voter_kinds": list(self.BEFORE.voter_kinds)}
        assert event.data["after"] == asdict(self.CHANGED) | {"voter_kinds": list(self.CHANGED.voter_kinds)}

    def test_nothing_is_left_of_what_is_refused(self, edition: Edition) -> None:
        opens = opening_of(Stage.VOTING)
        for actor, read, at, reason in (
            (OPERATOR, 1, opens, Reason.BALLOT_RULES_FROZEN),
            (OPERATOR, 1, closing_of(Stage.VOTING), Reason.BALLOT_RULES_FROZEN),
            (VISITOR, 1, opens - DAY, Reason.NOT_YOUR_ROLE),
            (OPERATOR, 0, opens - DAY, Reason.BALLOT_RULES_CHANGED),
        ):
            with pytest.raises(Refused) as refused:
                change_ballot_rules(actor, edition.id, self.CHANGED, read=read, reason="Essai", at=at)
            assert refused.value.reason is reason
            reading().expire_all()
            assert queries.ballot_settings(queries.edition("2021")) == self.BEFORE
            assert len(queries.rules_versions(edition.id)) == 1
            assert events(EventKind.BALLOT_RULES_CHANGED) == []

    def test_an_opening_moved_later_thaws_nothing_that_was_open(self, edition: Edition) -> None:
        opens = opening_of(Stage.VOTING)
        later = replace(window(Stage.VOTING), opens_at=opens + DAY)
        move_window(OPERATOR, edition.id, later, reason="Essai", at=opens - DAY)
        change_ballot_rules(OPERATOR, edition.id, self.CHANGED, read=1, reason="Essai", at=opens)
        with pytest.raises(Refused):
            change_ballot_rules(OPERATOR, edition.id, self.BEFORE, read=2, reason="Essai", at=opens + DAY)

    def test_two_at_once_change_them_once(self, app: Flask, edition: Edition) -> None:
        at = during(Stage.NEEDS)
        wishes = [replace(self.CHANGED, max_supports=maximum) for maximum in (1, 2, 3, 4)]
        results = together(
            app,
            [partial(change_ballot_rules, OPERATOR, edition.id, wish, read=1, reason="Essai", at=at) for wish in wishes],
        )
        assert results.count(Reason.BALLOT_RULES_CHANGED) == 3
        assert len(queries.rules_versions(edition.id)) == len(events(EventKind.BALLOT_RULES_CHANGED)) + 1 == 2
