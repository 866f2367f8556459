"""Rows that one act writes together: all of them or none, asked of PostgreSQL at once."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from consult.ground.actor import VISITOR
from consult.ground.clock import paris
from consult.ground.database import db, reading, transaction
from consult.ground.rows import Together, one_row, values_of
from consult.journal.actions import EVENT, Fact, event_values
from consult.journal.model import Event, EventKind
from consult.outbox.model import Message, Notice
from tests.support.statements import count_statements

AT = paris(2021, 3, 1, 9)
LETTER = one_row(Message, "key", "notice", "recipient", "data", "created_at", "due_at", "attempts")
BOTH = Together(EVENT, LETTER)


def write(key: str, subject: str) -> None:
    """An event, and a letter of this key."""
    event = event_values(EventKind.SCHEME_ADDED, VISITOR, Fact(None, subject, {"what": "é"}), at=AT)
    letter = {"notice": Notice.SIGN_IN, "recipient": "une@exemple.fr", "data": {}, "created_at": AT, "due_at": AT}
    with transaction() as session:
        BOTH.write(session, event | values_of(Message, key=key, attempts=0, **letter))


def kept() -> tuple[list[str | None], list[str]]:
    """The subjects of the events, and the keys of the letters."""
    return list(reading().scalars(select(Event.subject))), list(reading().scalars(select(Message.key)))


def test_both_are_written_with_their_types(app: Flask) -> None:
    with app.app_context():
        with count_statements() as sent:
            write("a", "scheme:1")
        assert len(sent) == (1 if db.engine.dialect.name == "postgresql" else 2)
        assert kept() == (["scheme:1"], ["a"])
        event, message = reading().scalars(select(Event)).one(), reading().scalars(select(Message)).one()
        assert (event.at, event.kind, event.data) == (AT, EventKind.SCHEME_ADDED, {"what": "é"})
        assert (message.notice, message.due_at, message.sent_at) == (Notice.SIGN_IN, AT, None)


def test_neither_is_when_one_may_not_be(app: Flask) -> None:
    with app.app_context():
        write("a", "scheme:1")
        with pytest.raises(IntegrityError):
            write("a", "scheme:2")
        assert kept() == (["scheme:1"], ["a"])
