"""Workshops: the team announces one, somebody of a volunteer comes, the link is theirs, the date moves, they cannot come."""

from collections.abc import Callable

import pytest

from tests.support.visitor import Visitor

pytestmark = pytest.mark.moment("tracking")

LINK = "https://visio.exemple.fr/atelier-fictif"


def test_a_workshop_from_its_announcement_to_a_seat_given_up(visit: Callable[..., Visitor], javascript: bool) -> None:
    title = f"Relire ensemble {'à plusieurs' if javascript else 'sur papier'} (fictif)"
    team = visit("moderation", javascript=javascript).go("/pilotage/2021/ateliers").review()
    team.follow("Annoncer un atelier").review()
    option = team.main.locator("select[name=proposal] option", has_text="instances délibératives")
    team.main.locator("select[name=proposal]").select_option(option.get_attribute("value"))
    team.fill(title=title, starts_at="2021-11-15T10:00", ends_at="2021-11-15T09:00", link=LINK, capacity="1")
    team.press("Annoncer cet atelier")
    assert "ne se suivent pas" in team.text
    assert team.main.locator("[name=title]").input_value() == title, "nothing typed is lost"
    team.review().fill(ends_at="2021-11-15T12:00").press("Annoncer cet atelier")
    assert "annoncé. Les volontaires de la proposition sont prévenus" in team.text

    everyone = visit(javascript=javascript).go("/2021/ateliers").review()
    everyone.follow(title).review()
    address = everyone.path
    assert "lundi 15 novembre 2021, 10 h 00 – 12 h 00 (heure de Paris)" in everyone.text
    assert LINK not in everyone.page.content()

    comer = visit("agent", javascript=javascript).go(address).review()
    comer.press("Prendre ma place")
    assert "Vous avez votre place, pour Rocamadour (Lot)." in comer.text
    assert comer.review().main.get_by_role("link", name=LINK).count() == 1
    assert comer.site.mail_to("agent@demo.exemple.fr", saying=LINK)

    colleague = visit("collegue", javascript=javascript).go(address)
    assert "Il n’y a plus de place" in colleague.text

    team.go("/pilotage/2021/ateliers").follow(title).review().follow("Modifier ou déplacer").review()
    team.fill(starts_at="2021-11-16T10:00", ends_at="2021-11-16T12:00", reason="La salle est prise (fictif).")
    team.press("Enregistrer")
    assert "Atelier déplacé. Les personnes inscrites sont prévenues" in team.text
    assert team.site.mail_to("agent@demo.exemple.fr", saying="La salle est prise (fictif).")

    comer.go(address).press("Rendre ma place")
    assert "Votre place est rendue" in comer.text
    assert LINK not in comer.page.content()
    assert colleague.go(address).main.get_by_role("button", name="Prendre ma place").count() == 1
    assert "Personne Fictive" not in everyone.go(address).page.content(), "no person is public"


def test_what_was_said_is_published_and_read_by_everyone(visit: Callable[..., Visitor]) -> None:
    reader = visit().go("/2021/ateliers?quand=passes").review()
    reader.follow("Signaler sans savoir qui est compétent").review()
    assert "Ce qui s’y est dit" in reader.text
    assert "Compte rendu fictif" in reader.text
    reader.go("/2021/bilan").review()
    assert "comptes rendus publiés" in reader.text
    reader.go("/2021/donnees").review()
    assert "workshops.csv" in reader.text
