"""What a file of contributions says, row by row: our own columns, or those of a Decidim export. Pure functions of values.

No personal data enters: the name of an author elsewhere is never read, only that of an organisation.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from consult.contributions.import_file import MOST_FAULTS, MOST_RECORDS, Fault, ImportFault, Row, Table, shown
from consult.contributions.import_values import bare, host_of, in_french, instant_of, said_themes, siren_of, text_of
from consult.contributions.rules import ContributionType
from consult.ground.actor import Profile
from consult.ground.text import fold, visible

LONGEST_TITLE = 250
LONGEST_TEXT = 100_000
LONGEST_NAME = 120
LONGEST_REFERENCE = 200
SOMEBODY = "Participant anonyme"
"""Who spoke, when the file does not name an organisation: a person's name does not come in."""

COLUMNS: Mapping[str, Sequence[str]] = {
    "number": ("number",),
    "reference": ("reference",),
    "id": ("id",),
    "url": ("url",),
    "type": ("type",),
    "title": ("title", "title/fr", "titre"),
    "situation": ("situation",),
    "body": ("body", "body/fr", "description", "description/fr"),
    "audience": ("audience",),
    "effects": ("effects",),
    "themes": ("themes", "theme"),
    "category": (
        "category/name/fr", "category/name", "category", "taxonomies/name/fr", "taxonomies/name", "taxonomy/name/fr",
    ),
    "siren": ("collectivite_siren", "siren"),
    "partner": ("partner", "organisation", "organization", "user_group/name", "author/organization"),
    "profile": ("profile",),
    "function": ("function",),
    "published_at": ("published_at", "created_at"),
    "state": ("state",),
}  # fmt: skip
"""The headers each value may be found under, the first that is there; case, accents and spaces do not count."""

WITHDRAWN = frozenset({"withdrawn", "retiree", "retire"})
"""What a proposal elsewhere is said to be when its author took it back: it is not published here."""
IDENTIFYING = ("reference", "id", "number", "url")
"""What tells a row from the others, each within the file."""

_TYPES = {fold(name): type_ for type_ in ContributionType for name in (type_.value, type_.slug, type_.label, type_.plural)}
_LANGUAGE = re.compile(r"\s*(?:\(fr\)|\[fr\]|_fr|\.fr)$")
_Cell = Callable[[str], str]
_Wrong = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Known:
    """What the edition and the register know, to judge a file by."""

    themes: Mapping[str, int]
    """Ids by slug and by label, both folded."""
    places: frozenset[str]
    """The SIREN of those that exist, among all that the file names."""
    at: datetime
    default_theme: int | None = None
    gathered_by: str | None = None
    """The SIREN of the collectivité in whose name come those that name nobody."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One contribution to write."""

    line: int
    reference: str
    type: ContributionType
    title: str
    situation: str
    audience: str
    effects: str
    themes: tuple[int, ...]
    siren: str | None
    partner: str | None
    profile: Profile | None
    function: str
    published_at: datetime


@dataclass(slots=True)
class Reading:
    """What a file holds, once judged: its entries, where it is from, and what a person should know before it is written."""

    source: str
    is_decidim: bool
    ignored: tuple[str, ...]
    """Columns that are not used."""
    entries: list[Entry] = field(default_factory=list)
    unknown_themes: Counter[str] = field(default_factory=Counter)
    """Categories of another platform that no theme here bears: they are left out."""
    withdrawn: int = 0
    """Taken back by their authors elsewhere, and left out."""
    late: int = 0
    """Dates that have not come yet, replaced by the instant of the import."""


def read(table: Table, known: Known, source: str | None = None) -> Reading:
    """Every row of the file. Raises ImportFault with every fault, each with its line and its column."""
    where = columns_of(table.headers)
    faults = [Fault(1, "", missing) for missing in _missing(where)]
    if faults:
        raise ImportFault(faults)
    is_decidim = "situation" not in where
    if not is_decidim:
        where.pop("state", None)
    used = set(where.values())
    reading = Reading(
        source=source or "", is_decidim=is_decidim, ignored=tuple(one for one in table.headers if one and one not in used)
    )
    judge = _Judge(where, known, reading, faults)
    for count, record in enumerate(table.records(faults), start=1):
        if count > MOST_RECORDS:
            faults.append(Fault(record.line, "", f"plus de {MOST_RECORDS} lignes : coupez le fichier en plusieurs"))
        else:
            judge.add(record.line, record.cells)
        if count > MOST_RECORDS or len(faults) >= MOST_FAULTS:
            break
    if not faults and not reading.entries and not reading.withdrawn:
        faults.append(Fault(1, "", "le fichier n’a que ses titres de colonnes"))
    if faults:
        raise ImportFault(faults)
    reading.source = reading.source or judge.host or ("decidim" if is_decidim else "consult")
    return reading


def sirens_in(table: Table) -> set[str]:
    """Every SIREN that the file names, for those that judge it to know which ones exist."""
    header = columns_of(table.headers).get("siren")
    return {siren_of(record.cells[header]) for record in table.records([])} if header else set()


def columns_of(headers: Sequence[str]) -> dict[str, str]:
    """By value, the header it is found under."""
    found = {_plain(header): header for header in reversed(headers)}
    return {
        value: found[name]
        for value, names in COLUMNS.items()
        if (name := next((name for name in names if name in found), None)) is not None
    }


def _plain(header: str) -> str:
    """« Title (fr) », « title/fr » and « title_fr » are one header."""
    lowered = visible(header).strip().lower().replace(" / ", "/").replace("è", "e").replace("é", "e")
    named = _LANGUAGE.sub("/fr", lowered)
    return named.replace(" ", "_")


def _missing(where: Mapping[str, str]) -> Iterator[str]:
    if "title" not in where:
        yield "il manque la colonne « title » (ou « title/fr », pour un export Decidim)"
    if "situation" not in where and "body" not in where:
        yield "il manque la colonne « situation » (ou « body/fr », pour un export Decidim)"
    if "situation" in where and "type" not in where:
        yield "il manque la colonne « type », qui dit « need » ou « existing_service »"


class _Judge:
    """Reads rows in order: what is right becomes an entry, what is wrong a fault."""

    def __init__(self, where: Mapping[str, str], known: Known, reading: Reading, faults: list[Fault]) -> None:
        self.where, self.known, self.reading, self.faults = where, known, reading, faults
        self.seen: dict[tuple[str, str], int] = {}
        self.themes: dict[str, Sequence[tuple[str, int | None]]] = {}
        self.host = ""

    def add(self, line: int, cells: Row) -> None:
        """Judge one row."""
        before = len(self.faults)

        def cell(name: str) -> str:
            return in_french(bare(cells.get(self.where.get(name, ""), "")))

        def wrong(name: str, what: str) -> None:
            self.faults.append(Fault(line, self.where.get(name, ""), what))

        if self.reading.is_decidim and fold(cell("state")) in WITHDRAWN:
            self.reading.withdrawn += 1
            return
        main = "body" if self.reading.is_decidim else "situation"
        title = " ".join(text_of(cell("title")).split())
        situation = text_of(cell(main))
        if not title:
            wrong("title", "le titre est vide")
        elif len(title) > LONGEST_TITLE:
            wrong("title", f"{len(title)} caractères, {LONGEST_TITLE} au plus")
        if not situation:
            wrong(main, "le texte est vide")
        texts = {"audience": text_of(cell("audience")), "effects": text_of(cell("effects")), main: situation}
        for name, text in texts.items():
            if len(text) > LONGEST_TEXT:
                wrong(name, f"{len(text)} caractères, {LONGEST_TEXT} au plus")
        reference = self._reference(line, {name: visible(cell(name)).strip() for name in IDENTIFYING}, title + situation, wrong)
        entry = Entry(
            line=line,
            reference=reference,
            type=self._type(cell("type"), wrong),
            title=title,
            situation=situation,
            audience=texts["audience"],
            effects=texts["effects"],
            themes=self._themes(cell, wrong),
            **self._speaker(cell, wrong),
            profile=self._profile(cell("profile"), wrong),
            function=self._short("function", cell, wrong),
            published_at=self._instant(cell("published_at"), wrong),
        )
        if len(self.faults) == before:
            self.reading.entries.append(entry)

    def _reference(self, line: int, given: Mapping[str, str], text: str, wrong: _Wrong) -> str:
        """What the row is known by; every identifier the file gives is its own."""
        named = {name: value for name, value in given.items() if value}
        if not named:
            named = {"": f"sha256:{sha256(text.encode()).hexdigest()}"}
        for name, value in named.items():
            first = self.seen.setdefault((name, value), line)
            if first != line:
                said = f"{shown(value)} est déjà à la ligne {first}" if name else f"la même contribution est à la ligne {first}"
                wrong(name, said)
        if not self.host and (url := named.get("url")):
            self.host = host_of(url)
        order = IDENTIFYING if self.reading.is_decidim else ("url", *IDENTIFYING)
        chosen = next((named[name] for name in order if name in named), next(iter(named.values())))
        if len(chosen) > LONGEST_REFERENCE:
            chosen = f"sha256:{sha256(chosen.encode()).hexdigest()}"
        return chosen

    def _type(self, typed: str, wrong: _Wrong) -> ContributionType:
        folded = fold(typed)
        if self.reading.is_decidim and folded not in _TYPES:
            return ContributionType.NEED
        found = _TYPES.get(folded)
        if found is None:
            wrong("type", f"{shown(typed)} n’est ni « need » ni « existing_service »")
        return found or ContributionType.NEED

    def _themes(self, cell: _Cell, wrong: _Wrong) -> tuple[int, ...]:
        name = "themes" if "themes" in self.where else "category"
        found: dict[int, None] = {}
        for said, theme in self._named(cell(name)):
            if theme is not None:
                found[theme] = None
            elif self.known.default_theme is None and name == "themes":
                wrong(name, f"le thème {shown(said)} n’est pas de cette édition")
            elif self.known.default_theme is None:
                self.reading.unknown_themes[shown(said)] += 1
        if not found and self.known.default_theme is not None:
            found[self.known.default_theme] = None
        return tuple(found)

    def _named(self, typed: str) -> Sequence[tuple[str, int | None]]:
        """The themes that a cell names, each with its id when it is one of ours. Files repeat a few cells many times."""
        if typed not in self.themes:
            said = said_themes(visible(typed), self.known.themes)
            self.themes[typed] = [(one, self.known.themes.get(fold(one))) for one in said]
        return self.themes[typed]

    def _speaker(self, cell: _Cell, wrong: _Wrong) -> dict[str, str | None]:
        siren = siren_of(cell("siren"))
        if siren and siren not in self.known.places:
            wrong("siren", f"{shown(siren)} n’est le SIREN d’aucune collectivité du registre")
        if siren:
            return {"siren": siren, "partner": None}
        if partner := self._short("partner", cell, wrong):
            return {"siren": None, "partner": partner}
        if self.known.gathered_by:
            return {"siren": self.known.gathered_by, "partner": None}
        return {"siren": None, "partner": SOMEBODY}

    def _profile(self, typed: str, wrong: _Wrong) -> Profile | None:
        if not typed.strip():
            return None
        found = next((profile for profile in Profile if profile.value == fold(typed)), None)
        if found is None:
            wrong("profile", f"{shown(typed)} n’est ni « elu », ni « agent », ni « partenaire »")
        return found

    def _short(self, name: str, cell: _Cell, wrong: _Wrong) -> str:
        text = " ".join(visible(cell(name)).split())
        if len(text) > LONGEST_NAME:
            wrong(name, f"{len(text)} caractères, {LONGEST_NAME} au plus")
        return text

    def _instant(self, typed: str, wrong: _Wrong) -> datetime:
        if not typed.strip():
            return self.known.at
        instant = instant_of(typed)
        if instant is None:
            wrong("published_at", f"{shown(typed)} n’est pas une date. Exemple : 2021-02-01T10:30:00+01:00")
            return self.known.at
        if instant > self.known.at:
            self.reading.late += 1
            return self.known.at
        return instant
