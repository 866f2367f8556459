"""Every reason has its words, every notice its mail, every kind of event its writer: a word nobody says is not kept."""

import ast

import pytest

from consult.ground.refusals import Reason
from consult.journal.model import PUBLIC_KINDS, EventKind
from consult.outbox.model import Notice
from consult.web.reasons import REFUSALS, wording
from tests.architecture.sources import ROOT, Source, sources

TOLD = [source for source in sources() if source.name not in ("consult/journal/model.py", "consult/outbox/model.py")]


def members_named(enum: str, where: list[Source]) -> set[str]:
    """Which members of an enum these files name."""
    return {
        node.attr  # type: ignore[attr-defined]
        for source in where
        for node in source.walk(ast.Attribute)
        if isinstance(node.value, ast.Name) and node.value.id == enum  # type: ignore[attr-defined]
    }


def test_every_reason_has_its_words() -> None:
    assert set(REFUSALS) == set(Reason)
    for reason, words in REFUSALS.items():
        assert 400 <= words.status < 500, reason
        assert words.title, reason
        assert words.text, reason
        assert not words.title.endswith("."), f"{reason}: a title has no full stop"
        assert "'" not in words.title + words.text, f"{reason}: a typographic apostrophe"
        assert "?." not in wording(reason), f"{reason}: a question has its own sign"


def test_every_reason_is_given_by_a_rule() -> None:
    given = members_named("Reason", [source for source in sources() if source.is_in_a_room or source.name.endswith("doors.py")])
    assert {reason.name for reason in Reason} - given == set()


def test_every_kind_of_event_is_written() -> None:
    written = members_named("EventKind", [source for source in TOLD if source.is_in_a_room and source.furniture != "queries"])
    assert {kind.name for kind in EventKind} - written == set()


def test_a_kind_of_event_is_a_subject_and_a_fact() -> None:
    for kind in EventKind:
        subject, _, fact = kind.value.partition(":")
        assert subject.isidentifier(), kind
        assert fact.isidentifier(), kind
        assert len(kind.value) <= 40, kind
    assert set(EventKind) >= PUBLIC_KINDS


def test_every_notice_is_posted() -> None:
    posted = members_named("Notice", [source for source in TOLD if source.is_in_a_room])
    assert {notice.name for notice in Notice} - posted == set()


@pytest.mark.parametrize("notice", list(Notice))
def test_every_notice_has_its_words(notice: Notice) -> None:
    template = ROOT / "templates" / "mail" / f"{notice.value}.txt"
    assert template.exists(), f"templates/mail/{notice.value}.txt: its first line is the subject"
    words = template.read_text("utf-8")
    assert "'" not in _without_code(words), "a typographic apostrophe"
    assert 'extends "mail/layout.txt"' in words, "an e-mail is signed, and says why it was received"


def _without_code(template: str) -> str:
    import re

    return re.sub(r"{[{%#].*?[}%#]}", "", template, flags=re.DOTALL)
