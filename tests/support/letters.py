"""The mail that has been written, as its readers would receive it."""

import re
from datetime import datetime
from email.message import EmailMessage

from consult.outbox.actions import deliver
from consult.web.context import settings
from consult.web.mail import composer

_CODE = re.compile(r"^ +(\d{3}) (\d{3})$", re.MULTILINE)


def letters(at: datetime) -> list[EmailMessage]:
    """Send what is due at this instant, and give it."""
    sent: list[EmailMessage] = []
    deliver(composer(settings()), sent.append, now=lambda: at)
    return sent


def text_of(letter: EmailMessage) -> str:
    """The words of a letter, on one line."""
    return " ".join(letter.get_content().split())


def subject_of(letter: EmailMessage) -> str:
    """Its subject, with plain spaces."""
    return " ".join(str(letter["Subject"]).split())


def sign_in_letter(at: datetime) -> EmailMessage:
    """Send what is due, and give the last sign-in letter of all that leaves: these leave before what waits already."""
    return [letter for letter in letters(at) if _CODE.search(letter.get_content())][-1]


def code_of(letter: EmailMessage) -> str:
    """The six digits of a sign-in letter."""
    found = _CODE.search(letter.get_content())
    assert found, letter.get_content()
    return "".join(found.groups())


def link_of(letter: EmailMessage) -> str:
    """The path of the link of a sign-in letter."""
    found = re.search(r"^http://127\.0\.0\.1:8000(/connexion/lien/\S+)$", letter.get_content(), re.MULTILINE)
    assert found, letter.get_content()
    return found[1]
