"""What the headers of every answer say, checked line by line: EH01 to EH16 of the list of expected headers."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, request
from werkzeug.test import TestResponse

from consult.config import Env, Settings
from consult.ground import vault
from consult.ground.clock import paris
from consult.register.actions import load
from consult.web.context import settings
from tests.support.engines import SECRET, Engines
from tests.support.page import PageClient
from tests.support.world import ROCAMADOUR, World

HALF_A_YEAR = 15_768_000


@pytest.fixture(scope="module")
def production(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application as it is deployed: production, https, behind one proxy."""
    folder = tmp_path_factory.mktemp("production")
    app = engines.make_app(
        engines.sqlite_url("production"),
        env=Env.PRODUCTION,
        base_url="https://consultation.exemple.fr",
        secret_key=SECRET.ljust(40, "."),
        instance_dir=folder,
        trusted_proxies=1,
        with_register=False,
    )
    engines.apps["production"] = app
    vault.use(SECRET)  # this one seals nothing, and the other applications of this process go on
    return app


@pytest.fixture
def world(production: Flask) -> Iterator[World]:
    """The world, on the deployed application."""
    with production.app_context():
        world = World(production)
        if not settings_edition():
            load(at=paris(2021, 1, 1))
            world.edition()
        yield world


def settings_edition() -> bool:
    """Whether the edition was already made for another test of this file."""
    from consult.calendar.queries import latest_edition

    return latest_edition() is not None


@pytest.fixture
def client(production: Flask, world: World) -> PageClient:
    """A browser that speaks to the proxy by https."""
    client = PageClient(production)
    client.http.environ_base |= {
        "HTTP_X_FORWARDED_PROTO": "https",
        "HTTP_X_FORWARDED_FOR": "192.0.2.7",
        "HTTP_REFERER": "https://localhost/",  # over https a form must come from this site
    }
    return client


def asset(client: PageClient) -> str:
    """The address of the style sheet, as pages give it."""
    page = client.get("/aide")
    return str(page.soup.find("link", rel="stylesheet")["href"])  # type: ignore[index]


ANSWERS = [
    pytest.param("/", 200, id="home"),
    pytest.param("/2021/calendrier", 200, id="page"),
    pytest.param("/2021/calendrier.ics", 200, id="download"),
    pytest.param("/2021/donnees/contributions.csv", 200, id="open data"),
    pytest.param("/sante", 200, id="health"),
    pytest.param("/nulle-part", 404, id="404"),
    pytest.param("/compte", 401, id="401"),
    pytest.param("/deconnexion", 405, id="405"),
    pytest.param("asset", 200, id="asset"),
    pytest.param("/static/0/rien.css", 404, id="asset not found"),
]


def answer(client: PageClient, path: str, status: int) -> TestResponse:
    """The answer, as it stands."""
    response = client.http.get(asset(client) if path == "asset" else path)
    response.close()  # a file was opened
    assert response.status_code == status, path
    return response


@pytest.mark.parametrize(("path", "status"), ANSWERS)
def test_every_answer_says_what_a_browser_may_do(client: PageClient, path: str, status: int) -> None:
    headers = answer(client, path, status).headers

    hsts = headers["Strict-Transport-Security"]  # EH02
    assert int(re.search(r"max-age=(\d+)", hsts).group(1)) >= 2 * HALF_A_YEAR  # type: ignore[union-attr]

    policy = dict(rule.strip().split(" ", 1) for rule in headers["Content-Security-Policy"].split(";"))  # EH03, EH04
    assert policy["default-src"] == policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "*" not in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"

    assert headers["X-Content-Type-Options"] == "nosniff"  # EH05
    assert headers["Referrer-Policy"] in {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
    assert "Access-Control-Allow-Origin" not in headers  # EH09
    kind, _, charset = headers["Content-Type"].replace('"', "").lower().partition("; ")  # EH12
    assert charset == "charset=utf-8" or kind == "application/json"  # which is UTF-8 by its own rule
    assert "Server" not in headers or "Werkzeug" not in headers["Server"]


def test_http_goes_to_https_on_the_same_host_first(client: PageClient) -> None:
    """EH01."""
    http = client.app.test_client()
    for path in ("/", "/2021/calendrier?page=2", "/nulle-part"):
        answer = http.get(path, headers={"Host": "consultation.exemple.fr", "X-Forwarded-Proto": "http"})
        assert answer.status_code == 301
        assert answer.headers["Location"] == f"https://consultation.exemple.fr{path}"
    posted = http.post("/connexion", headers={"Host": "consultation.exemple.fr", "X-Forwarded-Proto": "http"})
    assert posted.status_code == 308


def test_a_monitor_may_ask_without_https(client: PageClient) -> None:
    assert client.app.test_client().get("/sante").status_code == 200


def test_the_session_cookie_is_for_this_host_over_https_only(client: PageClient) -> None:
    """EH07, EH08: the anti-CSRF token lives in the same cookie."""
    answer = client.http.get("/connexion")
    cookies = answer.headers.getlist("Set-Cookie")
    assert cookies, "a form opens a session"
    for cookie in cookies:
        assert cookie.startswith("__Host-")
        attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= attributes
        assert not any(attribute.startswith("domain") for attribute in attributes)


def test_no_script_comes_from_elsewhere(client: PageClient) -> None:
    """EH10."""
    for script in client.get("/").soup.find_all("script"):
        assert str(script["src"]).startswith("/static/")


def test_what_a_person_reads_is_not_kept_by_any_cache(client: PageClient, world: World) -> None:
    """EH11."""
    client.sign_in(world.person(ROCAMADOUR))
    for path in ("/", "/2021/calendrier", "/compte"):
        assert client.http.get(path).headers["Cache-Control"] == "no-store", path


def test_what_anyone_reads_may_be_kept_if_it_is_asked_again(client: PageClient) -> None:
    answer = client.http.get("/aide")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "Cookie" in answer.headers["Vary"]


def test_assets_are_kept_for_ever(client: PageClient) -> None:
    kept = answer(client, "asset", 200).headers["Cache-Control"]
    assert "immutable" in kept
    assert "max-age=3" in kept


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/2021/calendrier.ics", "calendrier-2021.ics"),
        ("/2021/donnees/contributions.csv", r".*contributions.*\.csv"),
        ("/2021/donnees/proposals.csv", r".*proposals.*\.csv"),
    ],
)
def test_a_download_has_a_name_and_is_not_opened_in_the_page(client: PageClient, path: str, name: str) -> None:
    """EH13."""
    disposition = client.http.get(path).headers["Content-Disposition"]
    assert disposition.startswith("attachment;")
    found = re.search(r"filename\*=UTF-8''([A-Za-z0-9._-]+)", disposition)
    assert found
    assert re.fullmatch(name, found.group(1))


@pytest.mark.parametrize("path", ["/.git/config", "/.git/HEAD", "/static/", "/static/app.css", "/.env", "/console"])
def test_nothing_of_the_workshop_is_served(client: PageClient, path: str) -> None:
    """EH14."""
    client.get(path, 404)


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused(client: PageClient, method: str) -> None:
    """EH14."""
    assert client.http.open("/aide", method=method).status_code in (400, 405)


@pytest.mark.parametrize(
    "path", ["/deconnexion", "/2021/propositions/1/soutien", "/2021/propositions/1/soutien/retrait", "/connexion/demo"]
)
def test_nothing_is_written_by_reading(client: PageClient, path: str) -> None:
    """EH15."""
    for method in ("GET", "HEAD"):
        assert client.http.open(path, method=method).status_code in (404, 405), method


def test_our_own_fault_shows_a_reference_and_nothing_of_its_cause(
    client: PageClient, production: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """EH16: the page is drawn without the base; the log keeps the trace under the same reference."""

    def broken() -> str:
        raise RuntimeError("le mot de passe du chat est Minou")

    monkeypatch.setitem(production.view_functions, "pages.help", broken)
    page = client.get("/aide", 500)
    assert "Minou" not in page.text
    assert "Traceback" not in page.text
    reference = re.search(r"\b[0-9A-F]{8}\b", page.main)
    assert reference
    assert reference.group() in caplog.text
    assert "Minou" in caplog.text
    assert page.response.headers["Cache-Control"] == "no-store"
    assert "Content-Security-Policy" in page.response.headers


def test_the_visitor_is_known_by_what_the_last_proxy_says(production: Flask) -> None:
    """What a visitor writes into the header themselves counts for nothing."""
    with production.test_client() as http:
        http.get("/sante", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.9", "X-Forwarded-Proto": "https"})
        assert request.remote_addr == "203.0.113.9"


def test_without_a_proxy_the_header_is_not_believed(engines: Engines, app: Flask) -> None:
    assert settings().trusted_proxies == 0
    with app.test_client() as http:
        http.get("/sante", headers={"X-Forwarded-For": "198.51.100.1"}, environ_base={"REMOTE_ADDR": "127.0.0.1"})
        assert request.remote_addr == "127.0.0.1"


def test_production_never_opens_what_a_demonstration_does(client: PageClient) -> None:
    client.get("/repetition", 404)
    client.post("/connexion/demo", {"email": "pilotage@demo.exemple.fr"}, 404)
    assert "demo.exemple.fr" not in client.get("/connexion").text


def test_the_settings_of_these_tests_are_those_of_production(production: Flask) -> None:
    found: Settings = production.extensions["consult"]
    assert found.env is Env.PRODUCTION
    assert found.is_secure
    assert Path(found.instance_dir).exists()
