"""Kinds, strata, names, and what a search is understood to mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.ground.actor import OPERATOR, VISITOR, Actor, Role
from consult.ground.refusals import Reason
from consult.register.rules import (
    Category,
    Kind,
    Search,
    Stratum,
    bare_key,
    full_name,
    is_siren,
    kind_label,
    may_succeed,
    parse,
    search_key,
    stratum,
    words_of,
)


@pytest.mark.parametrize(
    ("population", "expected"),
    [
        (0, Stratum.LT500),
        (499, Stratum.LT500),
        (500, Stratum.LT2000),
        (1_999, Stratum.LT2000),
        (2_000, Stratum.LT3500),
        (3_499, Stratum.LT3500),
        (3_500, Stratum.LT10000),
        (9_999, Stratum.LT10000),
        (10_000, Stratum.LT50000),
        (49_999, Stratum.LT50000),
        (50_000, Stratum.LT100000),
        (99_999, Stratum.LT100000),
        (100_000, Stratum.GE100000),
        (2_103_778, Stratum.GE100000),
    ],
)
def test_a_bound_belongs_to_the_stratum_above(population: int, expected: Stratum) -> None:
    assert stratum(population) is expected


@given(st.integers(0, 10**8), st.integers(0, 10**8))
def test_strata_follow_populations(one: int, other: int) -> None:
    order = list(Stratum)
    assert one > other or order.index(stratum(one)) <= order.index(stratum(other))


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("217500016", True),
        ("200046977", True),
        ("217500017", False),
        ("21750001", False),
        ("2175000160", False),
        ("21750001A", False),
        ("²17500016", False),
        ("", False),
    ],
)
def test_a_siren_is_nine_digits_with_a_right_key(text: str, *, is_one: bool) -> None:
    assert is_siren(text) is is_one


@given(st.from_regex(r"[0-9]{9}", fullmatch=True), st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_digit_is_always_seen(siren: str, place: int, shift: int) -> None:
    other = siren[:place] + str((int(siren[place]) + shift) % 10) + siren[place + 1 :]
    assert not (is_siren(siren) and is_siren(other))


@pytest.mark.parametrize(
    ("name", "kind", "departement", "expected"),
    [
        ("Rocamadour", Kind.COMMUNE, "Lot", "Rocamadour (Lot)"),
        ("Mayenne", Kind.COMMUNE, "Mayenne", "Mayenne (Mayenne)"),
        ("Paris", Kind.COMMUNE, "Paris", "Paris"),
        ("Saint-Just-sur-Loire", Kind.COMMUNE, "Loire", "Saint-Just-sur-Loire (Loire)"),
        ("Creuse Confluence", Kind.EPCI, "Creuse", "Creuse Confluence (Creuse)"),
        ("Département du Lot", Kind.DEPARTEMENT, "Lot", "Département du Lot"),
        ("Région Occitanie", Kind.REGION, None, "Région Occitanie"),
        ("L'Haÿ-les-Roses", Kind.COMMUNE, "Val-de-Marne", "L’Haÿ-les-Roses (Val-de-Marne)"),
        ("Dijon", Kind.COMMUNE, "Côte-d'Or", "Dijon (Côte-d’Or)"),
        ("Métropole de Lyon", Kind.SPECIAL_STATUS, "Rhône", "Métropole de Lyon (Rhône)"),
        (
            "Collectivité territoriale de Martinique",
            Kind.SPECIAL_STATUS,
            "Martinique",
            "Collectivité territoriale de Martinique",
        ),
    ],
)
def test_a_name_says_its_departement_once(name: str, kind: Kind, departement: str | None, expected: str) -> None:
    assert full_name(name, kind, departement) == expected


def test_every_kind_category_and_stratum_has_its_words() -> None:
    labels = [member.label for enum in (Kind, Category, Stratum) for member in enum]
    assert len(set(labels)) == len(labels)
    assert all(label and "'" not in label for label in labels)
    assert kind_label(Kind.EPCI, Category.CC) == "communauté de communes"
    assert kind_label(Kind.COMMUNE, None) == "commune"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("L'Haÿ-les-Roses", "l hay les roses"),
        ("L’Haÿ–les–Roses", "l hay les roses"),
        ("Œuf-en-Ternois", "oeuf en ternois"),
        ("St-Étienne", "saint etienne"),
        ("STE  COLOMBE", "sainte colombe"),
        ("Stains", "stains"),
        ("Plœuc-L'Hermitage", "ploeuc l hermitage"),
        ("  ", ""),
    ],
)
def test_names_and_queries_meet(text: str, key: str) -> None:
    assert search_key(text) == key


@given(st.text())
def test_a_key_is_its_own_key(text: str) -> None:
    key = search_key(text)
    assert search_key(key) == key
    assert key == key.strip()
    assert set(key) <= set("abcdefghijklmnopqrstuvwxyz0123456789 ")


@pytest.mark.parametrize(
    ("key", "bare"),
    [
        ("communaute de communes du quercy blanc", "quercy blanc"),
        ("communaute d agglomeration de la rochelle", "rochelle"),
        ("communaute de communes la septaine", "septaine"),
        ("metropole de lyon", "lyon"),
        ("eurometropole de strasbourg", "strasbourg"),
        ("departement de l ain", "ain"),
        ("region ile de france", "ile de france"),
        ("collectivite europeenne d alsace", "alsace"),
        ("collectivite de corse", "corse"),
        ("le havre", "havre"),
        ("l hay les roses", "hay les roses"),
        ("lyon", "lyon"),
        ("y", "y"),
        ("les", "les"),
        ("region", "region"),
    ],
)
def test_the_bare_name_has_no_legal_form_and_no_article(key: str, bare: str) -> None:
    assert bare_key(key) == bare


def test_a_collectivite_is_found_by_its_name_its_codes_its_form_and_its_departement() -> None:
    keys = ("grand figeac", "lot", "46", "")
    words = words_of(keys, Kind.EPCI, Category.CC)
    assert set(words) >= {"grand", "figeac", "lot", "46", "cc", "epci"}


def test_a_word_that_begins_another_is_left_out() -> None:
    assert words_of(["sainte saint 46240 46 rocamadour"], Kind.COMMUNE, None) == ["46240", "rocamadour", "sainte"]


@pytest.mark.parametrize(
    ("typed", "phrase", "words"),
    [
        pytest.param("St-Étienne", "saint etienne", ["saint", "etienne"], id="folded"),
        pytest.param("01001", "01001", ["01001"], id="a code"),
        pytest.param("75 001", "75001", ["75001"], id="a code in two parts"),
        pytest.param("mairie", "mairie", ["mairie"], id="mairie alone"),
        pytest.param("cc", "cc", ["cc"], id="an abbreviation alone"),
        pytest.param("la rochelle", "la rochelle", ["la", "rochelle"], id="an article"),
        pytest.param("le val de la lieue", "le val de la lieue", ["le", "val", "la", "lieue"], id="small words between others"),
        pytest.param("saint jean de", "saint jean de", ["saint", "jean", "de"], id="unfinished"),
        pytest.param("de", "de", ["de"], id="a small word alone"),
        pytest.param("la la la", "la la la", ["la"], id="a word said again"),
    ],
)
def test_what_was_typed_is_understood(typed: str, phrase: str, words: list[str]) -> None:
    assert parse(typed) == Search((phrase,), (phrase,), tuple(words))


@pytest.mark.parametrize(
    ("typed", "siren"),
    [
        ("217 500 016", "217500016"),
        ("217500", "217500"),
        ("21750001600019", "217500016"),
        ("2175000160", "217500016"),
        ("21750", ""),
    ],
)
def test_digits_from_six_on_are_a_siren_or_a_siret(typed: str, siren: str) -> None:
    asked = parse(typed)
    assert asked is not None
    assert asked.siren == siren


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("mairie de Rocamadour", "rocamadour"),
        ("Mairie du Havre", "havre"),
        ("commune des Herbiers", "herbiers"),
        ("ville de la rochelle", "la rochelle"),
        ("Ville-d'Avray", "avray"),
    ],
)
def test_some_words_say_a_commune_and_may_be_its_name(typed: str, name: str) -> None:
    asked = parse(typed)
    assert asked is not None
    assert asked.communes_only
    assert asked.phrases == asked.bare_phrases == (search_key(typed), name)


@pytest.mark.parametrize(
    ("typed", "phrase", "bare"),
    [
        ("CC Quercy", "communaute de communes quercy", "quercy"),
        ("comcom du quercy blanc", "communaute de communes du quercy blanc", "quercy blanc"),
        ("CA grand dole", "communaute d agglomeration grand dole", "grand dole"),
        ("CU d'Arras", "communaute urbaine d arras", "arras"),
        ("conseil départemental du Lot", "departement du lot", "lot"),
        ("CD 46", "departement 46", "46"),
        ("conseil régional Occitanie", "region occitanie", "occitanie"),
        ("métropole de Lyon", "metropole de lyon", "lyon"),
    ],
)
def test_legal_forms_are_spelled_out_and_set_apart(typed: str, phrase: str, bare: str) -> None:
    asked = parse(typed)
    assert asked is not None
    assert (asked.phrases, asked.bare_phrases) == ((phrase,), (bare,))
    assert not asked.communes_only


@pytest.mark.parametrize("typed", ["", "   ", "'", "%_", "’ — …", "北京", "\x00", "🙂"])
def test_nothing_to_search(typed: str) -> None:
    assert parse(typed) is None


@given(st.text(max_size=300))
def test_anything_typed_is_understood_or_not_searched(typed: str) -> None:
    asked = parse(typed)
    if asked is not None:
        assert asked.words
        assert all(asked.words)
        assert all(asked.phrases)
        assert len(asked.siren) <= 9


@pytest.mark.parametrize(
    ("actor", "is_ended", "is_current", "reason", "refused"),
    [
        (OPERATOR, True, True, "Arrêté.", None),
        (Actor(person_id=1, roles=frozenset({Role.ADMINISTRATOR})), True, True, "Arrêté.", None),
        (Actor(person_id=1, roles=frozenset({Role.MODERATOR})), True, True, "Arrêté.", Reason.NOT_YOUR_ROLE),
        (VISITOR, True, True, "Arrêté.", Reason.NOT_YOUR_ROLE),
        (OPERATOR, False, True, "Arrêté.", Reason.STILL_IN_REGISTER),
        (OPERATOR, True, False, "Arrêté.", Reason.NOT_IN_REGISTER),
        (OPERATOR, True, True, " \n", Reason.REASON_MISSING),
    ],
)
def test_who_may_say_who_succeeds_whom(
    actor: Actor, is_ended: bool, is_current: bool, reason: str, refused: Reason | None
) -> None:
    assert may_succeed(actor, is_ended=is_ended, is_current=is_current, reason=reason).reason is refused
