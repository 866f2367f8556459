"""What a document is, by its content: never by its name, never by what the browser says of it.

Nothing is decoded: a picture is read by its headers, an archive by its directory. What passes is what its type says from
beginning to end, within bounds; it is served as a download only, and never interpreted here.
"""

import re
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import BinaryIO


class FileType(StrEnum):
    """What may be joined; each member's value is the media type it is served under."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"
    ODT = "application/vnd.oasis.opendocument.text"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

    @property
    def label(self) -> str:
        return self.name

    @property
    def extension(self) -> str:
        return {FileType.JPEG: "jpg"}.get(self, self.name.lower())


MOST_PIXELS = 100_000_000
LONGEST_SIDE = 30_000
"""A poster scanned at 600 dots an inch is within both; a picture that would fill the memory of who opens it is not."""

MOST_ENTRIES = 2_000
MOST_DIRECTORY = 512 * 1024
MOST_INFLATED = 100_000_000
MOST_TIMES = 100
"""How many times its own size an archive may claim to hold, once that is more than SMALL_ENOUGH."""
SMALL_ENOUGH = 10_000_000
LONGEST_TYPES = 256 * 1024
"""Of the list of its parts that a DOCX carries."""


class NotOfThisType(ValueError):
    """The content is not what its beginning says, or is not safe to hand to a reader."""


def type_of(file: BinaryIO) -> FileType | None:
    """What a document is; None when it is nothing that may be joined. The file can be sought, and is left anywhere."""
    try:
        size = file.seek(0, 2)
        start = _read(file, 0, min(size, 1024))
        if start.startswith(b"%PDF-"):
            return _pdf(start)
        if start.startswith(_PNG):
            return _png(file, size)
        if start.startswith(b"\xff\xd8\xff"):
            return _jpeg(file, size)
        if start.startswith(_LOCAL):
            return _document(file, size)
    except (NotOfThisType, struct.error, zlib.error):
        pass
    return None


def _read(file: BinaryIO, offset: int, length: int) -> bytes:
    """Exactly these bytes. Raises NotOfThisType when the file ends before."""
    file.seek(offset)
    found = file.read(length)
    if len(found) != length:
        raise NotOfThisType
    return found


def _require(holds: bool) -> None:
    if not holds:
        raise NotOfThisType


# ── PDF ──────────────────────────────────────────────────────────────────────────────

_PDF_START = re.compile(rb"%PDF-[0-9]\.[0-9]")
_PAGE = re.compile(rb"<\s*(?:!doctype|html|head|body|script|svg|iframe)\b", re.IGNORECASE)


def _pdf(start: bytes) -> FileType:
    """A page that merely begins as a PDF is not one."""
    _require(bool(_PDF_START.match(start)) and not _PAGE.search(start))
    return FileType.PDF


# ── Pictures ─────────────────────────────────────────────────────────────────────────

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_END = b"\0\0\0\0IEND\xae\x42\x60\x82"


def _png(file: BinaryIO, size: int) -> FileType:
    """It begins with its dimensions, and ends with its end."""
    length, kind, width, height = struct.unpack(">I4sII", _read(file, len(_PNG), 16))
    _require(length == 13 and kind == b"IHDR")
    _check_dimensions(width, height)
    _require(_read(file, max(0, size - len(_PNG_END)), len(_PNG_END)) == _PNG_END)
    return FileType.PNG


_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_SCAN = 0xDA
MOST_SEGMENTS = 2_000
_JPEG_BARE = frozenset({0x01, *range(0xD0, 0xDA)})
"""Markers without a length; none belongs before the picture."""
_JPEG_END = b"\xff\xd9"
_PHONE_END = b"SEFT"
"""What some telephones add after the picture ends so."""


def _jpeg(file: BinaryIO, size: int) -> FileType:
    """Its headers lead to a frame of a sane size, then to the picture; and the picture ends."""
    offset, framed = 2, False
    for _ in range(MOST_SEGMENTS):
        mark, marker = struct.unpack(">BB", _read(file, offset, 2))
        _require(mark == 0xFF)
        if marker == 0xFF:  # filling
            offset += 1
            continue
        _require(marker not in _JPEG_BARE and marker != 0)
        if marker == _JPEG_SCAN:
            break
        (length,) = struct.unpack(">H", _read(file, offset + 2, 2))
        _require(length >= 2)
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack(">HH", _read(file, offset + 5, 4))
            _check_dimensions(width, height)
            framed = True
        offset += 2 + length
    else:
        raise NotOfThisType
    last = _read(file, max(0, size - 1024), min(size, 1024)).rstrip(b"\0 \r\n")
    _require(framed and last.endswith((_JPEG_END, _PHONE_END)))
    return FileType.JPEG


def _check_dimensions(width: int, height: int) -> None:
    _require(0 < width <= LONGEST_SIDE and 0 < height <= LONGEST_SIDE and width * height <= MOST_PIXELS)


# ── Archives: ODT and DOCX ───────────────────────────────────────────────────────────

_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_STORED, _DEFLATED = 0, 8
_ENCRYPTED = 0x2041
"""The three bits that say so, of contents or of the directory."""
_TOO_LONG_FOR_32_BITS = 0xFFFFFFFF

_ARCHIVES = re.compile(r"\.(?:zip|jar|rar|7z|gz|tgz|bz2|xz|tar|cab|iso)$")
_PROGRAMS = re.compile(
    r"(?:^|/)vba(?:project|data)[^/]*$|^(?:basic|scripts)/|\.(?:docm|dotm|xlsm|xltm|xlam|pptm|potm|ppsm|exe|dll|js|vbs|bat|cmd)$"
)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of an archive's directory."""

    name: str
    flags: int
    method: int
    packed: int
    size: int
    offset: int


def _document(file: BinaryIO, size: int) -> FileType:
    entries, directory = _directory(file, size)
    _check_names(entries)
    _check_sizes(entries, size)
    _check_places(file, entries, directory)
    named = {entry.name: entry for entry in entries}
    if "mimetype" in named:
        _require(_content(file, named["mimetype"], 200).strip() == FileType.ODT.encode())
        return FileType.ODT
    parts = _content(file, named["[Content_Types].xml"], LONGEST_TYPES) if "[Content_Types].xml" in named else b""
    _require(b"macroEnabled" not in parts)
    _require(FileType.DOCX.encode() + b".main+xml" in parts or (bool(parts) and "word/document.xml" in named))
    return FileType.DOCX


def _directory(file: BinaryIO, size: int) -> tuple[Sequence[_Entry], int]:
    """Every line of the directory at the end of an archive, and where it begins: it is all there is between it and the end."""
    tail = _read(file, max(0, size - 22 - 0xFFFF), min(size, 22 + 0xFFFF))
    found = tail.rfind(_END)
    _require(found >= 0)
    disk, first, here, count, length, offset, comment = struct.unpack("<4H2IH", tail[found + 4 : found + 22])
    end = size - len(tail) + found
    _require(disk == first == 0 and here == count and 0 < count <= MOST_ENTRIES and length <= MOST_DIRECTORY)
    _require(offset + length == end and end + 22 + comment == size)
    lines, entries, at = _read(file, offset, length), [], 0
    while at < length:
        _require(lines[at : at + 4] == _CENTRAL)
        flags, method = struct.unpack("<2H", lines[at + 8 : at + 12])
        packed, whole, name, extra, note = struct.unpack("<2I3H", lines[at + 20 : at + 34])
        (start,) = struct.unpack("<I", lines[at + 42 : at + 46])
        text = lines[at + 46 : at + 46 + name].decode("utf-8", "replace")
        entries.append(_Entry(text, flags, method, packed, whole, start))
        at += 46 + name + extra + note
    _require(at == length and len(entries) == count)
    return entries, offset


def _check_names(entries: Sequence[_Entry]) -> None:
    """No path that leaves the archive, no two of the same name, no archive inside, no program."""
    names = [entry.name for entry in entries]
    _require(len({name.casefold() for name in names}) == len(names))
    for name in names:
        steps = name.removesuffix("/").split("/")
        _require(not any(step in ("", ".", "..") for step in steps) and not re.search(r"[\\\0]|^[A-Za-z]:", name))
        _require(not _ARCHIVES.search(name.casefold()) and not _PROGRAMS.search(name.casefold()))


def _check_sizes(entries: Sequence[_Entry], size: int) -> None:
    """It does not claim to hold far more than it weighs."""
    inflated = sum(entry.size for entry in entries)
    _require(inflated <= MOST_INFLATED and (inflated <= SMALL_ENOUGH or inflated <= MOST_TIMES * size))
    for entry in entries:
        _require(entry.method in (_STORED, _DEFLATED) and not entry.flags & _ENCRYPTED)
        _require(_TOO_LONG_FOR_32_BITS not in (entry.packed, entry.size, entry.offset))
        _require(entry.method == _DEFLATED or entry.packed == entry.size)


def _check_places(file: BinaryIO, entries: Sequence[_Entry], directory: int) -> None:
    """Each content is where its line says, under the same name, and none lies over another."""
    places = sorted((entry.offset, _start(file, entry) + entry.packed) for entry in entries)
    _require(places[0][0] == 0 and places[-1][1] <= directory)
    _require(all(end <= start for (_, end), (start, _) in pairwise(places)))


def _start(file: BinaryIO, entry: _Entry) -> int:
    """Where the content of an entry begins, after what is said of it again there."""
    local = _read(file, entry.offset, 30)
    _require(local.startswith(_LOCAL))
    name: int
    extra: int
    name, extra = struct.unpack("<2H", local[26:30])
    _require(_read(file, entry.offset + 30, name).decode("utf-8", "replace") == entry.name)
    return entry.offset + 30 + name + extra


def _content(file: BinaryIO, entry: _Entry, most: int) -> bytes:
    """The content of a small entry, never more than `most` bytes of it. Raises NotOfThisType when it is not what it says."""
    _require(entry.size <= most and entry.packed <= most + 1024)
    packed = _read(file, _start(file, entry), entry.packed)
    if entry.method == _STORED:
        return packed
    content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, most + 1)
    _require(len(content) == entry.size)
    return content
