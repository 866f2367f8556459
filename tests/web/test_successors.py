"""A collectivité that ended, on the site: who stands for it today, wherever its name is; and its people's way on."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from consult.accounts.model import AttachmentStatus
from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.contributions.actions import say_me_too
from consult.ground import clock
from consult.ground.actor import Role
from consult.interests.actions import InterestDraft, declare
from consult.interests.model import Level
from consult.interests.rules import CHARTER
from consult.voting.actions import give_support
from tests.register.conftest import bases, empty  # noqa: F401 - a base whose register may be changed
from tests.register.samples import GRAMAT, ROCAMADOUR
from tests.support import retained
from tests.support.page import PageClient
from tests.support.stage_one import DURING_NEEDS, group, need, proposal
from tests.support.stage_two import CLOSED, DURING_VOTE
from tests.support.statements import count_statements
from tests.support.vintages import ALVIGNAC, BEFORE, CAHORS, CAUVALDOR, FIGEAC, MIERS, bring, dissolved, merged, siren, without
from tests.support.world import BEFORE_ALL, World, during

NEW = siren(20009000)
NOUVELLE = merged(replace(GRAMAT, siren=NEW, name="Gramat-et-Miers"), GRAMAT, MIERS)
TOGETHER = (*without(BEFORE, GRAMAT, MIERS), NOUVELLE)
LARGER = (*without(TOGETHER, NOUVELLE, ALVIGNAC), merged(ALVIGNAC, NOUVELLE))
TODAY = "(aujourd’hui Gramat-et-Miers (Lot))"


@pytest.fixture
def small(empty: Flask, tmp_path: Path) -> World:  # noqa: F811
    """A world whose register holds `vintages.BEFORE`."""
    bring(tmp_path, BEFORE, at=BEFORE_ALL)
    return World(empty)


@pytest.fixture
def reader(empty: Flask) -> PageClient:  # noqa: F811
    """A visitor of that world."""
    return PageClient(empty)


def test_the_page_of_one_that_ended_says_since_when_and_who_succeeds(small: World, reader: PageClient, tmp_path: Path) -> None:
    bring(tmp_path, TOGETHER, at=DURING_VOTE)
    page = reader.get(f"/collectivites/{MIERS.siren}")
    assert "Cette collectivité n’existe plus depuis le 16 mars 2021" in page.main
    assert "Lui succède Gramat-et-Miers (Lot)" in page.main
    assert page.links()["Gramat-et-Miers (Lot)"] == f"/collectivites/{NEW}"
    page = reader.get(f"/collectivites/{NEW}")
    assert "A pris la suite de Gramat (Lot) et Miers (Lot)" in page.main
    assert page.links()["Miers (Lot)"] == f"/collectivites/{MIERS.siren}"
    assert "n’existe plus" not in page.main


def test_a_chain_is_followed_to_its_end(small: World, reader: PageClient, tmp_path: Path) -> None:
    bring(tmp_path, TOGETHER, at=DURING_NEEDS)
    bring(tmp_path, LARGER, at=DURING_VOTE)
    page = reader.get(f"/collectivites/{MIERS.siren}")
    assert "Lui succède Gramat-et-Miers (Lot) (aujourd’hui Alvignac (Lot))" in page.main
    assert "Lui succède Alvignac (Lot)" in reader.get(f"/collectivites/{NEW}").main


def test_a_shared_epci_names_both_and_one_without_successor_nobody(small: World, reader: PageClient, tmp_path: Path) -> None:
    goes_to = {row.siren: FIGEAC if row is GRAMAT else CAHORS for row in BEFORE if row.epci_siren}
    bring(tmp_path, without(dissolved(BEFORE, CAUVALDOR, goes_to), MIERS), at=DURING_VOTE)
    page = reader.get(f"/collectivites/{CAUVALDOR.siren}")
    assert f"Lui succèdent {FIGEAC.name} (Lot) et {CAHORS.name} (Lot)" in page.main
    page = reader.get(f"/collectivites/{MIERS.siren}")
    assert "succède" not in page.main
    assert "Ce qui a été fait en son nom reste lisible." in page.main


def written(small: World) -> Edition:
    """Miers wrote two needs, that a proposition answers; Gramat shares what Rocamadour wrote."""
    edition = small.edition()
    author, sharer = small.person(MIERS.siren), small.person(GRAMAT.siren)
    found = proposal(edition)
    for title in ("Un premier besoin", "Un deuxième besoin"):
        group(need(author, edition, title=title), found)
    other = need(small.person(ROCAMADOUR.siren), edition, title="Un besoin d’ailleurs")
    say_me_too(sharer, other.id, at=DURING_NEEDS)
    group(other, found)
    return edition


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("/2021/contributions", ["Miers (Lot)"]),
        ("/2021/contributions/1", ["Miers (Lot)"]),
        ("/2021/contributions/3", ["Gramat (Lot)"]),
        ("/2021/propositions/1", ["Miers (Lot)", "Gramat (Lot)"]),
    ],
)
def test_its_name_is_followed_by_todays_for_one_statement_more(
    small: World, reader: PageClient, tmp_path: Path, hold, address: str, names: list[str]
) -> None:
    written(small)
    hold(DURING_VOTE)
    assert "aujourd’hui" not in reader.get(address).main
    with count_statements() as before:
        reader.http.get(address)
    bring(tmp_path, TOGETHER, at=DURING_VOTE)
    page = reader.get(address)
    for name in names:
        assert f"{name} {TODAY}" in page.main
    assert f"Rocamadour (Lot) {TODAY}" not in page.main
    with count_statements() as after:
        reader.http.get(address)
    assert len(after) == len(before) + 1


def test_the_teams_desk_says_it_too(small: World, reader: PageClient, tmp_path: Path, hold) -> None:
    edition = small.edition()
    need(small.person(MIERS.siren), edition, title="Un besoin")
    bring(tmp_path, TOGETHER, at=DURING_NEEDS)
    hold(DURING_NEEDS)
    reader.sign_in(small.person(None, Role.MODERATOR))
    page = reader.get("/moderation/2021/contributions/1")
    assert f"Miers (Lot) {TODAY}" in page.main


def test_volunteers_are_named_with_todays_name(small: World, reader: PageClient, tmp_path: Path, hold) -> None:
    edition = small.edition()
    kept = retained.proposal(edition, "Une proposition retenue")
    draft = InterestDraft(Level.ATELIER, "Camille Fictif", "", "", "", "", "Une motivation privée.", CHARTER)
    declare(small.person(MIERS.siren), kept.id, draft, at=during(Stage.INTERESTS))
    bring(tmp_path, TOGETHER, at=during(Stage.INTERESTS))
    hold(during(Stage.INTERESTS))
    assert f"Miers (Lot) {TODAY}" in reader.get("/2021/propositions/1/territoires-referents").main


def test_a_support_is_shown_by_who_gave_it_and_by_who_carries_it_on(
    small: World, reader: PageClient, tmp_path: Path, hold
) -> None:
    edition = small.edition()
    give_support(small.person(MIERS.siren), proposal(edition, "Une proposition soutenue").id, at=DURING_VOTE)
    bring(tmp_path, TOGETHER, at=DURING_VOTE)
    hold(CLOSED)
    page = reader.get(f"/collectivites/{NEW}")
    assert page.links()["Une proposition soutenue"] == "/2021/propositions/1"
    assert "donné par Miers (Lot)" in page.main
    page = reader.get(f"/collectivites/{MIERS.siren}")
    assert page.links()["Une proposition soutenue"] == "/2021/propositions/1"
    assert "donné par" not in page.main


def test_its_people_read_what_they_inherit_on_their_ballot(small: World, reader: PageClient, tmp_path: Path, hold) -> None:
    edition = small.edition()
    give_support(small.person(MIERS.siren), proposal(edition, "Une proposition soutenue").id, at=DURING_VOTE)
    bring(tmp_path, TOGETHER, at=DURING_VOTE)
    hold(DURING_VOTE)
    reader.sign_in(small.person(NEW))
    assert "Gramat-et-Miers (Lot) soutient 1 proposition" in reader.get("/2021/mon-bulletin").main
    reader.post("/2021/propositions/1/soutien", status=409)
    reader.post("/2021/propositions/1/soutien/retrait", status=303)
    assert "ne soutient encore aucune proposition" in reader.get("/2021/mon-bulletin").main


def test_asking_to_speak_for_one_that_ended_is_refused_and_names_who_succeeds(
    small: World, reader: PageClient, tmp_path: Path, hold
) -> None:
    bring(tmp_path, TOGETHER, at=DURING_VOTE)
    hold(DURING_VOTE)
    reader.sign_in(small.person(None))
    page = reader.post("/compte/rattachements", {"siren": MIERS.siren}, status=422)
    assert "n’est pas au registre" in page.main
    assert "Lui succède aujourd’hui Gramat-et-Miers (Lot)." in page.main


def test_ones_own_attachments_say_that_the_register_ended_them(small: World, reader: PageClient, tmp_path: Path, hold) -> None:
    agent = small.person(MIERS.siren)
    waiting = small.person(GRAMAT.siren, status=AttachmentStatus.PENDING)
    bring(tmp_path, TOGETHER, at=DURING_VOTE)
    hold(DURING_VOTE)
    page = reader.sign_in(agent).get("/compte/rattachements")
    assert f"Miers (Lot) {TODAY}" in page.main
    assert "votre rattachement s’est terminé avec elle, sans que personne l’ait décidé" in page.main
    assert "Vous avez dit" not in page.main
    page = PageClient(small.app).sign_in(waiting).get("/compte/rattachements")
    assert "votre demande s’est terminée avec elle" in page.main
    assert "retiré" not in page.main


def test_the_rules_say_what_a_merger_changes(small: World, reader: PageClient, hold) -> None:
    small.edition(max_supports=3)
    hold(DURING_VOTE)
    page = reader.get("/2021/regles")
    assert "celle qui leur succède a une voix par proposition" in page.main
    assert "jusqu’à 3 propositions" in page.main


def test_who_supports_a_proposition_is_named_as_it_was_with_who_stands_for_it(
    small: World, reader: PageClient, tmp_path: Path
) -> None:
    edition = small.edition()
    first = proposal(edition, "Gérer les documents")
    for row in (MIERS, ROCAMADOUR):
        give_support(small.person(row.siren), first.id, at=DURING_VOTE)
    bring(tmp_path, TOGETHER, at=DURING_VOTE)
    with clock.held_at(CLOSED):
        page = reader.get("/2021/propositions/1/soutiens")
    assert "2 collectivités soutiennent cette proposition" in page.main
    assert f"Lot Miers (Lot) {TODAY} Rocamadour (Lot)" in page.main
    assert page.links()["Miers (Lot)"] == f"/collectivites/{MIERS.siren}"


# ── Looking for one by the name it had ───────────────────────────────────────────────────────────────────────────────────


def test_an_old_name_leads_to_the_successor_from_the_public_list(small: World, reader: PageClient, tmp_path: Path) -> None:
    assert small
    bring(tmp_path, TOGETHER, at=DURING_VOTE)
    page = reader.get("/collectivites?q=miers")
    assert "Une collectivité qui n’existe plus" in page.main
    assert "Commune absorbée en 2021 par Gramat-et-Miers (Lot)." in page.main
    assert page.links()["Miers (Lot)"] == f"/collectivites/{MIERS.siren}"
    assert page.links()["Aller à Gramat-et-Miers (Lot)"] == f"/collectivites/{NEW}"
    page = reader.get("/collectivites?q=zzzz")
    assert "Aucune collectivité ne correspond" in page.main
    assert "n’existe plus" not in page.main
    assert "n’existe" not in reader.get("/collectivites").main


def test_an_old_name_is_suggested_as_one_types(small: World, reader: PageClient, tmp_path: Path) -> None:
    assert small
    bring(tmp_path, TOGETHER, at=DURING_VOTE)
    suggested = reader.http.get("/collectivites/suggestions?q=mier").json
    assert suggested == [
        {"siren": NEW, "name": "Gramat-et-Miers (Lot)", "what": suggested[0]["what"]},
        {"siren": NEW, "name": "Miers (Lot)", "what": "Commune absorbée en 2021 par Gramat-et-Miers (Lot)"},
    ]


def test_an_old_name_leads_to_attaching_to_the_successor(small: World, reader: PageClient, tmp_path: Path) -> None:
    bring(tmp_path, LARGER, at=DURING_VOTE)
    page = reader.sign_in(small.person(None)).get("/compte/rattachements?q=miers")
    assert "Aucune collectivité ne correspond" not in page.main
    assert "Commune absorbée en 2021 par Alvignac (Lot)." in page.main
    there = page.links()["Choisir Alvignac (Lot)"]
    assert there == f"/compte/rattachements?siren={ALVIGNAC.siren}"
    (chosen,) = reader.get(there).soup.select("input[name=siren][checked]")
    assert chosen["value"] == ALVIGNAC.siren


def test_looking_for_old_names_costs_one_statement(small: World, reader: PageClient, tmp_path: Path) -> None:
    assert small
    costs = []
    for vintage in (BEFORE, TOGETHER):
        bring(tmp_path, vintage, at=DURING_VOTE)
        with count_statements() as sent:
            reader.http.get("/collectivites?q=miers")
        costs.append(len(sent))
    assert costs[0] == costs[1]
