"""Workshops in pages: the list, one's seat, the file for a diary, the desk that holds them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from consult.accounts.model import AttachmentStatus
from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.ground.actor import Actor, Profile, Role
from consult.ground.database import reading
from consult.proposals.model import Proposal
from consult.workshops.actions import announce, cancel, change, publish_notes
from consult.workshops.model import Seat, Workshop
from consult.workshops.seats import take
from tests.support import retained
from tests.support.meetings import LINK, MEETING, STARTS, volunteer
from tests.support.naughty import HOSTILE
from tests.support.page import PageClient
from tests.support.statements import count_statements
from tests.support.world import GRAMAT, LOT, ROCAMADOUR, World, during, just_before, opening_of

OPEN = during(Stage.INTERESTS)
LIST, PAGE, DESK = "/2021/ateliers", "/2021/ateliers/1", "/pilotage/2021/ateliers"
TYPED = {
    "title": "Dessiner la première page",
    "starts_at": "20/05/2021 10:00",
    "ends_at": "2021-05-20T12:00",
    "place": "Mairie de Cahors",
    "link": "visio.exemple.fr/salle-fermee",
    "capacity": "12",
    "about": "Venez avec **un agenda**.",
}


@pytest.fixture
def edition(world: World, hold) -> Edition:
    edition = world.edition()
    hold(OPEN)
    return edition


@pytest.fixture
def proposal(edition: Edition) -> Proposal:
    return retained.proposal(edition)


@pytest.fixture
def team(world: World) -> Actor:
    return world.person(None, Role.MODERATOR)


@pytest.fixture
def workshop(team: Actor, proposal: Proposal) -> Workshop:
    return announce(team, proposal.id, replace(MEETING, capacity=2), at=OPEN)


@pytest.fixture
def agent(world: World, proposal: Proposal, client: PageClient) -> Actor:
    """Somebody of a volunteer, signed in."""
    agent = world.person(ROCAMADOUR)
    volunteer(agent, proposal, at=OPEN)
    client.sign_in(agent)
    return agent


def kept() -> list[Workshop]:
    reading().expire_all()
    return reading().query(Workshop).order_by(Workshop.id).all()


def test_a_volunteer_takes_a_seat_reads_the_link_and_gives_it_up(client: PageClient, agent: Actor, workshop: Workshop) -> None:
    page = client.get(PAGE)
    assert "Prendre ma place" in page.main
    assert LINK not in page.response.text
    page = client.follow(client.post(f"{PAGE}/inscription", page.form(f"{PAGE}/inscription"), 303))
    assert "Vous avez votre place, pour Rocamadour (Lot)." in page.main
    assert page.links()[LINK] == LINK
    assert "1 place prise sur 2" in page.main
    assert "Rocamadour (Lot)" in page.main
    page = client.follow(client.post(f"{PAGE}/desistement", page.form(f"{PAGE}/desistement"), 303))
    assert "Votre place est rendue" in page.main
    assert LINK not in page.response.text
    assert "Vous n’avez pas de place" in client.post(f"{PAGE}/desistement", {}, 409).h1


def test_the_name_of_who_comes_is_for_the_team(client: PageClient, agent: Actor, workshop: Workshop, team: Actor) -> None:
    take(agent, workshop.id, at=OPEN)
    reader = PageClient(client.app)
    for path in (LIST, PAGE, f"{PAGE}.ics", "/2021/propositions/1/territoires-referents", "/2021/journal"):
        assert agent.name not in reader.http.get(path).text
        assert LINK not in reader.http.get(path).text
    desk = PageClient(client.app).sign_in(team).get(f"{DESK}/1")
    assert agent.name in desk.main
    assert LINK in desk.main


@pytest.mark.parametrize(
    ("siren", "changed", "said", "action"),
    [
        (None, {}, "Dites d’abord au nom de laquelle vous agissez", "Voir mes rattachements"),
        (GRAMAT, {"status": AttachmentStatus.PENDING}, "est encore à vérifier", "Voir mes rattachements"),
        (GRAMAT, {}, "Gramat (Lot) ne l’est pas, ou ne l’est plus", "Voir les territoires référents"),
    ],
)
def test_who_cannot_come_reads_why_and_the_way_in(
    client: PageClient, world: World, workshop: Workshop, siren: str | None, changed: dict, said: str, action: str
) -> None:
    client.sign_in(world.person(siren, **changed))
    page = client.get(PAGE)
    assert said in page.main
    assert action in page.links()
    client.post(f"{PAGE}/inscription", {}, 403)


def test_a_visitor_signs_in_to_come(client: PageClient, workshop: Workshop) -> None:
    page = client.get(PAGE)
    assert page.links()["Se connecter pour y venir"] == "/connexion?suite=/2021/ateliers/1"
    client.post(f"{PAGE}/inscription", {}, 401)


def test_a_partner_reads_and_is_asked_nothing(client: PageClient, world: World, workshop: Workshop) -> None:
    client.sign_in(world.person(None, profile=Profile.PARTENAIRE))
    assert "Qui peut y venir" not in client.get(PAGE).main
    client.post(f"{PAGE}/inscription", {}, 403)


def test_a_full_workshop_says_so(
    client: PageClient, agent: Actor, workshop: Workshop, world: World, proposal: Proposal
) -> None:
    for _ in range(2):
        take(world.person(ROCAMADOUR), workshop.id, at=OPEN)
    assert "Il n’y a plus de place" in client.get(PAGE).main
    assert "Complet" in client.get(LIST).main
    assert client.post(f"{PAGE}/inscription", {}, 409).h1 == "Il n’y a plus de place"
    assert reading().query(Seat).count() == 2


def test_the_page_and_the_act_follow_the_same_instants(client: PageClient, agent: Actor, workshop: Workshop, hold) -> None:
    hold(just_before(STARTS))
    assert "Prendre ma place" in client.get(PAGE).main
    hold(STARTS)
    assert "Prendre ma place" not in client.get(PAGE).main
    assert client.post(f"{PAGE}/inscription", {}, 409).h1 == "Cet atelier a commencé"


def test_the_team_announces_with_dates_as_people_write_them(
    client: PageClient, team: Actor, proposal: Proposal, edition: Edition
) -> None:
    client.sign_in(team)
    assert client.get(DESK).links()["Annoncer un atelier"] == f"{DESK}/nouveau"
    form = client.get(f"{DESK}/nouveau").form()
    page = client.follow(client.post(f"{DESK}/nouveau", form | TYPED | {"proposal": str(proposal.id)}, 303))
    assert "Atelier n° 1 annoncé" in page.main
    (one,) = kept()
    assert (one.starts_at, one.ends_at, one.link, one.capacity) == (STARTS, MEETING.ends_at, LINK, 12)
    assert "jeudi 20 mai 2021, 10 h 00 – 12 h 00 (heure de Paris)" in client.get(PAGE).main
    assert "un agenda" in {tag.text for tag in client.get(PAGE).soup.find_all("strong")}


@pytest.mark.parametrize(
    ("wrong", "field", "said", "status"),
    [
        ({"title": " "}, "title", "Donnez un titre", 422),
        ({"title": "x" * 161}, "title", "1 de trop", 422),
        ({"starts_at": "30/02/2021 10:00"}, "starts_at", "n’existe pas", 422),
        ({"starts_at": "20/05 10:00"}, "starts_at", "n’est pas complète", 422),
        ({"starts_at": ""}, "starts_at", "Donnez la date", 422),
        ({"starts_at": "  "}, "starts_at", "Donnez la date", 422),
        ({"starts_at": "2021-03-28T02:30"}, "starts_at", "horloges", 422),
        ({"ends_at": "20/05/2021 09:00"}, "ends_at", "ne se suivent pas", 409),
        ({"ends_at": "20/05/2031 12:00"}, "ends_at", "sept jours au plus", 409),
        ({"starts_at": "20/04/2021 10:00", "ends_at": "20/04/2021 12:00"}, "starts_at", "déjà passée", 409),
        ({"place": "", "link": ""}, "place", "Donnez un lieu", 422),
        ({"link": "javascript:alert(1)"}, "link", "incomplète", 422),
        ({"capacity": "0"}, "capacity", "nombre entier", 422),
        ({"capacity": "-3"}, "capacity", "nombre entier", 422),
        ({"capacity": "douze"}, "capacity", "nombre entier", 422),
        ({"capacity": "1e3"}, "capacity", "nombre entier", 422),
        ({"proposal": "999"}, "proposal", "", 422),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(
    client: PageClient, team: Actor, proposal: Proposal, wrong: dict[str, str], field: str, said: str, status: int
) -> None:
    client.sign_in(team)
    typed = TYPED | {"proposal": str(proposal.id)} | wrong
    page = client.post(f"{DESK}/nouveau", typed, status)
    error = page.soup.select_one(f"#{field}-erreur")
    assert error is not None, page.main[:500]
    assert said in error.get_text()
    form = page.form()
    assert {name: form[name] for name in ("title", "starts_at", "ends_at", "place", "about") if name not in wrong} == {
        name: TYPED[name] for name in ("title", "starts_at", "ends_at", "place", "about") if name not in wrong
    }
    assert form["starts_at"] == typed["starts_at"]
    assert not kept()


def test_two_of_the_team_at_once_and_the_second_is_told(
    client: PageClient, team: Actor, workshop: Workshop, agent: Actor
) -> None:
    client = PageClient(client.app).sign_in(team)
    form = client.get(f"{DESK}/1/modifier").form()
    assert form["starts_at"] == "2021-05-20T10:00"
    change(team, workshop.id, replace(MEETING, title="Titre du collègue", capacity=2), read=0, reason="", at=OPEN)
    page = client.post(f"{DESK}/1/modifier", form | {"title": "Mon titre"}, 409)
    assert "Titre du collègue" in page.main
    assert page.form()["title"] == "Mon titre"
    assert kept()[0].title == "Titre du collègue"
    client.follow(client.post(f"{DESK}/1/modifier", page.form(), 303))
    assert kept()[0].title == "Mon titre", "knowing what it replaces"


def test_a_move_needs_its_reason_and_keeps_the_seats(client: PageClient, team: Actor, workshop: Workshop, agent: Actor) -> None:
    take(agent, workshop.id, at=OPEN)
    client = PageClient(client.app).sign_in(team)
    moved = client.get(f"{DESK}/1/modifier").form() | {"place": "Médiathèque"}
    page = client.post(f"{DESK}/1/modifier", moved, 409)
    assert page.soup.select_one("#reason-erreur")
    assert page.form()["place"] == "Médiathèque"
    page = client.follow(client.post(f"{DESK}/1/modifier", moved | {"reason": "Salle prise."}, 303))
    assert "Atelier déplacé. Les personnes inscrites sont prévenues" in page.main
    assert "1 place prise sur 2" in page.main
    client.post(f"{DESK}/1/modifier", moved | {"reason": "x", "capacity": "0", "read": "1"}, 422)


def test_a_cancelled_workshop_says_why_everywhere(client: PageClient, team: Actor, workshop: Workshop) -> None:
    desk = PageClient(client.app).sign_in(team)
    desk.post(f"{DESK}/1/annulation", {"reason": " "}, 422)
    page = desk.follow(desk.post(f"{DESK}/1/annulation", {"reason": "Grève des trains."}, 303))
    assert "Grève des trains." in page.main
    assert "Modifier ou déplacer" not in page.links()
    page = client.get(PAGE)
    assert "Grève des trains." in page.main
    assert "Prendre ma place" not in page.main
    assert "Annulé" in client.get(LIST).main
    assert "Atelier annulé : « Dessiner la première page »" in client.get("/2021/journal").main
    desk.post(f"{DESK}/1/annulation", {"reason": "Encore."}, 409)


def test_notes_are_published_after_the_end(client: PageClient, team: Actor, workshop: Workshop, hold) -> None:
    desk = PageClient(client.app).sign_in(team)
    assert "Publier le compte rendu" not in desk.get(f"{DESK}/1").links()
    assert "pas terminé" in desk.post(f"{DESK}/1/compte-rendu", {"notes": "Trop tôt."}, 409).main
    hold(MEETING.ends_at)
    assert "Le compte rendu n’est pas encore publié" in client.get(PAGE).main
    desk.post(f"{DESK}/1/compte-rendu", {"notes": " "}, 422)
    desk.post(f"{DESK}/1/compte-rendu", {"notes": "On a **bien** parlé.\n\n# Décidé"}, 303)
    page = client.get(PAGE)
    assert "On a bien parlé." in page.main
    assert "Compte rendu publié" in client.get(f"{LIST}?quand=passes").main
    assert desk.get(f"{DESK}/1/compte-rendu").form()["notes"].startswith("On a **bien**")


def test_notes_that_a_colleague_published_meanwhile_are_not_overwritten_unread(
    client: PageClient, team: Actor, workshop: Workshop, hold
) -> None:
    hold(MEETING.ends_at)
    client.sign_in(team)
    here = client.get(f"{DESK}/1/compte-rendu").form()
    client.post(f"{DESK}/1/compte-rendu", here | {"notes": "Les miennes."}, 303)
    stale = client.post(f"{DESK}/1/compte-rendu", here | {"notes": "Les autres."}, 409)
    assert "Les miennes." in stale.main
    assert stale.form()["notes"] == "Les autres."
    assert "Les miennes." in client.get(PAGE).main
    client.post(f"{DESK}/1/compte-rendu", stale.form(), 303)
    assert "Les autres." in client.get(PAGE).main


@pytest.mark.parametrize("text", [text for text in HOSTILE if "None" not in text])
def test_hostile_text_is_harmless(client: PageClient, team: Actor, proposal: Proposal, hold, text: str) -> None:
    words = (text.strip() or "x")[:160].replace("\\n", " ").replace("\\x00", "")
    line = " ".join(words.split()) or "x"
    one = announce(team, proposal.id, replace(MEETING, title=line, about=words, place=line), at=OPEN)
    hold(MEETING.ends_at)
    publish_notes(team, one.id, words, at=MEETING.ends_at)
    for path in (f"{LIST}?quand=passes", PAGE, "/2021/propositions/1/territoires-referents", "/2021/journal"):
        client.get(path)
    body = client.http.get(f"{PAGE}.ics").text
    assert body.count("BEGIN:VEVENT") == body.count("END:VEVENT") == 1
    assert all(len(row.encode()) <= 75 for row in body.split("\r\n"))


# ── for a diary ──────────────────────────────────────────────────────────────────────


def unfolded(client: PageClient) -> list[str]:
    answer = client.http.get(f"{PAGE}.ics")
    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert answer.text.endswith("END:VCALENDAR\r\n")
    return answer.text.replace("\r\n ", "").split("\r\n")


def test_a_diary_has_the_date_and_the_place(client: PageClient, workshop: Workshop) -> None:
    lines = unfolded(client)
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    for line in (
        "METHOD:PUBLISH",
        "UID:2021-atelier-1@127.0.0.1",
        "SEQUENCE:0",
        "STATUS:CONFIRMED",
        "DTSTART:20210520T080000Z",
        "DTEND:20210520T100000Z",
        "SUMMARY:Dessiner la première page",
        "LOCATION:Mairie de Cahors",
    ):
        assert line in lines
    assert not any(LINK in line for line in lines)


def test_the_link_is_in_the_diary_of_who_comes(client: PageClient, agent: Actor, workshop: Workshop, team: Actor) -> None:
    assert LINK not in "".join(unfolded(client))
    take(agent, workshop.id, at=OPEN)
    assert LINK in "".join(unfolded(client))
    assert client.http.get(f"{PAGE}.ics").headers["Cache-Control"] == "no-store"
    assert LINK not in "".join(unfolded(PageClient(client.app)))


def test_a_diary_replaces_what_moved_and_removes_what_is_cancelled(client: PageClient, team: Actor, workshop: Workshop) -> None:
    later = timedelta(days=1)
    moved = replace(MEETING, starts_at=STARTS + later, ends_at=MEETING.ends_at + later)
    change(team, workshop.id, moved, read=0, reason="Salle prise.", at=OPEN)
    lines = unfolded(client)
    assert {"UID:2021-atelier-1@127.0.0.1", "SEQUENCE:1", "DTSTART:20210521T080000Z"} <= set(lines)
    cancel(team, workshop.id, reason="Grève.", at=OPEN)
    lines = unfolded(client)
    assert {"METHOD:CANCEL", "UID:2021-atelier-1@127.0.0.1", "SEQUENCE:2", "STATUS:CANCELLED"} <= set(lines)
    assert "BEGIN:VALARM" not in lines


# ── what is read costs the same ──────────────────────────────────────────────────────


def test_lists_cost_the_same_with_one_and_with_three(
    client: PageClient, world: World, team: Actor, proposal: Proposal, workshop: Workshop
) -> None:
    def cost(path: str) -> int:
        client.get(path)
        with count_statements() as sent:
            client.get(path)
        return len(sent)

    desk = PageClient(client.app).sign_in(team)

    def cost_at_desk(path: str) -> int:
        desk.get(path)
        with count_statements() as sent:
            desk.get(path)
        return len(sent)

    volunteer(first := world.person(ROCAMADOUR), proposal, at=OPEN)
    take(first, workshop.id, at=OPEN)
    change(team, workshop.id, MEETING, read=0, reason="", at=OPEN)
    one = (cost(LIST), cost(PAGE), cost_at_desk(DESK), cost_at_desk(f"{DESK}/1"))
    for siren in (GRAMAT, LOT):
        announce(team, proposal.id, MEETING, at=OPEN)
        volunteer(comer := world.person(siren), proposal, at=OPEN)
        take(comer, workshop.id, at=OPEN)
    assert (cost(LIST), cost(PAGE), cost_at_desk(DESK), cost_at_desk(f"{DESK}/1")) == one
    assert one == (3, 3, 4, 4)  # the edition, the total and the page, or the sheet and who comes; the session at the desk


def test_before_its_time_the_list_says_when(client: PageClient, team: Actor, edition: Edition, hold) -> None:
    hold(just_before(opening_of(Stage.INTERESTS)))
    assert "30 avril 2021 à 18 h 00" in client.get(LIST).main
    desk = PageClient(client.app).sign_in(team)
    assert "Annoncer un atelier" not in desk.get(DESK).links()
    hold(opening_of(Stage.INTERESTS))
    assert "Aucun atelier à venir" in client.get(LIST).main
    assert "Aucune proposition retenue" in desk.get(f"{DESK}/nouveau").main
    client.get(f"{LIST}/1", 404)
    client.get(f"{LIST}/1.ics", 404)
    client.get("/2099/ateliers", 404)
