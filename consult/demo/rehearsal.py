"""Playing the demonstration up to an instant, and keeping where it stands beside its base.

The site is prepared once, then moves forward: at the next start, or from the page `/repetition`.

What the scenario does and what a visitor types live together: an act of the scenario that a visitor made impossible — the
contribution is already triaged, the date already moved — is left out, as it would be in life.
"""

import json
import logging
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from consult.accounts.mailboxes import actions as mailboxes
from consult.config import Settings
from consult.following.turns import follow_on
from consult.ground import clock
from consult.ground.clock import paris
from consult.ground.database import db
from consult.ground.refusals import NotFound, Refused
from consult.register import actions as register
from consult.register.file import SOURCE
from consult.register.queries import latest_load
from consult.services.merges import AFTER_LOADING

if TYPE_CHECKING:
    from consult.demo.when import Step

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]

ANNOUNCED = paris(2021, 1, 11, 9)
DEFAULT_AT = paris(2021, 4, 20, 10)
MAILBOX_DOMAIN = "boite.exemple.fr"
"""Of the official mailbox of every commune: all invented. Départements and groupings have none, which shows the other ways."""


@dataclass(slots=True)
class Memory:
    """What the scenario must remember between two plays: how far it got, and which rows are whose."""

    file: Path
    database_url: str
    played: int = 0
    """How many steps have been played."""
    instant: str | None = None
    """The site's time when the clock was last moved."""
    ids: dict[str, int] = field(default_factory=dict)
    """Rows by the name the scenario gives them."""

    @property
    def at(self) -> datetime | None:
        """The instant up to which it has been played."""
        return datetime.fromisoformat(self.instant) if self.instant else None

    def save(self) -> None:
        """Keep it, whole or not at all."""
        part = self.file.with_suffix(".part")
        part.write_text(
            json.dumps({"database_url": self.database_url, "played": self.played, "instant": self.instant, "ids": self.ids})
        )
        part.replace(self.file)


def remember(folder: Path, database_url: str) -> Memory:
    """What was kept of an earlier play on this base; an empty memory otherwise."""
    file = folder / "rehearsal.json"
    try:
        kept = json.loads(file.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        kept = {}
    if kept.get("database_url") != database_url:
        return Memory(file, database_url)
    return Memory(file, database_url, kept["played"], kept["instant"], kept["ids"])


class BackwardsError(ValueError):
    """The instant asked for is before `at`, which has been played: time only moves forward."""

    def __init__(self, at: datetime) -> None:
        super().__init__(at.isoformat())
        self.at = at


def prepare(settings: Settings, at: datetime | None, progress: Callable[[str, int, int], None] | None = None) -> datetime:
    """Make the base what the site would have been at `at`, start the clock there, and give that instant.

    Without `at`, where an earlier rehearsal stood; the first time, where the settings say, or on 20 April 2021 at 10:00.

    Raises BackwardsError when `at` is before what has been played.
    """
    from consult.cli.site import upgrade  # noqa: PLC0415 - it imports Alembic

    def telling(what: str) -> Progress | None:
        return partial(progress, what) if progress else None

    memory = remember(settings.instance_dir, settings.database_url)
    upgrade(settings.database_url)
    bring_register(at=memory.at or ANNOUNCED, progress=telling("Registre"))
    mailboxes.invent_mailboxes(MAILBOX_DOMAIN, at=memory.at or ANNOUNCED)
    instant = at or memory.at or settings.now or DEFAULT_AT
    with _in_haste():
        advance(memory, instant, telling("Édition 2021"))
    return instant


def bring_register(*, at: datetime, progress: Progress | None = None) -> None:
    """Load the register that ships, unless a newer one was loaded since: whoever tries a merger finds it again."""
    latest = latest_load()
    if latest is None or latest.vintage <= SOURCE.vintage:
        register.load(at=at, progress=progress, then=AFTER_LOADING)


def is_prepared(settings: Settings) -> bool:
    """Whether a demonstration was prepared on this base, to its end."""
    return remember(settings.instance_dir, settings.database_url).at is not None


def forget(settings: Settings) -> None:
    """Remove a demonstration, whole or cut short: its base, its mail, its memory. Nothing else in the folder is touched."""
    folder = settings.instance_dir
    (folder / "rehearsal.json").unlink(missing_ok=True)
    shutil.rmtree(folder / "mail", ignore_errors=True)
    for file in ("demo.sqlite3", "demo.sqlite3-wal", "demo.sqlite3-shm"):
        (folder / file).unlink(missing_ok=True)


@contextmanager
def _in_haste() -> Iterator[None]:
    """Let SQLite not wait for the disk after each act: a demonstration cut short while it is prepared is made anew."""
    if db.engine.dialect.name == "sqlite":
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA synchronous = OFF")
    yield
    db.session.close()
    db.engine.dispose()


def advance(memory: Memory, instant: datetime, progress: Progress | None = None) -> None:
    """Play up to `instant`, then let the site's time run from there. Raises BackwardsError."""
    if memory.at and instant < memory.at:
        raise BackwardsError(memory.at)
    play(memory, instant, progress)
    memory.instant = instant.isoformat()
    memory.save()
    clock.rehearse(instant)


_one_at_a_time = threading.Lock()


def play(memory: Memory, until: datetime, progress: Progress | None = None) -> int:
    """Play every step that comes due up to `until` (included), each with the clock held at its instant.

    Gives how many steps were played. Steps that a visitor has made impossible are counted too.
    """
    from consult.cli.site import seal_votes  # noqa: PLC0415 - as the worker does
    from consult.demo.scenario import scenario  # noqa: PLC0415 - reading its texts is for those who play it

    with _one_at_a_time:
        due = [step for step in scenario(memory.ids, memory.file.parent) if step.is_setting or step.at <= until]
        todo = due[memory.played :]
        for done, step in enumerate(todo, start=1):
            _do(step)
            memory.played += 1
            if progress and (done % 50 == 0 or done == len(todo)):
                progress(done, len(todo))
        with clock.held_at(until):
            seal_votes(whole=True)
            follow_on(lambda: False, whole=False, at=until)
        memory.save()
        return len(todo)


def _do(step: "Step") -> None:
    with clock.held_at(step.at):
        try:
            step.act()
        except (Refused, NotFound, KeyError) as error:
            log.info("left out of the demonstration: %s", error)
