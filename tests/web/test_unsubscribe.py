"""Stopping the messages without signing in."""

import pytest

from consult.following.actions import choose_rhythm
from consult.following.model import Rhythm
from consult.following.queries import follower
from tests.support.page import PageClient
from tests.support.stage_one import DURING_NEEDS
from tests.support.world import GRAMAT, World


@pytest.fixture
def address(world: World) -> str:
    """What a message carries."""
    reader = world.person(GRAMAT)
    choose_rhythm(reader, Rhythm.DAILY, at=DURING_NEEDS)
    found = follower(reader.person_id or 0)
    assert found is not None
    return f"/desabonnement/{found.token}"


def test_to_open_the_page_changes_nothing_and_its_button_stops(address: str, client: PageClient) -> None:
    for _ in range(2):
        page = client.get(address)
        assert page.h1 == "Ne plus recevoir ces messages"
    page = client.follow(client.post(address, page.form(address), 303))
    assert page.h1 == "Vous ne recevrez plus ces messages"


def test_a_mail_program_stops_in_one_click_without_a_session_nor_a_redirection(address: str, client: PageClient) -> None:
    answer = client.http.post(address, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert client.get(address).h1 == "Vous ne recevrez plus ces messages"
    assert client.http.post(address, data={"List-Unsubscribe": "One-Click"}).status_code == 200, "twice is as once"


def test_an_unknown_token_is_an_unknown_page(address: str, client: PageClient) -> None:
    for token in ("un-autre", "%00", "%F0%9F%98%80", "x" * 3000):
        client.get(f"/desabonnement/{token}", 404)
        assert client.http.post(f"/desabonnement/{token}").status_code == 404
