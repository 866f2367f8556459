"""Files of two columns: what is read of them, and every fault with its line."""

import pytest

from consult.accounts.domains.import_files import OTHER_ENCODING, Fault, ImportFault, Line, once_each, shown, two_columns

READ = [Line(2, "mairie-exemple.fr", "214602401"), Line(3, "gramat.exemple.fr", "214601288")]


@pytest.mark.parametrize(
    "content",
    [
        b"domain,siren\nmairie-exemple.fr,214602401\ngramat.exemple.fr,214601288\n",
        b"domain,siren\r\nmairie-exemple.fr,214602401\r\ngramat.exemple.fr,214601288",
        b"\xef\xbb\xbfdomain;siren\r\nmairie-exemple.fr;214602401\r\ngramat.exemple.fr;214601288\r\n",
        b'Domain , SIREN\n"mairie-exemple.fr","214602401"\n gramat.exemple.fr , 214601288\n\n , \n',
    ],
    ids=["plain", "no last line end", "as a spreadsheet saves it", "quoted, spaced, with empty lines"],
)
def test_a_file_is_read_as_people_save_it(content: bytes) -> None:
    assert two_columns(content, "domain", "siren") == READ


@pytest.mark.parametrize(
    ("content", "faults"),
    [
        (b"", [Fault(1, "le fichier est vide")]),
        (b"\xef\xbb\xbf\r\n \r\n", [Fault(1, "le fichier est vide")]),
        (b"domain,siren\n", [Fault(1, "le fichier n’a que ses titres de colonnes")]),
        (
            b"domain\nmairie-exemple.fr\n",
            [Fault(1, "les titres des colonnes doivent être « domain,siren », et non « domain »")],
        ),
        (
            b"siren,domain\n214602401,mairie-exemple.fr\n",
            [Fault(1, "les titres des colonnes doivent être « domain,siren », et non « siren,domain »")],
        ),
        (
            b"mairie-exemple.fr,214602401\n",
            [Fault(1, "les titres des colonnes doivent être « domain,siren », et non « mairie-exemple.fr,214602401 »")],
        ),
        (
            b"domain,siren\na.fr\nb.fr,214602401\nc.fr,1,2\n",
            [Fault(2, "1 colonnes au lieu de 2"), Fault(4, "3 colonnes au lieu de 2")],
        ),
        ("domain,siren\nb.fr,1\névry.fr,214602401\n".encode("cp1252"), [Fault(3, OTHER_ENCODING)]),
        ("domain,siren\nb.fr,1\n".encode("utf-16"), [Fault(1, OTHER_ENCODING), Fault(2, OTHER_ENCODING)]),
        (b'domain,siren\n"a.fr,1\nb.fr,2\n', [Fault(3, "ce n’est pas du CSV")]),
        (b"domain,siren\n" + b"a" * 200_000 + b",1\n", [Fault(2, "ce n’est pas du CSV")]),
        (b"PK\x03\x04\x00\xff\xfe", [Fault(1, OTHER_ENCODING)]),
    ],
)
def test_what_is_wrong_is_said_with_its_line(content: bytes, faults: list[Fault]) -> None:
    with pytest.raises(ImportFault) as refused:
        two_columns(content, "domain", "siren")
    assert [fault for fault in refused.value.faults if fault in faults] == faults
    assert len(refused.value.faults) <= 3


def test_ten_megabytes_of_nothing_are_refused_without_a_wait() -> None:
    with pytest.raises(ImportFault):
        two_columns(b"\xff" * 10_000_000, "domain", "siren")


def test_the_same_said_twice_is_once_and_another_value_is_a_fault() -> None:
    faults: list[Fault] = []
    lines = [Line(2, "a", "1"), Line(3, "b", "2"), Line(4, "a", "1"), Line(5, "a", "3")]
    assert once_each(lines, "déjà dit", faults) == {"a": Line(2, "a", "1"), "b": Line(3, "b", "2")}
    assert faults == [Fault(5, "déjà dit à la ligne 2")]


def test_a_fault_repeats_a_cell_on_one_line_and_in_short() -> None:
    assert shown("=cmd|' /C calc'!A0") == "« =cmd|' /C calc'!A0 »"
    assert shown("a\nb\x07c") == "« a b c »"
    assert len(shown("x" * 1000)) < 70
