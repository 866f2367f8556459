"""The calendar page, its diary file, and the register of changes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from consult.calendar.actions import move_window
from consult.calendar.rules import Stage
from consult.ground.actor import OPERATOR
from tests.support.page import PageClient
from tests.support.world import World, closing_of, during, just_before, opening_of, window


@pytest.mark.parametrize(
    ("at", "words"),
    [
        pytest.param(just_before(opening_of(Stage.NEEDS)), "Le recueil des besoins ouvre", id="before"),
        pytest.param(just_before(closing_of(Stage.VOTING)), "Le vote se termine", id="one second before the close"),
        pytest.param(closing_of(Stage.VOTING), "L’appel à territoires référents se termine", id="at the close"),
        pytest.param(opening_of(Stage.TRACKING), "n’a pas de fin", id="in the last stage"),
    ],
)
def test_the_next_date_is_said(world: World, client: PageClient, hold, at, words: str) -> None:
    world.edition()
    hold(at)
    assert words in client.get("/2021/calendrier").main


def test_a_moved_date_keeps_the_first_one_and_its_reason(world: World, client: PageClient, hold) -> None:
    edition = world.edition()
    moved = replace(window(Stage.VOTING), closes_at=closing_of(Stage.VOTING) - timedelta(days=1))
    move_window(OPERATOR, edition.id, moved, reason="Raison essayée", at=during(Stage.VOTING))
    hold(during(Stage.VOTING))
    page = client.get("/2021/calendrier")
    assert "Raison essayée" in page.main
    assert "initialement le 30 avril 2021 à 18 h 00" in page.main


def test_the_diary_file_holds_the_four_stages(world: World, client: PageClient) -> None:
    world.edition()
    answer = client.http.get("/2021/calendrier.ics")
    assert answer.mimetype == "text/calendar"
    text = answer.get_data(as_text=True)
    assert text.count("BEGIN:VEVENT") == 4
    assert "DTEND:20210430T160000Z" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


@pytest.mark.parametrize(
    "asked", ["endpoint=x", "_anchor=x", "_method=POST", "_scheme=javascript", "values=1", "e=2031", "page=2"]
)
def test_what_is_asked_of_a_list_never_becomes_part_of_its_address(world: World, client: PageClient, hold, asked: str) -> None:
    world.edition()
    hold(during(Stage.NEEDS))
    for path in ("/2021/journal", "/2021/contributions", "/2021/propositions"):
        client.get(f"{path}?{asked}")


def test_an_unknown_edition_is_a_page_that_says_so(world: World, client: PageClient) -> None:
    world.edition()
    assert "n’existe pas" in client.get("/2031/calendrier", 404).h1
