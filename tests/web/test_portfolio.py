"""The portfolio in pages: every service at a glance, sorted and filtered by its address, in a file, along the months."""

import csv
import io
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

import pytest

from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.ground.actor import Actor, Role
from consult.ground.clock import paris, paris_day
from consult.ground.database import transaction
from consult.services.actions import ServiceDraft, create
from consult.services.deployments import declare_deployment
from consult.services.model import DeploymentStatus, Milestone, Phase, PhaseStep, Service
from tests.support.naughty import HOSTILE
from tests.support.page import Page, PageClient, squeezed
from tests.support.retained import proposal
from tests.support.statements import count_statements
from tests.support.world import CAUVALDOR, GRAMAT, LOT, World, during, just_before, opening_of

Hold = Callable[[datetime], None]

AT = during(Stage.TRACKING)
BORN = paris_day(AT)
INDEX, FRIEZE, FILE = "/2021/services", "/2021/services/frise", "/2021/services.csv"


@pytest.fixture
def edition(world: World, hold: Hold) -> Edition:
    hold(AT)
    return world.edition()


@pytest.fixture
def moderator(world: World) -> Actor:
    return world.person(None, Role.MODERATOR)


@pytest.fixture
def service(edition: Edition, moderator: Actor) -> Service:
    return create(moderator, proposal(edition).id, ServiceDraft("Séance claire", "Fictif.", "Raison."), at=AT)


def promise(service: Service, due_on: date, title: str, done_on: date | None = None) -> None:
    with transaction() as session:
        session.add(Milestone(service_id=service.id, title=title, due_on=due_on, set_at=AT, done_on=done_on))


def test_before_the_stage_the_portfolio_says_when(client: PageClient, edition: Edition, hold: Hold) -> None:
    hold(just_before(opening_of(Stage.TRACKING)))
    assert "à partir du 1er juin 2021 à 0 h 00 (heure de Paris)" in client.get(INDEX).main
    hold(opening_of(Stage.TRACKING))
    assert "Aucun service pour l’instant" in client.get(INDEX).main
    assert "Aucun service pour l’instant" in client.get(FRIEZE).main


def test_the_portfolio_at_a_glance(client: PageClient, service: Service, moderator: Actor, hold: Hold) -> None:
    promise(service, date(2021, 7, 1), "Second jalon")
    promise(service, date(2021, 6, 10), "Premier jalon")
    declare_deployment(moderator, service.id, GRAMAT, status=DeploymentStatus.TRIAL, since=BORN, at=AT)
    with transaction() as session:
        row = session.get_one(Service, service.id)
        row.cost, row.state_share, row.engaged = Decimal(100_000), Decimal("45000.50"), Decimal(12_000)
    (line,) = (squeezed(row) for row in client.get(INDEX).soup.select("#portefeuille tbody tr"))
    assert line == ("Séance claire Investigation 10 juin 2021 Premier jalon 45 000,50 € 12 000 € engagés 1 0 en service aucune")
    hold(paris(2021, 6, 10, 23, 59, 59))
    assert "Jalon en retard 10 juin" not in client.get(INDEX).main
    hold(paris(2021, 6, 11))
    assert "Jalon en retard 10 juin 2021 Premier jalon" in client.get(INDEX).main
    hold(paris(2021, 8, 30, 23, 59))
    assert "aucune Sans nouvelles" not in client.get(INDEX).main
    hold(paris(2021, 8, 31))
    assert "aucune Sans nouvelles" in client.get(INDEX).main


def test_the_address_sorts_and_filters(client: PageClient, service: Service, moderator: Actor, hold: Hold) -> None:
    other = create(moderator, service.proposal_id, ServiceDraft("Agenda partagé", "Fictif.", "Raison."), at=AT)
    promise(other, date(2021, 6, 10), "Premier jalon")
    hold(paris(2021, 6, 11))

    def listed(query: str) -> list[str]:
        return [squeezed(tag) for tag in client.get(f"{INDEX}?{query}").soup.select("#portefeuille tbody th")]

    assert listed("") == ["Séance claire", "Agenda partagé"]
    assert listed("tri=nom") == listed("tri=jalon") == ["Agenda partagé", "Séance claire"]
    assert listed("etat=en-retard") == ["Agenda partagé"]
    assert listed("phase=investigation&tri=nimporte&etat=%00&page=-1") == ["Séance claire", "Agenda partagé"]
    assert listed("phase=arrete") == []
    assert "Essayez sans l’un des filtres : Arrêté" in client.get(f"{INDEX}?phase=arrete").main
    assert "Cette page de la liste n’existe pas" in client.get(f"{INDEX}?page=9").main
    page = client.get(f"{INDEX}?etat=en-retard&tri=jalon")
    assert page.links()["Agenda partagé"] == f"{INDEX}/2"
    assert page.links()["Tout afficher"] == INDEX
    assert page.soup.select_one("form[role=search]")["action"] == INDEX
    assert page.soup.select_one("th[aria-sort]").get_text() == "Prochain jalon"
    assert page.links()["Part de l’État"] == f"{INDEX}?etat=en-retard&tri=argent"
    assert page.links()["Télécharger ce tableau (CSV)"] == f"{FILE}?tri=jalon&etat=en-retard"


def test_the_file_says_the_same(client: PageClient, service: Service, moderator: Actor, hold: Hold) -> None:
    formula = create(moderator, service.proposal_id, ServiceDraft("=1+1", "Fictif.", "Raison."), at=AT)
    promise(formula, date(2021, 6, 10), "Jalon, dit « premier »")
    hold(paris(2021, 6, 11))
    answer = client.http.get(FILE)
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''2021-portefeuille.csv"
    first, second = csv.DictReader(io.StringIO(answer.get_data(as_text=True)))
    assert (first["number"], first["name"], first["phase"], first["is_late"]) == (
        "1",
        "Séance claire",
        "investigation",
        "false",
    )
    assert first["url"] == "http://127.0.0.1:8000/2021/services/1"
    assert (second["name"], second["next_milestone"]) == ("'=1+1", "Jalon, dit « premier »")
    assert (second["next_milestone_due_on"], second["is_late"], second["cost"]) == ("2021-06-10", "true", "0.00")
    only = list(csv.DictReader(io.StringIO(client.http.get(f"{FILE}?etat=en-retard").get_data(as_text=True))))
    assert [one["number"] for one in only] == ["2"]


def test_along_the_months_drawn_and_in_a_table(client: PageClient, service: Service, hold: Hold) -> None:
    promise(service, date(2021, 6, 10), "Premier jalon", done_on=date(2021, 6, 9))
    promise(service, date(2021, 12, 1), "Second jalon")
    with transaction() as session:
        session.add(
            PhaseStep(service_id=service.id, phase=Phase.CONSTRUCTION, entered_at=AT, day=date(2021, 7, 1), reason="Prêt.")
        )
        session.get_one(Service, service.id).phase = Phase.CONSTRUCTION
    hold(paris(2021, 9, 1))
    page = client.get(FRIEZE)
    assert page.links()["Séance claire"] == "/2021/services/1"
    assert page.soup.select_one("form[role=search]")["action"] == FRIEZE
    drawn = page.soup.select_one(".frieze-rows svg")
    said = " ".join(drawn["aria-label"].split())
    assert said == "Séance claire : investigation depuis le 2 juin 2021, construction depuis le 1er juillet 2021"
    assert len(drawn.select(".phase-investigation, .phase-construction")) == 2
    (row,) = page.soup.select("#phases tbody tr")
    phases, promises = (squeezed(cell) for cell in row.select("td"))
    assert (
        phases == "Investigation : depuis le 2 juin 2021, jusqu’au 1er juillet 2021 Construction : depuis le 1er juillet 2021"
    )
    assert promises == "10 juin 2021, atteint : Premier jalon 1er décembre 2021, à venir : Second jalon"
    assert "Aucun service ne correspond" in client.get(f"{FRIEZE}?phase=arrete").main


def test_pages_cost_the_same_with_one_and_with_three(client: PageClient, service: Service, moderator: Actor) -> None:
    def cost(path: str) -> int:
        with count_statements() as sent:
            client.get(path) if path != FILE else client.http.get(path)
        return len(sent)

    declare_deployment(moderator, service.id, GRAMAT, status=DeploymentStatus.TRIAL, since=BORN, at=AT)
    promise(service, date(2021, 7, 1), "Un jalon")
    one = cost(INDEX), cost(FRIEZE), cost(FILE)
    for name, siren in (("Réverbère", LOT), ("Pas-de-porte", CAUVALDOR)):
        other = create(moderator, service.proposal_id, ServiceDraft(name, "Fictif.", "Raison."), at=AT)
        promise(other, date(2021, 7, 1), name)
        declare_deployment(moderator, service.id, siren, status=DeploymentStatus.TRIAL, since=BORN, at=AT)
    assert (cost(INDEX), cost(FRIEZE), cost(FILE)) == one == (4, 5, 2)  # the edition's included


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_is_harmless(client: PageClient, edition: Edition, moderator: Actor, hostile: str) -> None:
    kept = proposal(edition)
    made = create(moderator, kept.id, ServiceDraft(hostile[:80].replace("\0", ""), "Fictif.", "Raison."), at=AT)
    promise(made, date(2021, 7, 1), hostile[:200].replace("\0", ""))
    for path in (INDEX, FRIEZE):
        page = Page(client.http.get(path))
        assert page.status == 200
        assert not page.soup.main.find_all(["script", "img"])  # type: ignore[union-attr]


def test_another_edition_s_and_unknown_ones(client: PageClient, world: World, service: Service) -> None:
    world.edition("2022")
    assert "Séance claire" not in client.get("/2022/services").main
    for path in (INDEX, FRIEZE, FILE):
        client.get(path.replace("2021", "2031"), 404)
