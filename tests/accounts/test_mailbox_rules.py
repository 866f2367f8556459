"""The code of an official mailbox: how it reads, when it may be sent, when it verifies."""

import re

import pytest

from consult.accounts.mailboxes.rules import (
    LENGTH,
    LETTERS,
    MOST_CODES_A_MAILBOX,
    MOST_CODES_A_REQUEST,
    MOST_TRIES,
    masked,
    may_send_code,
    may_use_code,
    new_code,
    parse_code,
    readable_code,
)
from consult.accounts.model import AttachmentStatus
from consult.ground.actor import OPERATOR, VISITOR, Actor
from consult.ground.refusals import Reason

AGENT = Actor(person_id=1)
PENDING, VERIFIED, REFUSED, ENDED = (
    AttachmentStatus.PENDING,
    AttachmentStatus.VERIFIED,
    AttachmentStatus.REFUSED,
    AttachmentStatus.ENDED,
)


def test_no_letter_of_a_code_is_taken_for_another() -> None:
    assert not set(LETTERS) & set("ILOU0123456789")
    assert len(set(LETTERS)) == len(LETTERS) == 22
    drawn = {new_code() for _ in range(200)}
    assert len(drawn) == 200
    assert all(re.fullmatch(f"[{LETTERS}]{{{LENGTH}}}", code) for code in drawn)


def test_a_code_is_read_in_two_groups_and_typed_back_as_it_was() -> None:
    code = new_code()
    assert readable_code(code) == f"{code[:4]}-{code[4:]}"
    assert parse_code(readable_code(code)) == code


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("ABCD-EFGH", "ABCDEFGH"),
        ("abcdefgh", "ABCDEFGH"),
        (" abcd – efgh ", "ABCDEFGH"),
        ("a b c d e f g h", "ABCDEFGH"),
        ("ABCD\u00a0EFGH.", "ABCDEFGH"),
        ("ABCD-EFG", None),
        ("ABCD-EFGHJ", None),
        ("ABCD-EFGO", None),
        ("ABCD-EFG1", None),
        ("ÀBCD-EFGH", None),
        ("", None),
        ("----", None),
    ],
)
def test_a_code_as_it_is_typed(typed: str, code: str | None) -> None:
    assert parse_code(typed) == code


@pytest.mark.parametrize(
    ("email", "shown"),
    [
        ("mairie.exemple@wanadoo.fr", "m…@wanadoo.fr"),
        ("m@orange.fr", "m…@orange.fr"),
        ("Mairie@xn--vry-exemple-99a.fr", "M…@évry-exemple.fr"),
    ],
)
def test_a_mailbox_is_shown_masked(email: str, shown: str) -> None:
    assert masked(email) == shown


@pytest.mark.parametrize(
    ("actor", "status", "is_current", "has_mailbox", "for_request", "to_mailbox", "reason"),
    [
        (AGENT, PENDING, True, True, 0, 0, None),
        (VISITOR, PENDING, True, True, 0, 0, Reason.SIGN_IN),
        (OPERATOR, PENDING, True, True, 0, 0, Reason.SIGN_IN),
        (AGENT, VERIFIED, True, True, 0, 0, Reason.ALREADY_DECIDED),
        (AGENT, REFUSED, True, True, 0, 0, Reason.ALREADY_DECIDED),
        (AGENT, ENDED, True, True, 0, 0, Reason.ALREADY_DECIDED),
        (AGENT, PENDING, False, True, 0, 0, Reason.NOT_IN_REGISTER),
        (AGENT, PENDING, True, False, 0, 0, Reason.NO_MAILBOX),
        (AGENT, PENDING, True, True, MOST_CODES_A_REQUEST - 1, MOST_CODES_A_REQUEST - 1, None),
        (AGENT, PENDING, True, True, MOST_CODES_A_REQUEST, MOST_CODES_A_REQUEST, Reason.TOO_MANY_CODES),
        (AGENT, PENDING, True, True, 0, MOST_CODES_A_MAILBOX - 1, None),
        (AGENT, PENDING, True, True, 0, MOST_CODES_A_MAILBOX, Reason.TOO_MANY_CODES),
    ],
)
def test_when_a_code_may_be_sent(
    actor: Actor,
    status: AttachmentStatus,
    is_current: bool,
    has_mailbox: bool,
    for_request: int,
    to_mailbox: int,
    reason: Reason | None,
) -> None:
    answer = may_send_code(
        actor,
        status=status,
        has_mailbox=has_mailbox,
        is_current=is_current,
        for_request=for_request,
        to_mailbox=to_mailbox,
    )
    assert answer.reason is reason


@pytest.mark.parametrize(
    ("status", "live", "tries", "matches", "reason"),
    [
        (PENDING, True, 0, True, None),
        (PENDING, True, MOST_TRIES - 1, True, None),
        (PENDING, True, MOST_TRIES, True, Reason.TOO_MANY_TRIES),
        (PENDING, True, 0, False, Reason.CODE_WRONG),
        (PENDING, True, MOST_TRIES, False, Reason.TOO_MANY_TRIES),
        (PENDING, False, 0, True, Reason.CODE_EXPIRED),
        (PENDING, False, MOST_TRIES, True, Reason.CODE_EXPIRED),
        (VERIFIED, True, 0, True, Reason.ALREADY_DECIDED),
        (REFUSED, True, 0, True, Reason.ALREADY_DECIDED),
        (ENDED, True, 0, True, Reason.ALREADY_DECIDED),
    ],
)
def test_when_a_code_verifies(status: AttachmentStatus, live: bool, tries: int, matches: bool, reason: Reason | None) -> None:
    assert may_use_code(status=status, live=live, tries=tries, matches=matches).reason is reason
