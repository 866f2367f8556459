"""Through ProConnect, or the provider that stands for it: to one's collectivité at once, or to the ways that remain."""

from collections.abc import Callable

import pytest

from tests.support.visitor import Visitor, squeezed

pytestmark = pytest.mark.moment("voting")

PROPOSAL = "/2021/propositions/3"


def header(visitor: Visitor) -> str:
    return squeezed(visitor.page.locator("header").inner_text())


def test_an_agent_comes_to_vote_in_three_screens(visit: Callable[..., Visitor], javascript: bool) -> None:
    """The page to sign in, the provider's, who one is: then back to the proposition, for one's collectivité."""
    who, address, town = (
        ("Solène Fictive", "solene@martel.exemple.fr", "Martel (Lot)")
        if javascript
        else ("Farid Fictif", "farid@quercy-blanc.exemple.fr", "Communauté de communes du Quercy Blanc (Lot)")
    )
    visitor = visit(javascript=javascript).go(PROPOSAL)
    visitor.follow("Se connecter pour voter").review()
    visitor.press("Se connecter avec ProConnect")
    assert visitor.page.url.startswith(visitor.site.provider_url)
    visitor.review().press(who)

    assert visitor.h1 == "Dites-nous qui vous êtes"
    assert visitor.main.locator("[name=name]").input_value() == who
    visitor.review().fill(function="chargé de mission").choose("Agent ou agente" if javascript else "Élu ou élue")
    visitor.press("Continuer")
    assert visitor.path == PROPOSAL
    assert f"Vous agissez pour {town}" in header(visitor)
    assert visitor.site.mail_to(address, saying=town)

    visitor.go("/compte").review().follow("Voir ce que ProConnect dit de vous")
    assert visitor.h1 == f"Vous parlez pour {town}"
    visitor.review().go("/compte").press("Se déconnecter")
    assert "Votre session est fermée" in visitor.text
    visitor.go("/compte")
    assert visitor.h1 == "Connectez-vous pour continuer"

    visitor.go("/connexion").press("Se connecter avec ProConnect").press(who)
    assert visitor.path == "/"
    assert f"Bonjour {who}" in visitor.text


def test_somebody_of_a_company_is_shown_the_ways_that_remain(visit: Callable[..., Visitor], javascript: bool) -> None:
    who = "Maud Fictive" if javascript else "Agnès Fictive"
    visitor = visit(javascript=javascript).go("/connexion").press("Se connecter avec ProConnect").press(who)
    assert visitor.h1 == "ProConnect ne vous rattache à aucune collectivité"
    visitor.review().follow("Continuer")
    assert visitor.h1 == "Dites-nous qui vous êtes"


def test_a_wrong_answer_has_its_page_and_its_way_out(visit: Callable[..., Visitor], javascript: bool) -> None:
    visitor = visit(javascript=javascript).go("/connexion").press("Se connecter avec ProConnect")
    visitor.main.get_by_label("Sa réponse").select_option("forged")
    visitor.press("Yann Fictif")
    assert visitor.h1 == "La réponse de ProConnect n’est pas sûre"
    visitor.review().press("Recommencer avec ProConnect").press("Ne rien confirmer")
    assert visitor.h1 == "ProConnect n’a pas confirmé votre identité"
    visitor.follow("Se connecter par courriel")
    assert visitor.path == "/connexion"


def test_an_account_that_was_there_first_is_linked_from_itself(visit: Callable[..., Visitor]) -> None:
    visitor = visit().go("/connexion").press("Se connecter avec ProConnect").press("Baptiste Fictif")
    assert visitor.h1 == "Un compte existe déjà à cette adresse"
    visitor.review().become("epci").go("/compte").press("Relier ProConnect").press("Baptiste Fictif")
    visitor.go("/compte").review()
    assert "Une identité ProConnect ouvre votre compte" in visitor.text
    visitor.press("Ne plus la relier")
    assert "Relier ProConnect" in visitor.text
