"""Stage 3: a collectivité volunteers for a retained proposition, and the team answers."""

from collections.abc import Callable

import pytest

from tests.support.visitor import Visitor

pytestmark = pytest.mark.moment("interests")


def test_a_territory_volunteers_and_is_accepted(visit: Callable[..., Visitor], javascript: bool) -> None:
    account, place = ("agent", "Rocamadour (Lot)") if javascript else ("elu", "Vitré (Ille-et-Vilaine)")
    volunteer = visit(account, javascript=javascript).go("/2021/propositions/3/territoires-referents")
    volunteer.follow("Se porter volontaire").review()

    volunteer.choose("Pilote", "Notre collectivité accepte la charte")
    volunteer.fill(motivation="Nous voulons essayer (fictif).", sponsor_name="")
    volunteer.press("Déposer la candidature")
    assert "sponsor_name" in volunteer.page.locator(".error-summary").inner_html(), "a pilot names somebody"
    assert volunteer.main.locator("[name=referent_name]").input_value(), "who fills it in is the référent until it is changed"
    volunteer.review().fill(
        referent_name="Personne Fictive",
        referent_function="secrétaire de mairie",
        sponsor_name="Autre Personne Fictive",
        sponsor_function="maire",
        availability="Le mardi matin (fictif).",
    )
    volunteer.press("Déposer la candidature")
    assert f"enregistrée pour {place}" in volunteer.text
    assert volunteer.main.get_by_role("link", name=place).count() == 1

    team = visit("moderation", javascript=javascript).go("/pilotage/2021/candidatures").follow(place).review()
    assert "Nous voulons essayer (fictif)." in team.text
    team.choose("Accepter").fill(reason="Une petite collectivité (fictif).").press("Préparer cette réponse")
    assert "Personne n’est prévenu" in team.text
    team.go("/pilotage/2021/candidatures/publication").review().choose("J’ai relu ces réponses")
    team.take(team.main.get_by_role("button", name="Publier"))
    assert "Chaque collectivité reçoit la sienne" in team.text

    everyone = visit(javascript=javascript).go("/2021/propositions/3/territoires-referents").review()
    assert place in everyone.text
    assert "Personne Fictive" not in everyone.page.content(), "no person is public"
    assert volunteer.site.mail_to(f"{account}@demo.exemple.fr", saying=f"{place} est maintenant territoire référent")


def test_only_retained_propositions_call_for_territories(visit: Callable[..., Visitor]) -> None:
    reader = visit("agent").go("/2021/decisions")
    assert "17 propositions" in reader.text or "17" in reader.text
    reader.go("/2021/propositions/8/candidature")
    assert reader.h1 == "Cette proposition n’a pas été retenue"
