"""Writing a candidature: filled in with what is known, kept as one types, submitted; corrected when the team asks.

What is typed is kept first, in a transaction of its own: whatever comes of the submission, the text is not lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import flash, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.contributions.draft_rules import is_blank
from consult.ground.refusals import ALLOWED, Reason, Refused, Verdict
from consult.ground.text import visible
from consult.interests import actions, drafts
from consult.interests.charters import Version, in_force
from consult.interests.known import NOTHING, Known, known, prefilled
from consult.interests.model import Interest, InterestStatus, Level, StartedInterest
from consult.interests.queries import Standing
from consult.interests.rules import may_declare
from consult.web import words
from consult.web.context import actor, received_at
from consult.web.forms.interests import InterestForm
from consult.web.reasons import REFUSALS, wording
from consult.web.writing import seen_revision

SAVE = "brouillon"
"""What the button that keeps asks, in the field « act »; anything else submits."""

TEXTS = (
    *("level", "motivation", "availability"),
    *("referent_name", "referent_function", "sponsor_name", "sponsor_function"),
)


def typed() -> dict[str, str]:
    """What the request's form holds, as it was typed: a draft may be wrong."""
    return {name: visible(request.form[name]) for name in TEXTS if request.form.get(name)}


def commitment(said: str) -> str:
    """What a level adds to the charter, a list there, as a sentence under its choice."""
    line = " ".join(line.strip().removeprefix("- ") for line in said.splitlines() if line.strip())
    return line[:1].upper() + line[1:]


def may_declare_now(edition: Edition, standing: Standing) -> Verdict:
    """Whether the reader may volunteer their collectivité now."""
    return may_declare(
        actor(),
        calendar=edition.calendar,
        is_proclaimed=edition.proclaimed_at is not None,
        is_retained=standing.is_retained,
        has_live=standing.has_live,
        at=received_at(),
    )


@dataclass(slots=True)
class Page:
    """The page of the form: what is typed, where it is kept, and why something was refused."""

    edition: Edition
    standing: Standing
    charter: Version
    form: InterestForm
    draft: StartedInterest | None = None
    known: Known = field(default=NOTHING)
    interest: Interest | None = None
    """The one that is corrected."""
    asked: str = ""
    """What the team asked to correct."""
    why_not_kept: Refused | None = None
    stored: Sequence[tuple[str, str]] = ()
    """The fields that another tab, or device, saved otherwise meanwhile: (label, text)."""
    is_refused: bool = False
    rank: int = 0
    """How many texts the one that is corrected has had."""
    back: str = ""
    """The page one came from, when it is not that of the proposition."""

    def render(self) -> str:
        """The page, as text."""
        now = ALLOWED if self.interest or self.is_refused else may_declare_now(self.edition, self.standing)
        return render_template(
            "interests/new.html",
            proposal=self.standing,
            form=self.form,
            charter=self.charter,
            draft=self.draft,
            known=self.known,
            interest=self.interest,
            asked=self.asked,
            rank=self.rank,
            level_helps={level: commitment(self.charter.said[level.value]) for level in Level},
            window=self.edition.calendar.window(Stage.INTERESTS),
            back=self.back or url_for("interests.index", e=self.edition.slug, n=self.standing.number),
            why_not_yet=wording(now.reason, now.moment) if now.reason else "",
            why_not_kept=wording(self.why_not_kept.reason) if self.why_not_kept else "",
            stored=self.stored,
        )

    def answer(self, status: int) -> ResponseReturnValue:
        """The form again, nothing typed lost, with why. Never kept by a browser."""
        response = make_response(self.render(), status)
        response.headers["Cache-Control"] = "no-store"
        return response

    def refused(self, refused: Refused) -> ResponseReturnValue:
        """The form again, with what a rule refused; a charter that has changed is the new one."""
        self.is_refused = True
        if refused.reason is Reason.CHARTER_CHANGED:
            self.charter = in_force(self.edition)
            self.form.charter.show(self.charter.name)
        return self.answer(self.form.refused(refused))

    def not_kept(self, refused: Refused) -> ResponseReturnValue:
        """Why what is typed is not kept. Changed elsewhere, both texts are shown."""
        status = REFUSALS[refused.reason].status
        if is_script():
            said = f"{REFUSALS[refused.reason].title}{words.NBSP}: ce texte n’est pas enregistré."
            return jsonify({"said": words.typo(said)}), status
        if status in (401, 403):
            raise refused
        self.why_not_kept = refused
        if refused.reason is Reason.DRAFT_CHANGED_ELSEWHERE:
            self.draft = drafts.started(actor(), self.standing.proposal_id)
            self.stored = self._differences()
        return self.answer(status)

    def _differences(self) -> Sequence[tuple[str, str]]:
        there, here = self.draft.data if self.draft else {}, typed()
        return [
            (self.form[name].label.text, _as_read(name, there.get(name, "")))
            for name in TEXTS
            if here.get(name, "") != there.get(name, "")
        ]


def _as_read(name: str, text: str) -> str:
    return Level(text).label if name == "level" and text in set(Level) else text


def is_script() -> bool:
    """Whether the page's own script asks, as one types."""
    return request.accept_mimetypes.best == "application/json"


def opened(edition: Edition, standing: Standing) -> Page:
    """The page as it is first shown: with what was begun, or with what is known.

    Raises Refused when the actor may not volunteer, unless they have begun: what is written stays readable.
    """
    draft = drafts.started(actor(), standing.proposal_id)
    if draft is None:
        may_declare_now(edition, standing).or_refuse()
    charter, about = in_force(edition), known(standing.proposal_id, actor().siren)
    filled: Any = draft.data if draft else prefilled(about, actor())
    return Page(edition, standing, charter, InterestForm(charter.name, formdata=None, data=filled), draft, about)


def write(edition: Edition, standing: Standing) -> ResponseReturnValue:
    """What the buttons of the form do."""
    charter = in_force(edition)
    page = Page(edition, standing, charter, InterestForm(charter.name))
    try:
        data = typed()
        if not is_blank(data):
            page.draft = drafts.keep(actor(), standing.proposal_id, data, revision=seen_revision() or 0, at=received_at())
    except Refused as refused:
        if request.form.get("act") == SAVE or refused.reason is Reason.DRAFT_CHANGED_ELSEWHERE:
            return page.not_kept(refused)
        # Whoever may not keep it may not submit it either: that refusal is the one to read.
    return _saved(page) if request.form.get("act") == SAVE else _declare(page)


def _saved(page: Page) -> ResponseReturnValue:
    draft = page.draft
    url = url_for("interests.new", e=page.edition.slug, n=page.standing.number)
    if draft is None:
        if is_script():
            return jsonify({"said": ""})
        flash("Il n’y a encore rien à garder : écrivez quelques mots.", "info")
        return redirect(url, 303)
    said = f"Brouillon enregistré à {words.hour(draft.saved_at)}."
    if is_script():
        return jsonify({"said": said, "url": url, "revision": draft.revision})
    flash(f"{said} La candidature n’est pas déposée, et vous seul pouvez la lire.", "success")
    return redirect(url, 303)


def _declare(page: Page) -> ResponseReturnValue:
    try:
        if not page.form.validate_on_submit():
            may_declare_now(page.edition, page.standing).or_refuse()
            page.is_refused = True
            return page.answer(422)
        interest = actions.declare(actor(), page.standing.proposal_id, page.form.draft(), at=received_at())
    except Refused as refused:
        return page.refused(refused)
    follows = (
        "Elle est acceptée : c’est la règle de l’édition."
        if interest.status is InterestStatus.ACCEPTED
        else ("L’équipe l’examine et vous répond par courriel.")
    )
    flash(f"Candidature n°{words.NBSP}{interest.number} enregistrée pour {actor().collectivite_name}. {follows}", "success")
    return redirect(url_for("interests.index", e=page.edition.slug, n=page.standing.number), 303)
