"""From an address nobody knows to somebody who speaks for a collectivité: signing in, saying who one is, being verified."""

import re
from collections.abc import Callable

import pytest
from pyotp import TOTP

from tests.support.visitor import DEMO, Visitor, squeezed

pytestmark = pytest.mark.moment("voting")


def test_a_newcomer_speaks_for_a_collectivite(visit: Callable[..., Visitor], javascript: bool) -> None:
    address = f"nouvelle-{'avec' if javascript else 'sans'}@mairie.exemple.fr"
    town, siren = ("Gramat (Lot)", "214601288") if javascript else ("Souillac (Lot)", "214603094")

    newcomer = visit(javascript=javascript).go("/2021/propositions/3")
    newcomer.follow("Se connecter pour voter")
    newcomer.fill(email=address).press("Recevoir un code et un lien").review()
    code = re.search(r"\b(\d{3}) ?(\d{3})\b", newcomer.site.mail_to(address, saying="Voici le code"))
    assert code
    newcomer.fill(code="".join(code.groups())).press("Se connecter")

    assert newcomer.h1 == "Dites-nous qui vous êtes"
    newcomer.review().fill(name="Personne Fictive", function="secrétaire de mairie").choose("Agent ou agente")
    newcomer.press("Continuer").go("/compte/rattachements")

    search = newcomer.main.locator("[name=q]:visible")
    search.fill(town.partition(" ")[0])
    if javascript:
        newcomer.page.get_by_role("option", name=town).click()
        newcomer.page.wait_for_url("**siren=**")
    else:
        newcomer.press("Chercher")
    newcomer.main.locator(f"input[name=siren][value='{siren}']").check()
    newcomer.review().press("Demander ce rattachement")
    assert "L’équipe la vérifie" in newcomer.text
    assert "Rattachement à vérifier" in squeezed(newcomer.page.locator("header").inner_text())

    moderator = visit("moderation", javascript=javascript).go("/moderation/rattachements")
    moderator.follow(town).review().press("Accepter : adresse publiée par la collectivité")
    assert f"parle maintenant pour {town}" in moderator.text

    assert newcomer.site.mail_to(address, saying=town)
    newcomer.go("/")
    assert f"Vous agissez pour {town}" in squeezed(newcomer.page.locator("header").inner_text())

    newcomer.go("/compte").press("Se déconnecter")
    assert newcomer.path == "/"
    newcomer.go("/compte")
    assert newcomer.h1 == "Connectez-vous pour continuer"


def test_the_link_of_the_message_needs_a_press(visit: Callable[..., Visitor], javascript: bool) -> None:
    """A mail scanner that opens the link spends nothing; it serves once."""
    address = f"par-lien-{'avec' if javascript else 'sans'}@mairie.exemple.fr"
    newcomer = visit(javascript=javascript).go("/connexion")
    newcomer.fill(email=address).press("Recevoir un code et un lien")
    link = re.search(r"https?://\S+(/connexion/lien/\S+)", newcomer.site.mail_to(address, saying="/connexion/lien/"))
    assert link
    scanner, elsewhere = visit(javascript=javascript), visit(javascript=javascript)
    scanner.go(link.group(1))
    elsewhere.go(link.group(1)).review()
    assert elsewhere.path == scanner.path == "/connexion/lien", "the secret is in no address that is shown"
    assert link.group(1).rpartition("/")[2] not in elsewhere.page.content()
    elsewhere.press("Se connecter")
    assert elsewhere.h1 == "Dites-nous qui vous êtes"
    scanner.press("Se connecter")
    assert scanner.h1 == "Ce lien ou ce code ne sert plus"


def test_signing_in_by_code_takes_three_screens(visit: Callable[..., Visitor], javascript: bool) -> None:
    visitor, screens = visit(javascript=javascript), []
    address = f"{'epci' if javascript else 'departement'}@{DEMO}"
    visitor.page.on("domcontentloaded", lambda page: screens.append(page.url.removeprefix(visitor.site.url)))
    visitor.go("/connexion")
    visitor.fill(email=address).press("Recevoir un code et un lien")
    code = re.search(r"\b(\d{3}) ?(\d{3})\b", visitor.site.mail_to(address, saying="Voici le code"))
    assert code
    visitor.fill(code=code.group(0)).press("Se connecter")
    assert "Votre session est ouverte" in visitor.text
    assert screens == ["/connexion", "/connexion/code", "/"]


def test_a_moderator_sets_a_second_factor_then_gives_it(visit: Callable[..., Visitor], javascript: bool) -> None:
    account = f"{'moderation' if javascript else 'comite'}@{DEMO}"
    member = visit(javascript=javascript)
    message = _sign_in(member, account)
    assert member.h1 == "Votre second facteur"
    member.review().press("Commencer").review()
    phone = TOTP(member.page.locator(".code-to-copy").inner_text().replace(" ", ""))
    member.fill(code=phone.now()).press("Mettre en place")
    assert member.h1 == "Vos codes de secours"
    member.review()
    recovery_code = member.page.locator(".recovery-codes code").first.inner_text()
    member.follow("J’ai gardé mes codes").review()
    member.go("/compte").press("Se déconnecter")

    _sign_in(member, account, but=message)
    assert member.h1 == "Donnez votre second facteur"
    member.review().follow("Plus tard")
    assert member.page.get_by_role("navigation", name="Espace de l’équipe").count() == 0
    member.go("/connexion/second-facteur").fill(code=recovery_code).press("Ouvrir les bureaux")
    assert "Votre second facteur est reconnu" in member.text
    assert member.page.get_by_role("navigation", name="Espace de l’équipe").count() == 1


def _sign_in(visitor: Visitor, address: str, *, but: str = "") -> str:
    """By the code of a message other than `but`; the message."""
    visitor.go("/connexion").fill(email=address).press("Recevoir un code et un lien")
    message = visitor.site.mail_to(address, saying="Voici le code", but=but)
    code = re.search(r"\b(\d{3}) ?(\d{3})\b", message)
    assert code
    visitor.fill(code=code.group(0)).press("Se connecter")
    return message
