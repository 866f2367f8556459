"""Kinds, strata and names of collectivités: what can be said of one without asking the base."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from consult.ground.actor import Actor, Role
from consult.ground.refusals import Reason, Verdict, verdict
from consult.ground.text import fold


class Kind(StrEnum):
    """What a collectivité is, in law."""

    COMMUNE = "commune"
    EPCI = "epci"
    DEPARTEMENT = "departement"
    REGION = "region"
    SPECIAL_STATUS = "special_status"
    OTHER_GROUPING = "other_grouping"

    @property
    def label(self) -> str:
        return {
            Kind.COMMUNE: "commune",
            Kind.EPCI: "intercommunalité",
            Kind.DEPARTEMENT: "département",
            Kind.REGION: "région",
            Kind.SPECIAL_STATUS: "collectivité à statut particulier",
            Kind.OTHER_GROUPING: "autre groupement",
        }[self]

    @property
    def plural(self) -> str:
        return {
            Kind.COMMUNE: "communes",
            Kind.EPCI: "intercommunalités",
            Kind.DEPARTEMENT: "départements",
            Kind.REGION: "régions",
            Kind.SPECIAL_STATUS: "collectivités à statut particulier",
            Kind.OTHER_GROUPING: "autres groupements",
        }[self]


class Category(StrEnum):
    """The four legal forms of an EPCI à fiscalité propre."""

    CC = "cc"
    CA = "ca"
    CU = "cu"
    METROPOLE = "metropole"

    @property
    def label(self) -> str:
        return {
            Category.CC: "communauté de communes",
            Category.CA: "communauté d’agglomération",
            Category.CU: "communauté urbaine",
            Category.METROPOLE: "métropole",
        }[self]


class Stratum(StrEnum):
    """A band of population, half-open: 500 inhabitants are in « de 500 à 1 999 »."""

    LT500 = "lt500"
    LT2000 = "lt2000"
    LT3500 = "lt3500"
    LT10000 = "lt10000"
    LT50000 = "lt50000"
    LT100000 = "lt100000"
    GE100000 = "ge100000"

    @property
    def label(self) -> str:
        return {
            Stratum.LT500: "moins de 500 habitants",
            Stratum.LT2000: "de 500 à 1 999 habitants",
            Stratum.LT3500: "de 2 000 à 3 499 habitants",
            Stratum.LT10000: "de 3 500 à 9 999 habitants",
            Stratum.LT50000: "de 10 000 à 49 999 habitants",
            Stratum.LT100000: "de 50 000 à 99 999 habitants",
            Stratum.GE100000: "100 000 habitants et plus",
        }[self]


_UPPER_BOUNDS = (
    (500, Stratum.LT500),
    (2_000, Stratum.LT2000),
    (3_500, Stratum.LT3500),
    (10_000, Stratum.LT10000),
    (50_000, Stratum.LT50000),
    (100_000, Stratum.LT100000),
)


def stratum(population: int) -> Stratum:
    """The band a population falls in; a bound belongs to the band above it."""
    return next((band for bound, band in _UPPER_BOUNDS if population < bound), Stratum.GE100000)


_NINE_DIGITS = re.compile(r"[0-9]{9}")


def is_siren(text: str) -> bool:
    """Whether these are nine digits whose Luhn key is right, as every SIREN of a collectivité has."""
    return bool(_NINE_DIGITS.fullmatch(text)) and has_luhn_key(text)


def has_luhn_key(digits: str) -> bool:
    """Whether the last of these digits is the key that Luhn's rule gives for the others."""
    doubled = (int(digit) * (1 + rank % 2) for rank, digit in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def kind_label(kind: Kind, category: Category | None) -> str:
    """The most precise words for what it is: « communauté de communes » rather than « intercommunalité »."""
    return category.label if category else kind.label


def full_name(name: str, kind: Kind, departement_name: str | None) -> str:
    """The name as people read it, with its département, since 3 675 communes share theirs: « Rocamadour (Lot) ».

    What already says its département does not repeat it: a département, the collectivité of Martinique, Paris — but
    « Mayenne (Mayenne) » is a commune. The register's apostrophes are straight, those of the page typographic.
    """
    says_it = {
        Kind.DEPARTEMENT: True,
        Kind.REGION: True,
        Kind.SPECIAL_STATUS: bool(departement_name) and name.endswith(f" {departement_name}"),
    }.get(kind, name == departement_name == "Paris")
    full = name if says_it or not departement_name else f"{name} ({departement_name})"
    return full.replace("'", "’")


def may_succeed(actor: Actor, *, is_ended: bool, is_current: bool, reason: str) -> Verdict:
    """Whether one may say that a collectivité succeeds another: the latter `is_ended`, the former `is_current`.

    So no chain of successions ever comes back to where it began: each link was made towards one that existed then.
    """
    return verdict(
        (actor.has_role(Role.ADMINISTRATOR), Reason.NOT_YOUR_ROLE),
        (is_ended, Reason.STILL_IN_REGISTER),
        (is_current, Reason.NOT_IN_REGISTER),
        (bool(reason.strip()), Reason.REASON_MISSING),
    )


_ABBREVIATED = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}


def search_key(text: str) -> str:
    """Folded text in which « St » and « Ste » are spelled out: names and queries meet in this form."""
    return " ".join(_ABBREVIATED.get(word, word) for word in fold(text).split())


_FORM = re.compile(
    r"(communaute de communes|communaute d agglomeration|communaute urbaine|(euro)?metropole( europeenne)?"
    r"|departement|region|collectivite( territoriale| europeenne)?) (de la |de l |des |du |de |d )?(?=.)"
)
_ARTICLE = re.compile(r"(l|la|le|les) (?=.)")


def bare_key(key: str) -> str:
    """The search key without the legal form and the article it begins with: what many people type first.

    "communaute de communes du quercy blanc" gives "quercy blanc", "le havre" gives "havre".
    """
    for prefix in (_FORM, _ARTICLE):
        if found := prefix.match(key):
            key = key[found.end() :]
    return key


_KIND_WORDS = {
    Kind.EPCI: ("epci", "intercommunalite"),
    Kind.DEPARTEMENT: ("conseil", "departemental"),
    Kind.REGION: ("conseil", "regional"),
    Kind.SPECIAL_STATUS: ("conseil", "departement", "departemental", "region", "regional"),
}
_CATEGORY_WORDS = {
    Category.CC: ("cc", "comcom"),
    Category.CA: ("ca", "agglo", "agglomeration"),
    Category.CU: ("cu",),
    Category.METROPOLE: ("metropole",),
}


def words_of(keys: Iterable[str], kind: Kind, category: Category | None) -> list[str]:
    """Every word a collectivité can be found by, without those that begin another: a search is by beginnings.

    The keys are its name, its codes (INSEE, postal) and its département's name and code, folded; its legal form is added.
    « Commune » and « mairie » are not among them: `parse` understands them.
    """
    words = {
        *" ".join(keys).split(),
        *_KIND_WORDS.get(kind, ()),
        *(_CATEGORY_WORDS[category] if category else ()),
    }
    ordered = sorted(words)
    return [word for word, following in zip(ordered, [*ordered[1:], ""], strict=True) if not following.startswith(word)]


@dataclass(frozen=True, slots=True)
class Search:
    """What someone typed, understood."""

    phrases: tuple[str, ...]
    """How a name that is meant may begin: as typed, and without « mairie de »."""
    bare_phrases: tuple[str, ...]
    """The same for a bare name (see `bare_key`)."""
    words: tuple[str, ...]
    """Each must begin a word of the collectivité."""
    siren: str = ""
    """The first digits of a SIREN, when it is one that was typed."""
    communes_only: bool = False


_COMMUNE = re.compile(r"(?:mairie|commune|ville|village) (?:(?:de|du|des|d) )?(?=.)")
_SPELLED_OUT = (
    (re.compile(r"(cc|comcom) (?=.)"), "communaute de communes "),
    (re.compile(r"ca (?=.)"), "communaute d agglomeration "),
    (re.compile(r"cu (?=.)"), "communaute urbaine "),
    (re.compile(r"(conseil departemental|cd) (?=.)"), "departement "),
    (re.compile(r"(conseil regional|cr) (?=.)"), "region "),
)
_LINKS = {"de", "du", "des", "d"}
_LONGEST = 120
_FEWEST_DIGITS_OF_A_SIREN = 6


def parse(typed: str) -> Search | None:
    """Understand a search; None when nothing that can be searched was typed.

    Digits alone are one code, with or without spaces; from six on, a SIREN (of which a SIRET is the beginning).
    « mairie de » and « ville de » say a commune; « cc » and the like are spelled out. The small words between two others
    need not be in the name; the last word may be unfinished, so it always counts.
    """
    key = search_key(typed[:_LONGEST])
    if not key:
        return None
    digits = key.replace(" ", "")
    if digits.isdigit():
        siren = digits[:9] if len(digits) >= _FEWEST_DIGITS_OF_A_SIREN else ""
        return Search((digits,), (digits,), (digits,), siren)
    if said := _COMMUNE.match(key):
        name = key[said.end() :]
        return Search((key, name), (key, name), _telling(name), communes_only=True)
    for head, in_full in _SPELLED_OUT:
        key = head.sub(in_full, key, count=1) if head.match(key) else key
    form = _FORM.match(key)
    return Search((key,), (key[form.end() :] if form else key,), _telling(key))


def _telling(key: str) -> tuple[str, ...]:
    """The words that count, each once, the last one included whatever it is."""
    *before, last = key.split()
    return tuple(dict.fromkeys([*(word for word in before if word not in _LINKS), last]))
