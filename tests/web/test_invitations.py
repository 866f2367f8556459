"""The page of an invitation: for whoever it was sent to, and nothing for anybody else."""

import re
from datetime import timedelta

import pytest

from consult.accounts import actions
from consult.accounts.colleagues import invitations
from consult.accounts.colleagues.rules import INVITATION_LASTS
from consult.accounts.model import AttachmentStatus, Person
from consult.accounts.queries import actor_of_person
from consult.ground.actor import Actor, Profile
from consult.ground.database import transaction
from tests.support.attached import again, attach, end
from tests.support.letters import code_of, letters, text_of
from tests.support.page import PageClient, squeezed
from tests.support.stage_two import DURING_VOTE
from tests.support.statements import count_statements
from tests.support.world import GRAMAT, LOT, ROCAMADOUR, World, just_before

ADDRESS = "adjointe@mairie.exemple.fr"
OVER = DURING_VOTE + INVITATION_LASTS


@pytest.fixture(autouse=True)
def _at(hold) -> None:
    hold(DURING_VOTE)


@pytest.fixture
def mayor(world: World) -> Actor:
    other = world.person(GRAMAT)
    invitations.invite(other, "quelquun@exemple.fr", at=DURING_VOTE)
    return world.person(ROCAMADOUR)


@pytest.fixture
def sent(mayor: Actor) -> int:
    return invitations.invite(mayor, ADDRESS, at=DURING_VOTE)


@pytest.fixture
def deputy(world: World) -> Actor:
    return world.person(None, email=ADDRESS)


def header(page) -> str:
    return squeezed(page.soup.select_one(".whoami"))


def test_whoever_it_is_for_reads_what_it_means_and_accepts(client: PageClient, mayor: Actor, deputy: Actor, sent: int) -> None:
    path = f"/invitations/{sent}"
    page = client.sign_in(deputy).get(path)
    assert page.h1 == "Une invitation à parler pour Rocamadour (Lot)"
    assert f"{mayor.name} (secrétaire de mairie) vous invite" in page.main
    assert "30 mars 2021 à 13 h 00 (heure de Paris)" in page.main
    page = client.follow(client.post(f"{path}/acceptation", page.form(f"{path}/acceptation"), 303))
    assert "Invitation acceptée" in page.main
    assert header(page) == "Vous agissez pour Rocamadour (Lot)"
    assert mayor.name in page.main
    assert deputy.name in page.main
    assert client.get(path, 410).h1 == "Cette invitation ne sert plus"
    assert client.post(f"{path}/acceptation", status=410)


def test_declining_leaves_things_as_they_were(client: PageClient, deputy: Actor, sent: int) -> None:
    page = client.sign_in(deputy).get(f"/invitations/{sent}")
    action = f"/invitations/{sent}/refus"
    page = client.follow(client.post(action, page.form(action), 303))
    assert "Vous avez décliné cette invitation" in page.main
    assert again(deputy).mandate is None
    client.post(action, status=410)


@pytest.mark.parametrize(("at", "status"), [(just_before(OVER), 200), (OVER, 410)])
def test_it_is_read_until_its_instant(client: PageClient, deputy: Actor, sent: int, hold, at, status: int) -> None:
    hold(at)
    page = client.sign_in(deputy).get(f"/invitations/{sent}", status)
    if status == 410:
        assert page.links()["Me rattacher autrement"] == "/compte/rattachements"


def test_to_anybody_else_it_says_nothing(client: PageClient, world: World, mayor: Actor, sent: int) -> None:
    path = f"/invitations/{sent}"
    closed = invitations.invite(mayor, "autre@exemple.fr", at=DURING_VOTE)
    invitations.revoke_invitation(mayor, closed, at=DURING_VOTE)
    stranger = world.person(LOT, email="autre.adjointe@mairie.exemple.fr")
    client.sign_in(stranger)
    for read in (path, f"/invitations/{closed}"):
        page = client.get(read, 403)
        assert page.h1 == "Cette invitation est pour une autre adresse"
        for told in ("Rocamadour", ADDRESS, mayor.name, "retirée"):
            assert told not in page.main
    for action in ("acceptation", "refus"):
        assert client.post(f"{path}/{action}", status=403).h1 == page.h1
    client.get("/invitations/999999", 404)
    client.post("/invitations/999999/acceptation", status=404)
    assert client.sign_in(mayor).get(path, 403).h1 == page.h1
    assert again(stranger).siren == LOT
    assert client.sign_in(world.person(None, email=ADDRESS)).get(path)


def test_signed_out_every_number_answers_the_same(client: PageClient, sent: int) -> None:
    said = []
    for which in (sent, 999_999):
        page = client.get(f"/invitations/{which}", 401)
        assert page.links()["Se connecter"].replace("%2F", "/") == f"/connexion?suite=/invitations/{which}"
        said.append(page.main)
        for action in ("acceptation", "refus"):
            client.post(f"/invitations/{which}/{action}", status=401)
    assert said[0] == said[1]


def test_a_newcomer_signs_in_says_who_they_are_and_comes_back_to_it(client: PageClient, mayor: Actor, sent: int) -> None:
    (letter,) = [one for one in letters(DURING_VOTE) if one["To"] == ADDRESS]
    (path,) = re.findall(r"http://127\.0\.0\.1:8000(/invitations/\d+)", text_of(letter))  # as one copies it without its end
    page = client.get(client.get(path, 401).links()["Se connecter"])
    client.post("/connexion", page.form("/connexion") | {"email": ADDRESS.upper()}, 303)
    (letter,) = letters(DURING_VOTE)
    page = client.follow(client.post("/connexion/code", {"code": code_of(letter)}, 303))
    assert page.h1 == "Dites-nous qui vous êtes"
    page = client.follow(client.post("/compte", {"name": "Odile Fictive", "profile": "elu", "function": "adjointe"}, 303))
    assert page.h1 == "Une invitation à parler pour Rocamadour (Lot)"
    page = client.follow(client.post(f"{path}/acceptation", status=303))
    assert "Odile Fictive" in page.main


def test_a_newcomer_may_accept_before_saying_who_they_are(client: PageClient, mayor: Actor, sent: int) -> None:
    someone = actor_of_person(actions.find_or_create_person(ADDRESS, at=DURING_VOTE))
    assert someone is not None
    client.sign_in(someone).get(f"/invitations/{sent}")
    page = client.follow(client.post(f"/invitations/{sent}/acceptation", status=303))
    assert page.h1 == "Dites-nous qui vous êtes"
    assert "Invitation acceptée" in page.main
    page = client.follow(client.post("/compte", {"name": "Odile Fictive", "profile": "elu", "function": "adjointe"}, 303))
    assert page.h1 == "Les personnes de votre collectivité"


def test_a_partner_is_told_the_way(client: PageClient, world: World, sent: int) -> None:
    partner = world.person(None, email=ADDRESS, profile=Profile.PARTENAIRE)
    page = client.sign_in(partner).get(f"/invitations/{sent}")
    assert page.links()["changez d’abord votre profil"] == "/compte"
    assert not page.soup.select("form[action$=acceptation]")
    page = client.post(f"/invitations/{sent}/acceptation", status=403)
    assert page.links()["Voir mon compte"] == "/compte"
    assert again(partner).mandate is None


def test_a_second_collectivite_is_the_one_gone_on_with(client: PageClient, world: World, sent: int) -> None:
    already = world.person(LOT, email=ADDRESS)
    client.sign_in(already).get(f"/invitations/{sent}")
    page = client.follow(client.post(f"/invitations/{sent}/acceptation", status=303))
    assert squeezed(page.soup.select_one(".whoami-name")) == "Rocamadour (Lot)"
    assert [squeezed(one) for one in page.soup.select(".whoami details button")] == ["Département du Lot"]


def test_who_speaks_for_it_already_is_told_so(client: PageClient, world: World, sent: int) -> None:
    page = client.sign_in(world.person(ROCAMADOUR, email=ADDRESS)).get(f"/invitations/{sent}")
    assert "Vous parlez déjà pour elle" in page.main
    client.post(f"/invitations/{sent}/acceptation", status=303)


def test_its_author_gone_it_no_longer_serves(client: PageClient, mayor: Actor, deputy: Actor, sent: int) -> None:
    end(mayor.mandates[0].attachment_id)
    client.sign_in(deputy).get(f"/invitations/{sent}", 410)
    client.post(f"/invitations/{sent}/acceptation", status=410)


def test_somebody_s_no_is_for_the_team(client: PageClient, mayor: Actor, deputy: Actor, sent: int) -> None:
    attach(deputy, ROCAMADOUR, AttachmentStatus.ENDED, by=mayor)
    client.sign_in(deputy)
    page = client.follow(client.post(f"/invitations/{sent}/acceptation", status=303))
    assert "l’équipe relit votre demande" in page.main
    assert again(deputy).is_pending


# ── Where they are found again ───────────────────────────────────────────────────────────────────────────────────────────


def test_those_that_wait_for_me_are_with_my_attachments(client: PageClient, world: World, deputy: Actor, sent: int) -> None:
    invitations.invite(world.person(LOT), "somebody@exemple.fr", at=DURING_VOTE)
    page = client.sign_in(deputy).get("/compte/rattachements")
    assert "Une invitation vous attend Rocamadour (Lot)" in page.main
    assert page.links()["Rocamadour (Lot)"] == f"/invitations/{sent}"
    assert "Une invitation" not in client.sign_in(world.person(None)).get("/compte/rattachements").main


@pytest.mark.parametrize("is_complete", [True, False])
def test_home_says_it_to_who_speaks_for_nobody_yet(
    client: PageClient, world: World, mayor: Actor, deputy: Actor, sent: int, is_complete: bool
) -> None:
    world.edition()
    if not is_complete:
        with transaction() as session:
            session.get_one(Person, deputy.person_id).function = ""
    page = client.sign_in(deputy).get("/")
    assert "Une invitation vous attend" in page.main
    assert f"{mayor.name} (secrétaire de mairie) vous invite à parler au nom de Rocamadour (Lot)" in page.main
    assert page.links()["Lire l’invitation"] == f"/invitations/{sent}"
    invitations.invite(world.person(LOT), ADDRESS, at=DURING_VOTE)
    assert "Voir toutes mes invitations" in client.get("/").links()
    for other in (world.person(None), world.person(LOT, email="lot@exemple.fr")):
        assert "invitation" not in client.sign_in(other).get("/").main


@pytest.mark.parametrize("rows", [1, 3])
def test_reading_one_costs_the_same_however_many(client: PageClient, world: World, deputy: Actor, sent: int, rows: int) -> None:
    for siren in (LOT, GRAMAT)[: rows - 1]:
        invitations.invite(world.person(siren), ADDRESS, at=DURING_VOTE + timedelta(minutes=1))
    client.sign_in(deputy)
    with count_statements() as count:
        client.get(f"/invitations/{sent}")
    assert len(count) == 3, "the session's, the edition's, its own"


# ── Who comes from the message, signed out ───────────────────────────────────────────────────────────────────────────────


def path_in(letter) -> str:
    """The address that the message gives."""
    (path,) = re.findall(r"http://127\.0\.0\.1:8000(/invitations/\S+)", text_of(letter))
    return path


def invitation_letter():
    return next(letter for letter in letters(DURING_VOTE) if letter["To"] == ADDRESS)


@pytest.mark.usefixtures("sent", "deputy")
def test_who_comes_from_the_message_reads_why_to_sign_in_then_the_invitation(client: PageClient, mayor: Actor) -> None:
    path = path_in(invitation_letter())
    page = client.follow(client.get(path, 303))
    assert page.h1 == "Se connecter"
    assert page.response.headers["Cache-Control"] == "no-store"
    assert "Vous êtes invité à parler pour Rocamadour (Lot)" in page.main
    assert "a***@mairie.exemple.fr" in page.main
    assert ADDRESS not in page.text
    assert mayor.name not in page.text
    form = page.form("/connexion")
    page = client.post("/connexion", form | {"email": "pas une adresse"}, 422)
    assert "Vous êtes invité" in page.main
    client.post("/connexion", form | {"email": ADDRESS}, 303)
    page = client.follow(client.post("/connexion/code", {"code": code_of(invitation_letter())}, 303))
    assert page.h1 == "Une invitation à parler pour Rocamadour (Lot)"


def test_the_number_of_an_invitation_alone_says_nothing(client: PageClient, sent: int) -> None:
    path = path_in(invitation_letter())
    mark = path.partition("?cle=")[2]
    other = "A" if mark[-1] != "A" else "B"
    for wrong in ("", "?cle=", f"?cle={mark[:-1]}{other}", f"?cle={mark}&x=1", "?cle=" + "é" * 16, f"?cle={mark}%00"):
        page = client.get(f"/invitations/{sent}{wrong}", 401)
        assert "Rocamadour" not in page.main
        assert "***" not in page.main
    assert "Rocamadour" not in client.get(f"/invitations/{sent - 1}?cle={mark}", 401).main
    for suite in (
        f"/invitations/{sent}",
        f"/invitations/{sent}?cle={mark[::-1]}",
        f"//autre.exemple/invitations/{sent}?cle={mark}",
    ):
        assert "invité à" not in client.get("/connexion?suite=" + suite.replace("?", "%3F")).main


def test_one_that_no_longer_serves_announces_nothing(client: PageClient, mayor: Actor, sent: int) -> None:
    path = path_in(invitation_letter())
    invitations.revoke_invitation(mayor, sent, at=DURING_VOTE)
    assert "Rocamadour" not in client.get(path, 401).main


@pytest.mark.usefixtures("sent")
def test_one_that_expired_announces_nothing(client: PageClient, hold) -> None:
    path = path_in(invitation_letter())
    hold(just_before(OVER))
    client.get(path, 303)
    hold(OVER)
    assert "Rocamadour" not in client.get(path, 401).main
