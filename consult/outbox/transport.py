"""The two ways out: a mail server, or a folder of `.eml` files."""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from email.header import Header
from email.message import EmailMessage
from email.policy import EmailPolicy
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote, urlsplit

TIMEOUT_SECONDS = 20
GOING_AWAY = 421
CHECK_SECONDS = 5


AS_THEY_ARE = frozenset({"to", "message-id", "auto-submitted", "list-unsubscribe", "list-unsubscribe-post"})
"""Headers of one address, or of what the site makes by itself: in plain ASCII they are written as they are, on a line, since
the address of a page must not be folded; and not parsed, which was half of what a message cost."""


class SubjectKept(EmailPolicy):
    """How a message is written out, its subject as it was worded.

    Python folds a long subject between two encoded words, and a reader drops the space that parted them: « soutien
    donné(n° 7) ». Encoded as a whole, the space is inside a word.
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        """A header as it leaves."""
        if name.lower() in AS_THEY_ARE and str(value).isascii():
            return f"{name}: {value}{self.linesep}".encode("ascii")
        return _folded(name, value, self.linesep, self.utf8)

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        """A header as it is set. Raises ValueError for one that would be several."""
        if name.lower() in AS_THEY_ARE and value.isascii() and "\n" not in value and "\r" not in value:
            return name, value
        return super().header_store_parse(name, value)


@lru_cache(256)
def _folded(name: str, value: Any, linesep: str, utf8: bool) -> bytes:
    """A header on its lines, made once for all the messages that say the same."""
    if name != "Subject" or str(value).isascii():
        return EmailPolicy(linesep=linesep, utf8=utf8).fold_binary(name, value)
    words = Header(str(value), "utf-8", header_name=name).encode(linesep=linesep)
    return f"{name}: {words}{linesep}".encode("ascii")


POLICY = SubjectKept(linesep="\r\n")


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
            (folder / f"{name}.eml").write_bytes(message.as_bytes(policy=POLICY))

        return write

    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError(f"not a mail address of a known kind: {parts.scheme or url!r}")

    def send(message: EmailMessage) -> None:
        with _connect(url, TIMEOUT_SECONDS) as server:
            server.send_message(message)

    return send


PER_CONVERSATION = 100
"""Messages that one conversation with a server carries: many servers end it after about as many."""


class Conversation:
    """One conversation with a mail server for many messages: opened with the first, and again when the server ends it."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._open = ExitStack()
        self._server: smtplib.SMTP | None = None
        self._said = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._end()

    def __call__(self, message: EmailMessage) -> None:
        """Send one message. A server that will not go on before it is begun is asked again, anew."""
        is_new = self._server is None or self._said >= PER_CONVERSATION
        try:
            self._say(message, anew=is_new)
        except smtplib.SMTPSenderRefused as refused:
            if is_new or refused.smtp_code != GOING_AWAY:
                raise
            self._say(message, anew=True)

    def _say(self, message: EmailMessage, *, anew: bool) -> None:
        if anew or self._server is None:
            self._end()
            self._server, self._said = self._open.enter_context(_connect(self._url, TIMEOUT_SECONDS)), 0
        try:
            self._server.send_message(message)
            self._said += 1
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError):
            raise  # about this message alone: the conversation goes on
        except BaseException:
            self._end()
            raise

    def _end(self) -> None:
        ended, self._open, self._server = self._open, ExitStack(), None
        with suppress(smtplib.SMTPException, OSError):  # a server that has gone is not told goodbye
            ended.close()


@contextmanager
def conversation(url: str) -> Iterator[Callable[[EmailMessage], None]]:
    """How to send many messages, in one conversation with the server. Raises ValueError as `transport`."""
    if urlsplit(url).scheme == "file":
        yield transport(url)
        return
    transport(url)
    with Conversation(url) as say:
        yield say


class PasswordInClear(smtplib.SMTPException):
    """The server of an account offers no encryption: its password stays here."""

    def __init__(self) -> None:
        super().__init__("le serveur n’offre pas STARTTLS : le mot de passe partirait en clair (essayez smtps://)")


@contextmanager
def _connect(url: str, timeout: float) -> Iterator[smtplib.SMTP]:
    """A mail server ready to take a message: encrypted whenever it can be, its certificate verified, signed in."""
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "smtps"
    with (
        smtplib.SMTP_SSL(host, parts.port or 465, timeout=timeout, context=ssl.create_default_context())
        if secure
        else smtplib.SMTP(host, parts.port or 25, timeout=timeout)
    ) as server:
        server.ehlo()
        if not secure and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            secure = True
        if parts.username:
            if not secure:
                raise PasswordInClear
            server.login(unquote(parts.username), unquote(parts.password or ""))
        yield server


def check(url: str) -> None:
    """Raises OSError or smtplib.SMTPException when the server does not take us, or the folder cannot be written."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        folder = Path(parts.netloc + parts.path)
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".probe"
        probe.touch()
        probe.unlink()
        return
    with _connect(url, CHECK_SECONDS) as server:
        server.noop()
