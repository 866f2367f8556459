"""What a suggestion costs, as one types, beside the emptiest page of the site: `python -m tests.load.register_search`.

On the full register, on both engines, in one process. Everything is asked several times, the pages in between, and the best
time of each is kept: what is measured is the work, not what else the machine was doing. Fails when, of a hundred things
typed, one or more cost three times the emptiest page.
"""

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from flask import Flask
from werkzeug.test import Client

from consult.register import file
from consult.register.rules import search_key
from tests.support.engines import Engines

AT_MOST = 3.0
ROUNDS = 40
EMPTIEST = ("/contact", "/accessibilite", "/mentions-legales", "/plan-du-site", "/aide")
CHANCE = random.Random(2021)
LETTERS = "abcdefghijklmnopqrstuvwxyz"
COMMON = (
    *("saint", "sainte", "le", "la", "les", "de", "du", "des", "sur", "en", "et", "val", "ville", "mont"),
    *("communaute de communes", "haute", "loire", "seine", "marne", "lot"),
)


def typed() -> Sequence[str]:
    """One and two letters, the commonest words alone and together, and names as they grow under the fingers."""
    names = [search_key(row.name) for row in CHANCE.sample(file.read(file.SHIPPED).rows, 60)]
    growing = {name[:length] for name in names for length in range(1, len(name) + 1, 3)}
    pairs = {f"{one} {other[:length]}" for one in COMMON for other in CHANCE.sample(COMMON, 6) for length in (1, 9)}
    letters = {one + other for one in LETTERS for other in ("", *LETTERS)}
    codes = {"01001", "46", "46500", "2a004", "217500016", "2175", "7"}
    return sorted(growing | pairs | letters | codes | {*COMMON})


def asking(http: Client, path: str, **query: str) -> float:
    """How long an answer takes, in milliseconds."""
    start = time.perf_counter()
    http.get(path, query_string=query)
    return (time.perf_counter() - start) * 1000


def measure(app: Flask) -> tuple[float, dict[str, float]]:
    """The emptiest page, then each suggestion; the dearest are asked again, since bad luck is among them."""
    http = Client(app)
    emptiest = float("inf")
    costs = dict.fromkeys(typed(), float("inf"))
    for turn in range(ROUNDS):
        emptiest = min(emptiest, *(asking(http, page) for page in EMPTIEST * 10))
        dearest = sorted(costs, key=costs.__getitem__, reverse=True)
        for words in dearest if turn < 4 else dearest[: len(dearest) // 20]:
            costs[words] = min(costs[words], asking(http, "/collectivites/suggestions", q=words))
    return emptiest, costs


def main() -> int:
    """Measure both engines, say the figures, and fail when a suggestion costs too much."""
    too_much = False
    with tempfile.TemporaryDirectory() as folder:
        engines = Engines(Path(folder))
        try:
            for engine in ("sqlite", "postgresql"):
                emptiest, costs = measure(engines.app(engine))
                worst = sorted(costs, key=costs.__getitem__, reverse=True)[:5]
                ratios = sorted(cost / emptiest for cost in costs.values())
                print(
                    f"{engine:10}  emptiest page {emptiest:.2f} ms; {len(costs)} things typed: "
                    f"median {statistics.median(ratios):.2f} ×, 99 % under {_at(ratios, 99):.2f} ×, "
                    f"worst {ratios[-1]:.2f} × ({', '.join(f'« {words} » {costs[words]:.2f} ms' for words in worst)})"
                )
                too_much |= _at(ratios, 99) >= AT_MOST
        finally:
            engines.stop()
    return int(too_much)


def _at(ratios: Sequence[float], percent: int) -> float:
    return ratios[len(ratios) * percent // 100]


if __name__ == "__main__":
    sys.exit(main())
