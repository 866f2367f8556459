"""Reading a CSV from anywhere: encodings, separators, and what is said of a file that cannot be read."""

import pytest

from consult.contributions.import_file import Fault, ImportFault, Record, read_table
from consult.contributions.import_rows import columns_of
from consult.contributions.import_values import bare, instant_of, said_themes, text_of
from consult.ground.clock import paris

TEXT = 'title;situation\n"Éclairer l’école; le soir";"Ça coûte 3 € – à peu près"\nDeux;\n'
CELLS = [
    Record(2, {"title": "Éclairer l’école; le soir", "situation": "Ça coûte 3 € – à peu près"}),
    Record(3, {"title": "Deux", "situation": ""}),
]


def records(content: bytes) -> tuple[list[Record], list[Fault]]:
    """What the file holds, and what breaks its form."""
    faults: list[Fault] = []
    return list(read_table(content).records(faults)), faults


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "mac_roman"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_every_encoding_of_a_spreadsheet_is_recognised(encoding: str, line_end: str) -> None:
    assert records(TEXT.replace("\n", line_end).encode(encoding)) == (CELLS, [])


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_the_one_of_the_headers(separator: str) -> None:
    content = TEXT.replace('"', "").replace("école; le", "école le").replace(";", separator).encode()
    assert read_table(content).separator == separator
    assert records(content)[0][1] == CELLS[1]


def test_a_cell_may_hold_lines_and_a_fault_names_the_line_it_begins_at() -> None:
    content = b'title,situation\n"one\ntwo",x\n\na,b,c\nd\n'
    found, faults = records(content)
    assert found == [Record(2, {"title": "one\ntwo", "situation": "x"})]
    assert [str(fault) for fault in faults] == [
        "ligne 5 : 3 cellules pour 2 colonnes : un texte qui contient le séparateur doit être entre guillemets",
        "ligne 6 : 1 cellules pour 2 colonnes : il en manque",
    ]


def test_a_quote_that_never_closes_is_said_where_it_opens() -> None:
    assert records(b'title,situation\na,b\n"c,d\ne,f\n')[1] == [
        Fault(3, "", "un guillemet ouvert ici n’est jamais refermé, ou une cellule est démesurée")
    ]
    assert records(b'title,situation\n"a"b,c\n')[1] == [Fault(2, "", "un guillemet au milieu d’une cellule doit être doublé")]


@pytest.mark.parametrize(
    ("content", "line", "what"),
    [
        (b"", 1, "le fichier est vide"),
        (b" \r\n \n", 1, "le fichier est vide"),
        (b"\xef\xbb\xbf", 1, "le fichier est vide"),
        (b"title,situation\na,b\x00c\n", 2, "un caractère nul : ce n’est pas un fichier de texte"),
        ("title,situation\né,à\nça,".encode() + b"\xff\n", 3, "un caractère illisible"),
        (b"\ntitle\n", 1, "la première ligne doit donner les titres des colonnes, elle est vide"),
        (b"title,title\na,b\n", 1, "deux colonnes ont ce titre"),
        (b'"title,situation\na,b\n', 1, "un guillemet ouvert ici"),
        (b"x" * (64 * 1024 * 1024 + 1), 1, "le fichier dépasse 64 Mo"),
    ],
    ids=["nothing", "spaces", "only a mark", "NUL", "damaged", "no headers", "a header twice", "unclosed header", "too big"],
)
def test_what_is_no_table_is_said(content: bytes, line: int, what: str) -> None:
    with pytest.raises(ImportFault) as refused:
        read_table(content)
    assert refused.value.faults[0].line == line
    assert refused.value.faults[0].what.startswith(what)


def test_headers_are_recognised_however_a_platform_writes_them() -> None:
    for title, body in (("title/fr", "body/fr"), ("Title (fr)", "Body (FR)"), ("title_fr", "body_fr"), ("title", "body")):
        assert columns_of((title, "id", body, "title/en")) == {"title": title, "body": body, "id": "id"}


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("deux\r\nlignes", "deux\nlignes"),
        ("a < b et c > d", "a < b et c > d"),
        (
            "<p>Un&nbsp;d&eacute;but</p>\r\n\r\n<p>une <strong>suite</strong><br />et fin</p>",
            "Un\u00a0début\n\nune suite\net fin",
        ),
        ("<ul><li>un</li><li>deux</li></ul><p>fin</p>", "- un\n- deux\n\nfin"),
        ("<p>avant</p><script>alert(1)</script>", "avant"),
        ("R&amp;D", "R&D"),
        ("pay\u202egnol\u200b\u0007", "paygnol"),
        ("<p>&lt;script&gt;</p>", "<script>"),
    ],
)
def test_html_becomes_text(cell: str, text: str) -> None:
    assert text_of(cell) == text


def test_what_an_export_neutralised_is_what_was_typed() -> None:
    assert [bare(cell) for cell in ("'=1+1", "=1+1", "'- un", "'tout va", "l’eau")] == [
        "=1+1",
        "=1+1",
        "- un",
        "'tout va",
        "l’eau",
    ]


@pytest.mark.parametrize(
    ("typed", "instant"),
    [
        ("2021-02-01T10:30:00+01:00", paris(2021, 2, 1, 10, 30)),
        ("2021-02-01 09:30:00 UTC", paris(2021, 2, 1, 10, 30)),
        ("2021-02-01 10:30:00 +0100", paris(2021, 2, 1, 10, 30)),
        ("2021-02-01T09:30:00Z", paris(2021, 2, 1, 10, 30)),
        ("01/02/2021 10:30", paris(2021, 2, 1, 10, 30)),
        ("2021-02-01", paris(2021, 2, 1)),
        ("hier", None),
        ("31/02/2021", None),
        ("9999-99-99", None),
    ],
)
def test_an_instant_however_it_is_written(typed: str, instant: object) -> None:
    assert instant_of(typed) == instant


def test_a_label_may_hold_a_comma() -> None:
    known = {"culture sport et tourisme", "mobilite", "tiers lieux"}
    assert said_themes("Culture, sport et tourisme", known) == ["Culture, sport et tourisme"]
    assert said_themes("mobilite|tiers-lieux", known) == ["mobilite", "tiers-lieux"]
    assert said_themes("Mobilité, Tiers-lieux", known) == ["Mobilité", "Tiers-lieux"]
    assert said_themes("Inconnu, vraiment", known) == ["Inconnu, vraiment"]
    assert said_themes("", known) == []
