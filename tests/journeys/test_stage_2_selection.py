"""Between stages 2 and 3: the committee decides in private, and nothing shows before the proclamation."""

from collections.abc import Callable

import pytest

from tests.support.visitor import Visitor

pytestmark = pytest.mark.moment("selection")


def test_a_decision_is_prepared_in_private(visit: Callable[..., Visitor], javascript: bool) -> None:
    number = 12 if javascript else 14
    reason = f"Une raison fictive du comité pour la proposition {number}."
    member = visit("comite", javascript=javascript).go(f"/comite/2021/propositions/{number}").review()
    member.choose("Retenue").fill(reason=reason)
    member.take(member.main.locator("form:has([name=reason]) button[type=submit]").first)
    member.go(f"/comite/2021/propositions/{number}")
    assert reason in member.main.inner_html()

    for who in (None, "agent", "moderation"):
        reader = visit(who, javascript=javascript)
        for path in ("/2021/decisions", f"/2021/propositions/{number}", "/2021/journal", "/2021/resultats"):
            assert reason not in reader.go(path).page.content(), path


def test_everything_is_proclaimed_together_or_not_at_all(visit: Callable[..., Visitor], javascript: bool) -> None:
    member = visit("comite", javascript=javascript).go("/comite/2021/proclamation").review()
    assert member.main.get_by_role("button", name="Proclamer").count() == 0, "decisions are still missing"
    member.follow("Voir la page des décisions, à l’essai").review()
    assert "Rien n’est écrit ni publié" in member.text


def test_a_member_keeps_out_and_is_let_back_in(visit: Callable[..., Visitor], javascript: bool) -> None:
    number = 21 if javascript else 22
    path, note = f"/comite/2021/propositions/{number}", f"Une note du comité pour la proposition {number}."
    member = visit("comite", javascript=javascript).go(path)
    member.choose("Réservé").fill(notes=note).press("Enregistrer mon avis")
    assert note in member.text

    out = visit("deport", javascript=javascript).go(path)
    assert note in out.text
    out.follow("Me déporter…").review().fill(reason="Un lien avec qui la porterait.").press("Me déporter").review()
    assert "Vous vous êtes déporté de cette proposition" in out.text
    assert note not in out.text
    assert out.main.get_by_role("button", name="Enregistrer la décision").count() == 0
    out.go("/comite/2021/proclamation").review()
    assert "Un autre membre doit proclamer" in out.text

    team = visit("pilotage", javascript=javascript).go(path).review()
    assert note not in team.text
    team.follow("Lever un déport…").review().fill(reason="Déclaré par erreur.").press("Lever ce déport")
    assert note in out.go(path).text


def test_two_members_on_the_same_decision(visit: Callable[..., Visitor], javascript: bool) -> None:
    path = f"/comite/2021/propositions/{2 if javascript else 7}"
    first, second = visit("comite", javascript=javascript).go(path), visit("deport", javascript=javascript).go(path)
    for member, outcome, reason in ((first, "Retenue", "La première raison."), (second, "Reportée", "La seconde raison.")):
        form = member.main.locator(f"form[action='{path}']")
        form.get_by_label(outcome, exact=True).check()
        form.locator("[name=reason]").fill(reason)
        member.press("Enregistrer la décision", within=form)
    assert "Cette décision a changé entre-temps" in second.review().text
    assert "La première raison." in second.text
    assert second.main.locator(f"form[action='{path}'] [name=reason]").input_value() == "La seconde raison."
