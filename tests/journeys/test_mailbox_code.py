"""A commune of a few hundred inhabitants, whose secretary writes from a consumer mailbox: a code to its official one."""

import re
from collections.abc import Callable

import pytest

from consult.accounts.mailboxes.rules import LETTERS
from tests.support.visitor import Visitor, squeezed

pytestmark = pytest.mark.moment("voting")


def test_a_newcomer_speaks_for_a_commune_through_its_mailbox(visit: Callable[..., Visitor], javascript: bool) -> None:
    """From an address that proves nothing to a voice, without the team."""
    address = f"secretariat-{'avec' if javascript else 'sans'}@messagerie.exemple.fr"
    town, siren, insee = ("Padirac (Lot)", "214602138", "46213") if javascript else ("Loubressac (Lot)", "214601775", "46177")

    newcomer = visit(javascript=javascript).go("/connexion")
    newcomer.fill(email=address).press("Recevoir un code et un lien")
    sign_in = re.search(r"\b(\d{3}) ?(\d{3})\b", newcomer.site.mail_to(address, saying="Voici le code"))
    assert sign_in
    newcomer.fill(code="".join(sign_in.groups())).press("Se connecter")
    newcomer.fill(name="Personne Fictive", function="secrétaire de mairie").choose("Agent ou agente").press("Continuer")

    newcomer.go(f"/compte/rattachements?q={siren}")
    newcomer.main.locator(f"input[name=siren][value='{siren}']").check()
    newcomer.press("Demander ce rattachement")
    newcomer.follow("Recevoir un code dans la boîte officielle de la collectivité").review()
    assert "m…@boite.exemple.fr" in newcomer.text
    assert f"mairie-{insee}" not in newcomer.page.content()
    newcomer.press("Envoyer le code").review()
    assert newcomer.h1 == "Écrivez le code reçu par la boîte officielle"

    letter = newcomer.site.mail_to(f"mairie-{insee}@boite.exemple.fr", saying=town)
    assert "Personne Fictive, qui se présente comme « secrétaire de mairie »" in letter
    code = re.search(rf"\b[{LETTERS}]{{4}}-[{LETTERS}]{{4}}\b", letter)
    assert code

    newcomer.fill(code="ABCD").press("Vérifier ce code").review()
    assert "Le code a huit lettres" in newcomer.text
    newcomer.fill(code=code[0].lower()).press("Vérifier ce code")
    assert "votre rattachement est vérifié" in newcomer.text
    assert f"Vous agissez pour {town}" in squeezed(newcomer.page.locator("header").inner_text())
    assert newcomer.site.mail_to(address, saying=town)
