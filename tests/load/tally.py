"""What recounting a million supports costs: `python -m tests.load.tally`.

A million supports on a thousand propositions, each with its line in the journal. `consult tally` — the ranking with its ties,
turnout and the proclaimed result — beside the plain SQL that only counts rows by proposition, in turn; it fails when it costs
more than twice as much. Then the journal is sealed, exported and verified from its files: how long, and how much memory
(`--tally` leaves this out).
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select, text

from consult.calendar import queries as calendars
from consult.calendar.model import Edition
from consult.cli.voting import count
from consult.ground import clock
from consult.ground.database import db, reading, transaction
from consult.opendata.queries import csv
from consult.opendata.reading import Asked
from consult.voting.journal import where_to_look
from consult.voting.model import SealedLine
from consult.voting.seals import seal_some
from tests.load.results import FEW, MANY, fill
from tests.support.commands import CONSULT
from tests.support.engines import Engines
from tests.support.stage_two import CLOSED

AT_MOST = 2.0
ROUNDS = 7

PLAIN = text(
    "SELECT proposal_id, count(*) FROM support JOIN attachment ON attachment.id = support.attachment_id"
    " WHERE support.edition_id = :edition AND attachment.verified_at IS NOT NULL AND support.set_aside_at IS NULL"
    " GROUP BY proposal_id"
)
TOLD = """
    INSERT INTO event (at, kind, edition_id, person_id, siren, subject, data)
    SELECT given_at, 'support:given', support.edition_id, person_id, siren, 'proposal:' || number, CAST(
        '{"receipt": "' || receipt || '", "replaced": null, "given_by": "' || siren || '", "voter_kind": "' || kind ||
        '", "departement": "' || coalesce(departement, '') || '", "stratum": "' || stratum || '", "worth": "' || told || '"}'
        AS JSON_TYPE)
    FROM support JOIN proposal ON proposal.id = proposal_id ORDER BY support.id
"""
PEAK = (
    "import resource, subprocess, sys; ended = subprocess.run(sys.argv[1:], check=False);"
    " print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024, file=sys.stderr); sys.exit(ended.returncode)"
)
"""A small process between: what a child holds at most is counted from when it was still its parent."""


def tell(app: Flask) -> None:
    """An event for each support, as giving it would have written; those that wait say so."""
    with transaction() as session:
        unverified = "SELECT id FROM attachment WHERE verified_at IS NULL"
        session.execute(text(f"UPDATE support SET told = 'pending' WHERE attachment_id IN ({unverified})"))
        json = "JSON" if db.engine.dialect.name == "postgresql" else "TEXT"
        session.connection().exec_driver_sql(TOLD.replace("JSON_TYPE", json))


def spent(act: Callable[[], object]) -> float:
    """How long it takes, in seconds."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def tallied(edition: Edition) -> tuple[float, float]:
    """The medians of the plain SQL and of a tally, in turn."""
    plain, tally = [], []
    for _ in range(ROUNDS):
        plain.append(spent(lambda: reading().execute(PLAIN, {"edition": edition.id}).all()))
        tally.append(spent(lambda: count(edition, at=CLOSED)))
    return statistics.median(plain), statistics.median(tally)


def seal_everything(edition: Edition) -> int:
    """Seal what is left, as the worker does; how many lines there are."""
    since = where_to_look(edition.id, whole=True)
    while since is not None:
        since = seal_some(edition.id, since=since, at=CLOSED)
    return reading().scalar(select(func.count()).select_from(SealedLine)) or 0


def write(edition: Edition, folder: Path) -> None:
    """The three files of a recount."""
    for name in ("vote_journal", "supports", "proposals"):
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
            out.writelines(csv(name, Asked(edition, CLOSED, "https://exemple.invalid")))


def verified(folder: Path) -> tuple[float, int]:
    """How long the command takes, in seconds, and its memory at most, in megabytes."""
    start = time.perf_counter()
    command = [sys.executable, "-c", PEAK, CONSULT, "verify", str(folder)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    took = time.perf_counter() - start
    print(ended.stdout, end="")
    assert ended.returncode == 0, ended.stderr
    return took, int(ended.stderr)


def measure(engine: str, app: Flask, files: Path, voters: int) -> float:
    """Everything, on one engine; how many times as much a tally costs as the plain SQL."""

    def say(what: str) -> None:
        print(f"{engine:10}  {what}", flush=True)

    with app.app_context(), clock.held_at(CLOSED):
        supports = fill(app, voters)
        tell(app)
        if engine == "postgresql":
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM ANALYZE"))
        edition = calendars.edition("2021")
        plain, tally = tallied(edition)
        say(f"{supports} supports   plain {plain:.3f} s   tally {tally:.3f} s   {tally / plain:.2f} ×")
        if "--tally" in sys.argv:
            return tally / plain
        start = time.perf_counter()
        lines = seal_everything(edition)
        took = time.perf_counter() - start
        say(f"{lines} lines sealed in {took:.0f} s, {lines / took:.0f} a second")
        say(f"nothing left to seal: {1000 * spent(lambda: where_to_look(edition.id, whole=False)):.1f} ms")
        say(f"nothing left to seal, looked at whole: {spent(lambda: where_to_look(edition.id, whole=True)):.2f} s")
        say(f"exported in {spent(lambda: write(edition, files)):.0f} s")
        took, memory = verified(files)
        say(f"verified in {took:.0f} s, {memory} MB at most")
    return tally / plain


def main() -> int:
    """Measure both engines, say the figures, and fail when a tally costs too much."""
    failed = False
    voters = FEW if "--few" in sys.argv else MANY
    with tempfile.TemporaryDirectory() as folder:
        engines = Engines(Path(folder))
        try:
            for engine in [name for name in sys.argv[1:] if not name.startswith("-")] or ("sqlite", "postgresql"):
                address = engines.sqlite_url if engine == "sqlite" else engines.postgresql_url
                app = engines.make_app(address("tally"))
                engines.apps |= {f"{engine} tally": app}
                files = Path(folder) / engine
                files.mkdir()
                failed |= measure(engine, app, files, voters) > AT_MOST
        finally:
            engines.stop()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
