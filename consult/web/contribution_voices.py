"""What a collectivité answers, contests, or any reader reports, from the page of a contribution."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from consult.calendar.model import Edition
from consult.calendar.rules import Stage, Window
from consult.contributions.actions import owner_of
from consult.contributions.hidden import is_readable
from consult.contributions.model import Contribution
from consult.contributions.queries import one, sharing
from consult.contributions.rules import Status
from consult.ground.refusals import Refused, Verdict
from consult.triage import contests, remarks, reports
from consult.triage.contest_rules import contested_until, may_contest
from consult.triage.file_queries import ContestLine, RemarkLine, contests_of, remarks_of
from consult.triage.file_rules import may_answer, may_read_remarks
from consult.web import doors
from consult.web.context import actor, edition, received_at
from consult.web.forms.base import Form
from consult.web.forms.desk import AnswerForm, ContestForm, ReportForm
from consult.web.reasons import REFUSALS, wording

pages = Blueprint("contribution_voices", __name__)
CONTRIBUTION = "/<edition:e>/contributions/<int:n>"


@dataclass(frozen=True, slots=True)
class Voices:
    """What is said around a contribution, and what the reader may say of it."""

    is_readable: bool
    contests: Sequence[ContestLine]
    contest_until: datetime | None
    may_contest: Verdict
    remarks: Sequence[RemarkLine]
    """For the collectivité that wrote it only."""
    may_answer: Verdict
    voting: Window
    """When the propositions that answer it are voted on."""
    came_late: bool
    """Whether the vote opened before anybody examined it."""


def voices_of(the_edition: Edition, contribution: Contribution, *, shares: bool) -> Voices:
    """What goes around the text. No statement when nothing has touched the contribution; one, two for those who wrote it."""
    who, owner, at, touched = actor(), owner_of(contribution), received_at(), contribution.revision > 0
    said = remarks_of(contribution.id) if touched and may_read_remarks(who, owner=owner) else []
    contested = contests_of(contribution.id) if touched else []
    siren = None if owner.siren is None and owner.includes(who) else who.siren
    when: dict[str, Any] = {"calendar": the_edition.calendar, "at": at}
    return Voices(
        is_readable=is_readable(who, owner=owner, hidden_at=contribution.hidden_at),
        contests=contested,
        contest_until=contested_until(contribution.status, contribution.status_at),
        may_contest=may_contest(
            who,
            owner=owner,
            shares=shares,
            status=contribution.status,
            status_at=contribution.status_at,
            contested=any(one.siren == siren for one in contested),
            **when,
        ),
        remarks=said,
        may_answer=may_answer(who, owner=owner, waits=bool(said) and said[-1].is_question, **when),
        voting=the_edition.calendar.window(Stage.VOTING),
        came_late=contribution.status is Status.PUBLISHED and the_edition.calendar.has_opened(Stage.VOTING, at),
    )


def _voices(e: str, n: int) -> tuple[Contribution, Voices]:
    the_edition = edition(e)
    contribution = one(the_edition.id, n)
    return contribution, voices_of(the_edition, contribution, shares=sharing(contribution.id, actor().siren).ours)


@dataclass(frozen=True, slots=True)
class Voice:
    """A way to speak of a contribution for a collectivité: who may, what is typed, what it does, what is said then."""

    may: Callable[[Voices], Verdict]
    form: type[Form]
    template: str
    act: Callable[..., Any]
    done: str


ANSWER = Voice(
    attrgetter("may_answer"), AnswerForm, "contributions/answer.html", remarks.answer, "Votre réponse est envoyée à l’équipe."
)
CONTEST = Voice(
    attrgetter("may_contest"),
    ContestForm,
    "contributions/contest.html",
    contests.contest,
    "Votre contestation est publiée. L’équipe y répondra ici, avec sa raison, et vous écrira.",
)


@pages.get(f"{CONTRIBUTION}/reponse")
@doors.signed_in
def answering(e: str, n: int) -> str:
    """Answer what the team asks."""
    return _speaking(e, n, ANSWER)


@pages.post(f"{CONTRIBUTION}/reponse")
@doors.signed_in
def answer(e: str, n: int) -> ResponseReturnValue:
    """Send the answer."""
    return _spoken(e, n, ANSWER)


@pages.get(f"{CONTRIBUTION}/contestation")
@doors.signed_in
def contesting(e: str, n: int) -> str:
    """Contest what the team decided."""
    return _speaking(e, n, CONTEST)


@pages.post(f"{CONTRIBUTION}/contestation")
@doors.signed_in
def contest(e: str, n: int) -> ResponseReturnValue:
    """Send the contest."""
    return _spoken(e, n, CONTEST)


def _speaking(e: str, n: int, voice: Voice) -> str:
    contribution, voices = _voices(e, n)
    voice.may(voices).or_refuse()
    return _voice_page(voice, voice.form(), contribution, voices)


def _spoken(e: str, n: int, voice: Voice) -> ResponseReturnValue:
    contribution, voices = _voices(e, n)
    form = voice.form()
    if not form.validate_on_submit():
        voice.may(voices).or_refuse()
    return _said(
        contribution, form, voice.act, voice.done, lambda why: _voice_page(voice, form, contribution, voices, why), e=e
    )


def _voice_page(voice: Voice, form: Form, contribution: Contribution, voices: Voices, why_refused: str = "") -> str:
    return render_template(voice.template, contribution=contribution, voices=voices, form=form, why_refused=why_refused)


@pages.get(f"{CONTRIBUTION}/signalement")
@doors.public
def reporting(e: str, n: int) -> str:
    """Tell the team that something is wrong."""
    return _report_page(one(edition(e).id, n), ReportForm())


@pages.post(f"{CONTRIBUTION}/signalement")
@doors.public
def report(e: str, n: int) -> ResponseReturnValue:
    """Send the report, with or without an account."""
    contribution, form = one(edition(e).id, n), ReportForm()
    done = "Merci : l’équipe lira votre signalement."
    return _said(contribution, form, reports.report, done, lambda why: _report_page(contribution, form, why), e=e)


def _report_page(contribution: Contribution, form: ReportForm, why_refused: str = "") -> str:
    return render_template("contributions/report.html", contribution=contribution, form=form, why_refused=why_refused)


def _said(
    contribution: Contribution, form: Any, act: Callable[..., Any], done: str, page: Callable[[str], str], *, e: str
) -> ResponseReturnValue:
    """Say it, or show what is to be corrected; refused, the text stays in the form."""
    if not form.validate_on_submit():
        return page(""), 422
    try:
        act(actor(), contribution.id, text=form.text.data, at=received_at())
    except Refused as refused:
        status = REFUSALS[refused.reason].status
        if status in (401, 403):
            raise
        return make_response(page(wording(refused.reason, refused.moment)), status)
    flash(done, "success")
    return redirect(url_for("contributions.show", e=e, n=contribution.number), 303)
