"""Two people for one collectivité, then two collectivités for one person."""

import re
from collections.abc import Callable

import pytest

from tests.support.visitor import Visitor, squeezed

pytestmark = pytest.mark.moment("voting")


def sign_in(newcomer: Visitor, address: str) -> Visitor:
    """By the code of the message, from the page one is on."""
    newcomer.fill(email=address).press("Recevoir un code et un lien")
    code = re.search(r"\b(\d{3}) ?(\d{3})\b", newcomer.site.mail_to(address, saying="Voici le code"))
    assert code
    return newcomer.fill(code="".join(code.groups())).press("Se connecter")


def invite(colleague: Visitor, address: str, town: str) -> str:
    """From the people's page; gives the path of the link of the message."""
    colleague.go("/compte/collectivite").fill(email=address).press("Envoyer l’invitation")
    assert f"Une invitation part vers {address}" in colleague.text
    link = re.search(r"https?://[^/\s]+(/invitations/\d+)", colleague.site.mail_to(address, saying=town))
    assert link
    return link.group(1)


def header(visitor: Visitor) -> str:
    return squeezed(visitor.page.locator("header .whoami .whoami-name").inner_text())


def choose(visitor: Visitor, name: str) -> None:
    """With the keyboard alone: unfold the header, go down to the other collectivité, press."""
    visitor.page.locator("header .whoami summary").focus()
    visitor.page.keyboard.press("Enter")
    visitor.page.keyboard.press("Tab")
    button = visitor.page.locator("header .whoami button", has_text=name)
    while not button.evaluate("button => button === document.activeElement"):
        visitor.page.keyboard.press("Tab")
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")


def vote(visitor: Visitor, word: str, number: int) -> None:
    visitor.press(word, within=visitor.main)
    assert visitor.path.startswith(f"/2021/propositions/{number}")


def test_invited_by_two_collectivites_one_acts_for_each_in_its_own_tab(visit: Callable[..., Visitor], javascript: bool) -> None:
    address = f"invitee-{'avec' if javascript else 'sans'}@mairie.exemple.fr"
    name = f"Fatou Fictive {'avec' if javascript else 'sans'}"
    agent, elu = visit("agent", javascript=javascript), visit("elu", javascript=javascript)

    path = invite(agent, address, "Rocamadour (Lot)")
    assert address in agent.review().text

    newcomer = visit(javascript=javascript).go(path)
    assert newcomer.h1 == "Connectez-vous pour continuer"
    sign_in(newcomer.follow("Se connecter"), address)
    newcomer.fill(name=name, function="adjointe").choose("Élu ou élue").press("Continuer")
    assert newcomer.h1 == "Une invitation à parler pour Rocamadour (Lot)"
    newcomer.review().press("Accepter")
    assert header(newcomer) == "Rocamadour (Lot)"
    assert "Jeanne Fictive" in newcomer.text
    assert name in agent.go("/compte/collectivite").text
    assert address not in agent.text

    newcomer.go(invite(elu, address, "Vitré (Ille-et-Vilaine)")).press("Accepter")
    assert header(newcomer) == "Vitré (Ille-et-Vilaine)"
    assert "Malik Fictif" in newcomer.review().text

    number = 23
    newcomer.go(f"/2021/propositions/{number}").review()
    of_vitre = newcomer.page
    newcomer.page = of_rocamadour = of_vitre.context.new_page()
    newcomer.go(f"/2021/propositions/{number}")
    choose(newcomer, "Rocamadour (Lot)")
    assert newcomer.path == f"/2021/propositions/{number}"
    assert "Vous agissez maintenant pour Rocamadour (Lot)." in newcomer.text

    for tab, town in ((of_vitre, "Vitré (Ille-et-Vilaine)"), (of_rocamadour, "Rocamadour (Lot)")):
        newcomer.page = tab
        assert header(newcomer) == town
        vote(newcomer, "Soutenir cette proposition", number)
        assert f"Le soutien de {town} à la proposition n° {number} est enregistré." in newcomer.text
        assert header(newcomer) == town
    for tab, town in ((of_vitre, "Vitré (Ille-et-Vilaine)"), (of_rocamadour, "Rocamadour (Lot)")):
        newcomer.page = tab
        vote(newcomer, "Retirer notre soutien", number)
        assert f"Le soutien de {town} à la proposition n° {number} est retiré." in newcomer.text
    of_rocamadour.close()
    newcomer.page = of_vitre
    assert f"{name} a donné le soutien de la collectivité à la proposition n° {number}" in agent.go("/compte/collectivite").text
    assert f"{name} a donné le soutien de la collectivité à la proposition n° {number}" in elu.go("/compte/collectivite").text
