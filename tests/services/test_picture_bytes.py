"""A picture leaves behind where and when it was taken, and stays the same picture, the same way up."""

import struct
import zlib
from io import BytesIO

import pytest

from consult.contributions.file_types import FileType, type_of
from consult.services.picture_bytes import bare
from tests.support.documents import jpeg, pdf, png

PLACE = b"44.7994 N, 1.6183 E"


def stripped(content: bytes) -> bytes:
    return bare(BytesIO(content)).read()


def exif(order: str, way: int) -> bytes:
    """What a telephone writes: which way up, and where."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    entries = [(0x010F, 2, len(PLACE), 0), (0x0112, 3, 1, way)]
    body = b"".join(struct.pack(f"{order}HHIHH", tag, kind, count, value, 0) for tag, kind, count, value in entries)
    tiff = mark + struct.pack(f"{order}IH", 8, len(entries)) + body + struct.pack(f"{order}I", 0) + PLACE
    segment = b"Exif\0\0" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment


def with_headers(*segments: bytes) -> bytes:
    return jpeg()[:2] + b"".join(segments) + jpeg()[2:]


def comment(text: bytes, marker: int = 0xFE) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(text) + 2) + text


def test_a_bare_picture_is_left_as_it_is() -> None:
    assert stripped(png()) == png()
    assert stripped(jpeg()) == jpeg()


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("way", [1, 3, 6, 8])
def test_a_photograph_forgets_where_it_was_taken_and_stays_upright(order: str, way: int) -> None:
    left = stripped(with_headers(exif(order, way), comment(PLACE), comment(b"Photoshop 3.0\0" + PLACE, 0xED)))
    assert PLACE not in left
    assert type_of(BytesIO(left)) is FileType.JPEG
    assert left.endswith(jpeg()[2:])
    assert (b"Exif" in left) is (way != 1)
    if way != 1:
        assert struct.pack(">HHIH", 0x0112, 3, 1, way) in left
        assert stripped(left) == left


def test_what_draws_a_photograph_stays() -> None:
    drawn = [comment(b"JFIF\0", 0xE0), comment(b"ICC_PROFILE\0", 0xE2), comment(b"Adobe\0", 0xEE)]
    assert stripped(with_headers(*drawn)) == with_headers(*drawn)


@pytest.mark.parametrize("between", [b"", b"\0" * 12])
def test_a_photograph_leaves_behind_the_others_of_its_file(between: bytes) -> None:
    second = with_headers(exif("<", 6))
    several = with_headers(exif("<", 1), comment(b"MPF\0II*\0", 0xE2)) + between + second
    assert type_of(BytesIO(several)) is FileType.JPEG
    assert stripped(several) == jpeg()


def test_a_photograph_drawn_in_several_scans_stays_whole() -> None:
    scan = jpeg()[jpeg().index(b"\xff\xda") : -2]
    restarted = scan + b"\xff\xd0\x12\xff\x00\x34\xff\xd7\x56"
    drawn = jpeg()[:-2] + restarted + comment(b"\0" * 17, 0xC4) + scan + b"\xff\xd9"
    assert stripped(drawn) == drawn
    said = jpeg()[:-2] + comment(PLACE) + restarted + b"\xff\xd9"
    assert stripped(said) == jpeg()[:-2] + restarted + b"\xff\xd9"


def test_a_photograph_cut_after_it_began_to_be_drawn_forgets_too() -> None:
    for rest in (b"\xff\xe1", b"\xff\xe1\xff\xff\x00", b"\xff\xc4\x00\x01"):
        assert stripped(with_headers(exif("<", 1))[:-2] + rest + PLACE + b"\xff\xd9") == jpeg()


def test_a_drawing_forgets_what_was_written_in_it() -> None:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    written = png()[:33] + chunk(b"tEXt", b"Author\0" + PLACE) + chunk(b"eXIf", PLACE) + png()[33:]
    assert type_of(BytesIO(written)) is FileType.PNG
    assert stripped(written) == png()


@pytest.mark.parametrize(
    "content",
    [b"", pdf(), png()[:40], jpeg()[:30], b"\xff\xd8", b"\xff\xd8\xff\xe1\xff\xff", with_headers(b"\xff\xe1\x00\x01")],
)
def test_what_is_no_picture_comes_as_it_was(content: bytes) -> None:
    assert stripped(content) == content


def test_a_header_that_lies_is_forgotten() -> None:
    for tiff in (b"", b"II*\0", b"II*\0\xff\xff\xff\x7f", b"XX*\0\0\0\0\x08", b"MM\0*\0\0\0\x08\xff\xff"):
        assert stripped(with_headers(comment(b"Exif\0\0" + tiff + PLACE, 0xE1))) == jpeg()


def test_filling_between_headers_is_skipped() -> None:
    assert stripped(with_headers(b"\xff" + comment(PLACE))) == jpeg()
