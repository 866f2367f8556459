"""What a session is recognised by: a kind of browser and of device, and nothing finer."""

import pytest

from consult.web.devices import UNKNOWN, label

MOZILLA = "Mozilla/5.0"
IPHONE = "(iPhone; CPU iPhone OS 17_5 like Mac OS X)"
GALAXY = "(Linux; Android 14; SM-S921B)"
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "said"),
    [
        (f"{MOZILLA} (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox sur Windows"),
        (f"{MOZILLA} (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox sur Linux"),
        (f"{MOZILLA} (Windows NT 10.0) {WEBKIT} Chrome/126.0.0.0 Safari/537.36", "Chrome sur Windows"),
        (f"{MOZILLA} (Windows NT 10.0) {WEBKIT} Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0", "Edge sur Windows"),
        (f"{MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT} Chrome/126.0 Safari/537.36 OPR/111.0", "Opera sur Mac"),
        (f"{MOZILLA} (Macintosh; Intel Mac OS X 14_5) {WEBKIT} Version/17.5 Safari/605.1.15", "Safari sur Mac"),
        (f"{MOZILLA} {IPHONE} {WEBKIT} Version/17.5 Mobile Safari/604.1", "Safari sur iPhone"),
        (f"{MOZILLA} {IPHONE} {WEBKIT} CriOS/126.0 Safari/604.1", "Chrome sur iPhone"),
        (f"{MOZILLA} (iPad; CPU OS 17_5 like Mac OS X) {WEBKIT} FxiOS/127.0 Safari/605.1.15", "Firefox sur iPad"),
        (f"{MOZILLA} {GALAXY} {WEBKIT} SamsungBrowser/25.0 Chrome/121.0 Safari/537", "Samsung Internet sur Android"),
        (f"{MOZILLA} (Linux; Android 14; Pixel 8) {WEBKIT} Chrome/126.0 Mobile Safari/537.36", "Chrome sur Android"),
        (f"{MOZILLA} (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/126.0 Safari/537.36", "Chrome sur ChromeOS"),
        ("Firefox/1.0 (Plan 9)", "Firefox"),
        ("Werkzeug/3.1", UNKNOWN),
        ("curl/8.5.0 (Linux)", UNKNOWN),
        ("", UNKNOWN),
        ("<script>alert(1)</script>" * 50, UNKNOWN),
    ],
)  # fmt: skip
def test_the_kind_of_browser_and_of_device(user_agent: str, said: str) -> None:
    assert label(user_agent) == said
    assert len(said) <= 60
