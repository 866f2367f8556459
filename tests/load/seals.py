"""What sealing costs, and what it costs to those who vote: `python -m tests.load.seals`.

Fifty thousand events of a vote wait to be sealed; a process seals them without a rest while others give supports. The
throughput of supports with the sealer at work beside that without it, in the same run: fails under half. The worker rests two
seconds between two rounds, so a real vote is hindered far less.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select, text

from consult import create_app
from consult.cli.site import seal_votes
from consult.ground.actor import Actor
from consult.ground.database import db, reading, transaction
from consult.proposals.model import Proposal
from consult.register.model import Collectivite
from consult.register.rules import Kind
from consult.voting.actions import give_support
from consult.voting.journal import where_to_look
from consult.voting.model import SealedLine
from consult.voting.seals import seal_some
from consult.web.context import settings
from tests.architecture.sources import ROOT
from tests.support.commands import environment
from tests.support.engines import Engines
from tests.support.stage_two import CLOSED, DURING_VOTE, propositions
from tests.support.world import World

AT_LEAST = 0.5
WAITING = 50_000
VOTERS, PROPOSALS = 40, 10

EVENTS = """
    INSERT INTO event (at, kind, edition_id, person_id, siren, subject, data)
    SELECT :at, 'support:given', :edition, NULL, siren, 'proposal:1', CAST(
        '{"receipt": "' || siren || '", "replaced": null, "given_by": "' || siren ||
        '", "voter_kind": "commune", "departement": "46", "stratum": "lt500", "worth": "counted"}' AS JSON_TYPE)
    FROM collectivite, (SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4) AS often LIMIT :many
"""


def wait_for_sealing(app: Flask, edition_id: int) -> None:
    """So many events of a vote, as if nothing had been sealed for long."""
    json = "JSON" if db.engine.dialect.name == "postgresql" else "TEXT"
    with transaction() as session:
        session.execute(text(EVENTS.replace("JSON_TYPE", json)), {"at": DURING_VOTE, "edition": edition_id, "many": WAITING})


def vote(people: list[Actor], proposals: list[Proposal]) -> float:
    """How many supports a second, each voter on each proposition."""
    start = time.perf_counter()
    for proposal in proposals:
        for one in people:
            give_support(one, proposal.id, at=DURING_VOTE)
    return len(people) * len(proposals) / (time.perf_counter() - start)


def seal_without_rest() -> None:
    """Seal as the worker does, one round right after the other, for ever: the measure ends this process."""
    with create_app().app_context():
        print("at work", flush=True)
        while True:
            seal_votes(whole=False)


def sealed() -> int:
    """How many lines there are."""
    return reading().scalar(select(func.count()).select_from(SealedLine)) or 0


def measure(engine: str, app: Flask) -> float:
    """Supports a second with a sealer at work, beside those without."""
    with app.app_context():
        world = World(app)
        edition = world.edition()
        proposals = propositions(edition, 2 * PROPOSALS)
        communes = select(Collectivite.siren).where(Collectivite.kind == Kind.COMMUNE, Collectivite.is_current)
        people = [world.person(siren) for siren in reading().scalars(communes.limit(VOTERS)).all()]
        vote(people[:5], propositions(edition, 2))
        wait_for_sealing(app, edition.id)
        alone = vote(people, proposals[:PROPOSALS])
        command = [sys.executable, "-m", "tests.load.seals", "--seal"]
        with subprocess.Popen(command, env=environment(settings()), cwd=ROOT, stdout=subprocess.PIPE, text=True) as sealer:
            assert sealer.stdout is not None
            assert sealer.stdout.readline() == "at work\n"
            before = sealed()
            beside = vote(people, proposals[PROPOSALS:])
            meanwhile = sealed() - before
            sealer.kill()
        wait_for_sealing(app, edition.id)
        before, start = sealed(), time.perf_counter()
        since = where_to_look(edition.id, whole=True)
        while since is not None:
            since = seal_some(edition.id, since=since, at=CLOSED)
        took = time.perf_counter() - start
        print(
            f"{engine:10}  supports a second: {alone:.0f} alone, {beside:.0f} beside a sealer: {beside / alone:.2f}", flush=True
        )
        print(
            f"{engine:10}  {meanwhile} lines sealed meanwhile; then, alone, {(sealed() - before) / took:.0f} a second",
            flush=True,
        )
    return beside / alone


def main() -> int:
    """Measure both engines, say the figures, and fail when voters are hindered too much."""
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        engines = Engines(Path(folder))
        try:
            for engine in sys.argv[1:] or ("sqlite", "postgresql"):
                address = engines.sqlite_url if engine == "sqlite" else engines.postgresql_url
                app = engines.make_app(address("seals"))
                engines.apps |= {f"{engine} seals": app}
                failed |= measure(engine, app) < AT_LEAST
        finally:
            engines.stop()
    return int(failed)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--seal"]:
        seal_without_rest()
    sys.exit(main())
