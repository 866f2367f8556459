"""The instruction of candidatures in a browser: read, written to, prepared in one act, published together; and the keyboard."""

from collections.abc import Callable

import pytest

from tests.support.visitor import Visitor

pytestmark = pytest.mark.moment("interests")

DESK = "/pilotage/2021/candidatures"


def test_a_list_is_read_prepared_and_published_together(visit: Callable[..., Visitor], javascript: bool) -> None:
    level = "relecture" if javascript else "atelier"
    team = visit("moderation", javascript=javascript).go(f"{DESK}?niveau={level}").review()
    places = team.page.locator(".item-title a").all_inner_texts()
    assert places
    team.take(team.page.locator(".item-title a").first).review()
    assert places[0] in team.text

    reading = team.page.locator("details[data-key=n]")
    if reading.get_attribute("open") is None:
        reading.locator("summary").click()
    for three in reading.locator("[name^=points_][value='3']").all():
        three.check()
    team.fill(note="Lue avec soin (fictif).").press("Enregistrer ma lecture")
    assert "Votre lecture est enregistrée" in team.text
    assert "Lue avec soin (fictif)." in team.text

    team.page.locator("details[data-key=m] summary").click()
    team.fill(body="Qui viendra cet été (fictif) ?").press("Envoyer le message")
    assert "Qui viendra cet été (fictif) ?" in team.review().text

    team.go(f"{DESK}?niveau={level}").follow("Pour toute la liste").review()
    team.choose("Accepter").fill(reason="Toutes les relectures sont utiles (fictif).")
    team.take(team.main.get_by_role("button", name="Préparer"))
    assert "Personne n’est prévenu" in team.text

    team.go(f"{DESK}/equilibre").review()
    team.go(f"{DESK}/publication").review().choose("J’ai relu ces réponses")
    team.take(team.main.get_by_role("button", name="Publier"))
    assert "Chaque collectivité reçoit la sienne" in team.text
    team.go(f"{DESK}?niveau={level}&etat=accepted")
    assert all(place in team.text for place in places)
    everyone = visit(javascript=javascript).go("/2021/journal").review()
    assert "Réponses aux candidatures publiées ensemble" in everyone.text


def test_two_people_on_the_same_candidature(visit: Callable[..., Visitor]) -> None:
    first = visit("moderation").go(f"{DESK}?niveau=pilote")
    first.take(first.page.locator(".item-title a").first)
    second = visit("pilotage").go(first.path)
    for visitor, answer in ((first, "Accepter"), (second, "Décliner")):
        visitor.choose(answer).fill(reason=f"{answer} (fictif).")
    first.press("Préparer cette réponse")
    assert "Réponse préparée" in first.text
    second.press("Préparer cette réponse")
    assert "Ce dossier a changé entre-temps" in second.review().text
    assert second.main.locator("textarea[name=reason]").input_value() == "Décliner (fictif)."


def test_the_desk_is_worked_through_with_the_keyboard(visit: Callable[..., Visitor]) -> None:
    visitor = visit("moderation").go(f"{DESK}?niveau=pilote")
    visitor.take(visitor.page.locator(".item-title a").first)
    keys = visitor.page.keyboard
    titles = visitor.page.locator(".desk-queue .item-title a").all_inner_texts()
    keys.press("j")
    keys.press("k")
    assert visitor.page.evaluate("document.activeElement.innerText") == titles[0]
    keys.press("r")
    assert visitor.page.evaluate("document.activeElement.name") == "answer"
    keys.press("m")
    assert visitor.page.evaluate("document.activeElement.name") == "body"
    keys.type("jkr")
    assert visitor.main.locator("[name=body]").input_value() == "jkr", "letters are letters in a field"
