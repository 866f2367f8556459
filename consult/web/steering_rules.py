"""The steering desk of a vote's rules: changed, with a reason, until it opens; frozen from then on, for everyone."""

from dataclasses import asdict

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from consult.calendar.actions import change_ballot_rules, change_instruction
from consult.calendar.model import Edition
from consult.calendar.queries import ballot_settings, rules_versions
from consult.calendar.rules import Stage, Verb, may_change_ballot_rules
from consult.ground.refusals import Refused
from consult.web import doors
from consult.web.ballot_words import changes
from consult.web.context import actor, edition, received_at
from consult.web.forms.steering import BallotRulesForm, InstructionForm

pages = Blueprint("steering_rules", __name__)


@pages.get("/pilotage/<edition:e>/regles")
@doors.administrators
def show(e: str) -> str:
    """The rules in force, and the form that changes them; once the vote is open, since when they are frozen."""
    the_edition = edition(e)
    return _page(the_edition, BallotRulesForm.of(ballot_settings(the_edition), read=_version(the_edition)))


@pages.post("/pilotage/<edition:e>/regles")
@doors.administrators
def change(e: str) -> ResponseReturnValue:
    """Check the rules, show what would change, then, once confirmed, change them."""
    the_edition, form = edition(e), BallotRulesForm()
    is_sound = form.validate_on_submit()
    try:
        if is_sound and form.is_confirmed:
            return _change(the_edition, form)
        if not form.is_edited_again:
            _check(the_edition, form)
    except Refused as refused:
        status = form.refused(refused)
        return _page(the_edition, form), status
    if not is_sound or form.is_edited_again:
        return _page(the_edition, form), 200 if is_sound else 422
    shown = changes(asdict(ballot_settings(the_edition)), asdict(form.settings()))
    return render_template("steering/rules_confirm.html", form=form, changes=shown)


@pages.route("/pilotage/<edition:e>/regles/candidatures", methods=["GET", "POST"])
@doors.administrators
def instruction(e: str) -> ResponseReturnValue:
    """How candidatures are answered, changed with a reason until they open."""
    the_edition = edition(e)
    if request.method == "GET":
        return _instruction_page(the_edition, InstructionForm(formdata=None, data={"instruction": the_edition.instruction}))
    form = InstructionForm()
    if not form.validate():
        return _instruction_page(the_edition, form), 422
    try:
        change_instruction(actor(), the_edition.id, form.instruction.data, reason=form.reason.data, at=received_at())
    except Refused as refused:
        status = form.refused(refused)
        return _instruction_page(the_edition, form), status
    flash("La règle est changée. La page des règles et le journal public le disent.", "success")
    return redirect(url_for("rules.show", e=e, _anchor="charte"), 303)


def _instruction_page(the_edition: Edition, form: InstructionForm) -> str:
    return render_template(
        "steering/instruction.html",
        form=form,
        window=the_edition.calendar.window(Stage.INTERESTS),
        is_open=the_edition.calendar.permits(Verb.CHANGE_INSTRUCTION, received_at()),
    )


def _change(the_edition: Edition, form: BallotRulesForm) -> ResponseReturnValue:
    change_ballot_rules(
        actor(), the_edition.id, form.settings(), read=form.read.data or 0, reason=form.reason.data, at=received_at()
    )
    flash("Les règles du vote sont changées. La page des règles et le journal public le disent.", "success")
    return redirect(url_for("rules.show", e=the_edition.slug), 303)


def _check(the_edition: Edition, form: BallotRulesForm) -> None:
    """Ask the rule before asking to confirm. Raises Refused; what a field already says is not said twice."""
    try:
        may_change_ballot_rules(
            actor(),
            calendar=the_edition.calendar,
            current=ballot_settings(the_edition),
            changed=form.settings(),
            reason=form.reason.data or "",
            is_as_read=form.read.data == _version(the_edition),
            at=received_at(),
        ).or_refuse()
    except Refused as refused:
        if not form.errors or refused.moment:
            raise


def _version(the_edition: Edition) -> int:
    return max((one.version for one in rules_versions(the_edition.id)), default=0)


def _page(the_edition: Edition, form: BallotRulesForm) -> str:
    return render_template(
        "steering/rules.html",
        form=form,
        window=the_edition.calendar.window(Stage.VOTING),
        is_open=the_edition.calendar.permits(Verb.CHANGE_BALLOT_RULES, received_at()),
    )
