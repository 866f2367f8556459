"""Writing a contribution, from a blank page or a draft: what is typed is kept first, then shown as it will be, or published.

Keeping and publishing are two transactions, in that order: whatever comes of the publication, the text is not lost.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import flash, g, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from consult.calendar.model import Edition
from consult.calendar.queries import themes
from consult.calendar.rules import Stage
from consult.contributions import actions
from consult.contributions.draft_rules import is_blank, may_publish_from
from consult.contributions.drafts import number_of, own_draft, own_drafts, save_draft, start_draft
from consult.contributions.files import files_of_draft
from consult.contributions.look_alikes import LookAlikes
from consult.contributions.model import Contribution, ContributionType, Draft
from consult.contributions.queries import one
from consult.contributions.rules import may_write
from consult.contributions.versions import last_rank, text_of
from consult.ground.actor import Actor
from consult.ground.refusals import ALLOWED, Moment, Reason, Refused, Verdict, verdict
from consult.ground.text import visible
from consult.web import words
from consult.web.context import actor, edition, received_at
from consult.web.examples import examples_of
from consult.web.forms.contributions import contribution_form
from consult.web.look_alikes import said, typed_look_alikes
from consult.web.reasons import REFUSALS, wording

SAVE, PREVIEW, LOOK_ALIKES, DOCUMENTS = "brouillon", "apercu", "semblables", "documents"
"""What the buttons of the form ask, in its field « act »; anything else publishes."""

TEXTS = (
    *("partner", "title", "situation", "audience", "effects", "users", "url", "repository", "licence"),
    *("funding_sought", "funding_purpose"),
)
LONGEST_THEME = 60
MOST_THEMES_KEPT = 40


def typed() -> dict[str, Any]:
    """What the request's form holds, as it was typed: a draft may be wrong."""
    texts = {name: visible(request.form[name]) for name in TEXTS if request.form.get(name)}
    return texts | {"themes": [visible(slug)[:LONGEST_THEME] for slug in request.form.getlist("themes")][:MOST_THEMES_KEPT]}


def speaking(draft: Draft | None) -> Actor:
    """Whoever asks, in the name the draft was written in; in their present one when they no longer have it."""
    return (actor().acting_for(draft.siren) if draft and draft.siren else None) or actor()


def form_of(type_: ContributionType, draft: Draft | None = None) -> Any:
    """The form of a type: as sent by this request, or filled in with a draft."""
    shown = MultiDict(draft.data) if draft and request.method == "GET" else None
    return contribution_form(type_, actor(), themes(g.edition.id), typed=shown)


def write(e: str, type_: ContributionType, draft: Draft | None) -> ResponseReturnValue:
    """What the buttons of the form do. The text is kept first, in a transaction of its own."""
    act, page = request.form.get("act"), Page(type_, form_of(type_, draft), draft)
    try:
        page.draft = _kept(e, type_, draft)
    except Refused as refused:
        if draft is not None or act in (SAVE, DOCUMENTS):
            return _not_kept(e, page, refused)
        page.why_not_kept = refused  # there is no room for one more draft: the rest is done all the same
    if act == DOCUMENTS and page.draft:
        return redirect(url_for("files.index_of_draft", e=e, draft_id=page.draft.id), 303)
    if act in (SAVE, DOCUMENTS):
        return _saved(e, page)
    if act == PREVIEW:
        return page.render(is_preview=True)
    if act == LOOK_ALIKES:
        page.look_alikes = typed_look_alikes(g.edition.id, type_)
        return page.render()
    return _publish(e, page)


def _kept(e: str, type_: ContributionType, draft: Draft | None) -> Draft | None:
    data, at = typed(), received_at()
    if draft is not None:
        return save_draft(actor(), draft.id, data, revision=seen_revision() or 0, at=at)
    return None if is_blank(data) else start_draft(actor(), edition(e).id, type_, data, at=at)


def seen_revision() -> int | None:
    """Which text the page showed, as its form says it; 0 when that means nothing, None when the form says nothing."""
    said_ = request.form.get("revision")
    if said_ is None:
        return None
    return int(said_) if said_.isdecimal() and said_.isascii() and len(said_) < 10 else 0


def _not_kept(e: str, page: "Page", refused: Refused) -> ResponseReturnValue:
    """Why the draft is not saved. Changed elsewhere, both texts are shown; published already, that is where to go."""
    if _is_script():
        said_ = f"{REFUSALS[refused.reason].title}{words.NBSP}: ce texte n’est pas enregistré."
        if refused.reason is Reason.DRAFT_CHANGED_ELSEWHERE:
            said_ += " « Enregistrer le brouillon » vous montre les deux textes."
        return jsonify({"said": words.typo(said_)}), _status(refused)
    if refused.reason is Reason.DRAFT_PUBLISHED and page.draft:
        return _already_published(e, page.draft)
    if refused.reason is Reason.DRAFT_CHANGED_ELSEWHERE and page.draft:
        page.draft = own_draft(actor(), g.edition.id, page.draft.id)
        page.stored = page.draft.data
    page.why_not_kept = refused
    return page.answer(_status(refused))


def _already_published(e: str, draft: Draft) -> ResponseReturnValue:
    """What the draft became, read again: it may have been published since this request began."""
    flash("Ce brouillon est déjà publié : voici ce qu’il est devenu.", "info")
    return redirect(url_for("contributions.show", e=e, n=number_of(own_draft(actor(), g.edition.id, draft.id))), 303)


def _saved(e: str, page: "Page") -> ResponseReturnValue:
    draft = page.draft
    if draft is None:
        if _is_script():
            return jsonify({"said": ""})
        flash("Il n’y a encore rien à garder : écrivez quelques mots.", "info")
        return redirect(url_for("contributions.new", e=e, type=page.type.slug), 303)
    url, said = url_for("drafts.show", e=e, draft_id=draft.id), f"Brouillon enregistré à {words.hour(draft.saved_at)}."
    if _is_script():
        return jsonify({"said": said, "url": url, "revision": draft.revision})
    flash(f"{said} Il n’est pas publié, et vous seul pouvez le lire.", "success")
    return redirect(url, 303)


def _publish(e: str, page: "Page") -> ResponseReturnValue:
    draft, at = page.draft, received_at()
    try:
        if not page.form.validate_on_submit():
            page.may_publish().or_refuse()
            return page.answer(422)
        published = actions.publish(actor(), edition(e).id, page.form.draft(), at=at, draft_id=draft.id if draft else None)
    except Refused as refused:
        if refused.reason is Reason.DRAFT_PUBLISHED and draft:
            return _already_published(e, draft)
        page.refused = refused
        return page.answer(_status(refused))
    flash(
        f"Votre contribution est publiée sous le n°{words.NBSP}{published.number}. L’équipe l’examinera"
        " et vous écrira ce qu’elle devient ; un accusé de réception vous est envoyé par courriel.",
        "success",
    )
    return redirect(url_for("contributions.show", e=e, n=published.number), 303)


def _status(refused: Refused) -> int:
    return REFUSALS[refused.reason].status


def _is_script() -> bool:
    """Whether the page's own script asks, as one types."""
    return request.accept_mimetypes.best == "application/json"


@dataclass(slots=True)
class Page:
    """The page of the form: what is typed, where it is kept, and why something was refused."""

    type: ContributionType
    form: Any
    draft: Draft | None = None
    contribution: Contribution | None = None
    """The one that is corrected."""
    refused: Refused | None = None
    why_not_kept: Refused | None = None
    stored: Mapping[str, Any] | None = None
    """What another device, or a colleague, saved meanwhile."""
    rank: int = 0
    """Of the text that is corrected."""
    look_alikes: LookAlikes | None = None
    """What looks like the text, when that was asked for."""

    def may_publish(self) -> Verdict:
        """Whether publishing would be allowed now, in the name the draft was written in."""
        siren = self.draft.siren if self.draft else None
        return verdict(
            may_write(speaking(self.draft), type_=self.type, calendar=g.edition.calendar, at=received_at()),
            may_publish_from(actor(), siren=siren, is_published=False),
        )

    def refused_correction(self, refused: Refused) -> None:
        """Why it is not the text now; corrected by somebody else meanwhile, theirs is shown beside it."""
        if refused.reason is not Reason.CORRECTED_MEANWHILE or self.contribution is None:
            self.refused = refused
            return
        now = one(g.edition.id, self.contribution.number)
        self.why_not_kept, self.rank = refused, last_rank(now.id)
        self.stored = text_of(now, [theme.slug for theme in now.themes])

    def render(self, *, is_preview: bool = False) -> str:
        """The page, as text."""
        now = self.may_publish() if self.draft and not self.refused else ALLOWED
        is_new = request.method == "GET" and not (self.draft or self.contribution)
        return render_template(
            "contributions/form.html",
            type=self.type,
            form=self.form,
            draft=self.draft,
            author=speaking(self.draft),
            contribution=self.contribution,
            why_refused=_said(self.refused),
            why_not_yet=_why(now.reason, now.moment) if now.reason else None,
            why_not_kept=_said(self.why_not_kept),
            stored=self._stored(),
            rank=self.rank,
            drafts=own_drafts(actor(), g.edition.id) if is_new else [],
            files=files_of_draft(self.draft.id) if self.draft else [],
            look_alikes=self.look_alikes,
            said=said(self.look_alikes) if self.look_alikes else "",
            preview=self.form.draft() if is_preview else None,
            examples=examples_of(self.type, [(slug, label) for slug, label in self.form.themes.choices]),
            closes_at=closes_at(g.edition),
        )

    def answer(self, status: int) -> ResponseReturnValue:
        """The form again, nothing typed lost, with why. Never kept by a browser."""
        response = make_response(self.render(), status)
        response.headers["Cache-Control"] = "no-store"
        return response

    def _stored(self) -> Sequence[tuple[str, str]]:
        """The fields in which the text saved elsewhere is not the one typed here."""
        if self.stored is None:
            return []
        here, there, labels = self._typed(), self.stored, dict(self.form.themes.choices)
        fields = [(field.name, field.label.text) for field in self.form if field.name in TEXTS]
        differing = [(label, name) for name, label in fields if here.get(name, "") != there.get(name, "")]
        said_ = [(label, _as_typed(name, there.get(name, ""))) for label, name in differing]
        if sorted(here["themes"]) != sorted(there.get("themes", [])):
            ticked = [labels.get(slug, slug) for slug in there.get("themes", [])]
            said_.append((self.form.themes.label.text, " · ".join(ticked)))
        return said_

    def _typed(self) -> Mapping[str, Any]:
        """What the request holds, as what it is compared with was kept."""
        if self.contribution is None:
            return typed()
        written = self.form.draft()
        return text_of(written, written.themes)


def _as_typed(name: str, kept: str) -> str:
    """A field that was kept, as its author reads it: amounts of a published text have two decimals."""
    is_amount = name == "funding_sought" and re.fullmatch(r"[0-9]+\.[0-9]{2}", kept)
    return words.euros(Decimal(kept)) if is_amount else kept


def _said(refused: Refused | None) -> str | None:
    return _why(refused.reason, refused.moment) if refused else None


def _why(reason: Reason, moment: Moment | None) -> str:
    """A refusal, in the words of who writes."""
    if reason is Reason.STAGE_CLOSED and moment and not moment.is_early and moment.until:
        until = words.closing(moment.until)
        return f"Il est trop tard{words.NBSP}: le recueil des besoins est clos depuis le {until} (heure de{words.NBSP}Paris)."
    return wording(reason, moment)


def closes_at(the_edition: Edition) -> datetime | None:
    """When the needs close."""
    return the_edition.calendar.window(Stage.NEEDS).closes_at
