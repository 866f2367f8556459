"""One file of the desk, beyond its outcome: take it back, ask the author, hide the text, answer a contest, be present."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from consult.contributions.queries import id_of
from consult.ground.refusals import NotFound, Refused
from consult.triage.actions import reopen as take_back
from consult.triage.contests import answer_contest
from consult.triage.file_queries import contests_of
from consult.triage.hiding import hide as hide_text
from consult.triage.hiding import show_again
from consult.triage.presence import be_present
from consult.triage.remarks import question as ask
from consult.web import doors
from consult.web.context import actor, edition, received_at
from consult.web.desk import Forms, desk, refused, seen, stay
from consult.web.forms.desk import ContestAnswerForm, HideForm, QuestionForm, ReopenForm, ShowForm

pages = Blueprint("moderation_files", __name__)
FILE = "/moderation/<edition:e>/contributions/<int:n>"


def _act(e: str, n: int, name: str, form: Any, act: Callable[..., Any], said: str, **typed: str) -> ResponseReturnValue:
    """One act on the file `n`, of which the form `name` says why: done, corrected or refused."""
    the_edition = edition(e)
    id_ = id_of(the_edition.id, n)
    if not form.validate_on_submit():
        return desk(the_edition, n, Forms(**{name: form})), 422
    values = {argument: form[field].data for argument, field in typed.items()}
    try:
        act(actor(), id_, **values, at=received_at(), seen=seen(id_, form))
    except Refused as error:
        return refused(error, the_edition, n, Forms(**{name: form}))
    return stay(the_edition, n, said)


@pages.post(f"{FILE}/reouverture")
@doors.moderators
def reopen(e: str, n: int) -> ResponseReturnValue:
    """Take an outcome back: the contribution waits again."""
    said = "La contribution est de nouveau à examiner. Son auteur et ceux qui la partagent sont prévenus."
    return _act(e, n, "reopen", ReopenForm(), take_back, said, reason="reason")


@pages.post(f"{FILE}/question")
@doors.moderators
def question(e: str, n: int) -> ResponseReturnValue:
    """Ask the author something."""
    said = "La question est envoyée. La réponse viendra dans ce dossier, et par courriel."
    return _act(e, n, "question", QuestionForm(), ask, said, text="text")


@pages.post(f"{FILE}/masquer")
@doors.moderators
def hide(e: str, n: int) -> ResponseReturnValue:
    """Hide an abusive text."""
    said = "Le texte est masqué. Sa page le dit, et pourquoi ; son auteur est prévenu."
    return _act(e, n, "hide", HideForm(), hide_text, said, reason="reason")


@pages.post(f"{FILE}/afficher")
@doors.moderators
def show(e: str, n: int) -> ResponseReturnValue:
    """Show a hidden text again."""
    return _act(e, n, "show", ShowForm(), show_again, "Le texte est de nouveau lisible par tous.", reason="reason")


@pages.post(f"{FILE}/contestations/<int:contest_id>")
@doors.moderators
def answer(e: str, n: int, contest_id: int) -> ResponseReturnValue:
    """Answer a contest, with its reason."""
    the_edition, form = edition(e), ContestAnswerForm()
    if contest_id not in {contest.id for contest in contests_of(id_of(the_edition.id, n))}:
        raise NotFound
    if not form.validate_on_submit():
        return desk(the_edition, n, Forms(contest=form)), 422
    upheld = form.upheld.data == "oui"
    try:
        answer_contest(actor(), contest_id, upheld=upheld, answer=form.answer.data, at=received_at())
    except Refused as error:
        return refused(error, the_edition, n, Forms(contest=form))
    return stay(the_edition, n, "La réponse est publique, et envoyée à qui a contesté.")


@pages.post(f"{FILE}/presence")
@doors.moderators
def presence(e: str, n: int) -> ResponseReturnValue:
    """Say that one has this file open: asked by the page itself, every thirty seconds."""
    be_present(actor(), id_of(edition(e).id, n), at=received_at())
    return redirect(url_for("moderation.file", e=e, n=n), 303)
