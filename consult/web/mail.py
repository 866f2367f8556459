"""The words of e-mails: a template per notice, its first line the subject; plain text, wrapped by the reader's own program."""

import quopri
from collections.abc import Callable, Mapping
from email.headerregistry import Address
from email.message import EmailMessage
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from flask import current_app

from consult.config import Settings
from consult.following.telling import Telling
from consult.outbox.model import Message, Notice
from consult.outbox.transport import POLICY
from consult.voting.digests import digest
from consult.web.tidings import told

COMPOSED_WHEN_SENT: dict[Notice, Callable[[Message], dict[str, Any]]] = {Notice.SUPPORT_CHANGED: digest}
"""What these say is read from the base when they leave; the others say what was written with the act."""


TEXT = {
    "MIME-Version": "1.0",
    "Content-Type": 'text/plain; charset="utf-8"',
    "Content-Transfer-Encoding": "quoted-printable",
}
"""How the text of every message is written out."""


def composer(settings: Settings) -> Callable[[Message], EmailMessage]:
    """How to turn a row of the outbox into an e-mail."""
    host = urlsplit(settings.base_url).hostname or "localhost"
    telling = Telling()
    sender = str(Address(settings.site_name, addr_spec=settings.mail_from))

    def followed(message: Message) -> dict[str, Any]:
        said = telling.digest(message)
        return said | {"told": [told(heading) for heading in said["headings"]]}

    composed_when_sent = COMPOSED_WHEN_SENT | {Notice.DIGEST: followed}

    def compose(message: Message) -> EmailMessage:
        said = composed_when_sent[message.notice](message) if message.notice in composed_when_sent else message.data
        subject, body = worded(message.notice, said, settings)
        mail = EmailMessage(POLICY)
        mail["Subject"] = _header("Subject", subject)
        mail["From"] = _header("From", sender)
        mail["To"] = message.recipient
        mail["Date"] = _header("Date", said.get("told_at", message.created_at))
        mail["Message-ID"] = f"<{message.id}.{message.created_at:%Y%m%d%H%M%S}@{host}>"
        mail["Auto-Submitted"] = "auto-generated"
        if token := said.get("unsubscribe"):
            mail["List-Unsubscribe"] = f"<{settings.base_url}/desabonnement/{token}>"
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        for name, value in TEXT.items():
            mail[name] = _header(name, value)
        mail.set_payload(quopri.encodestring(body.encode()).decode("ascii"))
        return mail

    return compose


@lru_cache(256)
def _header(name: str, value: Any) -> Any:
    """A header, parsed once for all the messages that say the same: to parse is most of what a message costs."""
    return POLICY.header_store_parse(name, value)[1]


def worded(notice: Notice, said: Mapping[str, Any], settings: Settings) -> tuple[str, str]:
    """The subject and the text of a notice, as whoever receives it reads them."""
    template = current_app.jinja_env.get_template(f"mail/{notice.value}.txt")
    text = template.render(site_name=settings.site_name, base_url=settings.base_url, **said)
    subject, _, body = text.strip().partition("\n")
    return subject.strip(), body.strip() + "\n"
