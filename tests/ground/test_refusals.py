"""Verdicts: the first rule that does not hold gives the reason, and a refusal carries it."""

import pytest

from consult.ground.clock import paris
from consult.ground.refusals import ALLOWED, Moment, Reason, Refused, Verdict, verdict

CLOSED = Verdict(Reason.STAGE_CLOSED, Moment("give_support", paris(2021, 5, 1), paris(2021, 3, 15), paris(2021, 4, 30)))


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        ((), None),
        (((True, Reason.SIGN_IN),), None),
        (((False, Reason.SIGN_IN),), Reason.SIGN_IN),
        (((True, Reason.SIGN_IN), (False, Reason.NOT_YOURS), (False, Reason.NOT_YOUR_ROLE)), Reason.NOT_YOURS),
        ((CLOSED, (False, Reason.SIGN_IN)), Reason.STAGE_CLOSED),
        (((False, Reason.SIGN_IN), CLOSED), Reason.SIGN_IN),
        ((ALLOWED, (False, Reason.SIGN_IN)), Reason.SIGN_IN),
    ],
)
def test_the_first_rule_that_does_not_hold_gives_the_reason(rules: tuple, reason: Reason | None) -> None:
    answer = verdict(*rules)
    assert answer.reason is reason
    assert bool(answer) is (reason is None)


def test_a_refusal_carries_its_reason_and_when() -> None:
    with pytest.raises(Refused) as refused:
        verdict((True, Reason.SIGN_IN), CLOSED).or_refuse()
    assert refused.value.reason is Reason.STAGE_CLOSED
    assert refused.value.moment == CLOSED.moment


def test_what_is_allowed_refuses_nothing() -> None:
    ALLOWED.or_refuse()


@pytest.mark.parametrize(
    ("since", "is_early"), [(paris(2021, 5, 2), True), (paris(2021, 5, 1), False), (paris(2021, 4, 1), False), (None, False)]
)
def test_a_moment_knows_whether_it_comes_too_early(since: object, is_early: bool) -> None:
    assert Moment("give_support", paris(2021, 5, 1), since, None).is_early is is_early  # type: ignore[arg-type]
