"""The figures of a service in pages: the chart and its table, how far it is, and what is typed wrong."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from consult.ground.actor import OPERATOR, Actor
from consult.ground.database import reading
from consult.services.indicators import correct_measure, end_indicator, give_measure, set_indicator
from consult.services.model import Indicator, Measure, Service
from tests.support.figures import INDICATOR
from tests.support.money import AT, DAY, bear, service_of
from tests.support.naughty import HOSTILE
from tests.support.page import Page, PageClient
from tests.support.statements import count_statements
from tests.support.world import GRAMAT, ROCAMADOUR, World

PUBLIC, DESK = "/2021/services/1/indicateurs", "/2021/services/1/gestion/indicateurs"
LATER = AT + timedelta(days=60)
DRAFT = replace(INDICATOR, baseline=Decimal(20), baseline_on=date(2021, 1, 1), target_on=date(2022, 1, 1))
TYPED = {
    "name": "Délai de réponse",
    "definition": "Du dépôt à la réponse.",
    "unit": "jours",
    "baseline": "20",
    "baseline_on": "2021-01-01",
    "target": "5",
    "target_on": "2022-01-01",
}


@pytest.fixture
def service(world: World, hold: Any) -> Service:
    hold(LATER)
    return service_of(world.edition())


@pytest.fixture
def bearer(world: World, service: Service) -> Actor:
    bear(service, ROCAMADOUR)
    return world.person(ROCAMADOUR)


@pytest.fixture
def team(client: PageClient, bearer: Actor) -> PageClient:
    return PageClient(client.app).sign_in(bearer)


def measured(service: Service, *values: str) -> Indicator:
    """An indicator of the service, measured every ten days from its birth."""
    one = set_indicator(OPERATOR, service.id, DRAFT, at=AT)
    for rank, value in enumerate(values):
        give_measure(OPERATOR, one.id, day=DAY + timedelta(days=10 * rank), value=Decimal(value), at=LATER)
    return one


def rows(page: Page) -> list[list[str]]:
    """The measures of the page's table."""
    return [
        [" ".join(cell.get_text(" ").split()) for cell in row.find_all(["th", "td"])] for row in page.soup.select("tbody tr")
    ]


def test_no_indicator_yet(client: PageClient, service: Service) -> None:
    assert "Aucun indicateur pour l’instant" in client.get(PUBLIC).main


def test_the_way_the_chart_and_its_table(client: PageClient, service: Service) -> None:
    measured(service, "16", "12.5")
    page = client.get(PUBLIC)
    assert "Départ 20 jours, le 1er janvier 2021" in page.main
    assert "Dernière mesure 12,5 jours, le 12 juin 2021" in page.main
    assert "Cible 5 jours, le 1er janvier 2022" in page.main
    assert "50 % du chemin vers la cible" in page.main
    assert len(page.soup.select(".curve-point")) == 3
    assert page.soup.select_one(".curve path.curve-target")
    assert rows(page) == [["12 juin 2021", "12,5", ""], ["2 juin 2021", "16", ""], ["1er janvier 2021", "20", "Départ"]]


@pytest.mark.parametrize(
    ("value", "said"),
    [("4", "La cible est atteinte."), ("5", "La cible est atteinte."), ("21", "s’éloigne"), ("20", "0 % du chemin")],
)
def test_how_far_it_is_said(client: PageClient, service: Service, value: str, said: str) -> None:
    measured(service, value)
    assert said in client.get(PUBLIC).main


def test_there_is_no_chart_without_two_points(client: PageClient, service: Service) -> None:
    one = set_indicator(OPERATOR, service.id, INDICATOR, at=AT)
    assert "Aucune pour l’instant" in client.get(PUBLIC).main
    give_measure(OPERATOR, one.id, day=DAY, value=Decimal(3), at=AT)
    assert client.get(PUBLIC).soup.select_one(".curve") is None
    give_measure(OPERATOR, one.id, day=DAY + timedelta(days=1), value=Decimal(3), at=LATER)
    assert client.get(PUBLIC).soup.select_one(".curve")


def test_the_service_s_page_says_each_in_a_line(client: PageClient, service: Service) -> None:
    assert "Les indicateurs" not in client.get("/2021/services/1").main
    measured(service, "16", "12.5")
    page = client.get("/2021/services/1")
    assert "Délai de réponse : 12,5 jours le 12 juin 2021 ; cible : 5 jours" in page.main
    assert page.links()["Les courbes et toutes les mesures"] == PUBLIC


def test_what_was_corrected_stays_struck(client: PageClient, service: Service, bearer: Actor) -> None:
    one = measured(service)
    wrong = give_measure(bearer, one.id, day=DAY, value=Decimal(160), note="Estimé", at=AT)
    correct_measure(bearer, wrong.id, value=Decimal(16), reason="Un zéro de trop.", at=LATER)
    page = client.get(PUBLIC)
    assert rows(page)[:2] == [["2 juin 2021", "16", ""], ["2 juin 2021", "160", "Estimé corrigée le 1er août 2021"]]
    assert [tag.get_text() for tag in page.soup.find_all("del")] == ["160"]
    journal = client.get("/2021/journal").main
    assert "Mesure corrigée : « Délai de réponse » le 2 juin 2021, 160 jours devient 16 jours." in journal
    assert "Un zéro de trop." in journal


def test_an_indicator_no_longer_followed_says_so(client: PageClient, team: PageClient, service: Service) -> None:
    one = measured(service, "16")
    end_indicator(OPERATOR, one.id, reason="Il ne dit rien.", at=LATER)
    assert "n’est plus suivi" in client.get(PUBLIC).main
    desk = team.get(f"{DESK}/{one.id}")
    assert "Donner une mesure" not in desk.main
    refused = team.post(f"{DESK}/{one.id}", {"day": "2021-07-01", "value": "3"}, 409)
    assert "Cet indicateur n’est plus suivi" in refused.main
    assert refused.form()["value"] == "3"


def test_the_service_s_team_follows_measures_corrects_and_ends(team: PageClient, client: PageClient, service: Service) -> None:
    page = team.follow(team.post(DESK, TYPED, 303))
    assert "Indicateur suivi : Délai de réponse" in page.main
    one = f"{DESK}/{reading().query(Indicator).one().id}"
    done = team.follow(team.post(one, {"day": "01/07/2021", "value": "1 250,5", "note": "Compté"}, 303))
    assert "Mesure publiée : 1 250,5 jours le 1er juillet 2021." in done.main
    wrong = reading().query(Measure).one().id
    assert "Valeur donnée 1 250,5 jours" in team.get(f"{one}/mesures/{wrong}").main
    team.post(f"{one}/mesures/{wrong}", {"value": "12,5", "reason": ""}, 422)
    corrected = team.follow(team.post(f"{one}/mesures/{wrong}", {"value": "12,5", "reason": "Une erreur."}, 303))
    assert "Mesure corrigée. La première reste lisible, barrée." in corrected.main
    assert "entre-temps" in team.post(f"{one}/mesures/{wrong}", {"value": "13", "reason": "Une erreur."}, 409).main
    form = team.get(f"{one}/modifier").form()
    assert (form["baseline"], form["target"], form["baseline_on"]) == ("20", "5", "2021-01-01")
    team.follow(team.post(f"{one}/modifier", form | {"target": "8", "reason": "Trop ambitieux."}, 303))
    assert "Cible : 5 devient 8." in client.get("/2021/journal").main
    team.follow(team.post(f"{one}/fin", {"reason": "Il ne dit plus rien."}, 303))
    assert "Indicateur qui n’est plus suivi : « Délai de réponse »." in client.get("/2021/journal").main


@pytest.mark.parametrize(
    ("typed", "status", "field", "said"),
    [
        pytest.param({"name": ""}, 422, "name", "Donnez un nom", id="no name"),
        pytest.param({"definition": " "}, 422, "definition", "Dites ce qui est compté", id="no definition"),
        pytest.param({"target": "beaucoup"}, 422, "target", "Écrivez un nombre", id="words"),
        pytest.param({"baseline": "1e5"}, 422, "baseline", "Écrivez un nombre", id="scientific"),
        pytest.param({"baseline": "1,23456"}, 422, "baseline", "quatre décimales", id="too fine"),
        pytest.param({"baseline_on": "30/02/2021"}, 422, "baseline_on", "Cette date n’existe pas", id="30 February"),
        pytest.param({"baseline_on": "1/1"}, 422, "baseline_on", "n’est pas complète", id="no year"),
        pytest.param({"baseline_on": ""}, 422, "baseline_on", "de quel jour", id="a beginning without its day"),
        pytest.param({"target": ""}, 422, "target", "Donnez la valeur", id="a day without its target"),
        pytest.param({"baseline_on": "2021-12-31"}, 409, "baseline_on", "n’est pas encore venue", id="it begins later"),
        pytest.param({"target_on": "2021-01-01"}, 409, "target_on", "La cible vient après", id="a target too early"),
        pytest.param({"unit": "x" * 41}, 422, "unit", "c’est 1 de trop", id="too long a unit"),
    ],
)
def test_an_indicator_typed_wrong(team: PageClient, typed: dict[str, str], status: int, field: str, said: str) -> None:
    page = team.post(DESK, TYPED | typed, status)
    error = page.soup.find(id=f"{field}-erreur")
    assert error is not None, page.main
    assert said in " ".join(error.get_text().split())
    assert page.form()["name"] == (TYPED | typed)["name"]
    assert reading().query(Indicator).count() == 0


@pytest.mark.parametrize(
    ("typed", "status", "field", "said"),
    [
        pytest.param({"value": ""}, 422, "value", "Donnez une valeur", id="no value"),
        pytest.param({"value": "NaN"}, 422, "value", "Écrivez un nombre", id="not a number"),
        pytest.param({"value": "douze"}, 422, "value", "Écrivez un nombre", id="in letters"),
        pytest.param({"value": "1.250,5"}, 422, "value", "Écrivez un nombre", id="a point between thousands"),
        pytest.param({"value": "1000000000000"}, 422, "value", "trop grand", id="too large"),
        pytest.param({"day": ""}, 422, "day", "Donnez une date", id="no day"),
        pytest.param({"day": "2021-02-30"}, 422, "day", "Cette date n’existe pas", id="30 February"),
        pytest.param({"day": "2021-06-01"}, 409, "day", "précède la naissance", id="before its birth"),
        pytest.param({"day": "2021-08-02"}, 409, "day", "n’est pas encore venue", id="tomorrow"),
        pytest.param({"day": "2021-06-02"}, 409, "day", "Ce jour a déjà sa mesure", id="a day that has one"),
    ],
)
def test_a_measure_typed_wrong(
    team: PageClient, service: Service, typed: dict[str, str], status: int, field: str, said: str
) -> None:
    one = measured(service, "16")
    asked = {"day": "2021-07-01", "value": "12,5", "note": "Compté"} | typed
    page = team.post(f"{DESK}/{one.id}", asked, status)
    error = page.soup.find(id=f"{field}-erreur")
    assert error is not None, page.main
    assert said in " ".join(error.get_text().split())
    assert (page.form()["value"], page.form()["note"]) == (asked["value"], "Compté")
    assert reading().query(Measure).count() == 1


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("12,5", "12.5"),
        ("12.5", "12.5"),
        ("1 250", "1250"),
        ("1\u202f250,25", "1250.25"),
        ("-3", "-3"),
        ("− 3", "-3"),
        ("80 %", "80"),
        ("0", "0"),
        ("999 999 999 999,9999", "999999999999.9999"),
    ],
)
def test_numbers_are_typed_the_french_way(team: PageClient, service: Service, typed: str, value: str) -> None:
    one = measured(service)
    team.post(f"{DESK}/{one.id}", {"day": "2021-07-01", "value": typed}, 303)
    assert reading().query(Measure).one().value == Decimal(value)
    team.get(f"{DESK}/{one.id}")


def test_who_may_not_write_is_told_so(client: PageClient, world: World, team: PageClient, service: Service) -> None:
    one = measured(service, "16")
    wrong = reading().query(Measure).one().id
    addresses = [DESK, *(f"{DESK}/{one.id}{rest}" for rest in ("", "/modifier", "/fin", f"/mesures/{wrong}"))]
    stranger = PageClient(client.app).sign_in(world.person(GRAMAT))
    for address in addresses:
        client.get(address, 401)
        stranger.get(address, 403)
        stranger.post(address, TYPED, 403)
        team.get(address)
    for address in (f"{DESK}/999999", f"{DESK}/{one.id}/mesures/999999", "/2021/services/9/indicateurs"):
        team.get(address, 404)


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_words_come_back_as_words(team: PageClient, typed: str) -> None:
    token = {"csrf_token": team.csrf_token()}
    asked = TYPED | token | {"name": typed, "definition": typed, "unit": typed[:40]}
    assert team.http.post(DESK, data=asked).status_code in (303, 422)
    for address in (PUBLIC, DESK):
        assert team.http.get(address).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_however_many_the_statements_are_the_same(client: PageClient, team: PageClient, service: Service, count: int) -> None:
    for _ in range(count):
        measured(service, *["3"] * count)
    for who, address, statements in ((client, PUBLIC, 3), (team, DESK, 5)):
        with count_statements() as sent:
            who.get(address)
        assert len(sent) == statements, (address, sent)
