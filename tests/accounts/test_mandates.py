"""In whose name a session acts: what is chosen, for which session, and what it falls back to."""

import pytest
from sqlalchemy import func, select

from consult.accounts.colleagues import mandates
from consult.accounts.colleagues.rules import may_act_for, may_choose_mandate
from consult.accounts.model import AttachmentStatus, PersonSession, SessionWay
from consult.accounts.queries import actor_of_session, as_now, digest
from consult.accounts.rules import SESSION_LASTS
from consult.accounts.sign_in.actions import open_session
from consult.ground.actor import VISITOR, Actor
from consult.ground.clock import paris
from consult.ground.database import reading, transaction
from consult.ground.refusals import NotFound, Reason, Refused
from consult.journal.model import Event
from tests.support.attached import again, attach, end
from tests.support.world import GRAMAT, LOT, ROCAMADOUR, World, just_before

AT = paris(2021, 4, 20, 10)
PENDING, ENDED = AttachmentStatus.PENDING, AttachmentStatus.ENDED


@pytest.fixture
def secretary(world: World) -> Actor:
    """The secretary of two mairies, as there are many: first of Rocamadour, then of Gramat; somebody else is there too."""
    world.person(GRAMAT)
    someone = world.person(ROCAMADOUR)
    attach(someone, GRAMAT)
    return again(someone)


def opened(actor: Actor) -> str:
    with transaction() as session:
        return open_session(session, actor.person_id or 0, SessionWay.CODE, at=AT)


def in_session(key: str) -> Actor:
    found = actor_of_session(key, at=AT)
    assert found is not None
    return found


def test_a_session_starts_with_the_surest_and_oldest(world: World) -> None:
    someone = world.person(LOT, status=PENDING)
    attach(someone, GRAMAT)
    attach(someone, ROCAMADOUR)
    assert [one.siren for one in again(someone).mandates] == [GRAMAT, ROCAMADOUR, LOT]
    assert in_session(opened(someone)).siren == GRAMAT


def test_a_choice_is_that_of_one_session(secretary: Actor) -> None:
    here, elsewhere = opened(secretary), opened(secretary)
    gramat = secretary.acting_for(GRAMAT)
    assert gramat is not None
    before = events()
    mandates.choose_mandate(secretary, here, gramat.mandate.attachment_id, at=AT)  # type: ignore[union-attr]
    assert in_session(here).siren == GRAMAT
    assert in_session(elsewhere).siren == ROCAMADOUR
    assert events() == before, "how pages are read is not kept for ever"


def test_a_pending_one_may_be_chosen_too(secretary: Actor) -> None:
    key, waiting = opened(secretary), attach(secretary, LOT, PENDING)
    mandates.choose_mandate(secretary, key, waiting, at=AT)
    assert (in_session(key).siren, in_session(key).is_pending) == (LOT, True)


def test_what_acts_judge_again_is_the_chosen_attachment(secretary: Actor) -> None:
    key, second = opened(secretary), secretary.mandates[1].attachment_id
    mandates.choose_mandate(secretary, key, second, at=AT)
    chosen = in_session(key)
    with transaction() as session:
        assert as_now(session, chosen).siren == GRAMAT
    end(second)
    with transaction() as session:
        assert as_now(session, chosen).siren is None, "an act under way does not slip into another name"


def test_what_has_ended_falls_back(secretary: Actor) -> None:
    key, second = opened(secretary), secretary.mandates[1].attachment_id
    mandates.choose_mandate(secretary, key, second, at=AT)
    end(second)
    assert in_session(key).siren == ROCAMADOUR
    end(secretary.mandates[0].attachment_id)
    assert in_session(key).mandate is None


@pytest.mark.parametrize("status", [ENDED, AttachmentStatus.REFUSED])
def test_what_is_over_is_not_chosen(secretary: Actor, status: AttachmentStatus) -> None:
    key, over = opened(secretary), attach(secretary, LOT, status)
    with pytest.raises(Refused) as refused:
        mandates.choose_mandate(secretary, key, over, at=AT)
    assert refused.value.reason is Reason.MANDATE_ENDED
    assert in_session(key).siren == ROCAMADOUR


def test_somebody_else_s_attachment_is_not_found(world: World, secretary: Actor) -> None:
    key, stranger = opened(secretary), world.person(LOT)
    for not_mine in (stranger.mandates[0].attachment_id, 999_999):
        with pytest.raises(NotFound):
            mandates.choose_mandate(secretary, key, not_mine, at=AT)
    assert in_session(key).siren == ROCAMADOUR


def test_somebody_else_s_session_is_left_as_it_is(world: World, secretary: Actor) -> None:
    other = world.person(LOT)
    key = opened(other)
    mandates.choose_mandate(secretary, key, secretary.mandates[1].attachment_id, at=AT)
    assert chosen(key) is None


def test_a_session_that_is_over_keeps_what_it_was(secretary: Actor) -> None:
    key, second = opened(secretary), secretary.mandates[1].attachment_id
    mandates.choose_mandate(secretary, key, second, at=AT + SESSION_LASTS)
    assert chosen(key) is None
    mandates.choose_mandate(secretary, key, second, at=just_before(AT + SESSION_LASTS))
    assert chosen(key) == second


def chosen(key: str) -> int | None:
    return reading().scalar(select(PersonSession.attachment_id).where(PersonSession.key_hash == digest(key)))


def events() -> int | None:
    return reading().scalar(select(func.count()).select_from(Event))


@pytest.mark.parametrize(
    ("siren", "reason"), [(ROCAMADOUR, None), (GRAMAT, None), (LOT, Reason.MANDATE_ENDED), ("", Reason.MANDATE_ENDED)]
)
def test_for_whom_one_may_act(secretary: Actor, siren: str, reason: Reason | None) -> None:
    assert may_act_for(secretary, siren).reason is reason
    assert may_act_for(VISITOR, siren).reason is Reason.SIGN_IN


@pytest.mark.parametrize("status", list(AttachmentStatus))
def test_what_may_be_chosen(secretary: Actor, status: AttachmentStatus) -> None:
    reason = None if status in (PENDING, AttachmentStatus.VERIFIED) else Reason.MANDATE_ENDED
    assert may_choose_mandate(secretary, status=status).reason is reason
    assert may_choose_mandate(VISITOR, status=status).reason is Reason.SIGN_IN
