"""What the desk of attachments costs with 5 000 requests waiting, with 60 and with one: `python -m tests.load.attachments`.

Three bases an engine, with the full register and as many decided attachments; the pending ones differ. Half of these ask for
one and the same collectivité, the others for as many different ones, so that the pages with 60 and with 5 000 show as many
lines: only the depth behind them differs. They are asked in turn through the application, and their medians compared, in one
run. Fails when a page with 5 000 costs more than 1.3 times the one with 60, or when 1, 60 and 5 000 do not send as many
statements.
"""

import statistics
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import insert, select, text

from consult.accounts.model import Attachment, AttachmentStatus, AttachmentWay, Person
from consult.ground.actor import Profile, Role
from consult.ground.database import db, reading, transaction
from consult.journal.model import Event, EventKind
from consult.register.model import Collectivite
from consult.register.rules import Kind
from tests.load.lists import cost
from tests.support.engines import Engines
from tests.support.page import PageClient
from tests.support.stage_one import DURING_NEEDS
from tests.support.statements import count_statements
from tests.support.world import ROCAMADOUR, World

AT_MOST = 1.3
ONE, SMALL, LARGE = 1, 60, 5_000
DECIDED = 3_000
ROUNDS = 100
PAGES = {
    "the queue": "/moderation/rattachements",
    "its last page": "/moderation/rattachements?page={last}",
    "a file": "/moderation/rattachements/{pending}",
    "the verified": "/moderation/rattachements?statut=verifies",
    "the refused": "/moderation/rattachements?statut=refuses",
}


def fill(app: Flask, pending: int) -> PageClient:
    """So many requests that wait, beside the decided ones; a moderator, signed in."""
    world = World(app)
    world.edition("2021")
    client = PageClient(app).sign_in(world.person(None, Role.MODERATOR))
    communes = list(
        reading().scalars(
            select(Collectivite.siren)
            .where(Collectivite.kind == Kind.COMMUNE, Collectivite.siren != ROCAMADOUR)
            .order_by(Collectivite.siren)
            .limit(pending + DECIDED)
        )
    )
    statuses = [AttachmentStatus.PENDING] * pending + list(
        (AttachmentStatus.VERIFIED, AttachmentStatus.REFUSED, AttachmentStatus.ENDED) * (DECIDED // 3)
    )
    with transaction() as session:
        first = 1 + (session.scalar(select(Person.id).order_by(Person.id.desc()).limit(1)) or 0)
        people, rows, events = [], [], []
        for rank, status in enumerate(statuses):
            at = DURING_NEEDS + timedelta(seconds=rank)
            email, siren = f"personne-{rank}@mairie-{rank % 50}.exemple.fr", communes[rank]
            if status is AttachmentStatus.PENDING and rank % 2 == 0:
                siren = ROCAMADOUR
            people.append(
                {
                    "id": first + rank,
                    "email": email,
                    "email_key": email,
                    "name": f"Personne Fictive {rank}",
                    "profile": Profile.AGENT,
                    "function": "secrétaire de mairie",
                    "created_at": at,
                    "last_seen_at": at,
                }
            )
            rows.append(
                {
                    "id": rank + 1,
                    "person_id": first + rank,
                    "siren": siren,
                    "status": status,
                    "way": AttachmentWay.MODERATOR,
                    "evidence": {},
                    "requested_at": at,
                    "decided_at": None if status is AttachmentStatus.PENDING else at,
                    "verified_at": at if status is AttachmentStatus.VERIFIED else None,
                    "reason": "",
                }
            )
            events.append(
                {
                    "at": at,
                    "kind": EventKind.ATTACHMENT_ASKED,
                    "person_id": first + rank,
                    "siren": siren,
                    "subject": f"attachment:{rank + 1}",
                    "data": {},
                }
            )
        for table, values in ((Person, people), (Attachment, rows), (Event, events)):
            session.execute(insert(table), values)
    if db.engine.dialect.name == "postgresql":  # as autovacuum does within a minute
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    return client


def address(path: str, pending: int) -> str:
    """The page of a list that has so many requests waiting."""
    return path.format(last=-(-pending // 20), pending=1)


def statements(app: Flask, client: PageClient, path: str) -> int:
    """How many statements the page sends."""
    with app.app_context(), count_statements() as sent:
        client.get(path)
    return len(sent)


def compare(few: PageClient, many: PageClient) -> dict[str, tuple[float, float]]:
    """The median of each page with few and with many, asked in turn."""
    spent: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in PAGES}
    sides = ((few, SMALL), (many, LARGE))
    for round_ in range(ROUNDS):
        for name, path in PAGES.items():
            for side in (0, 1) if round_ % 2 else (1, 0):
                client, pending = sides[side]
                spent[name][side].append(cost(client.http, address(path, pending)))
    return {name: (statistics.median(some), statistics.median(all_)) for name, (some, all_) in spent.items()}


def main() -> int:
    """Measure both engines, say the figures, and fail when many cost too much more than one."""
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        engines = Engines(Path(folder))
        try:
            for engine in ("sqlite", "postgresql"):
                where = engines.sqlite_url if engine == "sqlite" else engines.postgresql_url
                apps = {pending: engines.make_app(where(f"with_{pending}")) for pending in (ONE, SMALL, LARGE)}
                engines.apps |= {f"{engine} {pending}": app for pending, app in apps.items()}
                clients = {}
                for pending, app in apps.items():
                    with app.app_context():
                        clients[pending] = fill(app, pending)
                for name, path in PAGES.items():
                    counts = {
                        pending: statements(app, clients[pending], address(path, pending)) for pending, app in apps.items()
                    }
                    failed |= len(set(counts.values())) > 1
                    print(f"{engine:10}  {name:14}  statements {counts}")
                for name, (few, many) in compare(clients[SMALL], clients[LARGE]).items():
                    print(f"{engine:10}  {name:14}  {SMALL}: {few:6.2f} ms   {LARGE}: {many:6.2f} ms   {many / few:.2f} ×")
                    failed |= many / few > AT_MOST
        finally:
            engines.stop()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
