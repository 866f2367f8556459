"""One support given, and the list of propositions, beside the least they could cost: `python -m tests.load.throughput`.

One server process, eight lines, a durable base, real HTTP. The real thing and its floor (`tests.load.floor`) are asked by
turns, a batch each, in one run: what else the machine does weighs on both. Fails when the median batch of votes goes at less
than half the throughput of that of their floor, each voter their own proposition or all on the same one, or the list at less
than half of its own.
"""

import statistics
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from consult.calendar.model import Edition
from consult.ground.database import reading
from consult.proposals.model import Proposal
from tests.load.polling import Polling, Voter, burst

AT_LEAST = 0.5
VOTERS, PROPOSALS, BATCHES, PAGES = 200, 60, 5, 60


class Measure:
    """The seconds of each batch of the real thing, and of its floor."""

    def __init__(self, name: str, count: int) -> None:
        self.name, self.count = name, count
        self.spent: dict[str, list[float]] = {"real": [], "floor": []}

    def say(self, engine: str) -> bool:
        """Print the figures; whether they are good enough."""
        real, floor = (self.count / statistics.median(self.spent[side]) for side in ("real", "floor"))
        ratio = real / floor
        print(f"{engine:10} {self.name:34} {real:7.0f} /s  floor {floor:7.0f} /s  {ratio:6.0%}", flush=True)
        return ratio >= AT_LEAST


def votes(polling: Polling, port: int, voters: list[Voter], real: Edition, floor: Edition) -> list[Measure]:
    """Every batch is one support of each voter: on propositions of their own, then all on the same."""
    with polling.app.app_context():
        ids = list(reading().scalars(select(Proposal.id).where(Proposal.edition_id == floor.id).order_by(Proposal.number)))
    apart, same = Measure("a vote, each its own proposition", VOTERS), Measure("a vote, all on the same one", VOTERS)
    for batch in range(BATCHES + 1):
        for measure in (apart, same):
            numbers = [20 + (rank + batch) % 40 if measure is apart else batch for rank in range(VOTERS)]
            pairs = list(zip(voters, numbers, strict=True))
            sides = {
                "real": [voter.request(f"/{real.slug}/propositions/{number + 1}/soutien") for voter, number in pairs],
                "floor": [voter.request(f"/plancher/{floor.id}/{ids[number]}") for voter, number in pairs],
            }
            for side in sorted(sides, reverse=bool(batch % 2)):
                spent, answers = burst([port], sides[side])
                assert all(answer.said_yes for answer in answers), {answer.status for answer in answers}
                if batch:  # the first one warms everything up
                    measure.spent[side].append(spent)
    return [apart, same]


def lists(port: int, voter: Voter, real: Edition) -> Measure:
    """The first page of the list, for someone whose collectivité supports some of its propositions."""
    measure = Measure("the list of propositions", PAGES)
    paths = {"real": f"/{real.slug}/propositions", "floor": f"/plancher/{real.slug}/propositions"}
    for batch in range(BATCHES + 1):
        for side in sorted(paths, reverse=bool(batch % 2)):
            spent, answers = burst([port], [voter.reads(paths[side])] * PAGES)
            assert {answer.status for answer in answers} == {200}
            if batch:
                measure.spent[side].append(spent)
    return measure


def main() -> int:
    """Measure both engines, or the one named."""
    failed = False
    for engine in sys.argv[1:] or ["sqlite", "postgresql"]:
        with tempfile.TemporaryDirectory() as folder:
            polling = Polling(Path(folder), engine)
            try:
                closes_at = datetime.now(UTC) + timedelta(days=2)
                real, floor = (polling.edition(slug, closes_at=closes_at, proposals=PROPOSALS) for slug in ("2026", "2025"))
                voters = polling.voters(VOTERS)
                polling.rest()
                (port,) = polling.serve(application="tests.load.floor:app")
                found = [*votes(polling, port, voters, real, floor), lists(port, voters[0], real)]
            finally:
                polling.stop()
            failed |= [measure.say(engine) for measure in found] != [True] * len(found)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
