"""Stage 4 in pages: the portfolio, a service, « Nous utilisons ce service », the desk that keeps services up to date."""

from datetime import date, datetime, timedelta

import pytest

from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.ground.actor import Actor, Role
from consult.ground.clock import paris, paris_day
from consult.ground.database import reading
from consult.interests.actions import InterestDraft, declare
from consult.interests.model import Level
from consult.interests.publishing import accept
from consult.interests.rules import CHARTER
from consult.selection.model import Outcome
from consult.services.actions import ServiceDraft, create, declare_deployment, enter_phase, set_milestone
from consult.services.model import DeploymentStatus, Milestone, Phase, Service
from tests.support import stage_one
from tests.support.naughty import HOSTILE
from tests.support.page import Page, PageClient, squeezed
from tests.support.retained import PROCLAIMED, proposal
from tests.support.statements import count_statements
from tests.support.world import CAUVALDOR, GRAMAT, LOT, ROCAMADOUR, World, during, just_before, opening_of

AT = during(Stage.TRACKING)  # 2 June 2021, midnight in Paris
BORN = paris_day(AT)
DRAFT = ServiceDraft("Séance claire", "Préparer une séance du conseil (fictif).", "Toutes les collectivités délibèrent.")
SERVICE = "/2021/services/1"
DESK = "/pilotage/2021/services"
OWN = f"{SERVICE}/gestion"


@pytest.fixture
def edition(world: World, hold) -> Edition:
    hold(AT)
    return world.edition()


@pytest.fixture
def moderator(world: World) -> Actor:
    return world.person(None, Role.MODERATOR)


@pytest.fixture
def service(edition: Edition, moderator: Actor) -> Service:
    return create(moderator, proposal(edition).id, DRAFT, at=AT)


@pytest.fixture
def desk(client: PageClient, moderator: Actor, edition: Edition) -> PageClient:
    return PageClient(client.app).sign_in(moderator)


def test_a_service_shows_its_phases_its_promises_and_its_users(
    client: PageClient, service: Service, moderator: Actor, hold
) -> None:
    enter_phase(moderator, service.id, Phase.CONSTRUCTION, reason="Le besoin est confirmé.", at=AT + timedelta(days=30))
    set_milestone(moderator, service.id, title="Six conseils suivis", due_on=date(2021, 7, 30), at=AT)
    declare_deployment(moderator, service.id, GRAMAT, status=DeploymentStatus.IN_USE, since=BORN, at=AT)
    hold(paris(2021, 8, 1))
    page = client.get(SERVICE)
    phases = [tag.get_text() for tag in page.soup.select(".timeline-name")]
    assert phases == ["Investigation", "Construction"]
    assert "Le besoin est confirmé." in page.main
    assert "Six conseils suivis pour le 30 juillet 2021 en retard" in page.main
    assert "1 collectivité : 1 en service, 0 à l’essai" in page.main
    assert page.links()["Lesquelles, où, depuis quand"] == f"{SERVICE}/deploiements"
    assert page.links()["Organiser des instances délibératives"] == "/2021/propositions/1"


def test_a_stopped_service_is_not_late(client: PageClient, service: Service, moderator: Actor, hold) -> None:
    set_milestone(moderator, service.id, title="Six conseils suivis", due_on=date(2021, 6, 10), at=AT)
    enter_phase(moderator, service.id, Phase.STOPPED, reason="Personne ne tient ces données.", learnt="Ceci.", at=AT)
    hold(paris(2021, 8, 1))
    page = client.get(SERVICE)
    assert "abandonné" in page.main
    assert "en retard" not in page.main
    assert page.soup.select_one(".timeline-stopped")
    assert not client.get("/2021/services").soup.select("#portefeuille .tag-brique")


def test_where_a_service_comes_from(client: PageClient, world: World, edition: Edition, moderator: Actor) -> None:
    author = world.person(ROCAMADOUR)
    contribution = stage_one.need(author, edition)
    found = stage_one.proposal(edition, "Faciliter le signalement d’incidents")
    stage_one.group(contribution, found)
    retained = proposal(edition, "Une autre proposition, retenue")
    with_referents = declare(
        world.person(CAUVALDOR),
        retained.id,
        InterestDraft(Level.ATELIER, "", "", "", "", "", "Nous avons des idées.", CHARTER),
        at=during(Stage.INTERESTS),
    )
    accept(moderator, with_referents.id, at=during(Stage.INTERESTS))
    create(moderator, retained.id, DRAFT, at=AT)
    page = client.get(SERVICE)
    assert "Causses et Vallée de la Dordogne" in page.main
    assert contribution.title not in page.main
    assert page.links()["Une autre proposition, retenue"] == "/2021/propositions/2"


def test_unknown_services(client: PageClient, edition: Edition) -> None:
    client.get("/2021/services/7", 404)
    client.get("/2031/services", 404)
    client.get("/2021/services/99999999999999999999", 404)


def test_lists_cost_the_same_with_one_and_with_three(
    client: PageClient, service: Service, moderator: Actor, edition: Edition
) -> None:
    def cost(path: str) -> int:
        with count_statements() as sent:
            client.get(path)
        return len(sent)

    declare_deployment(moderator, service.id, GRAMAT, status=DeploymentStatus.TRIAL, since=BORN, at=AT)
    one = cost(SERVICE)
    for name, siren in (("Réverbère", LOT), ("Pas-de-porte", CAUVALDOR)):
        create(moderator, service.proposal_id, ServiceDraft(name, "Fictif.", "Raison."), at=AT)
        set_milestone(moderator, service.id, title=name, due_on=date(2021, 7, 1), at=AT)
        declare_deployment(moderator, service.id, siren, status=DeploymentStatus.TRIAL, since=BORN, at=AT)
    assert cost(SERVICE) == one == 12  # the edition's included


# ── the desk ─────────────────────────────────────────────────────────────────────────────


def test_a_service_is_born_at_the_desk(desk: PageClient, edition: Edition) -> None:
    retained = proposal(edition)
    proposal(edition, "Une proposition reportée", outcome=Outcome.DEFERRED)
    page = desk.get(f"{DESK}/nouveau")
    assert "n° 1 — Organiser des instances délibératives" in page.main
    assert "reportée" not in page.main
    typed = {"proposal": str(retained.id), "name": "Séance claire", "summary": "Fictif.", "reason": "Parce que."}
    done = desk.follow(desk.post(f"{DESK}/nouveau", page.form() | typed, 303))
    assert "« Séance claire » est né" in done.main
    assert desk.get(f"{DESK}/nouveau").main.count("(1 service)") == 1


@pytest.mark.parametrize("missing", ["proposal", "name", "summary", "reason"])
def test_a_birth_says_everything(desk: PageClient, edition: Edition, missing: str) -> None:
    retained = proposal(edition)
    typed = {"proposal": str(retained.id), "name": "Séance claire", "summary": "Fictif.", "reason": "Parce que."}
    page = desk.post(f"{DESK}/nouveau", typed | {missing: " "}, 422)
    assert page.soup.find(id=f"{missing}-erreur")
    assert reading().query(Service).count() == 0


@pytest.mark.parametrize(
    ("at", "status"),
    [
        pytest.param(just_before(opening_of(Stage.TRACKING)), 409, id="one second early"),
        pytest.param(opening_of(Stage.TRACKING), 303, id="at the opening instant"),
    ],
)
def test_nothing_is_born_before_the_stage(desk: PageClient, edition: Edition, hold, at: datetime, status: int) -> None:
    retained = proposal(edition)
    hold(at)
    typed = {"proposal": str(retained.id), "name": "Séance claire", "summary": "Fictif.", "reason": "Parce que."}
    page = desk.post(f"{DESK}/nouveau", typed, status)
    if status == 409:
        assert "Elle ouvrira le 1er juin 2021 à 0 h 00" in page.main
        assert page.form()["reason"] == "Parce que."


def test_the_life_of_a_service_at_the_desk(desk: PageClient, service: Service, hold) -> None:
    here = OWN
    hold(paris(2021, 7, 1, 10))
    phase = desk.get(f"{here}/phase")
    assert {field["value"] for field in phase.soup.select("input[name=phase]")} == {"construction", "stopped"}
    desk.post(f"{here}/phase", {"phase": "construction", "reason": ""}, 422)
    desk.post(f"{here}/phase", {"phase": "operated", "reason": "Trop vite."}, 422)
    assert (
        "Phase enregistrée : Construction"
        in desk.follow(desk.post(f"{here}/phase", {"phase": "construction", "reason": "Le besoin est confirmé."}, 303)).main
    )
    assert "précède la naissance" in desk.post(f"{here}/jalons", {"title": "Trop tôt", "due_on": "2021-06-01"}, 409).main
    page = desk.follow(desk.post(f"{here}/jalons", {"title": "Six conseils", "due_on": "2021-06-30"}, 303))
    assert "Jalon annoncé pour le 30 juin 2021" in page.main
    assert "en retard" in page.main
    reached = next(address for words, address in page.links().items() if words.startswith("Dire qu’il est atteint"))
    early = desk.post(reached, {"done_on": "2021-07-02"}, 409)
    assert "n’est pas encore venue" in squeezed(early.soup.find(id="done_on-erreur"))
    long = desk.post(f"{here}/jalons", {"title": "é" * 300, "due_on": "2021-06-30"}, 422)
    assert "c’est 100 de trop" in long.main
    assert long.form()["title"] == "é" * 300
    desk.post(reached, {"done_on": "30 juin"}, 422)
    assert "atteint en retard" in desk.follow(desk.post(reached, {"done_on": "2021-07-01"}, 303)).main
    assert "déjà atteint" in desk.post(reached, {"done_on": "2021-07-01"}, 409).main
    reading().expire_all()
    assert reading().query(Milestone).one().done_on == date(2021, 7, 1)
    desk.get(f"{here}/jalons/999", 404)
    desk.get("/2021/services/9/gestion/phase", 404)


def test_the_address_of_a_desk_before_leads_to_it(desk: PageClient, service: Service) -> None:
    assert "Séance claire" in desk.follow(desk.get(f"{DESK}/1", 301)).h1


def test_the_desk_is_the_team_s(client: PageClient, world: World, service: Service) -> None:
    for actor in (world.person(ROCAMADOUR), world.person(None, Role.COMMITTEE), world.person(None, Role.OBSERVER)):
        outsider = PageClient(client.app).sign_in(actor)
        for path in (DESK, f"{DESK}/nouveau", OWN, f"{OWN}/phase", f"{OWN}/jalons", f"{OWN}/deploiements"):
            outsider.get(path, 403)
        outsider.post(f"{OWN}/phase", {"phase": "stopped", "reason": "Non."}, 403)
    reading().expire_all()
    assert reading().get_one(Service, service.id).phase is Phase.INVESTIGATION


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_is_harmless(desk: PageClient, edition: Edition, client: PageClient, hostile: str) -> None:
    retained = proposal(edition)
    typed = {"proposal": str(retained.id), "name": hostile[:80], "summary": hostile, "reason": hostile}
    desk.post(f"{DESK}/nouveau", typed, 303)
    for path in ("/2021/services", SERVICE, "/2021/journal"):
        page = Page(client.http.get(path))
        assert page.status == 200
        assert not page.soup.main.find_all(["script", "img"])  # type: ignore[union-attr]


def test_proclaimed_at_is_what_the_desk_waits_for(desk: PageClient, edition: Edition) -> None:
    proposal(edition, proclaimed_at=None)
    assert "Aucune proposition retenue" in desk.get(f"{DESK}/nouveau").main
    proposal(edition, "Une autre", proclaimed_at=PROCLAIMED)
    assert "Une autre" in desk.get(f"{DESK}/nouveau").main
