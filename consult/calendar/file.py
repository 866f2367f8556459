"""An edition as a TOML file: what an operator writes to announce one.

Dates are wall-clock times in Paris (`2021-01-25T09:00:00`, without an offset). `consult/demo/edition-2021.toml` is the example.
"""

import tomllib
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from consult.calendar.actions import EditionDraft
from consult.calendar.rules import Instruction, Stage, Window
from consult.ground import clock


class EditionFileError(ValueError):
    """Something is missing or wrong in the file; the message says what, and where."""


def read_edition(path: Path) -> EditionDraft:
    """The edition a file describes.

    Raises EditionFileError when the file cannot be understood, OSError when it cannot be read. Whether the windows are
    sound is for `calendar.actions.create_edition` to say.
    """
    told = contents(path)
    rules = told.get("rules", {})
    try:
        return EditionDraft(
            slug=str(told["slug"]),
            title=str(told["title"]),
            windows=tuple(_window(stage, told["windows"]) for stage in Stage),
            themes=[(str(theme["slug"]), str(theme["label"])) for theme in told["themes"]],
            voter_kinds=[str(kind) for kind in rules["voter_kinds"]],
            max_supports=rules.get("max_supports"),
            tallies_hidden=bool(rules.get("tallies_hidden", True)),
            funding_rate=Decimal(str(rules.get("funding_rate", "0.5"))),
            envelope=Decimal(str(rules["envelope"])) if "envelope" in rules else None,
            instruction=_instruction(rules.get("instruction", Instruction.INSTRUCTED.value)),
        )
    except KeyError as error:
        raise EditionFileError(f"{path.name} : il manque {error}.") from None


def contents(path: Path) -> Mapping[str, Any]:
    """The file, parsed. Raises EditionFileError when it is not TOML."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise EditionFileError(f"{path.name} n’est pas un fichier TOML : {error}") from None


def _instruction(told: object) -> Instruction:
    if told not in set(Instruction):
        known = ", ".join(f"« {one.value} »" for one in Instruction)
        raise EditionFileError(f"rules.instruction : « {told} » ne veut rien dire ; c’est {known}.")
    return Instruction(str(told))


def _window(stage: Stage, windows: Mapping[str, Any]) -> Window:
    told = windows[stage.value]
    closes = told.get("closes")
    return Window(stage, _instant(stage, told["opens"]), _instant(stage, closes) if closes is not None else None)


def _instant(stage: Stage, local: object) -> datetime:
    if not isinstance(local, datetime):
        raise EditionFileError(f"windows.{stage.value} : « {local} » n’est pas une date et une heure.")
    try:
        return clock.utc(local) if local.tzinfo else clock.from_paris(local)
    except clock.NoSuchLocalTimeError:
        raise EditionFileError(f"windows.{stage.value} : {local} n’existe pas, ou existe deux fois, à Paris.") from None
