"""A worker killed as the kernel kills, in the middle of what it writes or sends: `python -m tests.following.killed WHEN COUNT`.

`writing`: after COUNT batches of digests are written, one more is, and not committed. `sending`: the server has said yes to
COUNT messages, and the base does not know of the last.
"""

import os
import signal
import sys
from email.message import EmailMessage

from sqlalchemy import event
from sqlalchemy.orm import Session

from consult import create_app
from consult.cli import site
from consult.following import digests
from consult.ground.database import db
from consult.outbox import transport


def die() -> None:
    """As the kernel kills."""
    os.kill(os.getpid(), signal.SIGKILL)


def die_writing(after: int) -> None:
    """Small batches, then death with one at hand."""
    digests.BATCH = 10
    seen = 0

    def count(session: Session) -> None:
        nonlocal seen
        seen += session.info["writing"]
        if seen > after:
            die()

    event.listen(db.session, "before_commit", count)
    site.follow_once(whole=True)


def die_sending(after: int) -> None:
    """Death right after the server's yes."""
    seen, say = 0, transport.Conversation.__call__

    def count(conversation: transport.Conversation, message: EmailMessage) -> None:
        nonlocal seen
        say(conversation, message)
        seen += 1
        if seen == after:
            die()

    transport.Conversation.__call__ = count  # type: ignore[method-assign]
    site.work_once()


if __name__ == "__main__":
    with create_app().app_context():
        {"writing": die_writing, "sending": die_sending}[sys.argv[1]](int(sys.argv[2]))
