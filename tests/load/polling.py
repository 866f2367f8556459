"""A vote served over HTTP by real processes, and clients that vote as fast as they can: what the measures of the vote stand on.

The base is durable, as in production. The clients are signed in before they start: their session is in the base, their cookie
and their form are signed with the site's own key, and every request is written beforehand, so that the machine's time goes to
the server.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import URLError

from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import create_engine, insert, select, text

from consult import create_app
from consult.accounts.model import Attachment, AttachmentStatus, AttachmentWay, Person, PersonSession
from consult.accounts.queries import digest
from consult.calendar import queries as editions
from consult.calendar.actions import move_window
from consult.calendar.model import Edition
from consult.calendar.rules import Stage, Window
from consult.ground.actor import OPERATOR, Profile
from consult.ground.database import db, reading, transaction
from consult.proposals.model import Proposal
from consult.register.model import Collectivite
from consult.register.rules import Kind
from tests.architecture.sources import ROOT
from tests.support.commands import environment
from tests.support.engines import Engines
from tests.support.ports import free_port
from tests.support.world import World

PATIENCE = 60.0
LONG_AGO = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Voter:
    """Someone verified for a collectivité of their own, signed in."""

    siren: str
    cookie: str
    token: str

    def request(self, path: str) -> bytes:
        """The whole of a POST that their form would send."""
        body = f"csrf_token={self.token}&au_nom_de={self.siren}".encode()
        return _head("POST", path, self.cookie, len(body)) + body

    def reads(self, path: str) -> bytes:
        """The whole of a GET."""
        return _head("GET", path, self.cookie, None)


def _head(method: str, path: str, cookie: str, length: int | None) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", f"Cookie: session={cookie}"]
    if length is not None:
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {length}"]
    return "\r\n".join((*lines, "", "")).encode()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and when the request left and the answer came, by the clock that the site reads."""

    status: int
    body: bytes
    left_at: datetime
    came_at: datetime

    @property
    def said_yes(self) -> bool:
        return self.status == 303


def ask(port: int, request: bytes) -> Answer:
    """Send it, and read to the end. Raises OSError when the server goes away before it has answered."""
    left_at = datetime.now(UTC)
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as line:
        line.sendall(request)
        parts = []
        while part := line.recv(65536):
            parts.append(part)
    whole = b"".join(parts)
    if not whole.startswith(b"HTTP/1."):
        raise ConnectionError("the server went away")
    return Answer(int(whole[9:12]), whole.partition(b"\r\n\r\n")[2], left_at, datetime.now(UTC))


class Polling:
    """A durable base of its own with an edition whose vote is open, voters, and the processes that serve it."""

    def __init__(self, folder: Path, engine: str) -> None:
        self.engines = Engines(folder)
        self.engine = engine
        self.servers: list[tuple[subprocess.Popen[bytes], int]] = []
        self.app: Flask = self.engines.app(engine)
        if engine == "postgresql":
            self._make_durable()

    def _make_durable(self) -> None:
        """Undo what makes the tests' server fast: here an answered vote must survive a power cut."""
        admin = create_engine(self.engines.server.get_uri(driver="psycopg"), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text("ALTER SYSTEM RESET ALL"))
            connection.execute(text("SELECT pg_reload_conf()"))
        admin.dispose()

    # ── what is in the base ──────────────────────────────────────────────────────────────

    def edition(self, slug: str, *, closes_at: datetime, proposals: int) -> Edition:
        """An edition whose vote is open until then, by the world's own clock."""
        began = datetime.now(UTC) - LONG_AGO
        windows = (
            Window(Stage.NEEDS, began - LONG_AGO, began),
            Window(Stage.VOTING, began, closes_at),
            Window(Stage.INTERESTS, closes_at, closes_at + 30 * LONG_AGO),
            Window(Stage.TRACKING, closes_at + 30 * LONG_AGO, None),
        )
        with self.app.app_context():
            edition = World(self.app).edition(slug, windows=windows)
            rows = [
                {
                    "edition_id": edition.id,
                    "number": number,
                    "title": f"Proposition fictive {number}",
                    "summary": "Un résumé fictif, long de quelques mots, comme on en lit dans la liste.",
                    "changes": "",
                    "for_whom": "",
                    "created_at": began,
                }
                for number in range(1, proposals + 1)
            ]
            with transaction() as session:
                session.execute(insert(Proposal), rows)
            return edition

    def close_at(self, slug: str, closes_at: datetime) -> None:
        """Move the close of its vote, as an administrator would."""
        with self.app.app_context():
            edition = editions.edition(slug)
            window = edition.calendar.window(Stage.VOTING)
            moved = replace(window, closes_at=closes_at)
            move_window(OPERATOR, edition.id, moved, reason="Mesure.", at=datetime.now(UTC))

    def voters(self, count: int) -> list[Voter]:
        """So many people, each verified for a commune of their own, each in an open session."""
        at = datetime.now(UTC) - timedelta(hours=1)
        with self.app.app_context():
            communes = list(
                reading().scalars(
                    select(Collectivite.siren)
                    .where(Collectivite.kind == Kind.COMMUNE, Collectivite.is_current)
                    .order_by(Collectivite.siren)
                    .limit(count)
                )
            )
            with transaction() as session:
                session.execute(insert(Person), [_person(rank, at) for rank in range(count)])
                session.execute(insert(Attachment), [_attachment(rank, siren, at) for rank, siren in enumerate(communes)])
                session.execute(
                    insert(PersonSession),
                    [
                        {"key_hash": digest(_key(rank)), "person_id": FIRST + rank, "opened_at": at, "second_factor_at": None}
                        for rank in range(count)
                    ],
                )
        return [self._voter(rank, siren) for rank, siren in enumerate(communes)]

    def _voter(self, rank: int, siren: str) -> Voter:
        secret = "0" * 40
        signer: Any = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
        cookie = signer.dumps({"_user_id": _key(rank), "_fresh": True, "csrf_token": secret})
        token = URLSafeTimedSerializer(self.app.secret_key or "", salt="wtf-csrf-token").dumps(secret)
        return Voter(siren, str(cookie), str(token))

    # ── who serves it ────────────────────────────────────────────────────────────────────

    def serve(self, count: int = 1, *, application: str = "consult.wsgi:app") -> list[int]:
        """Start so many server processes, one port each; gives the ports once all answer."""
        environ = environment(self.app.extensions["consult"])
        for _ in range(count):
            port = free_port()
            command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "1"]
            command += ["--no-control-socket", "--log-level", "warning", "--backlog", "2048", application]
            server = subprocess.Popen(command, env=environ, cwd=ROOT, start_new_session=True)
            self.servers.append((server, port))
        for _, port in self.servers[-count:]:
            _wait_for(port)
        return [port for _, port in self.servers[-count:]]

    def kill(self) -> None:
        """Kill the serving processes as the kernel kills: masters and workers."""
        for server, _ in self.servers:
            with suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)
            server.wait()
        self.servers.clear()

    def crash(self) -> None:
        """Stop the base as a power cut does: at once, with nothing written on the way out. SQLite died with its process."""
        with self.app.app_context():
            db.engine.dispose()
        if self.engine == "postgresql":
            process = self.engines.server.get_postmaster_info().process
            os.kill(process.pid, signal.SIGQUIT)
            process.wait(PATIENCE)

    def come_back(self) -> None:
        """Start the base again on what the disk holds; the application follows it."""
        if self.engine == "postgresql":
            self.engines.server.ensure_postgres_running()
            self.app = create_app(self.engines.settings(str(self.engines.server.get_uri("consult", driver="psycopg"))))

    def stop(self) -> None:
        """Stop what was started."""
        for server, _ in self.servers:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
        self.engines.stop()

    def rest(self) -> None:
        """What autovacuum does within a minute of a loading."""
        if self.engine == "postgresql":
            with self.app.app_context(), db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM ANALYZE"))


FIRST = 1_000_000


def _key(rank: int) -> str:
    return f"session-of-{FIRST + rank}"


def _person(rank: int, at: datetime) -> dict[str, object]:
    email = f"personne-{rank}@exemple.invalid"
    return {
        "id": FIRST + rank,
        "email": email,
        "email_key": email,
        "name": f"Personne Fictive {rank}",
        "profile": Profile.AGENT,
        "function": "secrétaire de mairie",
        "created_at": at,
        "last_seen_at": at,
    }


def _attachment(rank: int, siren: str, at: datetime) -> dict[str, object]:
    return {
        "id": FIRST + rank,
        "person_id": FIRST + rank,
        "siren": siren,
        "status": AttachmentStatus.VERIFIED,
        "way": AttachmentWay.MODERATOR,
        "evidence": {},
        "requested_at": at,
        "decided_at": at,
        "verified_at": at,
        "reason": "",
    }


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/sante", timeout=5):
                return
        except (URLError, OSError):
            if time.monotonic() > deadline:
                raise
            threading.Event().wait(0.1)


def burst(ports: Sequence[int], requests: Sequence[bytes], *, lines: int = 8) -> tuple[float, list[Answer]]:
    """Send every request over so many lines at once, each as soon as the one before is answered; seconds, and the answers."""
    answers: list[Answer | None] = [None] * len(requests)
    turn = iter(range(len(requests)))
    guard = threading.Lock()

    def one(line: int) -> None:
        while True:
            with guard:
                rank = next(turn, None)
            if rank is None:
                return
            answers[rank] = ask(ports[line % len(ports)], requests[rank])

    threads = [threading.Thread(target=one, args=(line,)) for line in range(lines)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = time.perf_counter() - begun
    return spent, [answer for answer in answers if answer is not None]
