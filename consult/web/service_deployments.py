"""Who uses a service: the list, the map, adoption over time; saying so for one's collectivité; how to deploy it at home."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from consult.calendar.model import Edition
from consult.ground.clock import paris_day
from consult.ground.database import reading
from consult.ground.refusals import NotFound, Reason, Refused, Verdict
from consult.ground.text import fold
from consult.register.queries import places, search
from consult.register.rules import Kind
from consult.services import adoption, queries
from consult.services.adoption import Filters, Mine
from consult.services.deployment_rules import IN_PLACE, may_speak_of_use
from consult.services.deployments import confirm_deployments, declare_deployment, unconfirm_deployment
from consult.services.model import DeploymentStatus, Phase, Service
from consult.services.queries import Sheet
from consult.services.rules import is_of_service
from consult.web import doors, words
from consult.web.context import actor, edition, received_at
from consult.web.forms.deployments import SLUGS, ConfirmForm, DeploymentForm, UseForm, UsesFiltersForm
from consult.web.forms.service_desk import ReasonForm
from consult.web.maps import departement_map
from consult.web.paging import page_number
from consult.web.service_desk import act, own
from consult.web.steps import stairs

pages = Blueprint("service_deployments", __name__)

LIKELY = 8
"""Collectivités among which a name is looked for."""


@pages.get("/<edition:e>/services/<int:n>/deploiements")
@doors.public
def show(e: str, n: int) -> str:
    """Who tries, uses or no longer uses the service; one's own collectivité may say so."""
    the_edition = edition(e)
    sheet = queries.sheet(the_edition.id, n, None)
    mine = adoption.mine(sheet.service.id, actor().siren)
    return _page(the_edition, sheet, mine, _use_form(sheet, mine))


@pages.post("/<edition:e>/services/<int:n>/deploiement")
@doors.signed_in
def declare(e: str, n: int) -> ResponseReturnValue:
    """What one's collectivité does with the service, in its name."""
    the_edition, who = edition(e), actor()
    sheet = queries.sheet(the_edition.id, n, None)
    mine = adoption.mine(sheet.service.id, who.siren)
    form = _use_form(sheet, mine)
    try:
        if not form.validate_on_submit():
            _may_speak(the_edition).or_refuse()
            return _page(the_edition, sheet, mine, form), 422
        said = declare_deployment(
            who, sheet.service.id, who.siren or "", status=form.status.data, since=form.since.data, at=received_at()
        )
    except Refused as refused:
        if not form.status.choices:
            raise
        status = form.refused(refused)
        return _page(the_edition, sheet, mine, form), status
    waits = "" if said.confirmed_at else " L’équipe du service le confirmera."
    flash(f"C’est enregistré{words.NBSP}: {who.collectivite_name}, {said.status.label.lower()}.{waits}", "success")
    return redirect(url_for("service_deployments.show", e=e, n=n), 303)


@pages.get("/<edition:e>/services/<int:n>/deployer")
@doors.public
def deploy(e: str, n: int) -> str:
    """« Déployer chez moi »: what it takes, whom to ask, which collectivités like one's own have it."""
    sheet = queries.sheet(edition(e).id, n, None)
    siren = actor().siren
    return render_template(
        "services/deployer.html",
        sheet=sheet,
        service=sheet.service,
        bearers=queries.borne_by(sheet.service.id),
        alike=adoption.alike(sheet.service.id, siren),
        mine=adoption.mine(sheet.service.id, siren),
    )


@pages.route("/<edition:e>/services/<int:n>/gestion/deploiements", methods=["GET", "POST"])
@doors.signed_in
def desk(e: str, n: int) -> ResponseReturnValue:
    """What waits to be confirmed, and what the service's team says of any collectivité."""
    sheet, form = own(e, n), DeploymentForm()
    form.offer(tuple(DeploymentStatus))
    if not form.is_submitted():
        return _desk(sheet, form)
    try:
        siren = _whom(form) if form.validate() else None
        if siren is None:
            return _desk(sheet, form), 422
        declare_deployment(actor(), sheet.service.id, siren, status=form.status.data, since=form.since.data, at=received_at())
    except NotFound:
        form.siren.errors = ["Aucune collectivité du registre n’a ce SIREN."]
        return _desk(sheet, form), 422
    except Refused as refused:
        status = form.refused(refused)
        return _desk(sheet, form), status
    flash("Déploiement enregistré.", "success")
    return redirect(url_for("service_deployments.desk", e=e, n=n), 303)


@pages.post("/<edition:e>/services/<int:n>/gestion/deploiements/confirmation")
@doors.signed_in
def confirm(e: str, n: int) -> ResponseReturnValue:
    """What collectivités say they do is so."""
    sheet, form = own(e, n), ConfirmForm()
    here = redirect(url_for("service_deployments.desk", e=e, n=n), 303)
    if not form.validate_on_submit():
        flash("Cochez au moins une collectivité.", "warning")
        return here
    try:
        count = confirm_deployments(actor(), sheet.service.id, dict(form.seen.data), at=received_at())
    except Refused as refused:
        if refused.reason is not Reason.CHANGED_MEANWHILE:
            raise
        count = 0
    left = len(form.seen.data) - count
    if count:
        flash(f"{words.plural(count, 'déploiement confirmé', 'déploiements confirmés')}.", "success")
    if left:
        flash(f"{words.plural(left, 'a changé', 'ont changé')} entre-temps{words.NBSP}: relisez avant de confirmer.", "warning")
    return here


@pages.route("/<edition:e>/services/<int:n>/gestion/deploiements/<int:id_>/retrait", methods=["GET", "POST"])
@doors.signed_in
def unconfirm(e: str, n: int, id_: int) -> ResponseReturnValue:
    """What was confirmed of a collectivité was so wrongly."""
    sheet, form = own(e, n), ReasonForm()
    about = adoption.confirmed(sheet.service.id, id_).full_name

    def write() -> ResponseReturnValue:
        unconfirm_deployment(actor(), id_, reason=form.reason.data, at=received_at())
        flash("La confirmation est retirée. Elle reste affichée, barrée, avec sa raison.", "success")
        return redirect(url_for("service_deployments.show", e=e, n=n, _anchor="collectivites"), 303)

    said = {"sheet": sheet, "about": about, "title": "Retirer une confirmation", "submit": "Retirer cette confirmation"}
    return act(form, write, "services/act.html", **said)


def _whom(form: DeploymentForm) -> str | None:
    """The SIREN of the collectivité that was typed; None, said beside the field, when a name is nobody's or that of several."""
    if form.is_number:
        return form.digits
    likely, typed = search(form.siren.data, limit=LIKELY), fold(form.siren.data)
    named = [one for one in likely if typed in (fold(one.name), fold(one.full_name))]
    if len(named) == 1:
        return named[0].siren
    others = " ; ".join(f"{one.full_name}, SIREN {one.siren}" for one in named or likely)
    form.siren.errors = [f"Laquelle ? {others}." if others else "Aucune collectivité du registre ne porte ce nom."]
    return None


@dataclass(frozen=True, slots=True)
class _Asked:
    form: UsesFiltersForm
    filters: Filters
    active: Sequence[str]
    """The filters in force, in words."""


def _asked() -> _Asked:
    """Read the address of the request. One statement."""
    form = UsesFiltersForm(formdata=request.args)
    form.offer(places()[0])
    known = {field.name: field.data for field in form if field.data and field.data in dict(field.choices)}
    confirmed = known.get("confirme")
    filters = Filters(
        status=next((status for status, slug in SLUGS.items() if slug == known.get("usage")), None),
        kind=Kind(known["nature"]) if "nature" in known else None,
        departement=known.get("departement"),
        is_confirmed=confirmed == "oui" if confirmed else None,
    )
    return _Asked(form, filters, [dict(form[name].choices)[value] for name, value in known.items()])


def _page(the_edition: Edition, sheet: Sheet, mine: Mine | None, form: UseForm) -> str:
    service, asked = sheet.service, _asked()
    groups = adoption.groups(service.id)
    months = adoption.over_time(service.id, paris_day(received_at()))
    listed = adoption.uses(service.id, asked.filters, page=page_number())
    return render_template(
        "services/deploiements.html",
        sheet=sheet,
        service=service,
        asked=asked,
        uses=listed,
        taken_back=adoption.taken_back(service, listed.items),
        writes=_writes(service),
        groups=groups,
        map=departement_map(groups.departements),
        months=[month for month, before in zip(months, [None, *months], strict=False) if _differs(month, before)],
        stairs=stairs([(month.total, month.in_use) for month in months]),
        first=months[0].first_day if months else None,
        mine=mine,
        form=form if form.status.choices and _may_speak(the_edition) and actor().siren else None,
    )


def _writes(service: Service) -> bool:
    """Whether the reader writes on the pages of the service. One statement, for who speaks for a collectivité."""
    who = actor()
    bearing = queries.bearers(reading(), service.id) if who.is_verified else ()
    return bool(is_of_service(who, bearing))


def _differs(month: adoption.Month, before: adoption.Month | None) -> bool:
    return before is None or (month.trials, month.in_use) != (before.trials, before.in_use)


def _desk(sheet: Sheet, form: DeploymentForm) -> str:
    waiting = adoption.uses(sheet.service.id, Filters(is_confirmed=False), page=page_number())
    return render_template(
        "services/desk_deployments.html",
        sheet=sheet,
        service=sheet.service,
        waiting=waiting,
        form=form,
        confirming=ConfirmForm(),
    )


def _use_form(sheet: Sheet, mine: Mine | None) -> UseForm:
    """What may be said depends on what was, and on whether the service still is."""
    form = UseForm()
    if sheet.service.phase is Phase.STOPPED:
        form.offer({mine.status, DeploymentStatus.ENDED} if mine and mine.status in IN_PLACE else ())
    else:
        form.offer(tuple(DeploymentStatus) if mine else IN_PLACE)
    return form


def _may_speak(the_edition: Edition) -> Verdict:
    """Whether the reader may speak of their own collectivité."""
    who = actor()
    return may_speak_of_use(who, calendar=the_edition.calendar, bearers=(), siren=who.siren, at=received_at())
