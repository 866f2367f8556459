"""The desk of the schemes: what each says, what it said before it was corrected, and the acts on them."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from consult.calendar.model import Edition
from consult.calendar.queries import themes
from consult.ground.clock import PARIS
from consult.ground.refusals import Refused
from consult.triage import schemes
from consult.triage.model import Scheme
from consult.triage.scheme_queries import histories, rule_of, scheme_at
from consult.triage.scheme_queries import schemes as every_scheme
from consult.triage.scheme_rules import may_change_rule
from consult.web import doors, words
from consult.web.context import actor, edition, received_at
from consult.web.forms.base import Form
from consult.web.forms.scheme_rules import RuleForm, SchemeForm, rule_form
from consult.web.scheme_words import Names

pages = Blueprint("steering_schemes", __name__)


@pages.get("/pilotage/<edition:e>/guichets")
@doors.administrators
def index(e: str) -> str:
    """Every scheme with its rules, those that were corrected included."""
    the_edition = edition(e)
    found = histories(the_edition.id)
    return render_template(
        "steering/schemes.html",
        histories=found,
        names=Names(
            {one.scheme.code: one.scheme.name for one in found},
            {theme.slug: theme.label for theme in themes(the_edition.id)},
        ),
        today=received_at().astimezone(PARIS).date(),
    )


@pages.route("/pilotage/<edition:e>/guichets/nouveau", methods=["GET", "POST"])
@doors.administrators
def new(e: str) -> ResponseReturnValue:
    """A scheme more; its first rule comes next."""
    the_edition, form = edition(e), SchemeForm()

    def act() -> ResponseReturnValue:
        scheme = schemes.add_scheme(actor(), the_edition.id, form.draft(), at=received_at())
        flash(f"«{words.NBSP}{scheme.name}{words.NBSP}» est ajouté. Donnez-lui sa première règle.", "success")
        return redirect(url_for("steering_schemes.add_rule", e=e, n=scheme.position), 303)

    return _act(form, act, "steering/schemes_new.html")


@pages.route("/pilotage/<edition:e>/guichets/<int:n>/regles/nouvelle", methods=["GET", "POST"])
@doors.administrators
def add_rule(e: str, n: int) -> ResponseReturnValue:
    """A rule more, between its own days."""
    the_edition = edition(e)
    scheme, form = scheme_at(the_edition.id, n), rule_form()

    def act() -> ResponseReturnValue:
        schemes.add_rule(actor(), scheme.id, form.terms(), reason=form.reason.data, at=received_at())
        return _done(e, "La règle est ajoutée. Le registre public le dit.")

    return _rule_page(the_edition, scheme, form, act, is_correction=False)


@pages.route("/pilotage/<edition:e>/guichets/<int:n>/regles/<int:rule_id>", methods=["GET", "POST"])
@doors.administrators
def correct_rule(e: str, n: int, rule_id: int) -> ResponseReturnValue:
    """Another rule in the place of one; the one that was wrong stays in the history."""
    the_edition = edition(e)
    scheme = scheme_at(the_edition.id, n)
    rule = rule_of(scheme, rule_id)
    form = rule_form(rule.terms)
    if not form.is_submitted():
        may_change_rule(actor(), is_replaced=rule.replaced_at is not None, reason="to come").or_refuse()

    def act() -> ResponseReturnValue:
        schemes.correct_rule(actor(), rule.id, form.terms(), reason=form.reason.data, at=received_at())
        return _done(e, "La règle est corrigée. L’ancienne reste dans l’historique, et le registre public le dit.")

    return _rule_page(the_edition, scheme, form, act, is_correction=True)


def _rule_page(
    the_edition: Edition, scheme: Scheme, form: RuleForm, act: Callable[[], ResponseReturnValue], *, is_correction: bool
) -> ResponseReturnValue:
    others = [one for one in every_scheme(the_edition.id) if one.id != scheme.id]
    form.offer(themes(the_edition.id), others)
    return _act(form, act, "steering/schemes_rule.html", scheme=scheme, is_correction=is_correction)


def _act(form: Form, act: Callable[[], ResponseReturnValue], template: str, **told: Any) -> ResponseReturnValue:
    """The form; once sent, what the act answers, or the form again with what stands in the way."""
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                return act()
            except Refused as refused:
                status = form.refused(refused)
    return render_template(template, form=form, **told), status


def _done(e: str, said: str) -> ResponseReturnValue:
    flash(said, "success")
    return redirect(url_for("steering_schemes.index", e=e), 303)
