"""Stage 4, by the people of a service: its news with a picture, what speaks of money, a promise that slips."""

from collections.abc import Callable

import pytest

from tests.support.documents import png
from tests.support.visitor import Visitor

pytestmark = pytest.mark.moment("tracking")


def test_news_from_its_team_to_everybody(visit: Callable[..., Visitor], javascript: bool) -> None:
    title = f"Une carte {'animée' if javascript else 'imprimée'} (fictif)"
    bearer = visit("epci", javascript=javascript).go("/2021/services/1").follow("Tenir cette page à jour").review()
    bearer.follow("Écrire une actualité").review()
    bearer.main.locator("[name=picture_1]").set_input_files({"name": "carte.png", "mimeType": "image/png", "buffer": png()})
    bearer.fill(title=title, body="Chaque commune a **sa** carte.").press("Publier cette actualité").review()
    assert "Dites en une phrase ce que montre cette image." in bearer.text
    bearer.main.locator("[name=picture_1]").set_input_files({"name": "carte.png", "mimeType": "image/png", "buffer": png()})
    bearer.fill(description_1="Une carte du Lot, une commune par couleur.").press("Publier cette actualité")
    assert "L’actualité est publiée." in bearer.text

    reader = visit(javascript=javascript).go("/2021/services/1").follow(title).review()
    assert reader.main.get_by_alt_text("Une carte du Lot, une commune par couleur.").count() == 1


def test_what_speaks_of_money_passes_by_the_agency(visit: Callable[..., Visitor], javascript: bool) -> None:
    title = f"Le budget {'tenu' if javascript else 'respecté'} (fictif)"
    bearer = visit("epci", javascript=javascript).go("/2021/services/1/gestion/actualites")
    bearer.fill(title=title, body="Il reste 12 000 €, comme prévu.").press("Publier cette actualité").review()
    assert "l’agence la relit" in bearer.text
    agency = visit("moderation", javascript=javascript).go("/pilotage/2021/actualites").review()
    agency.press("Publier", within=agency.main.locator("section", has_text=title))
    assert "L’actualité est publiée" in agency.text
    assert title in visit(javascript=javascript).go("/2021/services/1/actualites").review().text


def test_a_promise_slips_and_says_so(visit: Callable[..., Visitor], javascript: bool) -> None:
    title = f"Un essai {'en ligne' if javascript else 'au guichet'} (fictif)"
    bearer = visit("epci", javascript=javascript).go("/2021/services/1/gestion/jalons")
    bearer.fill(title=title, due_on="2021-12-01").press("Annoncer ce jalon")
    bearer.take(bearer.main.locator("tr", has_text=title).get_by_role("link", name="Le déplacer")).review()
    bearer.fill(due_on="2022-03-31", reason="Les élections (raison fictive).").press("Déplacer ce jalon")
    reader = visit(javascript=javascript).go("/2021/services/1").review()
    promised = reader.main.locator("tr", has_text=title)
    assert promised.locator("del").inner_text().split() == ["1er", "décembre", "2021"]
    assert "Les élections (raison fictive)." in promised.inner_text()
