"""Direct requests with somebody else's identifiers, on every address that writes: refused, and nothing written."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select

from consult.ground.database import reading
from consult.tables import metadata
from consult.web.context import IN_THE_NAME_OF
from tests.support.addresses import WRITE
from tests.support.engines import REGISTER
from tests.support.page import Page, PageClient
from tests.support.premises import ELSEWHERE, PENDING, VISITOR, WEAK, Premises
from tests.support.world import ROCAMADOUR, World

Hold = Callable[[datetime], None]

ONE_S_OWN = {
    *("account.edit", "account.ask_attachment", "addresses.ask", "addresses.change", "personal_data.close"),
    *("notifications.choose", "sessions.close_others", "second_factor.change", "second_factor.confirm", "second_factor.give"),
    *("contributions.create", "colleagues.invite", "look_alikes.ask"),
    *("following.begin", "following.stop", "following.choose"),
}
"""What concerns nobody but whoever asks: there is no identifier to change. A visitor has nothing of their own."""

FOR_ANYONE = {
    *("sign_in.ask", "sign_in.try_code", "sign_in.use_link", "sign_in.demo", "sign_in.out", "oidc.start"),
    "contribution_voices.report",
    "rehearsal.move",  # in the demonstration only
    "unsubscribe.stop",  # whoever holds the token of a message
}

ONLY_THE_TEAM = {"domains.import_file", "domains.verify", "imports.create"}
"""Doors of the team whose request is a file, or asks for somebody waiting: tried without it, and for their door only."""

BY_ITS_ADDRESS = {"unsubscribe.stop"}
"""What a mail program sends by itself, without a page nor a session (RFC 8058): whoever knows the address may."""

REFUSED = {401, 403, 404, 409}


@pytest.fixture
def premises(world: World) -> Premises:
    return Premises(world)


def written() -> dict[str, list[str]]:
    """Every row of every table but the register's and the journal, whose business is to tell what was tried."""
    reading().expire_all()
    tables = [table for table in metadata.sorted_tables if table.name not in REGISTER | {"event"}]
    return {table.name: sorted(map(repr, reading().execute(select(table)).all())) for table in tables}


def posts(app: Flask) -> dict[str, str]:
    """The rule of every address that writes, by endpoint."""
    return {rule.endpoint: rule.rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or set())}


def test_no_address_that_writes_is_forgotten(app: Flask, premises: Premises) -> None:
    tried = [deed.endpoint for deed in premises.deeds()]
    assert len(tried) == len(set(tried))
    assert {*tried, *ONE_S_OWN, *FOR_ANYONE, *ONLY_THE_TEAM} == set(posts(app))
    addresses = app.url_map.bind("exemple.invalid")
    for deed in premises.deeds():
        assert addresses.match(deed.path, "POST")[0] == deed.endpoint
    assert {addresses.match(path, "POST")[0] for path in WRITE} <= set(posts(app))


STRANGERS = (
    VISITOR,
    "a signed-in stranger",
    PENDING,
    "somebody refused",
    "a partner",
    ELSEWHERE,
    "an observer",
    WEAK,
)


@pytest.mark.parametrize("who", STRANGERS)
def test_v8_2_2_v8_4_1_nobody_acts_on_what_is_somebody_else_s(app: Flask, premises: Premises, hold: Hold, who: str) -> None:
    stranger, client = premises.strangers[who], PageClient(app)
    if stranger is not None:
        client.sign_in(stranger, strong=who != WEAK)
    token, before = {"csrf_token": client.csrf_token()}, written()
    allowed, open_doors = ({401} if who == VISITOR else REFUSED), []
    for deed in premises.deeds():
        if who not in deed.also:
            hold(deed.at)
            status = client.http.post(deed.path, data=token | deed.typed).status_code
            if status not in allowed:
                open_doors.append((status, deed.path))
    after = written()
    assert open_doors == []
    assert [name for name in before if before[name] != after[name]] == []


@pytest.mark.parametrize("who", [name for name in STRANGERS if name not in (VISITOR, PENDING)])
def test_v8_4_1_nobody_acts_in_the_name_of_a_collectivite_that_is_not_theirs(
    app: Flask, premises: Premises, hold: Hold, who: str
) -> None:
    """A form says in whose name its page was: the name of another is believed of nobody."""
    stranger = premises.strangers[who]
    assert stranger is not None
    client, before = PageClient(app).sign_in(stranger, strong=who != WEAK), written()
    token = {"csrf_token": client.csrf_token(), IN_THE_NAME_OF: ROCAMADOUR}
    for deed in premises.deeds():
        hold(deed.at)
        assert client.http.post(deed.path, data=token | deed.typed).status_code in REFUSED, deed.path
    assert written() == before


def test_v8_2_2_a_visitor_has_nothing_of_their_own(app: Flask, premises: Premises) -> None:
    client, before = PageClient(app), written()
    for endpoint in sorted(ONE_S_OWN | ONLY_THE_TEAM):
        rule = posts(app)[endpoint].replace("<edition:e>", "2021").replace("<domain>", "mairie-rocamadour.fr")
        client.post(rule, status=401)
    assert written() == before


@pytest.mark.parametrize("who", [name for name in STRANGERS if name != VISITOR])
def test_v8_2_2_the_desks_are_those_of_the_team(app: Flask, premises: Premises, who: str) -> None:
    stranger = premises.strangers[who]
    assert stranger is not None
    client = PageClient(app).sign_in(stranger, strong=who != WEAK)
    for endpoint in sorted(ONLY_THE_TEAM):
        client.post(posts(app)[endpoint].replace("<domain>", "mairie-rocamadour.fr"), status=403)


def test_the_rightful_are_not_refused(app: Flask, premises: Premises, hold: Hold) -> None:
    """So that what is refused above is refused for who asks it, not for how it is asked."""
    browsers = {name: PageClient(app).sign_in(person) for name, person in premises.people.items()}
    refused = []
    for deed in premises.deeds():
        hold(deed.at)
        client, before = browsers[deed.by], written()
        answer = client.http.post(deed.path, data={"csrf_token": client.csrf_token()} | deed.typed)
        if answer.status_code != 303 or (written() == before and deed.endpoint not in CHANGES_NOTHING_YET):
            refused.append((answer.status_code, deed.path, Page(answer).h1))
    assert refused == [], refused


CHANGES_NOTHING_YET = {"mandates.choose"}  # the owner speaks for one collectivité only


def test_no_address_writes_without_the_token_of_a_form(app: Flask, premises: Premises, hold: Hold) -> None:
    """Every one of them, for those who could use it: another site may not have it pressed in their name."""
    browsers = {name: PageClient(app).sign_in(person) for name, person in premises.people.items()}
    before, tried = written(), set()
    for deed in premises.deeds():
        hold(deed.at)
        assert browsers[deed.by].http.post(deed.path, data=deed.typed).status_code == 400, deed.path
        tried.add(deed.endpoint)
    for endpoint, rule in posts(app).items():
        if endpoint not in tried | BY_ITS_ADDRESS:
            path = rule.replace("<edition:e>", "2021").replace("<domain>", "mairie-rocamadour.fr").replace("<int:n>", "1")
            forged = {"csrf_token": "forged", "email": "proprietaire@exemple.fr"}
            who = "team" if endpoint in ONLY_THE_TEAM else "owner"
            assert browsers[who].http.post(path, data=forged).status_code == 400, path
            tried.add(endpoint)
    assert tried | BY_ITS_ADDRESS == set(posts(app))
    assert written() == before
