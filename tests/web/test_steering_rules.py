"""The rules of the vote: changed at the desk until it opens, every version public, refused to the second afterwards."""

from datetime import timedelta

import pytest

from consult.calendar import queries
from consult.calendar.actions import change_ballot_rules
from consult.calendar.model import Edition
from consult.calendar.rules import BallotSettings, Stage
from consult.ground.actor import OPERATOR, Role
from consult.ground.database import reading
from tests.support.page import PageClient
from tests.support.statements import count_statements
from tests.support.world import World, during, just_before, opening_of

DESK, PAGE = "/pilotage/2021/regles", "/2021/regles"
OPENS = opening_of(Stage.VOTING)
TYPED = {"voter_kinds": ["commune", "epci"], "max_supports": "3", "tallies": "shown", "reason": "Le comité l’a demandé."}


@pytest.fixture
def edition(world: World, hold) -> Edition:
    hold(during(Stage.NEEDS))
    return world.edition()


@pytest.fixture
def desk(client: PageClient, world: World, edition: Edition) -> PageClient:
    return client.sign_in(world.person(None, Role.ADMINISTRATOR))


def settings() -> BallotSettings:
    reading().expire_all()
    return queries.ballot_settings(queries.edition("2021"))


def test_they_are_typed_shown_confirmed_and_public(desk: PageClient) -> None:
    before = settings()
    page = desk.get(desk.get(PAGE).links()["Changer les règles du vote"])
    assert page.form()["voter_kinds"] == list(before.voter_kinds)
    shown = desk.post(DESK, page.form() | TYPED, 200)
    assert "Au plus 3 propositions par collectivité" in shown.main
    assert settings() == before, "nothing changes before it is confirmed"
    carried = [str(field["value"]) for field in shown.soup.find_all("input", attrs={"name": "voter_kinds", "type": "hidden"})]
    assert carried == ["commune", "epci"]
    kinds = {"voter_kinds": carried}
    kept = desk.post(DESK, shown.form() | kinds | {"step": "edited"}, 200).form()
    assert (kept["voter_kinds"], kept["max_supports"], kept["reason"]) == (["commune", "epci"], "3", TYPED["reason"])
    assert kept["tallies"] == ["shown"]
    done = desk.follow(desk.post(DESK, shown.form() | kinds | {"step": "confirmed"}, 303))
    assert "sont changées" in done.main
    assert settings() == BallotSettings(("commune", "epci"), 3, tallies_hidden=False)
    public = PageClient(desk.app).get(PAGE)
    assert "Version 2, en vigueur depuis le 26 janvier 2021 à 09 h 00" in public.main.replace("à 9 h", "à 09 h")
    for said in ("Le comité l’a demandé.", "Sans limite", "Annoncée avec l’édition", "Communes et intercommunalités"):
        assert said in public.main
    register = PageClient(desk.app).get("/2021/journal")
    assert "Règles du vote changées avant son ouverture" in register.main
    assert register.links()["Règles de la consultation"] == PAGE


@pytest.mark.parametrize(
    ("changed", "status", "words"),
    [
        pytest.param({"voter_kinds": []}, 422, "Cochez au moins une nature", id="nobody votes"),
        pytest.param({"voter_kinds": ["commune", "duché"]}, 422, "", id="a kind that does not exist"),
        pytest.param({"max_supports": "0"}, 422, "à partir de 1", id="none"),
        pytest.param({"max_supports": "-2"}, 422, "à partir de 1", id="less than none"),
        pytest.param({"max_supports": "beaucoup"}, 422, "à partir de 1", id="words"),
        pytest.param({"max_supports": "99999"}, 422, "à partir de 1", id="too many"),
        pytest.param({"tallies": ""}, 422, "Choisissez si", id="no choice"),
        pytest.param({"reason": " "}, 422, "la raison est publique", id="no reason"),
        pytest.param({"read": "0"}, 409, "ont changé entre-temps", id="read long ago"),
        pytest.param({"read": "mille"}, 422, "", id="a version that is none"),
    ],
)
@pytest.mark.parametrize("step", ["", "confirmed"])
def test_what_cannot_be_is_said_in_the_form_and_nothing_is_lost(
    desk: PageClient, changed: dict[str, object], status: int, words: str, step: str
) -> None:
    before = settings()
    page = desk.post(DESK, {"read": "1"} | TYPED | changed | {"step": step}, status)
    assert words in page.main
    typed = TYPED | changed
    assert page.form()["max_supports"] == typed["max_supports"]
    assert page.form()["reason"] == str(typed["reason"]).strip()
    assert settings() == before


def test_the_same_rules_change_nothing(desk: PageClient) -> None:
    page = desk.post(DESK, desk.get(DESK).form() | {"reason": "Pour rien."}, 409)
    assert "déjà les règles en vigueur" in page.main


def test_from_the_opening_instant_they_are_frozen_for_everyone(desk: PageClient, world: World, hold) -> None:
    typed = TYPED | {"read": "1"}
    hold(just_before(OPENS))
    desk.post(DESK, typed, 200)
    hold(OPENS)
    for step in ("", "confirmed"):
        page = desk.post(DESK, typed | {"step": step}, 409)
        assert "Les règles du vote sont figées" in page.main
        assert "ouvert depuis le 15 mars 2021 à 12 h 00" in page.main
    assert settings().max_supports is None
    assert "aucun rôle ne permet de les changer" in desk.get(DESK).main
    assert "Changer les règles du vote" not in desk.get(PAGE).links()
    everyone = PageClient(desk.app).sign_in(world.person(None, *Role))
    everyone.post(DESK, typed | {"step": "confirmed"}, 409)
    PageClient(desk.app).sign_in(world.person(None, Role.COMMITTEE)).post(DESK, typed, 403)
    PageClient(desk.app).post(DESK, typed, 401)


def test_the_page_of_the_rules_costs_the_same_whatever_their_versions(client: PageClient, edition: Edition) -> None:
    counted = []
    for read in (1, 2, 3):
        with count_statements() as sent:
            client.get(PAGE)
        counted.append(len(sent))
        changed = BallotSettings(("commune",), read, tallies_hidden=True)
        change_ballot_rules(OPERATOR, edition.id, changed, read=read, reason="Essai", at=during(Stage.NEEDS))
    assert counted == [3, 3, 3]  # the edition, its versions, the charter


def test_what_decides_is_on_the_page(client: PageClient, edition: Edition) -> None:
    said = client.get(PAGE).main
    for rule in (
        "Par nombre de soutiens",
        "plus de départements",
        "dont le numéro est le plus petit",
        "à l’heure de clôture ou après est refusé",
        "Elles n’ont pas changé depuis l’annonce de l’édition",
    ):
        assert rule in said


def test_a_vote_follows_the_rules_as_they_were_changed(client: PageClient, world: World, edition: Edition, hold) -> None:
    from tests.support.stage_two import propositions
    from tests.support.world import ROCAMADOUR

    propositions(edition)
    changed = BallotSettings(("epci",), None, tallies_hidden=True)
    change_ballot_rules(OPERATOR, edition.id, changed, read=1, reason="Essai", at=during(Stage.NEEDS))
    hold(OPENS + timedelta(hours=1))
    client.sign_in(world.person(ROCAMADOUR))
    assert "ne vote pas" in client.post("/2021/propositions/1/soutien", status=403).h1


ANSWERS = "/pilotage/2021/regles/candidatures"


def test_how_candidatures_are_answered_is_changed_with_its_reason(desk: PageClient) -> None:
    page = desk.get(desk.get("/pilotage").links()["Changer la règle (Réponse aux candidatures)"])
    typed = page.form()
    assert typed["instruction"] == ["instructed"]
    assert desk.post(ANSWERS, typed | {"instruction": "everyone"}, 422).soup.find(id="reason-erreur")
    done = desk.follow(desk.post(ANSWERS, typed | {"instruction": "everyone", "reason": "Comme en 2021."}, 303))
    assert "Toute collectivité qui se déclare est acceptée" in done.main
    assert "Comme en 2021." in PageClient(desk.app).get("/2021/journal").main
    again = desk.post(ANSWERS, typed | {"instruction": "everyone", "reason": "Encore."}, 409)
    assert "C’est déjà la règle en vigueur" in again.main


def test_once_candidatures_are_open_it_is_read_only(desk: PageClient, hold) -> None:
    typed = desk.get(ANSWERS).form() | {"instruction": "everyone", "reason": "Trop tard."}
    hold(opening_of(Stage.INTERESTS))
    assert "elle ne change plus" in desk.get(ANSWERS).main
    assert "Elle est fermée depuis le" in desk.post(ANSWERS, typed, 409).main


def test_that_too_is_the_administrators(client: PageClient, world: World, edition: Edition) -> None:
    client.get(ANSWERS, 401)
    client.sign_in(world.person(None, Role.MODERATOR)).get(ANSWERS, 403)
