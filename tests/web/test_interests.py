"""Stage 3 in pages: who volunteers, the form, taking it back, the desk that answers."""

from datetime import datetime

import pytest

from consult.accounts.model import AttachmentStatus
from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.ground.actor import Actor, Profile, Role
from consult.ground.database import reading
from consult.interests.actions import InterestDraft, declare
from consult.interests.model import Interest, InterestStatus, Level
from consult.interests.publishing import accept
from consult.interests.rules import CHARTER
from consult.selection.model import Outcome
from tests.support.naughty import HOSTILE
from tests.support.page import Page, PageClient
from tests.support.retained import proposal
from tests.support.statements import count_statements
from tests.support.world import CAUVALDOR, GRAMAT, LOT, ROCAMADOUR, World, closing_of, during, just_before, opening_of

OPEN = during(Stage.INTERESTS)
PAGE = "/2021/propositions/1/territoires-referents"
FORM = "/2021/propositions/1/candidature"
TYPED = {
    "level": "pilote",
    "motivation": "Nous tenons six conseils par an.",
    "availability": "Une demi-journée par semaine.",
    "referent_name": "Camille Fictif",
    "referent_function": "responsable des assemblées",
    "sponsor_name": "Dominique Fictif",
    "sponsor_function": "directrice générale des services",
    "charter": CHARTER,
}
DRAFT = InterestDraft(Level.ATELIER, "", "", "", "", "", "Nous avons des idées.", CHARTER)


@pytest.fixture
def edition(world: World, hold) -> Edition:
    edition = world.edition()
    proposal(edition)
    hold(OPEN)
    return edition


@pytest.fixture
def agent(world: World, edition: Edition, client: PageClient) -> Actor:
    agent = world.person(ROCAMADOUR)
    client.sign_in(agent)
    return agent


def kept() -> list[Interest]:
    reading().expire_all()
    return reading().query(Interest).order_by(Interest.id).all()


def test_a_collectivite_volunteers_is_told_and_takes_it_back(client: PageClient, agent: Actor) -> None:
    page = client.get(PAGE)
    assert page.links()["Se porter volontaire"] == FORM
    assert "29 mai" not in page.main
    assert "31 mai 2021 à minuit" in page.main
    done = client.follow(client.post(FORM, client.get(FORM).form() | TYPED, 303))
    assert "Candidature n° 1 enregistrée pour Rocamadour (Lot)" in done.main
    assert "Rocamadour (Lot) est volontaire" in done.main
    back = client.get(done.links()["Retirer cette candidature"])
    client.post(f"{FORM}/retrait", {"reason": " "}, 422)
    gone = client.follow(client.post(f"{FORM}/retrait", back.form() | {"reason": "Le conseil a changé d’avis."}, 303))
    assert "Se porter volontaire" in gone.links()
    assert [(one.status, one.reason) for one in kept()] == [(InterestStatus.WITHDRAWN, "Le conseil a changé d’avis.")]
    client.get(f"{FORM}/retrait", 404)


def test_the_names_of_people_and_what_they_wrote_are_for_the_team(client: PageClient, agent: Actor, world: World) -> None:
    client.post(FORM, TYPED, 303)
    others = PageClient(client.app)
    for page in (client.get(PAGE), others.get(PAGE), others.get("/2021/journal"), others.get("/2021/bilan")):
        for secret in ("Camille", "Dominique", "six conseils", "demi-journée par semaine."):
            assert secret not in page.text
    assert "Rocamadour (Lot)" in others.get(PAGE).main
    team = PageClient(client.app).sign_in(world.person(None, Role.MODERATOR))
    assert "Camille Fictif, responsable des assemblées" in team.get("/pilotage/2021/candidatures/1").main


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        pytest.param({"level": ""}, "level", id="no level"),
        pytest.param({"level": "chef"}, "level", id="an unknown level"),
        pytest.param({"motivation": "  "}, "motivation", id="no reason"),
        pytest.param({"motivation": "a" * 4001}, "motivation", id="too long a reason"),
        pytest.param({"charter": ""}, "charter", id="the charter is not accepted"),
        pytest.param({"charter": "2020-1"}, "charter", id="an older charter"),
        pytest.param({"referent_name": " "}, "referent_name", id="a pilot without a référent"),
        pytest.param({"sponsor_function": ""}, "sponsor_function", id="a sponsor without a function"),
        pytest.param({"referent_name": "a" * 121}, "referent_name", id="a name too long for the base"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(
    client: PageClient, agent: Actor, changed: dict[str, str], field: str
) -> None:
    page = client.post(FORM, TYPED | changed, 422)
    assert page.soup.find(id=f"{field}-erreur"), page.main
    assert page.soup.find(id="erreurs")
    assert page.form()["availability"] == TYPED["availability"]
    assert not kept()


def test_only_a_pilot_must_name_people(client: PageClient, agent: Actor) -> None:
    client.post(FORM, {"level": "relecture", "motivation": "Nous relirons.", "charter": CHARTER}, 303)
    assert kept()[0].level is Level.RELECTURE


def test_at_the_closing_instant_the_answer_is_no_and_the_text_is_kept(client: PageClient, agent: Actor, hold) -> None:
    hold(just_before(closing_of(Stage.INTERESTS)))
    filled = client.get(FORM).form() | TYPED
    hold(closing_of(Stage.INTERESTS))
    page = client.post(FORM, filled, 409)
    assert "Elle est fermée depuis le 31 mai 2021 à minuit (heure de Paris)" in page.main
    assert page.form()["motivation"] == TYPED["motivation"]
    page = client.post(FORM, filled | {"level": ""}, 409)
    assert page.form()["motivation"] == TYPED["motivation"], "what is wrong in the form does not hide the refusal"
    assert not kept()
    hold(just_before(closing_of(Stage.INTERESTS)))
    client.post(FORM, filled, 303)


@pytest.mark.parametrize(
    ("at", "status", "words"),
    [
        pytest.param(just_before(opening_of(Stage.INTERESTS)), 409, "ne sont pas encore ouvertes", id="one second early"),
        pytest.param(opening_of(Stage.INTERESTS), 200, "veut-elle y prendre part", id="at the opening instant"),
        pytest.param(
            just_before(closing_of(Stage.INTERESTS)), 200, "veut-elle y prendre part", id="one second before the close"
        ),
        pytest.param(closing_of(Stage.INTERESTS), 409, "sont closes depuis le", id="at the close"),
    ],
)
def test_the_page_and_the_form_follow_the_same_gate(
    client: PageClient, agent: Actor, hold, at: datetime, status: int, words: str
) -> None:
    hold(at)
    assert words in client.get(PAGE).main
    client.get(FORM, status)


def test_what_each_person_is_told(client: PageClient, world: World, edition: Edition) -> None:
    def told(actor: Actor) -> str:
        return PageClient(client.app).sign_in(actor).get(PAGE).main

    assert "Se connecter pour se porter volontaire" in client.get(PAGE).main
    assert "Dites d’abord au nom de laquelle" in told(world.person(None))
    assert "encore à vérifier" in told(world.person(GRAMAT, status=AttachmentStatus.PENDING))
    assert "Les partenaires ne peuvent pas" in told(world.person(None, profile=Profile.PARTENAIRE))
    client.get(FORM, 401)
    partner = PageClient(client.app).sign_in(world.person(None, profile=Profile.PARTENAIRE))
    partner.post(FORM, TYPED, 403)
    assert not kept()


@pytest.mark.parametrize(
    ("outcome", "proclaimed", "words"),
    [
        pytest.param(Outcome.RETAINED, False, "n’est pas encore proclamée", id="a secret yes"),
        pytest.param(Outcome.NOT_RETAINED, False, "n’est pas encore proclamée", id="a secret no reads the same"),
        pytest.param(Outcome.NOT_RETAINED, True, "n’a pas été retenue", id="a public no"),
        pytest.param(Outcome.DEFERRED, True, "n’a pas été retenue", id="deferred"),
    ],
)
def test_a_proposition_that_is_not_retained_has_no_referents(
    world: World, client: PageClient, hold, outcome: Outcome, proclaimed: bool, words: str
) -> None:
    edition = world.edition()
    proposal(edition, outcome=outcome) if proclaimed else proposal(edition, outcome=outcome, proclaimed_at=None)
    hold(OPEN)
    client.sign_in(world.person(ROCAMADOUR))
    assert words in client.get(PAGE).main
    client.get(FORM, 409)
    assert words in client.post(FORM, TYPED, 409).main
    assert not kept()


def test_a_second_live_one_keeps_what_was_typed(client: PageClient, agent: Actor, world: World) -> None:
    colleague = PageClient(client.app).sign_in(world.person(ROCAMADOUR))
    filled = colleague.get(FORM).form() | TYPED
    client.post(FORM, TYPED, 303)
    page = colleague.post(FORM, filled, 409)
    assert "s’est déjà portée volontaire" in page.main
    assert page.form()["motivation"] == TYPED["motivation"]


def test_unknown_addresses(client: PageClient, edition: Edition) -> None:
    client.get("/2021/propositions/99/territoires-referents", 404)
    client.get("/2031/propositions/1/territoires-referents", 404)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_is_harmless_at_the_desk(client: PageClient, agent: Actor, world: World, hostile: str) -> None:
    client.post(FORM, TYPED | {"motivation": hostile, "referent_name": hostile[:120]}, 303)
    team = PageClient(client.app).sign_in(world.person(None, Role.MODERATOR))
    page = Page(team.http.get("/pilotage/2021/candidatures/1"))
    assert page.status == 200
    assert kept()[0].motivation == hostile.strip()
    assert not page.soup.main.find_all(["script", "img"])  # type: ignore[union-attr]


def test_the_list_costs_the_same_with_one_and_with_three(client: PageClient, world: World, edition: Edition) -> None:
    def cost() -> int:
        with count_statements() as sent:
            client.get(PAGE)
        return len(sent)

    found = reading().query(Interest).count()
    assert found == 0
    declare(world.person(GRAMAT), 1, DRAFT, at=OPEN)
    one = cost()
    for siren in (LOT, CAUVALDOR):
        declare(world.person(siren), 1, DRAFT, at=OPEN)
    assert cost() == one == 5  # the edition, the proposition, the counts, the page, the workshops


def test_accepted_ones_are_marked(client: PageClient, world: World, edition: Edition) -> None:
    first = declare(world.person(GRAMAT), 1, DRAFT, at=OPEN)
    declare(world.person(LOT), 1, DRAFT, at=OPEN)
    accept(world.person(None, Role.MODERATOR), first.id, at=OPEN)
    page = client.get(PAGE)
    assert "2 collectivités volontaires ; 1 est acceptée" in page.main
    assert page.main.index("Acceptée") < page.main.index("Gramat (Lot)") < page.main.index("Déposée")


# ── the desk ─────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def desk(world: World, client: PageClient, edition: Edition) -> PageClient:
    declare(world.person(GRAMAT, email="gramat@exemple.invalid"), 1, DRAFT, at=OPEN)
    return PageClient(client.app).sign_in(world.person(None, Role.MODERATOR))


def test_the_desk_is_the_team_s(client: PageClient, world: World, desk: PageClient) -> None:
    for actor in (world.person(ROCAMADOUR), world.person(None, Role.COMMITTEE), world.person(None, Role.OBSERVER)):
        outsider = PageClient(client.app).sign_in(actor)
        outsider.get("/pilotage/2021/candidatures", 403)
        outsider.get("/pilotage/2021/candidatures/1", 403)
        outsider.post("/pilotage/2021/candidatures/1", {"answer": "accepted", "reason": "Oui."}, 403)
    PageClient(client.app).get("/pilotage/2021/candidatures/1", 401)
    assert kept()[0].status is InterestStatus.SUBMITTED


def test_the_page_says_how_many_of_which_kinds_and_what_was_answered(
    client: PageClient, world: World, edition: Edition, agent: Actor
) -> None:
    first = declare(agent, 1, DRAFT, at=OPEN)
    for siren in (GRAMAT, LOT):
        declare(world.person(siren), 1, DRAFT, at=OPEN)
    page = client.get(PAGE)
    assert "2 communes, 1 département." in page.main
    assert page.links()["Ouvrir le dossier"] == f"/2021/candidatures/{first.number}"
    assert "En attente" not in page.main
    assert "Ouvrir le dossier" not in PageClient(client.app).get(PAGE).main
