"""What the results page costs with a million supports, beside what it costs with a thousand: `python -m tests.load.results`.

Two bases an engine, both with the full register and the same thousand propositions: one where 50 collectivités gave a thousand
supports, one where 5 000 gave a million. The pages are asked in turn through the application once the vote has closed, and
their medians compared, in one run. Fails when the results page with a million costs more than 1.5 times the one with a
thousand. « Cold » is the first page after the close in a process, or after a verification: everything is counted again.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import String, cast, func, insert, literal, select, text
from werkzeug.test import Client

from consult.accounts.model import Attachment, AttachmentStatus, AttachmentWay
from consult.ground import clock
from consult.ground.database import db, reading, transaction
from consult.proposals.model import Proposal
from consult.register.model import Collectivite
from consult.register.rules import Kind
from consult.voting.model import Support
from consult.voting.results import forget
from consult.voting.rules import Weight
from tests.support.engines import Engines
from tests.support.stage_two import CLOSED, DURING_VOTE
from tests.support.statements import count_statements
from tests.support.world import BEFORE_ALL, World

AT_MOST = 1.5
PROPOSALS = 1_000
FEW, MANY = 50, 5_000
"""Collectivités that vote: a thousand supports, a million."""
WARM, COLD = 120, 5
UNVERIFIED = 100
"""Of so many voters, one has an attachment that nobody has verified yet."""
PAGES = {
    "results": "/2021/resultats",
    "last page": "/2021/resultats?page=10",
    "who voted": "/2021/resultats/participation",
    "who supports": "/2021/propositions/1000/soutiens",
}


def fill(app: Flask, voters: int) -> int:
    """The edition, its propositions, and about a fifth of the supports that so many voters could give: how many."""
    world = World(app)
    edition = world.edition()
    person = world.person(None)
    with transaction() as session:
        session.add_all(
            Proposal(edition_id=edition.id, number=number, title=f"Proposition {number}", summary="…", created_at=BEFORE_ALL)
            for number in range(1, PROPOSALS + 1)
        )
        communes = select(Collectivite.siren).where(Collectivite.kind == Kind.COMMUNE, Collectivite.is_current)
        sirens = session.scalars(communes.order_by(func.substr(Collectivite.siren, 6), Collectivite.siren).limit(voters)).all()
        session.execute(insert(Attachment), [_attachment(person.person_id, siren, rank) for rank, siren in enumerate(sirens)])
    with transaction() as session:
        often = 200 if voters > FEW else 20
        drawn = (Attachment.id * 7919 + Proposal.number * 104_729) % 1_000 < often / 2 + Proposal.number * often / PROPOSALS
        columns = {
            Support.edition_id: Proposal.edition_id,
            Support.proposal_id: Proposal.id,
            Support.siren: Collectivite.siren,
            Support.voice: Collectivite.siren,
            Support.attachment_id: Attachment.id,
            Support.person_id: Attachment.person_id,
            Support.kind: Collectivite.kind,
            Support.stratum: Collectivite.stratum,
            Support.departement: Collectivite.departement,
            Support.region: Collectivite.region,
            Support.population: Collectivite.population,
            Support.given_at: literal(DURING_VOTE, Support.given_at.type),
            Support.receipt: cast(Proposal.number, String) + "-" + cast(Attachment.id, String),
            Support.told: literal(Weight.COUNTED, Support.told.type),
        }
        given = (
            select(*columns.values())
            .select_from(Proposal)
            .join(Attachment, drawn)
            .join(Collectivite, Collectivite.siren == Attachment.siren)
            .where(Proposal.edition_id == edition.id)
        )
        session.execute(insert(Support).from_select([column.name for column in columns], given))
    if db.engine.dialect.name == "postgresql":  # as autovacuum does within a minute
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    return reading().scalar(select(func.count()).select_from(Support)) or 0


def _attachment(person_id: int | None, siren: str, rank: int) -> dict[str, object]:
    is_verified = rank % UNVERIFIED != 0
    return {
        "person_id": person_id,
        "siren": siren,
        "status": AttachmentStatus.VERIFIED if is_verified else AttachmentStatus.PENDING,
        "way": AttachmentWay.MODERATOR,
        "evidence": {},
        "requested_at": BEFORE_ALL,
        "decided_at": BEFORE_ALL if is_verified else None,
        "verified_at": BEFORE_ALL if is_verified else None,
    }


def cost(http: Client, path: str) -> float:
    """What one answer costs, in milliseconds."""
    start = time.perf_counter()
    response = http.get(path)
    spent = (time.perf_counter() - start) * 1000
    assert response.status_code == 200, (path, response.status_code)
    return spent


def compare(small: Flask, large: Flask, *, rounds: int, is_cold: bool) -> Mapping[str, tuple[float, float]]:
    """The median of each page with few and with many, asked in turn."""
    spent: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in PAGES}
    clients = (Client(small), Client(large))
    for round_ in range(rounds):
        for name, path in PAGES.items():
            for side in (0, 1) if round_ % 2 else (1, 0):
                if is_cold:
                    forget()
                spent[name][side].append(cost(clients[side], path))
    return {name: (statistics.median(few), statistics.median(many)) for name, (few, many) in spent.items()}


def main() -> int:
    """Measure both engines, say the figures, and fail when a million costs too much more than a thousand."""
    failed = False
    with tempfile.TemporaryDirectory() as folder, clock.held_at(CLOSED + timedelta(hours=1)):
        engines = Engines(Path(folder))
        try:
            for engine in sys.argv[1:] or ("sqlite", "postgresql"):
                address = engines.sqlite_url if engine == "sqlite" else engines.postgresql_url
                small, large = engines.make_app(address("small")), engines.make_app(address("large"))
                engines.apps |= {f"{engine} small": small, f"{engine} large": large}
                for app, voters in ((small, FEW), (large, MANY)):
                    with app.app_context():
                        print(f"{engine}: {fill(app, voters):,} supports by {voters:,} collectivités")
                cold = compare(small, large, rounds=COLD, is_cold=True)
                warm = compare(small, large, rounds=WARM, is_cold=False)
                with large.app_context(), count_statements() as sent:
                    Client(large).get(PAGES["results"])
                print(f"{engine}: statements of a kept result, the edition's one included: {len(sent)}")
                for temperature, medians in (("cold", cold), ("warm", warm)):
                    for name, (few, many) in medians.items():
                        print(f"{engine:10}  {temperature}  {name:12}  {few:7.1f} ms   {many:7.1f} ms   {many / few:.2f} ×")
                few, many = warm["results"]
                failed |= many / few > AT_MOST
        finally:
            engines.stop()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
