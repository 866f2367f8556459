"""The words of e-mails: a template per notice, its first line the subject; plain text, wrapped by the reader's own program."""

from collections.abc import Callable, Mapping
from email.headerregistry import Address
from email.message import EmailMessage
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


def composer(settings: Settings) -> Callable[[Message], EmailMessage]:
    """How to turn a row of the outbox into an e-mail."""
    host = urlsplit(settings.base_url).hostname or "localhost"
    telling = Telling()

    def followed(message: Message) -> dict[str, Any]:
        said = telling.digest(message)
        return said | {"told": [told(heading) for heading in said["headings"]]}

    composed_when_sent = COMPOSED_WHEN_SENT | {Notice.DIGEST: followed}

    def compose(message: Message) -> EmailMessage:
        said = composed_when_sent[message.notice](message) if message.notice in composed_when_sent else message.data
        subject, body = worded(message.notice, said, settings)
        mail = EmailMessage(POLICY)
        mail["Subject"] = subject
        mail["From"] = Address(settings.site_name, addr_spec=settings.mail_from)
        mail["To"] = message.recipient
        mail["Date"] = said.get("told_at", message.created_at)
        mail["Message-ID"] = f"<{message.id}.{message.created_at:%Y%m%d%H%M%S}@{host}>"
        mail["Auto-Submitted"] = "auto-generated"
        if token := said.get("unsubscribe"):
            mail["List-Unsubscribe"] = f"<{settings.base_url}/desabonnement/{token}>"
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        mail.set_content(body)
        return mail

    return compose


def worded(notice: Notice, said: Mapping[str, Any], settings: Settings) -> tuple[str, str]:
    """The subject and the text of a notice, as whoever receives it reads them."""
    template = current_app.jinja_env.get_template(f"mail/{notice.value}.txt")
    text = template.render(site_name=settings.site_name, base_url=settings.base_url, **said)
    subject, _, body = text.strip().partition("\n")
    return subject.strip(), body.strip() + "\n"
