"""A burst of votes cut by SIGKILL, the base crashed and restarted: `python -m tests.load.killed`.

Every support whose answer said yes must be in the base afterwards, with its event; none may be there twice, and those that got
no answer are there whole or not at all.
"""

import sys
import tempfile
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from consult.ground.database import reading
from consult.journal.model import Event, EventKind
from consult.proposals.model import Proposal
from consult.voting.model import Support
from tests.load.polling import Answer, Polling, Voter, ask

VOTERS, PROPOSALS, SLUG = 60, 60, "2026"
KILLED_AFTER = 6.0


def vote(voter: Voter, port: int, rank: int, answered: dict[tuple[str, int], Answer], lost: set[tuple[str, int]]) -> None:
    """One support after the other, until the server is no more."""
    for turn in range(PROPOSALS):
        key = (voter.siren, (rank + turn) % PROPOSALS + 1)
        try:
            answered[key] = ask(port, voter.request(f"/{SLUG}/propositions/{key[1]}/soutien"))
        except OSError:
            lost.add(key)
            return


def cut(polling: Polling, processes: int) -> tuple[dict[tuple[str, int], Answer], set[tuple[str, int]]]:
    """Votes until the servers are killed and the base crashes; what was answered, and what was not."""
    polling.edition(SLUG, closes_at=datetime.now(UTC) + timedelta(days=1), proposals=PROPOSALS)
    voters, ports = polling.voters(VOTERS), polling.serve(processes)
    answered: dict[tuple[str, int], Answer] = {}
    lost: set[tuple[str, int]] = set()
    threads = [
        threading.Thread(target=vote, args=(voter, ports[rank % len(ports)], rank, answered, lost))
        for rank, voter in enumerate(voters)
    ]
    for thread in threads:
        thread.start()
    threading.Event().wait(KILLED_AFTER)
    polling.kill()
    polling.crash()
    for thread in threads:
        thread.join()
    return answered, lost


def faults(polling: Polling, answered: dict[tuple[str, int], Answer], lost: set[tuple[str, int]]) -> list[str]:
    """What is wrong once the base has come back, one line each."""
    with polling.app.app_context():
        rows = reading().execute(
            select(Support.voice, Proposal.number, Support.receipt).join(Proposal, Proposal.id == Support.proposal_id)
        )
        kept = [((row.voice, row.number), row.receipt) for row in rows]
        events = reading().scalars(select(Event).where(Event.kind == EventKind.SUPPORT_GIVEN))
        told = Counter(event.data["receipt"] for event in events)
    standing = Counter(key for key, _ in kept)
    yes = {key for key, answer in answered.items() if answer.said_yes}
    found = [f"answered yes, and lost: {key}" for key in yes - set(standing)]
    found += [f"stands without a yes: {key}" for key in set(standing) - yes - lost]
    found += [f"stands {times} times: {key}" for key, times in standing.items() if times > 1]
    found += [f"answered {answer.status}: {key}" for key, answer in answered.items() if not answer.said_yes]
    if told != Counter(receipt for _, receipt in kept):
        found.append(f"the journal tells {told.total()} supports, {len(kept)} stand")
    return found


def main() -> int:
    """Cut a burst on both engines, or on the one named; say what came back."""
    failed = False
    for engine in sys.argv[1:] or ["postgresql", "sqlite"]:
        with tempfile.TemporaryDirectory() as folder:
            polling = Polling(Path(folder), engine)
            try:
                answered, lost = cut(polling, 2 if engine == "postgresql" else 1)
                begun = time.perf_counter()
                polling.come_back()
                wrong = faults(polling, answered, lost)
                spent = time.perf_counter() - begun
            finally:
                polling.stop()
        yes = sum(answer.said_yes for answer in answered.values())
        print(f"{engine:10} {yes} said yes, {len(lost)} cut off, read again in {spent:.1f} s: {len(wrong)} faults", flush=True)
        for fault in wrong[:20]:
            print(f"  {fault}")
        failed |= bool(wrong or not yes or not lost)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
