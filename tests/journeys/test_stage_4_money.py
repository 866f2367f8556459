"""Stage 4: a service's own team says its money and its figures, the agency answers, everyone reads."""

import re
from collections.abc import Callable

import pytest

from tests.support.visitor import Visitor

pytestmark = pytest.mark.moment("tracking")


def test_money_from_a_proposed_line_to_everyone(visit: Callable[..., Visitor], javascript: bool) -> None:
    name = f"Le compte {'juste' if javascript else 'rond'} (fictif)"
    account, siren = ("agent", "214602401") if javascript else ("elu", "213503600")

    agency = visit("moderation", javascript=javascript).go("/pilotage/2021/services/nouveau")
    agency.main.locator("[name=proposal]").select_option(index=2)
    agency.press("Continuer")
    agency.fill(name=name, summary="Compter juste.", reason="Le besoin est partagé (raison fictive).")
    agency.press("Faire naître ce service")
    found = re.search(r"/services/(\d+)", agency.path)
    assert found
    service = f"/2021/services/{found.group(1)}"
    agency.go(f"{service}/gestion/porteurs").fill(siren=siren, reason="Elle pilote (raison fictive).")
    agency.press("Ajouter cette collectivité")

    team = visit(account, javascript=javascript).go(f"{service}/gestion/argent").review()
    team.choose("Coût éligible").fill(amount="12 500,505", day="2021-10-25", label="Développement (fictif)")
    team.press("Proposer cette ligne").review()
    assert "au centime près" in team.text
    assert team.main.locator("[name=label]").input_value() == "Développement (fictif)"
    team.fill(amount="12 500,50").press("Proposer cette ligne")
    assert "Elle sera publique quand l’agence l’aura validée" in team.text

    agency.go("/pilotage/2021/argent").review().take(agency.main.get_by_role("link", name="12 500,50").first).review()
    agency.choose("Publier cette ligne").press("Répondre")
    agency.go(f"{service}/gestion/argent").choose("Part de l’État").fill(amount="6250,26", day="2021-10-25", label="Tranche")
    agency.press("Publier cette ligne").review()
    assert "Il reste 6 250,25 € au plus." in agency.text
    agency.fill(amount="6250,25").press("Publier cette ligne")

    reader = visit(javascript=javascript).go(service).follow("L’argent, ligne par ligne").review()
    assert "50 % du coût au plus" in reader.text
    assert "Développement (fictif)" in reader.text
    reader.follow("L’argent de tous les services de l’édition").review()
    assert name in reader.text

    team.go(f"{service}/gestion/indicateurs").review()
    team.fill(
        name="Communes actives", definition="Celles qui s’en servent.", baseline="0", baseline_on="2021-06-01", target="20"
    )
    team.press("Suivre cet indicateur").review()
    team.fill(day="2021-10-25", value="2,5 k").press("Publier cette mesure")
    assert "Écrivez un nombre" in team.text
    team.fill(value="5").press("Publier cette mesure")
    reader.go(f"{service}/indicateurs").review()
    assert "25 % du chemin vers la cible" in reader.text
    assert reader.main.locator(".curve-line").count() == 1
