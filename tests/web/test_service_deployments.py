"""Who uses a service, in pages: saying so, changing it, the list, the map, the curve, how to deploy it, who confirms."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from consult.accounts.model import AttachmentStatus
from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.ground.actor import Actor, Profile, Role
from consult.ground.clock import paris, paris_day
from consult.ground.database import reading, transaction
from consult.services.actions import ServiceDraft, create
from consult.services.deployments import declare_deployment
from consult.services.model import Bearer, Deployment, DeploymentStatus, DeploymentStep, Phase, PhaseStep, Service
from tests.support.page import PageClient, squeezed
from tests.support.retained import proposal
from tests.support.statements import count_statements
from tests.support.world import CAUVALDOR, CORSE, GRAMAT, LOT, OCCITANIE, ROCAMADOUR, World, during, just_before, opening_of

Hold = Callable[[datetime], None]

AT = during(Stage.TRACKING)  # 2 June 2021, midnight in Paris
BORN = paris_day(AT)
LATER = paris(2021, 9, 15, 9)
TRIAL, IN_USE, ENDED = DeploymentStatus
DRAFT = ServiceDraft("Séance claire", "Préparer une séance du conseil (fictif).", "Toutes les collectivités délibèrent.")
PAGE = "/2021/services/1/deploiements"
USE = "/2021/services/1/deploiement"
DEPLOY = "/2021/services/1/deployer"
DESK = "/2021/services/1/gestion/deploiements"


@pytest.fixture
def edition(world: World, hold: Hold) -> Edition:
    hold(AT)
    return world.edition()


@pytest.fixture
def moderator(world: World) -> Actor:
    return world.person(None, Role.MODERATOR)


@pytest.fixture
def service(edition: Edition, moderator: Actor) -> Service:
    return create(moderator, proposal(edition).id, DRAFT, at=AT)


@pytest.fixture
def bearer(world: World, service: Service) -> Actor:
    with transaction() as session:
        session.add(Bearer(service_id=service.id, siren=CAUVALDOR, since=AT))
    return world.person(CAUVALDOR)


def stop(service: Service) -> None:
    """The service stops, as its team will have said."""
    with transaction() as session:
        session.get_one(Service, service.id).phase = Phase.STOPPED
        session.add(PhaseStep(service_id=service.id, phase=Phase.STOPPED, entered_at=AT, reason="Fin."))


def test_a_collectivite_says_that_it_uses_the_service(client: PageClient, world: World, service: Service) -> None:
    client.sign_in(world.person(ROCAMADOUR))
    empty = client.get(PAGE)
    assert "Aucune collectivité ne l’utilise encore" in empty.main
    form = empty.form(USE)
    assert {one["value"] for one in empty.soup.select("input[name=status]")} == {"trial", "in_use"}
    page = client.follow(client.post(USE, form | {"status": "in_use", "since": "02/06/2021"}, 303))
    assert "C’est enregistré : Rocamadour (Lot), en service. L’équipe du service le confirmera." in page.main
    assert "Rocamadour (Lot) En service depuis le 2 juin 2021 pas encore confirmé" in page.main
    assert "1 collectivité : 1 en service, 0 à l’essai" in page.main
    again = client.post(USE, form | {"status": "in_use", "since": "2021-06-02"}, 409)
    assert "déjà enregistré" in squeezed(again.soup.find(id="since-erreur"))
    assert "1 collectivité : 1 en service, 0 à l’essai" in client.get("/2021/services/1").main


def test_it_says_later_that_it_no_longer_does_and_may_begin_again(
    client: PageClient, world: World, service: Service, hold: Hold
) -> None:
    hold(LATER)
    client.sign_in(world.person(ROCAMADOUR))
    for status, since in (("trial", "2021-06-10"), ("in_use", "2021-07-01"), ("ended", "2021-08-01"), ("trial", "2021-09-01")):
        client.post(USE, {"status": status, "since": since}, 303)
    page = client.get(PAGE)
    assert "À l’essai depuis le 1er septembre 2021, pas encore confirmé" in page.main
    assert reading().query(Deployment).count() == 1
    assert reading().query(DeploymentStep).count() == 4
    early = client.post(USE, {"status": "in_use", "since": "2021-08-31"}, 409)
    assert "chaque étape vient après la précédente" in squeezed(early.soup.find(id="since-erreur"))
    rows = [squeezed(row) for row in page.soup.select("#par-mois tbody tr")]
    assert rows == ["juin 2021 0 1 1", "juillet 2021 1 0 1", "août 2021 0 0 0", "septembre 2021 0 1 1"]
    assert page.soup.select_one("#courbe svg path.stairs-whole")["d"] == "M0 1V0H1V0H2V1H3V0H4V1Z"


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        pytest.param({"status": "in_use", "since": "2021-02-30"}, 422, "Cette date n’existe pas", id="30 February"),
        pytest.param({"status": "in_use", "since": "30/02/2021"}, 422, "Cette date n’existe pas", id="30 February, as written"),
        pytest.param({"status": "in_use", "since": "02/06"}, 422, "n’est pas complète", id="without a year"),
        pytest.param({"status": "in_use", "since": ""}, 422, "Donnez une date", id="no date"),
        pytest.param({"status": "autre", "since": "2021-06-02"}, 422, "Choisissez", id="an unknown status"),
        pytest.param({"status": "ended", "since": "2021-06-02"}, 409, "dites d’abord depuis quand", id="an end first"),
        pytest.param({"status": "in_use", "since": "2021-06-01"}, 409, "précède la naissance", id="before the birth"),
        pytest.param({"status": "in_use", "since": "2021-06-03"}, 409, "n’est pas encore venue", id="tomorrow"),
    ],
)
def test_a_wrong_day_is_said_and_nothing_is_lost(
    client: PageClient, world: World, service: Service, typed: dict[str, str], status: int, words: str
) -> None:
    client.sign_in(world.person(ROCAMADOUR))
    page = client.post(USE, typed, status)
    assert words in page.main
    assert page.form(USE)["since"] == typed["since"]
    beside = "status" if typed["status"] in ("autre", "ended") else "since"
    assert words in squeezed(page.soup.find(id=f"{beside}-erreur"))
    assert reading().query(Deployment).count() == 0


def test_who_is_offered_the_button(client: PageClient, world: World, service: Service, moderator: Actor) -> None:
    typed = {"status": "in_use", "since": "2021-06-02"}

    def refused(actor: Actor | None, status: int) -> bool:
        reader = PageClient(client.app)
        page = (reader.sign_in(actor) if actor else reader).get(PAGE)
        reader.post(USE, typed, status)
        reader.post(USE, typed | {"since": ""}, 422 if status == 404 else status)
        return "Nous utilisons ce service" not in page.main

    assert refused(None, 401)
    assert refused(world.person(None), 403)
    assert refused(world.person(GRAMAT, status=AttachmentStatus.PENDING), 403)
    assert refused(world.person(None, profile=Profile.PARTENAIRE), 403)
    assert refused(moderator, 404)
    assert reading().query(Deployment).count() == 0


def test_nothing_is_said_before_the_stage_opens(client: PageClient, world: World, service: Service, hold: Hold) -> None:
    client.sign_in(world.person(ROCAMADOUR))
    hold(just_before(opening_of(Stage.TRACKING)))
    client.post(USE, {"status": "in_use", "since": "2021-05-31"}, 409)
    assert reading().query(Deployment).count() == 0


def test_of_a_stopped_service_only_the_end_is_said(
    client: PageClient, world: World, service: Service, moderator: Actor
) -> None:
    declare_deployment(moderator, service.id, ROCAMADOUR, status=IN_USE, since=BORN, at=AT)
    stop(service)
    user = PageClient(client.app).sign_in(world.person(ROCAMADOUR))
    assert {one["value"] for one in user.get(PAGE).soup.select("input[name=status]")} == {"in_use", "ended"}
    user.post(USE, {"status": "ended", "since": "2021-06-02"}, 303)
    assert not user.get(PAGE).soup.select("input[name=status]")
    other = PageClient(client.app).sign_in(world.person(GRAMAT))
    assert not other.get(PAGE).soup.select("input[name=status]")
    assert "Ce service est arrêté" in other.post(USE, {"status": "trial", "since": "2021-06-02"}, 409).main
    page = other.get(DEPLOY)
    assert "Ce service est arrêté : il ne se déploie plus" in page.main


def test_the_list_is_filtered_and_the_map_has_its_table(
    client: PageClient, world: World, service: Service, moderator: Actor
) -> None:
    for siren, status in ((GRAMAT, TRIAL), (LOT, IN_USE), (OCCITANIE, TRIAL)):
        declare_deployment(moderator, service.id, siren, status=status, since=BORN, at=AT)
    declare_deployment(world.person(ROCAMADOUR), service.id, ROCAMADOUR, status=TRIAL, since=BORN, at=AT)

    def listed(query: str) -> list[str]:
        return [squeezed(tag) for tag in client.get(f"{PAGE}?{query}").soup.select("#deploiements tbody a")]

    assert len(listed("")) == 4
    assert listed("usage=en-service") == ["Département du Lot"]
    assert listed("nature=commune&confirme=oui") == ["Gramat (Lot)"]
    assert listed("confirme=non") == ["Rocamadour (Lot)"]
    assert listed("departement=46") == ["Rocamadour (Lot)", "Département du Lot", "Gramat (Lot)"]
    assert len(listed("usage=nimporte&nature=%00&departement=2Z&page=0")) == 4
    nothing = client.get(f"{PAGE}?usage=fini")
    assert "Aucune collectivité ne correspond" in nothing.main
    page = client.get(PAGE)
    assert [squeezed(row) for row in page.soup.select("#par-departement tbody tr")] == ["Lot 3"]
    assert page.soup.find("path", class_="map-1").title.get_text() == "Lot\xa0: 3"
    assert [squeezed(row) for row in page.soup.select("#par-sorte tbody tr")] == ["Communes 2", "Départements 1", "Régions 1"]


def test_no_curve_with_a_single_month(client: PageClient, service: Service, moderator: Actor, hold: Hold) -> None:
    declare_deployment(moderator, service.id, GRAMAT, status=TRIAL, since=BORN, at=AT)
    page = client.get(PAGE)
    assert not page.soup.select(".stairs")
    assert [squeezed(row) for row in page.soup.select("#par-mois tbody tr")] == ["juin 2021 0 1 1"]
    hold(paris(2021, 7, 1))
    later = client.get(PAGE)
    assert later.soup.select(".stairs")
    assert len(later.soup.select("#par-mois tbody tr")) == 1


def test_how_to_deploy_it_at_home(client: PageClient, world: World, service: Service, moderator: Actor, bearer: Actor) -> None:
    page = client.get(DEPLOY)
    assert "L’équipe du service ne l’a pas encore écrit" in page.main
    assert "Le code pas encore indiqué" in page.main
    assert page.links()["Communauté de communes Causses et Vallée de la Dordogne (Lot)"] == f"/collectivites/{CAUVALDOR}"
    with transaction() as session:
        row = session.get_one(Service, service.id)
        row.to_deploy, row.contact = "Un **serveur** et une demi-journée.", "equipe@exemple.fr"
        row.repository = "https://exemple.fr/code"
    declare_deployment(moderator, service.id, GRAMAT, status=TRIAL, since=BORN, at=AT)
    page = PageClient(client.app).sign_in(world.person(GRAMAT)).get(DEPLOY)
    assert "Un serveur et une demi-journée." in page.main
    assert page.links()["equipe@exemple.fr"] == "mailto:equipe@exemple.fr"
    assert page.links()["Lire le code source"] == "https://exemple.fr/code"
    assert "vous seriez la première" in page.main
    assert page.links()["Dire où nous en sommes"] == f"{PAGE}#declarer"


def test_it_costs_the_same_with_one_and_with_three(client: PageClient, service: Service, moderator: Actor) -> None:
    def cost(path: str) -> int:
        with count_statements() as sent:
            client.get(path)
        return len(sent)

    declare_deployment(moderator, service.id, GRAMAT, status=TRIAL, since=BORN, at=AT)
    one = cost(PAGE), cost(DEPLOY)
    for siren in (LOT, CORSE):
        declare_deployment(moderator, service.id, siren, status=TRIAL, since=BORN, at=AT)
    assert (cost(PAGE), cost(DEPLOY)) == one == (7, 3)  # the edition's included


# ── the desk ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("siren", "status", "words"),
    [
        pytest.param(GRAMAT, 303, "Déploiement enregistré", id="a commune of the register"),
        pytest.param(f" {GRAMAT[:3]} {GRAMAT[3:6]} {GRAMAT[6:]}", 303, "Déploiement enregistré", id="with spaces"),
        pytest.param(f"{GRAMAT[:8]}{(int(GRAMAT[8]) + 1) % 10}", 422, "Ce n’est pas un SIREN", id="a wrong key"),
        pytest.param("gramat", 303, "Déploiement enregistré", id="its name"),
        pytest.param("GRAMAT (Lot)", 303, "Déploiement enregistré", id="its name and its département"),
        pytest.param("Saint-Étienne-du-Bois", 422, "Laquelle ? Saint-Étienne-du-Bois (", id="a shared name"),
        pytest.param("Gramattes", 422, "ne porte ce nom", id="a name of nobody"),
        pytest.param("%", 422, "ne porte ce nom", id="no name"),
        pytest.param("x" * 200, 422, "de trop", id="too long"),
        pytest.param("356000000", 422, "Aucune collectivité", id="a SIREN that is no collectivité's"),
    ],
)
def test_the_team_declares_for_any_collectivite(
    client: PageClient, service: Service, bearer: Actor, siren: str, status: int, words: str
) -> None:
    desk = client.sign_in(bearer)
    page = desk.post(DESK, {"siren": siren, "status": "trial", "since": "2021-06-02"}, status)
    assert words in (desk.follow(page) if status == 303 else page).main
    if status == 303:
        assert "Gramat (Lot) À l’essai depuis le 2 juin 2021 confirmé" in desk.get(PAGE).main


def test_a_wrong_day_at_the_desk_is_said_beside_it(client: PageClient, service: Service, moderator: Actor) -> None:
    page = client.sign_in(moderator).post(DESK, {"siren": GRAMAT, "status": "trial", "since": "2021-06-03"}, 409)
    assert "n’est pas encore venue" in squeezed(page.soup.find(id="since-erreur"))
    assert page.form()["siren"] == GRAMAT


def test_what_is_said_is_confirmed_unless_it_changed(client: PageClient, world: World, service: Service, bearer: Actor) -> None:
    agent, other = world.person(ROCAMADOUR), world.person(GRAMAT)
    for who, siren in ((agent, ROCAMADOUR), (other, GRAMAT)):
        declare_deployment(who, service.id, siren, status=TRIAL, since=BORN, at=AT)
    desk = client.sign_in(bearer)
    page = desk.get(DESK)
    assert "2 collectivités disent où elles en sont" in page.main
    seen = [one["value"] for one in page.soup.select("input[name=seen]")]
    declare_deployment(other, service.id, GRAMAT, status=IN_USE, since=BORN, at=AT)
    assert "Cochez au moins une" in desk.follow(desk.post(f"{DESK}/confirmation", {}, 303)).main
    assert "Cochez au moins une" in desk.follow(desk.post(f"{DESK}/confirmation", {"seen": ["x", "1-y", "9" * 40]}, 303)).main
    done = desk.follow(desk.post(f"{DESK}/confirmation", {"seen": seen}, 303))
    assert "1 déploiement confirmé" in done.main
    assert "1 a changé entre-temps" in done.main
    assert "1 collectivité dit où elle en est" in done.main
    public = PageClient(client.app).get(f"{PAGE}?confirme=oui")
    assert "Rocamadour (Lot) À l’essai depuis le 2 juin 2021 confirmé" in public.main
    gone = desk.follow(desk.post(f"{DESK}/confirmation", {"seen": seen}, 303))
    assert "2 ont changé entre-temps" in gone.main


@pytest.mark.parametrize("typed", ["999999999999-1", "1-999999999999", "0-0"])
def test_what_no_base_could_hold_is_nothing_to_confirm(
    client: PageClient, service: Service, moderator: Actor, typed: str
) -> None:
    client.sign_in(moderator)
    client.get(DESK)
    client.post(f"{DESK}/confirmation", {"seen": typed}, 303)


def test_the_desk_is_the_service_s_team_s_and_the_agency_s(
    client: PageClient, world: World, service: Service, moderator: Actor, bearer: Actor
) -> None:
    pending = world.person(CAUVALDOR, status=AttachmentStatus.PENDING)
    for actor in (world.person(ROCAMADOUR), world.person(None, Role.OBSERVER), pending):
        outsider = PageClient(client.app).sign_in(actor)
        outsider.get(DESK, 403)
        outsider.post(DESK, {"siren": GRAMAT, "status": "trial", "since": "2021-06-02"}, 403)
        outsider.post(f"{DESK}/confirmation", {"seen": "1-1"}, 403)
    PageClient(client.app).get(DESK, 401)
    for actor in (moderator, bearer):
        assert "Rien n’attend" in PageClient(client.app).sign_in(actor).get(DESK).main


def test_unknown_services(client: PageClient, edition: Edition) -> None:
    for page in (PAGE, DEPLOY):
        client.get(page.replace("/1/", "/7/"), 404)
        client.get(page.replace("/1/", "/99999999999999999999/"), 404)


def test_the_day_of_an_end_is_the_last(client: PageClient, service: Service, moderator: Actor, hold: Hold) -> None:
    hold(LATER)
    for status, days in ((IN_USE, 0), (ENDED, 30)):
        declare_deployment(moderator, service.id, GRAMAT, status=status, since=BORN + timedelta(days=days), at=LATER)
    page = client.get(PAGE)
    assert "Aucune collectivité ne l’utilise plus" in page.main
    assert f"N’est plus utilisé depuis le {date(2021, 7, 2).day} juillet 2021" in page.main
    assert not page.soup.select(".map")


def test_a_wrong_confirmation_is_struck_out(client: PageClient, world: World, service: Service, moderator: Actor) -> None:
    said = declare_deployment(moderator, service.id, LOT, status=DeploymentStatus.IN_USE, since=paris_day(AT), at=AT)
    path, take_back = PAGE, f"{DESK}/{said.id}/retrait"
    assert take_back not in client.get(path).links().values()
    client.sign_in(world.person(GRAMAT))
    assert take_back not in client.get(path).links().values()
    client.post(take_back, {"reason": "Non."}, 403)
    client.sign_in(moderator)
    assert take_back in client.get(path).links().values()
    assert "Dites pourquoi" in client.post(take_back, {"reason": ""}, 422).main
    client.post(take_back, {"reason": "Une erreur de SIREN."}, 303)
    page = client.get(path)
    assert squeezed(page.soup.find("td").find_next("del")).startswith("confirmé le")
    assert "Une erreur de SIREN." in page.main
    assert "Confirmation retirée" in client.get("/2021/journal").main
    client.get(take_back, 404)
