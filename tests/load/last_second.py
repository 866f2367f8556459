"""The last second of a vote, 200 collectivités at once across its closing instant: `python -m tests.load.last_second`.

Two server processes on PostgreSQL, then one on SQLite, over HTTP. Each collectivité sends one support after the other, for a
different proposition each time, from a while before the close to a while after it. Fails when

* a support was received at or after the closing instant, or stands twice;
* a yes has no row behind it, or a row, no yes and no connection lost;
* a request that was wholly answered before the close was refused, or one that left at or after it was accepted;
* an answer is neither the redirection of a support given nor the page that says that the vote is closed.
"""

import sys
import tempfile
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from consult.ground.database import reading
from consult.journal.model import Event, EventKind
from consult.proposals.model import Proposal
from consult.voting.model import Support
from tests.load.polling import PATIENCE, Answer, Polling, Voter, ask

VOTERS, PROPOSALS = 200, 60
BEFORE, AFTER = timedelta(seconds=8), timedelta(seconds=3)
CLOSED = "Ce n’est pas le moment".encode()


class Line:
    """One collectivité: what it sent, and what it was answered."""

    def __init__(self, voter: Voter, ports: list[int], rank: int) -> None:
        self.voter, self.port, self.rank = voter, ports[rank % len(ports)], rank
        self.answers: dict[int, Answer] = {}
        self.lost: set[int] = set()

    def vote(self, until: datetime, slug: str) -> None:
        """One support after the other, each for another proposition; refused ones too, to the end."""
        for turn in range(PROPOSALS):
            if datetime.now(UTC) >= until:
                return
            number = (self.rank + turn) % PROPOSALS + 1
            try:
                self.answers[number] = ask(self.port, self.voter.request(f"/{slug}/propositions/{number}/soutien"))
            except OSError:
                self.lost.add(number)


def across(polling: Polling, processes: int) -> tuple[list[Line], datetime]:
    """Everyone votes across the close; who sent what, and when the vote closed."""
    slug = "2026"
    polling.edition(slug, closes_at=datetime.now(UTC) + timedelta(days=1), proposals=PROPOSALS)
    voters = polling.voters(VOTERS)
    ports = polling.serve(processes)
    polling.rest()
    closes_at = datetime.now(UTC) + BEFORE
    polling.close_at(slug, closes_at)
    lines = [Line(voter, ports, rank) for rank, voter in enumerate(voters)]
    threads = [threading.Thread(target=line.vote, args=(closes_at + AFTER, slug)) for line in lines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(4 * PATIENCE)
    return lines, closes_at


def faults(polling: Polling, lines: list[Line], closes_at: datetime) -> list[str]:
    """What is wrong, one line each."""
    with polling.app.app_context():
        rows = reading().execute(
            select(Support.voice, Proposal.number, Support.given_at, Support.receipt).join(
                Proposal, Proposal.id == Support.proposal_id
            )
        )
        kept = [(row.voice, row.number, row.given_at) for row in rows]
        told = Counter(reading().scalars(select(Event.siren).where(Event.kind == EventKind.SUPPORT_GIVEN)))
    standing = Counter((siren, number) for siren, number, _ in kept)
    said = {(line.voter.siren, number): answer for line in lines for number, answer in line.answers.items()}
    lost = {(line.voter.siren, number) for line in lines for number in line.lost}
    yes = {key for key, answer in said.items() if answer.said_yes}
    found = [f"received at {at.isoformat()}: {siren} {number}" for siren, number, at in kept if at >= closes_at]
    found += [f"stands {times} times: {key}" for key, times in standing.items() if times > 1]
    found += [f"answered yes, and lost: {key}" for key in yes - set(standing)]
    found += [f"stands without a yes: {key}" for key in set(standing) - yes - lost]
    found += [f"answered {answer.status}: {key}" for key, answer in said.items() if not _is_expected(answer)]
    found += [
        f"refused before the close: {key}" for key, answer in said.items() if answer.came_at < closes_at and not answer.said_yes
    ]
    found += [f"accepted after it: {key}" for key, answer in said.items() if answer.left_at >= closes_at and answer.said_yes]
    if told.total() != len(kept):
        found.append(f"the journal tells {told.total()} supports, {len(kept)} stand")
    return found


def _is_expected(answer: Answer) -> bool:
    return answer.said_yes or (answer.status == 409 and CLOSED in answer.body)


def main() -> int:
    """Vote across the close on both engines, or on the one named; say what was seen, and fail on the first fault."""
    failed = False
    for engine in sys.argv[1:] or ["postgresql", "sqlite"]:
        with tempfile.TemporaryDirectory() as folder:
            polling = Polling(Path(folder), engine)
            try:
                lines, closes_at = across(polling, 2 if engine == "postgresql" else 1)
                wrong = faults(polling, lines, closes_at)
            finally:
                polling.stop()
        answers = [answer for line in lines for answer in line.answers.values()]
        across_it = sum(answer.left_at < closes_at <= answer.came_at for answer in answers)
        given, lost = sum(answer.said_yes for answer in answers), sum(len(line.lost) for line in lines)
        print(
            f"{engine:10} {given} given, {len(answers) - given} told that it is closed, {across_it} under way at the closing"
            f" instant, {lost} without an answer: {len(wrong)} faults",
            flush=True,
        )
        for fault in wrong[:20]:
            print(f"  {fault}")
        failed |= bool(wrong or lost or not given or given == len(answers))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
