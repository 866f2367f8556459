"""Make the register's file from the public package: `python -m consult.register.build PACKAGE_DIR SIRETS.csv OUT`.

PACKAGE_DIR is the unpacked npm package `@etalab/decoupage-administratif` (code: MIT; data: Licence Ouverte, from INSEE,
DGCL and La Poste). It has no SIREN for départements and régions: SIRETS.csv (type, code_insee, siren) gives them.

What is decided here:

* The 94 communes of the overseas collectivités (Polynésie française, Nouvelle-Calédonie, Terres australes et
  antarctiques, Wallis et Futuna, Saint-Pierre-et-Miquelon, Saint-Barthélemy, Saint-Martin, Clipperton) have no SIREN in
  the package: they are left out.
* Who holds the powers of a département or of a région under a special status is there once, as such: Corse, Martinique,
  Guyane, Mayotte, Alsace, the métropole de Lyon (which the package lists among the EPCI). Paris is there once, as a
  commune: its département is the same legal person.
* An EPCI has the département where most of its inhabitants live (the lowest code, should two be equal) and its région;
  Alsace has the code 67 and Corse the code 2A, with both names. A région has none.
* `former_insee` holds the codes of a commune's déléguées and associées, which have no SIREN, then those the package gives as
  former codes of it — where the two disagree (55273, 60455), the former are INSEE's own list; and, for a special status,
  the départements it stands for.
* Populations are municipal; those of EPCI, départements and régions are the sums of their communes, because the package
  gives those of the EPCI for an earlier year. The département du Rhône is counted without the métropole de Lyon, which
  left it in 2015.
* Names are official, with their straight apostrophes; only « CC », « CA » and « CU » are spelled out.
* The same input gives the same bytes. Anything unforeseen stops the build.
"""

import csv
import io
import json
import lzma
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from consult.register.file import COLUMNS, SOURCE, Row, read
from consult.register.rules import Category, Kind, is_siren

EXPECTED = {
    Kind.COMMUNE: 34_875,
    Kind.EPCI: 1_254,
    Kind.DEPARTEMENT: 93,
    Kind.REGION: 14,
    Kind.SPECIAL_STATUS: 6,
}
WITHOUT_SIREN = 94

LYON, LYON_INSEE = "200046977", "69M"


@dataclass(frozen=True, slots=True)
class SpecialStatus:
    """A collectivité that stands for départements, and for a région when `stands_for_region`."""

    siren: str
    name: str
    insee: str
    """Its code in INSEE's list of collectivités with the powers of a département."""
    departements: tuple[str, ...]
    stands_for_region: bool


SPECIAL = (
    SpecialStatus("200076958", "Collectivité de Corse", "20R", ("2A", "2B"), True),
    SpecialStatus("200055507", "Collectivité territoriale de Martinique", "972R", ("972",), True),
    SpecialStatus("200052678", "Collectivité territoriale de Guyane", "973R", ("973",), True),
    SpecialStatus("229850003", "Département de Mayotte", "976R", ("976",), True),
    SpecialStatus("200094332", "Collectivité européenne d'Alsace", "6AE", ("67", "68"), False),
)
PARIS_SIREN, PARIS_DEPARTEMENT, RHONE = "217500016", "75", "69"

Json = Mapping[str, Any]


class BuildError(Exception):
    """The package is not what this script was written for."""


def main(arguments: Sequence[str]) -> int:
    """Write the file and say what it holds."""
    if len(arguments) != 3:
        sys.stderr.write("python -m consult.register.build PACKAGE_DIR SIRETS.csv OUT\n")
        return 2
    package, sirets, out = (Path(argument) for argument in arguments)
    try:
        rows = collect(package, sirets)
        check(rows)
    except BuildError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    write(rows, out)
    counts = Counter(row.kind for row in read(out).rows)
    sys.stdout.write(", ".join(f"{counts[kind]} {kind.value}" for kind in EXPECTED) + f", vintage {rows[0].vintage}\n")
    return 0


def collect(package: Path, sirets: Path) -> list[Row]:
    """Every collectivité of the package, by SIREN."""
    vintage = vintage_of(package)
    communes = [row for row in _json(package, "communes") if row["type"] == "commune-actuelle"]
    known = [row for row in communes if "siren" in row]
    expect(len(communes) - len(known), WITHOUT_SIREN, "communes without a SIREN")
    epci = _json(package, "epci")
    places = Places(
        departements={row["code"]: row for row in _json(package, "departements")},
        regions={row["code"]: row for row in _json(package, "regions")},
        sirens=_sirens(sirets),
        communes={row["siren"]: row for row in known},
        epci_of={member["siren"]: row["code"] for row in epci for member in row["membres"]},
        former=_former(package, known),
        vintage=vintage,
    )
    rows = [
        *(_commune(row, places) for row in known),
        *(_epci(row, places) for row in epci),
        *_departements(places),
        *_regions(places),
        *(_special(status, places) for status in SPECIAL),
    ]
    return sorted(rows, key=lambda row: row.siren)


@dataclass(frozen=True, slots=True)
class Places:
    """What every kind of row looks up."""

    departements: Mapping[str, Json]
    regions: Mapping[str, Json]
    sirens: Mapping[tuple[str, str], str]
    communes: Mapping[str, Json]
    """By SIREN, like what follows."""
    epci_of: Mapping[str, str]
    former: Mapping[str, Sequence[str]]
    """By INSEE code, those that are now part of it."""
    vintage: str

    def where(self, departement: str, *others: str) -> dict[str, str]:
        """The columns that say where a collectivité is."""
        first = self.departements[departement]
        return {
            "departement": departement,
            "departement_name": " et ".join(self.departements[code]["nom"] for code in (departement, *others)),
            "region": first["region"],
            "region_name": self.regions[first["region"]]["nom"],
            "vintage": self.vintage,
        }

    def population(self, of: Callable[[Json], bool]) -> int:
        """Inhabitants of the communes of which this is true."""
        return sum(row["population"] for row in self.communes.values() if of(row))


def _former(package: Path, communes: Sequence[Json]) -> Mapping[str, Sequence[str]]:
    """The codes that are now part of each commune, its own left out."""
    part_of = {code: row["code"] for row in communes for code in row.get("anciensCodes", ())}
    parts = (row for row in _json(package, "communes") if row["type"] in ("commune-deleguee", "commune-associee"))
    part_of |= {row["code"]: row["chefLieu"] for row in parts}
    former: dict[str, list[str]] = defaultdict(list)
    for code, whole in sorted(part_of.items()):
        if code != whole:
            former[whole].append(code)
    return former


def vintage_of(package: Path) -> str:
    """The year that the package's own README gives for its version; `SOURCE.toml` must say the same."""
    version = re.escape(json.loads((package / "package.json").read_text("utf-8"))["version"])
    year = re.search(rf"^\| *(\d{{4}}) *\| *{version} *\|", (package / "README.md").read_text("utf-8"), re.MULTILINE)
    vintage = year[1] if year else None
    expect(vintage, SOURCE.vintage, "vintage of the package")
    return SOURCE.vintage


def _json(package: Path, name: str) -> list[Any]:
    rows: list[Any] = json.loads((package / "data" / f"{name}.json").read_text("utf-8"))
    return rows


def _sirens(path: Path) -> dict[tuple[str, str], str]:
    with path.open(encoding="utf-8", newline="") as lines:
        return {(row["type"], row["code_insee"]): row["siren"] for row in csv.DictReader(lines)}


def _commune(row: Json, places: Places) -> Row:
    return Row(
        siren=row["siren"],
        kind=Kind.COMMUNE,
        category=None,
        name=row["nom"],
        insee=row["code"],
        population=row["population"],
        epci_siren=places.epci_of.get(row["siren"], ""),
        postal_codes=" ".join(sorted(row["codesPostaux"])),
        former_insee=" ".join(places.former.get(row["code"], ())),
        **places.where(row["departement"]),
    )


_CATEGORIES = {"CC": Category.CC, "CA": Category.CA, "CU": Category.CU, "METRO": Category.METROPOLE}
_SPELLED_OUT = {"CC ": "Communauté de communes ", "CA ": "Communauté d'agglomération ", "CU ": "Communauté urbaine "}


def _epci(row: Json, places: Places) -> Row:
    """An EPCI; the métropole de Lyon, alone of its type, is no longer one."""
    is_lyon = row["type"] == "MET69"
    expect(row["code"] == LYON, is_lyon, f"{row['code']} is the métropole de Lyon")
    name = re.sub(r"\s+", " ", row["nom"].replace("''", '"')).strip()
    if not is_lyon and row["type"] != "METRO":
        name = _SPELLED_OUT[name[:3]] + name[3:]
    inhabitants: Counter[str] = Counter()
    for member in row["membres"]:
        commune = places.communes[member["siren"]]
        inhabitants[commune["departement"]] += commune["population"]
    return Row(
        siren=row["code"],
        kind=Kind.SPECIAL_STATUS if is_lyon else Kind.EPCI,
        category=None if is_lyon else _CATEGORIES[row["type"]],
        name=name,
        insee=LYON_INSEE if is_lyon else "",
        population=inhabitants.total(),
        epci_siren="",
        postal_codes="",
        **places.where(min(inhabitants, key=lambda code: (-inhabitants[code], code))),
    )


_OF = ("de ", "d'", "du ", "de la ", "des ", "de l'", "des ", "de las ", "de los ")
"""INSEE's `typeLiaison`: the words between « département » and the name."""


def _departements(places: Places) -> Iterable[Row]:
    elsewhere = {code for status in SPECIAL for code in status.departements} | {PARIS_DEPARTEMENT}
    for code, row in places.departements.items():
        if row["zone"] == "com" or code in elsewhere:
            continue
        yield Row(
            siren=places.sirens["departement", code],
            kind=Kind.DEPARTEMENT,
            category=None,
            name=f"Département {_OF[row['typeLiaison']]}{row['nom']}",
            insee=code,
            population=places.population(_in_departement(code, places)),
            epci_siren="",
            postal_codes="",
            **places.where(code),
        )


def _in_departement(code: str, places: Places) -> Callable[[Json], bool]:
    return lambda row: row["departement"] == code and (code != RHONE or places.epci_of.get(row["siren"]) != LYON)


def _regions(places: Places) -> Iterable[Row]:
    special = {places.departements[s.departements[0]]["region"] for s in SPECIAL if s.stands_for_region}
    for code, row in places.regions.items():
        if row["zone"] == "com" or code in special:
            continue
        yield Row(
            siren=places.sirens["region", code],
            kind=Kind.REGION,
            category=None,
            name=f"Région {row['nom']}",
            insee=code,
            departement="",
            departement_name="",
            region=code,
            region_name=row["nom"],
            population=places.population(_in_region(code)),
            epci_siren="",
            postal_codes="",
            vintage=places.vintage,
        )


def _in_region(code: str) -> Callable[[Json], bool]:
    return lambda row: row["region"] == code


def _special(status: SpecialStatus, places: Places) -> Row:
    codes = ("departement", status.insee), *(("departement", code) for code in status.departements)
    expect({places.sirens[code] for code in codes if code in places.sirens}, {status.siren}, f"SIREN of {status.name}")
    return Row(
        siren=status.siren,
        kind=Kind.SPECIAL_STATUS,
        category=None,
        name=status.name,
        insee=status.insee,
        population=places.population(lambda row: row["departement"] in status.departements),
        epci_siren="",
        postal_codes="",
        former_insee=" ".join(status.departements),
        **places.where(*status.departements),
    )


def check(rows: Sequence[Row]) -> None:
    """Raises BuildError unless the register is the one this script was written for."""
    expect(Counter(row.kind for row in rows), Counter(EXPECTED), "number of each kind")
    expect(len({row.siren for row in rows}), len(rows), "distinct SIRENs")
    expect([row.siren for row in rows if not is_siren(row.siren)], [], "impossible SIRENs")
    by_siren = {row.siren: row for row in rows}
    expect(by_siren[PARIS_SIREN].name, "Paris", f"name of {PARIS_SIREN}")
    expect(by_siren[LYON].kind, Kind.SPECIAL_STATUS, "kind of the métropole de Lyon")
    codes = {row.insee for row in rows if row.kind is Kind.COMMUNE}
    former = [code for row in rows if row.kind is Kind.COMMUNE for code in row.former_insee.split()]
    expect([code for code, times in Counter(former).items() if times > 1 or code in codes], [], "codes of two communes")
    regions = [row.siren for row in rows if row.kind is Kind.REGION]
    regions += [status.siren for status in SPECIAL if status.stands_for_region]
    communes = [row.siren for row in rows if row.kind is Kind.COMMUNE]
    found, expected = (sum(by_siren[siren].population for siren in sirens) for sirens in (regions, communes))
    expect(found, expected, "population of the régions together")


def expect(found: object, expected: object, what: str) -> None:
    """Raises BuildError, saying both, when they differ."""
    if found != expected:
        raise BuildError(f"{what}: {found}, expected {expected}")


def write(rows: Sequence[Row], out: Path) -> None:
    """The rows as compressed CSV; the loader's own reading is the last check, Luhn keys included."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(astuple(row) for row in rows)
    content = text.getvalue().encode("utf-8")
    out.write_bytes(lzma.compress(content, check=lzma.CHECK_CRC64, preset=9 | lzma.PRESET_EXTREME))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
