"""What a document is, by its content alone: what passes, and what only looks like it."""

import struct
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.contributions.file_types import LONGEST_SIDE, MOST_ENTRIES, MOST_SEGMENTS, FileType, type_of
from tests.support.documents import DOCX_PARTS, ODT_PARTS, archive, docx, jpeg, odt, one_of_each, pdf, png


def judged(content: bytes) -> FileType | None:
    return type_of(BytesIO(content))


@pytest.mark.parametrize("type_", list(FileType))
def test_each_type_is_known_by_its_content(type_: FileType) -> None:
    assert judged(one_of_each()[type_]) is type_


@pytest.mark.parametrize("type_", list(FileType))
def test_what_is_cut_short_anywhere_is_no_failure(type_: FileType) -> None:
    whole = one_of_each()[type_]
    found = {judged(whole[:length]) for length in range(len(whole))}
    assert found <= ({None, FileType.PDF} if type_ is FileType.PDF else {None})


@given(st.sampled_from(list(FileType)), st.data())
def test_whatever_is_changed_it_is_judged_and_nothing_fails(type_: FileType, data: st.DataObject) -> None:
    content = bytearray(one_of_each()[type_])
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=8)):
        content[place] = data.draw(st.integers(0, 255))
    assert judged(bytes(content)) in {None, type_}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0",
        b"bonjour",
        b"<!doctype html><title>%PDF-1.4</title>",
        b"\xef\xbb\xbf%PDF-1.4",
        b"%PDF-",
        b"%PDF-x.y\n",
        b"%PDF-1.4\n<!DOCTYPE html><script>alert(1)</script>",
        b"%PDF-1.4\n< html >",
        b"MZ" + b"\0" * 200,
        b"GIF89a" + b"\0" * 200,
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
        b"PK\x03\x04",
        b"PK\x05\x06" + b"\0" * 18,
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
    ],
)
def test_what_is_not_a_document(content: bytes) -> None:
    assert judged(content) is None


class TestPictures:
    @pytest.mark.parametrize("picture", [png, jpeg])
    @pytest.mark.parametrize(
        ("width", "height", "passes"),
        [(4000, 3000, True), (LONGEST_SIDE, 3000, True), (LONGEST_SIDE + 1, 1, False), (20000, 20000, False), (0, 5, False)],
    )
    def test_a_picture_that_claims_to_be_immense_is_refused(
        self, picture: object, width: int, height: int, passes: bool
    ) -> None:
        assert (judged(picture(width, height)) is not None) is passes  # type: ignore[operator]

    def test_a_picture_that_goes_on_as_something_else_is_refused(self) -> None:
        assert judged(png() + b"<html>") is None
        assert judged(jpeg() + b"<html>") is None
        assert judged(png() + odt()) is None

    def test_what_telephones_leave_after_a_picture_is_no_fault(self) -> None:
        assert judged(jpeg() + b"\0\0\0") is FileType.JPEG
        assert judged(jpeg() + b"SEFH" + b"\x01" * 40 + b"SEFT") is FileType.JPEG

    def test_a_jpeg_without_a_picture_is_refused(self) -> None:
        assert judged(b"\xff\xd8\xff\xd9") is None
        assert judged(b"\xff\xd8" + b"\xff\xe0\x00\x02" * (MOST_SEGMENTS + 1) + jpeg()[2:]) is None
        assert judged(b"\xff\xd8" + b"\xff" * 10_000 + jpeg()[2:]) is None


class TestArchives:
    def test_another_open_document_or_office_file_is_refused(self) -> None:
        sheet = ODT_PARTS | {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}
        excel = {"[Content_Types].xml": b"<Types>spreadsheetml.sheet.main+xml</Types>", "xl/workbook.xml": b"<workbook/>"}
        assert judged(archive(sheet)) is None
        assert judged(archive(excel)) is None
        assert judged(archive({"lisez-moi.txt": b"bonjour"})) is None
        assert judged(archive({"word/document.xml": b"<w:document/>"})) is None

    def test_a_docx_whose_text_lies_elsewhere_passes(self) -> None:
        elsewhere = dict(DOCX_PARTS)
        elsewhere["word/document2.xml"] = elsewhere.pop("word/document.xml")
        assert judged(archive(elsewhere)) is FileType.DOCX

    def test_an_odt_may_compress_its_type(self) -> None:
        written = BytesIO()
        with ZipFile(written, "w", ZIP_DEFLATED) as file:
            for name, content in ODT_PARTS.items():
                file.writestr(name, content)
        assert judged(written.getvalue()) is FileType.ODT

    @pytest.mark.parametrize(
        "name",
        [
            *(
                "word/vbaProject.bin",
                "word/VBAPROJECT.BIN",
                "word/vbaData.xml",
                "Basic/Standard/Module1.xml",
                "Scripts/python/a.py",
            ),
            *("word/embeddings/feuille.xlsm", "word/embeddings/outil.exe"),
            *("../dehors.xml", "word/../../dehors.xml", "/etc/passwd", "C:/windows.xml", "word\\..\\dehors.xml", "word//a.xml"),
            *("pieces/autre.zip", "pieces/autre.ZIP", "pieces/autre.tar", "outil.jar"),
            *("WORD/DOCUMENT.xml", "CONTENT.xml"),
        ],
    )
    def test_an_entry_that_has_no_place_in_a_text(self, name: str) -> None:
        base = DOCX_PARTS if name != "CONTENT.xml" else ODT_PARTS
        assert judged(archive(dict(base))) is not None
        assert judged(archive(dict(base) | {name: b"x"})) is None

    def test_a_table_of_excel_inside_a_text_passes(self) -> None:
        assert (
            judged(docx(**{"word/embeddings/Microsoft_Excel_Sheet.xlsx": b"PK", "word/media/image1.png": png()}))
            is FileType.DOCX
        )

    def test_macros_told_by_the_list_of_parts_are_refused(self) -> None:
        types = b"<Types>application/vnd.ms-word.document.macroEnabled.main+xml</Types>"
        assert judged(docx(**{"[Content_Types].xml": types})) is None

    def test_a_bomb_is_refused(self) -> None:
        assert judged(docx(**{"word/media/a.xml": b"\0" * 9_000_000})) is FileType.DOCX
        assert judged(docx(**{"word/media/a.xml": b"\0" * 11_000_000})) is None
        many = {f"word/media/{rank}.xml": b"\0" * 2_000_000 for rank in range(8)}
        assert judged(docx(**many)) is None

    def test_a_bomb_that_hides_what_it_holds_is_never_inflated(self) -> None:
        """The list of the parts says it is short: no more of it is read than that."""
        content = archive(DOCX_PARTS | {"[Content_Types].xml": b"\0" * 5_000_000})
        short = struct.pack("<I", 100)
        assert judged(content.replace(struct.pack("<I", 5_000_000), short)) is None

    def test_too_many_entries_are_refused(self) -> None:
        some = {f"word/media/{rank}.xml": b"" for rank in range(MOST_ENTRIES - len(DOCX_PARTS))}
        assert judged(docx(**some)) is FileType.DOCX
        assert judged(docx(**some, une=b"x")) is None

    def test_entries_that_lie_over_one_another_are_refused(self) -> None:
        """The directory names the same content twice."""
        written = BytesIO()
        with ZipFile(written, "w", ZIP_STORED) as file:
            for name, content in DOCX_PARTS.items():
                file.writestr(name, content)
            file.writestr("word/a.xml", b"x" * 100)
            file.writestr("word/b.xml", b"x" * 100)
            first, second = file.getinfo("word/a.xml"), file.getinfo("word/b.xml")
        assert judged(written.getvalue()) is FileType.DOCX
        moved = written.getvalue()
        directory = moved.rfind(b"PK\x01\x02")
        assert moved[directory + 46 :].startswith(b"word/b.xml")
        for offset in (first.header_offset, first.header_offset + 20):
            lying = bytearray(moved)
            lying[directory + 42 : directory + 46] = struct.pack("<I", offset)
            assert judged(bytes(lying)) is None
        assert second.header_offset > first.header_offset

    def test_an_archive_that_begins_or_ends_as_something_else_is_refused(self) -> None:
        assert judged(b"#!/bin/sh\n" + odt()) is None
        assert judged(odt() + b"<html>") is None
        assert judged(odt() + odt()) is None

    def test_a_protected_archive_is_refused(self) -> None:
        content = bytearray(docx())
        directory = content.find(b"PK\x01\x02")
        content[directory + 8] |= 1
        assert judged(bytes(content)) is None


def test_a_pdf_is_one_page() -> None:
    """The sample is a real one: its table points at its objects."""
    content = pdf()
    table = int(content.rpartition(b"startxref\n")[2].split()[0])
    assert content[table:].startswith(b"xref")
