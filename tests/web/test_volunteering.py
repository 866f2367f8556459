"""Writing a candidature: filled in with what is known, kept as one types, never lost, submitted once."""

import pytest

from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.ground.actor import Actor
from consult.ground.database import reading
from consult.interests.actions import InterestDraft, declare
from consult.interests.model import Interest, Level, StartedInterest
from consult.interests.rules import CHARTER
from tests.support.naughty import HOSTILE
from tests.support.page import Page, PageClient
from tests.support.retained import proposal
from tests.support.stage_one import group, need
from tests.support.statements import count_statements
from tests.support.world import GRAMAT, ROCAMADOUR, World, closing_of, during

OPEN = during(Stage.INTERESTS)
FORM = "/2021/propositions/1/candidature"
TYPED = {"level": "atelier", "motivation": "Nous tenons six conseils par an.", "revision": "0"}
KEPT = TYPED | {"act": "brouillon"}
JSON = {"Accept": "application/json"}


@pytest.fixture
def edition(world: World, hold) -> Edition:
    edition = world.edition()
    found = proposal(edition)
    group(need(world.person(ROCAMADOUR), edition, title="Signaler un nid-de-poule"), found)
    hold(OPEN)
    return edition


@pytest.fixture
def agent(world: World, edition: Edition, client: PageClient) -> Actor:
    agent = world.person(ROCAMADOUR)
    client.sign_in(agent)
    return agent


def kept() -> list[StartedInterest]:
    reading().expire_all()
    return reading().query(StartedInterest).order_by(StartedInterest.id).all()


def test_the_form_is_filled_in_with_what_the_site_knows(client: PageClient, agent: Actor) -> None:
    page = client.get(FORM)
    assert "Vous avez décrit ce besoin : Signaler un nid-de-poule" in page.main
    filled = page.form()
    assert "« Signaler un nid-de-poule » (contribution n° 1)" in " ".join(filled["motivation"].split())
    assert (filled["referent_name"], filled["referent_function"]) == (agent.name, agent.function)
    assert "level" not in filled
    assert "charter" not in filled
    assert not kept(), "what was only shown is not kept"


def test_who_wrote_nothing_is_told_nothing_of_it(client: PageClient, world: World, edition: Edition) -> None:
    page = client.sign_in(world.person(GRAMAT)).get(FORM)
    assert "Ce que nous savons déjà" not in page.main
    assert not page.form()["motivation"].strip()


def test_a_button_keeps_it_and_it_is_unmistakably_not_submitted(client: PageClient, agent: Actor) -> None:
    page = client.follow(client.post(FORM, KEPT | {"referent_name": "Camille"}, 303))
    assert "La candidature n’est pas déposée" in page.main
    assert "Brouillon, non déposé" in page.main
    assert "Brouillon enregistré à" in page.main
    filled = page.form()
    assert (filled["level"], filled["motivation"], filled["referent_name"]) == (["atelier"], TYPED["motivation"], "Camille")
    assert filled["revision"] == "1"
    assert not reading().query(Interest).all()
    assert "Rocamadour" not in PageClient(client.app).get("/2021/propositions/1/territoires-referents").main


def test_the_script_keeps_it_as_one_types(client: PageClient, agent: Actor) -> None:
    answer = client.post(FORM, KEPT, 200, headers=JSON).response.get_json()
    assert (answer["url"], answer["revision"]) == (FORM, 1)
    assert answer["said"].startswith("Brouillon enregistré à")
    answer = client.post(FORM, KEPT | {"motivation": "Autre.", "revision": "0"}, 409, headers=JSON).response.get_json()
    assert "n’est pas enregistré" in answer["said"]
    assert client.post(FORM, {"act": "brouillon"}, 200, headers=JSON).response.get_json() == {"said": ""}
    assert [one.data["motivation"] for one in kept()] == [TYPED["motivation"]]


def test_what_another_tab_saved_is_shown_beside_what_is_typed(client: PageClient, agent: Actor) -> None:
    client.post(FORM, KEPT, 303)
    page = client.post(FORM, KEPT | {"motivation": "Un autre texte.", "revision": "0"}, 409)
    assert "Ce brouillon a changé ailleurs" in page.main
    assert TYPED["motivation"] in page.main
    typed = page.form()
    assert typed["motivation"] == "Un autre texte."
    client.post(FORM, typed | {"act": "brouillon"}, 303)
    assert kept()[0].data["motivation"] == "Un autre texte."


def test_submitting_keeps_first_and_then_the_draft_is_gone(client: PageClient, agent: Actor) -> None:
    page = client.post(FORM, TYPED, 422)
    assert "Lisez la charte" in page.main
    assert "votre texte est gardé en brouillon" in page.main
    assert kept()[0].data["motivation"] == TYPED["motivation"]
    client.post(FORM, page.form() | {"charter": CHARTER}, 303)
    assert not kept()
    assert reading().query(Interest).one().motivation == TYPED["motivation"]


def test_at_the_close_what_was_begun_can_still_be_read_and_kept(client: PageClient, agent: Actor, hold) -> None:
    client.post(FORM, KEPT, 303)
    hold(closing_of(Stage.INTERESTS))
    page = client.get(FORM)
    assert "ne peut pas être déposée maintenant" in page.main
    assert "Déposer la candidature" not in page.main
    client.post(FORM, page.form() | {"act": "brouillon", "motivation": "Trop tard."}, 303)
    refused = client.post(FORM, TYPED | {"motivation": "Tant pis.", "revision": "2", "charter": CHARTER}, 409)
    assert "Elle est fermée depuis le" in refused.main
    assert kept()[0].data["motivation"] == "Tant pis."


def test_once_a_colleague_has_submitted_it_says_so(client: PageClient, agent: Actor, world: World) -> None:
    client.post(FORM, KEPT, 303)
    declare(world.person(ROCAMADOUR), 1, InterestDraft(Level.RELECTURE, "", "", "", "", "", "Oui.", CHARTER), at=OPEN)
    assert "s’est déjà portée volontaire" in client.get(FORM).main
    page = client.post(FORM, KEPT | {"motivation": "Autre.", "revision": "1"}, 409)
    assert "s’est déjà portée volontaire" in page.main
    assert page.form()["motivation"] == "Autre."


def test_it_is_thrown_away_once_one_has_said_so(client: PageClient, agent: Actor, world: World) -> None:
    client.get(f"{FORM}/abandon", 404)
    client.post(FORM, KEPT, 303)
    assert client.get(FORM).links()["Supprimer ce brouillon"] == f"{FORM}/abandon"
    assert "ne peut pas être retrouvé" in client.get(f"{FORM}/abandon").main
    colleague = PageClient(client.app).sign_in(world.person(ROCAMADOUR))
    colleague.post(f"{FORM}/abandon", status=404)
    assert "est supprimé" in client.follow(client.post(f"{FORM}/abandon", status=303)).main
    assert not kept()


def test_a_colleague_never_sees_it(client: PageClient, agent: Actor, world: World) -> None:
    client.post(FORM, KEPT, 303)
    colleague = PageClient(client.app).sign_in(world.person(ROCAMADOUR))
    assert TYPED["motivation"] not in colleague.get(FORM).text


def test_a_pilot_says_how_much_time_its_referent_has(client: PageClient, agent: Actor) -> None:
    people = {"referent_name": "A", "referent_function": "b", "sponsor_name": "C", "sponsor_function": "d"}
    page = client.post(FORM, TYPED | people | {"level": "pilote", "charter": CHARTER}, 422)
    assert "une demi-journée par semaine au moins" in str(page.soup.find(id="availability-erreur"))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_is_harmless_in_a_draft(client: PageClient, agent: Actor, hostile: str) -> None:
    client.post(FORM, KEPT | {"motivation": hostile, "sponsor_name": hostile}, 303)
    page = Page(client.http.get(FORM))
    assert page.status == 200
    assert not page.soup.main.find_all(["script", "img"])  # type: ignore[union-attr]


def test_the_form_costs_the_same_whatever_is_known(client: PageClient, agent: Actor, world: World) -> None:
    def cost() -> int:
        with count_statements() as sent:
            client.get(FORM)
        return len(sent)

    one = cost()
    assert one == 8  # the session, the edition, the proposition, the draft, the charter, what is known (three)
    client.post(FORM, KEPT, 303)
    assert cost() == one
