"""The two ways out: a mail server, or a folder of `.eml` files."""

import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from urllib.parse import unquote, urlsplit

TIMEOUT_SECONDS = 20


def transport(url: str) -> Callable[[EmailMessage], None]:
    """How to send, from `file:DIR`, `smtp://[user:password@]host[:port]` or `smtps://…`.

    Raises ValueError for anything else.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        folder = Path(parts.netloc + parts.path)

        def write(message: EmailMessage) -> None:
            folder.mkdir(parents=True, exist_ok=True)
            name = str(message["Message-ID"]).strip("<>").partition("@")[0]
            (folder / f"{name}.eml").write_bytes(message.as_bytes(policy=SMTP))

        return write

    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError(f"not a mail address of a known kind: {parts.scheme or url!r}")
    host, secure = parts.hostname, parts.scheme == "smtps"
    port = parts.port or (465 if secure else 25)

    def send(message: EmailMessage) -> None:
        server = (
            smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
            if secure
            else smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
        )
        with server:
            if not secure and server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(message)

    return send


def check(url: str) -> None:
    """Raises OSError or smtplib.SMTPException when the mail server does not answer, or the folder cannot be written."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        folder = Path(parts.netloc + parts.path)
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".probe"
        probe.touch()
        probe.unlink()
        return
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    with kind(parts.hostname or "", parts.port or 25, timeout=5) as server:
        server.noop()
