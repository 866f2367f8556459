"""A real mail server on loopback."""

import asyncio
import threading
from collections.abc import Mapping
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from types import TracebackType
from typing import Any, Self, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from tests.support.ports import free_port

WELCOME = "250 OK"


class MailServer:
    """Keeps what it is sent, unless told to answer something else to a recipient; can hold its answer back."""

    def __init__(self, *, refusing: Mapping[str, str] | None = None, account: tuple[str, str] | None = None) -> None:
        self.port = free_port()
        self.received: list[EmailMessage] = []
        self.logins: list[str] = []
        self.refusing = refusing or {}
        self.account = account
        self.arrived = threading.Event()
        """Set when a message has come in, before it is answered."""
        self.may_answer = threading.Event()
        self.may_answer.set()
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """What CONSULT_MAIL_URL says."""
        return f"smtp://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        auth: dict[str, Any] = {"authenticator": self._authenticate, "auth_required": True, "auth_require_tls": False}
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **(auth if self.account else {}))
        self._controller.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.may_answer.set()
        self._controller.stop()

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
        self.arrived.set()
        await asyncio.get_running_loop().run_in_executor(None, self.may_answer.wait, 30)
        return WELCOME

    def _authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        given = (data.login.decode(), data.password.decode())
        self.logins.append(given[0])
        return AuthResult(success=given == self.account, handled=False)
