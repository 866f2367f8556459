"""Contributions: the list, one of them, writing, correcting and withdrawing, « Nous aussi »."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from consult.calendar.model import Edition
from consult.calendar.queries import themes
from consult.calendar.rules import Verb
from consult.contributions import actions
from consult.contributions.actions import owner_of
from consult.contributions.drafts import own_drafts
from consult.contributions.hidden import HIDDEN_TITLE
from consult.contributions.look_alikes import LookAlikes, like
from consult.contributions.model import Contribution
from consult.contributions.queries import find, one, sharing
from consult.contributions.rules import (
    ContributionType,
    may_edit,
    may_say_me_too,
    may_withdraw,
    may_withdraw_me_too,
    may_write,
)
from consult.contributions.versions import last_rank
from consult.following.rules import Sort
from consult.ground.refusals import Refused
from consult.triage.queries import destinations
from consult.web import doors, words
from consult.web.context import actor, edition, received_at
from consult.web.contribution_filters import asked
from consult.web.contribution_voices import voices_of
from consult.web.files import readable_files
from consult.web.following import following_of
from consult.web.forms.contributions import WithdrawalForm, contribution_form
from consult.web.paging import page_number
from consult.web.reasons import REFUSALS
from consult.web.thread import thread_of
from consult.web.writing import PREVIEW, Page, closes_at, form_of, seen_revision, write

pages = Blueprint("contributions", __name__)


@pages.get("/<edition:e>/contributions")
@doors.public
def index(e: str) -> str:
    """The list: filters, search, sorts, pages."""
    the_edition, at = edition(e), received_at()
    wanted = asked(the_edition.id)
    found = find(the_edition.id, wanted.filters, page=page_number())
    return render_template(
        "contributions/index.html",
        asked=wanted,
        page=found,
        destinations=destinations([line.id for line in found.items]),
        is_open=the_edition.calendar.permits(Verb.SUBMIT_CONTRIBUTION, at),
    )


@pages.get("/<edition:e>/contributions/<int:n>")
@doors.public
def show(e: str, n: int) -> str:
    """One contribution: its outcome, its text as written, who shares it, its thread."""
    the_edition = edition(e)
    contribution = one(the_edition.id, n)
    shared = sharing(contribution.id, actor().siren)
    went = destinations([contribution.id]).get(contribution.id, [])
    return render_template(
        "contributions/show.html",
        contribution=contribution,
        sharing=shared,
        destinations=went,
        thread=thread_of(contribution, went),
        files=readable_files(contribution),
        voices=voices_of(the_edition, contribution, shares=shared.ours),
        hidden_title=HIDDEN_TITLE,
        closes_at=closes_at(the_edition),
        look_alikes=like(contribution) if contribution.hidden_at is None else LookAlikes(),
        following=following_of(Sort.CONTRIBUTION, n, the_edition),
        **_verdicts(the_edition, contribution, said=shared.ours),
    )


def _verdicts(the_edition: Edition, contribution: Contribution, *, said: bool) -> dict[str, Any]:
    """What the reader may do here and now: a courtesy, the acts ask again."""
    who = actor()
    when: dict[str, Any] = {"calendar": the_edition.calendar, "at": received_at()}
    owned = {"owner": owner_of(contribution), "status": contribution.status, **when}
    return {
        "may_edit": may_edit(who, **owned),
        "may_withdraw": may_withdraw(who, **owned),
        "may_say_me_too": may_say_me_too(who, **owned, said=said),
        "may_withdraw_me_too": may_withdraw_me_too(who, said=said, **when),
    }


@pages.get("/<edition:e>/contributions/nouvelle")
@doors.signed_in
def new(e: str) -> str:
    """Choose what to write, then write it."""
    the_edition = edition(e)
    type_ = _type(request.args.get("type"))
    if type_ is None:
        the_edition.calendar.gate(Verb.SUBMIT_CONTRIBUTION, received_at()).or_refuse()
        return render_template(
            "contributions/choose.html",
            verdicts=_may_write_each(the_edition),
            drafts=own_drafts(actor(), the_edition.id),
            closes_at=closes_at(the_edition),
        )
    may_write(actor(), type_=type_, calendar=the_edition.calendar, at=received_at()).or_refuse()
    return Page(type_, form_of(type_)).render()


@pages.post("/<edition:e>/contributions/nouvelle")
@doors.signed_in
def create(e: str) -> ResponseReturnValue:
    """Keep what was typed as a draft, then what the button asks: nothing more, a preview, or its publication."""
    edition(e)
    return write(e, _type(request.form.get("type")) or abort(400), None)


@pages.get("/<edition:e>/contributions/<int:n>/modifier")
@doors.signed_in
def edit(e: str, n: int) -> str:
    """The form again, filled in."""
    the_edition = edition(e)
    contribution = one(the_edition.id, n)
    _verdicts(the_edition, contribution, said=False)["may_edit"].or_refuse()
    form = contribution_form(contribution.type, actor(), themes(the_edition.id), contribution)
    return Page(contribution.type, form, contribution=contribution, rank=last_rank(contribution.id)).render()


@pages.post("/<edition:e>/contributions/<int:n>/modifier")
@doors.signed_in
def update(e: str, n: int) -> ResponseReturnValue:
    """Correct a contribution that nobody has examined yet, or see it first. Refused, the text stays in the form."""
    the_edition = edition(e)
    contribution = one(the_edition.id, n)
    form = contribution_form(contribution.type, actor(), themes(the_edition.id), contribution)
    page, is_preview = Page(contribution.type, form, contribution=contribution), request.form.get("act") == PREVIEW
    page.rank = seen_revision() or 0
    try:
        if is_preview or not form.validate_on_submit():
            _verdicts(the_edition, contribution, said=False)["may_edit"].or_refuse()
            return page.render(is_preview=True) if is_preview else page.answer(422)
        actions.edit(actor(), contribution.id, form.draft(), at=received_at(), seen=seen_revision())
    except Refused as refused:
        page.refused_correction(refused)
        return page.answer(REFUSALS[refused.reason].status)
    flash("Vos corrections sont enregistrées.", "success")
    return redirect(url_for("contributions.show", e=e, n=n), 303)


@pages.get("/<edition:e>/contributions/<int:n>/retrait")
@doors.signed_in
def withdrawal(e: str, n: int) -> str:
    """Say why it is withdrawn."""
    the_edition = edition(e)
    contribution = one(the_edition.id, n)
    _verdicts(the_edition, contribution, said=False)["may_withdraw"].or_refuse()
    return render_template("contributions/withdraw.html", contribution=contribution, form=WithdrawalForm())


@pages.post("/<edition:e>/contributions/<int:n>/retrait")
@doors.signed_in
def withdraw(e: str, n: int) -> ResponseReturnValue:
    """Withdraw it. It stays readable, with the reason."""
    the_edition, form = edition(e), WithdrawalForm()
    contribution = one(the_edition.id, n)
    if not form.validate_on_submit():
        _verdicts(the_edition, contribution, said=False)["may_withdraw"].or_refuse()
        return render_template("contributions/withdraw.html", contribution=contribution, form=form), 422
    actions.withdraw(actor(), contribution.id, reason=form.reason.data, at=received_at())
    flash(f"La contribution n°{words.NBSP}{n} est retirée. Elle reste lisible, avec votre raison.", "success")
    return redirect(url_for("contributions.show", e=e, n=n), 303)


@pages.post("/<edition:e>/contributions/<int:n>/nous-aussi")
@doors.signed_in
def say_me_too(e: str, n: int) -> ResponseReturnValue:
    """« Nous aussi », « Nous utilisons ce service »."""
    actions.say_me_too(actor(), one(edition(e).id, n).id, at=received_at())
    flash(f"C’est dit, au nom de {actor().collectivite_name}. Ce n’est pas un vote : celui-ci vient ensuite.", "success")
    return redirect(url_for("contributions.show", e=e, n=n, _anchor="nous-aussi"), 303)


@pages.post("/<edition:e>/contributions/<int:n>/nous-aussi/retrait")
@doors.signed_in
def withdraw_me_too(e: str, n: int) -> ResponseReturnValue:
    """Take it back."""
    actions.withdraw_me_too(actor(), one(edition(e).id, n).id, at=received_at())
    flash(f"{actor().collectivite_name} ne figure plus parmi les collectivités qui partagent cette contribution.", "success")
    return redirect(url_for("contributions.show", e=e, n=n, _anchor="nous-aussi"), 303)


def _type(slug: str | None) -> ContributionType | None:
    return next((type_ for type_ in ContributionType if type_.slug == slug), None)


def _may_write_each(the_edition: Edition) -> Sequence[tuple[ContributionType, Any]]:
    return [
        (type_, may_write(actor(), type_=type_, calendar=the_edition.calendar, at=received_at())) for type_ in ContributionType
    ]
