"""The gates, at their exact instants."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from consult.calendar.rules import (
    OPENED_BY,
    BallotSettings,
    Calendar,
    Closure,
    Edge,
    Instruction,
    Stage,
    Verb,
    Window,
    may_change_ballot_rules,
    may_change_instruction,
    may_move_window,
    reopening,
    windows_are_sound,
)
from consult.ground.actor import OPERATOR, VISITOR, Actor, Role
from consult.ground.clock import paris
from consult.ground.refusals import Reason
from tests.support.world import WINDOWS, closing_of, during, just_before, opening_of, window

CALENDAR = Calendar(WINDOWS)
ADMINISTRATOR = Actor(person_id=1, roles=frozenset({Role.ADMINISTRATOR}))
MODERATOR = Actor(person_id=2, roles=frozenset({Role.MODERATOR}))
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("at", "stage"),
    [
        pytest.param(just_before(opening_of(Stage.NEEDS)), None, id="before everything"),
        pytest.param(opening_of(Stage.NEEDS), Stage.NEEDS, id="the first opening instant"),
        pytest.param(closing_of(Stage.NEEDS) - TICK, Stage.NEEDS, id="a microsecond before needs close"),
        pytest.param(closing_of(Stage.NEEDS), Stage.VOTING, id="needs close as the vote opens"),
        pytest.param(closing_of(Stage.VOTING) - TICK, Stage.VOTING, id="a microsecond before the vote closes"),
        pytest.param(closing_of(Stage.VOTING), Stage.INTERESTS, id="the closing instant of the vote"),
        pytest.param(closing_of(Stage.INTERESTS), Stage.TRACKING, id="the last opening instant"),
        pytest.param(paris(2050, 1, 1), Stage.TRACKING, id="the last stage has no end"),
    ],
)
def test_the_stage_is_a_function_of_the_instant(at: datetime, stage: Stage | None) -> None:
    assert CALENDAR.stage_at(at) is stage


@pytest.mark.parametrize("verb", list(Verb))
def test_every_verb_is_open_from_its_opening_instant_to_its_closing_instant_excluded(verb: Verb) -> None:
    since, until = CALENDAR.opening_of(verb)
    if since:
        assert not CALENDAR.permits(verb, since - TICK)
        assert CALENDAR.permits(verb, since)
    if until:
        assert CALENDAR.permits(verb, until - TICK)
        assert not CALENDAR.permits(verb, until)
    assert since or until, "a verb that is always open needs no gate"


def test_every_verb_is_gated() -> None:
    assert set(OPENED_BY) == set(Verb)


def test_a_closed_gate_says_when() -> None:
    early = CALENDAR.gate(Verb.GIVE_SUPPORT, just_before(opening_of(Stage.VOTING)))
    late = CALENDAR.gate(Verb.GIVE_SUPPORT, closing_of(Stage.VOTING))
    assert early.reason is late.reason is Reason.STAGE_CLOSED
    assert early.moment is not None
    assert late.moment is not None
    assert early.moment.is_early
    assert not late.moment.is_early
    assert late.moment.until == closing_of(Stage.VOTING)


def test_what_closes_comes_before_what_opens_at_the_same_instant() -> None:
    at_noon = [boundary for boundary in CALENDAR.boundaries if boundary.at == closing_of(Stage.NEEDS)]
    assert [(b.stage, b.edge) for b in at_noon] == [(Stage.NEEDS, Edge.CLOSES), (Stage.VOTING, Edge.OPENS)]


def test_the_next_boundary_is_strictly_after() -> None:
    following = CALENDAR.next_boundary(closing_of(Stage.VOTING))
    assert following is not None
    assert following.at == closing_of(Stage.INTERESTS)
    assert CALENDAR.next_boundary(opening_of(Stage.TRACKING)) is None


LATER = replace(window(Stage.VOTING), closes_at=closing_of(Stage.VOTING) + timedelta(days=1))
EARLIER = replace(window(Stage.VOTING), closes_at=closing_of(Stage.VOTING) - timedelta(days=1))
LATER_INTERESTS = replace(window(Stage.INTERESTS), closes_at=closing_of(Stage.INTERESTS) - timedelta(days=1))


@pytest.mark.parametrize(
    ("actor", "moved", "reason_given", "proclaimed", "at", "reason"),
    [
        pytest.param(ADMINISTRATOR, EARLIER, "parce que", False, during(Stage.VOTING), None, id="an administrator shortens"),
        pytest.param(OPERATOR, EARLIER, "parce que", False, during(Stage.VOTING), None, id="the operator too"),
        pytest.param(VISITOR, EARLIER, "parce que", False, during(Stage.VOTING), Reason.NOT_YOUR_ROLE, id="a visitor"),
        pytest.param(MODERATOR, EARLIER, "parce que", False, during(Stage.VOTING), Reason.NOT_YOUR_ROLE, id="a moderator"),
        pytest.param(ADMINISTRATOR, EARLIER, "  ", False, during(Stage.VOTING), Reason.REASON_MISSING, id="no reason"),
        pytest.param(
            ADMINISTRATOR,
            window(Stage.VOTING),
            "parce que",
            False,
            during(Stage.VOTING),
            Reason.WINDOW_UNCHANGED,
            id="the same dates",
        ),
        pytest.param(
            ADMINISTRATOR, LATER, "parce que", False, during(Stage.VOTING), Reason.WINDOWS_OVERLAP, id="into the next stage"
        ),
        pytest.param(
            ADMINISTRATOR,
            EARLIER,
            "parce que",
            False,
            just_before(closing_of(Stage.VOTING)),
            Reason.DATE_IN_THE_PAST,
            id="closed after the fact",
        ),
        pytest.param(
            ADMINISTRATOR,
            EARLIER,
            "parce que",
            True,
            during(Stage.VOTING),
            Reason.RESULT_PROCLAIMED,
            id="once the result is proclaimed",
        ),
        pytest.param(
            ADMINISTRATOR,
            LATER_INTERESTS,
            "parce que",
            True,
            during(Stage.INTERESTS),
            None,
            id="a later stage still moves after the proclamation",
        ),
        pytest.param(
            ADMINISTRATOR,
            replace(window(Stage.VOTING), opens_at=opening_of(Stage.VOTING) + timedelta(hours=1)),
            "parce que",
            False,
            during(Stage.VOTING),
            Reason.DATE_IN_THE_PAST,
            id="an opening that has happened",
        ),
    ],
)
def test_who_may_move_what_when(
    actor: Actor, moved: Window, reason_given: str, proclaimed: bool, at: datetime, reason: Reason | None
) -> None:
    answer = may_move_window(actor, calendar=CALENDAR, moved=moved, reason=reason_given, proclaimed=proclaimed, at=at)
    assert answer.reason is reason


def test_windows_follow_one_another() -> None:
    gap = [replace(w, closes_at=w.closes_at - timedelta(hours=1)) if w.closes_at else w for w in WINDOWS]
    assert windows_are_sound(gap)
    inverted = replace(window(Stage.NEEDS), closes_at=opening_of(Stage.NEEDS))
    assert windows_are_sound([inverted, *WINDOWS[1:]]).reason is Reason.WINDOW_INVERTED
    endless = replace(window(Stage.VOTING), closes_at=None)
    assert windows_are_sound([WINDOWS[0], endless, *WINDOWS[2:]]).reason is Reason.WINDOW_INVERTED


SETTINGS = BallotSettings(("commune",), None, tallies_hidden=True)
MORE = BallotSettings(("commune", "epci"), 3, tallies_hidden=False)
VOTE_OPENS = opening_of(Stage.VOTING)


@pytest.mark.parametrize(
    ("actor", "changed", "why", "is_as_read", "at", "reason"),
    [
        pytest.param(ADMINISTRATOR, MORE, "parce que", True, VOTE_OPENS - TICK, None, id="until the vote opens"),
        pytest.param(OPERATOR, MORE, "parce que", True, VOTE_OPENS - TICK, None, id="the operator too"),
        pytest.param(ADMINISTRATOR, MORE, "parce que", True, VOTE_OPENS, Reason.BALLOT_RULES_FROZEN, id="at the opening"),
        pytest.param(OPERATOR, MORE, "parce que", True, VOTE_OPENS, Reason.BALLOT_RULES_FROZEN, id="whoever asks"),
        pytest.param(VISITOR, MORE, "", False, VOTE_OPENS, Reason.BALLOT_RULES_FROZEN, id="the moment comes first"),
        pytest.param(ADMINISTRATOR, MORE, "parce que", True, during(Stage.TRACKING), Reason.BALLOT_RULES_FROZEN, id="for ever"),
        pytest.param(MODERATOR, MORE, "parce que", True, during(Stage.NEEDS), Reason.NOT_YOUR_ROLE, id="a moderator"),
        pytest.param(ADMINISTRATOR, MORE, " ", True, during(Stage.NEEDS), Reason.REASON_MISSING, id="no reason"),
        pytest.param(
            ADMINISTRATOR, replace(MORE, voter_kinds=()), "oui", True, during(Stage.NEEDS), Reason.NO_VOTER, id="nobody"
        ),
        pytest.param(
            ADMINISTRATOR, MORE, "oui", False, during(Stage.NEEDS), Reason.BALLOT_RULES_CHANGED, id="changed meanwhile"
        ),
        pytest.param(
            ADMINISTRATOR, SETTINGS, "oui", True, during(Stage.NEEDS), Reason.BALLOT_RULES_UNCHANGED, id="the same rules"
        ),
    ],
)
def test_who_may_change_the_rules_of_the_vote(
    actor: Actor, changed: BallotSettings, why: str, is_as_read: bool, at: datetime, reason: Reason | None
) -> None:
    found = may_change_ballot_rules(
        actor, calendar=CALENDAR, current=SETTINGS, changed=changed, reason=why, is_as_read=is_as_read, at=at
    )
    assert found.reason is reason
    if reason is Reason.BALLOT_RULES_FROZEN:
        assert found.moment is not None
        assert found.moment.until == VOTE_OPENS


@pytest.mark.parametrize(
    ("actor", "changed", "why", "at", "reason"),
    [
        pytest.param(ADMINISTRATOR, Instruction.EVERYONE, "oui", during(Stage.NEEDS), None, id="an administrator"),
        pytest.param(
            ADMINISTRATOR,
            Instruction.EVERYONE,
            "oui",
            just_before(opening_of(Stage.INTERESTS)),
            None,
            id="one second before candidatures open",
        ),
        pytest.param(
            ADMINISTRATOR,
            Instruction.EVERYONE,
            "oui",
            opening_of(Stage.INTERESTS),
            Reason.STAGE_CLOSED,
            id="once open",
        ),
        pytest.param(VISITOR, Instruction.EVERYONE, "oui", during(Stage.NEEDS), Reason.NOT_YOUR_ROLE, id="a visitor"),
        pytest.param(
            ADMINISTRATOR, Instruction.EVERYONE, " ", during(Stage.NEEDS), Reason.REASON_MISSING, id="without a reason"
        ),
        pytest.param(
            ADMINISTRATOR, Instruction.INSTRUCTED, "oui", during(Stage.NEEDS), Reason.INSTRUCTION_UNCHANGED, id="the same"
        ),
    ],
)
def test_who_may_change_how_candidatures_are_answered(
    actor: Actor, changed: Instruction, why: str, at: datetime, reason: Reason | None
) -> None:
    found = may_change_instruction(actor, calendar=CALENDAR, current=Instruction.INSTRUCTED, changed=changed, reason=why, at=at)
    assert found.reason is reason


CLOSE = closing_of(Stage.VOTING)


@pytest.mark.parametrize(
    ("moved", "at", "over"),
    [
        pytest.param(timedelta(days=2), CLOSE - TICK, None, id="prolonged a microsecond before the close"),
        pytest.param(timedelta(days=2), CLOSE, Closure(CLOSE, CLOSE), id="at the close: it was over for an instant"),
        pytest.param(timedelta(days=2), CLOSE + TICK, Closure(CLOSE, CLOSE + TICK), id="a microsecond after"),
        pytest.param(-timedelta(days=2), CLOSE - timedelta(days=3), None, id="closed early"),
        pytest.param(timedelta(days=2), CLOSE + timedelta(days=2), None, id="a close that is past reopens nothing"),
        pytest.param(None, CLOSE + TICK, Closure(CLOSE, CLOSE + TICK), id="without end"),
    ],
)
def test_what_a_reopened_stage_was(moved: timedelta | None, at: datetime, over: Closure | None) -> None:
    before = window(Stage.VOTING)
    after = replace(before, closes_at=CLOSE + moved if moved is not None else None)
    assert reopening(before, after, at) == over


def test_a_stage_without_end_cannot_be_reopened() -> None:
    tracking = window(Stage.TRACKING)
    assert reopening(tracking, replace(tracking, opens_at=tracking.opens_at + TICK), paris(2050, 1, 1)) is None
