"""A digest to twenty thousand followers: `python -m tests.load.digest [sqlite|postgresql] [how many]`.

The rate at which `consult work` sends it, beside that of the plain conversation with the same mail server: ready-made messages
of the same size, one after the other, nothing asked of a base. Fails under a quarter; when the worker's memory grows with the
number of readers; or when, killed several times on the way, it has left somebody out, or told somebody twice but the one whose
message was in its hands.
"""

import os
import resource
import signal
import smtplib
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller

from consult import create_app
from consult.cli.site import follow_once, work_once
from consult.ground.clock import paris
from consult.web.context import settings
from tests.architecture.sources import ROOT
from tests.support.commands import environment
from tests.support.engines import Engines
from tests.support.followers import address, publish, service_with_followers
from tests.support.ports import free_port
from tests.support.world import World

AT_LEAST = 0.25
MOST_MEMORY = 1.15
"""Of the worker that writes to all, beside that of the one that writes to a tenth of them."""
FOLLOWERS = 20_000
PLAIN = 2_000
KILLS = 5
AT = paris(2021, 6, 2, 10)


class Sink:
    """In a process of its own: counts what it is sent, and says to whom when asked."""

    def __init__(self, told: Path) -> None:
        self.told = told.open("a", encoding="utf-8", buffering=1)

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:  # noqa: N802
        """Accept, and keep the recipient."""
        self.told.write(f"{envelope.rcpt_tos[0]}\n")  # type: ignore[attr-defined]
        return "250 OK"


def sink(port: int, told: Path) -> None:
    """Serve until killed."""
    Controller(Sink(told), hostname="127.0.0.1", port=port).start()
    print("ready", flush=True)
    threading.Event().wait()


def plain_rate(port: int, many: int) -> float:
    """Messages a second, in one conversation, of the size of a digest."""
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "Du nouveau", "a@exemple.invalid", "plain@exemple.invalid"
    mail.set_content("Voici ce qui a changé dans ce que vous suivez.\n" * 20)
    start = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as server:
        for _ in range(many):
            server.send_message(mail)
    return many / (time.perf_counter() - start)


def worker() -> None:
    """What `consult work --once` does of it; says how long writing and sending took, and how much memory was held."""
    with create_app().app_context():
        start = time.perf_counter()
        follow_once(whole=True)
        written = time.perf_counter()
        sent, _ = work_once()
        took = time.perf_counter() - written
        print(sent, written - start, took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, flush=True)


def run(environ: dict[str, str]) -> tuple[int, float, float, int]:
    """A worker, to its end."""
    command = [sys.executable, "-m", "tests.load.digest", "--work"]
    said = subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    return int(said[0]), float(said[1]), float(said[2]), int(said[3])


def kill_on_the_way(environ: dict[str, str], told: Path, many: int) -> None:
    """Workers killed as the kernel kills, each a little further, then one to the end. The clock of each starts after the last
    one's: what that one wrote is due."""
    command = [sys.executable, "-m", "tests.load.digest", "--work"]
    clocks = [environ | {"CONSULT_NOW": (AT + turn * timedelta(minutes=1)).isoformat()} for turn in range(KILLS + 1)]
    for turn, later in enumerate(clocks[:-1], start=1):
        with subprocess.Popen(command, env=later, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
            while process.poll() is None and len(told.read_text().splitlines()) < turn * many // (KILLS + 1):
                time.sleep(0.01)
            os.kill(process.pid, signal.SIGKILL)
    run(clocks[-1])


def measure(engine: str, engines: Engines, many: int) -> bool:
    """Say the figures of an engine; whether they are what they must be."""
    address_of = engines.sqlite_url if engine == "sqlite" else engines.postgresql_url
    told, port = engines.folder / f"told-{engine}", free_port()
    command = [sys.executable, "-m", "tests.load.digest", "--sink", str(port), str(told)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        server.stdout.readline()
        try:
            app = engines.make_app(address_of("digest"), with_register=False)
            engines.apps[f"{engine} digest"] = app
            with app.app_context():
                environ = environment(settings(), CONSULT_MAIL_URL=f"smtp://127.0.0.1:{port}", CONSULT_NOW=AT.isoformat())
                edition = World(app).edition()
                few = service_with_followers(edition, many // 10, at=AT)
                publish(few, "Première version", at=AT)
                *_, small = run(environ)
                engines.clean(app)
                edition = World(app).edition()
                service = service_with_followers(edition, many, at=AT)
                publish(service, "Deuxième version", at=AT)
                floor = plain_rate(port, PLAIN)
                sent, writing, sending, large = run(environ)
                floor = (floor + plain_rate(port, PLAIN)) / 2
                told.write_text("")
                publish(service, "Troisième version", at=AT)
                kill_on_the_way(environ, told, many)
        finally:
            server.kill()
    rate = sent / sending
    counts = Counter(told.read_text().splitlines())
    twice, left_out = sum(counts.values()) - len(counts), len({address(rank) for rank in range(many)} - counts.keys())
    print(
        f"{engine:10}  {sent} written in {writing:.1f} s; sent {rate:.0f} a second, plain {floor:.0f}: {rate / floor:.2f}\n"
        f"{engine:10}  memory {small // 1024} MB for {many // 10}, {large // 1024} MB for {many}\n"
        f"{engine:10}  killed {KILLS} times: {left_out} left out, {twice} told twice",
        flush=True,
    )
    return rate / floor >= AT_LEAST and large <= MOST_MEMORY * small and sent == many and not left_out and twice <= KILLS


def main() -> int:
    """Measure both engines, or the one that is named."""
    names = [name for name in sys.argv[1:] if not name.isdigit()] or ["sqlite", "postgresql"]
    many = next((int(name) for name in sys.argv[1:] if name.isdigit()), FOLLOWERS)
    with tempfile.TemporaryDirectory() as folder:
        engines = Engines(Path(folder))
        try:
            return sum(not measure(engine, engines, many) for engine in names)
        finally:
            engines.stop()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--sink"]:
        sink(int(sys.argv[2]), Path(sys.argv[3]))
    elif sys.argv[1:2] == ["--work"]:
        worker()
    else:
        sys.exit(main())
