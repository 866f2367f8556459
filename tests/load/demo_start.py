"""How long `make demo` takes, once installed, from nothing to its first answer: `python -m tests.load.demo_start`.

Aim: under 10 s with the full register and the edition played to 20 April 2021. The floor is what no demonstration can do
without: starting Python, importing the application and migrating an empty base.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.support.commands import CONSULT
from tests.support.ports import free_port

RUNS = 3


def main() -> None:
    """Start it three times from nothing, and again on what is there; print medians and the ratio to the floor."""
    floors, firsts, agains = [], [], []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as folder:
            environ = os.environ | {"CONSULT_ENV": "demo", "CONSULT_INSTANCE_DIR": folder}
            floors.append(_floor(environ))
            Path(folder, "demo.sqlite3").unlink()
            firsts.append(_to_first_answer(environ))
            agains.append(_to_first_answer(environ))
    floor, first, again = (statistics.median(times) for times in (floors, firsts, agains))
    print(f"floor (import and migrate): {floor:.2f} s")
    print(f"from nothing to the first answer: {first:.2f} s, {first / floor:.1f} × the floor")
    print(f"started again: {again:.2f} s, {again / floor:.1f} × the floor")


def _floor(environ: dict[str, str]) -> float:
    begun = time.perf_counter()
    subprocess.run([CONSULT, "migrate"], env=environ, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def _to_first_answer(environ: dict[str, str]) -> float:
    port = free_port()
    begun = time.perf_counter()
    server = subprocess.Popen([CONSULT, "demo", "--port", str(port)], env=environ, stdout=subprocess.DEVNULL)
    try:
        while time.perf_counter() - begun < 120:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).read()
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.02)
            else:
                return time.perf_counter() - begun
        sys.exit("no answer within two minutes")
    finally:
        server.terminate()
        server.wait(20)


if __name__ == "__main__":
    main()
