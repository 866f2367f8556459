"""Documents joined to a contribution or to a draft: how many, how heavy, under what name, by whom."""

import re
import unicodedata
from datetime import datetime

from consult.calendar.rules import Calendar
from consult.contributions.file_types import FileType
from consult.contributions.rules import Owner, Status, may_edit
from consult.ground.actor import Actor
from consult.ground.refusals import Reason, Verdict, verdict
from consult.ground.text import visible

MOST_FILES = 5
MOST_BYTES = 10_000_000
"""Ten megabytes, as disks and French count them."""

LONGEST_NAME = 120


def is_acceptable(size: int, type_: FileType | None) -> Verdict:
    """Whether a document may be joined, for what it is."""
    return verdict((size <= MOST_BYTES, Reason.FILE_TOO_BIG), (type_ is not None, Reason.FILE_KIND))


def may_join(
    actor: Actor, *, owner: Owner, status: Status, joined: int, more: int, calendar: Calendar, at: datetime
) -> Verdict:
    """Whether the actor may join `more` documents to a contribution that has `joined`: whoever may correct its text."""
    return verdict(may_edit(actor, owner=owner, status=status, calendar=calendar, at=at), _is_room(joined, more))


def may_join_draft(actor: Actor, *, is_published: bool, joined: int, more: int) -> Verdict:
    """Whether the actor may join `more` documents to a draft of their own. As for its text, no moment is asked."""
    return verdict(may_change_draft(actor, is_published=is_published), _is_room(joined, more))


def may_change_draft(actor: Actor, *, is_published: bool) -> Verdict:
    """Whether the documents of a draft of the actor's own may still change."""
    return verdict(
        (actor.is_signed_in, Reason.SIGN_IN),
        (actor.is_complete, Reason.PROFILE_INCOMPLETE),
        (not is_published, Reason.DRAFT_PUBLISHED),
    )


def _is_room(joined: int, more: int) -> Verdict:
    return verdict((joined + more <= MOST_FILES, Reason.TOO_MANY_FILES))


_EXTENSION = re.compile(r"\.(?:pdf|png|jpe?g|odt|docx)$", re.IGNORECASE)
_NOT_IN_NAMES = re.compile(r'[<>:"|?*\u200d]')
_FOLDERS = re.compile(r"[/\\]")


def safe_name(given: str, type_: FileType) -> str:
    """The name a document is shown and downloaded under: one line of visible characters, no folder, the extension of what it
    really is.

    « ../../plan.exe » that is a PDF gives « plan.exe.pdf »; a name of nothing gives « document.pdf ».
    """
    last = _FOLDERS.split(_NOT_IN_NAMES.sub(" ", visible(given)))[-1]
    bare = _EXTENSION.sub("", " ".join(last.split())).strip(". ")
    end = f".{type_.extension}"
    return (_cut(bare, LONGEST_NAME - len(end)) or "document") + end


def _cut(name: str, length: int) -> str:
    """At most so many characters, without leaving a letter from its accent."""
    kept = name[:length]
    if len(name) > length and unicodedata.combining(name[length]):
        kept = kept.rstrip("".join(char for char in kept if unicodedata.combining(char)))[:-1]
    return kept.strip(". ")
