"""The steering desk: what waits, and moving a date — checked, shown, confirmed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from consult.calendar import queries
from consult.calendar.actions import move_window
from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.ground.actor import OPERATOR, Role
from consult.ground.clock import paris
from consult.ground.database import reading
from tests.support.page import PageClient
from tests.support.retained import proposal
from tests.support.world import ROCAMADOUR, World, closing_of, during, window

NOW = during(Stage.VOTING)
DESK = "/pilotage/2021/calendrier"
VOTING = f"{DESK}/voting"
TYPED = {"opens_at": "2021-03-15T12:00", "closes_at": "2021-04-30T12:00", "reason": "Six heures de moins (fictif)."}


@pytest.fixture
def edition(world: World, hold) -> Edition:
    hold(NOW)
    return world.edition()


@pytest.fixture
def desk(client: PageClient, world: World, edition: Edition) -> PageClient:
    return client.sign_in(world.person(None, Role.ADMINISTRATOR))


def closes() -> object:
    reading().expire_all()
    return queries.edition("2021").calendar.window(Stage.VOTING).closes_at


def test_a_date_is_typed_shown_confirmed_and_public(desk: PageClient) -> None:
    form = desk.get(desk.get(DESK).links()["Changer les dates de l’étape « Vote pour les propositions »"])
    assert form.form()["closes_at"] == "2021-04-30T18:00"
    shown = desk.post(VOTING, form.form() | TYPED, 200)
    assert "30 avril 2021 à 18 h 00" in shown.soup.find("del").get_text().replace("\u00a0", " ")
    assert "30 avril 2021 à 12 h 00" in shown.soup.find("ins").get_text().replace("\u00a0", " ")
    assert "15 mars 2021 à 12 h 00, inchangée" in shown.main
    assert closes() == closing_of(Stage.VOTING), "nothing moves before it is confirmed"
    again = desk.post(VOTING, shown.form() | {"step": "edited"}, 200)
    assert again.form()["reason"] == TYPED["reason"]
    done = desk.follow(desk.post(VOTING, shown.form() | {"step": "confirmed"}, 303))
    assert "sont changées" in done.main
    assert closes() == paris(2021, 4, 30, 12)
    public = PageClient(desk.app).get("/2021/calendrier")
    assert "Six heures de moins (fictif)." in public.main
    assert "initialement le 30 avril 2021 à 18 h 00" in public.main


@pytest.mark.parametrize(
    ("changed", "status", "words"),
    [
        pytest.param({"closes_at": "2021-04-31T12:00"}, 422, "Cette date n’existe pas", id="31 April"),
        pytest.param({"closes_at": "demain"}, 422, "Cette date n’existe pas", id="words"),
        pytest.param({"closes_at": "30/04 12:00"}, 422, "Cette date n’existe pas", id="without a year"),
        pytest.param({"closes_at": "0021-04-30T12:00"}, 422, "Cette date n’existe pas", id="the year 21"),
        pytest.param({"opens_at": "2021-03-28T02:30"}, 422, "cette heure n’existe pas", id="the hour that does not exist"),
        pytest.param({"closes_at": "2021-10-31T02:30"}, 422, "existe deux fois", id="the hour that exists twice"),
        pytest.param({"closes_at": ""}, 422, "Donnez la date et l’heure de fermeture", id="no close"),
        pytest.param({"opens_at": ""}, 422, "Donnez la date et l’heure d’ouverture", id="no opening"),
        pytest.param({"reason": " "}, 422, "Dites pourquoi", id="no reason"),
        pytest.param({"closes_at": "2021-05-01T12:00"}, 409, "empiètent sur une autre étape", id="into the next stage"),
        pytest.param({"closes_at": "2021-03-15T12:00"}, 409, "ne se suivent pas", id="an empty window"),
        pytest.param({"closes_at": "2021-03-16T11:00"}, 409, "Ce qui a eu lieu", id="closed an hour ago"),
        pytest.param({"opens_at": "2021-03-15T13:00"}, 409, "Ce qui a eu lieu", id="an opening that has happened"),
        pytest.param({"closes_at": "2021-04-30T18:00"}, 409, "déjà celles du calendrier", id="the same dates"),
    ],
)
@pytest.mark.parametrize("step", ["", "confirmed"])
def test_what_cannot_be_is_said_in_the_form_and_nothing_is_lost(
    desk: PageClient, changed: dict[str, str], status: int, words: str, step: str
) -> None:
    page = desk.post(VOTING, TYPED | changed | {"step": step}, status)
    assert words in page.main
    assert page.form()["opens_at"] == (TYPED | changed)["opens_at"]
    assert page.form()["closes_at"] == (TYPED | changed)["closes_at"]
    assert page.form()["reason"] == (TYPED | changed)["reason"].strip()
    assert closes() == closing_of(Stage.VOTING)


def test_as_people_write_it(desk: PageClient) -> None:
    desk.post(VOTING, TYPED | {"opens_at": "15/03/2021 12:00", "closes_at": "30/04/2021 12:00", "step": "confirmed"}, 303)
    assert closes() == paris(2021, 4, 30, 12)


def test_once_proclaimed_the_vote_does_not_reopen(desk: PageClient, edition: Edition, hold) -> None:
    proposal(edition, proclaimed_at=during(Stage.INTERESTS))
    hold(during(Stage.INTERESTS))
    page = desk.post(VOTING, TYPED | {"closes_at": "2021-05-15T12:00", "step": "confirmed"}, 409)
    assert "Le résultat est proclamé" in page.main


def test_a_date_moved_meanwhile_is_judged_again(desk: PageClient, edition: Edition) -> None:
    shown = desk.post(VOTING, TYPED, 200)
    moved = replace(window(Stage.VOTING), closes_at=paris(2021, 4, 30, 12))
    move_window(OPERATOR, edition.id, moved, reason="Un collègue plus rapide", at=NOW)
    page = desk.post(VOTING, shown.form() | {"step": "confirmed"}, 409)
    assert "déjà celles du calendrier" in page.main


def test_the_last_stage_may_have_no_end(desk: PageClient) -> None:
    path = f"{DESK}/tracking"
    form = desk.get(path).form()
    assert form["closes_at"] == ""
    typed = form | {"opens_at": "2021-06-02T00:00", "reason": "Un jour de plus.", "step": "confirmed"}
    desk.post(path, typed, 303)
    assert queries.edition("2021").calendar.window(Stage.TRACKING).closes_at is None


def test_seconds_are_kept_when_the_other_date_moves(desk: PageClient, world: World) -> None:
    last = replace(window(Stage.INTERESTS), closes_at=closing_of(Stage.INTERESTS) - timedelta(seconds=1))
    windows = tuple(last if one.stage is Stage.INTERESTS else window(one.stage) for one in (window(stage) for stage in Stage))
    world.edition("2022", windows=windows)
    assert desk.get("/pilotage/2022/calendrier/interests").form()["closes_at"] == "2021-05-31T23:59:59"


def test_unknown_stages_and_editions(desk: PageClient) -> None:
    desk.get(f"{DESK}/autre", 404)
    desk.get("/pilotage/2031/calendrier", 404)


def test_dates_are_for_administrators(client: PageClient, world: World, edition: Edition) -> None:
    for actor in (world.person(ROCAMADOUR), world.person(None, Role.MODERATOR), world.person(None, Role.COMMITTEE)):
        outsider = PageClient(client.app).sign_in(actor)
        outsider.get(DESK, 403)
        outsider.get(VOTING, 403)
        outsider.post(VOTING, TYPED | {"step": "confirmed"}, 403)
    PageClient(client.app).get(VOTING, 401)
    assert closes() == closing_of(Stage.VOTING)


def test_the_front_of_the_desk(desk: PageClient, client: PageClient, world: World, edition: Edition) -> None:
    page = desk.get("/pilotage")
    assert "Étape en cours : Vote pour les propositions" in page.main
    assert "/pilotage/roles" in page.links().values()
    moderator = PageClient(client.app).sign_in(world.person(None, Role.MODERATOR)).get("/pilotage")
    assert "Changer une date" not in moderator.main
    assert "Rôles de l’équipe" not in moderator.main
    PageClient(client.app).sign_in(world.person(None, Role.OBSERVER)).get("/pilotage", 403)


def test_a_site_without_an_edition(client: PageClient, world: World) -> None:
    client.sign_in(world.person(None, Role.ADMINISTRATOR))
    assert "Aucune édition" in client.get("/pilotage").main
