"""The demonstration's OIDC provider in a thread of the tests, and somebody who goes there and comes back."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import requests
from bs4 import BeautifulSoup
from flask import Flask
from werkzeug.test import TestResponse

from consult import create_app
from consult.config import OidcSettings
from consult.demo.faults import Fault
from consult.demo.identities import PEOPLE, Somebody
from consult.demo.provider import State, server_of
from consult.web.provider import CALLBACK
from tests.support.engines import Engines
from tests.support.page import PageClient
from tests.support.ports import free_port

SITE = "http://127.0.0.1:8000"
PATIENCE = 1.0
AGENT = PEOPLE[0]
"""Somebody nobody knows yet, whose address the provider vouches for."""


class LocalProvider:
    """A provider on loopback, over real HTTP; `state` says how it behaves."""

    def __init__(self) -> None:
        self.port = free_port()
        self.settings = OidcSettings(f"http://127.0.0.1:{self.port}", "consult", "un secret pour les essais", PATIENCE)
        self.state = State(self.settings.issuer, self.settings.client_id, self.settings.client_secret, f"{SITE}{CALLBACK}")

    def behave(self, *people: Somebody) -> None:
        """As one that just started, knowing these people; without a name, those of the demonstration."""
        self.state.people = people or PEOPLE
        self.state.metadata, self.state.is_broken = {}, False
        self.state.asked.clear()

    @contextmanager
    def running(self) -> Iterator["LocalProvider"]:
        """Answering, until the end of a block."""
        server = server_of(self.state, port=self.port)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield self
        finally:
            self.state.may_end.set()
            server.shutdown()
            thread.join()
            server.server_close()

    def knows(self, somebody: Somebody, **changed: Any) -> Somebody:
        """From now on it says something else of this person."""
        other = replace(somebody, **changed)
        self.state.people = (*(each for each in self.state.people if each.subject != other.subject), other)
        return other


def app_with(engines: Engines, engine: str, provider: LocalProvider) -> Flask:
    """The application on this engine's base, emptied, with this provider, of which it knows nothing yet."""
    plain = engines.app(engine)
    engines.clean(plain)
    name = f"{engine} with {provider.settings.issuer}"
    if name not in engines.apps:
        settings = replace(plain.extensions["consult"], oidc=provider.settings)
        engines.apps[name] = create_app(settings)
        engines.apps[name].testing = True
        engines.apps[name].config["PROPAGATE_EXCEPTIONS"] = False
    engines.apps[name].extensions.pop("oidc", None)
    return engines.apps[name]


def way_back(client: PageClient, somebody: Somebody = AGENT, *, fault: Fault | None = None, **form: str) -> str:
    """Ask to sign in, choose who to be at the provider, and give the address on this site that it leads back to."""
    there = str(client.post("/connexion/proconnect", form, 303).response.headers["Location"])
    page = BeautifulSoup(requests.get(there, timeout=10).text, "html.parser")
    values = {str(field["name"]): str(field["value"]) for field in page.find_all("input", type="hidden")}
    answer = requests.post(
        there.partition("?")[0],
        data=values | {"subject": somebody.subject, "fault": fault.value if fault else ""},
        allow_redirects=False,
        timeout=10,
    )
    assert answer.status_code == 303, answer.text
    back = answer.headers["Location"]
    assert back.startswith(f"{SITE}{CALLBACK}?"), back
    return back.removeprefix(SITE)


def arrive(client: PageClient, somebody: Somebody = AGENT, **form: str) -> TestResponse:
    """Sign in through the provider as this person: where the site leads once they are in."""
    answer = client.http.get(way_back(client, somebody, **form))
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer
