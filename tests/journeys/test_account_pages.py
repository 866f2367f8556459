"""One's own account, in a browser: moving to another address, choosing one's mail, closing a session left open, leaving."""

import json
import re
from collections.abc import Callable

import pytest

from tests.support.visitor import Visitor, squeezed

pytestmark = pytest.mark.moment("voting")


def code_in(message: str) -> str:
    """The six digits of a message."""
    found = re.search(r"^ +(\d{3}) (\d{3})\r?$", message, re.MULTILINE)
    assert found, message
    return "".join(found.groups())


def arrive(visit: Callable[..., Visitor], address: str, javascript: bool) -> Visitor:
    """Somebody new, who has said who they are."""
    visitor = visit(javascript=javascript).go("/connexion")
    visitor.fill(email=address).press("Recevoir un code et un lien")
    visitor.fill(code=code_in(visitor.site.mail_to(address, saying="Voici le code"))).press("Se connecter")
    visitor.fill(name="Personne Fictive", function="secrétaire de mairie").choose("Agent ou agente")
    return visitor.press("Continuer")


def test_an_account_moves_to_another_address(visit: Callable[..., Visitor], javascript: bool) -> None:
    how = "avec" if javascript else "sans"
    old, new = f"ancienne-{how}@mairie.exemple.fr", f"nouvelle-adresse-{how}@mairie.exemple.fr"
    someone = arrive(visit, old, javascript).go("/compte").review()
    someone.follow("Changer d’adresse").review()
    someone.fill(email=new).press("Recevoir les deux codes").review()
    assert someone.h1 == "Écrivez les deux codes"
    codes = {
        "old_code": code_in(someone.site.mail_to(old, saying="Code reçu à l’adresse actuelle")),
        "new_code": code_in(someone.site.mail_to(new, saying="Code reçu à la nouvelle adresse")),
    }
    swapped = {"old_code": codes["new_code"], "new_code": codes["old_code"]}
    someone.fill(**swapped).press("Changer mon adresse").review()
    assert "Il vous reste 4 essais" in someone.text
    someone.fill(**codes).press("Changer mon adresse")
    assert "Votre adresse est changée" in someone.text
    assert new in someone.text
    assert old not in someone.text
    assert someone.site.mail_to(old, saying="ce message est le dernier à cette adresse-ci")
    assert someone.site.mail_to(new, saying="Votre compte est maintenant à cette adresse")


def test_a_session_left_open_elsewhere_is_closed_from_here(visit: Callable[..., Visitor], javascript: bool) -> None:
    here, there = visit("collegue", javascript=javascript), visit("collegue", javascript=javascript)
    here.go("/compte").follow("Mes sessions ouvertes").review()
    assert "cette session-ci" in here.text
    assert "Chrome sur Linux" in here.text
    here.press("Fermer toutes les autres sessions")
    assert "fermée" in here.text
    there.go("/compte")
    assert there.h1 == "Connectez-vous pour continuer"


def test_one_chooses_takes_away_and_leaves(visit: Callable[..., Visitor], javascript: bool) -> None:
    address = f"partante-{'avec' if javascript else 'sans'}@mairie.exemple.fr"
    someone = arrive(visit, address, javascript).go("/compte")
    someone.follow("Les courriels que je reçois").review()
    someone.main.get_by_label("Le résultat de la sélection").uncheck()
    someone.press("Enregistrer mon choix")
    assert not someone.main.get_by_label("Le résultat de la sélection").is_checked()

    someone.go("/compte").follow("Mes données").review()
    with someone.page.expect_download() as coming:
        someone.main.get_by_role("link", name="Télécharger mes données").click()
    assert coming.value.suggested_filename == "mes-donnees.json"
    data = json.loads(coming.value.path().read_text("utf-8"))
    assert (data["person"]["email"], data["muted_topics"]) == (address, [{"topic": "results"}])

    someone.go("/compte").follow("Fermer mon compte").review().press("Fermer mon compte")
    assert "Cochez la case" in someone.text
    someone.review().choose("J’ai compris").press("Fermer mon compte")
    assert "Votre compte est fermé" in someone.text
    assert "Se connecter" in squeezed(someone.page.locator("header").inner_text())
    assert someone.site.mail_to(address, saying="Vous l’avez demandé : votre compte est fermé.")
