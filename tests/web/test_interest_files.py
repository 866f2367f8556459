"""The file of a candidature in pages: its state, messages, correction, documents, sheet; its people's and nobody else's."""

import pytest

from consult.accounts.model import AttachmentStatus
from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.ground.actor import Actor, Role
from consult.interests.actions import InterestDraft, declare, withdraw
from consult.interests.corrections import messages_of
from consult.interests.drafts import keep
from consult.interests.files import documents_of
from consult.interests.messages import ask
from consult.interests.model import Interest, Level
from consult.interests.own import own_files
from consult.interests.publishing import accept, decline
from consult.interests.rules import CHARTER
from tests.support import documents
from tests.support.naughty import HOSTILE
from tests.support.page import Page, PageClient
from tests.support.retained import proposal
from tests.support.statements import count_statements
from tests.support.world import GRAMAT, ROCAMADOUR, World, closing_of, during

OPEN, CLOSED = during(Stage.INTERESTS), closing_of(Stage.INTERESTS)
LIST, FILE = "/2021/candidatures", "/2021/candidatures/1"
DRAFT = InterestDraft(
    Level.PILOTE, "Camille Fictif", "agent", "Dominique Fictif", "maire", "Le mardi.", "Nous tenons six conseils.", CHARTER
)


@pytest.fixture
def edition(world: World, hold) -> Edition:
    hold(OPEN)
    return world.edition()


@pytest.fixture
def agent(world: World, edition: Edition, client: PageClient) -> Actor:
    agent = world.person(ROCAMADOUR)
    client.sign_in(agent)
    return agent


@pytest.fixture
def found(agent: Actor, edition: Edition) -> Interest:
    return declare(agent, proposal(edition).id, DRAFT, at=OPEN)


@pytest.fixture
def moderator(world: World, edition: Edition) -> Actor:
    return world.person(None, Role.MODERATOR)


def test_its_people_read_where_it_stands_and_what_follows(
    client: PageClient, found: Interest, moderator: Actor, world: World
) -> None:
    assert client.get(LIST).links()["N° 1 · Organiser des instances délibératives"] == FILE
    page = client.get(FILE)
    for said in (
        "Candidature n° 1",
        "L’équipe l’examine",
        "Nous tenons six conseils.",
        "Camille Fictif, agent",
        "version 2021-1",
    ):
        assert said in page.main
    assert "Corriger la candidature" not in page.links()
    colleague = PageClient(client.app).sign_in(world.person(ROCAMADOUR))
    assert "Nous tenons six conseils." in colleague.get(FILE).main
    accept(moderator, found.id, reason="Bienvenue.", at=CLOSED)
    assert "est territoire référent. Bienvenue." in client.get(FILE).main


def test_a_declined_one_says_why_and_a_withdrawn_one_too(
    client: PageClient, found: Interest, agent: Actor, moderator: Actor, edition: Edition
) -> None:
    second = declare(agent, proposal(edition).id, DRAFT, at=OPEN)
    decline(moderator, found.id, reason="Deux voisines pilotent déjà.", at=OPEN)
    withdraw(agent, second.id, reason="Le conseil a changé d’avis.", at=OPEN)
    assert "Deux voisines pilotent déjà." in client.get(FILE).main
    page = client.get("/2021/candidatures/2")
    assert "Le conseil a changé d’avis." in page.main
    for gone in ("Envoyer à l’équipe", "Retirer la candidature"):
        assert gone not in page.main


@pytest.mark.parametrize(
    ("siren", "status"),
    [(GRAMAT, AttachmentStatus.VERIFIED), (ROCAMADOUR, AttachmentStatus.PENDING), (None, AttachmentStatus.VERIFIED)],
)
def test_nobody_else_reads_it(
    client: PageClient, found: Interest, world: World, siren: str | None, status: AttachmentStatus
) -> None:
    other = PageClient(client.app).sign_in(world.person(siren, status=status))
    for path in (FILE, f"{FILE}/correction", f"{FILE}/fiche", f"{FILE}/documents/1"):
        other.get(path, 403)
        PageClient(client.app).get(path, 401)
    assert "Organiser" not in other.get(LIST).main
    client.get("/2021/candidatures/99", 404)


def test_messages_go_both_ways_inside_the_file(client: PageClient, found: Interest, moderator: Actor) -> None:
    ask(moderator, found.id, "Combien de conseils ?", False, at=OPEN)
    page = client.get(FILE)
    assert "Combien de conseils ?" in page.main
    assert "correction demandée" not in page.main
    typed = page.form(f"{FILE}/messages")
    assert client.post(f"{FILE}/messages", typed | {"body": "  "}, 422).soup.find(id="reply-body-erreur")
    done = client.follow(client.post(f"{FILE}/messages", typed | {"body": "Six par an."}, 303))
    assert "Six par an." in done.main
    assert [message.is_from_team for message in messages_of(found.id)] == [True, False]


def test_a_correction_asked_opens_the_form_even_after_the_close(
    client: PageClient, found: Interest, moderator: Actor, hold
) -> None:
    client.get(f"{FILE}/correction", 409)
    ask(moderator, found.id, "Précisez combien de conseils.", True, at=OPEN)
    hold(CLOSED)
    assert "Une correction est demandée" in client.get(LIST).main
    page = client.get(client.get(FILE).links()["Corriger la candidature"])
    assert "Précisez combien de conseils." in page.main
    typed = page.form()
    assert (typed["motivation"], typed["level"], typed["revision"]) == ("Nous tenons six conseils.", ["pilote"], "0")
    wrong = client.post(f"{FILE}/correction", typed | {"motivation": "", "charter": CHARTER}, 422)
    assert wrong.form()["availability"] == "Le mardi."
    done = client.post(f"{FILE}/correction", typed | {"motivation": "Nous en tenons huit.", "charter": CHARTER}, 303)
    page = client.follow(done)
    assert "Nous en tenons huit." in page.main
    assert "Tel que déposé" in page.main
    assert "Nous tenons six conseils." in page.main
    assert "Corriger la candidature" not in page.links()
    late = client.post(f"{FILE}/correction", typed | {"charter": CHARTER}, 409)
    assert "Aucune correction n’est demandée" in late.main


def test_the_deliberation_is_joined_and_read_by_its_people_and_the_team_only(
    client: PageClient, found: Interest, moderator: Actor, world: World
) -> None:
    done = client.follow(client.post(f"{FILE}/documents", documents.sent(), 303))
    assert "1 document joint" in done.main
    (joined,) = documents_of(found.id)
    path = f"{FILE}/documents/{joined.id}"
    team = PageClient(client.app).sign_in(moderator)
    for reader in (client, team):
        answer = reader.get(path).response
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.data.startswith(b"%PDF")
    PageClient(client.app).get(path, 401)
    for siren in (GRAMAT, None):
        PageClient(client.app).sign_in(world.person(siren)).get(path, 403)
    client.post(f"{path}/retrait", status=303)
    client.get(path, 404)
    assert not documents_of(found.id)


def test_a_document_that_is_not_one_is_said_beside_the_field(client: PageClient, found: Interest) -> None:
    page = client.post(f"{FILE}/documents", documents.sent(b"MZ", "virus.pdf"), 422)
    assert "virus.pdf" in str(page.soup.find(id="documents-erreur"))
    assert client.post(f"{FILE}/documents", {}, 422).soup.find(id="documents-erreur")
    assert not documents_of(found.id)


def test_the_sheet_says_what_the_council_deliberates_on(client: PageClient, found: Interest) -> None:
    page = client.get(client.get(FILE).links()["La fiche pour votre conseil"])
    for said in ("conseil municipal", "est pilote", "désigne Camille Fictif", "version 2021-1", "tous les six mois"):
        assert said in page.main


def test_the_council_reads_a_draft_before_it_is_sent(client: PageClient, agent: Actor, edition: Edition, world: World) -> None:
    begun, sheet = proposal(edition), "/2021/propositions/1/candidature/fiche"
    client.get(sheet, 404)
    keep(agent, begun.id, {"motivation": "Nous avons des idées."}, revision=0, at=OPEN)
    page = client.get(client.get("/2021/propositions/1/candidature").links()["La fiche pour votre conseil"])
    for said in ("Brouillon, non envoyé", "Pas encore choisi", "Nous avons des idées.", "conseil municipal", "version 2021-1"):
        assert said in page.main
    assert "déposée le" not in page.main
    assert page.links()["Revenir au brouillon"] == "/2021/propositions/1/candidature"
    typed = {"level": "pilote", "motivation": "Oui.", "referent_name": "Camille Fictif"}
    keep(agent, begun.id, typed, revision=1, at=OPEN)
    page = client.get(sheet)
    for said in ("est pilote", "désigne Camille Fictif", "tous les six mois"):
        assert said in page.main
    assert own_files(edition.id, ROCAMADOUR) == []
    PageClient(client.app).sign_in(world.person(ROCAMADOUR)).get(sheet, 404)
    PageClient(client.app).get(sheet, 401)


def test_one_withdraws_from_the_file_after_the_close_too(client: PageClient, found: Interest, hold) -> None:
    hold(CLOSED)
    back = client.get(client.get(FILE).links()["Retirer la candidature"])
    client.post("/2021/propositions/1/candidature/retrait", back.form() | {"reason": "Le conseil a changé d’avis."}, 303)
    assert "Le conseil a changé d’avis." in client.get(FILE).main


def test_what_one_has_begun_is_listed_apart(client: PageClient, agent: Actor, edition: Edition, hold) -> None:
    assert "Aucune candidature" in client.get(LIST).main
    keep(agent, proposal(edition).id, {"motivation": "Nous"}, revision=0, at=OPEN)
    page = client.get(LIST)
    assert "Brouillon, non déposé" in page.main
    assert page.links()["Organiser des instances délibératives"] == "/2021/propositions/1/candidature"
    hold(CLOSED)
    assert "ne peuvent pas être déposés maintenant" in client.get(LIST).main


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_is_harmless_in_the_file_and_on_the_sheet(
    client: PageClient, agent: Actor, edition: Edition, moderator: Actor, hostile: str
) -> None:
    named = hostile[:120] or "x"
    found = declare(
        agent,
        proposal(edition).id,
        InterestDraft(Level.PILOTE, named, named, named, named, hostile, hostile, CHARTER),
        at=OPEN,
    )
    ask(moderator, found.id, hostile or "x", False, at=OPEN)
    for path in (FILE, f"{FILE}/fiche", LIST):
        page = Page(client.http.get(path))
        assert page.status == 200
        assert not page.soup.main.find_all(["script", "img"])  # type: ignore[union-attr]


def test_the_pages_cost_the_same_with_one_and_with_three(
    client: PageClient, agent: Actor, found: Interest, edition: Edition, moderator: Actor
) -> None:
    def costs() -> list[int]:
        counted = []
        for path in (LIST, FILE, f"{FILE}/fiche"):
            with count_statements() as sent:
                client.get(path)
            counted.append(len(sent))
        return counted

    one = costs()
    for _ in range(2):
        declare(agent, proposal(edition).id, DRAFT, at=OPEN)
        keep(agent, proposal(edition).id, {"motivation": "Nous"}, revision=0, at=OPEN)
        ask(moderator, found.id, "Encore ?", True, at=OPEN)
        client.post(f"{FILE}/documents", documents.sent(), 303)
    # the session and the edition, then: drafts and files; the file, messages, versions, documents; the file, the charter
    assert costs() == one == [4, 6, 4]
