"""Who reads the file of an interest, corrects it and joins documents to it."""

from datetime import datetime

import pytest

from consult.calendar.rules import Calendar, Stage
from consult.contributions.file_rules import MOST_FILES
from consult.ground.actor import VISITOR, Actor
from consult.ground.refusals import Reason
from consult.interests.file_rules import may_correct, may_join_documents, may_read_documents, may_read_own
from consult.interests.model import InterestStatus
from tests.interests.test_rules import AGENT, COMMITTEE, MODERATOR, NEIGHBOUR, PENDING
from tests.support.world import ROCAMADOUR, WINDOWS, closing_of, just_before, opening_of

CALENDAR = Calendar(WINDOWS)
OPENS, CLOSES = opening_of(Stage.INTERESTS), closing_of(Stage.INTERESTS)
SUBMITTED, ACCEPTED, WAITLISTED = InterestStatus.SUBMITTED, InterestStatus.ACCEPTED, InterestStatus.WAITLISTED
DECLINED, WITHDRAWN = InterestStatus.DECLINED, InterestStatus.WITHDRAWN


@pytest.mark.parametrize(
    ("actor", "own", "documents"),
    [
        pytest.param(AGENT, None, None, id="somebody of the collectivité"),
        pytest.param(NEIGHBOUR, Reason.NOT_YOURS, Reason.NOT_YOURS, id="somebody of another"),
        pytest.param(PENDING, Reason.ATTACHMENT_PENDING, Reason.ATTACHMENT_PENDING, id="not verified yet"),
        pytest.param(VISITOR, Reason.SIGN_IN, Reason.SIGN_IN, id="a visitor"),
        pytest.param(MODERATOR, Reason.NO_COLLECTIVITE, None, id="the team reads the documents from its desk"),
        pytest.param(COMMITTEE, Reason.NO_COLLECTIVITE, Reason.NO_COLLECTIVITE, id="the committee is not the team"),
    ],
)
def test_who_reads_it(actor: Actor, own: Reason | None, documents: Reason | None) -> None:
    assert may_read_own(actor, siren=ROCAMADOUR).reason is own
    assert may_read_documents(actor, siren=ROCAMADOUR).reason is documents


@pytest.mark.parametrize(
    ("actor", "at", "status", "is_asked", "is_as_read", "reason"),
    [
        pytest.param(AGENT, OPENS, SUBMITTED, True, True, None, id="asked"),
        pytest.param(AGENT, CLOSES, WAITLISTED, True, True, None, id="while it waits, after the close too"),
        pytest.param(AGENT, just_before(OPENS), SUBMITTED, True, True, Reason.STAGE_CLOSED, id="before the opening"),
        pytest.param(AGENT, OPENS, SUBMITTED, False, True, Reason.NO_CORRECTION_ASKED, id="nothing was asked"),
        pytest.param(AGENT, OPENS, ACCEPTED, True, True, Reason.ALREADY_DECIDED, id="once accepted"),
        pytest.param(AGENT, OPENS, DECLINED, True, True, Reason.NOT_LIVE, id="once declined"),
        pytest.param(AGENT, OPENS, WITHDRAWN, True, True, Reason.NOT_LIVE, id="once withdrawn"),
        pytest.param(AGENT, OPENS, SUBMITTED, True, False, Reason.CORRECTED_MEANWHILE, id="a colleague corrected it"),
        pytest.param(NEIGHBOUR, OPENS, SUBMITTED, True, True, Reason.NOT_YOURS, id="another's"),
        pytest.param(MODERATOR, OPENS, SUBMITTED, True, True, Reason.NO_COLLECTIVITE, id="the team corrects nothing"),
    ],
)
def test_who_corrects_it(
    actor: Actor, at: datetime, status: InterestStatus, is_asked: bool, is_as_read: bool, reason: Reason | None
) -> None:
    answer = may_correct(
        actor, calendar=CALENDAR, siren=ROCAMADOUR, status=status, is_asked=is_asked, is_as_read=is_as_read, at=at
    )
    assert answer.reason is reason


@pytest.mark.parametrize(
    ("actor", "at", "status", "joined", "more", "reason"),
    [
        pytest.param(AGENT, OPENS, SUBMITTED, 0, 1, None, id="the first"),
        pytest.param(AGENT, CLOSES, ACCEPTED, MOST_FILES - 1, 1, None, id="the last, after the answer"),
        pytest.param(AGENT, CLOSES, ACCEPTED, MOST_FILES, 1, Reason.TOO_MANY_FILES, id="one too many"),
        pytest.param(AGENT, just_before(OPENS), SUBMITTED, 0, 1, Reason.STAGE_CLOSED, id="before the opening"),
        pytest.param(AGENT, OPENS, WITHDRAWN, 0, 1, Reason.NOT_LIVE, id="once withdrawn"),
        pytest.param(NEIGHBOUR, OPENS, SUBMITTED, 0, 1, Reason.NOT_YOURS, id="another's"),
        pytest.param(MODERATOR, OPENS, SUBMITTED, 0, 1, Reason.NO_COLLECTIVITE, id="the team joins nothing"),
    ],
)
def test_who_joins_documents(
    actor: Actor, at: datetime, status: InterestStatus, joined: int, more: int, reason: Reason | None
) -> None:
    answer = may_join_documents(actor, calendar=CALENDAR, siren=ROCAMADOUR, status=status, joined=joined, more=more, at=at)
    assert answer.reason is reason
