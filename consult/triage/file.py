"""The schemes of an edition's TOML file."""

from datetime import date
from pathlib import Path

from consult.calendar.file import EditionFileError, contents
from consult.triage.schemes import SchemeDraft


def read_schemes(path: Path) -> list[SchemeDraft]:
    """The schemes that an edition's file lists, in order. Raises EditionFileError, or OSError when it cannot be read."""
    drafts = []
    for told in contents(path).get("schemes", ()):
        try:
            draft = SchemeDraft(**told)
        except TypeError as error:
            raise EditionFileError(f"{path.name}, guichet « {told.get('code', '?')} » : {error}") from None
        for day in (draft.opens_on, draft.closes_on):
            if day is not None and type(day) is not date:
                raise EditionFileError(f"{path.name}, guichet « {draft.code} » : « {day} » n’est pas une date.")
        drafts.append(draft)
    return drafts
