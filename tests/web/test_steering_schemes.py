"""The desk of the schemes: a scheme, its rules, a correction that keeps what it corrects, two at once."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from consult.calendar.model import Edition
from consult.ground.actor import Actor, Role
from consult.ground.clock import paris
from consult.ground.database import reading
from consult.ground.refusals import Reason
from consult.journal.model import Event, EventKind
from consult.register.rules import Kind
from consult.triage import schemes
from consult.triage.model import SchemeRule
from consult.triage.scheme_queries import histories, published
from tests.support.page import PageClient, squeezed
from tests.support.stage_one import TERMS, scheme
from tests.support.statements import count_statements
from tests.support.together import together
from tests.support.world import World

AT = paris(2021, 3, 2, 10)
DESK = "/pilotage/2021/guichets"
RULE: dict[str, Any] = {
    "opens_on": "25/01/2021",
    "closes_on": "2021-05-28",
    "who": "Un département.",
    "kinds": ["departement", "epci"],
    "min_population": "500 000",
    "is_indicative": "y",
    "exempt_kinds": ["departement"],
    "themes": ["inclusion-numerique"],
    "purpose": "Des démarches.",
    "rate": "12,5 %",
    "funding": "Un peu.",
    "source": "Le site du programme.",
    "reason": "Publiée ce matin.",
}


@pytest.fixture
def edition(world: World, hold) -> Edition:
    """An edition with one scheme, and another edition with its own."""
    edition, other = world.edition(), world.edition("2022")
    scheme(other, "ailleurs", name="Ailleurs")
    scheme(edition, "axe3", name="Axe 3")
    hold(AT)
    return edition


@pytest.fixture
def pilot(world: World) -> Actor:
    """An administrator."""
    return world.person(None, Role.ADMINISTRATOR)


@pytest.fixture
def rule_id(edition: Edition) -> int:
    """The rule of its scheme."""
    return histories(edition.id)[0].in_force[0].id


def events(kind: EventKind) -> list[Event]:
    return list(reading().scalars(select(Event).where(Event.kind == kind).order_by(Event.id)))


def test_a_scheme_then_its_rule(edition: Edition, pilot: Actor, client: PageClient) -> None:
    client.sign_in(pilot)
    answer = client.post(f"{DESK}/nouveau", {"name": "Axe 2", "code": "axe2"}, 303)
    assert "Donnez-lui sa première règle" in client.follow(answer).main
    client.post(f"{DESK}/2/regles/nouvelle", RULE | {"unless": ["axe3"]}, 303)
    (terms,) = published(edition.id)[1].rules
    assert (terms.opens_on, terms.closes_on) == (date(2021, 1, 25), date(2021, 5, 28))
    assert (set(terms.kinds), terms.exempt_kinds) == ({Kind.EPCI, Kind.DEPARTEMENT}, (Kind.DEPARTEMENT,))
    assert (terms.min_population, terms.max_population, terms.is_indicative) == (500_000, None, True)
    assert (terms.themes, terms.unless, terms.rate) == (("inclusion-numerique",), ("axe3",), Decimal("0.125"))
    (changed,) = events(EventKind.SCHEME_CHANGED)
    assert (changed.data["before"], changed.data["reason"]) == (None, "Publiée ce matin.")
    assert changed.data["after"]["min_population"] == 500_000
    assert "Un département." in client.get("/2021/aides").main
    register = client.get("/2021/journal").main
    assert "Guichet « Axe 2 » ajouté." in register
    assert "Publiée ce matin." in register


def test_a_correction_keeps_what_it_corrects(edition: Edition, rule_id: int, pilot: Actor, client: PageClient) -> None:
    client.sign_in(pilot)
    page = client.get(f"{DESK}/1/regles/{rule_id}")
    assert page.soup.find(id="min_population")["value"] == ""
    typed = page.form() | {"funding": "Jusqu’à 80 %.", "source": "Le site.", "reason": "Le taux était faux."}
    client.post(f"{DESK}/1/regles/{rule_id}", typed, 303)
    (one,) = histories(edition.id)
    ((now,), (before,)) = one.in_force, one.replaced
    assert (now.funding, now.who, now.replaces_id) == ("Jusqu’à 80 %.", TERMS.who, rule_id)
    assert (before.funding, before.replaced_at) == (TERMS.funding, AT)
    (changed,) = events(EventKind.SCHEME_CHANGED)
    assert (changed.data["before"]["funding"], changed.data["after"]["funding"]) == (TERMS.funding, "Jusqu’à 80 %.")
    desk = client.get(DESK).main
    assert "1 règle corrigée depuis" in desk
    assert "Le taux était faux." in desk
    public = client.get("/2021/aides")
    (history,) = [tag.extract() for tag in public.soup.select(".scheme details")]
    assert "Jusqu’à 80 %." in public.main
    assert TERMS.funding not in public.main
    assert "1 changement depuis sa publication" in squeezed(history)
    assert "2 mars 2021 : règle corrigée. Le taux était faux." in squeezed(history)
    assert [squeezed(tag) for tag in history.select("dt, del, ins")] == [
        *("Financement", TERMS.funding, "Jusqu’à 80 %."),
        *("Source", "rien", "Le site."),
    ]


def test_the_register_leads_to_what_changed_and_each_change_is_told_the_latest_first(
    edition: Edition, rule_id: int, pilot: Actor, client: PageClient
) -> None:
    schemes.add_rule(
        pilot, histories(edition.id)[0].scheme.id, replace(TERMS, who="Les petites communes."), reason="Un ajout.", at=AT
    )
    right = schemes.correct_rule(
        pilot, rule_id, replace(TERMS, min_population=500), reason="Une erreur.", at=AT + timedelta(days=1)
    )
    schemes.correct_rule(
        pilot, right.id, replace(TERMS, min_population=900, rate=Decimal("0.5")), reason="Une autre.", at=AT + timedelta(days=2)
    )
    page = client.get("/2021/aides")
    told = [squeezed(tag) for tag in page.soup.select(".scheme .changes > li")]
    assert [one.partition(" : ")[0] for one in told] == ["4 mars 2021", "3 mars 2021", "2 mars 2021"]
    assert "Avant : à partir de 500 habitants Depuis : à partir de 900 habitants" in told[0]
    assert "Part payée, au plus Avant : rien Depuis : 50 %" in told[0]
    assert "Avant : rien Depuis : à partir de 500 habitants" in told[1]
    assert "règle ajoutée. Un ajout. Les petites communes." in told[2]
    register = client.get("/2021/journal")
    path, _, anchor = register.links()["Les guichets et leurs règles"].partition("#")
    assert path == "/2021/aides"
    assert page.soup.find(id=anchor).get_text(strip=True) == "Axe 3"


def test_of_two_corrections_the_second_is_told_and_loses_nothing(
    edition: Edition, rule_id: int, pilot: Actor, client: PageClient
) -> None:
    client.sign_in(pilot)
    schemes.correct_rule(pilot, rule_id, TERMS, reason="Avant.", at=AT)
    page = client.post(f"{DESK}/1/regles/{rule_id}", RULE, 409)
    assert "Quelqu’un d’autre" in page.main
    assert page.soup.find(id="who").get_text(strip=True) == "Un département."
    assert len(list(reading().scalars(select(SchemeRule).where(SchemeRule.replaces_id == rule_id)))) == 1
    assert "Quelqu’un d’autre" in client.get(f"{DESK}/1/regles/{rule_id}", 409).main


def test_of_several_corrections_at_once_one_is_written(app: Flask, edition: Edition, rule_id: int, pilot: Actor) -> None:
    acts = [lambda: schemes.correct_rule(pilot, rule_id, TERMS, reason="Moi.", at=AT) and None] * 3
    assert sorted(together(app, acts), key=str) == [None, Reason.ALREADY_DECIDED, Reason.ALREADY_DECIDED]
    assert len(events(EventKind.SCHEME_CHANGED)) == 1


@pytest.mark.parametrize(
    ("typed", "field", "message"),
    [
        ({"opens_on": "31/02/2021"}, "opens_on", "n’existe pas"),
        ({"closes_on": "24/01/2021"}, "closes_on", "avant le premier"),
        ({"min_population": "beaucoup"}, "min_population", "en chiffres"),
        ({"max_population": "499 999"}, "max_population", "sous la minimale"),
        ({"rate": "150"}, "rate", "entre 0 et 100"),
        ({"rate": "la moitié"}, "rate", "entre 0 et 100"),
        ({"who": " "}, "who", "Dites pour qui"),
        ({"reason": ""}, "reason", "Dites pourquoi"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    edition: Edition, pilot: Actor, client: PageClient, typed: dict[str, str], field: str, message: str
) -> None:
    client.sign_in(pilot)
    page = client.post(f"{DESK}/1/regles/nouvelle", RULE | typed, 422)
    wrong = page.soup.find(id=f"{field}-erreur")
    assert wrong is not None
    assert message in wrong.get_text()
    assert len(histories(edition.id)[0].in_force) == 1


@pytest.mark.parametrize(("code", "message"), [("axe3", "porte déjà ce code"), ("Axe 3", "minuscules"), ("", "un code")])
def test_a_code_is_its_own(edition: Edition, pilot: Actor, client: PageClient, code: str, message: str) -> None:
    client.sign_in(pilot)
    page = client.post(f"{DESK}/nouveau", {"name": "Autre", "code": code}, 409 if code == "axe3" else 422)
    assert message in page.soup.find(id="code-erreur").get_text()
    assert len(histories(edition.id)) == 1


def test_a_rule_of_another_scheme_is_not_found(edition: Edition, rule_id: int, pilot: Actor, client: PageClient) -> None:
    scheme(edition, "axe2")
    client.sign_in(pilot)
    client.get(f"{DESK}/2/regles/{rule_id}", 404)
    client.get(f"{DESK}/9/regles/nouvelle", 404)
    client.get(f"/pilotage/2022/guichets/1/regles/{rule_id}", 404)


def test_moderators_do_not_keep_schemes(edition: Edition, world: World, client: PageClient) -> None:
    client.sign_in(world.person(None, Role.MODERATOR))
    client.get(DESK, 403)


def test_it_asks_no_more_of_the_base_with_more_schemes(edition: Edition, pilot: Actor, client: PageClient) -> None:
    client.sign_in(pilot)
    seen = []
    for number in (1, 3):
        while len(histories(edition.id)) < number:
            scheme(edition, f"autre{len(histories(edition.id))}")
        with count_statements() as sent:
            client.get(DESK)
        seen.append(len(sent))
    assert seen == [4, 4]
