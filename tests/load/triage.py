"""What an act of triage costs beside the emptiest page: `python -m tests.load.triage`.

An edition of 1 000 contributions, each shared by several collectivités. A moderator declares them ineligible one after the
other, by the form as a browser sends it; in turn the emptiest page that this moderator may read is asked (the terms of the
site). Fails when an act costs more than three times that page, in the same run.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from flask import Flask

from consult.accounts.queries import actor_of_person
from consult.ground import clock
from consult.ground.actor import Role
from tests.load.lists import fill
from tests.support.engines import Engines
from tests.support.page import PageClient
from tests.support.stage_one import DURING_NEEDS
from tests.support.world import World

AT_MOST = 3.0
TOTAL, ROUNDS = 1_000, 150
EMPTIEST = "/mentions-legales"
REASON = "Ce besoin relève d’un autre guichet que cette consultation."


def spent(client: PageClient, method: str, path: str, data: dict[str, str] | None = None) -> tuple[float, int]:
    """What one answer costs, in milliseconds, and its status."""
    start = time.perf_counter()
    response = client.http.open(path, method=method, data=data)
    return (time.perf_counter() - start) * 1000, response.status_code


def compare(app: Flask) -> tuple[float, float]:
    """The medians of the emptiest page and of an act, asked in turn."""
    with app.app_context():
        fill(app, "2021", TOTAL)
        moderator = World(app).person(None, Role.MODERATOR, email="moderation@exemple.invalid")
        assert moderator.person_id is not None
        assert actor_of_person(moderator.person_id) is not None
        client = PageClient(app).sign_in(moderator)
        token = client.csrf_token()
    empty, acts, number = [], [], 0
    with clock.held_at(DURING_NEEDS):
        while len(acts) < ROUNDS:
            number += 1
            path = f"/moderation/2021/contributions/{number}/non-recevable"
            ms, status = spent(client, "POST", path, {"csrf_token": token, "reason": REASON, "revision": "0"})
            if status != 303:  # already triaged by the filling
                continue
            acts.append(ms)
            ms, status = spent(client, "GET", EMPTIEST)
            assert status == 200
            empty.append(ms)
    return statistics.median(empty), statistics.median(acts)


def main() -> int:
    """Measure both engines, say the figures, and fail when an act costs too much."""
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        engines = Engines(Path(folder))
        try:
            for engine in sys.argv[1:] or ("sqlite", "postgresql"):
                address = engines.sqlite_url if engine == "sqlite" else engines.postgresql_url
                app = engines.make_app(address("triage"))
                engines.apps |= {f"{engine} triage": app}
                empty, act = compare(app)
                print(f"{engine:10}  emptiest page {empty:6.2f} ms   act {act:6.2f} ms   {act / empty:.2f} ×")
                failed |= act / empty > AT_MOST
        finally:
            engines.stop()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
