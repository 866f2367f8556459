"""What the list of contributions costs with 10 000 of them, beside what it costs with 100: `python -m tests.load.lists`.

Two bases an engine, both with the full register, hold the same latest contributions; only the depth behind them differs. The
pages are asked in turn through the application, and their medians compared, in one run. Each shows as many contributions on
both sides: what is compared is finding and counting them, not drawing more. Fails when a page with 10 000 costs more than 1.2
times the one with 100, weighs something else, or when 1, 100 and 10 000 do not send the same number of statements.
"""

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import insert, select, text
from werkzeug.test import Client

from consult.calendar.model import Edition, Theme
from consult.contributions.model import Contribution, ContributionTheme, MeToo
from consult.contributions.rules import ContributionType, Status, search_text
from consult.contributions.terms import TermsToAdd, marks, terms
from consult.ground.actor import Profile
from consult.ground.database import db, reading, transaction
from consult.proposals.model import Proposal, ProposalContribution
from consult.register.model import Collectivite
from consult.register.rules import Kind, Stratum
from tests.support.engines import Engines
from tests.support.stage_one import DURING_NEEDS
from tests.support.statements import count_statements
from tests.support.world import World

AT_MOST = 1.2
SMALL, LARGE = 100, 10_000
ROUNDS = 80
WORDS = (
    "mairie", "habitants", "carnet", "agents", "école", "cantine", "inscription", "réunion", "conseil", "délibération",
    "téléphone", "courriel", "tableau", "classeur", "voirie", "éclairage", "déchets", "collecte", "association", "salle",
    "réservation", "calendrier", "état", "civil", "acte", "urbanisme", "permis",
)  # fmt: skip
RARE = " fontaine gargouille"
"""Two words that only one in five of the latest hundred holds."""
PAGES = {
    "first page": "",
    "last page": "?page=500",
    "two filters": "?type=besoin&statut=regroupee",
    "four filters": "?nature=commune&region=84&population=lt2000&type=besoin",
    "a theme": "?theme=mobilite-transports",
    "theme, status": "?theme=mobilite-transports&statut=regroupee",
    "oldest first": "?tri=ancien",
    "most shared": "?tri=partage",
    "common words": "?q=cantine+urbanisme",
    "rare words": "?q=fontaine+gargouille",
    "words, filter": "?q=cantine+urbanisme&type=besoin",
    "feed": ".atom",
    "one": "/{total}",
}
OUTCOMES = (Status.GROUPED,) * 7 + (Status.PUBLISHED,) * 2 + (Status.INELIGIBLE,)


def fill(app: Flask, slug: str, total: int) -> None:
    """An edition of `total` contributions. Counted from the latest one, they are the same whatever the total."""
    world = World(app)
    edition = world.edition(slug)
    person = world.person(None, email=f"auteur-{slug}@exemple.invalid")
    themes = list(reading().scalars(select(Theme.id).where(Theme.edition_id == edition.id)))
    communes = (
        reading()
        .execute(
            select(
                Collectivite.siren,
                Collectivite.departement,
                Collectivite.name,
                Collectivite.region,
                Collectivite.kind,
                Collectivite.stratum,
            )
            .where(Collectivite.kind == Kind.COMMUNE)
            .order_by(Collectivite.siren)
            .limit(3000)
        )
        .all()
    )
    with transaction() as session:
        answers = [
            Proposal(edition_id=edition.id, number=number, title=f"Proposition {number}", summary="…", created_at=DURING_NEEDS)
            for number in range(1, 68)
        ]
        session.add_all(answers)
        session.flush()
        start = (session.scalar(select(Contribution.id).order_by(Contribution.id.desc()).limit(1)) or 0) + 1
        rows = list(_contributions(edition, person.person_id, communes, start=start, total=total))
        session.execute(insert(Contribution), rows)
        links = [_links(row, total, themes, communes, answers, person.person_id) for row in rows]
        for rank, table in enumerate((ContributionTheme, MeToo, ProposalContribution)):
            if found := [link for of_one in links for link in of_one[rank]]:
                session.execute(insert(table), found)
        held = TermsToAdd()
        for row, (themed, *_) in zip(rows, links, strict=True):
            held.add(row["number"], terms(row["search_text"]))
            held.add(row["number"], marks(row, [link["theme_id"] for link in themed]))
        held.write(session, edition.id)
    if db.engine.dialect.name == "postgresql":  # as autovacuum does within a minute
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
            if start > 1:
                connection.execute(text("SELECT setval('contribution_id_seq', :last)"), {"last": start + total})


def _contributions(
    edition: Edition, person_id: int | None, communes: Any, *, start: int, total: int
) -> Iterator[dict[str, Any]]:
    many = [row for row in communes if (row.region, row.stratum) == ("84", Stratum.LT2000)]
    for number in range(1, total + 1):
        chance = random.Random(total - number)
        siren, departement, name, region, kind, stratum = chance.choice(chance.choice((many, communes)))
        title, situation = " ".join(chance.choices(WORDS, k=8)), " ".join(chance.choices(WORDS, k=90))
        if total - number < SMALL and number % 5 == 0:
            situation += RARE
        status = chance.choice(OUTCOMES)
        at = DURING_NEEDS - timedelta(seconds=total - number)
        yield {
            "id": start + number - 1,
            "edition_id": edition.id,
            "number": number,
            "type": chance.choice(list(ContributionType)),
            "siren": siren,
            "departement": departement,
            "region": region,
            "kind": kind,
            "stratum": stratum,
            "person_id": person_id,
            "profile": Profile.AGENT,
            "function": "secrétaire de mairie",
            "title": title,
            "situation": situation,
            "audience": "Les habitants.",
            "effects": "Moins d’appels.",
            "url": "",
            "repository": "",
            "licence": "",
            "users": "",
            "funding_purpose": "",
            "search_text": search_text(name, title, situation),
            "status": status,
            "status_reason": "Hors du champ." if status is Status.INELIGIBLE else "",
            "status_at": at,
            "published_at": at,
            "me_too_count": len(_sharers(total - number, communes)),
        }


def _sharers(before_last: int, communes: Any) -> Any:
    chance = random.Random(f"shared {before_last}")
    return chance.sample(communes, chance.randrange(8))


def _links(
    row: dict[str, Any], total: int, themes: list[int], communes: Any, answers: list[Proposal], person_id: int | None
) -> Any:
    """Its themes, who shares it, and what answers it."""
    chance = random.Random(total - row["number"])
    sharers = _sharers(total - row["number"], communes)
    answering = chance.sample(answers, 2) if row["status"] is Status.GROUPED else []
    return (
        [{"contribution_id": row["id"], "theme_id": theme} for theme in chance.sample(themes, chance.randint(1, 2))],
        [{"contribution_id": row["id"], "siren": s.siren, "person_id": person_id, "at": DURING_NEEDS} for s in sharers],
        [{"contribution_id": row["id"], "proposal_id": a.id, "grouped_at": DURING_NEEDS} for a in answering],
    )


def cost(http: Client, path: str) -> float:
    """What one answer costs, in milliseconds."""
    return answered(http, path)[0]


def answered(http: Client, path: str) -> tuple[float, int]:
    """What one answer costs, in milliseconds, and how many contributions it shows."""
    start = time.perf_counter()
    response = http.get(path)
    spent = (time.perf_counter() - start) * 1000
    assert response.status_code == 200, (path, response.status_code)
    return spent, response.text.count('class="item-title"') + response.text.count("<entry>")


def compare(small: Flask, large: Flask) -> dict[str, tuple[float, float, float]]:
    """The median of each page with few and with many, asked in turn, and that of what one costs beside the other.

    Both are asked within an instant: a machine that does something else slows them alike.
    """
    spent: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in PAGES}
    clients = ((Client(small), SMALL), (Client(large), LARGE))
    for round_ in range(ROUNDS):
        for name, query in PAGES.items():
            shown = [0, 0]
            for side in (0, 1) if round_ % 2 else (1, 0):
                http, total = clients[side]
                ms, shown[side] = answered(http, "/2021/contributions" + query.format(total=total))
                spent[name][side].append(ms)
            assert shown[0] == shown[1], (name, shown)
    return {
        name: (
            statistics.median(few),
            statistics.median(many),
            statistics.median(two / one for one, two in zip(few, many, strict=True)),
        )
        for name, (few, many) in spent.items()
    }


def statements(app: Flask, path: str) -> int:
    """How many statements the page sends."""
    with app.app_context(), count_statements() as sent:
        Client(app).get(path)
    return len(sent)


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
                for app, slug, total in ((small, "2021", SMALL), (large, "2021", LARGE), (large, "2022", 1)):
                    with app.app_context():
                        fill(app, slug, total)
                medians = compare(small, large)
                counts = {
                    1: statements(large, "/2022/contributions"),
                    SMALL: statements(small, "/2021/contributions"),
                    LARGE: statements(large, "/2021/contributions"),
                }
                print(f"{engine}: statements {counts}, the edition's one included")
                for name, (few, many, ratio) in medians.items():
                    print(f"{engine:10}  {name:13}  {SMALL}: {few:6.2f} ms   {LARGE}: {many:6.2f} ms   {ratio:.2f} ×")
                failed |= any(ratio > AT_MOST for *_, ratio in medians.values()) or len(set(counts.values())) > 1
        finally:
            engines.stop()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
