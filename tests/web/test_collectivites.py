"""Searching the register on the site, and the page of a collectivité."""

import pytest
from flask import Flask
from sqlalchemy import update

from consult.ground.clock import paris
from consult.ground.database import transaction
from consult.register.file import SOURCE
from consult.register.model import Collectivite
from tests.support.page import PageClient
from tests.support.statements import count_statements
from tests.support.world import CAUVALDOR, CORSE, LOT, OCCITANIE, ROCAMADOUR, SAINT_ETIENNE

LYON_METROPOLE = "200046977"


def test_before_a_search_the_page_says_what_the_register_holds(client: PageClient) -> None:
    page = client.get("/collectivites")
    assert "Communes 34 875" in page.main
    assert "Collectivités à statut particulier 6" in page.main


def test_the_page_says_where_the_register_comes_from(client: PageClient) -> None:
    for address in ("/collectivites", "/collectivites?q=rocamadour", f"/collectivites/{ROCAMADOUR}"):
        page = client.get(address)
        assert f"millésime {SOURCE.vintage}" in page.main
        assert SOURCE.licence in page.links()
        assert "INSEE" in page.main


def test_a_search_lists_what_it_found_with_the_departement(client: PageClient) -> None:
    page = client.get("/collectivites?q=saint+etienne")
    assert "69 résultats pour « saint etienne »" in page.main
    assert page.links()["Saint-Étienne (Loire)"] == f"/collectivites/{SAINT_ETIENNE}"
    assert list(page.links()).index("Saint-Étienne (Loire)") < list(page.links()).index("Saint-Étienne Métropole (Loire)")
    assert page.soup.find("input", attrs={"name": "q"})["value"] == "saint etienne"  # type: ignore[index]


def test_the_pages_of_a_search_follow_one_another(client: PageClient) -> None:
    second = client.get("/collectivites?q=saint+etienne&page=2")
    assert "21 à 40 sur 69 résultats" in second.main
    assert second.links()["Page suivante"] == "/collectivites?q=saint+etienne&page=3"
    assert "Saint-Étienne (Loire)" not in second.links()


def test_a_search_too_wide_says_so(client: PageClient) -> None:
    page = client.get("/collectivites?q=saint")
    assert "1 000 résultats ou plus" in page.main
    assert "Ajoutez un mot" in page.main


def test_a_search_that_finds_nobody_says_what_to_do(client: PageClient) -> None:
    page = client.get("/collectivites?q=zzzz")
    assert "Aucune collectivité ne correspond à « zzzz »" in page.main
    assert "code postal" in page.main


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("'\"><img src=x>", "'\"><img src=x>"),
        ("{{ 7*7 }}", "{{ 7*7 }}"),
        ("a" * 5_000, "a" * 120),
        ("lo\x00t", "lot"),
        ("\u202elot", "lot"),
    ],
)
def test_what_is_typed_comes_back_harmless(client: PageClient, typed: str, shown: str) -> None:
    page = client.get("/collectivites", query_string={"q": typed})
    assert page.soup.find("input", attrs={"name": "q"})["value"] == shown  # type: ignore[index]


def test_a_suggestion_that_was_picked_leads_to_its_page(client: PageClient) -> None:
    page = client.get(f"/collectivites?q=Rocamadour+(Lot)&siren={ROCAMADOUR}", status=302)
    assert page.response.headers["Location"] == f"/collectivites/{ROCAMADOUR}"


@pytest.mark.parametrize("siren", ["999999999", "//exemple.invalid", "", "x"])
def test_a_siren_that_nobody_has_leads_nowhere(client: PageClient, siren: str) -> None:
    assert client.get("/collectivites", query_string={"q": "rocamadour", "siren": siren}).h1 == "Chercher une collectivité"


def test_suggestions_are_the_ten_likeliest(client: PageClient) -> None:
    answer = client.http.get("/collectivites/suggestions?q=roca")
    assert answer.json == [{"siren": ROCAMADOUR, "name": "Rocamadour (Lot)", "what": "commune, 597\u00a0habitants"}]
    assert "Link" not in answer.headers
    answer = client.http.get("/collectivites/suggestions?q=saint")
    assert len(answer.json or []) == 10
    assert answer.headers["Link"] == '</collectivites?q=saint>; rel="next"', "there are more"
    assert client.http.get("/collectivites/suggestions").json == []


def test_suggestions_may_be_kept_a_while_and_only_by_who_asked(client: PageClient) -> None:
    answer = client.http.get("/collectivites/suggestions?q=roca")
    assert answer.headers["Cache-Control"] == "private, max-age=600"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("siren", "said"),
    [
        (ROCAMADOUR, ["Rocamadour (Lot)", "commune", "Occitanie", "597 habitants", "de 500 à 1 999", "46240", "214 602 401"]),
        (
            SAINT_ETIENNE,
            ["Saint-Étienne (Loire)", "100 000 habitants et plus", "42000, 42100, 42230", "Saint-Étienne Métropole"],
        ),
        (CAUVALDOR, ["communauté de communes", "Communes membres 7"]),
        (LOT, ["Département du Lot", "département", "Occitanie"]),
        (OCCITANIE, ["Région Occitanie", "région"]),
        (CORSE, ["collectivité à statut particulier", "Départements Corse-du-Sud et Haute-Corse"]),
        (LYON_METROPOLE, ["Métropole de Lyon (Rhône)", "Communes membres 58"]),
    ],
)
def test_the_page_of_a_collectivite_says_who_it_is(client: PageClient, siren: str, said: list[str]) -> None:
    page = client.get(f"/collectivites/{siren}")
    for words in said:
        assert words in page.main


def test_a_commune_leads_to_its_epci(client: PageClient) -> None:
    page = client.get(f"/collectivites/{ROCAMADOUR}")
    assert f"/collectivites/{CAUVALDOR}" in page.links().values()
    assert "Intercommunalité aucune" in client.get("/collectivites/212901557").main, "Ouessant"


@pytest.mark.parametrize("siren", ["999999999", "214602402", "suggestion", "21460240", "%00", "2146024011"])
def test_who_is_unknown_is_a_page_that_does_not_exist(client: PageClient, siren: str) -> None:
    client.get(f"/collectivites/{siren}", status=404)


def test_who_has_ended_stays_readable(app: Flask, client: PageClient) -> None:
    def mark(*, is_current: bool) -> None:
        with transaction() as session:
            ended_on = None if is_current else paris(2026, 1, 1, 12).date()
            row = update(Collectivite).where(Collectivite.siren == ROCAMADOUR)
            session.execute(row.values(is_current=is_current, ended_on=ended_on))

    mark(is_current=False)
    try:
        page = client.get(f"/collectivites/{ROCAMADOUR}")
    finally:
        mark(is_current=True)
    assert "depuis le 1er janvier 2026" in page.main


@pytest.mark.parametrize(
    ("address", "most"),
    [
        ("/collectivites", 4),
        ("/collectivites?q=saint", 7),
        (f"/collectivites/{ROCAMADOUR}", 5),
        ("/collectivites/suggestions?q=saint", 3),
    ],
)
def test_a_page_costs_a_few_statements(client: PageClient, address: str, most: int) -> None:
    with count_statements() as sent:
        client.http.get(address)
    assert len(sent) <= most, sent
