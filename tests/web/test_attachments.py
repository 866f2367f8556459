"""A person's own attachments: which ways remain, leaving, ending a colleague's, and what that stops at once."""

import pytest
from sqlalchemy import select

from consult.accounts.attachments import actions as attachments
from consult.accounts.attachments.desk import attachment_file
from consult.accounts.model import Attachment, AttachmentStatus, KnownDomain, OfficialMailbox
from consult.accounts.queries import actor_of_person
from consult.ground.actor import Actor, Profile, Role
from consult.ground.clock import paris
from consult.ground.database import reading, transaction
from tests.support.letters import letters, text_of
from tests.support.page import PageClient
from tests.support.stage_two import DURING_VOTE, on_ballot, propositions, tallies
from tests.support.statements import count_statements
from tests.support.world import CAUVALDOR, GRAMAT, OCCITANIE, ROCAMADOUR, World, no_more

AT = paris(2021, 3, 2, 10)
MINE = "/compte/rattachements"


@pytest.fixture(autouse=True)
def _moment(world: World, hold) -> None:
    world.edition()
    world.person(GRAMAT)
    hold(AT)


def end_of(actor: Actor) -> str:
    """The address where this person's attachment is ended."""
    assert actor.mandate is not None
    return f"{MINE}/{actor.mandate.attachment_id}/fin"


def status_of(actor: Actor) -> AttachmentStatus:
    """Where this person's first attachment stands now."""
    assert actor.mandate is not None
    return attachment_file(actor.mandate.attachment_id).status


# ── Which ways remain ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_proof_at_hand_is_said_at_once(client: PageClient, world: World) -> None:
    with transaction() as session:
        session.add(KnownDomain(domain="mairie-exemple.fr", siren=ROCAMADOUR, added_at=AT, note=""))
    client.sign_in(world.person(email="jeanne@mairie-exemple.fr"))
    page = client.follow(client.post(MINE, {"siren": ROCAMADOUR}, 303))
    said = "Vous parlez maintenant pour Rocamadour (Lot). C’est vérifié aussitôt : une adresse du domaine de la collectivité."
    assert said in page.main
    assert "C’est en son nom que vous agissez." in page.main
    assert "Ce qui l’a vérifié : une adresse du domaine de la collectivité." in page.main
    assert page.links()["Voir les personnes de cette collectivité"] == "/compte/collectivite"


def test_a_proof_that_comes_after_a_no_is_said_to_wait(client: PageClient, world: World) -> None:
    moderator, someone = world.person(None, Role.MODERATOR), world.person(email="jeanne@mairie-exemple.fr")
    asked = attachments.ask_attachment(someone, ROCAMADOUR, at=AT)
    attachments.refuse_attachment(moderator, asked, reason="Inconnue", at=AT)
    with transaction() as session:
        session.add(KnownDomain(domain="mairie-exemple.fr", siren=ROCAMADOUR, added_at=AT, note=""))
    client.sign_in(someone)
    page = client.follow(client.post(MINE, {"siren": ROCAMADOUR}, 303))
    assert "avec sa preuve : une adresse du domaine de la collectivité" in page.main
    assert "Quelqu’un avait déjà dit non : c’est donc l’équipe qui décide" in page.main
    assert "mais quelqu’un avait déjà dit non : c’est l’équipe qui décide." in page.main


def test_a_request_that_waits_says_what_is_quicker(client: PageClient, world: World) -> None:
    for _ in range(2):
        world.person(ROCAMADOUR)
    someone = world.person(email="mairie-rocamadour@wanadoo.fr")
    client.sign_in(someone)
    asked = attachments.ask_attachment(someone, ROCAMADOUR, at=AT)
    page = client.get(MINE)
    assert "2 personnes parlent déjà pour elle : demandez à l’une d’elles de confirmer votre demande" in page.main
    assert "boîte officielle" not in page.main
    for colleague in reading().scalars(select(Attachment.person_id).where(Attachment.siren == ROCAMADOUR)):
        found = actor_of_person(colleague)
        assert found is not None
        if colleague != someone.person_id:
            assert found.name not in page.text, "who waits does not learn who speaks for the collectivité"
    with transaction() as session:
        session.add(OfficialMailbox(siren=ROCAMADOUR, email="mairie@wanadoo.fr", loaded_at=AT))
    page = client.get(MINE)
    code = page.links()["Recevoir un code dans la boîte officielle de la collectivité"]
    assert code == f"{MINE}/{asked}/boite"
    assert "mairie@wanadoo.fr" not in page.main
    client.get(code)


def test_the_first_of_a_small_commune_is_answered_by_the_team(client: PageClient, world: World) -> None:
    someone = world.person(email="mairie-rocamadour@wanadoo.fr")
    attachments.ask_attachment(someone, ROCAMADOUR, at=AT)
    page = client.sign_in(someone).get(MINE)
    assert "L’équipe lit votre demande, puis l’accepte ou la refuse en disant pourquoi" in page.main
    assert page.links()["Écrivez-nous"] == "/contact"
    assert "Plus court" not in page.main


def test_a_refusal_leaves_ways_and_one_press_asks_again(client: PageClient, world: World) -> None:
    world.person(ROCAMADOUR)
    moderator, someone = world.person(None, Role.MODERATOR), world.person()
    asked = attachments.ask_attachment(someone, ROCAMADOUR, at=AT)
    attachments.refuse_attachment(moderator, asked, reason="Écrivez-nous de la mairie.", at=AT)
    page = client.sign_in(someone).get(MINE)
    assert "Raison : Écrivez-nous de la mairie." in page.main
    assert "une preuve l’y aidera (une invitation d’une personne qui parle déjà pour elle)" in page.main
    again = page.soup.select(f"form[action='{MINE}'] input[name=siren][value='{ROCAMADOUR}']")
    assert len(again) == 1
    page = client.follow(client.post(MINE, {"siren": ROCAMADOUR}, 303))
    assert "Votre demande est enregistrée" in page.main
    assert "confirmer votre demande" not in page.main, "a colleague cannot reverse what the team refused"
    assert not page.soup.select(f"form[action='{MINE}'] input[type=hidden][name=siren]"), "once it waits, it is not asked again"


def test_a_partner_is_not_offered_to_ask_again(client: PageClient, world: World) -> None:
    partner = world.person(ROCAMADOUR, status=AttachmentStatus.REFUSED, profile=Profile.PARTENAIRE)
    page = client.sign_in(partner).get(MINE)
    assert not page.soup.select("input[type=hidden][name=siren]")


def test_what_has_ceased_to_exist_is_said(client: PageClient, world: World) -> None:
    waiting = world.person(OCCITANIE, status=AttachmentStatus.PENDING)
    left = world.person(OCCITANIE, status=AttachmentStatus.ENDED)
    with no_more(OCCITANIE):
        for someone in (waiting, left):
            page = PageClient(client.app).sign_in(someone).get(MINE)
            assert "Le registre dit que cette collectivité n’existe plus" in page.main
            assert not page.soup.select("input[type=hidden][name=siren]")


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_however_many_there_are(client: PageClient, world: World, count: int) -> None:
    someone = world.person()
    for siren in (ROCAMADOUR, GRAMAT, CAUVALDOR)[:count]:
        attachments.ask_attachment(someone, siren, at=AT)
    client.sign_in(someone)
    with count_statements() as sent:
        client.get(MINE)
    assert len(sent) == 5, "the session’s, the edition’s, the invitations’, and two of its own"


# ── Leaving, ending ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_one_leaves_with_or_without_a_word(client: PageClient, world: World) -> None:
    world.person(ROCAMADOUR)
    for reason in ("", "Je change de poste <b>."):
        someone = world.person(ROCAMADOUR)
        client.sign_in(someone)
        page = client.get(client.get(MINE).links()["Quitter cette collectivité…"])
        assert page.h1 == "Quitter Rocamadour (Lot)"
        assert "les soutiens comptent toujours" in page.main
        assert status_of(someone) is AttachmentStatus.VERIFIED, "reading the page ends nothing"
        page = client.follow(client.post(end_of(someone), page.form() | {"reason": reason}, 303))
        assert "Vous ne parlez plus pour Rocamadour (Lot). Ce que vous avez fait en son nom reste." in page.main
        assert "terminé" in page.main
        assert (f"Vous avez dit : {reason}" in page.main) is bool(reason)
        assert "Ce que vous avez fait en son nom reste, et compte toujours." in page.main
        client.get(end_of(someone), 409)
        assert "Ce rattachement est déjà terminé" in client.post(end_of(someone), status=409).h1
    assert letters(AT) == []


def test_a_word_too_long_is_said_beside_the_field(client: PageClient, world: World) -> None:
    someone = world.person(ROCAMADOUR)
    page = client.sign_in(someone).post(end_of(someone), {"reason": "é" * 301}, 422)
    assert "c’est 1 de trop" in page.main
    assert page.form()["reason"] == "é" * 301
    assert status_of(someone) is AttachmentStatus.VERIFIED


def test_a_request_that_waits_ends_there_too(client: PageClient, world: World) -> None:
    someone = world.person(ROCAMADOUR, status=AttachmentStatus.PENDING)
    page = client.sign_in(someone).get(end_of(someone))
    assert page.h1 == "Retirer votre demande"
    assert "ne compteront pas" in page.main
    page = client.follow(client.post(end_of(someone), status=303))
    assert "Votre demande pour Rocamadour (Lot) est retirée." in page.main


def test_a_colleague_ends_with_a_reason(client: PageClient, world: World) -> None:
    colleague, someone = world.person(ROCAMADOUR), world.person(ROCAMADOUR, email="partie@exemple.fr")
    page = client.sign_in(colleague).get(end_of(someone))
    assert page.h1 == f"Mettre fin au rattachement de {someone.name}"
    assert "La personne reçoit votre nom, votre fonction et la raison" in page.main
    page = client.post(end_of(someone), {"reason": " "}, 422)
    assert "la personne la recevra par courriel" in page.main
    assert status_of(someone) is AttachmentStatus.VERIFIED
    done = client.post(end_of(someone), {"reason": "Elle a quitté la mairie"}, 303)
    assert done.response.headers["Location"] == "/compte/collectivite"
    page = client.follow(done)
    assert f"{someone.name} ne parle plus pour Rocamadour (Lot). La raison lui est envoyée par courriel." in page.main
    (letter,) = letters(AT)
    assert letter["To"] == "partie@exemple.fr"
    assert "Elle a quitté la mairie" in text_of(letter)
    theirs = PageClient(client.app).sign_in(someone).get(MINE)
    assert "Raison : Elle a quitté la mairie" in theirs.main
    assert "faire une nouvelle demande, que l’équipe décidera" in theirs.main


def test_to_a_stranger_it_does_not_exist(client: PageClient, world: World) -> None:
    someone, waiting = world.person(ROCAMADOUR), world.person(ROCAMADOUR, status=AttachmentStatus.PENDING)
    strangers = (
        world.person(GRAMAT),
        waiting,
        world.person(ROCAMADOUR, status=AttachmentStatus.ENDED),
        world.person(),
        world.person(None, Role.COMMITTEE),
        world.person(None, Role.OBSERVER),
    )
    for stranger in strangers:
        theirs = PageClient(client.app).sign_in(stranger)
        theirs.get(end_of(someone), 404)
        theirs.post(end_of(someone), {"reason": "Rien"}, 404)
        theirs.get(f"{MINE}/999999/fin", 404)
        theirs.post(f"{MINE}/99999999999999999999/fin", {"reason": "Rien"}, 404)
    theirs = PageClient(client.app).sign_in(world.person(None, Role.MODERATOR), strong=False)
    theirs.post(end_of(someone), {"reason": "Rien"}, 404)
    client.get(end_of(someone), 401)
    client.post(end_of(someone), {"reason": "Rien"}, 401)
    assert status_of(someone) is AttachmentStatus.VERIFIED
    assert status_of(waiting) is AttachmentStatus.PENDING


def test_it_stops_at_once_in_sessions_that_are_open(client: PageClient, world: World, hold) -> None:
    """Two browsers: in one, the ballot is open; in the other, a colleague ends the attachment."""
    edition = world.edition("2022")
    first, second, _ = propositions(edition, 3)
    someone, colleague = world.person(ROCAMADOUR), world.person(ROCAMADOUR)
    hold(DURING_VOTE)
    theirs, mine = client.sign_in(someone), PageClient(client.app).sign_in(colleague)
    theirs.post(f"/2022/propositions/{first.number}/soutien", status=303)
    open_page = theirs.get(f"/2022/propositions/{second.number}").form(f"/2022/propositions/{second.number}/soutien")

    mine.post(end_of(someone), {"reason": "Elle a quitté la mairie"}, 303)

    for data in ({}, open_page):
        page = theirs.post(f"/2022/propositions/{second.number}/soutien", data, 403 if not data else 409)
        assert page.h1 in ("Pour quelle collectivité agissez-vous ?", "Vous ne parlez plus pour cette collectivité")
    theirs.post(f"/2022/propositions/{first.number}/soutien/retrait", status=403)
    theirs.get("/compte/collectivite", 403)
    assert "Rocamadour" not in theirs.get("/").soup.header.get_text()  # type: ignore[union-attr]
    assert [row.proposal_id for row in on_ballot(edition)] == [first.id]
    assert tallies(edition)[first.number] == 1, "what was given goes on counting"
    assert "Rocamadour" in mine.get("/").soup.header.get_text()  # type: ignore[union-attr]
