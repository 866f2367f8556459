"""A candidature from its draft to the council's sheet: kept as one types, submitted, followed in its file, printed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.test_print import sheets
from tests.support.documents import pdf
from tests.support.visitor import Visitor

pytestmark = pytest.mark.moment("interests")

FORM = "/2021/propositions/6/candidature"
"""Not the one for which other journeys volunteer: all share the demonstration of their stage."""


def test_from_a_draft_to_the_file_and_its_sheet(visit: Callable[..., Visitor], javascript: bool, tmp_path: Path) -> None:
    account = "agent" if javascript else "elu"
    office = visit(account, javascript=javascript).go(FORM).review()
    office.fill(motivation="Nous voulons " + "essayer (fictif) " * 230)
    if javascript:
        office.page.locator("[data-draft]").get_by_text("Brouillon enregistré à").wait_for()
        assert office.page.locator("[data-draft-badge]").is_visible()
    else:
        office.press("Enregistrer le brouillon").review()
        assert "La candidature n’est pas déposée" in office.text

    home = visit(account, javascript=not javascript).go("/2021/candidatures").review()
    home.take(home.main.locator("ol.items a").first).review()
    assert "essayer (fictif)" in home.main.locator("[name=motivation]").input_value()
    home.choose("Pilote", "Notre collectivité accepte la charte").fill(
        referent_name="Prénom Nom Très Long " * 5,
        referent_function="responsable de la vie des assemblées et des services " * 2,
        sponsor_name="Autre Prénom Nom Très Long " * 4,
        sponsor_function="directrice générale des services de la collectivité " * 2,
        availability="Le mardi matin et le jeudi après-midi (fictif). " * 20,
    )
    home.press("Déposer la candidature")
    assert "enregistrée pour" in home.text
    home.follow("Ouvrir le dossier").review()
    assert "L’équipe l’examine" in home.text

    home.fill(body="Notre conseil délibère en juin (fictif).").press("Envoyer à l’équipe")
    assert "Notre conseil délibère en juin (fictif)." in home.text
    deliberation = tmp_path / "deliberation.pdf"
    deliberation.write_bytes(pdf())
    home.main.locator("input[type=file]").set_input_files(deliberation)
    home.press("Joindre").review()
    assert "deliberation.pdf" in home.text

    home.follow("La fiche pour votre conseil").review()
    assert "Projet de délibération" in home.text
    assert sheets(home) == 1, "however long what was typed"
    home.follow("Revenir au dossier").follow("Retirer la candidature").review()
    home.fill(reason="Un essai (fictif).").press("Retirer la candidature")
    assert "Candidature retirée" in home.text


def test_everyone_reads_the_charter_and_its_versions(visit: Callable[..., Visitor], javascript: bool) -> None:
    reader = visit(javascript=javascript).go("/2021/regles").follow("la charte").review()
    assert "une demi-journée par semaine au moins" in reader.text
    assert "Ses versions" in reader.text
