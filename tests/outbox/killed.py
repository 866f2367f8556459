"""A worker that dies at the worst moment: the mail server has said yes, the base does not know it yet."""

import os
import signal
from collections.abc import Callable
from email.message import EmailMessage
from functools import partial

from consult import create_app
from consult.ground import clock
from consult.outbox.actions import deliver
from consult.outbox.transport import transport
from consult.web.context import settings
from consult.web.mail import composer


def send_and_die(send: Callable[[EmailMessage], None], message: EmailMessage) -> None:
    """Hand it over, then be killed as the kernel kills."""
    send(message)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    with create_app().app_context():
        deliver(composer(settings()), partial(send_and_die, transport(settings().mail_url)), now=clock.now)
