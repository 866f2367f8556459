"""The desk of candidatures in a browser: found, noted, written to, prepared alone or together, published at once."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select

from consult.calendar.model import Edition
from consult.ground.actor import Actor, Role
from consult.ground.database import reading
from consult.interests.grid import criteria_of, set_grid
from consult.interests.grid_rules import CriterionDraft
from consult.interests.messages import reply
from consult.interests.model import Interest, InterestStatus, Level
from consult.interests.preparing import prepare
from consult.interests.publishing import accept
from consult.outbox.model import Message, Notice
from consult.proposals.model import Proposal
from tests.support.page import PageClient
from tests.support.retained import proposal
from tests.support.statements import count_statements
from tests.support.volunteers import INSTRUCTED as AT
from tests.support.volunteers import interest, now, states
from tests.support.world import CAUVALDOR, GRAMAT, LOT, OCCITANIE, ROCAMADOUR, World

DESK = "/pilotage/2021/candidatures"
ACCEPTED, WAITLISTED, DECLINED = InterestStatus.ACCEPTED, InterestStatus.WAITLISTED, InterestStatus.DECLINED
GRID = [CriterionDraft("Le besoin est réel", "Ce qu’elle a écrit.", 3), CriterionDraft("Le temps est donné", "", 1)]


@pytest.fixture(autouse=True)
def during_instruction(hold: Callable[[datetime], None]) -> None:
    hold(AT)


@pytest.fixture
def edition(world: World) -> Edition:
    world.edition("2020")
    return world.edition()


@pytest.fixture
def found(edition: Edition) -> Proposal:
    return proposal(edition)


@pytest.fixture
def files(world: World, found: Proposal) -> list[Interest]:
    return [interest(found, world.person(siren)) for siren in (ROCAMADOUR, GRAMAT, LOT)]


@pytest.fixture
def team(world: World) -> Actor:
    return world.person(None, Role.MODERATOR)


@pytest.fixture
def desk(client: PageClient, team: Actor) -> PageClient:
    return client.sign_in(team)


def another(desk: PageClient, world: World, *roles: Role) -> PageClient:
    return PageClient(desk.app).sign_in(world.person(None, *(roles or (Role.MODERATOR,))))


# ── the list ─────────────────────────────────────────────────────────────────────────────


def test_the_list_shows_what_is_to_study_and_its_filters_compose(
    desk: PageClient, world: World, found: Proposal, team: Actor, files: list[Interest]
) -> None:
    accept(team, files[2].id, at=AT)
    prepare(team, found.edition_id, [files[1].id], WAITLISTED, reason="Trop.", at=AT)
    page = desk.get(DESK)
    assert "2 candidatures à étudier" in page.main
    assert "Département du Lot" not in page.links()
    assert "à mettre en attente (place 1)" in page.main
    assert "À étudier (2)" in page.main
    assert "1 réponse préparée" in page.main
    assert "1 candidature attend encore la sienne" in page.main
    assert "Département du Lot" in desk.get(f"{DESK}?etat=accepted").links()
    both = desk.get(f"{DESK}?etat=toutes&nature=commune&departement=46&reponse=aucune&tri=nom")
    assert "Rocamadour (Lot)" in both.links()
    assert "Gramat (Lot)" not in both.links()
    for wrong in ("etat=n’importe", "proposition=99", "niveau=x", "reponse=x", "lecture=x", "tri=x", "page=x"):
        assert "2 candidatures à étudier" in desk.get(f"{DESK}?{wrong}").main
    assert "Aucune candidature ici" in desk.get(f"{DESK}?niveau=pilote").main


def test_a_link_of_the_list_keeps_its_filters(desk: PageClient, files: list[Interest]) -> None:
    page = desk.get(f"{DESK}?departement=46&tri=nom")
    assert page.links()["Gramat (Lot)"] == f"{DESK}/2?departement=46&tri=nom"


def test_the_list_and_a_file_cost_the_same_with_three_and_with_twenty(
    desk: PageClient, world: World, found: Proposal, files: list[Interest]
) -> None:
    def costs() -> list[int]:
        counted = []
        for path in (DESK, f"{DESK}/1", f"{DESK}/publication", f"{DESK}/lot", f"{DESK}/equilibre"):
            with count_statements() as sent:
                desk.get(path)
            counted.append(len(sent))
        return counted

    few = costs()
    for siren in (CAUVALDOR, OCCITANIE):
        interest(found, world.person(siren), Level.PILOTE)
    edition_id = found.edition_id
    prepare(world.person(None, Role.MODERATOR), edition_id, [one.id for one in files], ACCEPTED, reason="Oui.", at=AT)
    assert costs() == few == [8, 12, 7, 5, 5]


# ── one file ─────────────────────────────────────────────────────────────────────────────


def test_a_file_says_all_and_prepares_its_answer_then_opens_the_next(
    desk: PageClient, found: Proposal, files: list[Interest]
) -> None:
    file = desk.get(f"{DESK}/1?tri=nom")
    assert "Camille Fictif, responsable des assemblées" in file.main
    action = f"{DESK}/1?tri=nom"
    assert "Choisissez une réponse." in desk.post(action, file.form(action) | {"reason": "Oui."}, 422).main
    lost = desk.post(action, file.form(action) | {"answer": "waitlisted", "rank": "zéro", "reason": "Tard."}, 422)
    assert lost.form(action)["reason"] == "Tard."
    assert "Écrivez la raison" in desk.post(action, file.form(action) | {"answer": "accepted"}, 422).main
    done = desk.post(action, file.form(action) | {"answer": "accepted", "reason": "Une petite commune."}, 303)
    assert now(files[0]).prepared is ACCEPTED
    assert "Réponse préparée pour la candidature n° 1" in desk.follow(done).main
    assert reading().scalars(select(Message).where(Message.notice == Notice.INTEREST_DECIDED)).all() == []


def test_the_second_of_two_is_told_and_loses_nothing(desk: PageClient, world: World, files: list[Interest]) -> None:
    other = another(desk, world, Role.ADMINISTRATOR)
    here, there = desk.get(f"{DESK}/1").form(f"{DESK}/1"), other.get(f"{DESK}/1").form(f"{DESK}/1")
    desk.post(f"{DESK}/1", here | {"answer": "accepted", "reason": "Oui."}, 303)
    page = other.post(f"{DESK}/1", there | {"answer": "declined", "reason": "Non, car trop loin."}, 409)
    assert "Ce dossier a changé entre-temps" in page.main
    assert page.form(f"{DESK}/1")["reason"] == "Non, car trop loin."
    assert now(files[0]).prepared is ACCEPTED


def test_a_form_that_comes_back_incomplete_still_says_which_page_it_was_read_on(
    desk: PageClient, world: World, files: list[Interest]
) -> None:
    form = desk.get(f"{DESK}/1").form(f"{DESK}/1")
    colleague = world.person(None, Role.ADMINISTRATOR)
    prepare(colleague, files[0].edition_id, [files[0].id], DECLINED, reason="Hors sujet.", at=AT)
    back = desk.post(f"{DESK}/1", form | {"answer": "accepted", "reason": ""}, 422).form(f"{DESK}/1")
    stale = desk.post(f"{DESK}/1", back | {"answer": "accepted", "reason": "Une petite commune."}, 409)
    assert "Une petite commune." in stale.main
    assert now(files[0]).prepared is DECLINED
    desk.post(f"{DESK}/1", stale.form(f"{DESK}/1"), 303)
    assert now(files[0]).prepared is ACCEPTED


def test_an_answer_is_taken_back(desk: PageClient, found: Proposal, team: Actor, files: list[Interest]) -> None:
    prepare(team, found.edition_id, [files[0].id], DECLINED, reason="Non.", at=AT)
    page = desk.get(f"{DESK}/1")
    assert page.form(f"{DESK}/1")["answer"] == ["declined"]
    done = desk.post(f"{DESK}/1/reprise", page.form(f"{DESK}/1/reprise"), 303)
    assert "attend de nouveau" in desk.follow(done).main
    assert now(files[0]).prepared is None


def test_others_points_are_read_after_one_s_own(
    desk: PageClient, world: World, edition: Edition, files: list[Interest]
) -> None:
    set_grid(world.person(None, Role.ADMINISTRATOR), edition.id, GRID, reason="Oui.", at=AT)
    first, second = (one.id for one in criteria_of(edition.id))
    other = another(desk, world)
    note = f"{DESK}/1/lecture"
    assert "Donnez des points à ce critère." in other.post(note, {f"points_{first}": "4"}, 422).main
    assert other.post(note, {f"points_{first}": "9", f"points_{second}": "0"}, 422).status == 422
    other.post(note, {f"points_{first}": "4", f"points_{second}": "0", "note": "Un besoin criant."}, 303)
    before = desk.get(f"{DESK}/1")
    assert "1 autre personne a lu cette candidature" in before.main
    assert "Un besoin criant." not in before.main
    assert "3,00" not in before.main
    assert "3,00" not in desk.get(DESK).main
    assert "3,00 sur 4" in desk.get(f"{DESK}?tri=note").main
    desk.post(note, {f"points_{first}": "1", f"points_{second}": "1"}, 303)
    after = desk.get(f"{DESK}/1")
    assert "Un besoin criant." in after.main
    assert "Ensemble : 2,00 sur 4" in after.main
    assert "2,00 sur 4" in desk.get(DESK).main


def test_a_message_is_sent_and_its_reply_waits_at_the_desk(desk: PageClient, world: World, files: list[Interest]) -> None:
    assert "Écrivez votre message." in desk.post(f"{DESK}/1/message", {"body": " "}, 422).main
    done = desk.post(f"{DESK}/1/message", {"body": "Qui viendra ?", "asks_correction": "y"}, 303)
    page = desk.follow(done)
    assert "Qui viendra ?" in page.main
    assert "correction demandée, attendue" in page.main
    assert "correction demandée" in desk.get(DESK).main
    reply(world.person(ROCAMADOUR), files[0].id, "Notre secrétaire.", at=AT)
    assert "Rocamadour (Lot)" in desk.get(f"{DESK}?message=a-lire").links()
    assert "Gramat (Lot)" not in desk.get(f"{DESK}?message=a-lire").links()


def test_one_s_own_collectivite_is_not_shown(client: PageClient, world: World, found: Proposal, files: list[Interest]) -> None:
    team = world.person(None, Role.ADMINISTRATOR)
    prepare(team, found.edition_id, [one.id for one in files], DECLINED, reason="Une raison secrète.", at=AT)
    both = client.sign_in(world.person(ROCAMADOUR, Role.MODERATOR))
    assert "Une raison secrète." not in both.get(f"{DESK}/1").main
    assert "Votre propre collectivité" in both.get(f"{DESK}/1").main
    both.post(f"{DESK}/1", {"answer": "accepted", "reason": "Oui."}, 403)
    assert "Rocamadour" not in both.get(f"{DESK}/publication").main
    assert "Rocamadour" not in both.get(f"{DESK}/lot").main


def test_the_counts_do_not_say_the_answer_to_one_s_own_collectivite(
    client: PageClient, world: World, found: Proposal, files: list[Interest]
) -> None:
    team = world.person(None, Role.ADMINISTRATOR)
    prepare(team, found.edition_id, [files[0].id], ACCEPTED, reason="Oui.", at=AT)
    prepare(team, found.edition_id, [files[1].id], DECLINED, reason="Non.", at=AT)
    page = client.sign_in(world.person(ROCAMADOUR, Role.MODERATOR)).get(f"{DESK}/publication")
    for said in (
        "Acceptées : 0",
        "Déclinées : 1",
        "1 réponse à une collectivité pour laquelle vous parlez",
        "Publier 2 réponses",
    ):
        assert said in page.main


def test_unknown_files(desk: PageClient, edition: Edition) -> None:
    for path in ("/99", "/99/lecture"):
        desk.post(DESK + path, {"answer": "accepted", "reason": "Oui."}, 404)
    desk.get(f"{DESK}/99", 404)


# ── together ─────────────────────────────────────────────────────────────────────────────


def test_a_filtered_list_is_prepared_in_one_act_that_says_how_many(
    desk: PageClient, found: Proposal, files: list[Interest]
) -> None:
    page = desk.get(f"{DESK}/lot?nature=commune&tri=nom")
    assert "2 candidatures : Communes" in page.main
    action = f"{DESK}/lot?nature=commune&tri=nom"
    typed = {"interests": ["2", "1"], "revisions": ["2:0", "1:0"], "answer": "waitlisted", "reason": "Trop nombreuses."}
    assert "Écrivez la raison" in desk.post(action, typed | {"reason": ""}, 422).main
    done = desk.post(action, typed, 303)
    assert "2 réponses préparées" in desk.follow(done).main
    assert [(now(one).prepared, now(one).prepared_rank) for one in files] == [(WAITLISTED, 2), (WAITLISTED, 1), (None, None)]


def test_what_no_candidature_bears_is_not_ticked(desk: PageClient, files: list[Interest]) -> None:
    for typed in ("9" * 5000, "-1", "²", "1%00", "%F0%9F%98%80"):
        assert "Rocamadour (Lot)" in desk.get(f"{DESK}/lot?choix={typed}").main


def test_only_the_ticked_ones(desk: PageClient, files: list[Interest]) -> None:
    page = desk.get(f"{DESK}/lot?choix=1&choix=3&choix=abc")
    assert "2 candidatures que vous avez cochées" in page.main
    assert "Gramat" not in page.main


def test_all_or_none_when_one_changed(desk: PageClient, found: Proposal, team: Actor, files: list[Interest]) -> None:
    prepare(team, found.edition_id, [files[1].id], ACCEPTED, reason="Oui.", at=AT)
    typed = {"interests": ["1", "2"], "revisions": ["1:0", "2:0"], "answer": "declined", "reason": "Non."}
    page = desk.post(f"{DESK}/lot", typed, 409)
    assert "Rien n’a été changé" in page.main
    assert now(files[0]).prepared is None
    desk.post(f"{DESK}/lot", typed | {"interests": ["1", "99"]}, 404)
    desk.post(f"{DESK}/lot", typed | {"interests": ["un"]}, 422)


# ── the balance ──────────────────────────────────────────────────────────────────────────


def test_the_balance_says_who_is_left_out(desk: PageClient, found: Proposal, team: Actor, files: list[Interest]) -> None:
    prepare(team, found.edition_id, [files[0].id], ACCEPTED, reason="Oui.", at=AT)
    page = desk.get(f"{DESK}/equilibre")
    assert "département (1 volontaire)" in page.main
    assert "Commune 2 0 1 50 %" in page.main
    assert "Par nature : département." in desk.get(DESK).main
    prepare(team, found.edition_id, [one.id for one in files], ACCEPTED, reason="Oui.", at=AT)
    assert "Non : chaque nature" in desk.get(f"{DESK}/equilibre?proposition=1").main
    assert "Aucune candidature" in desk.get(f"{DESK}/equilibre?niveau=pilote").main


# ── the publication ──────────────────────────────────────────────────────────────────────


def test_the_publication_says_all_before_it_does_all(
    desk: PageClient, world: World, found: Proposal, team: Actor, files: list[Interest]
) -> None:
    assert "Aucune réponse n’est préparée" in desk.get(f"{DESK}/publication").main
    world.person(ROCAMADOUR)
    prepare(team, found.edition_id, [files[0].id], ACCEPTED, reason="Une petite commune.", at=AT)
    prepare(team, found.edition_id, [files[1].id], WAITLISTED, reason="Trop nombreuses.", at=AT)
    page = desk.get(f"{DESK}/publication")
    for said in ("Acceptées : 1", "En liste d’attente : 1", "Déclinées : 0", "3 courriels partent", "1 candidature n’a pas"):
        assert said in page.main
    assert "Rocamadour (Lot) est maintenant territoire référent" in page.main
    assert "à la place n° 1" in page.main
    form = page.form()
    assert "Cochez cette case" in desk.post(f"{DESK}/publication", form, 422).main
    prepare(team, found.edition_id, [files[2].id], DECLINED, reason="Non.", at=AT)
    stale = desk.post(f"{DESK}/publication", form | {"confirm": "y"}, 409)
    assert "Les réponses préparées ont changé" in stale.main
    assert {state for state, _ in states(found).values()} == {InterestStatus.SUBMITTED}
    done = desk.post(f"{DESK}/publication", stale.form() | {"confirm": "y"}, 303)
    assert "3 réponses publiées" in desk.follow(done).main
    assert [state for state, _ in states(found).values()] == [ACCEPTED, WAITLISTED, DECLINED]
    again = desk.post(f"{DESK}/publication", {"confirm": "y"}, 409)
    assert "Aucune réponse n’est préparée" in again.main


def test_nothing_prepared_is_visible_outside_the_desk(
    desk: PageClient, world: World, found: Proposal, team: Actor, files: list[Interest]
) -> None:
    """Prepared or not, what others read is the same, to the letter."""
    agent = PageClient(desk.app).sign_in(world.person(ROCAMADOUR))
    paths = {
        PageClient(desk.app): (
            "/2021/propositions/1/territoires-referents",
            f"/collectivites/{ROCAMADOUR}",
            "/2021/journal",
            "/2021/bilan",
        ),
        agent: ("/2021/candidatures", "/2021/candidatures/1", "/compte/collectivite"),
    }

    def seen() -> list[str]:
        return [who.get(path).main for who, every in paths.items() for path in every]

    def exported() -> str:
        return PageClient(desk.app).http.get("/2021/donnees/interests.csv").get_data(as_text=True)

    before, file = seen(), exported()
    prepare(team, found.edition_id, [files[0].id], ACCEPTED, reason="Une raison secrète.", at=AT)
    prepare(team, found.edition_id, [files[1].id, files[2].id], WAITLISTED, reason="Une raison secrète.", at=AT)
    assert seen() == before
    assert exported() == file
    personal = agent.http.get("/compte/donnees.json").get_data(as_text=True)
    assert "secrète" not in personal
    assert "prepared" not in personal


# ── the grid ─────────────────────────────────────────────────────────────────────────────


def test_the_grid_is_set_by_an_administrator_until_it_is_used(
    desk: PageClient, world: World, edition: Edition, files: list[Interest]
) -> None:
    pilot = another(desk, world, Role.ADMINISTRATOR)
    grid = "/pilotage/2021/criteres"
    form = pilot.get(grid).form()
    assert "Écrivez un critère au moins." in pilot.post(grid, form | {"reason": "Oui."}, 422).main
    assert "Écrivez le critère" in pilot.post(grid, form | {"help_1": "Une aide.", "reason": "Oui."}, 422).main
    twice = form | {"label_1": "Le besoin", "label_2": "le besoin", "reason": "Oui."}
    assert "déjà écrit" in pilot.post(grid, twice, 422).main
    lost = pilot.post(grid, form | {"label_1": "Le besoin", "weight_1": "11"}, 422)
    assert lost.form()["label_1"] == "Le besoin"
    done = pilot.post(grid, form | {"label_1": "Le besoin", "weight_1": "3", "label_3": "Le temps", "reason": "Oui."}, 303)
    assert "La grille est fixée." in pilot.follow(done).main
    assert [(one.label, one.weight) for one in criteria_of(edition.id)] == [("Le besoin", 3), ("Le temps", 1)]
    stale = pilot.post(grid, form | {"label_1": "Autre", "reason": "Oui."}, 409)
    assert "La grille a changé entre-temps" in stale.main
    assert "Grille de lecture des candidatures fixée : 2 critères." in pilot.get("/2021/journal").main
    desk.post(grid, {"label_1": "Autre", "weight_1": "1", "reason": "Oui."}, 403)
    assert "Un administrateur la fixe." in desk.get(grid).main
    first, second = (one.id for one in criteria_of(edition.id))
    desk.post(f"{DESK}/1/lecture", {f"points_{first}": "1", f"points_{second}": "1"}, 303)
    assert "Une première lecture l’a figée" in pilot.get(grid).main
