"""What a document of ten megabytes costs in memory, sent to the site as a browser sends it: `python -m tests.load.files`.

A child process serves one application. A small document is joined first, so that everything is loaded and read once; then one
of ten megabytes is joined and downloaded, and the highest memory of each is compared with what was held before it. Fails when
either adds more than 40 megabytes.
"""

import multiprocessing
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask

from consult import create_app
from consult.accounts.queries import actor_of_person
from consult.contributions.file_rules import MOST_BYTES
from consult.contributions.files import files_of
from consult.contributions.queries import ids_of
from consult.ground import clock
from tests.support.documents import body, pdf
from tests.support.engines import Engines
from tests.support.page import PageClient
from tests.support.stage_one import DURING_NEEDS, need
from tests.support.world import ROCAMADOUR, World

Told = tuple[float, float, int, int]
"""Megabytes that joining and downloading added, the status of the one, the bytes of the other."""

AT_MOST = 40.0
"""Megabytes."""


def added(act: Callable[[], int]) -> tuple[float, int]:
    """What an act adds, at its highest, to the memory that this process held before it, in megabytes; and what it gives.

    As Linux counts it, from this very instant: what a process reports by itself begins with what its parent held.
    """
    Path("/proc/self/clear_refs").write_text("5")
    before = _held("VmRSS")
    given = act()
    return _held("VmHWM") - before, given


def _held(name: str) -> float:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) * 1024 / 1_000_000


class Streamed:
    """A request's body that nobody holds whole: a head, so many line ends, a tail."""

    def __init__(self, head: bytes, filling: int, tail: bytes) -> None:
        self.parts = iter([head, *[b"\n" * 10_000] * (filling // 10_000), tail])
        self.left = b""

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        while size < 0 or len(self.left) < size:
            part = next(self.parts, None)
            if part is None:
                break
            self.left += part
        size = len(self.left) if size < 0 else size
        given, self.left = self.left[:size], self.left[size:]
        return given


def join(client: PageClient, address: str, filling: int) -> int:
    """Join a PDF followed by so many line ends; the status of the answer."""
    sent = body({"csrf_token": client.csrf_token()}, (pdf() + b"@", "plan.pdf", "application/pdf"))
    head, _, tail = sent["data"].partition(b"@")
    environ: dict[str, Any] = {
        "CONTENT_TYPE": sent["content_type"],
        "CONTENT_LENGTH": str(len(head) + filling + len(tail)),
        "wsgi.input": Streamed(head, filling, tail),
    }
    return client.http.post(address, environ_overrides=environ).status_code


def download(app: Flask, client: PageClient, address: str) -> int:
    """Read a document as a server does, piece by piece; how many bytes came."""
    with app.test_request_context():
        pieces = client.http.get(address, buffered=False).iter_encoded()
        return sum(map(len, pieces))


def child(folder: str, url: str, person_id: int, number: int, told: "multiprocessing.SimpleQueue[Told]") -> None:
    """Serve the base that is there, join, download; tell what each added."""
    app = create_app(Engines(Path(folder)).settings(url))
    app.testing = True
    with app.app_context(), clock.held_at(DURING_NEEDS):
        agent = actor_of_person(person_id)
        assert agent is not None
        client, address = PageClient(app).sign_in(agent), f"/2021/contributions/{number}/documents"
        contribution_id = ids_of(1, [number])[number]
        join(client, address, 10_000)
        download(app, client, f"{address}/{files_of(contribution_id)[-1].id}")
        joining, status = added(lambda: join(client, address, (MOST_BYTES - len(pdf())) // 10_000 * 10_000))
        downloading, size = added(lambda: download(app, client, f"{address}/{files_of(contribution_id)[-1].id}"))
        told.put((joining, downloading, status, size))


def main() -> int:
    """Measure in a process of its own, say the figures, and fail when they are too high."""
    context = multiprocessing.get_context("spawn")
    told: multiprocessing.SimpleQueue[Told] = context.SimpleQueue()
    with tempfile.TemporaryDirectory() as folder:
        engines = Engines(Path(folder))
        url = engines.sqlite_url()
        app = engines.make_app(url)  # here: loading the register takes more memory than what is measured
        with app.app_context():
            world = World(app)
            agent = world.person(ROCAMADOUR)
            number = need(agent, world.edition()).number
        process = context.Process(target=child, args=(folder, url, agent.person_id, number, told))
        process.start()
        process.join()
        if process.exitcode:
            return 1
        joining, downloading, status, size = told.get()
    print(f"joined ({status}): {joining:.1f} MB more    downloaded ({size / 1_000_000:.1f} MB): {downloading:.1f} MB more")
    return int(status != 303 or size < MOST_BYTES * 0.99 or max(joining, downloading) > AT_MOST)


if __name__ == "__main__":
    sys.exit(main())
