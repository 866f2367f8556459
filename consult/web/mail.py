"""The words of e-mails: a template per notice, its first line the subject; plain text, wrapped by the reader's own program."""

from collections.abc import Callable
from email.headerregistry import Address
from email.message import EmailMessage
from urllib.parse import urlsplit

from flask import current_app

from consult.config import Settings
from consult.outbox.model import Message


def composer(settings: Settings) -> Callable[[Message], EmailMessage]:
    """How to turn a row of the outbox into an e-mail."""
    host = urlsplit(settings.base_url).hostname or "localhost"

    def compose(message: Message) -> EmailMessage:
        template = current_app.jinja_env.get_template(f"mail/{message.notice.value}.txt")
        subject, _, body = (
            template.render(site_name=settings.site_name, base_url=settings.base_url, **message.data).strip().partition("\n")
        )
        mail = EmailMessage()
        mail["Subject"] = subject.strip()
        mail["From"] = Address(settings.site_name, addr_spec=settings.mail_from)
        mail["To"] = message.recipient
        mail["Date"] = message.created_at
        mail["Message-ID"] = f"<{message.id}.{message.created_at:%Y%m%d%H%M%S}@{host}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(body.strip() + "\n")
        return mail

    return compose
