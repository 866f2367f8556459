"""Searching the real register: what a secretary of mairie types, and what comes first."""

import random
from collections.abc import Collection, Iterator
from functools import cache

import pytest
from flask import Flask

from consult.register import file, queries, search
from consult.register.file import SHIPPED, Row
from consult.register.rules import Kind, Search, bare_key, parse, search_key, words_of
from tests.support.statements import count_statements


def found(typed: str, limit: int = 10, kinds: Collection[Kind] | None = None) -> list[str]:
    """The full names that a search gives."""
    return [line.full_name for line in queries.search(typed, limit=limit, kinds=kinds)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        # as the issue gives them
        ("saint etienne", "Saint-Étienne (Loire)"),
        ("oeuf", "Œuf-en-Ternois (Pas-de-Calais)"),
        ("l hay les roses", "L’Haÿ-les-Roses (Val-de-Marne)"),
        ("01001", "L’Abergement-Clémenciat (Ain)"),
        ("217500016", "Paris"),
        # accents, ligatures, apostrophes, hyphens, capitals
        ("Saint-Étienne", "Saint-Étienne (Loire)"),
        ("ST ETIENNE", "Saint-Étienne (Loire)"),
        ("st-étienne", "Saint-Étienne (Loire)"),
        ("Œuf en ternois", "Œuf-en-Ternois (Pas-de-Calais)"),
        ("L’Haÿ–les–Roses", "L’Haÿ-les-Roses (Val-de-Marne)"),
        ("hay les roses", "L’Haÿ-les-Roses (Val-de-Marne)"),
        ("vandoeuvre", "Vandœuvre-lès-Nancy (Meurthe-et-Moselle)"),
        ("plœuc", "Plœuc-L’Hermitage (Côtes-d’Armor)"),
        ("aÿ champagne", "Aÿ-Champagne (Marne)"),
        ("crevecoeur le grand", "Crèvecœur-le-Grand (Oise)"),
        ("schoelcher", "Schœlcher (Martinique)"),
        ("ile d yeu", "L’Île-d’Yeu (Vendée)"),
        ("escueillens et saint just", "Escueillens-et-Saint-Just-de-Bélengard (Aude)"),
        # the shortest names
        ("y", "Y (Somme)"),
        ("oo", "Oô (Haute-Garonne)"),
        ("bu", "Bû (Eure-et-Loir)"),
        ("eu", "Eu (Seine-Maritime)"),
        # the exact name before more populous ones that begin with it
        ("lyon", "Lyon (Rhône)"),
        ("toulouse", "Toulouse (Haute-Garonne)"),
        ("vienne", "Vienne (Isère)"),
        ("paris", "Paris"),
        ("saint denis", "Saint-Denis (La Réunion)"),
        ("la rochelle", "La Rochelle (Charente-Maritime)"),
        ("havre", "Le Havre (Seine-Maritime)"),
        # with where, with the words around it
        ("st aubin calvados", "Saint-Aubin-sur-Mer (Calvados)"),
        ("sainte colombe 05", "Sainte-Colombe (Hautes-Alpes)"),
        ("sainte colombe hautes alpes", "Sainte-Colombe (Hautes-Alpes)"),
        ("rocamadour 46", "Rocamadour (Lot)"),
        ("lot rocamadour", "Rocamadour (Lot)"),
        ("46500 rocamadour", "Rocamadour (Lot)"),
        ("mairie de rocamadour", "Rocamadour (Lot)"),
        ("commune de Saint-Étienne", "Saint-Étienne (Loire)"),
        ("ville de lyon", "Lyon (Rhône)"),
        ("ville d avray", "Ville-d’Avray (Hauts-de-Seine)"),
        ("mairie du havre", "Le Havre (Seine-Maritime)"),
        ("la ville aux clercs", "La Ville-aux-Clercs (Loir-et-Cher)"),
        ("ville aux clercs", "La Ville-aux-Clercs (Loir-et-Cher)"),
        ("mont st michel", "Le Mont-Saint-Michel (Manche)"),
        # codes
        ("2a004", "Ajaccio (Corse-du-Sud)"),
        ("75056", "Paris"),
        ("75 011", "Paris"),
        ("46500", "Gramat (Lot)"),
        ("46", "Département du Lot"),
        ("69m", "Métropole de Lyon (Rhône)"),
        ("217 500 016", "Paris"),
        ("217\u00a0500\u202f016", "Paris"),
        ("21750001600019", "Paris"),
        # other kinds
        ("communaute de communes des baronnies", "Communauté de communes des Baronnies en Drôme Provençale (Drôme)"),
        ("cc baronnies", "Communauté de communes des Baronnies en Drôme Provençale (Drôme)"),
        ("cc quercy blanc", "Communauté de communes du Quercy Blanc (Lot)"),
        ("communaute de communes du faucigny", "Communauté de communes Faucigny - Glières (Haute-Savoie)"),
        ("ca grand dole", "Communauté d’agglomération du Grand Dole (Jura)"),
        ("cu arras", "Communauté urbaine d’Arras (Pas-de-Calais)"),
        ("metropole de lyon", "Métropole de Lyon (Rhône)"),
        ("nantes metropole", "Nantes Métropole (Loire-Atlantique)"),
        ("grand paris", "Métropole du Grand Paris (Paris)"),
        ("lot", "Département du Lot"),
        ("departement du lot", "Département du Lot"),
        ("conseil départemental du lot", "Département du Lot"),
        ("cd 46", "Département du Lot"),
        ("seine et marne", "Département de Seine-et-Marne"),
        ("haute garonne", "Département de la Haute-Garonne"),
        ("region bretagne", "Région Bretagne"),
        ("conseil régional d'Occitanie", "Région Occitanie"),
        ("ile de france", "Région Île-de-France"),
        ("corse", "Collectivité de Corse (Corse-du-Sud et Haute-Corse)"),
        ("alsace", "Collectivité européenne d’Alsace (Bas-Rhin et Haut-Rhin)"),
        ("martinique", "Collectivité territoriale de Martinique"),
        ("guyane", "Collectivité territoriale de Guyane"),
        ("mayotte", "Département de Mayotte"),
    ],
)
def test_what_comes_first(app: Flask, typed: str, first: str) -> None:
    assert found(typed)[0] == first


def test_the_exact_name_is_followed_by_what_begins_with_it_from_the_most_populous(app: Flask) -> None:
    assert found("saint etienne", limit=4) == [
        "Saint-Étienne (Loire)",
        "Saint-Étienne Métropole (Loire)",
        "Saint-Étienne-du-Rouvray (Seine-Maritime)",
        "Saint-Étienne-de-Montluc (Loire-Atlantique)",
    ]


def test_homonyms_are_told_apart_by_their_departement(app: Flask) -> None:
    homonyms = [name for name in found("sainte colombe", limit=30) if name.startswith("Sainte-Colombe (")]
    assert len(homonyms) == len(set(homonyms)) == 12


def test_a_word_half_typed_is_enough(app: Flask) -> None:
    assert found("roca")[0] == "Rocamadour (Lot)"
    assert "Rocamadour (Lot)" in found("roc lot")
    assert found("saint l")[0] == "Saint-Louis (La Réunion)"


def test_a_siren_half_typed_lists_those_that_begin_so(app: Flask) -> None:
    found = queries.search("2146024")
    assert found
    assert all(line.siren.startswith("2146024") for line in found)


def test_words_that_nobody_has_find_nobody(app: Flask) -> None:
    assert found("zzzz") == found("saint zzzz") == found("999999999") == found("00000") == []


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "'; DROP TABLE collectivite; --",
        "%",
        "_____",
        "\\",
        "\x00",
        "<script>alert(1)</script>",
        "１２３",
        "ﬁ",
        "\u202eabc",
        "🙂 saint",
        "a" * 10_000,
        "a " * 5_000,
        "0" * 10_000,
        "undefined",
        "NULL",
        "~",
        "saint~",
    ],
)
def test_nothing_typed_breaks_the_search(app: Flask, typed: str) -> None:
    assert len(queries.search(typed)) <= search.SUGGESTIONS
    queries.find(typed, 2)


def test_only_the_kinds_asked_for(app: Flask) -> None:
    assert found("lyon", kinds={Kind.EPCI, Kind.SPECIAL_STATUS})[0] == "Métropole de Lyon (Rhône)"
    assert found("bretagne", kinds=[Kind.REGION]) == ["Région Bretagne"]
    assert found("saint", kinds=[Kind.DEPARTEMENT]) == ["Département de la Seine-Saint-Denis"]
    assert found("217500016", kinds=[Kind.REGION]) == []
    communes = queries.search("s", kinds=[Kind.COMMUNE])
    assert len(communes) == search.SUGGESTIONS
    assert {line.kind for line in communes} == {Kind.COMMUNE}


# ── The same list, worked out by reading everyone ───────────────────────────────────────────────────────────────────────


@cache
def everyone() -> list[tuple[Row, str, str, str]]:
    """Each row of the register with its key, its bare key and its words, from the most to the least populous."""
    rows = sorted(file.read(SHIPPED).rows, key=lambda row: (-row.population, row.siren))
    keyed = ((row, search_key(row.name)) for row in rows)
    return [(row, key, bare_key(key), _words(row, key)) for row, key in keyed]


def _words(row: Row, key: str) -> str:
    where = f"{row.insee} {row.departement} {row.postal_codes}".lower()
    return " " + " ".join(words_of((key, search_key(row.departement_name), where), row.kind, row.category))


def by_reading_everyone(asked: Search) -> Iterator[str]:
    """What the search must give, and in which order."""

    def level(key: str, bare: str) -> int:
        firsts = {" ".join(phrase.split()[:end]) for phrase in asked.phrases for end in range(1, len(phrase.split()))}
        ranks = (
            key in asked.phrases,
            bare in asked.bare_phrases,
            key.startswith(asked.phrases),
            bare.startswith(asked.bare_phrases),
            key in firsts,
            True,
        )
        return ranks.index(True)

    matching = [
        (level(key, bare), rank, row.siren)
        for rank, (row, key, bare, words) in enumerate(everyone())
        if all(f" {word}" in words for word in asked.words) and (not asked.communes_only or row.kind is Kind.COMMUNE)
    ]
    return (siren for _, _, siren in sorted(matching))


CHANCE = random.Random(2021)
COMMON = (
    "s",
    "sa",
    "saint",
    "le",
    "la",
    "les",
    "de",
    "d",
    "et",
    "sur",
    "en",
    "c",
    "communaute",
    "haute",
    "ville",
    "mairie de s",
)
NAMES = tuple(key for _, key, _, _ in CHANCE.sample(everyone(), 25))
TYPED = (
    *COMMON,
    *(f"{one} {other}" for one in COMMON[:8] for other in ("m", "l", "et", "loire", "vill")),
    *(name[:length] for name in NAMES for length in (1, 2, 4, 7, 12, len(name))),
)


@pytest.mark.parametrize("typed", sorted(set(TYPED)))
def test_every_way_of_searching_gives_the_same_list(app: Flask, typed: str) -> None:
    asked = parse(typed)
    assert asked is not None
    expected = list(by_reading_everyone(asked))
    assert [line.siren for line in queries.search(typed)] == expected[: search.SUGGESTIONS]


@pytest.mark.parametrize("typed", ["saint", "rocamadour", "lot", "46500", "communaute de communes d", "zzzz", "2146", "214602"])
def test_pages_follow_one_another(app: Flask, typed: str) -> None:
    expected = queries.search(typed, limit=search.MOST)
    pages = range(1, queries.find(typed).pages + 1)
    every = CHANCE.sample(pages, min(len(pages), 4)) if len(pages) > 6 else pages
    for number in every:
        page = queries.find(typed, number)
        assert (page.number, page.total) == (number, len(expected))
        assert page.items == expected[(number - 1) * page.size : number * page.size]


def test_a_page_beyond_the_last_is_empty(app: Flask) -> None:
    page = queries.find("rocamadour", 7)
    assert (list(page.items), page.total, page.number) == ([], 1, 7)


def test_the_list_ends_where_nobody_would_go(app: Flask) -> None:
    page = queries.find("saint", search.MOST // 20)
    assert page.total == search.MOST
    assert len(page.items) == 20
    assert list(queries.find("saint", page.pages + 1).items) == []


@pytest.mark.parametrize(
    ("typed", "most"),
    [
        ("rocamadour", 2),
        ("217500016", 1),
        ("saint", 3),
        ("s", 3),
        ("la le", 3),
        ("communaute de communes y", 4),
        ("", 0),
        ("zzzz", 2),
    ],
)
def test_a_search_costs_a_few_statements(app: Flask, typed: str, most: int) -> None:
    with count_statements() as sent:
        queries.search(typed)
    assert len(sent) <= most
