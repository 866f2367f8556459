"""Stage 1: a need is written, shared, examined, and its author finds what has become of it."""

import re
from collections.abc import Callable

import pytest

from tests.support.visitor import Visitor

pytestmark = pytest.mark.moment("needs")


def test_a_need_from_its_writing_to_its_outcome(visit: Callable[..., Visitor], javascript: bool) -> None:
    account, place = ("agent", "Rocamadour (Lot)") if javascript else ("elu", "Vitré (Ille-et-Vilaine)")
    title = f"Prêter le minibus communal {'en ligne' if javascript else 'par téléphone'} (fictif)"

    author = visit(account, javascript=javascript).go("/").follow("Décrire un besoin").review()
    author.fill(title=title).press("Publier ce besoin")
    assert "situation" in author.page.locator(".error-summary").inner_html(), "the summary leads to the field"
    assert author.main.locator("[name=title]").input_value() == title, "nothing typed is lost"
    author.review().fill(situation="Un cahier à l’accueil.\n\nPersonne ne sait s’il est libre <b>le samedi</b>, à 3 < 5 jours.")
    author.choose("Mobilité et transports").press("Publier ce besoin")
    number = re.search(r"/contributions/(\d+)", author.path)
    assert number
    assert author.h1 == title
    assert place in author.text
    assert "libre le samedi, à 3 < 5 jours." in author.text, "what is dressed as HTML is text, and what is not stays as typed"

    neighbour = visit("epci", javascript=javascript).go("/2021/contributions")
    neighbour.follow(title).press("Nous aussi")
    assert "1 autre collectivité dit « nous aussi »" in neighbour.text

    moderator = visit("moderation", javascript=javascript).go(f"/moderation/2021/contributions/{number.group(1)}")
    moderator.main.get_by_text("Réorienter vers un guichet", exact=True).click()
    form = moderator.main.locator("form[action$='/reorienter']")
    form.locator("[name=scheme]").select_option(index=1)
    form.locator("[name=reason]").fill("Ce guichet finance ce projet (raison fictive).")
    moderator.review().press("Réorienter et prévenir l’auteur", within=form)
    assert "Son auteur en reçoit la raison par courriel" in moderator.text

    author.go(f"/2021/contributions/{number.group(1)}").review()
    assert "Ce guichet finance ce projet (raison fictive)." in author.text
    assert "1 autre collectivité dit « nous aussi »" in author.text, "carried with the need wherever it goes"
    assert title in author.site.mail_to(f"{account}@demo.exemple.fr", saying="Ce guichet finance ce projet")


def test_what_was_received_adds_up(visit: Callable[..., Visitor]) -> None:
    everyone = visit().go("/2021/devenir")
    total = re.search(r"(\d+) contributions", everyone.text)
    assert total
    everyone.go("/2021/contributions")
    assert f"{total.group(1)} contributions" in everyone.text


def test_nobody_votes_yet(visit: Callable[..., Visitor]) -> None:
    page = visit("agent").go("/2021/propositions/1")
    assert page.main.get_by_role("button", name=re.compile("[Ss]outenir")).count() == 0
    assert "15 mars 2021 à 12 h 00" in page.text
