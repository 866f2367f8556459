"""The page that brings in a file: tried, refused with its lines, imported; and how what it brought reads on the site."""

import pytest

from consult.calendar.queries import edition
from consult.calendar.rules import Stage
from consult.ground.actor import Actor, Role
from consult.web.imports import MOST_BYTES
from tests.support.page import Page, PageClient
from tests.support.stage_one import DURING_NEEDS, need
from tests.support.world import ROCAMADOUR, World, opening_of

PATH = "/pilotage/imports"
FILE = (
    "id;title/fr;body/fr;category/name/fr;published_at;url\n"
    "3;Réparer les vélos;<p>Un atelier.</p>;Mobilité et transports;2021-01-20 10:00:00 UTC;https://ailleurs.exemple.fr/3\n"
    "4;Prêter des outils;Une remise.;Entraide;;https://ailleurs.exemple.fr/4\n"
)


@pytest.fixture(autouse=True)
def _moment(world: World, hold) -> None:
    world.edition()
    hold(DURING_NEEDS)


@pytest.fixture
def administrator(world: World) -> Actor:
    return world.person(None, Role.ADMINISTRATOR)


def send(client: PageClient, content: str | bytes, status: int, act: str = "write", **typed: str) -> Page:
    """Choose a file and press one of the two buttons. The body is written here: a large one leaves no file behind."""
    fields = {"csrf_token": client.csrf_token(), "edition": "2021", "act": act, **typed}
    parts = [f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()]
    parts.append('--x\r\nContent-Disposition: form-data; name="file"; filename="export.csv"\r\nContent-Type: text/csv\r\n\r\n')
    raw = content.encode() if isinstance(content, str) else content
    body = "".join(parts).encode() + raw + b"\r\n--x--\r\n"
    return client._page(client.http.post(PATH, data=body, content_type="multipart/form-data; boundary=x"), status)


def test_a_file_is_tried_then_imported(client: PageClient, administrator: Actor) -> None:
    client.sign_in(administrator)
    assert client.get(PATH).h1 == "Importer des contributions"
    page = send(client, FILE, 200, "try")
    assert "2 contributions à importer, n° 1 à 2 ; 0 déjà là. Rien n’est encore écrit." in page.main
    assert "Réparer les vélos — Participant anonyme, Mobilité et transports (ligne 2)" in page.main
    assert "« Entraide » (1)" in page.main
    client.get("/2021/contributions/1", 404)
    page = client.follow(send(client, FILE, 303))
    assert "2 contributions importées, n° 1 à 2." in page.main
    assert "ailleurs.exemple.fr" in page.main
    page = client.follow(send(client, FILE, 303))
    assert "Rien de nouveau dans ce fichier ; 2 étaient déjà là." in page.main


def test_what_was_imported_reads_well(client: PageClient, administrator: Actor) -> None:
    client.sign_in(administrator)
    send(client, FILE, 303)
    page = client.get("/2021/contributions/1")
    assert page.h1 == "Réparer les vélos"
    assert "Participant anonyme · recueillie ailleurs" in page.main
    assert "Recueillie sur ailleurs.exemple.fr, sous la référence" in page.main
    assert "texte importé" not in page.main
    page = client.get("/2021/contributions")
    assert "Participant anonyme · recueillie ailleurs" in page.main
    assert "2 contributions importées." in client.get("/2021/journal").main


def test_nobody_is_said_to_be_told_of_what_nobody_here_wrote(client: PageClient, world: World, administrator: Actor) -> None:
    client.sign_in(administrator)
    send(client, FILE, 303)
    need(world.person(ROCAMADOUR), edition("2021"))
    client.sign_in(world.person(None, Role.MODERATOR))
    imported, ours = (client.get(f"/moderation/2021/contributions/{number}") for number in (1, 3))
    assert "Recueillie sur ailleurs.exemple.fr" in imported.main
    assert "prévenir l’auteur" in ours.main
    assert "Poser une question à l’auteur" in ours.main
    assert "prévenir l’auteur" not in imported.main
    assert "Poser une question" not in imported.main
    assert "puis dit ici ce qu’elle devient" in client.get("/2021/contributions/1").main


def test_every_fault_is_shown_with_its_line_and_what_was_typed_stays(client: PageClient, administrator: Actor) -> None:
    client.sign_in(administrator)
    page = send(client, FILE + ";;;;;\n5;;x;;;\n5;y;x;;;\n", 422, source="Ma concertation")
    assert "2 points à corriger dans le fichier" in page.main
    assert "Ligne 5, colonne title/fr : le titre est vide" in page.main
    assert "Ligne 6, colonne id : « 5 » est déjà à la ligne 5" in page.main
    assert page.soup.select_one("[name=source]")["value"] == "Ma concertation"
    client.get("/2021/contributions/1", 404)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "le fichier est vide"),
        ("id,title\n1,a\n", "il manque la colonne « situation »"),
        (b"title,body\na,\x00\n", "un caractère nul"),
        ('title,body\na,"b\n', "un guillemet ouvert ici n’est jamais refermé"),
        ("title,body\na,b\na,b\n", "la même contribution est à la ligne 2"),
    ],
)
def test_a_file_that_cannot_be_taken_is_said(client: PageClient, administrator: Actor, content: str, said: str) -> None:
    client.sign_in(administrator)
    assert said in send(client, content, 422).main


def test_a_file_is_asked_for(client: PageClient, administrator: Actor) -> None:
    client.sign_in(administrator)
    assert "Choisissez un fichier." in client.post(PATH, {"edition": "2021"}, 422).main


def test_a_spreadsheet_in_windows_1252_is_taken(client: PageClient, administrator: Actor) -> None:
    client.sign_in(administrator)
    send(client, FILE.encode("cp1252"), 303)
    assert client.get("/2021/contributions/1").h1 == "Réparer les vélos"


def test_two_megabytes_are_taken_and_eleven_are_not(client: PageClient, administrator: Actor) -> None:
    client.sign_in(administrator)
    rows = "".join(f"{n};Titre {n};{'Un texte. ' * 9_000};;;\n" for n in range(5, 30))
    assert len(rows) > 2_000_000
    send(client, FILE + rows, 200, "try")
    page = send(client, b"x" * (MOST_BYTES + 100_000), 413)
    assert page.h1


def test_closed_the_page_says_when(client: PageClient, administrator: Actor, hold) -> None:
    hold(opening_of(Stage.VOTING))
    client.sign_in(administrator)
    assert "L’import n’est pas ouvert" in client.get(PATH).main
    send(client, FILE, 409)


def test_only_administrators_enter(client: PageClient, world: World) -> None:
    client.get(PATH, 401)
    client.sign_in(world.person(ROCAMADOUR, Role.MODERATOR))
    client.get(PATH, 403)
    send(client, FILE, 403)


def test_another_edition_is_one_link_away(client: PageClient, administrator: Actor, world: World) -> None:
    world.edition("2022")
    client.sign_in(administrator)
    assert "Édition 2022" in client.get(f"{PATH}?edition=2021").main
    client.get(f"{PATH}?edition=1999", 404)
