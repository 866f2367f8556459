"""A real mail server on loopback."""

import asyncio
import ssl
import subprocess
import threading
from collections.abc import Mapping
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from tests.support.ports import free_port

WELCOME = "250 OK"


class MailServer:
    """Keeps what it is sent, unless told to answer something else to a recipient; can hold its answer back."""

    def __init__(
        self,
        *,
        refusing: Mapping[str, str] | None = None,
        refusing_words: str = "",
        account: tuple[str, str] | None = None,
        certificate: Path | None = None,
        encrypted: bool = False,
    ) -> None:
        self.port = free_port()
        self.received: list[EmailMessage] = []
        self.logins: list[str] = []
        self.refusing = refusing or {}
        self.refusing_words = refusing_words
        self.account = account
        self.certificate = certificate
        """Offers STARTTLS with it; speaks TLS from the first byte when `encrypted`."""
        self.encrypted = encrypted
        self.over_tls: list[bool] = []
        """For each message, whether it came encrypted."""
        self.arrived = threading.Event()
        """Set when a message has come in, before it is answered."""
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.conversations = 0
        """How many programs have said hello, or the same one several times."""
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """What CONSULT_MAIL_URL says."""
        return f"{'smtps' if self.encrypted else 'smtp'}://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        auth: dict[str, Any] = {"authenticator": self._authenticate, "auth_required": True, "auth_require_tls": False}
        options = auth if self.account else {}
        if self.certificate:
            tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            tls.load_cert_chain(self.certificate)
            options |= {"ssl_context" if self.encrypted else "tls_context": tls}
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **options)
        self._controller.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.may_answer.set()
        self._controller.stop()

    async def handle_EHLO(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        """Welcome a program."""
        session.host_name = hostname
        self.conversations += 1
        return responses

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        """Accept or refuse a recipient."""
        answer = self.refusing.get(address, WELCOME)
        if answer == WELCOME:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Keep a message, then answer when allowed to."""
        message = cast(EmailMessage, BytesParser(policy=SMTP).parsebytes(envelope.content))
        with self._lock:
            self.received.append(message)
            self.over_tls.append(session.ssl is not None or self.encrypted)
        self.arrived.set()
        await asyncio.get_running_loop().run_in_executor(None, self.may_answer.wait, 30)
        return self.refusing_words or WELCOME

    def _authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        given = (data.login.decode(), data.password.decode())
        self.logins.append(given[0])
        return AuthResult(success=given == self.account, handled=False)


def make_certificate(folder: Path) -> Path:
    """A key and its own certificate for 127.0.0.1, in one file, trusted by nobody yet."""
    key, certificate, both = folder / "key.pem", folder / "certificate.pem", folder / "both.pem"
    asked = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    subprocess.run(
        ["openssl", *asked.split(), "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True, timeout=60
    )
    both.write_text(key.read_text() + certificate.read_text())
    return both
