"""A sealer that dies at the worst moment: its lines are written, nothing is committed yet."""

import os
import signal
import sys

from sqlalchemy import event
from sqlalchemy.orm import Session

from consult import create_app
from consult.ground.database import db
from consult.voting.seals import seal_some
from tests.support.stage_two import CLOSED


def die(_session: Session) -> None:
    """Be killed as the kernel kills."""
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    with create_app().app_context():
        event.listen(db.session, "before_commit", die)
        seal_some(int(sys.argv[1]), since=0, at=CLOSED)
