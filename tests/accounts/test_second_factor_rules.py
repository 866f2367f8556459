"""Who sets a second factor, how many wrong codes are borne, who undoes somebody else's."""

from datetime import timedelta

import pytest

from consult.accounts.second_factor import rules
from consult.accounts.second_factor.rules import SECOND_FACTOR_LOCKED_FOR
from consult.ground.actor import OPERATOR, VISITOR, Actor, Role
from consult.ground.clock import paris
from consult.ground.refusals import Reason

AT = paris(2021, 3, 2, 10)
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("actor", "reason"),
    [
        pytest.param(VISITOR, Reason.SIGN_IN, id="visitor"),
        pytest.param(Actor(person_id=1), Reason.NOT_YOUR_ROLE, id="no role"),
        pytest.param(Actor(person_id=1, roles=frozenset({Role.OBSERVER})), Reason.NOT_YOUR_ROLE, id="only reads"),
        *(
            pytest.param(Actor(person_id=1, withheld=frozenset({role})), None, id=f"{role.value} withheld")
            for role in (Role.MODERATOR, Role.COMMITTEE, Role.ADMINISTRATOR)
        ),
        pytest.param(Actor(person_id=1, roles=frozenset({Role.MODERATOR})), None, id="moderator"),
    ],
)
def test_who_sets_a_second_factor(actor: Actor, reason: Reason | None) -> None:
    assert rules.may_set_second_factor(actor).reason is reason


@pytest.mark.parametrize(
    ("is_set", "tries", "matches", "reason"),
    [
        (True, 0, True, None),
        (True, 4, True, None),
        (True, 4, False, Reason.SECOND_FACTOR_WRONG),
        (True, 5, True, Reason.SECOND_FACTOR_LOCKED),
        (True, 5, False, Reason.SECOND_FACTOR_LOCKED),
        (False, 0, False, Reason.SECOND_FACTOR_NOT_ASKED),
    ],
)
def test_when_a_code_is_taken(is_set: bool, tries: int, matches: bool, reason: Reason | None) -> None:
    assert rules.may_pass_second_factor(is_set=is_set, tries=tries, matches=matches).reason is reason


@pytest.mark.parametrize(
    ("after", "counted"), [(timedelta(), 5), (SECOND_FACTOR_LOCKED_FOR - TICK, 5), (SECOND_FACTOR_LOCKED_FOR, 0)]
)
def test_how_long_wrong_codes_count(after: timedelta, counted: int) -> None:
    assert rules.second_factor_tries(5, wrong_at=AT, at=AT + after) == counted
    assert rules.second_factor_tries(0, wrong_at=None, at=AT) == 0


ADMINISTRATOR = Actor(person_id=1, roles=frozenset({Role.ADMINISTRATOR}))


@pytest.mark.parametrize(
    ("actor", "person_id", "is_set", "why", "reason"),
    [
        (ADMINISTRATOR, 2, True, "Téléphone perdu", None),
        (OPERATOR, 2, True, "Téléphone perdu", None),
        (ADMINISTRATOR, 1, True, "Le mien", Reason.OWN_SECOND_FACTOR),
        (ADMINISTRATOR, 2, True, "  ", Reason.REASON_MISSING),
        (ADMINISTRATOR, 2, False, "Téléphone perdu", Reason.SECOND_FACTOR_NOT_ASKED),
        (Actor(person_id=3, withheld=frozenset({Role.ADMINISTRATOR})), 2, True, "Prise", Reason.NOT_YOUR_ROLE),
        (Actor(person_id=3, roles=frozenset({Role.MODERATOR, Role.COMMITTEE})), 2, True, "Prise", Reason.NOT_YOUR_ROLE),
        (VISITOR, 2, True, "Prise", Reason.NOT_YOUR_ROLE),
    ],
)
def test_who_undoes_a_second_factor(actor: Actor, person_id: int, is_set: bool, why: str, reason: Reason | None) -> None:
    verdict = rules.may_remove_second_factor(actor, person_id=person_id, is_set=is_set, reason=why)
    assert verdict.reason is reason
