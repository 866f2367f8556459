"""A picture without what it says of whoever took it: where, when, with which telephone. Which way up it is stays."""

import re
import struct
from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO

from consult.services.news_rules import MOST_PICTURE_BYTES

_PNG = b"\x89PNG\r\n\x1a\n"
_KEPT_IN_PNG = frozenset(
    {
        b"IHDR",
        b"PLTE",
        b"IDAT",
        b"IEND",
        b"tRNS",
        b"gAMA",
        b"cHRM",
        b"sRGB",
        b"iCCP",
        b"sBIT",
        b"pHYs",
        b"acTL",
        b"fcTL",
        b"fdAT",
    }
)
_JPEG = b"\xff\xd8"
_SCAN, _END, _EXIF, _COMMENT = 0xDA, 0xD9, 0xE1, 0xFE
_AFTER_A_SCAN = re.compile(rb"\xff(?=[^\x00\xd0-\xd7\xff])", re.DOTALL)
"""What ends the lines of a picture: a marker that is none of those found among them."""
_OTHERS = b"MPF\0"
"""How a header begins that says where the other pictures of the file are."""
_SAYS_TOO_MUCH = frozenset({_EXIF, _COMMENT, *range(0xE3, 0xEE), 0xEF})
"""Of the headers of a JPEG, all but its dimensions, its colours and what draws it."""
_ORIENTATION = 0x0112


def bare(sent: BinaryIO) -> BinaryIO:
    """The same picture, bare; anything else, or what cannot be read to its end, as it came: its content is judged next."""
    content = sent.read(MOST_PICTURE_BYTES + 1)
    try:
        if content.startswith(_PNG):
            return BytesIO(_PNG + b"".join(_png(content)))
        if content.startswith(_JPEG):
            return BytesIO(_JPEG + b"".join(_jpeg(content)))
    except (struct.error, IndexError, ValueError):
        pass
    return BytesIO(content)


def _png(content: bytes) -> Iterator[bytes]:
    at = len(_PNG)
    while at < len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        end = at + 12 + length
        if end > len(content):
            raise ValueError(kind)
        if kind in _KEPT_IN_PNG:
            yield content[at:end]
        at = end


def _jpeg(content: bytes) -> Iterator[bytes]:
    """What follows its end, where telephones leave another picture and its own headers, is left behind."""
    at, is_drawn = len(_JPEG), False
    while content[at + 1] != _END:
        if content[at + 1] == 0xFF:  # filling
            at += 1
            continue
        mark, marker, length = struct.unpack(">BBH", content[at : at + 4].ljust(4, b"\0"))
        end = at + 2 + length
        if mark != 0xFF or length < 2 or end > len(content):
            if is_drawn:  # it is cut there
                break
            raise ValueError(marker)
        if marker == _SCAN:
            drawn = _AFTER_A_SCAN.search(content, end)
            end = drawn.start() if drawn else len(content)
            yield content[at:end]
            is_drawn = True
            if drawn is None:
                return
        elif marker not in _SAYS_TOO_MUCH and not content.startswith(_OTHERS, at + 4):
            yield content[at:end]
        elif marker == _EXIF and (way := _way_up(content[at + 4 : end])):
            yield _upright(way)
        at = end
    yield bytes((0xFF, _END))


def _way_up(segment: bytes) -> int:
    """Which way up the picture is, from 2 to 8, as its EXIF says; 0 when it is as it should be, or does not say."""
    if not segment.startswith(b"Exif\0\0"):
        return 0
    tiff = segment[6:]
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 0
    try:
        (first,) = struct.unpack_from(f"{order}I", tiff, 4)
        (entries,) = struct.unpack_from(f"{order}H", tiff, first)
        found = (struct.unpack_from(f"{order}HHIH", tiff, first + 2 + 12 * rank) for rank in range(entries))
        return next((int(value) for tag, _, _, value in found if tag == _ORIENTATION and 2 <= value <= 8), 0)
    except struct.error:
        return 0


def _upright(way: int) -> bytes:
    """An EXIF header that says nothing but which way up."""
    tiff = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, way, 0, 0)
    segment = b"Exif\0\0" + tiff
    return struct.pack(">BBH", 0xFF, _EXIF, len(segment) + 2) + segment
