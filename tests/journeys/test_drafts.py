"""A draft, kept as one types, taken up on another device, and thrown away; by a button where there is no script."""

from collections.abc import Callable

import pytest

from tests.support.visitor import Visitor

pytestmark = pytest.mark.moment("needs")


def test_it_is_kept_and_found_again_elsewhere(visit: Callable[..., Visitor], javascript: bool) -> None:
    account = "agent" if javascript else "elu"
    title = f"Réserver la salle {'en ligne' if javascript else 'à l’accueil'} (fictif)"
    office = visit(account, javascript=javascript).go("/2021/contributions/nouvelle?type=besoin").review()
    office.fill(title=title, situation="Nous notons sur un")
    if javascript:
        office.page.locator("[data-draft]").get_by_text("Brouillon enregistré à").wait_for()
        assert office.page.locator("[data-draft-badge]").is_visible()
    else:
        office.press("Enregistrer le brouillon")
    assert "/contributions/brouillons/" in office.path
    office.review().press("Aperçu").review()
    assert "Aperçu, rien n’est publié" in office.text

    home = visit(account, javascript=not javascript).go("/2021/contributions/nouvelle").review()
    home.follow(title).review()
    assert home.main.locator("[name=situation]").input_value() == "Nous notons sur un"
    home.fill(situation="Nous notons sur un carnet.").press("Enregistrer le brouillon")

    office.fill(situation="Nous notons sur une feuille.").press("Enregistrer le brouillon").review()
    assert "Ce brouillon a changé ailleurs" in office.text
    assert "Nous notons sur un carnet." in office.main.locator(".draft-stored").inner_text()
    assert office.main.locator("[name=situation]").input_value() == "Nous notons sur une feuille."
    assert not office.page.locator("[data-draft]").count(), "nothing is kept by itself while two texts wait to be chosen from"

    home.follow("Supprimer ce brouillon").review().press("Supprimer ce brouillon").review()
    assert "Ce brouillon est supprimé." in home.text
    assert title not in home.go("/2021/contributions").text, "it was never published"
