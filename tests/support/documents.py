"""Small documents as their programs write them, and a store to put them in."""

import struct
import zlib
from collections.abc import Mapping
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from consult.contributions.file_types import FileType
from consult.contributions.files import arriving, files_of, files_of_draft, join_files, join_files_to_draft
from consult.contributions.model import Contribution, ContributionFile, Draft
from consult.contributions.store import Store
from consult.ground.actor import Actor
from consult.web.context import settings
from tests.support.stage_one import DURING_NEEDS


def pdf() -> bytes:
    """One empty page."""
    parts = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>",
    )
    body, places = b"%PDF-1.4\n", []
    for rank, part in enumerate(parts, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (rank, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(body)
    return body + b"xref\n0 4\n0000000000 65535 f \n" + table + trailer


def png(width: int = 1, height: int = 1) -> bytes:
    """A black square, or one that claims to be larger than it is."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">2I5B", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def jpeg(width: int = 1, height: int = 1) -> bytes:
    """A grey dot, or one that claims to be larger than it is."""
    table = b"\xff\xdb" + struct.pack(">H", 67) + b"\0" + b"\x10" * 64
    frame = b"\xff\xc9" + struct.pack(">HB2H", 11, 8, height, width) + b"\x01\x01\x11\x00"
    coding = b"\xff\xcc\x00\x06\x00\x10\x10\x05"
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\xd2\xcf\x20"
    return b"\xff\xd8" + table + frame + coding + scan + b"\xff\xd9"


def archive(entries: Mapping[str, bytes], *, method: int = ZIP_DEFLATED) -> bytes:
    """A zip of these contents, the same each time; what is called mimetype is not compressed, as an ODT wants it."""
    written = BytesIO()
    with ZipFile(written, "w", method) as file:
        for name, content in entries.items():
            entry = ZipInfo(name, date_time=(2021, 1, 25, 9, 0, 0))  # not the time it is: two of them are the same document
            file.writestr(entry, content, ZIP_STORED if name == "mimetype" else method)
    return written.getvalue()


ODT_PARTS = {
    "mimetype": FileType.ODT.encode(),
    "content.xml": b"<office:document-content/>",
    "META-INF/manifest.xml": b"<manifest:manifest/>",
}
DOCX_PARTS = {
    "[Content_Types].xml": b'<Types><Override PartName="/word/document.xml" ContentType="'
    + FileType.DOCX.encode()
    + b'.main+xml"/></Types>',
    "_rels/.rels": b"<Relationships/>",
    "word/document.xml": b"<w:document/>",
}


def odt(**parts: bytes) -> bytes:
    """A text of LibreOffice, with these parts besides."""
    return archive(ODT_PARTS | parts)


def docx(**parts: bytes) -> bytes:
    """A text of Word, with these parts besides."""
    return archive(DOCX_PARTS | parts)


def one_of_each() -> dict[FileType, bytes]:
    """A document of each type that may be joined."""
    return {
        FileType.PDF: pdf(),
        FileType.PNG: png(),
        FileType.JPEG: jpeg(),
        FileType.ODT: odt(),
        FileType.DOCX: docx(),
    }


def body(fields: Mapping[str, str], *documents: tuple[bytes, str, str]) -> dict[str, Any]:
    """A form and its documents (content, name, type) as a browser sends them, however heavy."""
    values = MultiDict[str, Any](fields)
    for content, name, type_ in documents:
        values.add("documents", FileStorage(BytesIO(content), name, content_type=type_))
    boundary, encoded = encode_multipart(values)
    return {"data": encoded, "content_type": f"multipart/form-data; boundary={boundary}"}


def sent(content: bytes | None = None, name: str = "plan.pdf") -> dict[str, tuple[BytesIO, str]]:
    """A PDF, or this content, as a browser sends it; once."""
    return {"documents": (BytesIO(pdf() if content is None else content), name)}


def store() -> Store:
    """That of the application."""
    return Store(settings().instance_dir)


def join(actor: Actor, to: Contribution | Draft, *named: str, content: bytes | None = None) -> list[ContributionFile]:
    """Join a PDF, or this content, under each of these names; gives every document of the contribution or draft."""
    with arriving(store(), [(BytesIO(content or pdf()), name) for name in named]) as arrivals:
        if isinstance(to, Draft):
            join_files_to_draft(actor, store(), to.id, arrivals, at=DURING_NEEDS)
            return list(files_of_draft(to.id))
        join_files(actor, store(), to.id, arrivals, at=DURING_NEEDS)
        return list(files_of(to.id))
