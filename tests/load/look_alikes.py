"""How well and how fast look-alikes are found: `python -m tests.load.look_alikes`.

Well: of the texts that people sorted into groups, how many find one of their group in their first five. The texts are read
where they are kept, given as the first argument; without them this part is left out. It must be more than 55 %.
Fast: what looks like one of 10 000 contributions of some 600 characters costs less than five times the list page of the same
run. Their words are drawn as a language draws them, a few everywhere and most of them rare; then from thirty words, the worst.
"""

import json
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import insert, select, text
from werkzeug.test import Client

from consult.contributions.look_alikes import index, like
from consult.contributions.model import Contribution
from consult.contributions.rules import ContributionType, Status, search_text
from consult.ground.actor import Profile
from consult.ground.database import db, reading, transaction
from tests.architecture.sources import ROOT
from tests.load.lists import WORDS, cost
from tests.support.engines import Engines
from tests.support.stage_one import DURING_NEEDS
from tests.support.world import ROCAMADOUR, World

GROUPS = ROOT.parent / "shared" / "data" / "look_alike_groups.json"
"""Beside the checkout: it is not ours to ship."""
MORE_THAN = 0.55
LESS_THAN = 5
MANY = 10_000
ROUNDS = 40
SYLLABLES = ("ma", "ri", "té", "cons", "ra", "vo", "dé", "pla", "ge", "nu", "mé", "fi", "cho", "lan", "bu", "sor", "ti", "pè")


def fill(app: Flask, slug: str, texts: list[tuple[str, str]]) -> list[int]:
    """An edition with a contribution for each of these titles and situations, indexed. Their ids, in the same order."""
    world = World(app)
    edition, person = world.edition(slug), world.person(ROCAMADOUR, email=f"auteur-{slug}@exemple.invalid")
    common: dict[str, Any] = {
        "edition_id": edition.id,
        "siren": ROCAMADOUR,
        "person_id": person.person_id,
        "profile": Profile.AGENT,
        "function": "secrétaire de mairie",
        "audience": "",
        "effects": "",
        "url": "",
        "repository": "",
        "licence": "",
        "users": "",
        "funding_purpose": "",
        "status": Status.PUBLISHED,
        "status_reason": "",
        "status_at": DURING_NEEDS,
        "published_at": DURING_NEEDS,
    }
    chance = random.Random(7)
    rows = [
        {
            "number": number,
            "type": ContributionType.NEED if slug == "2021" else chance.choice(list(ContributionType)),
            "title": title,
            "situation": situation,
            "search_text": search_text(title, situation),
            **common,
        }
        for number, (title, situation) in enumerate(texts, start=1)
    ]
    with transaction() as session:
        session.execute(insert(Contribution), rows)
        written = select(Contribution.id).where(Contribution.edition_id == edition.id).order_by(Contribution.number)
        ids = list(session.scalars(written))
        start = time.perf_counter()
        index(session, ids)
        print(f"    {len(ids)} contributions indexed in {time.perf_counter() - start:.1f} s")
    if db.engine.dialect.name == "postgresql":  # as autovacuum does within a minute
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    return ids


def found(app: Flask, path: Path) -> float:
    """Of the texts of these groups, the part that finds one of its group in its first five."""
    grouped = [(group["group"], each) for group in json.loads(path.read_text("utf-8")) for each in group["texts"]]
    ids = fill(app, "2021", [(each, "") for _, each in grouped])
    group_of = dict(zip(ids, (group for group, _ in grouped), strict=True))
    hits = 0
    for id_ in ids:
        alike = like(reading().get_one(Contribution, id_)).alike
        hits += any(group_of[one.line.id] == group_of[id_] for one in alike)
    return hits / len(ids)


def sentences(vocabulary: list[str], weights: list[float]) -> list[tuple[str, str]]:
    """Titles of eight words and situations of eighty."""
    chance = random.Random(11)
    return [
        (" ".join(chance.choices(vocabulary, weights, k=8)), " ".join(chance.choices(vocabulary, weights, k=80)))
        for _ in range(MANY)
    ]


def language() -> list[tuple[str, str]]:
    """Texts of a language of 8 000 words: the n-th most said is said n times less than the first."""
    chance = random.Random(3)
    vocabulary = sorted({"".join(chance.choices(SYLLABLES, k=chance.randint(2, 5))) for _ in range(9_000)})[:8_000]
    chance.shuffle(vocabulary)
    return sentences(vocabulary, [1 / rank for rank in range(1, len(vocabulary) + 1)])


def thirty_words() -> list[tuple[str, str]]:
    """Texts that all say the same."""
    return sentences(list(WORDS), [1.0] * len(WORDS))


def costs(app: Flask, slug: str, ids: list[int]) -> tuple[float, float]:
    """The medians of the list page and of what looks like one contribution, taken in turn, in milliseconds."""
    http, chance = Client(app), random.Random(5)
    listed, alike = [], []
    for _ in range(ROUNDS):
        listed.append(cost(http, f"/{slug}/contributions"))
        one = reading().get_one(Contribution, chance.choice(ids))
        start = time.perf_counter()
        like(one)
        alike.append((time.perf_counter() - start) * 1000)
    return statistics.median(listed), statistics.median(alike)


def main() -> int:
    """Measure both engines, say the figures, and fail when too few are found or too slowly."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else GROUPS
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        engines = Engines(Path(folder))
        try:
            for engine in ("sqlite", "postgresql"):
                app = engines.app(engine)
                with app.app_context():
                    if path.exists():
                        part = found(app, path)
                        print(f"{engine:10}  {part:.1%} find one of their group in the first five")
                        failed |= part <= MORE_THAN
                    for slug, texts in (("2022", language()), ("2023", thirty_words())):
                        listed, alike = costs(app, slug, fill(app, slug, texts))
                        print(f"{engine:10}  {slug}: list {listed:.1f} ms, look-alikes {alike:.1f} ms, {alike / listed:.1f} ×")
                        failed |= alike / listed >= LESS_THAN
        finally:
            engines.stop()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
