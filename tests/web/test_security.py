"""What ASVS 5.0 asks of accounts, access and sessions, tried from outside by requests alone; each test bears its reference.

Access to what is somebody else's (V8.2.2, V8.4.1) and forged forms have a file of their own: `test_direct_requests.py`.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from consult import create_app
from consult.accounts.model import Person, PersonSession
from consult.accounts.queries import actor_of_person
from consult.accounts.rules import MOST_TRIES, SESSION_LASTS, SIGN_IN_LASTS
from consult.calendar.rules import Stage
from consult.config import Env
from consult.ground.actor import Actor, Profile, Role
from consult.ground.clock import paris
from consult.ground.database import db, reading, transaction
from consult.ground.text import visible
from consult.journal.model import Event, EventKind
from consult.web import doors
from consult.web.context import settings
from tests.support.addresses import READ
from tests.support.engines import Engines
from tests.support.letters import code_of, letters, link_of
from tests.support.naughty import HOSTILE, ODD
from tests.support.page import Page, PageClient
from tests.support.premises import Premises
from tests.support.signing_in import arrive, ask, follow_link, is_signed_in, session_key, wrong
from tests.support.statements import count_statements
from tests.support.world import GRAMAT, ROCAMADOUR, World, closing_of, just_before, opening_of
from tests.web.test_direct_requests import written

Hold = Callable[[datetime], None]

AT = paris(2021, 3, 2, 10)
EMAIL = "jeanne.fictive@exemple.fr"
UNKNOWN = "personne.fictive@exemple.fr"
TICK = timedelta(microseconds=1)


@pytest.fixture
def jeanne(world: World, hold: Hold) -> Actor:
    """Somebody of Rocamadour, on a site where there are others."""
    world.edition()
    found = world.person(ROCAMADOUR, email=EMAIL)
    world.person(ROCAMADOUR)
    hold(AT)
    return found


# ── V1.2.1, V1.2.4: what is typed is text ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("jeanne")
def test_v1_2_1_a_name_comes_back_as_it_was_typed(client: PageClient) -> None:
    arrive(client, EMAIL)
    for typed in (*HOSTILE, *(text for text in ODD if 0 < len(text.strip()) <= 120)):
        client.post("/compte", {"name": typed, "profile": "agent", "function": typed}, 303)
        page = Page(client.http.get("/compte"))
        as_read = " ".join(visible(typed).split())
        assert page.soup.find(id="name")["value"] == as_read  # type: ignore[index]
        assert page.soup.find(id="function")["value"] == as_read  # type: ignore[index]
        assert not page.soup.select("script:not([src]), main img, [onerror]"), typed
        for path in ("/", "/connexion", "/compte/collectivite"):
            assert not Page(client.http.get(path)).soup.select("script:not([src]), main img, [onerror]"), (path, typed)


@pytest.mark.usefixtures("jeanne")
def test_v1_2_4_whatever_is_searched_or_sent_is_never_our_fault(client: PageClient) -> None:
    arrive(client, EMAIL)
    for text in (*HOSTILE, *ODD):
        for path in ("/compte/rattachements", "/collectivites"):
            assert client.http.get(path, query_string={"q": text, "page": text, "siren": text}).status_code < 500, (path, text)
        assert client.http.get("/connexion", query_string={"suite": text}).status_code == 200
    everything = {"email", "code", "name", "profile", "function", "siren", "attachment", "topics", "act", "old_code", "suite"}
    for path in ("/connexion", "/connexion/code", "/compte", "/compte/rattachements", "/compte/mandat", "/compte/adresse"):
        for text in HOSTILE:
            sent = {"csrf_token": client.csrf_token()} | dict.fromkeys(everything, text)
            assert client.http.post(path, data=sent).status_code < 500, (path, text)


# ── V2.2.2: the rules are those of the server ────────────────────────────────────────────────────────────────────────────


def test_v2_2_2_a_verb_is_refused_outside_its_stage_whatever_the_page_showed(app: Flask, world: World, hold: Hold) -> None:
    """By those who may inside it, with a request that is right: one second early, and at the closing instant."""
    premises = Premises(world)
    stages = {"contributions": Stage.NEEDS, "ballots": Stage.VOTING, "interests": Stage.INTERESTS}
    private, endless = {"interests.throw_away"}, {"interests.withdraw"}  # a draft is one's own; a promise is given back any day
    outside = [
        (deed, instant)
        for deed in premises.deeds()
        if deed.endpoint not in private and (stage := stages.get(deed.endpoint.partition(".")[0]))
        for instant in (just_before(opening_of(stage)), *([] if deed.endpoint in endless else [closing_of(stage)]))
    ]
    assert len({deed.endpoint for deed, _ in outside}) >= 8
    browsers = {name: PageClient(app).sign_in(person) for name, person in premises.people.items()}
    before = written()
    for deed, instant in outside:
        hold(instant)
        browsers[deed.by].post(deed.path, deed.typed, 409)
    assert written() == before


@pytest.mark.usefixtures("jeanne")
def test_v2_2_2_who_may_not_attach_is_refused_though_no_page_offers_it(client: PageClient, world: World) -> None:
    partner = world.person(None, profile=Profile.PARTENAIRE)
    for siren, who, status in (
        (GRAMAT, partner, 403),
        ("214602402", world.person(None), 422),  # its Luhn key is wrong
        ("000000000", world.person(None), 422),
        ("552100554", world.person(None), 422),  # a company
    ):
        PageClient(client.app).sign_in(who).post("/compte/rattachements", {"siren": siren}, status)
    attached = PageClient(client.app).sign_in(world.person(GRAMAT))
    attached.post("/compte", {"name": "N", "profile": "partenaire", "function": "F"}, 422)


# ── V2.4.1, V6.3.1: robots are slowed down, and nobody else ──────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("jeanne")
def test_v2_4_1_two_hundred_requests_from_one_computer_do_not_hinder_the_others(elsewhere: Callable[..., PageClient]) -> None:
    robot = elsewhere(rate_limits=True)
    sent = {"csrf_token": robot.csrf_token()}
    asked = [robot.http.post("/connexion", data=sent | {"email": f"p{rank}@exemple.fr"}) for rank in range(200)]
    assert [answer.status_code for answer in asked] == [303] * 30 + [429] * 170
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in asked[30:])
    for path in ("/connexion/code", "/connexion/lien"):
        tried = [robot.http.post(path, data=sent | {"code": f"{rank:06}"}).status_code for rank in range(100)]
        assert tried[-40:] == [429] * 40, path
    assert len(letters(AT)) == 30
    neighbour = PageClient(robot.app)
    neighbour.http.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    arrive(neighbour, EMAIL)
    assert is_signed_in(neighbour)
    assert robot.http.get("/").status_code == 200, "reading is not hindered"


@pytest.mark.usefixtures("jeanne")
def test_v6_3_1_twenty_wrong_codes_are_slowed_down(client: PageClient) -> None:
    ask(client, EMAIL)
    code = code_of(letters(AT)[0])
    said = [client.post("/connexion/code", {"code": wrong(code)}, 422).main for _ in range(MOST_TRIES)]
    assert "Il vous reste 4 essais" in said[0]
    assert "Il vous reste un essai" in said[3]
    assert "c’était le dernier essai" in said[4]
    for _ in range(15):
        page = client.post("/connexion/code", {"code": wrong(code)}, 429)
    assert "Trop d’essais" in page.h1
    assert "Demander un autre code" in page.links()
    client.post("/connexion/code", {"code": code}, 429)
    assert not is_signed_in(client)


@pytest.mark.usefixtures("jeanne")
def test_v6_3_1_a_code_is_worth_nothing_in_another_browser(app: Flask, client: PageClient) -> None:
    """Who asks for messages in somebody's stead can neither use their code nor wear out its tries."""
    ask(client, EMAIL)
    code = code_of(letters(AT)[0])
    attacker = PageClient(app)
    for _ in range(MOST_TRIES):
        attacker.post("/connexion/code", {"code": code}, 410)
    client.post("/connexion/code", {"code": code}, 303)


# ── V6.4.1: codes and links serve once, and for a short time ─────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("jeanne")
def test_v6_4_1_a_code_and_a_link_serve_once_and_for_fifteen_minutes(app: Flask, client: PageClient, hold) -> None:
    ask(client, EMAIL)
    (letter,) = letters(AT)
    code, path = code_of(letter), link_of(letter)
    with client.http.session_transaction() as cookie:
        asked = dict(cookie["sign_in"])
    client.post("/connexion/code", {"code": code}, 303)
    replayed = PageClient(app)
    with replayed.http.session_transaction() as cookie:
        cookie["sign_in"] = asked
    assert "ne sert plus" in replayed.post("/connexion/code", {"code": code}, 410).h1
    follow_link(replayed, path, 410)
    assert "Demander un autre code" in replayed.post("/connexion/lien", status=410).links()

    ask(replayed, EMAIL)
    (letter,) = letters(AT)
    hold(AT + SIGN_IN_LASTS)
    replayed.post("/connexion/code", {"code": code_of(letter)}, 410)
    follow_link(replayed, link_of(letter), 410)
    hold(AT + SIGN_IN_LASTS - timedelta(microseconds=1))
    replayed.post("/connexion/lien", status=303)


# ── V7.2.4, V7.4.1, V7.4.2: sessions ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("jeanne")
def test_v7_2_4_signing_in_gives_a_new_session(client: PageClient) -> None:
    client.get("/connexion")
    before = client.http.get_cookie("session")
    with client.http.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
    ask(client, EMAIL)
    client.post("/connexion/code", {"code": code_of(letters(AT)[0])}, 303)
    first = session_key(client)
    with client.http.session_transaction() as cookie:
        assert "planted" not in cookie
        assert "sign_in" not in cookie
        assert cookie.permanent
    after = client.http.get_cookie("session")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    ask(client, EMAIL)
    client.post("/connexion/code", {"code": code_of(letters(AT)[0])}, 303)
    assert first != session_key(client)
    ended = reading().scalar(select(func.count()).where(PersonSession.ended_at.is_not(None)))
    assert ended == 1, "the session that this browser held is ended"


@pytest.mark.usefixtures("jeanne")
def test_v7_4_1_after_signing_out_the_old_cookie_is_nobody_s(app: Flask, client: PageClient) -> None:
    ask(client, EMAIL)
    client.post("/connexion/code", {"code": code_of(letters(AT)[0])}, 303)
    stolen = client.http.get_cookie("session")
    assert stolen is not None
    thief = PageClient(app)
    thief.http.set_cookie("session", stolen.value)
    assert is_signed_in(thief)
    page = client.get("/compte")
    assert "/deconnexion" in {form.get("action") for form in page.soup.find_all("form")}
    assert "Votre session est fermée" in client.follow(client.post("/deconnexion", status=303)).main
    assert not is_signed_in(client)
    thief.http.set_cookie("session", stolen.value)
    assert not is_signed_in(thief)
    client.post("/deconnexion", status=303)


@pytest.mark.usefixtures("jeanne")
def test_v7_4_1_a_session_closed_from_another_is_over_at_once(app: Flask, client: PageClient) -> None:
    other = PageClient(app)
    arrive(client, EMAIL)
    arrive(other, EMAIL)
    assert is_signed_in(client)
    other.post("/compte/sessions/fermeture", status=303)
    assert not is_signed_in(client)
    assert is_signed_in(other)


@pytest.mark.usefixtures("jeanne")
def test_v7_4_2_closing_the_account_ends_every_session_at_once(app: Flask, client: PageClient) -> None:
    other = PageClient(app)
    arrive(client, EMAIL)
    arrive(other, EMAIL)
    stolen = client.http.get_cookie("session")
    assert stolen is not None
    client.post("/compte/fermeture", {"sure": "y"}, 303)
    for browser in (client, other):
        assert not is_signed_in(browser)
        browser.post("/compte", {"name": "Revenue", "profile": "agent", "function": "maire"}, 401)
    client.http.set_cookie("session", stolen.value)
    assert not is_signed_in(client)


@pytest.mark.parametrize("while_used", [False, True], ids=["left", "used every day"])
def test_v7_4_2_a_session_is_over_after_fourteen_days_whatever_is_done_in_it(
    client: PageClient, jeanne: Actor, hold: Hold, while_used: bool
) -> None:
    arrive(client, EMAIL)
    if while_used:
        for day in range(1, 14):
            hold(AT + timedelta(days=day))
            assert is_signed_in(client)
    hold(AT + SESSION_LASTS - TICK)
    assert is_signed_in(client)
    hold(AT + SESSION_LASTS)
    assert not is_signed_in(client)


@pytest.mark.usefixtures("jeanne")
def test_v7_4_2_the_cookie_does_not_outlive_the_session(client: PageClient) -> None:
    ask(client, EMAIL)
    visitor = client.http.get("/connexion")
    assert all("expires" not in cookie.lower() for cookie in visitor.headers.getlist("Set-Cookie")), "until the browser closes"
    entered = client.post("/connexion/code", {"code": code_of(letters(AT)[0])}, 303).response
    (cookie,) = entered.headers.getlist("Set-Cookie")
    assert not cookie.startswith("remember_token")
    ends = parsedate_to_datetime(str(re.search(r"Expires=([^;]+)", cookie)[1]))  # type: ignore[index]
    assert abs(ends - datetime.now(UTC) - SESSION_LASTS) < timedelta(minutes=1)
    with client.http.session_transaction() as held:
        held["ends"] -= 3600  # as if an hour had gone by
    answer = client.post("/compte", {"name": "Jeanne", "profile": "agent", "function": "maire"}, 303)
    (again,) = answer.response.headers.getlist("Set-Cookie")
    later = parsedate_to_datetime(str(re.search(r"Expires=([^;]+)", again)[1]))  # type: ignore[index]
    assert later <= ends - timedelta(minutes=59), "writing in it does not move its end forward"


@pytest.mark.usefixtures("jeanne")
def test_v7_4_2_in_production_the_cookie_is_for_this_host_over_https_only(elsewhere: Callable[..., PageClient]) -> None:
    client = elsewhere(env=Env.PRODUCTION, base_url="https://consultation.exemple.fr")
    secure = {"base_url": "https://consultation.exemple.fr"}
    page = client._page(client.http.get("/connexion", **secure), 200)
    sent = {"csrf_token": page.form("/connexion")["csrf_token"]}
    client.http.post("/connexion", data=sent | {"email": EMAIL}, **secure)
    entered = client.http.post("/connexion/code", data=sent | {"code": code_of(letters(AT)[0])}, **secure)
    assert entered.status_code == 303
    (cookie,) = entered.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "domain" not in cookie.lower()


@pytest.mark.parametrize(
    "path", ["/2021/contributions.atom", "/collectivites/suggestions?q=roc", "/2021/calendrier", "/compte"]
)
def test_v7_2_reading_sends_no_cookie_again(client: PageClient, jeanne: Actor, path: str) -> None:
    """What a shared cache may keep would give one person's session to another; and the end of a session never moves."""
    client.sign_in(jeanne)
    client.get("/compte")
    assert "Set-Cookie" not in client.http.get(path).headers


@pytest.mark.usefixtures("jeanne")
@pytest.mark.parametrize("host", ["autre.exemple", "autre.exemple:80@127.0.0.1", "127.0.0.1:8000.autre.exemple"])
@pytest.mark.parametrize("path", ["/2021/calendrier.ics", "/2021/contributions.atom", "/nulle-part", "/2021/calendrier"])
def test_v4_2_no_answer_repeats_the_host_it_was_asked_of(app: Flask, path: str, host: str) -> None:
    """On a site that believes any, as a demonstration does: in production an unknown one is refused."""
    answer = app.test_client().get(path, headers={"Host": host})
    assert "autre.exemple" not in answer.get_data(as_text=True)
    assert "autre.exemple" not in str(answer.headers)


# ── V8.2.2, V8.2.3, V8.4.1: whose it is ──────────────────────────────────────────────────────────────────────────────────


def test_v8_2_2_a_revoked_role_acts_no_more_in_an_open_session(client: PageClient, world: World, jeanne: Actor) -> None:
    administrator = PageClient(client.app).sign_in(world.person(None, Role.ADMINISTRATOR))
    administrator.post("/pilotage/roles", {"email": EMAIL, "role": "administrator", "reason": "Renfort"}, 303)
    client.sign_in(jeanne)
    client.get("/pilotage/roles")
    administrator.post(f"/pilotage/roles/{jeanne.person_id}/administrator/retrait", {"reason": "Départ"}, 303)
    client.get("/pilotage/roles", 403)
    client.post("/pilotage/roles", {"email": EMAIL, "role": "administrator", "reason": "Retour"}, 403)


def test_v8_2_3_reserved_fields_are_ignored(client: PageClient, world: World, jeanne: Actor) -> None:
    other = world.person(None)
    client.sign_in(other)
    reserved = {
        **{"role": "admin", "roles": "administrator", "is_admin": "1", "votes": "999", "status": "verified", "way": "oidc"},
        **{"person_id": str(jeanne.person_id), "id": str(jeanne.person_id), "email": EMAIL, "second_factor_at": "2021-01-01"},
        **{"verified_at": "2021-01-01", "closed_at": "", "actor": str(jeanne.person_id), "evidence": "{}", "decided_by": "1"},
    }
    client.post("/compte", reserved | {"name": "Autre", "profile": "agent", "function": "maire"}, 303)
    client.post("/compte/rattachements", reserved | {"siren": GRAMAT}, 303)
    client.post("/compte/notifications", reserved | {"topics": ["results"]}, 303)
    reading().expire_all()
    found, hers = actor_of_person(other.person_id or 0), actor_of_person(jeanne.person_id or 0)
    assert found is not None
    assert hers == jeanne
    assert (found.name, found.roles, found.withheld) == ("Autre", frozenset(), frozenset())
    assert found.is_pending
    with transaction() as session:
        assert session.get_one(Person, other.person_id).email != EMAIL


def test_v8_4_1_what_one_collectivite_keeps_to_itself_another_does_not_read(
    client: PageClient, world: World, jeanne: Actor
) -> None:
    client.sign_in(jeanne).post("/compte/collectivite/invitations", {"email": "invitee@exemple.fr"}, 303)
    own = client.get("/compte/collectivite").main
    assert "invitee@exemple.fr" in own
    for stranger in (world.person(GRAMAT), world.person(None), world.person(None, Role.OBSERVER)):
        browser = PageClient(client.app).sign_in(stranger)
        for path in [*(path for path in READ if "/2021/donnees" not in path), "/compte/collectivite", "/invitations/1"]:
            answer = browser.http.get(path).get_data(as_text=True)
            assert "invitee@exemple.fr" not in answer, path
            assert jeanne.name not in answer, path
            assert EMAIL not in answer, path


# ── V14.2.1: nothing sensitive in an address ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("jeanne")
def test_v14_2_1_no_address_and_no_secret_in_an_address(client: PageClient) -> None:
    visited = [client.post("/connexion", {"email": EMAIL}, 303).response.location]
    page = client.get("/connexion/code")
    (letter,) = letters(AT)
    visited += [a["href"] for a in page.soup.find_all("a", href=True)] + [
        f.get("action") or "" for f in page.soup.find_all("form")
    ]
    taken = client.get(link_of(letter), 303)
    visited.append(taken.response.location)
    link = client.follow(taken)
    for answer in (taken, link, page):
        assert answer.response.headers["Cache-Control"] == "no-store"
        assert answer.response.headers["Referrer-Policy"] == "same-origin"
    visited += [a["href"] for a in link.soup.find_all("a", href=True)]
    visited += [f.get("action") or "" for f in link.soup.find_all("form")]
    visited.append(client.post("/connexion/code", {"code": code_of(letter)}, 303).response.location)
    token = link_of(letter).rpartition("/")[2]
    for address in visited:
        assert "@" not in address
        assert "jeanne" not in address
        assert code_of(letter) not in address
        assert token not in address


def test_v14_2_1_no_page_of_mine_has_my_address_in_a_link(client: PageClient, jeanne: Actor) -> None:
    client.sign_in(jeanne)
    for path in READ:
        answer = client.http.get(path)
        assert answer.headers["Referrer-Policy"] == "same-origin", path
        for address in re.findall(r"""(?:href|src|action)=["']([^"']*)""", answer.get_data(as_text=True)):
            assert "jeanne" not in address, path
            assert "%40" not in address, path
        assert "jeanne" not in answer.headers.get("Location", ""), path


# ── Whether there is an account is told to nobody ────────────────────────────────────────────────────────────────────────


SOUILLAC = "214603094"
SOMEBODY = r"Personne Fictive \d+|personne-\d+@exemple.invalid|Gramat|Souillac"
ASKING = {
    "to sign in": "/connexion",
    "to move there": "/compte/adresse",
    "to invite them": "/compte/collectivite/invitations",
}


@pytest.mark.parametrize("path", ASKING.values(), ids=list(ASKING))
def test_the_same_answer_whether_or_not_there_is_an_account(app: Flask, world: World, jeanne: Actor, path: str) -> None:
    """The status, the headers, the words that follow, and how much is asked of the base."""
    told = []
    for email, siren in ((EMAIL, GRAMAT), (UNKNOWN, SOUILLAC)):
        client = PageClient(app)
        if path != "/connexion":
            client.sign_in(world.person(siren))
        client.get("/aide")  # what is remembered from one request to the next is
        client.csrf_token()
        with count_statements() as sent:
            answer = client.post(path, {"email": email}, 303).response
        headers = {name: value for name, value in answer.headers if name not in ("Set-Cookie", "Date")}
        after = client.follow(client._page(answer, 303)).main
        told.append((headers, answer.get_data(), len(sent), re.sub(rf"{re.escape(email)}|{SOMEBODY}", "…", after)))
        letters(AT)
    assert told[0] == told[1]


# ── V16.3.1, V16.4.1, V16.5.1: what is logged, and what is not told ──────────────────────────────────────────────────────


@pytest.mark.usefixtures("jeanne")
def test_v16_3_1_success_and_failure_are_both_in_the_journal_in_utc(client: PageClient) -> None:
    ask(client, EMAIL)
    (letter,) = letters(AT)
    client.post("/connexion/code", {"code": wrong(code_of(letter))}, 422)
    client.post("/connexion/code", {"code": code_of(letter)}, 303)
    client.post("/deconnexion", status=303)
    with transaction() as session:
        told = session.scalars(select(Event).where(Event.kind.in_(SIGN_IN)).order_by(Event.id)).all()
    assert [event.kind for event in told] == list(SIGN_IN)
    assert {event.at for event in told} == {AT}
    assert all(event.at.utcoffset() == timedelta() for event in told)
    kept = repr([(event.subject, event.data) for event in told])
    assert "@" not in kept
    assert code_of(letter) not in kept


SIGN_IN = (EventKind.SIGN_IN_ASKED, EventKind.SIGN_IN_FAILED, EventKind.SIGNED_IN, EventKind.SIGNED_OUT)


def test_v16_4_1_the_log_is_one_line_a_fault_and_tells_no_link(engines: Engines, caplog: pytest.LogCaptureFixture) -> None:
    broken = create_app(engines.settings(engines.sqlite_url("without-tables")))
    visitor = broken.test_client()
    assert visitor.get("/connexion/lien/secret").status_code == 303, "the base is not even asked"
    for path in ("/connexion/lien", "/collectivites/a%0A2021-03-02 role granted"):
        assert visitor.get(path).status_code == 503
    with broken.app_context():
        db.engine.dispose()
    said = [record.getMessage() for record in caplog.records if record.name == "consult.web.errors"]
    assert said == [
        "database away: GET '/connexion/lien': OperationalError",
        "database away: GET '/collectivites/a\\n2021-03-02 role granted': OperationalError",
    ]


@pytest.mark.usefixtures("jeanne")
def test_v16_4_1_a_line_end_in_a_name_makes_one_event(client: PageClient) -> None:
    ask(client, EMAIL)
    client.post("/connexion/code", {"code": code_of(letters(AT)[0])}, 303)
    name = "Jeanne\r\n2021-03-02T10:00:00Z role:granted administrator\u2028Fictive"
    client.post("/compte", {"name": name, "profile": "agent", "function": "maire\nadjointe"}, 303)
    with transaction() as session:
        (event,) = session.scalars(select(Event).where(Event.kind == EventKind.ACCOUNT_EDITED)).all()
        person = session.get_one(Person, event.person_id)
    assert event.data == {"profile": "agent"}
    assert len(person.name.splitlines()) == len(person.function.splitlines()) == 1


@pytest.mark.usefixtures("jeanne")
def test_v16_4_1_each_attempt_is_one_line_of_the_log(client: PageClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "consult.sign_in")
    ask(client, EMAIL)
    (letter,) = letters(AT)
    code = code_of(letter)
    client.post("/connexion/code", {"code": wrong(code)}, 422)
    follow_link(client, "/connexion/lien/forge%0a2021-03-02T09:00:00Z%20session:opened", 410)
    client.post("/connexion/lien", status=410)
    client.post("/connexion/code", {"code": code}, 303)
    said = [record.getMessage() for record in caplog.records if record.name == "consult.sign_in"]
    assert [line.split()[:2] for line in said] == [
        ["2021-03-02T09:00:00Z", kind] for kind in ("sign_in:asked", "sign_in:failed", "sign_in:failed", "session:opened")
    ]
    assert all(len(line.splitlines()) == 1 for line in said)
    for secret in ("@", "jeanne", code, wrong(code), "forge", link_of(letter).rpartition("/")[2]):
        assert secret not in "".join(said)


def test_v16_5_1_a_fault_of_ours_tells_nothing_of_how_we_are_made(
    engines: Engines, app: Flask, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    broken = create_app(engines.settings(settings().database_url))

    def failing() -> str:
        raise ValueError("SELECT email FROM person\nERROR forged: nothing")

    broken.add_url_rule("/panne", "panne", doors.public(failing))
    for path in ("/panne", "/panne?email=jeanne.fictive@exemple.fr"):
        page = PageClient(broken).get(path, 500)
        for detail in ("SELECT", "ValueError", "Traceback", "failing", "person", "jeanne", "forged"):
            assert detail not in page.response.get_data(as_text=True)
        reference = re.search(r"\b[0-9A-F]{8}\b", page.main)
        assert reference
        assert f"reference {reference[0]}: GET '/panne'" in caplog.text
    with broken.app_context():
        db.engine.dispose()
