"""A person's own pages: saying who one is, choosing a collectivité."""

from typing import Any

import pytest
from sqlalchemy import select

from consult.accounts.model import Attachment, AttachmentStatus, Person
from consult.accounts.queries import actor_of_person
from consult.ground.actor import Actor, Profile, Role
from consult.ground.clock import paris
from consult.ground.database import reading, transaction
from consult.register.model import Collectivite
from tests.support.page import PageClient
from tests.support.statements import count_statements
from tests.support.world import CAUVALDOR, GRAMAT, LOT, OCCITANIE, ROCAMADOUR, World

AT = paris(2021, 3, 2, 10)
ANSWERS = {"name": "Jeanne Fictive", "profile": "agent", "function": "secrétaire de mairie"}
NAUGHTY = (
    "<script>alert(1)</script>",
    "O’Brien & \"fils\" 'x'",
    "{{ 7*7 }}",
    "Robert'); DROP TABLE person;--",
    "田中さん",
    "🏛️",
)


@pytest.fixture(autouse=True)
def _moment(world: World, hold) -> None:
    world.edition()
    world.person(ROCAMADOUR)
    hold(AT)


@pytest.fixture
def newcomer() -> Actor:
    """Someone who has just signed in for the first time."""
    with transaction() as session:
        person = Person(
            email="nouvelle@exemple.fr", email_key="nouvelle@exemple.fr", name="", function="", created_at=AT, last_seen_at=AT
        )
        session.add(person)
    found = actor_of_person(person.id)
    assert found is not None
    return found


def again(actor: Actor) -> Actor:
    reading().expire_all()
    found = actor_of_person(actor.person_id or 0)
    assert found is not None
    return found


# ── Who one is ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_newcomer_says_who_they_are_before_anything_else(client: PageClient, newcomer: Actor) -> None:
    client.sign_in(newcomer)
    page = client.get("/compte/rattachements", 403)
    assert page.h1 == "Dites-nous d’abord qui vous êtes"
    page = client.get(page.links()["Compléter mon compte"])
    assert page.h1 == "Dites-nous qui vous êtes"
    assert "nouvelle@exemple.fr" in page.main
    page = client.follow(client.post("/compte", ANSWERS, 303))
    assert page.h1 == "Votre compte"
    assert "Il reste à choisir votre collectivité" in page.main
    assert page.links()["Choisir ma collectivité"] == "/compte/rattachements"
    assert again(newcomer).profile is Profile.AGENT


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": " \u200b\u202e "}, "name"),
        ({"name": "a" * 121}, "name"),
        ({"function": ""}, "function"),
        ({"function": "a" * 121}, "function"),
        ({"profile": ""}, "profile"),
        ({"profile": "maire"}, "profile"),
        ({"profile": "administrator"}, "profile"),
    ],
)
def test_what_is_missing_is_said_beside_its_field_and_nothing_is_lost(
    client: PageClient, newcomer: Actor, changed: dict[str, str], field: str
) -> None:
    page = client.sign_in(newcomer).post("/compte", ANSWERS | changed, 422)
    assert page.soup.select_one(f"#{field}-erreur")
    assert len(page.soup.select(".field-error")) == 1
    kept = page.form("/compte")
    assert [kept.get(name) for name in ANSWERS if name not in (field, "profile")] == [
        ANSWERS[name] for name in ANSWERS if name not in (field, "profile")
    ]
    assert not again(newcomer).is_complete


def test_a_profile_that_is_not_chosen_is_said_in_french(client: PageClient, newcomer: Actor) -> None:
    answers = {name: value for name, value in ANSWERS.items() if name != "profile"}
    assert "Choisissez un profil" in client.sign_in(newcomer).post("/compte", answers, 422).main


@pytest.mark.parametrize("text", NAUGHTY)
def test_hostile_text_comes_back_as_typed(client: PageClient, newcomer: Actor, text: str) -> None:
    client.sign_in(newcomer).post("/compte", ANSWERS | {"name": text, "function": text}, 303)
    page = client.get("/compte")
    assert again(newcomer).name == again(newcomer).function == text
    assert text in page.main
    assert client.get("/").status == 200


def test_fields_that_are_not_in_the_form_change_nothing(client: PageClient, newcomer: Actor) -> None:
    client.sign_in(newcomer).post(
        "/compte", ANSWERS | {"email": "a@b.fr", "role": "administrator", "id": "1", "siren": LOT}, 303
    )
    now = again(newcomer)
    assert (now.roles, now.mandate) == (frozenset(), None)
    assert reading().get_one(Person, now.person_id).email == "nouvelle@exemple.fr"


@pytest.mark.parametrize("status", [AttachmentStatus.PENDING, AttachmentStatus.VERIFIED])
def test_becoming_a_partner_while_speaking_for_a_collectivite_is_explained(
    client: PageClient, world: World, status: AttachmentStatus
) -> None:
    someone = world.person(ROCAMADOUR, status=status)
    page = client.sign_in(someone).post("/compte", ANSWERS | {"profile": "partenaire"}, 422)
    assert "Retirez d’abord votre demande" in page.main
    assert again(someone).profile is Profile.AGENT


@pytest.mark.parametrize(
    ("who", "words"),
    [
        pytest.param({"siren": ROCAMADOUR}, "Vous agissez pour Rocamadour (Lot)", id="verified"),
        pytest.param(
            {"siren": ROCAMADOUR, "status": AttachmentStatus.PENDING}, "à Rocamadour (Lot) est à vérifier", id="pending"
        ),
        pytest.param({}, "Il reste à choisir votre collectivité", id="unattached"),
        pytest.param({"profile": Profile.PARTENAIRE}, "Vous participez comme partenaire", id="partner"),
    ],
)
def test_the_account_says_in_whose_name_one_acts(client: PageClient, world: World, who: dict[str, Any], words: str) -> None:
    with count_statements() as sent:
        page = client.sign_in(world.person(**who)).get("/compte")
    assert words in page.main
    assert len([one for one in sent if one.lstrip().startswith("SELECT")]) <= 6


WAYS = {
    "Mes rattachements": "/compte/rattachements",
    "Les personnes de ma collectivité": "/compte/collectivite",
    "Mes sessions ouvertes": "/compte/sessions",
    "Changer d’adresse": "/compte/adresse",
    "Mon second facteur": "/compte/second-facteur",
    "Les courriels que je reçois": "/compte/notifications",
    "Mes données": "/compte/donnees",
    "Fermer mon compte": "/compte/fermeture",
}


@pytest.mark.parametrize(
    ("who", "without"),
    [
        pytest.param({"siren": ROCAMADOUR}, {"Mon second facteur"}, id="somebody of a collectivité"),
        pytest.param({}, {"Mon second facteur", "Les personnes de ma collectivité"}, id="nobody's"),
        pytest.param(
            {"profile": Profile.PARTENAIRE},
            {"Mon second facteur", "Les personnes de ma collectivité", "Mes rattachements"},
            id="a partner",
        ),
    ],
)
def test_one_s_own_pages_are_all_reached_from_here(
    client: PageClient, world: World, who: dict[str, Any], without: set[str]
) -> None:
    links = client.sign_in(world.person(**who)).get("/compte").links()
    assert {words: links[words] for words in WAYS if words in links} == {
        words: path for words, path in WAYS.items() if words not in without
    }


@pytest.mark.parametrize("strong", [True, False], ids=["with the second factor", "without it yet"])
def test_who_has_a_role_is_led_to_their_second_factor(client: PageClient, world: World, strong: bool) -> None:
    page = client.sign_in(world.person(ROCAMADOUR, Role.MODERATOR), strong=strong).get("/compte")
    assert page.links()["Mon second facteur"] == "/compte/second-facteur"
    assert "modération" in page.main
    for path in WAYS.values():
        client.get(path)


def test_a_newcomer_reaches_what_concerns_the_account_itself(client: PageClient, newcomer: Actor) -> None:
    client.sign_in(newcomer)
    for path in ("/compte/sessions", "/compte/adresse", "/compte/notifications", "/compte/donnees", "/compte/fermeture"):
        client.get(path)


def test_what_one_may_change_is_folded_until_it_must_be_corrected(client: PageClient, world: World) -> None:
    client.sign_in(world.person(ROCAMADOUR))
    fold = client.get("/compte").soup.select_one("main details")
    assert fold is not None
    assert not fold.has_attr("open")
    fold = client.post("/compte", ANSWERS | {"name": ""}, 422).soup.select_one("main details")
    assert fold is not None
    assert fold.has_attr("open")


def test_the_team_sees_its_roles(client: PageClient, world: World) -> None:
    page = client.sign_in(world.person(None, Role.MODERATOR, Role.OBSERVER)).get("/compte")
    assert "modération, observation" in page.main


def test_a_visitor_is_asked_to_sign_in(client: PageClient) -> None:
    for path in ("/compte", "/compte/rattachements"):
        assert client.get(path, 401).links()["Se connecter"].endswith(f"suite={path}")


# ── Attachments ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_collectivite_is_searched_chosen_and_asked_for(client: PageClient, world: World) -> None:
    someone = world.person()
    client.sign_in(someone)
    page = client.get("/compte/rattachements?q=gramat")
    choice = page.soup.select_one(f"input[type=radio][name=siren][value='{GRAMAT}']")
    assert choice is not None
    assert "Gramat (Lot)" in page.main
    assert "commune, 3" in page.main
    page = client.follow(client.post("/compte/rattachements", {"siren": GRAMAT, "q": "gramat"}, 303))
    assert "À vérifier : vous serez prévenu par courriel. L’équipe lit votre demande" in page.main
    assert page.links()["Écrivez-nous"] == "/contact"
    assert "Rattachement à vérifier" in page.text
    assert again(someone).is_pending


def test_one_s_own_postal_code_and_siren_find_it_too(client: PageClient, world: World) -> None:
    client.sign_in(world.person())
    for typed in ("46500", LOT, CAUVALDOR):
        assert client.get(f"/compte/rattachements?q={typed}").soup.select("input[name=siren]")


def test_a_list_that_is_cut_says_so_and_how_to_narrow_it(client: PageClient, world: World) -> None:
    cut = "Les 10 premiers résultats : ajoutez un mot, le département ou le code postal."
    page = client.sign_in(world.person()).get("/compte/rattachements?q=saint")
    assert cut in page.main
    assert len(page.soup.select("input[name=siren]")) == 10
    assert cut not in client.get("/compte/rattachements?q=rocamadour").main


def test_a_suggestion_that_was_picked_is_already_chosen(client: PageClient, world: World) -> None:
    page = client.sign_in(world.person()).get(f"/compte/rattachements?q=Gramat+(Lot)&siren={GRAMAT}")
    (choice,) = page.soup.select("input[name=siren]")
    assert (choice["value"], choice.has_attr("checked")) == (GRAMAT, True)
    assert page.soup.select_one("input[name=q][data-collectivites]"), "suggestions come as one types"
    for siren in ("000000000", "x", "%00", "9" * 40):
        page = client.get(f"/compte/rattachements?q=gramat&siren={siren}")
        assert not page.soup.select("input[name=siren][checked]")


def test_nothing_found_says_what_to_try(client: PageClient, world: World) -> None:
    page = client.sign_in(world.person()).get("/compte/rattachements?q=zzzzqqq")
    assert "Aucune collectivité ne correspond à « zzzzqqq »" in page.main
    for typed in ("%00", "'", "%25%25", "a" * 3000, "%F0%9F%8F%9B", "   "):
        client.get(f"/compte/rattachements?q={typed}")


@pytest.mark.parametrize("siren", ["000000000", "", "999999999999999", "<b>", "\x00"])
def test_an_unknown_siren_is_said_beside_the_field(client: PageClient, world: World, siren: str) -> None:
    page = client.sign_in(world.person()).post("/compte/rattachements", {"siren": siren, "q": "gramat"}, 422)
    assert page.soup.select_one("#siren-erreur")
    assert page.soup.select(f"input[value='{GRAMAT}']"), "what was found is still there"
    page = client.post("/compte/rattachements", {"siren": siren}, 422)
    assert page.soup.select_one("#siren-erreur")


def test_a_collectivite_that_is_no_more_is_said_beside_the_field(client: PageClient, world: World) -> None:
    with transaction() as session:
        gone = session.get_one(Collectivite, OCCITANIE)
        gone.is_current, gone.ended_on = False, AT.date()
    try:
        page = client.sign_in(world.person()).post("/compte/rattachements", {"siren": OCCITANIE}, 422)
    finally:
        with transaction() as session:
            back = session.get_one(Collectivite, OCCITANIE)
            back.is_current, back.ended_on = True, None
    assert "n’existe plus" in page.main


def test_asking_twice_is_refused(client: PageClient, world: World) -> None:
    page = client.sign_in(world.person(ROCAMADOUR)).post("/compte/rattachements", {"siren": ROCAMADOUR}, 409)
    assert "Vous êtes déjà rattaché à cette collectivité" in page.h1


def test_a_partner_is_told_that_partners_do_not_attach(client: PageClient, world: World) -> None:
    partner = world.person(profile=Profile.PARTENAIRE)
    page = client.sign_in(partner).get("/compte/rattachements?q=gramat")
    assert "Les partenaires ne se rattachent pas" in page.main
    assert not page.soup.select("input[name=siren]")
    client.post("/compte/rattachements", {"siren": GRAMAT}, 403)


def test_a_request_is_withdrawn_and_others_are_out_of_reach(client: PageClient, world: World) -> None:
    someone, other = (world.person(GRAMAT, status=AttachmentStatus.PENDING) for _ in range(2))
    mine, theirs = (again(who).mandate.attachment_id for who in (someone, other))  # type: ignore[union-attr]
    client.sign_in(someone)
    client.post(f"/compte/rattachements/{theirs}/retrait", status=404)
    client.post("/compte/rattachements/999999999999999999999/retrait", status=404)
    page = client.follow(client.post(f"/compte/rattachements/{mine}/retrait", status=303))
    assert "Votre demande est retirée" in page.main
    assert "terminé" in page.main
    client.post(f"/compte/rattachements/{mine}/retrait", status=409)
    with transaction() as session:
        left = session.scalars(select(Attachment.status).where(Attachment.person_id == other.person_id)).one()
    assert left is AttachmentStatus.PENDING


def test_a_refused_request_says_why(client: PageClient, world: World) -> None:
    someone = world.person(GRAMAT, status=AttachmentStatus.REFUSED)
    with transaction() as session:
        session.scalars(select(Attachment).where(Attachment.person_id == someone.person_id)).one().reason = "Adresse inconnue."
    page = client.sign_in(someone).get("/compte/rattachements")
    assert "Raison : Adresse inconnue." in page.main
    assert "refusé" in page.main


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999999999999", "1.5", "²"])
def test_a_page_number_that_is_none_is_the_first(client: PageClient, world: World, page: str) -> None:
    client.sign_in(world.person(ROCAMADOUR)).get("/compte/rattachements", query_string={"page": page})
