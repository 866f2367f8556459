"""A contribution, printed: one sheet, with what a reader needs and nothing that is only pressed."""

import re
from collections.abc import Callable

import pytest

from tests.support.visitor import Visitor

pytestmark = pytest.mark.moment("needs")

ONLY_ON_SCREEN = ("Versions de ce texte", "Signaler ce texte à l’équipe", "Mots en commun", "Se connecter", "Nous aussi")


def sheets(reader: Visitor) -> int:
    """How many sheets of A4 the page takes."""
    return len(re.findall(rb"/Type\s*/Page\b", reader.page.pdf(format="A4")))


def printed(reader: Visitor) -> str:
    """What the sheet says."""
    reader.page.emulate_media(media="print")
    said = " ".join(reader.page.locator("body").inner_text().split())
    reader.page.emulate_media(media="screen")
    return said


@pytest.mark.parametrize("outcome", ["en-attente", "regroupee", "reorientee"])
def test_a_need_takes_one_sheet_whatever_became_of_it(visit: Callable[..., Visitor], outcome: str) -> None:
    reader = visit().go(f"/2021/contributions?type=besoin&statut={outcome}")
    reader.take(reader.main.locator("ol.items a[href*='/contributions/']").first)
    assert sheets(reader) == 1, reader.path


def test_a_service_has_more_to_say(visit: Callable[..., Visitor]) -> None:
    reader = visit().go("/2021/contributions?type=service")
    reader.take(reader.main.locator("ol.items a[href*='/contributions/']").first)
    assert sheets(reader) <= 2, reader.path


@pytest.mark.parametrize("account", [None, "epci"])
def test_the_sheet_says_what_was_written_and_what_became_of_it(visit: Callable[..., Visitor], account: str | None) -> None:
    reader = visit(account).go("/2021/contributions?statut=en-attente&type=besoin")
    reader.take(reader.main.locator("ol.items a[href*='/contributions/']").last)
    sheet = printed(reader)
    for said in (
        reader.h1,
        "Construisons ensemble",
        "Le besoin",
        "En attente d’examen",
        "Qui partage ce besoin",
        "Son parcours",
    ):
        assert said in sheet
    for pressed in ONLY_ON_SCREEN:
        assert pressed not in sheet
    assert "Versions de ce texte" in reader.text, "it is there on the screen"


def test_a_long_one_takes_as_many_as_it_needs(visit: Callable[..., Visitor]) -> None:
    assert sheets(visit().go("/2021/contributions")) > 1
