"""What can be repeated has an allowance: by account, by address for visitors; refused until the next minute, nothing lost."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from consult.extensions import computer
from consult.ground.actor import Actor
from consult.ground.database import reading
from consult.voting.model import Support
from consult.web import limits
from consult.web.limits import FEEDS, FILES, SEARCHES, VOTES, WRITING, Allowance, Counts
from tests.support.page import PageClient
from tests.support.stage_one import DURING_NEEDS
from tests.support.stage_two import DURING_VOTE, propositions
from tests.support.together import together
from tests.support.world import GRAMAT, ROCAMADOUR, World

Elsewhere = Callable[..., PageClient]
Hold = Callable[[datetime], None]

SENTENCE = "Nos agents notent les nids-de-poule sur un carnet, et les recopient le soir."
TICK = timedelta(microseconds=1)


@pytest.fixture
def limited(world: World, hold: Hold, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> PageClient:
    """Somebody signed in nowhere, at the first instant of a minute of the vote, on a site that lets one write ten times."""
    monkeypatch.setattr(limits, "WRITING", replace(WRITING, by_account=10))
    monkeypatch.setattr(limits, "VOTES", replace(VOTES, by_account=20))
    propositions(world.edition())
    hold(DURING_VOTE)
    return elsewhere(rate_limits=True)


@pytest.fixture
def agent(world: World) -> Actor:
    return world.person(ROCAMADOUR)


def spend(client: PageClient, path: str, count: int, *, post: bool = False) -> set[int]:
    """Ask for it so many times; the statuses."""
    sent = {"csrf_token": client.csrf_token()} if post else None
    ask = client.http.post if post else client.http.get
    return {ask(path, **({"data": sent} if sent else {})).status_code for _ in range(count)}


# ── Which allowance ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("method", "address", "expected"),
    [
        ("POST", "/2021/propositions/1/soutien", VOTES),
        ("POST", "/2021/propositions/1/soutien/retrait", VOTES),
        ("POST", "/2021/contributions/nouvelle", WRITING),
        ("POST", "/2021/contributions/brouillons/1", WRITING),
        ("POST", "/2021/contributions/1/nous-aussi", WRITING),
        ("POST", "/2021/contributions/1/signalement", WRITING),
        ("POST", "/2021/contributions/1/contestation", WRITING),
        ("POST", "/2021/propositions/1/candidature", WRITING),
        ("POST", "/2021/candidatures/1/messages", WRITING),
        ("POST", "/connexion", WRITING),
        ("GET", "/2021/donnees/contributions.csv", FILES),
        ("HEAD", "/2021/donnees/contributions.csv", FILES),
        ("GET", "/2021/services.csv", FILES),
        ("GET", "/2021/contributions/1/documents/1", FILES),
        ("GET", "/2021/candidatures/1/fiche", FILES),
        ("GET", "/compte/donnees.json", FILES),
        ("GET", "/2021/contributions.atom?q=eau", FEEDS),
        ("GET", "/2021/calendrier.ics", FEEDS),
        ("GET", "/collectivites/suggestions", SEARCHES),
        ("GET", "/collectivites?q=gramat", SEARCHES),
        ("GET", "/2021/contributions?q=eau", SEARCHES),
        ("GET", "/2021/contributions?q=", None),
        ("GET", "/2021/contributions", None),
        ("GET", "/2021/propositions", None),
        ("GET", "/sante", None),
        ("GET", "/2021/services/1/actualites/1/images/1", None),
        ("GET", "/nulle-part", None),
    ],
)
def test_which_allowance_a_request_is_counted_in(app: Flask, method: str, address: str, expected: Allowance | None) -> None:
    with app.test_request_context(address, method=method):
        assert limits.of_request() == expected


def test_every_file_and_feed_has_an_allowance(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert set(limits.READING) | limits.BALLOTS <= endpoints
    files = {
        rule.endpoint for rule in app.url_map.iter_rules() if str(rule).endswith((".csv", ".pb", ".atom", ".ics", ".json"))
    }
    assert files <= set(limits.READING)


def test_no_allowance_stands_in_the_way_of_a_person() -> None:
    for allowance in (VOTES, WRITING, FILES, FEEDS, SEARCHES):
        assert allowance.by_address >= allowance.by_account >= 300, "five a second, for a whole minute"
    assert VOTES.by_account >= 3000


# ── What happens beyond it ───────────────────────────────────────────────────────────────────────────────────────────────


def test_v2_4_1_what_is_written_too_fast_is_refused_until_the_next_minute(
    limited: PageClient, agent: Actor, world: World, hold: Hold
) -> None:
    """By account, wherever from; a colleague behind the same address goes on."""
    hold(DURING_NEEDS + timedelta(seconds=20))
    limited.sign_in(agent)
    assert spend(limited, "/compte/notifications", limits.WRITING.by_account, post=True) == {303}
    page = limited.post("/compte/notifications", status=429)
    assert page.h1 == "Trop de demandes à la fois"
    assert "Vous pourrez recommencer à partir de 9 h 01 (heure de Paris)." in page.main
    assert page.response.headers["Retry-After"] == "40"
    assert page.response.headers["Cache-Control"] == "no-store"
    limited.http.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    limited.post("/compte/notifications", status=429)
    limited.get("/compte")
    colleague = PageClient(limited.app).sign_in(world.person(ROCAMADOUR))
    colleague.post("/compte/notifications", status=303)
    hold(DURING_NEEDS + timedelta(minutes=1) - TICK)
    assert limited.post("/compte/notifications", status=429).response.headers["Retry-After"] == "1"
    hold(DURING_NEEDS + timedelta(minutes=1))
    limited.post("/compte/notifications", status=303)


def test_v2_4_1_nothing_typed_is_lost(limited: PageClient, agent: Actor, hold: Hold) -> None:
    hold(DURING_NEEDS)
    limited.sign_in(agent)
    limited.get("/2021/contributions/nouvelle?type=besoin")
    spend(limited, "/compte/notifications", limits.WRITING.by_account, post=True)
    sent = {"csrf_token": limited.csrf_token(), "type": "besoin", "title": "Des trous", "situation": SENTENCE}
    answer = limited.http.post("/2021/contributions/nouvelle", data=sent, headers={"Origin": "http://localhost"})
    assert answer.status_code == 429
    assert SENTENCE in answer.get_data(as_text=True)
    assert "n’a rien enregistré" in answer.get_data(as_text=True)


def test_v2_4_1_votes_have_an_allowance_that_no_ballot_reaches(limited: PageClient, agent: Actor) -> None:
    limited.sign_in(agent)
    assert spend(limited, "/2021/propositions/999/soutien", limits.VOTES.by_account - 1, post=True) == {404}
    limited.post("/2021/propositions/1/soutien", status=303)
    limited.post("/2021/propositions/2/soutien", status=429)
    assert reading().scalar(select(func.count()).select_from(Support)) == 1
    limited.post("/compte/notifications", status=303)


def test_v2_4_1_visitors_are_counted_by_address_and_never_hinder_who_is_signed_in(
    limited: PageClient, agent: Actor, hold: Hold
) -> None:
    path = "/2021/donnees/contributions.csv"
    assert spend(limited, path, FILES.by_address) == {200}
    refused = limited.http.get(path)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) == 60
    assert spend(PageClient(limited.app).sign_in(agent), path, 3) == {200}
    neighbour = PageClient(limited.app)
    neighbour.http.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    assert spend(neighbour, path, 3) == {200}
    assert spend(limited, "/2021/contributions.atom", 3) == {200}, "another sort is counted apart"
    assert spend(limited, "/2021/contributions", 3) == {200}, "reading is not hindered"
    hold(DURING_VOTE + timedelta(minutes=1))
    assert spend(limited, path, 3) == {200}


@pytest.mark.parametrize(
    ("first", "second", "is_one"),
    [
        ("192.0.2.7", "192.0.2.7", True),
        ("192.0.2.7", "192.0.2.8", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
    ],
)
def test_one_computer_is_one_address_or_one_subscriber_of_ipv6(app: Flask, first: str, second: str, is_one: bool) -> None:
    said = []
    for address in (first, second):
        with app.test_request_context("/", environ_base={"REMOTE_ADDR": address}):
            said.append(computer())
    assert (said[0] == said[1]) is is_one


def test_what_is_asked_while_writing_is_counted_by_account(limited: PageClient, agent: Actor, world: World, hold: Hold) -> None:
    """Fifteen people who write in one office ask what looks like their text more often than one computer may."""
    hold(DURING_NEEDS)
    limited.sign_in(agent)
    path, office = "/2021/contributions/semblables", PageClient(limited.app).sign_in(world.person(GRAMAT))
    for minute in range(20):
        hold(DURING_NEEDS + timedelta(minutes=minute))
        assert spend(limited, path, 10, post=True) == {400}
    page = limited.post(path, status=429)
    assert "recommencer à partir de" in page.main, "these limits too say until when"
    assert spend(office, path, 3, post=True) == {400}


def test_a_redis_that_is_away_stops_nobody(
    world: World, elsewhere: Elsewhere, agent: Actor, hold: Hold, caplog: pytest.LogCaptureFixture
) -> None:
    propositions(world.edition())
    hold(DURING_VOTE)
    client = elsewhere(rate_limits=True, redis_url="redis://127.0.0.1:1/0").sign_in(agent)
    client.post("/compte/notifications", status=303)
    client.post("/2021/propositions/1/soutien", status=303)
    assert [record.getMessage() for record in caplog.records if record.name == "consult.web.limits"] == [
        "limits are not counted: ConnectionError"
    ]


def test_without_limits_nothing_is_counted(client: PageClient, world: World, agent: Actor, hold: Hold) -> None:
    world.edition()
    hold(DURING_VOTE)
    assert spend(client.sign_in(agent), "/compte/notifications", limits.WRITING.by_account + 5, post=True) == {303}


# ── Counting ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_is_counted_apart_and_afresh_each_minute() -> None:
    counts = Counts()
    assert [counts.add("a", 1), counts.add("a", 1), counts.add("b", 1)] == [1, 2, 1]
    assert [counts.add("a", 2), counts.add("a", 1)] == [1, 1]


def test_requests_of_one_instant_are_all_counted(app: Flask) -> None:
    counts = Counts()

    def often() -> None:
        for _ in range(500):
            counts.add("a", 1)

    together(app, [often] * 4)
    assert counts.add("a", 1) == 2001
