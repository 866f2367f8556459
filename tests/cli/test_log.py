"""What a server writes: attempts to come in, one line each, whatever is sent; traces that cannot pass for other lines."""

import http.cookiejar
import logging
import re
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest

from consult.config import Settings
from consult.log import OneRecordAtATime
from consult.web.context import settings
from tests.support.commands import environment, start
from tests.support.ports import free_port
from tests.support.world import World

EMAIL = "jeanne.fictive@exemple.fr"


@pytest.fixture
def site(world: World) -> Settings:
    world.edition()
    return settings()


class Stranger:
    """Somebody at the other end of the network."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(jar)

    def open(self, path: str, **sent: str) -> str:
        """The page that this request ends on, whatever its status."""
        data = urllib.parse.urlencode(sent).encode() if sent else None
        try:
            with self.opener.open(f"{self.url}{path}", data, timeout=30) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as refused:
            return refused.read().decode()

    def wait(self) -> None:
        """Until the server answers."""
        deadline = time.monotonic() + 60
        while True:
            try:
                self.open("/sante")
                return
            except urllib.error.URLError:
                assert time.monotonic() < deadline, "the server starts"


def test_v16_4_1_the_server_writes_each_attempt_in_one_line_without_secrets(site: Settings) -> None:
    port = free_port()
    server = start(environment(site), "serve", "--bind", f"127.0.0.1:{port}")
    stranger = Stranger(port)
    try:
        stranger.wait()
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', stranger.open("/connexion"))
        assert token
        stranger.open("/connexion", csrf_token=token[1], email=EMAIL)
        stranger.open("/connexion/code", csrf_token=token[1], code="123456")
        stranger.open("/connexion/lien/x%0aINFO%20consult.sign_in:%202021-03-02T09:00:00Z%20session:opened")
        stranger.open("/connexion/lien", csrf_token=token[1])
        stranger.open("/x%0aINFO%20consult.sign_in:%20session:opened", csrf_token=token[1])
        server.terminate()
        said, _ = server.communicate(timeout=30)
    finally:
        server.kill()
    told = [line for line in said.splitlines() if "consult.sign_in" in line]
    assert [re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "…", line).split()[:4] for line in told] == [
        ["INFO", "consult.sign_in:", "…", "sign_in:asked"],
        ["INFO", "consult.sign_in:", "…", "sign_in:failed"],
        ["INFO", "consult.sign_in:", "…", "sign_in:failed"],
    ], said
    assert 'way="code" why="code_wrong"' in told[1] or 'way="code" why="code_expired"' in told[1]
    assert "123456" not in said
    assert "@" not in said


def test_a_trace_cannot_pass_for_another_line() -> None:
    forged = "nom\n2021-03-02 INFO consult.sign_in: session:opened\u2028INFO encore\x0bINFO"
    try:
        raise ValueError(forged)
    except ValueError as error:
        record = logging.LogRecord("consult", logging.ERROR, __file__, 1, forged, (), (ValueError, error, error.__traceback__))
    first, *others = OneRecordAtATime("%(levelname)s %(message)s").format(record).splitlines()
    assert first == "ERROR nom"
    assert len(others) > 5
    assert all(line.startswith("    | ") for line in others)
