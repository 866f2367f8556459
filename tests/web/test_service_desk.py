"""The desk of a service in pages: its own people write; promises slip in the open; links are said, and their absence shown."""

from collections.abc import Callable
from datetime import datetime

import pytest

from consult.accounts.model import AttachmentStatus
from consult.calendar.rules import Stage
from consult.ground.actor import Actor, Role
from consult.ground.clock import paris
from consult.ground.database import reading
from consult.services import queries
from consult.services.actions import ServiceDraft, create, enter_phase, set_milestone
from consult.services.model import Phase, Service
from tests.support import stage_one
from tests.support.page import PageClient, squeezed
from tests.support.retained import proposal
from tests.support.statements import count_statements
from tests.support.world import CAUVALDOR, GRAMAT, LOT, ROCAMADOUR, World, during

Hold = Callable[[datetime], None]

AT = during(Stage.TRACKING)
LATER = paris(2021, 8, 1, 10)
SERVICE = "/2021/services/1"
DESK = f"{SERVICE}/gestion"


@pytest.fixture
def moderator(world: World) -> Actor:
    return world.person(None, Role.MODERATOR)


@pytest.fixture
def service(world: World, moderator: Actor, hold: Hold) -> Service:
    hold(LATER)
    draft = ServiceDraft("Séance claire", "Préparer une séance (fictif).", "Un besoin.", bearers=[ROCAMADOUR])
    return create(moderator, proposal(world.edition()).id, draft, at=AT)


@pytest.fixture
def bearer(client: PageClient, world: World, service: Service) -> PageClient:
    return PageClient(client.app).sign_in(world.person(ROCAMADOUR))


@pytest.fixture
def team(client: PageClient, moderator: Actor, service: Service) -> PageClient:
    return PageClient(client.app).sign_in(moderator)


def test_a_promise_slips_in_the_open(client: PageClient, bearer: PageClient, service: Service, moderator: Actor) -> None:
    set_milestone(moderator, service.id, title="Six conseils", due_on=LATER.date().replace(month=7), at=AT)
    assert "En retard, pour le 1er juillet 2021 : Six conseils" in client.get(SERVICE).main
    page = bearer.get(DESK)
    move = next(address for words, address in page.links().items() if words.startswith("Le déplacer"))
    assert "Donnez une date" in bearer.post(move, {"due_on": "", "reason": "Les élections."}, 422).main
    assert "n’existe pas" in bearer.post(move, {"due_on": "30/02/2022", "reason": "Les élections."}, 422).main
    same = bearer.post(move, {"due_on": "2021-07-01", "reason": "Les élections."}, 409)
    assert "déjà la date" in squeezed(same.soup.find(id="due_on-erreur"))
    assert same.form()["reason"] == "Les élections."
    bearer.post(move, {"due_on": "30/11/2021", "reason": "Les élections."}, 303)
    page = client.get(SERVICE)
    assert [squeezed(tag) for tag in page.soup.select("#jalons del")] == ["1er juillet 2021"]
    assert "reporté au 30 novembre 2021 Déplacé le 1er août 2021 : Les élections." in page.main
    assert "Jalon en retard" not in page.main
    assert "Jalon déplacé : « Six conseils », du 1er juillet 2021 au 30 novembre 2021" in client.get("/2021/journal").main
    drop = move.replace("report", "abandon")
    bearer.post(drop, {"reason": " "}, 422)
    bearer.post(drop, {"reason": "Plus utile."}, 303)
    assert "abandonné" in client.get(SERVICE).main
    assert "Le déplacer" not in bearer.get(DESK).main
    assert "est abandonné" in bearer.post(drop, {"reason": "Encore."}, 409).main


def test_ninety_days_without_news_are_said(client: PageClient, bearer: PageClient, hold: Hold) -> None:
    hold(paris(2021, 8, 30, 23, 59))
    assert "Sans nouvelles" not in client.get(SERVICE).main
    hold(paris(2021, 8, 31))
    assert "Rien de nouveau depuis le 2 juin 2021" in client.get(SERVICE).main
    assert "Donnez des nouvelles" in bearer.get(DESK).main
    bearer.post(f"{DESK}/actualites", {"title": "Trois mois", "body": "Six conseils."}, 303)
    assert "Rien de nouveau" not in client.get(SERVICE).main


def test_what_is_missing_is_shown_plainly(client: PageClient, bearer: PageClient) -> None:
    page = client.get(SERVICE)
    for missing in ("Pas de dépôt public", "Pas de déclaration", "Pas de fichier security.txt", "Pas publiées"):
        assert missing in page.main
    form = bearer.get(f"{DESK}/presentation").form()
    said = {"repository": "code.exemple.fr/seance", "licence": "EUPL-1.2", "contact": "seance@exemple.fr"}
    bearer.post(f"{DESK}/presentation", form | said, 303)
    page = client.get(SERVICE)
    assert page.links()["https://code.exemple.fr/seance"] == "https://code.exemple.fr/seance"
    assert page.links()["seance@exemple.fr"] == "mailto:seance@exemple.fr"
    assert "Pas de dépôt public" not in page.main
    stale = bearer.post(f"{DESK}/presentation", form | {"name": "Autre"}, 409)
    assert "a changé entre-temps" in stale.main
    assert stale.form()["name"] == "Autre"


@pytest.mark.parametrize(
    ("typed", "beside"),
    [
        pytest.param({"site": "javascript:alert(1)"}, "site", id="an address that runs"),
        pytest.param({"repository": "ftp://exemple.fr"}, "repository", id="another scheme"),
        pytest.param({"accessibility": "ma page"}, "accessibility", id="words"),
        pytest.param({"contact": "appelez-moi"}, "contact", id="neither a mailbox nor a page"),
        pytest.param({"name": ""}, "name", id="no name"),
        pytest.param({"statistics": f"https://exemple.fr/{'a' * 500}"}, "statistics", id="too long"),
    ],
)
def test_an_address_is_whole(bearer: PageClient, typed: dict[str, str], beside: str) -> None:
    page = bearer.post(f"{DESK}/presentation", bearer.get(f"{DESK}/presentation").form() | typed, 422)
    assert page.soup.find(id=f"{beside}-erreur")
    assert page.form()[beside] == typed[beside]


def test_a_service_stops_with_what_was_learnt(client: PageClient, bearer: PageClient) -> None:
    stop = {"phase": "stopped", "reason": "Deux jours par an."}
    page = bearer.post(f"{DESK}/phase", stop, 409)
    assert "Qu’a-t-on appris ?" in squeezed(page.soup.find(id="learnt-erreur"))
    page = bearer.post(f"{DESK}/phase", stop | {"learnt": "Ceci.", "day": "2021-06-01"}, 409)
    assert "précède l’étape d’avant" in squeezed(page.soup.find(id="day-erreur"))
    bearer.post(f"{DESK}/phase", stop | {"learnt": "- un **carnet**\n- suffit", "day": "20/07/2021"}, 303)
    page = client.get(SERVICE)
    assert "Arrêté 20 juillet 2021 Deux jours par an." in page.main
    assert [squeezed(tag) for tag in page.soup.select("main .prose li")] == ["un carnet", "suffit"]
    assert "c’est une fin normale" in page.main


def test_the_agency_names_who_bears_a_service(client: PageClient, world: World, team: PageClient, bearer: PageClient) -> None:
    newcomer = PageClient(client.app).sign_in(world.person(GRAMAT))
    newcomer.get(DESK, 403)
    bearer.get(f"{DESK}/porteurs", 403)
    page = team.post(f"{DESK}/porteurs", {"siren": GRAMAT[:8] + "0", "reason": "x"}, 422)
    assert "Ce n’est pas un SIREN" in squeezed(page.soup.find(id="siren-erreur"))
    assert "Aucune collectivité" in team.post(f"{DESK}/porteurs", {"siren": "356000000", "reason": "x"}, 422).main
    assert "porte déjà" in team.post(f"{DESK}/porteurs", {"siren": ROCAMADOUR, "reason": "x"}, 409).main
    team.post(f"{DESK}/porteurs", {"siren": GRAMAT, "reason": "Elle finance."}, 303)
    assert "Gramat (Lot)" in client.get(SERVICE).main
    assert "Gramat (Lot) porte désormais ce service." in client.get("/2021/journal").main
    newcomer.get(DESK)
    team.post(f"{DESK}/porteurs/{GRAMAT}/retrait", {"reason": "Elle se retire."}, 303)
    newcomer.get(DESK, 403)
    team.get(f"{DESK}/porteurs/{GRAMAT}/retrait", 404)


def test_who_is_of_a_service(client: PageClient, world: World, service: Service) -> None:
    for actor in (world.person(GRAMAT), world.person(ROCAMADOUR, status=AttachmentStatus.PENDING)):
        outsider = PageClient(client.app).sign_in(actor)
        for path in ("", "/phase", "/jalons", "/presentation", "/actualites"):
            outsider.get(DESK + path, 403)
        assert "Tenir cette page à jour" not in outsider.get(SERVICE).main


def test_a_service_is_born_for_some_of_the_contributions(client: PageClient, world: World, team: PageClient) -> None:
    edition = world.edition("2022")
    kept = proposal(edition, "Organiser les séances")
    author = world.person(CAUVALDOR)
    for _ in range(2):
        stage_one.group(stage_one.need(author, edition), kept)
    page = team.get(f"/pilotage/2022/services/nouveau?proposal={kept.id}")
    form = page.form()
    assert len(form["contributions"]) == 2
    typed = form | {"name": "Réverbère", "summary": "Fictif.", "reason": "Parce que.", "day": "15/06/2021"}
    nothing = team.post("/pilotage/2022/services/nouveau", typed | {"contributions": []}, 409)
    assert "au moins" in squeezed(nothing.soup.find(id="contributions-erreur"))
    early = team.post("/pilotage/2022/services/nouveau", typed | {"day": "31/05/2021"}, 409)
    assert "trop ancienne" in squeezed(early.soup.find(id="day-erreur"))
    team.post("/pilotage/2022/services/nouveau", typed | {"contributions": form["contributions"][:1]}, 303)
    born = reading().query(Service).filter_by(edition_id=edition.id).one()
    assert len(queries.origins(born.id)) == 1
    assert "Investigation 15 juin 2021" in client.get("/2022/services/1").main


def test_the_desk_costs_the_same_with_one_and_with_three(bearer: PageClient, service: Service, moderator: Actor) -> None:
    for rank in range(3):
        set_milestone(moderator, service.id, title=f"{rank}", due_on=LATER.date(), at=AT)
        with count_statements() as sent:
            bearer.get(DESK)
        assert len(sent) == 8
    assert LOT not in bearer.get(DESK).text


def test_a_stop_that_did_not_happen_is_struck_out(
    client: PageClient, bearer: PageClient, team: PageClient, service: Service, moderator: Actor
) -> None:
    undo = f"{DESK}/phase/annulation"
    assert undo not in team.get(DESK).links().values()
    enter_phase(moderator, service.id, Phase.STOPPED, reason="Personne ne le veut.", learnt="Rien.", at=LATER)
    assert undo not in bearer.get(DESK).links().values()
    bearer.get(undo, 403)
    assert undo in team.get(DESK).links().values()
    assert "Dites pourquoi" in team.post(undo, {"reason": ""}, 422).main
    team.post(undo, {"reason": "C’était un autre service."}, 303)
    page = client.get(SERVICE)
    assert squeezed(page.soup.find("del")) == "Arrêté"
    assert "Arrêt annulé, dit à tort : C’était un autre service." in page.main
    assert "n’est pas arrêté" in client.get("/2021/journal").main
    team.post(undo, {"reason": "Deux fois."}, 409)


@pytest.mark.parametrize(
    ("path", "typed", "field"),
    [
        ("jalons", {"title": "Dépenser 12 500 €", "due_on": "2021-12-01"}, "title"),
        ("phase", {"phase": "construction", "reason": "Nous avons 30 k€."}, "reason"),
        ("phase", {"phase": "stopped", "reason": "Assez.", "learnt": "Il fallait 30 000 euros."}, "learnt"),
        (
            "presentation",
            {"revision": "0", "name": "Séance", "summary": "Un outil.", "to_deploy": "Comptez 3 k€."},
            "to_deploy",
        ),
    ],
)
def test_an_amount_is_said_where_the_agency_reads_it_first(
    client: PageClient, bearer: PageClient, team: PageClient, path: str, typed: dict[str, str], field: str
) -> None:
    refused = bearer.post(f"{DESK}/{path}", typed, 409)
    assert "page « Argent »" in squeezed(refused.soup.find(id=f"{field}-erreur"))
    kept = refused.soup.find(attrs={"name": field})
    assert kept is not None
    assert typed[field] in (kept.get("value") or kept.get_text())
    assert typed[field] not in client.get(SERVICE).main
    team.post(f"{DESK}/{path}", typed, 303)
