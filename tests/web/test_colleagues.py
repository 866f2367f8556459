"""The page of the people of a collectivité: who reads it, what it says, what is done from it."""

from datetime import timedelta

import pytest

from consult.accounts.colleagues import invitations
from consult.accounts.colleagues.invitation_queries import waiting_invitations
from consult.accounts.colleagues.rules import MOST_WAITING
from consult.accounts.model import AttachmentStatus, AttachmentWay, Person
from consult.contributions.actions import say_me_too
from consult.ground.actor import Actor, Profile, Role
from consult.ground.database import transaction
from consult.ground.paging import PAGE_SIZE
from consult.voting.actions import give_support
from tests.support import stage_one
from tests.support.attached import again, attach
from tests.support.letters import letters
from tests.support.page import PageClient
from tests.support.stage_two import DURING_VOTE, propositions
from tests.support.statements import count_statements
from tests.support.world import GRAMAT, LOT, ROCAMADOUR, World

PATH = "/compte/collectivite"
SENT = f"{PATH}/invitations"
ADDRESS = "adjointe@mairie.exemple.fr"
PENDING = AttachmentStatus.PENDING


@pytest.fixture(autouse=True)
def _at(hold) -> None:
    hold(DURING_VOTE)


@pytest.fixture
def mayor(world: World) -> Actor:
    world.person(GRAMAT)
    world.person(GRAMAT, status=PENDING)
    return world.person(ROCAMADOUR)


def number(who: Actor) -> int:
    return again(who).mandates[0].attachment_id


# ── Who reads it ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_only_verified_people_read_it(client: PageClient, world: World, mayor: Actor) -> None:
    secret = world.person(ROCAMADOUR)
    for who, status, said in (
        (world.person(ROCAMADOUR, status=PENDING), 403, "Votre rattachement est encore à vérifier"),
        (world.person(None), 403, "Pour quelle collectivité agissez-vous ?"),
        (world.person(None, Role.MODERATOR), 403, "Pour quelle collectivité agissez-vous ?"),
        (world.person(None, profile=Profile.PARTENAIRE), 403, "Cette action est réservée aux collectivités"),
    ):
        page = client.sign_in(who).get(PATH, status)
        assert page.h1 == said
        assert len(page.soup.select("main .actions a")) >= 2, "the ways out"
        for name in (mayor.name, secret.name):
            assert name not in page.text
        assert client.post(SENT, {"email": ADDRESS}, status).h1 == said
    assert letters(DURING_VOTE) == []


def test_a_visitor_is_asked_to_sign_in(client: PageClient, world: World, mayor: Actor) -> None:
    page = client.get(PATH, 401)
    assert "suite=/compte/collectivite" in page.links()["Se connecter"].replace("%2F", "/")
    for path in (SENT, f"{SENT}/1/retrait", f"/compte/rattachements/{number(mayor)}/confirmation"):
        client.post(path, status=401)


def test_it_speaks_of_the_collectivite_one_acts_for(client: PageClient, world: World, mayor: Actor) -> None:
    both = world.person(LOT)
    attach(both, ROCAMADOUR)
    client.sign_in(both)
    assert mayor.name not in client.get(PATH).main
    client.post("/compte/mandat", {"attachment": again(both).mandates[1].attachment_id, "suite": PATH}, 303)
    assert mayor.name in client.get(PATH).main


# ── What it says ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_people_see_each_other_and_how_each_came(client: PageClient, world: World, mayor: Actor) -> None:
    colleague, other = world.person(ROCAMADOUR), world.person(GRAMAT)
    page = client.sign_in(mayor).get(PATH)
    assert "2 personnes parlent pour elle" in page.main
    assert f"{mayor.name} (vous)" in page.main
    assert "Agent ou agente, secrétaire de mairie" in page.main
    assert f"Depuis le 10 janvier 2021 · ce qui le montre : {AttachmentWay.MODERATOR.label}" in page.main
    assert other.name not in page.main
    links = {a["href"] for a in page.soup.select("main a")}
    assert {f"/compte/rattachements/{number(who)}/fin" for who in (mayor, colleague)} <= links
    assert "demande à parler" not in page.main


def test_somebody_who_has_not_said_their_name_is_there_too(client: PageClient, world: World, mayor: Actor) -> None:
    newcomer = world.person(ROCAMADOUR)
    with transaction() as session:
        person = session.get_one(Person, newcomer.person_id)
        person.name, person.profile, person.function = "", None, ""
    page = client.sign_in(mayor).get(PATH)
    assert "Personne qui n’a pas encore dit son nom" in page.main
    assert "Profil à compléter" in page.main


def test_what_was_done_is_said_in_words_with_links(client: PageClient, world: World, mayor: Actor) -> None:
    edition = world.edition()
    proposal = propositions(edition)[0]
    shared, written = stage_one.need(world.person(GRAMAT), edition), stage_one.need(mayor, edition)
    say_me_too(mayor, shared.id, at=stage_one.DURING_NEEDS + timedelta(minutes=1))
    give_support(mayor, proposal.id, at=DURING_VOTE)
    page = client.sign_in(mayor).get(PATH)
    lines = [" ".join(li.get_text(" ").split()) for li in page.soup.select(".deeds li")]
    assert lines[0] == f"16 mars 2021 à 12 h 00 {mayor.name} a donné le soutien de la collectivité à la proposition n° 1 ."
    assert f"{mayor.name} a dit « nous aussi » à la contribution n° {shared.number} ." in lines[1]
    assert f"{mayor.name} a publié la contribution n° {written.number} ." in lines[2]
    links = page.links()
    assert links["la proposition n° 1"] == "/2021/propositions/1"
    assert links[f"la contribution n° {written.number}"] == f"/2021/contributions/{written.number}"


def test_before_the_close_it_tells_nothing_of_the_others(client: PageClient, world: World, mayor: Actor) -> None:
    proposal = propositions(world.edition())[0]
    client.sign_in(mayor)
    before = client.get(PATH).main
    for siren in (GRAMAT, LOT):
        give_support(world.person(siren), proposal.id, at=DURING_VOTE)
    assert client.get(PATH).main == before


def test_nothing_yet_is_said(client: PageClient, world: World) -> None:
    page = client.sign_in(world.person(LOT)).get(PATH)
    assert "1 personne parle pour elle" in page.main
    assert "Ce qui a été fait en son nom Rien encore." in page.main


@pytest.mark.parametrize("rows", [1, 3])
def test_it_costs_the_same(client: PageClient, world: World, mayor: Actor, rows: int) -> None:
    proposals = propositions(world.edition())
    for rank in range(rows):
        world.person(ROCAMADOUR)
        world.person(ROCAMADOUR, status=PENDING)
        invitations.invite(mayor, f"personne-{rank}@exemple.fr", at=DURING_VOTE)
        give_support(mayor, proposals[rank].id, at=DURING_VOTE)
    client.sign_in(mayor)
    with count_statements() as sent:
        client.get(PATH)
    assert len(sent) == 2 + 6, "the session's, the edition's, and six of its own"


def test_what_was_done_is_paged(client: PageClient, mayor: Actor) -> None:
    for rank in range(PAGE_SIZE + 1):
        sent = invitations.invite(mayor, f"personne-{rank}@exemple.fr", at=DURING_VOTE)
        invitations.revoke_invitation(mayor, sent, at=DURING_VOTE)
    client.sign_in(mayor)
    assert len(client.get(PATH).soup.select(".deeds li")) == PAGE_SIZE
    page = client.get(f"{PATH}?page=3")
    assert len(page.soup.select(".deeds li")) == 2
    assert "41 à 42 sur 42 actes" in page.main


# ── Inviting ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_invitation_is_sent_shown_and_taken_back(client: PageClient, mayor: Actor) -> None:
    client.sign_in(mayor)
    page = client.follow(client.post(SENT, {"email": " Adjointe@Mairie.exemple.fr"}, 303))
    assert "Une invitation part vers Adjointe@Mairie.exemple.fr" in page.main
    assert "1 invitation attend une réponse Adjointe@mairie.exemple.fr" in page.main
    assert "sert jusqu’au 30 mars 2021 à 13 h 00 (heure de Paris)" in page.main
    assert len(letters(DURING_VOTE)) == 1
    (waiting,) = waiting_invitations(ROCAMADOUR, at=DURING_VOTE)
    action = f"{SENT}/{waiting.id}/retrait"
    page = client.follow(client.post(action, page.form(action), 303))
    assert "L’invitation est retirée" in page.main
    assert "attend une réponse" not in page.main
    assert client.post(action, status=410).h1 == "Cette invitation ne sert plus"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Écrivez une adresse de courriel."),
        ("mairie", "Cette adresse est incomplète"),
        ("é@exemple.fr", "Cette adresse est incomplète"),
        (f"{'a' * 250}@exemple.fr", "de trop (au plus 254)"),
        ("<script>@exemple.fr", "Cette adresse est incomplète"),
    ],
)
def test_what_is_no_address_is_said_beside_the_field(client: PageClient, mayor: Actor, typed: str, said: str) -> None:
    page = client.sign_in(mayor).post(SENT, {"email": typed}, 422)
    assert said in page.main
    assert page.form(SENT)["email"] == typed
    assert mayor.name in page.main, "the rest of the page is still there"


def test_what_a_rule_refuses_is_said_there_too(client: PageClient, world: World, mayor: Actor) -> None:
    own = world.person(ROCAMADOUR, email=ADDRESS)
    client.sign_in(mayor).post(SENT, {"email": "x@exemple.fr"}, 303)
    page = client.post(SENT, {"email": "X@exemple.fr"}, 409)
    assert "Cette personne est déjà invitée" in page.main
    assert page.soup.select_one("[name=email][aria-invalid=true]")
    assert "Vous êtes déjà rattaché" in client.sign_in(own).post(SENT, {"email": ADDRESS}, 409).main
    for rank in range(MOST_WAITING - 1):
        invitations.invite(mayor, f"personne-{rank}@exemple.fr", at=DURING_VOTE)
    assert "Trop d’invitations sont parties" in client.post(SENT, {"email": "y@exemple.fr"}, 409).main


def test_an_account_or_none_the_page_is_the_same(client: PageClient, world: World, mayor: Actor) -> None:
    world.person(LOT, email="elle@exemple.fr")
    client.sign_in(mayor)
    said = [
        client.follow(client.post(SENT, {"email": address}, 303)).main.replace(address, "…")
        for address in ("elle@exemple.fr", "onze@exemple.fr")
    ]
    assert said[0].split("1 invitation")[0] == said[1].split("2 invitations")[0]


def test_another_collectivite_s_invitations_are_not_found(client: PageClient, world: World, mayor: Actor) -> None:
    sent = invitations.invite(mayor, ADDRESS, at=DURING_VOTE)
    for stranger in (world.person(GRAMAT), world.person(None), world.person(None, Role.MODERATOR)):
        client.sign_in(stranger).post(f"{SENT}/{sent}/retrait", status=404)
    client.sign_in(world.person(ROCAMADOUR, status=PENDING)).post(f"{SENT}/{sent}/retrait", status=403)
    client.sign_in(mayor).post(f"{SENT}/999999/retrait", status=404)
    assert len(waiting_invitations(ROCAMADOUR, at=DURING_VOTE)) == 1


def test_one_computer_may_not_write_to_everybody(world: World, mayor: Actor, elsewhere) -> None:
    client = elsewhere(rate_limits=True).sign_in(mayor)
    for _ in range(60):
        client.post(SENT, {"email": "personne"}, 422)
    client.post(SENT, {"email": ADDRESS}, 429)
    assert letters(DURING_VOTE) == []


# ── Vouching ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_request_is_confirmed_from_the_page(client: PageClient, world: World, mayor: Actor) -> None:
    newcomer = world.person(ROCAMADOUR, status=PENDING)
    page = client.sign_in(mayor).get(PATH)
    assert "1 personne demande à parler pour elle" in page.main
    action = f"/compte/rattachements/{number(newcomer)}/confirmation"
    page = client.follow(client.post(action, page.form(action), 303))
    assert "C’est confirmé" in page.main
    assert "2 personnes parlent pour elle" in page.main
    assert f"ce qui le montre : {AttachmentWay.INVITATION.label}" in page.main
    assert f"{mayor.name} a confirmé que {newcomer.name} parle pour la collectivité." in page.main
    assert client.post(action, status=409).h1 == "C’est déjà décidé"


def test_what_somebody_answered_no_to_has_no_button(client: PageClient, world: World, mayor: Actor) -> None:
    back = world.person(None)
    attach(back, ROCAMADOUR, AttachmentStatus.ENDED, by=mayor)
    asked = attach(back, ROCAMADOUR, PENDING)
    page = client.sign_in(mayor).get(PATH)
    assert "seule l’équipe peut répondre maintenant" in page.main
    assert not page.soup.select("form[action$=confirmation]")
    client.post(f"/compte/rattachements/{asked}/confirmation", status=409)
    assert again(back).is_pending


def test_somebody_else_s_requests_are_not_found(client: PageClient, world: World, mayor: Actor) -> None:
    newcomer = world.person(ROCAMADOUR, status=PENDING)
    action = f"/compte/rattachements/{number(newcomer)}/confirmation"
    for stranger in (world.person(GRAMAT), world.person(None), world.person(ROCAMADOUR, status=PENDING)):
        client.sign_in(stranger).post(action, status=404)
    client.sign_in(newcomer).post(action, status=403)
    client.sign_in(world.person(None, Role.MODERATOR)).post(action, status=403)
    client.sign_in(mayor).post("/compte/rattachements/999999/confirmation", status=404)
    assert again(newcomer).is_pending
