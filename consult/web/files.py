"""Documents joined to a contribution or to a draft: their page, joining, taking away, downloading.

Their content comes from strangers: it only ever leaves as a download, under the type that was found in it, and no browser may
run anything of it.
"""

import logging
import unicodedata
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from consult.contributions import files
from consult.contributions.actions import owner_of
from consult.contributions.drafts import own_draft
from consult.contributions.file_rules import MOST_BYTES, MOST_FILES, is_acceptable, may_change_draft
from consult.contributions.files import Arrival, arriving
from consult.contributions.hidden import is_readable
from consult.contributions.model import Contribution, ContributionFile, Draft
from consult.contributions.queries import one
from consult.contributions.rules import may_edit
from consult.contributions.store import Store
from consult.extensions import limiter
from consult.ground.refusals import NotFound, Refused
from consult.interests.model import InterestFile
from consult.web import doors, words
from consult.web.context import actor, edition, received_at, settings
from consult.web.forms.files import FilesForm
from consult.web.limits import asker

pages = Blueprint("files", __name__)
log = logging.getLogger(__name__)

MOST_AT_ONCE = MOST_FILES * MOST_BYTES + 1_000_000
"""Bytes of a form that carries as many documents as there may be."""

DOCUMENTS_SENT = "200 per hour"

HEAVY = frozenset({"files.join", "files.join_to_draft", "interest_files.join", "news_desk.write"})
"""Where a request may weigh more than a form does elsewhere."""

NOTHING_RUNS = "default-src 'none'; sandbox"


@pages.before_app_request
def _make_room() -> None:
    """Before anything of the request is read: it may be heavy here, of somebody who signed in; heavier, it is not read."""
    if request.method == "POST" and request.endpoint in HEAVY:
        doors.signed_in.admits(actor()).or_refuse()
        if (request.content_length or 0) > MOST_AT_ONCE:
            is_acceptable(request.content_length or 0, None).or_refuse()
        request.max_content_length = MOST_AT_ONCE


Attached = ContributionFile | InterestFile
"""A row that says where a document lies, and what it is."""


def store() -> Store:
    """Where the contents of documents lie."""
    return Store(settings().instance_dir)


def without_limits() -> bool:
    """Whether the operator lifted the limits on what one person sends."""
    return not settings().rate_limits


# ── Of a contribution ────────────────────────────────────────────────────────────────


@pages.get("/<edition:e>/contributions/<int:n>/documents")
@doors.signed_in
def index(e: str, n: int) -> ResponseReturnValue:
    """What is joined to a contribution of one's collectivité, and the form to join more."""
    return _page(_own(e, n), FilesForm())


@pages.post("/<edition:e>/contributions/<int:n>/documents")
@doors.signed_in
@limiter.limit(DOCUMENTS_SENT, key_func=asker, exempt_when=without_limits)
def join(e: str, n: int) -> ResponseReturnValue:
    """Join one or several documents: all, or none."""
    contribution, form = _own(e, n), FilesForm()
    if not form.validate_on_submit():
        return _page(contribution, form, 422)
    with arriving(store(), sent(form)) as arrivals:
        if not form.accept(arrivals):
            return _page(contribution, form, 422)
        try:
            files.join_files(actor(), store(), contribution.id, arrivals, at=received_at())
        except Refused as refused:
            return _page(contribution, form, form.refused(refused))
    flash(joined(arrivals), "success")
    return redirect(url_for("files.index", e=e, n=n), 303)


@pages.post("/<edition:e>/contributions/<int:n>/documents/<int:id_>/retrait")
@doors.signed_in
def remove(e: str, n: int, id_: int) -> ResponseReturnValue:
    """Take a document away, for good."""
    files.remove_file(actor(), store(), _own(e, n).id, id_, at=received_at())
    flash("Le document est retiré.", "success")
    return redirect(url_for("files.index", e=e, n=n), 303)


@pages.get("/<edition:e>/contributions/<int:n>/documents/<int:id_>")
@doors.public
def download(e: str, n: int, id_: int) -> Response:
    """A document of a contribution, to whoever may read its text."""
    contribution = one(edition(e).id, n)
    if not _is_readable(contribution):
        raise NotFound
    return attached(files.file_of(contribution.id, id_))


def readable_files(contribution: Contribution) -> Sequence[ContributionFile]:
    """The documents of a contribution, for the pages that show its text. One statement, or none when it is hidden."""
    return files.files_of(contribution.id) if _is_readable(contribution) else []


def _is_readable(contribution: Contribution) -> bool:
    return is_readable(actor(), owner=owner_of(contribution), hidden_at=contribution.hidden_at)


def _own(e: str, n: int) -> Contribution:
    """A contribution whose documents the actor may change now. Raises NotFound or Refused."""
    the_edition = edition(e)
    found = one(the_edition.id, n)
    when: dict[str, Any] = {"calendar": the_edition.calendar, "at": received_at()}
    may_edit(actor(), owner=owner_of(found), status=found.status, **when).or_refuse()
    return found


def _page(contribution: Contribution, form: FilesForm, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "contributions/files.html",
        contribution=contribution,
        draft=None,
        files=files.files_of(contribution.id),
        most=MOST_FILES,
        form=form,
    )
    return make_response(page, status)


# ── Of a draft ───────────────────────────────────────────────────────────────────────


@pages.get("/<edition:e>/contributions/brouillons/<int:draft_id>/documents")
@doors.signed_in
def index_of_draft(e: str, draft_id: int) -> ResponseReturnValue:
    """What is joined to a draft of one's own, and the form to join more."""
    return _draft_page(_own_draft(e, draft_id), FilesForm())


@pages.post("/<edition:e>/contributions/brouillons/<int:draft_id>/documents")
@doors.signed_in
@limiter.limit(DOCUMENTS_SENT, key_func=asker, exempt_when=without_limits)
def join_to_draft(e: str, draft_id: int) -> ResponseReturnValue:
    """Join one or several documents to a draft: they will be published with it."""
    draft, form = _own_draft(e, draft_id), FilesForm()
    if not form.validate_on_submit():
        return _draft_page(draft, form, 422)
    with arriving(store(), sent(form)) as arrivals:
        if not form.accept(arrivals):
            return _draft_page(draft, form, 422)
        try:
            files.join_files_to_draft(actor(), store(), draft.id, arrivals, at=received_at())
        except Refused as refused:
            return _draft_page(draft, form, form.refused(refused))
    flash(joined(arrivals), "success")
    return redirect(url_for("files.index_of_draft", e=e, draft_id=draft_id), 303)


@pages.post("/<edition:e>/contributions/brouillons/<int:draft_id>/documents/<int:id_>/retrait")
@doors.signed_in
def remove_from_draft(e: str, draft_id: int, id_: int) -> ResponseReturnValue:
    """Take a document away from a draft, for good."""
    files.remove_file_of_draft(actor(), store(), _own_draft(e, draft_id).id, id_, at=received_at())
    flash("Le document est retiré.", "success")
    return redirect(url_for("files.index_of_draft", e=e, draft_id=draft_id), 303)


@pages.get("/<edition:e>/contributions/brouillons/<int:draft_id>/documents/<int:id_>")
@doors.signed_in
def download_of_draft(e: str, draft_id: int, id_: int) -> Response:
    """A document of a draft, to its author alone."""
    return attached(files.file_of_draft(own_draft(actor(), edition(e).id, draft_id).id, id_), private=True)


def _own_draft(e: str, draft_id: int) -> Draft:
    """A draft whose documents the actor may change. Raises NotFound or Refused."""
    found = own_draft(actor(), edition(e).id, draft_id)
    may_change_draft(actor(), is_published=found.contribution_id is not None).or_refuse()
    return found


def _draft_page(draft: Draft, form: FilesForm, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "contributions/files.html",
        contribution=None,
        draft=draft,
        files=files.files_of_draft(draft.id),
        most=MOST_FILES,
        form=form,
    )
    return make_response(page, status)


# ── Coming in, going out ─────────────────────────────────────────────────────────────


def sent(form: FilesForm) -> list[tuple[Any, str]]:
    """What the form carries: contents, and the names they came under."""
    chosen: list[FileStorage] = form.documents.data
    return [(one_.stream, one_.filename or "") for one_ in chosen]


def joined(arrivals: Sequence[Arrival]) -> str:
    """How many, in words."""
    return f"{words.plural(len(arrivals), 'document joint', 'documents joints')}."


def attached(file: Attached, *, private: bool = False) -> Response:
    """A document as it leaves: saved under its name, run by nothing; `private`: kept by nobody on the way."""
    try:
        content = store().open(file.key)
    except FileNotFoundError:
        log.error("document %s: its content is missing from the store", file.id)
        raise NotFound from None
    response = send_file(content, mimetype=file.media_type, etag=file.digest, conditional=False, max_age=None)
    response.content_length = file.size
    response.headers["Content-Disposition"] = disposition(file.name)
    response.headers["Content-Security-Policy"] = NOTHING_RUNS
    response.headers["Cache-Control"] = "private, no-store" if private else "no-cache"
    response.make_conditional(request.environ)
    return response


def disposition(name: str) -> str:
    """How an answer says that it is to be saved, and under what name: RFC 6266, the plain letters first, then all of them."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    stem, _, extension = "".join(char for char in plain if char.isalnum() or char in " ._-()+,").rpartition(".")
    stem = " ".join(stem.split()).strip(". ")
    return f"attachment; filename=\"{stem or 'document'}.{extension}\"; filename*=UTF-8''{quote(name, safe='')}"
