"""What importing 10 000 contributions costs, beside plain bulk inserts of the same rows: `python -m tests.load.imports`.

The import runs in a process of its own, from its command to its end, so that its memory is its own. Then every row it wrote —
contributions, themes, words — is written again by plain bulk inserts into an empty base of the same engine, in the same run.
Fails when the import goes at less than a quarter of that rate, or when its process takes 300 MB.
"""

import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import insert, select

from consult import create_app
from consult.calendar.queries import edition
from consult.contributions.imports import ImportOptions, import_contributions
from consult.contributions.model import Contribution, ContributionTerm, ContributionTheme, ContributionWord
from consult.ground.actor import OPERATOR
from consult.ground.cells import line
from consult.ground.database import db, reading, transaction
from tests.load.lists import WORDS
from tests.support.engines import Engines
from tests.support.stage_one import DURING_NEEDS
from tests.support.world import World

ROWS = 10_000
AT_LEAST, MOST_MEMORY = 0.25, 300
TABLES = (Contribution, ContributionTheme, ContributionTerm, ContributionWord)
HEADERS = ("id", "category/name/fr", "title/fr", "body/fr", "reference", "published_at", "url")


def write_file(path: Path) -> None:
    """A Decidim export of ten thousand fictitious proposals, in HTML."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(line(HEADERS))
        for number in range(1, ROWS + 1):
            chance = random.Random(number)
            body = "".join(f"<p>{' '.join(chance.choices(WORDS, k=30))} n&deg;{chance.randrange(5000)}</p>" for _ in range(3))
            address = f"https://ailleurs.exemple.fr/proposals/{number}"
            title = " ".join(chance.choices(WORDS, k=8))
            file.write(line((number, "Mobilité et transports", title, body, f"X-{number}", "2021-01-20 10:00:00 UTC", address)))


def run(engines: Engines, url: str, path: Path) -> None:
    """In the child: import, then say how long it took and how much memory the process ever had."""
    app = create_app(engines.settings(url))
    with app.app_context():
        content, start = path.read_bytes(), time.perf_counter()
        report = import_contributions(OPERATOR, edition("2021").id, content, ImportOptions(), at=DURING_NEEDS)
        spent = time.perf_counter() - start
        assert report.created == ROWS
    print(json.dumps([spent, most_memory()]))


def most_memory() -> float:
    """The most megabytes this process ever held; what `getrusage` says begins with what its parent held."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def imported(folder: Path, url: str, path: Path) -> tuple[float, float]:
    """Seconds and megabytes of an import in a process of its own."""
    said = subprocess.run(
        [sys.executable, "-m", "tests.load.imports", str(folder), url, str(path)], check=True, capture_output=True, text=True
    ).stdout
    spent, memory = json.loads(said.splitlines()[-1])
    return spent, memory


def rows_of(app: Flask) -> list[tuple[Any, list[dict[str, Any]]]]:
    """Everything the import wrote, as it is in the base."""
    with app.app_context():
        return [
            (table.__table__, [dict(row) for row in reading().execute(select(table.__table__)).mappings()]) for table in TABLES
        ]


def inserted(app: Flask, tables: list[tuple[Any, list[dict[str, Any]]]]) -> dict[str, float]:
    """Seconds that plain bulk inserts of these rows take, table by table, the commit in the last one."""
    spent: dict[str, float] = {}
    with app.app_context():
        begun = time.perf_counter()
        with transaction() as session:
            for table, rows in tables:
                start = time.perf_counter()
                session.execute(insert(table), rows)
                spent[table.name] = time.perf_counter() - start
        spent["everything"] = time.perf_counter() - begun
    return spent


def main() -> int:
    """Measure both engines, say the figures, and fail when the import is too slow or too big."""
    failed = False
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        engines = Engines(folder)
        write_file(folder / "file.csv")
        try:
            for engine in sys.argv[1:] or ("sqlite", "postgresql"):
                address = engines.sqlite_url if engine == "sqlite" else engines.postgresql_url
                urls = address("imported"), address("inserted")
                apps = [engines.make_app(url, with_register=False) for url in urls]
                engines.apps |= dict(zip(urls, apps, strict=True))
                for app in apps:
                    with app.app_context():
                        World(app).edition("2021")
                        db.session.close()
                spent, memory = imported(folder, urls[0], folder / "file.csv")
                tables = rows_of(apps[0])
                plain = inserted(apps[1], tables)
                count = sum(len(rows) for _, rows in tables)
                rate = plain["everything"] / spent
                said = ", ".join(f"{table} {seconds:.2f} s" for table, seconds in plain.items())
                print(f"{engine}: {ROWS} contributions, {count} rows, imported in {spent:.2f} s, {memory:.0f} MB")
                print(f"{engine}: plain bulk inserts: {said}")
                print(f"{engine}: {rate:.0%} of the rate of plain bulk inserts of the same rows")
                alone = plain["contribution"] / spent
                print(f"{engine}: {alone:.0%} of that of the contributions alone, which nobody could search")
                failed |= rate < AT_LEAST or memory > MOST_MEMORY
        finally:
            engines.stop()
    return int(failed)


if __name__ == "__main__":
    if len(sys.argv) == 4:
        run(Engines(Path(sys.argv[1])), sys.argv[2], Path(sys.argv[3]))
    else:
        sys.exit(main())
