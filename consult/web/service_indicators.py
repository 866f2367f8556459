"""The figures of a service: each indicator with its chart and its table; and the desk where its own team says them."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from consult.ground.database import reading
from consult.ground.refusals import NotFound
from consult.services import indicator_queries, indicators, queries
from consult.services.model import Measure
from consult.services.rules import is_of_service
from consult.web import doors, words
from consult.web.context import actor, edition, received_at
from consult.web.forms.indicators import ChangeForm, CorrectionForm, EndForm, IndicatorForm, MeasureForm
from consult.web.indicator_words import measured
from consult.web.service_desk import act, own

pages = Blueprint("service_indicators", __name__)


@pages.get("/<edition:e>/services/<int:n>/indicateurs")
@doors.public
def show(e: str, n: int) -> str:
    """What a service measures of itself, where it began, where it wants to go, how far it is."""
    sheet = queries.sheet(edition(e).id, n, actor().siren)
    return render_template(
        "services/indicators.html",
        service=sheet.service,
        followed=indicator_queries.followed(sheet.service.id),
        writes=actor().is_signed_in and is_of_service(actor(), queries.bearers(reading(), sheet.service.id)),
    )


@pages.route("/<edition:e>/services/<int:n>/gestion/indicateurs", methods=["GET", "POST"])
@doors.signed_in
def desk(e: str, n: int) -> ResponseReturnValue:
    """The indicators of a service, and a new one."""
    sheet, form = own(e, n), IndicatorForm()

    def write() -> ResponseReturnValue:
        one = indicators.set_indicator(actor(), sheet.service.id, form.draft(), at=received_at())
        flash(f"Indicateur suivi{words.NBSP}: {words.typo(one.name)}. Donnez maintenant ses mesures.", "success")
        return redirect(url_for("service_indicators.measure", e=e, n=n, indicator_id=one.id), 303)

    found = indicator_queries.followed(sheet.service.id)
    return act(form, write, "services/indicators_desk.html", sheet=sheet, service=sheet.service, followed=found)


@pages.route("/<edition:e>/services/<int:n>/gestion/indicateurs/<int:indicator_id>", methods=["GET", "POST"])
@doors.signed_in
def measure(e: str, n: int, indicator_id: int) -> ResponseReturnValue:
    """One indicator, its measures, and a new one."""
    sheet, form = own(e, n), MeasureForm()
    found = indicator_queries.one_followed(sheet.service.id, indicator_id)

    def write() -> ResponseReturnValue:
        day, value = form.day.data, form.value.data
        indicators.give_measure(actor(), indicator_id, day=day, value=value, note=form.note.data or "", at=received_at())
        flash(f"Mesure publiée{words.NBSP}: {measured(value, found.indicator.unit)} le {words.day(day)}.", "success")
        return redirect(url_for("service_indicators.measure", e=e, n=n, indicator_id=indicator_id), 303)

    return act(form, write, "services/indicator_desk.html", sheet=sheet, service=sheet.service, one=found)


@pages.route("/<edition:e>/services/<int:n>/gestion/indicateurs/<int:indicator_id>/modifier", methods=["GET", "POST"])
@doors.signed_in
def change(e: str, n: int, indicator_id: int) -> ResponseReturnValue:
    """Say otherwise what an indicator is, or move its target, for a public reason."""
    sheet = own(e, n)
    found = indicator_queries.one_followed(sheet.service.id, indicator_id)
    form = ChangeForm.of(found.indicator)

    def write() -> ResponseReturnValue:
        indicators.change_indicator(actor(), indicator_id, form.draft(), reason=form.reason.data, at=received_at())
        flash("Indicateur changé. Le journal public dit ce qu’il était.", "success")
        return redirect(url_for("service_indicators.measure", e=e, n=n, indicator_id=indicator_id), 303)

    said = {"title": "Modifier l’indicateur", "submit": "Modifier cet indicateur"}
    return act(form, write, "services/indicator_act.html", sheet=sheet, service=sheet.service, one=found, **said)


@pages.route("/<edition:e>/services/<int:n>/gestion/indicateurs/<int:indicator_id>/fin", methods=["GET", "POST"])
@doors.signed_in
def end(e: str, n: int, indicator_id: int) -> ResponseReturnValue:
    """No longer follow an indicator: it stays readable."""
    sheet, form = own(e, n), EndForm()
    found = indicator_queries.one_followed(sheet.service.id, indicator_id)

    def write() -> ResponseReturnValue:
        indicators.end_indicator(actor(), indicator_id, reason=form.reason.data, at=received_at())
        flash("Cet indicateur n’est plus suivi. Il reste lisible, avec ses mesures.", "success")
        return redirect(url_for("service_indicators.desk", e=e, n=n), 303)

    said = {"title": "Ne plus suivre l’indicateur", "submit": "Ne plus suivre cet indicateur"}
    return act(form, write, "services/indicator_act.html", sheet=sheet, service=sheet.service, one=found, **said)


@pages.route(
    "/<edition:e>/services/<int:n>/gestion/indicateurs/<int:indicator_id>/mesures/<int:measure_id>", methods=["GET", "POST"]
)
@doors.signed_in
def correct(e: str, n: int, indicator_id: int, measure_id: int) -> ResponseReturnValue:
    """Give another value for the day of a measure that was wrong, or none."""
    sheet, form = own(e, n), CorrectionForm()
    found = indicator_queries.one_followed(sheet.service.id, indicator_id)
    wrong = _measure(found, measure_id)

    def write() -> ResponseReturnValue:
        value, note = form.value.data, form.note.data or ""
        indicators.correct_measure(actor(), measure_id, value=value, note=note, reason=form.reason.data, at=received_at())
        flash("Mesure retirée." if value is None else "Mesure corrigée. La première reste lisible, barrée.", "success")
        return redirect(url_for("service_indicators.measure", e=e, n=n, indicator_id=indicator_id), 303)

    said = {"title": "Corriger une mesure", "submit": "Corriger cette mesure", "wrong": wrong}
    return act(form, write, "services/indicator_act.html", sheet=sheet, service=sheet.service, one=found, **said)


def _measure(found: indicator_queries.Followed, measure_id: int) -> Measure:
    for one in found.said:
        if one.id == measure_id:
            return one
    raise NotFound
