"""What the portfolio costs with 200 services and 20 000 deployments, beside 2 with 2: `python -m tests.load.portfolio`.

Two bases an engine, both with the full register. The pages are asked in turn through the application, and their medians
compared, in one run; so is the floor, the same page drawn again from what its template was told, with nothing asked of the
base. Fails when a page with many costs more than 1.5 times the one with few, or when they do not send the same statements.
"""

import statistics
import sys
import tempfile
import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from flask import Flask, template_rendered
from sqlalchemy import insert, select, text, update
from werkzeug.test import Client

from consult.calendar.rules import Stage
from consult.ground import clock
from consult.ground.clock import paris
from consult.ground.database import db, reading, transaction
from consult.register.model import Collectivite
from consult.register.rules import Kind
from consult.services.model import (
    Deployment,
    DeploymentStatus,
    DeploymentStep,
    Milestone,
    News,
    Phase,
    PhaseStep,
    Publication,
    Service,
)
from tests.support.engines import Engines
from tests.support.retained import proposal
from tests.support.statements import count_statements
from tests.support.world import World, during

AT_MOST = 1.5
FEW, MANY = (2, 2), (200, 20_000)
"""Services, deployments."""
ROUNDS = 150
NOW = paris(2021, 11, 5, 9)
BORN = during(Stage.TRACKING)
INDEX = "/2021/services"
PAGES = {
    "portfolio": INDEX,
    "by adoption": f"{INDEX}?tri=adoption",
    "by news": f"{INDEX}?tri=nouvelle",
    "by milestone": f"{INDEX}?tri=jalon",
    "late ones": f"{INDEX}?etat=en-retard",
    "silent ones": f"{INDEX}?etat=sans-nouvelles",
}


def fill(app: Flask, services: int, deployments: int) -> None:
    """An edition whose services have as many promises, news and phases each, and share the deployments between them."""
    edition = World(app).edition()
    kept = proposal(edition)
    communes = (
        select(Collectivite.siren).where(Collectivite.kind == Kind.COMMUNE).order_by(Collectivite.siren).limit(deployments)
    )
    sirens = reading().scalars(communes).all()
    with transaction() as session:
        for number in range(1, services + 1):
            session.add(
                Service(
                    edition_id=edition.id,
                    number=number,
                    proposal_id=kept.id,
                    name=f"Service fictif numéro {number}",
                    summary="Fictif.",
                    reason="Fictive.",
                    born_at=BORN,
                    phase=tuple(Phase)[number % 7],
                    cost=Decimal(100_000),
                    state_share=Decimal(50_000),
                    engaged=Decimal(20_000),
                )
            )
        session.flush()
        ids = session.scalars(select(Service.id).order_by(Service.number)).all()
        session.execute(insert(Milestone), [row for service_id in ids for row in _promises(service_id)])
        session.execute(insert(News), [row for service_id in ids for row in _news(service_id)])
        session.execute(insert(PhaseStep), [_step(service_id) for service_id in ids])
        rows = [_deployment(ids[rank % services], siren, rank) for rank, siren in enumerate(sirens)]
        session.execute(insert(Deployment), rows)
        steps = select(Deployment.id, Deployment.status, Deployment.since, Deployment.declared_at)
        session.execute(insert(DeploymentStep).from_select(["deployment_id", "status", "since", "at"], steps))
        per_service = {service_id: [row for row in rows if row["service_id"] == service_id] for service_id in ids}
        for service_id, those in per_service.items():
            trials = sum(row["status"] is DeploymentStatus.TRIAL for row in those)
            session.execute(update(Service).where(Service.id == service_id).values(trials=trials, in_use=len(those) - trials))
    if db.engine.dialect.name == "postgresql":  # as autovacuum does within a minute
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _promises(service_id: int) -> list[dict[str, Any]]:
    """One kept, one that is late for some, one to come."""
    days = (date(2021, 7, 1), date(2021, 11, 4 + service_id % 3), date(2022, 3, 1))
    return [
        {"service_id": service_id, "title": f"Un jalon fictif, le {day}", "due_on": day, "set_at": BORN, "done_on": done}
        for day, done in zip(days, (date(2021, 7, 1), None, None), strict=True)
    ]


def _news(service_id: int) -> list[dict[str, Any]]:
    told = [BORN + timedelta(days=20 * rank + service_id % 40) for rank in range(5)]
    return [
        {
            "service_id": service_id,
            "title": "Une nouvelle",
            "body": "Fictive.",
            "standing": Publication.PUBLISHED,
            "written_at": at,
            "published_at": at,
        }
        for at in told
    ]


def _step(service_id: int) -> dict[str, Any]:
    return {"service_id": service_id, "phase": Phase.INVESTIGATION, "entered_at": BORN, "reason": "Fictive."}


def _deployment(service_id: int, siren: str, rank: int) -> dict[str, Any]:
    status = DeploymentStatus.TRIAL if rank % 3 == 0 else DeploymentStatus.IN_USE
    since = BORN.date() + timedelta(days=rank % 150)
    return {"service_id": service_id, "siren": siren, "status": status, "since": since, "declared_at": BORN}


def compare(few: Flask, many: Flask) -> dict[str, tuple[float, float, float]]:
    """The median of each page with few and with many, asked in turn, and that of what one costs beside the other."""
    spent: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in PAGES}
    clients = (Client(few), Client(many))
    for round_ in range(ROUNDS):
        for name, path in PAGES.items():
            for side in (0, 1) if round_ % 2 else (1, 0):
                spent[name][side].append(_cost(clients[side], path))
    return {
        name: (
            statistics.median(small),
            statistics.median(large),
            statistics.median(two / one for one, two in zip(small, large, strict=True)),
        )
        for name, (small, large) in spent.items()
    }


def _cost(http: Client, path: str) -> float:
    start = time.perf_counter()
    response = http.get(path)
    spent = (time.perf_counter() - start) * 1000
    assert response.status_code == 200, (path, response.status_code)
    return spent


def floor(app: Flask) -> float:
    """What it costs to draw the page with many again, from what its template was told."""
    told: dict[str, Any] = {}

    def keep(_app: object, template: object, context: dict[str, Any]) -> None:
        told["template"], told["context"] = template, context

    spent = []
    with app.test_request_context(INDEX):
        with template_rendered.connected_to(keep, app):
            app.preprocess_request()
            app.dispatch_request()
        for _ in range(ROUNDS):
            start = time.perf_counter()
            told["template"].render(told["context"])
            spent.append((time.perf_counter() - start) * 1000)
    return statistics.median(spent)


def statements(app: Flask, path: str) -> list[str]:
    """What the page asks of the base."""
    with app.app_context(), count_statements() as sent:
        Client(app).get(path)
    return sent


def main() -> int:
    """Measure both engines, say the figures, and fail when many cost too much more than few."""
    failed = False
    with tempfile.TemporaryDirectory() as folder, clock.held_at(NOW):
        engines = Engines(Path(folder))
        try:
            for engine in sys.argv[1:] or ("sqlite", "postgresql"):
                address = engines.sqlite_url if engine == "sqlite" else engines.postgresql_url
                apps = {name: engines.make_app(address(name)) for name in ("few", "many")}
                engines.apps |= {f"{engine} {name}": app for name, app in apps.items()}
                for app, sizes in zip(apps.values(), (FEW, MANY), strict=True):
                    with app.app_context():
                        fill(app, *sizes)
                few, many = apps.values()
                asked = {name: len(statements(many, path)) for name, path in PAGES.items()}
                print(f"{engine}: statements {asked}; drawing alone {floor(many):.2f} ms")
                failed |= any(statements(few, path) != statements(many, path) for path in PAGES.values())
                for name, (small, large, ratio) in compare(few, many).items():
                    print(f"{engine:10}  {name:13}  {FEW[0]}: {small:6.2f} ms   {MANY[0]}: {large:6.2f} ms   {ratio:.2f} ×")
                    failed |= ratio > AT_MOST
        finally:
            engines.stop()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
