"""The demonstration, served by its own command in another process, as `make demo` does."""

import re
import subprocess
import time
import urllib.request
from contextlib import suppress
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import cached_property
from pathlib import Path
from typing import cast
from urllib.error import URLError

from tests.support.commands import start
from tests.support.ports import free_port

STARTS_WITHIN = 120.0
MAIL_WITHIN = 60.0


class Site:
    """A demonstration standing at an instant of its rehearsal."""

    def __init__(self, folder: Path, at: datetime) -> None:
        self.folder = folder
        self.at = at
        self.port = free_port()
        self.log = folder.with_suffix(".log")
        self.process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, *options: str) -> None:
        """Build it, serve it, and come back once it answers."""
        environ = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "CONSULT_INSTANCE_DIR": str(self.folder)}
        with self.log.open("w") as log:
            arguments = ["--port", str(self.port), "--at", self.at.isoformat(), *options]
            self.process = start(environ, "demo", *arguments, output=log)
        deadline = time.monotonic() + STARTS_WITHIN
        while not self._answers():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, "the demonstration starts"

    @cached_property
    def provider_url(self) -> str:
        """Where its OIDC provider answers."""
        found = re.search(r"« Se connecter avec ProConnect » : (http://127\.0\.0\.1:\d+)$", self.said(), re.MULTILINE)
        assert found, self.said()
        return found[1]

    def said(self) -> str:
        """What the command has said so far."""
        return self.log.read_text()

    def get(self, path: str) -> str:
        """A page, as anyone reads it."""
        with urllib.request.urlopen(f"{self.url}{path}", timeout=20) as answer:
            return str(answer.read().decode())

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/sante", timeout=5) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            self._wait_a_little()
            return False

    def _wait_a_little(self) -> None:
        """Until the process ends, which it should not, or a tenth of a second."""
        if self.process is not None:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(0.1)

    def stop(self) -> None:
        """Stop this one, and no other."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def mail_to(self, recipient: str, *, saying: str, but: str = "") -> str:
        """The latest message to an address that says this, once it has come: the demonstration writes them to a folder.

        `but`: an earlier one, which is not waited for.
        """
        deadline = time.monotonic() + MAIL_WITHIN
        while True:
            texts = [str(mail.get_content()).replace("\u00a0", " ") for mail in self._mail() if mail["To"] == recipient]
            found = [text for text in texts if saying in text and text != but]
            if found:
                return found[-1]
            assert time.monotonic() < deadline, f"a message to {recipient} says « {saying} »: {texts}"
            self._wait_a_little()

    def _mail(self) -> list[EmailMessage]:
        files = sorted((self.folder / "mail").glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
        return [cast(EmailMessage, message_from_bytes(file.read_bytes(), policy=default)) for file in files]
