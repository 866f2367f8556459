"""Searching the register on the site, and the page of a collectivité."""

import pytest
from flask import Flask
from sqlalchemy import update

from consult.accounts.model import AttachmentStatus
from consult.calendar.rules import Stage
from consult.contributions.actions import say_me_too
from consult.ground.actor import Role
from consult.ground.clock import paris, paris_day
from consult.ground.database import transaction
from consult.interests.actions import InterestDraft, declare
from consult.interests.model import Level
from consult.interests.rules import CHARTER
from consult.register.file import SOURCE
from consult.register.model import Collectivite
from consult.services.actions import ServiceDraft, create, declare_deployment
from consult.services.model import DeploymentStatus
from consult.voting.actions import give_support
from tests.support import retained
from tests.support.page import PageClient
from tests.support.stage_one import DURING_NEEDS, need, proposal
from tests.support.stage_two import CLOSED, DURING_VOTE, decide_attachment
from tests.support.statements import count_statements
from tests.support.world import (
    CAUVALDOR,
    CORSE,
    GRAMAT,
    LOT,
    OCCITANIE,
    ROCAMADOUR,
    SAINT_ETIENNE,
    World,
    during,
    just_before,
)

LYON_METROPOLE = "200046977"


def test_before_a_search_the_page_says_what_the_register_holds(client: PageClient) -> None:
    page = client.get("/collectivites")
    assert "Communes 34 875" in page.main
    assert "Collectivités à statut particulier 6" in page.main


def test_the_page_says_where_the_register_comes_from(client: PageClient) -> None:
    for address in ("/collectivites", "/collectivites?q=rocamadour", f"/collectivites/{ROCAMADOUR}"):
        page = client.get(address)
        assert f"millésime {SOURCE.vintage}" in page.main
        assert SOURCE.licence in page.links()
        assert "INSEE" in page.main


def test_a_search_lists_what_it_found_with_the_departement(client: PageClient) -> None:
    page = client.get("/collectivites?q=saint+etienne")
    assert "69 résultats pour « saint etienne »" in page.main
    assert page.links()["Saint-Étienne (Loire)"] == f"/collectivites/{SAINT_ETIENNE}"
    assert list(page.links()).index("Saint-Étienne (Loire)") < list(page.links()).index("Saint-Étienne Métropole (Loire)")
    assert page.soup.find("input", attrs={"name": "q"})["value"] == "saint etienne"  # type: ignore[index]


def test_the_pages_of_a_search_follow_one_another(client: PageClient) -> None:
    second = client.get("/collectivites?q=saint+etienne&page=2")
    assert "21 à 40 sur 69 résultats" in second.main
    assert second.links()["Page suivante"] == "/collectivites?q=saint+etienne&page=3"
    assert "Saint-Étienne (Loire)" not in second.links()


def test_a_search_too_wide_says_so(client: PageClient) -> None:
    page = client.get("/collectivites?q=saint")
    assert "1 000 résultats ou plus" in page.main
    assert "Ajoutez un mot" in page.main


def test_a_search_that_finds_nobody_says_what_to_do(client: PageClient) -> None:
    page = client.get("/collectivites?q=zzzz")
    assert "Aucune collectivité ne correspond à « zzzz »" in page.main
    assert "code postal" in page.main


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("'\"><img src=x>", "'\"><img src=x>"),
        ("{{ 7*7 }}", "{{ 7*7 }}"),
        ("a" * 5_000, "a" * 120),
        ("lo\x00t", "lot"),
        ("\u202elot", "lot"),
    ],
)
def test_what_is_typed_comes_back_harmless(client: PageClient, typed: str, shown: str) -> None:
    page = client.get("/collectivites", query_string={"q": typed})
    assert page.soup.find("input", attrs={"name": "q"})["value"] == shown  # type: ignore[index]


def test_a_suggestion_that_was_picked_leads_to_its_page(client: PageClient) -> None:
    page = client.get(f"/collectivites?q=Rocamadour+(Lot)&siren={ROCAMADOUR}", status=302)
    assert page.response.headers["Location"] == f"/collectivites/{ROCAMADOUR}"


@pytest.mark.parametrize("siren", ["999999999", "//exemple.invalid", "", "x"])
def test_a_siren_that_nobody_has_leads_nowhere(client: PageClient, siren: str) -> None:
    assert client.get("/collectivites", query_string={"q": "rocamadour", "siren": siren}).h1 == "Chercher une collectivité"


def test_suggestions_are_the_ten_likeliest(client: PageClient) -> None:
    answer = client.http.get("/collectivites/suggestions?q=roca")
    assert answer.json == [{"siren": ROCAMADOUR, "name": "Rocamadour (Lot)", "what": "commune, 597\u00a0habitants"}]
    assert "Link" not in answer.headers
    answer = client.http.get("/collectivites/suggestions?q=saint")
    assert len(answer.json or []) == 10
    assert answer.headers["Link"] == '</collectivites?q=saint>; rel="next"', "there are more"
    assert client.http.get("/collectivites/suggestions").json == []


def test_suggestions_may_be_kept_a_while_and_only_by_who_asked(client: PageClient) -> None:
    answer = client.http.get("/collectivites/suggestions?q=roca")
    assert answer.headers["Cache-Control"] == "private, max-age=600"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("siren", "said"),
    [
        (ROCAMADOUR, ["Rocamadour (Lot)", "commune", "Occitanie", "597 habitants", "de 500 à 1 999", "46240", "214 602 401"]),
        (
            SAINT_ETIENNE,
            ["Saint-Étienne (Loire)", "100 000 habitants et plus", "42000, 42100, 42230", "Saint-Étienne Métropole"],
        ),
        (CAUVALDOR, ["communauté de communes", "Communes membres 7"]),
        (LOT, ["Département du Lot", "département", "Occitanie"]),
        (OCCITANIE, ["Région Occitanie", "région"]),
        (CORSE, ["collectivité à statut particulier", "Départements Corse-du-Sud et Haute-Corse"]),
        (LYON_METROPOLE, ["Métropole de Lyon (Rhône)", "Communes membres 58"]),
    ],
)
def test_the_page_of_a_collectivite_says_who_it_is(client: PageClient, siren: str, said: list[str]) -> None:
    page = client.get(f"/collectivites/{siren}")
    for words in said:
        assert words in page.main


def test_a_commune_leads_to_its_epci(client: PageClient) -> None:
    page = client.get(f"/collectivites/{ROCAMADOUR}")
    assert f"/collectivites/{CAUVALDOR}" in page.links().values()
    assert "Intercommunalité aucune" in client.get("/collectivites/212901557").main, "Ouessant"


@pytest.mark.parametrize("siren", ["999999999", "214602402", "suggestion", "21460240", "%00", "2146024011"])
def test_who_is_unknown_is_a_page_that_does_not_exist(client: PageClient, siren: str) -> None:
    client.get(f"/collectivites/{siren}", status=404)


def test_who_has_ended_stays_readable(app: Flask, client: PageClient) -> None:
    def mark(*, is_current: bool) -> None:
        with transaction() as session:
            ended_on = None if is_current else paris(2026, 1, 1, 12).date()
            row = update(Collectivite).where(Collectivite.siren == ROCAMADOUR)
            session.execute(row.values(is_current=is_current, ended_on=ended_on))

    mark(is_current=False)
    try:
        page = client.get(f"/collectivites/{ROCAMADOUR}")
    finally:
        mark(is_current=True)
    assert "depuis le 1er janvier 2026" in page.main


@pytest.mark.parametrize(
    ("address", "most"),
    [
        ("/collectivites", 4),
        ("/collectivites?q=saint", 7),
        (f"/collectivites/{ROCAMADOUR}", 14),
        ("/collectivites/suggestions?q=saint", 3),
    ],
)
def test_a_page_costs_a_few_statements(client: PageClient, address: str, most: int) -> None:
    with count_statements() as sent:
        client.http.get(address)
    assert len(sent) <= most, sent


PAGE = f"/collectivites/{ROCAMADOUR}"


def test_a_collectivite_that_does_nothing_here_has_a_sentence(client: PageClient) -> None:
    page = client.get(PAGE)
    assert "Rien n’est encore public au nom de cette collectivité" in page.main
    assert "Ce qu’elle a écrit" not in page.main


def test_what_a_collectivite_does_is_on_its_page_edition_by_edition(world: World, client: PageClient, hold) -> None:
    edition, earlier = world.edition(), world.edition("2020")
    agent, neighbour, team = world.person(ROCAMADOUR), world.person(GRAMAT), world.person(None, Role.MODERATOR)
    need(agent, edition, title="Un besoin écrit")
    say_me_too(agent, need(neighbour, edition, title="Un besoin partagé").id, at=DURING_NEEDS)
    kept = retained.proposal(edition, "Une proposition retenue")
    draft = InterestDraft(Level.ATELIER, "Camille Fictif", "", "", "", "", "Une motivation privée.", CHARTER)
    declare(agent, kept.id, draft, at=during(Stage.INTERESTS))
    at = during(Stage.TRACKING)
    service = create(team, kept.id, ServiceDraft("Séance claire", "Une séance.", "Il le fallait."), at=at)
    declare_deployment(agent, service.id, ROCAMADOUR, status=DeploymentStatus.TRIAL, since=paris_day(at), at=at)
    hold(at)
    page = client.get(PAGE)
    links = page.links()
    assert links["Un besoin écrit"] == "/2021/contributions/1"
    assert "elle partage\u00a0:" in page.soup.get_text(), "a colon does not begin a line"
    assert links["Un besoin partagé"] == "/2021/contributions/2"
    assert links["Une proposition retenue"] == "/2021/propositions/1/territoires-referents"
    assert links["Séance claire"] == "/2021/services/1"
    for words in ("En attente d’examen", "Ateliers", "À l’essai", "depuis le"):
        assert words in page.main
    assert "soutenu" not in page.main
    assert edition.title not in page.main, "one edition needs no heading"
    assert "Camille" not in page.text
    assert "privée" not in page.text
    need(agent, earlier, title="Un besoin d’avant")
    page = client.get(PAGE)
    assert links | {"Un besoin d’avant": "/2020/contributions/1"} == page.links()
    assert earlier.title in page.main
    assert edition.title in page.main


def test_beyond_fifty_lines_it_says_how_many_others(world: World, client: PageClient) -> None:
    edition, agent = world.edition(), world.person(ROCAMADOUR)
    for rank in range(52):
        need(agent, edition, title=f"Besoin {rank}")
    page = client.get(PAGE)
    assert "Et 2 autres." in page.main
    assert len(page.soup.select(".item")) == 50


def test_a_support_is_on_the_page_from_the_close_and_only_if_it_counts(world: World, app: Flask, hold) -> None:
    edition = world.edition()
    kept, waiting = proposal(edition, "Soutenue"), proposal(edition, "Soutenue sans être vérifié")
    give_support(world.person(ROCAMADOUR), kept.id, at=DURING_VOTE)
    pending = world.person(ROCAMADOUR, status=AttachmentStatus.PENDING)
    give_support(pending, waiting.id, at=DURING_VOTE)
    readers = [None, world.person(ROCAMADOUR), world.person(GRAMAT), *(world.person(None, role) for role in Role)]
    clients = [PageClient(app).sign_in(reader) if reader else PageClient(app) for reader in readers]
    hold(just_before(CLOSED))
    for client in clients:
        assert "Soutenue" not in client.get(PAGE).main
        assert "soutenu" not in client.get(PAGE).main
    hold(CLOSED)
    for client in clients:
        page = client.get(PAGE)
        assert page.links()["Soutenue"] == f"/2021/propositions/{kept.number}"
        assert "Soutenue sans être vérifié" not in page.main
    decide_attachment(pending, AttachmentStatus.VERIFIED)
    assert "Soutenue sans être vérifié" in clients[0].get(PAGE).main


def test_even_without_a_secret_a_support_waits_for_the_close(world: World, client: PageClient, hold) -> None:
    edition = world.edition(tallies_hidden=False)
    give_support(world.person(ROCAMADOUR), proposal(edition, "Soutenue").id, at=DURING_VOTE)
    hold(just_before(CLOSED))
    assert "Soutenue" not in client.get(PAGE).main
    hold(CLOSED)
    assert "Soutenue" in client.get(PAGE).main


NEIGHBOURS = ("200054948", "200054971", "200058535", "200060002")  # communes of the stratum of Rocamadour, in its département


def test_what_those_like_it_do_is_said_with_the_way_to_it(world: World, client: PageClient, hold) -> None:
    edition, team = world.edition(), world.person(None, Role.MODERATOR)
    kept = retained.proposal(edition, "Une proposition retenue")
    at = during(Stage.INTERESTS)
    declare(world.person(NEIGHBOURS[0]), kept.id, InterestDraft(Level.ATELIER, "", "", "", "", "", "Oui.", CHARTER), at=at)
    hold(at)
    page = client.get(PAGE)
    assert "Ce que font des communes comme elle" in page.main
    assert "Montcuq-en-Quercy-Blanc (Lot) se porte volontaire" in page.main
    assert page.links()["Une proposition retenue"] == "/2021/propositions/1/territoires-referents"
    hold(just_before(during(Stage.TRACKING)))
    assert "comme elle" not in client.get(PAGE).main, "it may no longer volunteer"
    at = during(Stage.TRACKING)
    service = create(team, kept.id, ServiceDraft("Séance claire", "Une séance.", "Il le fallait."), at=at)
    for siren in NEIGHBOURS:
        declare_deployment(team, service.id, siren, status=DeploymentStatus.IN_USE, since=paris_day(at), at=at)
    hold(at)
    page = client.get(PAGE)
    assert page.links()["Séance claire"] == "/2021/services/1"
    assert "et 1 autre l’utilisent ou l’essaient" in page.main
    assert "comme elle" in page.main
    own = PageClient(client.app).sign_in(world.person(ROCAMADOUR)).get(PAGE)
    assert "Ce que font des communes comme la vôtre" in own.main


@pytest.mark.parametrize("many", [1, 3])
def test_the_page_costs_the_same_whatever_is_done(world: World, client: PageClient, hold, many: int) -> None:
    edition, team = world.edition(), world.person(None, Role.MODERATOR)
    at = during(Stage.TRACKING)
    for rank in range(many):
        service = create(
            team, retained.proposal(edition, f"N° {rank}").id, ServiceDraft(f"Service {rank}", "Fictif.", "Raison."), at=at
        )
        need(world.person(ROCAMADOUR), edition, title=f"Besoin {rank}")
        for siren in (*NEIGHBOURS[:many], *([ROCAMADOUR] if rank else [])):
            declare_deployment(team, service.id, siren, status=DeploymentStatus.IN_USE, since=paris_day(at), at=at)
    hold(at)
    with count_statements() as sent:
        client.get(PAGE)
    assert len(sent) == 15, "\n".join(sent)
