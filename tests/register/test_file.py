"""A register file is read whole, or refused whole with the line."""

import lzma
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from consult.register import build, file
from consult.register.file import SHIPPED, SOURCE, RegisterFile, RegisterFileError
from consult.register.rules import Category, Kind
from tests.register.samples import CAUVALDOR, GRAMAT, ROCAMADOUR, ROWS, lines, written


@pytest.fixture(scope="module")
def shipped() -> RegisterFile:
    """The file that ships with the software."""
    return file.read(SHIPPED)


def test_the_shipped_register_holds_everyone_once(shipped: RegisterFile) -> None:
    assert Counter(row.kind for row in shipped.rows) == {
        Kind.COMMUNE: 34_875,
        Kind.EPCI: 1_254,
        Kind.DEPARTEMENT: 93,
        Kind.REGION: 14,
        Kind.SPECIAL_STATUS: 6,
    }
    build.check(shipped.rows)


def test_the_shipped_register_says_where_it_comes_from(shipped: RegisterFile) -> None:
    assert shipped.vintage == SOURCE.vintage
    assert SOURCE.licence.startswith("Licence Ouverte")
    assert "INSEE" in SOURCE.attribution


def test_the_shipped_register_is_in_the_order_of_sirens(shipped: RegisterFile) -> None:
    sirens = [row.siren for row in shipped.rows]
    assert sirens == sorted(sirens)


@pytest.mark.parametrize(
    ("siren", "kind", "name", "departement", "insee"),
    [
        ("217500016", Kind.COMMUNE, "Paris", "75", "75056"),
        ("200046977", Kind.SPECIAL_STATUS, "Métropole de Lyon", "69", "69M"),
        ("200076958", Kind.SPECIAL_STATUS, "Collectivité de Corse", "2A", "20R"),
        ("200055507", Kind.SPECIAL_STATUS, "Collectivité territoriale de Martinique", "972", "972R"),
        ("200052678", Kind.SPECIAL_STATUS, "Collectivité territoriale de Guyane", "973", "973R"),
        ("229850003", Kind.SPECIAL_STATUS, "Département de Mayotte", "976", "976R"),
        ("200094332", Kind.SPECIAL_STATUS, "Collectivité européenne d'Alsace", "67", "6AE"),
        ("226900017", Kind.DEPARTEMENT, "Département du Rhône", "69", "69"),
        ("224900019", Kind.DEPARTEMENT, "Département de Maine-et-Loire", "49", "49"),
        ("229710017", Kind.DEPARTEMENT, "Département de la Guadeloupe", "971", "971"),
        ("239710015", Kind.REGION, "Région Guadeloupe", "", "01"),
        ("237500079", Kind.REGION, "Région Île-de-France", "", "11"),
    ],
)
def test_who_is_who(shipped: RegisterFile, siren: str, kind: Kind, name: str, departement: str, insee: str) -> None:
    row = next(row for row in shipped.rows if row.siren == siren)
    assert (row.kind, row.name, row.departement, row.insee) == (kind, name, departement, insee)


def test_who_holds_a_departement_under_a_special_status_is_not_there_twice(shipped: RegisterFile) -> None:
    departements = {row.insee for row in shipped.rows if row.kind is Kind.DEPARTEMENT}
    assert departements.isdisjoint({"2A", "2B", "67", "68", "75", "972", "973", "976"})
    regions = {row.insee for row in shipped.rows if row.kind is Kind.REGION}
    assert regions.isdisjoint({"02", "03", "06", "94"})


@pytest.mark.parametrize(
    ("siren", "former"),
    [
        ("200053668", "01340"),
        ("200083483", "60455"),
        ("200076958", "2A 2B"),
        ("200094332", "67 68"),
        ("214602401", ""),
        ("217500016", ""),
    ],
)
def test_a_commune_carries_the_codes_it_took_in(shipped: RegisterFile, siren: str, former: str) -> None:
    """La Neuville-Garnier (60455) is a commune déléguée of Les Hauts-Talican, whatever the package's other list says."""
    row = next(row for row in shipped.rows if row.siren == siren)
    assert former in row.former_insee if former else not row.former_insee


def test_no_code_belongs_to_two_communes(shipped: RegisterFile) -> None:
    communes = [row for row in shipped.rows if row.kind is Kind.COMMUNE]
    codes = [code for row in communes for code in (row.insee, *row.former_insee.split())]
    assert max(Counter(codes).values()) == 1
    assert sum(bool(row.former_insee) for row in communes) == 2_667


def test_the_departement_du_rhone_is_counted_without_the_metropole_de_lyon(shipped: RegisterFile) -> None:
    by_siren = {row.siren: row for row in shipped.rows}
    communes = sum(row.population for row in shipped.rows if row.kind is Kind.COMMUNE and row.departement == "69")
    assert by_siren["226900017"].population + by_siren["200046977"].population == communes


def test_four_islands_alone_belong_to_no_epci(shipped: RegisterFile) -> None:
    alone = {row.name for row in shipped.rows if row.kind is Kind.COMMUNE and not row.epci_siren}
    assert alone == {"Île-de-Bréhat", "Île-de-Sein", "Ouessant", "L'Île-d'Yeu"}


def test_legal_forms_are_spelled_out(shipped: RegisterFile) -> None:
    starts = {
        Category.CC: "Communauté de communes ",
        Category.CA: "Communauté d'agglomération ",
        Category.CU: "Communauté urbaine ",
    }
    for row in shipped.rows:
        if row.category in starts:
            assert row.name.startswith(starts[row.category])
        assert "  " not in row.name
        assert "''" not in row.name


def test_the_script_writes_the_file_again_as_it_is(shipped: RegisterFile, tmp_path: Path) -> None:
    build.write(shipped.rows, tmp_path / "again.csv.xz")
    assert lzma.decompress((tmp_path / "again.csv.xz").read_bytes()) == lzma.decompress(SHIPPED.read_bytes())


def test_the_script_refuses_a_package_of_another_year(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "package.json").write_text('{"version": "9.9.9"}')
    (tmp_path / "README.md").write_text("| 2031 | 9.9.9 | … |\n")
    assert build.main([str(tmp_path), str(tmp_path / "sirets.csv"), str(tmp_path / "out.xz")]) == 1
    assert "vintage of the package: 2031" in capsys.readouterr().err
    assert not (tmp_path / "out.xz").exists()


def test_the_script_says_how_it_is_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert build.main([]) == 2
    assert "PACKAGE_DIR" in capsys.readouterr().err


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_plain_file_is_read_too(tmp_path: Path, ending: str, mark: str) -> None:
    path = tmp_path / "register.csv"
    path.write_bytes((mark + "".join(line + ending for line in lines())).encode())
    assert file.read(path).rows == ROWS


def test_a_file_of_before_the_former_codes_is_read_and_says_nothing_of_them(tmp_path: Path) -> None:
    at = file.COLUMNS.index("former_insee")
    path = tmp_path / "register.csv"
    path.write_text("".join(",".join(cells[:at] + cells[at + 1 :]) + "\n" for cells in (text.split(",") for text in lines())))
    found = file.read(path)
    assert (found.rows, found.says_former) == (ROWS, False)
    assert file.read(written(tmp_path)).says_former


def test_a_file_without_its_last_line_end_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    path.write_text("\n".join(lines()))
    assert file.read(path).rows == ROWS


def refusal(tmp_path: Path, content: bytes) -> RegisterFileError:
    path = tmp_path / "register.csv"
    path.write_bytes(content)
    with pytest.raises(RegisterFileError) as refused:
        file.read(path)
    return refused.value


@pytest.mark.parametrize(
    ("line", "column", "cell", "what"),
    [
        (2, "siren", "200066372", "SIREN impossible"),
        (3, "siren", "21460240", "SIREN impossible"),
        (4, "siren", "214602401", "est déjà à la ligne 3"),
        (3, "kind", "village", "nature inconnue"),
        (3, "kind", "COMMUNE", "nature inconnue"),
        (2, "category", "", "catégorie impossible"),
        (2, "category", "sivom", "catégorie impossible"),
        (3, "category", "cc", "catégorie impossible"),
        (3, "name", "", "nom impossible"),
        (3, "name", " Rocamadour", "nom impossible"),
        (3, "name", "Roc\u202eamadour", "nom impossible"),
        (3, "name", "R" * 161, "nom impossible"),
        (3, "insee", "46-240", "code INSEE impossible"),
        (3, "departement", "", "département sans nom"),
        (3, "departement", "4600", "code de département impossible"),
        (6, "departement_name", "Lot", "département sans nom ou sans code"),
        (3, "region", "", "code de région impossible"),
        (3, "region_name", "", "nom de région impossible"),
        (3, "population", "-1", "population impossible"),
        (3, "population", "597.0", "population impossible"),
        (3, "population", "", "population impossible"),
        (3, "population", "٥", "population impossible"),
        (2, "epci_siren", "200066371", "seule une commune"),
        (3, "epci_siren", "200000172", "n’est pas dans le fichier"),
        (3, "epci_siren", "224600015", "n’est pas dans le fichier"),
        (3, "postal_codes", "4650", "codes postaux impossibles"),
        (3, "former_insee", "46 240,", "colonnes au lieu de 14"),
        (3, "former_insee", "46-240", "anciens codes INSEE impossibles"),
        (3, "former_insee", " 46001", "anciens codes INSEE impossibles"),
        (3, "former_insee", " ".join(["46001"] * 67), "trop d’anciens codes INSEE"),
        (3, "vintage", "26", "millésime impossible"),
        (4, "vintage", "2025", "millésime 2025 au lieu de 2026"),
    ],
)
def test_a_wrong_cell_is_refused_with_its_line(tmp_path: Path, line: int, column: str, cell: str, what: str) -> None:
    broken = lines()
    cells = broken[line - 1].split(",")
    cells[file.COLUMNS.index(column)] = cell
    broken[line - 1] = ",".join(cells)
    error = refusal(tmp_path, "".join(f"{text}\n" for text in broken).encode())
    assert error.line == line
    assert what in error.what
    assert str(error).startswith(f"ligne {line} : ")


@pytest.mark.parametrize(
    ("header", "what"),
    [
        ("siren,type", "colonne 'type' au lieu de 'kind'"),
        (",".join(file.COLUMNS[:-1]), "colonne manquante : 'vintage'"),
        (",".join([*file.COLUMNS, "mayor"]), "colonne en trop : 'mayor'"),
        (";".join(file.COLUMNS), "au lieu de 'siren'"),
        ("", "colonne manquante : 'siren'"),
    ],
)
def test_a_wrong_header_is_refused(tmp_path: Path, header: str, what: str) -> None:
    error = refusal(tmp_path, "\n".join([header, *lines()[1:], ""]).encode())
    assert error.line == 1
    assert what in error.what


def test_a_line_too_short_is_refused(tmp_path: Path) -> None:
    error = refusal(tmp_path, "\n".join([*lines()[:3], "214601288,commune", *lines()[4:], ""]).encode())
    assert (error.line, error.what) == (4, "2 colonnes au lieu de 14")


@pytest.mark.parametrize("content", [b"", b"\n", b"not a register\n", b"\x00\x01\x02", b"\xff\xfe\n", b'"', b'"a"b\n'])
def test_what_is_no_register_is_refused(tmp_path: Path, content: bytes) -> None:
    assert refusal(tmp_path, content).line == 1


def test_a_file_without_anyone_is_refused(tmp_path: Path) -> None:
    assert "aucune collectivité" in refusal(tmp_path, f"{lines()[0]}\n".encode()).what


def test_letters_that_are_not_utf_8_are_refused(tmp_path: Path) -> None:
    latin = "".join(f"{line}\n" for line in lines()).encode("latin-1")
    assert refusal(tmp_path, latin).line == 2


def test_a_file_cut_anywhere_is_refused_with_the_line_it_stops_at(tmp_path: Path) -> None:
    content = "".join(f"{line}\n" for line in lines((ROCAMADOUR, GRAMAT, CAUVALDOR))).encode()
    for length in range(len(content) - 1):
        cut = content[:length]
        error = refusal(tmp_path, cut)
        assert error.line <= cut.count(b"\n") + 1
    whole = tmp_path / "register.csv"
    whole.write_bytes(content[:-1])
    assert len(file.read(whole).rows) == 3


def test_a_compressed_file_cut_anywhere_is_refused(tmp_path: Path) -> None:
    content = written(tmp_path, ROWS).read_bytes()
    for length in range(len(content)):
        assert refusal(tmp_path, content[:length]).line >= 1


def test_a_damaged_compressed_file_is_refused(tmp_path: Path) -> None:
    content = bytearray(written(tmp_path).read_bytes())
    content[len(content) // 2] ^= 0xFF
    assert refusal(tmp_path, bytes(content)).line >= 1


def test_the_same_content_has_the_same_digest_whatever_its_compression(tmp_path: Path) -> None:
    plain = tmp_path / "plain.csv"
    plain.write_text("".join(f"{line}\n" for line in lines()))
    assert file.read(plain).digest == file.read(written(tmp_path)).digest
    assert file.read(written(tmp_path, (*ROWS[:-1], replace(ROWS[-1], population=1)))).digest != file.read(plain).digest


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        file.read(tmp_path / "none.csv")
