"""Where the content of joined documents lies: a folder of this machine, outside everything that is served as a file.

The rest of the site knows contents by their key only, so that another kind of store may take this one's place. What arrives
is first written under a temporary name, and takes its own only once it is whole and on the disk.
"""

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

FOLDER = "documents"
CHUNK = 64 * 1024
_KEY = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Received:
    """Bytes that have arrived, still under a temporary name."""

    key: str
    size: int
    digest: str
    """SHA-256, in hexadecimal."""


class Store:
    """A folder of contents: put, open, remove by key."""

    def __init__(self, instance_dir: Path) -> None:
        self.folder = instance_dir / FOLDER
        self.arrivals = self.folder / "arrivals"

    def receive(self, stream: BinaryIO, *, most: int) -> Received:
        """Write what comes, piece by piece, under a temporary name; reading stops once there is more than `most` bytes.

        Raises OSError when the disk refuses; nothing is left behind.
        """
        key, size, digest = secrets.token_hex(32), 0, sha256()
        self._make(self.arrivals)
        try:
            with self._arriving(key).open("xb") as written:
                while size <= most and (chunk := stream.read(CHUNK)):
                    size += len(chunk)
                    digest.update(chunk)
                    written.write(chunk)
                written.flush()
                os.fsync(written.fileno())
        except BaseException:
            self.discard(key)
            raise
        return Received(key, size, digest.hexdigest())

    def peek(self, key: str) -> BinaryIO:
        """What has arrived, to be read before it is kept."""
        return self._arriving(key).open("rb")

    def keep(self, key: str) -> None:
        """Give what arrived its own name: it is there, whole, even after a power cut."""
        place = self._place(key)
        self._make(place.parent)
        self._arriving(key).replace(place)
        for folder in (place.parent, self.folder):
            _sync(folder)

    def discard(self, key: str) -> None:
        """Forget what arrived and was not kept."""
        self._arriving(key).unlink(missing_ok=True)

    def open(self, key: str) -> BinaryIO:
        """A content, to be read. Raises FileNotFoundError."""
        return self._place(key).open("rb")

    def remove(self, key: str) -> None:
        """Forget a content; removed twice is removed once."""
        self._place(key).unlink(missing_ok=True)

    def kept_before(self, instant: datetime) -> Iterator[str]:
        """The keys of what was written before this instant, by the clock of the disk."""
        return self._written_before(instant, "[0-9a-f][0-9a-f]")

    def arrived_before(self, instant: datetime) -> Iterator[str]:
        """The keys of what arrived before this instant, and was neither kept nor discarded."""
        return self._written_before(instant, self.arrivals.name)

    def _written_before(self, instant: datetime, folders: str) -> Iterator[str]:
        for folder in sorted(self.folder.glob(folders)):
            for entry in os.scandir(folder):
                with suppress(FileNotFoundError):  # another worker was quicker
                    if _KEY.fullmatch(entry.name) and datetime.fromtimestamp(entry.stat().st_mtime, UTC) < instant:
                        yield entry.name

    def check(self) -> None:
        """Write, read and remove a few bytes. Raises OSError."""
        self._make(self.arrivals)
        probe = self._arriving(secrets.token_hex(32))
        try:
            probe.write_bytes(b"consult")
            probe.read_bytes()
        finally:
            probe.unlink(missing_ok=True)

    def _make(self, folder: Path) -> None:
        """A folder that nobody else on this machine reads: a mode given to `parents` would not count."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        for each in (self.folder, folder):
            each.mkdir(mode=0o700, exist_ok=True)

    def _arriving(self, key: str) -> Path:
        return self.arrivals / _checked(key)

    def _place(self, key: str) -> Path:
        return self.folder / key[:2] / _checked(key)


def _checked(key: str) -> str:
    """A key is never a path. Raises ValueError."""
    if not _KEY.fullmatch(key):
        raise ValueError("not a key of the store")
    return key


def _sync(folder: Path) -> None:
    """Put the names of a folder on the disk, as its contents are."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
