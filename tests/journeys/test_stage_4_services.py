"""Stage 4: a service is born from a retained proposition, promises, grows, and is adopted."""

import re
from collections.abc import Callable

import pytest

from tests.support.visitor import Visitor

pytestmark = pytest.mark.moment("tracking")


def test_a_service_from_its_birth_to_its_first_use(visit: Callable[..., Visitor], javascript: bool) -> None:
    name = f"Le minibus {'connecté' if javascript else 'au téléphone'} (fictif)"
    account, place = ("agent", "Rocamadour (Lot)") if javascript else ("elu", "Vitré (Ille-et-Vilaine)")

    team = visit("moderation", javascript=javascript).go("/pilotage/2021/services").follow("Faire naître un service")
    team.main.locator("[name=proposal]").select_option(index=3)
    team.review().press("Continuer")
    team.fill(name=name, summary="Réserver le minibus communal.", reason="Le besoin est partagé (raison fictive).")
    team.review().press("Faire naître ce service")
    assert name in team.text
    number = re.search(r"/services/(\d+)", team.path)
    assert number

    team.go(f"/2021/services/{number.group(1)}/gestion/jalons").review()
    team.fill(title="Premier prêt sans papier", due_on="2021-12-01").press("Annoncer ce jalon")
    team.go(f"/2021/services/{number.group(1)}/gestion/phase").choose("Construction")
    team.fill(reason="L’enquête est concluante (raison fictive).").press("Enregistrer cette phase")

    user = visit(account, javascript=javascript).go("/2021/services").follow(name).review()
    assert "Premier prêt sans papier" in user.text
    assert "L’enquête est concluante (raison fictive)." in user.text
    user.follow("Lesquelles, où, depuis quand").review()
    user.choose("À l’essai").fill(since="2021-10-25").press("Nous utilisons ce service")
    assert f"C’est enregistré : {place}, à l’essai" in user.text
    user.follow("Le déployer chez nous").review()
    assert "À qui s’adresser" in user.text

    team.go(f"/2021/services/{number.group(1)}/gestion/deploiements").review()
    team.choose(place).press("Confirmer ce qui est coché")
    assert "1 déploiement confirmé" in team.text

    everyone = visit(javascript=javascript).go(f"/2021/services/{number.group(1)}/deploiements").review()
    assert everyone.main.get_by_role("link", name=place).count() >= 1
    assert "pas encore confirmé" not in everyone.main.locator("#deploiements").inner_text()
    everyone.go("/2021/journal")
    assert name in everyone.text


def test_a_service_tells_where_it_comes_from(visit: Callable[..., Visitor]) -> None:
    """The thread is read in both directions: contribution, proposition, service."""
    reader = visit().go("/2021/services/1")
    reader.take(reader.main.locator("a[href*='/contributions/']").first)
    assert reader.main.locator("a[href*='/propositions/']").count() >= 1
    reader.take(reader.main.locator("a[href*='/propositions/']").first)
    assert "Retenue" in reader.text


def test_the_portfolio_is_read_sorted_and_seen_along_the_months(visit: Callable[..., Visitor], javascript: bool) -> None:
    reader = visit(javascript=javascript).go("/2021/services").review()
    reader.main.locator("[name=tri]").select_option("adoption")
    reader.press("Afficher").review()
    assert "les plus utilisés d’abord" in reader.text
    reader.main.locator("[name=phase]").select_option("arrete")
    reader.press("Afficher")
    assert reader.main.locator("#portefeuille tbody tr").count() >= 1
    reader.follow("Voir la frise des services").review()
    assert "Arrêté le" in reader.text
