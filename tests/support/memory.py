"""Where the tests keep their bases: in memory, when the machine has a place for that. No test here survives a power cut."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

IN_MEMORY = Path("/dev/shm")
NAME = "consult-tests-"
ROOM = 2_000_000_000
"""Bytes. A container may have 64 megabytes there."""


@contextmanager
def folder_in_memory(otherwise: Path) -> Iterator[Path]:
    """A folder in memory, removed with all it holds; `otherwise` where there is no room for one."""
    if not os.access(IN_MEMORY, os.W_OK) or shutil.disk_usage(IN_MEMORY).free < ROOM:
        yield otherwise
        return
    for left in IN_MEMORY.glob(f"{NAME}*-*"):
        if not Path(f"/proc/{left.name.split('-')[2]}").exists():  # by a run that was killed
            shutil.rmtree(left, ignore_errors=True)
    folder = IN_MEMORY / f"{NAME}{os.getpid()}-{otherwise.name}"
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
