"""Several acts at the same instant, each in a thread of its own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from flask import Flask

from consult.ground.refusals import Refused


def together(app: Flask, acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each act gave, in order; the reason, for one that was refused."""
    barrier = Barrier(len(acts))

    def one(act: Callable[[], Any]) -> Any:
        with app.app_context():
            barrier.wait()
            try:
                return act()
            except Refused as refused:
                return refused.reason

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))
