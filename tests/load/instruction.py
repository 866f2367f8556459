"""What the desk of candidatures costs with 300 of them, beside what it costs with 20: `python -m tests.load.instruction`.

Two bases an engine, both with the full register, hold candidatures of real collectivités, each read by two others; the pages
show as many of them on both sides, so that what is compared is finding, filtering, sorting and weighing them. They are asked
in turn through the application, and their medians compared, in one run. Fails when a page of the list with 300 costs more than
1.5 times the one with 20, or when 3, 20 and 300 do not send the same number of statements; and when preparing or publishing 300
answers in one act costs, for each, more than doing so for 20.
"""

import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

from flask import Flask
from sqlalchemy import insert, select, text

from consult.calendar.queries import edition as edition_of
from consult.ground.actor import Actor, Role
from consult.ground.database import db, reading, transaction
from consult.interests.grid import criteria_of, set_grid
from consult.interests.grid_rules import CriterionDraft
from consult.interests.model import Interest, InterestStatus, Level, Reading, Score
from consult.interests.preparing import prepare
from consult.interests.publishing import publish
from consult.register.model import Collectivite
from tests.support.engines import Engines
from tests.support.page import PageClient
from tests.support.retained import proposal
from tests.support.statements import count_statements
from tests.support.volunteers import INSTRUCTED as AT
from tests.support.volunteers import waiting_for
from tests.support.world import World

AT_MOST = 1.5
SMALL, LARGE = 20, 300
ROUNDS = 30
DESK = "/pilotage/{e}/candidatures"
LISTS = {
    "the list": "",
    "best first": "?tri=note",
    "not read by me": "?lecture=moi",
    "smallest first": "?tri=population&etat=toutes",
    "a file": "/1",
}
"""Pages that show as much whatever stands behind."""


def fill(app: Flask, slug: str, total: int) -> Actor:
    """An edition of `total` candidatures, each read by two people; gives who instructs it."""
    world = World(app)
    edition = world.edition(slug)
    found = [proposal(edition, f"Proposition {number}") for number in range(1, 18)]
    agent = world.person(None, email=f"agent-{slug}@exemple.invalid")
    team = [
        world.person(None, Role.ADMINISTRATOR, Role.MODERATOR, email=f"equipe-{rank}-{slug}@exemple.invalid")
        for rank in (1, 2, 3)
    ]
    criteria = [CriterionDraft(f"Critère {rank}", "", rank) for rank in range(1, 6)]
    set_grid(team[0], edition.id, criteria, reason="Pour mesurer.", at=AT)
    ids = [one.id for one in criteria_of(edition.id)]
    chance = random.Random(total)
    sirens = chance.sample(list(reading().scalars(select(Collectivite.siren).order_by(Collectivite.siren))), total)
    made = [one for siren in sirens for one in waiting_for(chance.choice(found), [(agent, siren)], chance.choice(list(Level)))]
    with transaction() as session:
        for reader in team[1:]:
            kept = [{"interest_id": one.id, "person_id": reader.person_id} for one in made]
            session.execute(insert(Reading), [row | {"note": "Lue.", "at": AT} for row in kept])
            session.execute(
                insert(Score),
                [row | {"criterion_id": criterion, "points": chance.randrange(5)} for row in kept for criterion in ids],
            )
    if db.engine.dialect.name == "postgresql":  # as autovacuum does within a minute
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    return team[0]


def spent(client: PageClient, path: str) -> float:
    """Milliseconds until the page is there."""
    start = time.perf_counter()
    assert client.http.get(path).status_code == 200, path
    return (time.perf_counter() - start) * 1000


def compare(small: PageClient, large: PageClient) -> dict[str, tuple[float, float, float]]:
    """The median of each page with few and with many, asked in turn, and that of what one costs beside the other."""
    taken: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in LISTS}
    for _ in range(ROUNDS):
        for name, query in LISTS.items():
            for side, client in enumerate((small, large)):
                taken[name][side].append(spent(client, DESK.format(e="2021") + query))
    return {
        name: (
            statistics.median(few),
            statistics.median(many),
            statistics.median(two / one for one, two in zip(few, many, strict=True)),
        )
        for name, (few, many) in taken.items()
    }


def statements(client: PageClient, slug: str) -> int:
    """How many statements the list sends."""
    with client.app.app_context(), count_statements() as sent:
        spent(client, DESK.format(e=slug))
    return len(sent)


def together(app: Flask, team: Actor, slug: str) -> tuple[float, float]:
    """Milliseconds for each answer, to prepare all of them in one act, then to publish them."""
    with app.app_context():
        edition_id = edition_of(slug).id
        ids = list(reading().scalars(select(Interest.id).where(Interest.edition_id == edition_id)))
        start = time.perf_counter()
        prepare(team, edition_id, ids, InterestStatus.WAITLISTED, reason="Pour mesurer.", at=AT)
        prepared = time.perf_counter()
        publish(team, edition_id, at=AT)
        return (prepared - start) * 1000 / len(ids), (time.perf_counter() - prepared) * 1000 / len(ids)


def main() -> int:
    """Measure both engines, say the figures, and fail when many cost too much more than few."""
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        engines = Engines(Path(folder))
        try:
            for engine in sys.argv[1:] or ("sqlite", "postgresql"):
                address = engines.sqlite_url if engine == "sqlite" else engines.postgresql_url
                small, large = engines.make_app(address("small")), engines.make_app(address("large"))
                engines.apps |= {f"{engine} small": small, f"{engine} large": large}
                sides = []
                for app, total in ((small, SMALL), (large, LARGE)):
                    with app.app_context():
                        team = fill(app, "2021", total)
                        if app is small:
                            fill(app, "2022", 3)
                        sides.append((PageClient(app).sign_in(team), team))
                (few, few_team), (many, many_team) = sides
                counts = {3: statements(few, "2022"), SMALL: statements(few, "2021"), LARGE: statements(many, "2021")}
                print(f"{engine}: statements {counts}")
                for name, (before, after, ratio) in compare(few, many).items():
                    print(f"{engine:10}  {name:15} {SMALL}: {before:6.2f} ms   {LARGE}: {after:6.2f} ms   {ratio:.2f} ×")
                    failed |= ratio > AT_MOST
                each = together(small, few_team, "2021"), together(large, many_team, "2021")
                for name, before, after in zip(("prepare", "publish"), *each, strict=True):
                    print(f"{engine:10}  {name:15} {SMALL}: {before:6.2f} ms   {LARGE}: {after:6.2f} ms an answer")
                    failed |= after > before
                failed |= len(set(counts.values())) > 1
        finally:
            engines.stop()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
