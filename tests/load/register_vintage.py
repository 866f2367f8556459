"""What the next vintage of the register costs beside a plain one: `python -m tests.load.register_vintage`.

On the full register, on both engines. A plain vintage changes the population of every commune; the other does the same, and
five hundred communes merge into their neighbours, whose people have all voted. Both are rehearsed in turn, so that each
starts from the same base, and the best time of each is kept. Fails when mergers cost more than half as much again.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask

from consult.accounts.model import Attachment, AttachmentStatus, AttachmentWay, Person
from consult.ground.actor import Profile
from consult.ground.database import transaction
from consult.register import build, file
from consult.register.actions import load
from consult.register.file import Row
from consult.register.rules import Kind, stratum
from consult.services.merges import AFTER_LOADING
from consult.voting.model import Support
from consult.voting.rules import Weight
from tests.support.engines import Engines
from tests.support.stage_two import DURING_VOTE, propositions
from tests.support.vintages import merged
from tests.support.world import BEFORE_ALL, World

MERGERS = 500
ROUNDS = 3
AT_MOST = 1.5


def vintages(shipped: Sequence[Row]) -> tuple[Sequence[Row], Sequence[Row], Sequence[tuple[Row, Row]]]:
    """The next vintage without a merger, with them, and who merges into whom: neighbours in the order of INSEE codes."""
    aged = {row.siren: replace(row, population=row.population + 1, vintage="2027") for row in shipped}
    communes = sorted((row for row in aged.values() if row.kind is Kind.COMMUNE), key=lambda row: row.insee)
    step = len(communes) // MERGERS
    pairs = [(communes[rank], communes[rank + 1]) for rank in range(0, step * MERGERS, step)]
    gone = {one.siren for one, _ in pairs}
    larger = {into.siren: merged(into, one) for one, into in pairs}
    return list(aged.values()), [larger.get(siren, row) for siren, row in aged.items() if siren not in gone], pairs


def vote(app: Flask, pairs: Sequence[tuple[Row, Row]]) -> None:
    """Every commune that merges has somebody, who supported the same proposition as its neighbour's."""
    edition = World(app).edition()
    first = propositions(edition)[0]
    with transaction() as session:
        for rank, row in enumerate(row for pair in pairs for row in pair):
            session.add(person := Person(**_somebody(f"personne-{rank}@exemple.invalid")))
            session.flush()
            session.add(attachment := Attachment(person_id=person.id, siren=row.siren, **_VERIFIED))
            session.flush()
            session.add(_support(edition.id, first.id, row, person.id, attachment.id, rank))


def _somebody(email: str) -> dict[str, Any]:
    about = {"name": "Personne Fictive", "profile": Profile.AGENT, "function": "secrétaire de mairie"}
    return {"email": email, "email_key": email, **about, "created_at": BEFORE_ALL, "last_seen_at": BEFORE_ALL}


_VERIFIED: dict[str, Any] = {
    "status": AttachmentStatus.VERIFIED,
    "way": AttachmentWay.MODERATOR,
    "evidence": {},
    "requested_at": BEFORE_ALL,
    "decided_at": BEFORE_ALL,
    "verified_at": BEFORE_ALL,
}


def _support(edition_id: int, proposal_id: int, row: Row, person_id: int, attachment_id: int, rank: int) -> Support:
    return Support(
        edition_id=edition_id,
        proposal_id=proposal_id,
        siren=row.siren,
        voice=row.siren,
        attachment_id=attachment_id,
        person_id=person_id,
        kind=row.kind,
        stratum=stratum(row.population),
        departement=row.departement,
        told=Weight.COUNTED,
        given_at=DURING_VOTE + timedelta(seconds=rank),
        receipt=f"{rank:012}",
    )


def seconds(path: Path) -> float:
    """How long a loading takes, all that follows included."""
    start = time.perf_counter()
    load(path, at=DURING_VOTE + timedelta(days=1), then=AFTER_LOADING, is_rehearsal=True)
    return time.perf_counter() - start


def main() -> int:
    """Say the times and their ratio on each engine; 1 when one is too high."""
    shipped = file.read(file.SHIPPED).rows
    plain, merging, pairs = vintages(shipped)
    worst = 0.0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = folder / "plain.csv.xz", folder / "merging.csv.xz"
        for path, rows in zip(paths, (plain, merging), strict=True):
            build.write(rows, path)
        engines = Engines(folder)
        for engine in ("sqlite", "postgresql"):
            app = engines.app(engine)
            with app.app_context():
                vote(app, pairs)
                rounds = [[seconds(path) for path in paths] for _ in range(ROUNDS)]
            best = [min(times) for times in zip(*rounds, strict=True)]
            spread = statistics.median(merge / alone for alone, merge in rounds)
            ratio = best[1] / best[0]
            worst = max(worst, ratio)
            sys.stdout.write(  # as it comes: the second engine takes as long again
                f"{engine}: plain {best[0]:.2f} s, {MERGERS} mergers {best[1]:.2f} s, ratio {ratio:.2f} (median {spread:.2f})\n"
            )
        engines.stop()
    return int(worst > AT_MOST)


if __name__ == "__main__":
    sys.exit(main())
