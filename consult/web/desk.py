"""The triage desk as a page: the queue, the open file with its forms, what a refusal shows, and what opens next."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from consult.calendar.model import Edition
from consult.calendar.rules import Verb
from consult.contributions.look_alikes import LookAlikes, like
from consult.contributions.model import Contribution
from consult.contributions.queries import Sort, find, one, sharing
from consult.contributions.rules import Status
from consult.ground.clock import paris_day
from consult.ground.refusals import Refused
from consult.proposals.queries import ProposalRef, choices
from consult.triage import actions
from consult.triage.contest_rules import may_answer_contest
from consult.triage.desk import Seen
from consult.triage.file_queries import contests_of, next_waiting, remarks_of, reports_of
from consult.triage.file_rules import may_hide, may_question, may_show_again
from consult.triage.model import Scheme
from consult.triage.presence import others_present
from consult.triage.queries import Destination, destinations
from consult.triage.rules import FROM, may_reopen, may_triage
from consult.triage.scheme_queries import labelled, offered, published
from consult.web.context import actor, received_at
from consult.web.contribution_filters import IN_ADDRESS, asked
from consult.web.files import readable_files
from consult.web.forms.desk import ContestAnswerForm, HideForm, QuestionForm, ReopenForm, ShowForm
from consult.web.forms.triage import GroupForm, IneligibleForm, ReorientForm, UngroupForm
from consult.web.paging import page_number
from consult.web.reasons import REFUSALS, wording
from consult.web.scheme_hints import hints, prefill
from consult.web.thread import thread_of

KEPT = (*IN_ADDRESS, "page")
"""What an address of the desk keeps of the queue."""


@dataclass(slots=True)
class Forms:
    """The forms of the acts, as typed when one of them came back."""

    group: GroupForm = field(default_factory=lambda: GroupForm(formdata=None))
    ungroup: UngroupForm = field(default_factory=lambda: UngroupForm(formdata=None))
    reorient: ReorientForm = field(default_factory=lambda: ReorientForm(formdata=None))
    ineligible: IneligibleForm = field(default_factory=lambda: IneligibleForm(formdata=None))
    reopen: ReopenForm = field(default_factory=lambda: ReopenForm(formdata=None))
    question: QuestionForm = field(default_factory=lambda: QuestionForm(formdata=None))
    hide: HideForm = field(default_factory=lambda: HideForm(formdata=None))
    show: ShowForm = field(default_factory=lambda: ShowForm(formdata=None))
    contest: ContestAnswerForm = field(default_factory=lambda: ContestAnswerForm(formdata=None))

    @property
    def every(self) -> Sequence[Any]:
        """Each of them."""
        return [getattr(self, one.name) for one in fields(self)]

    @property
    def wrong(self) -> Any:
        """The one to correct, which the title of the page announces."""
        return next((form for form in self.every if form.errors), None)

    def carry(self, revision: int) -> None:
        """Let each form say which revision of the file this page shows: what changes meanwhile is not overwritten."""
        for form in self.every:
            if "revision" in form:
                form.revision.data = revision


def desk(the_edition: Edition, n: int | None, forms: Forms, why_refused: str = "") -> str:
    """The queue on the left; on the right the file `n`, or the form that groups several."""
    wanted, kept = asked(the_edition.id, by_team=True), kept_filters()
    opened = one(the_edition.id, n) if n is not None else None
    file_ = _file(opened, the_edition) if opened else {}
    _offer_proposals(forms.group, the_edition, opened, file_.get("went", {}))
    today, schemes = paris_day(received_at()), published(the_edition.id)
    forms.reorient.offer(labelled(schemes, today))
    hinted = hints(opened, schemes, dict(wanted.form.theme.choices), today) if opened else []
    if opened:
        forms.carry(opened.revision)
        prefill(forms.reorient, hinted)
    return render_template(
        "moderation/contributions.html",
        asked=wanted,
        page=find(the_edition.id, replace(wanted.filters, sort=Sort.WAITING), page=page_number()),
        forms=forms,
        form=forms.wrong,
        why_refused=why_refused,
        opened=opened,
        verdicts=_verdicts(the_edition, opened, file_.get("remarks", ())),
        groupable=FROM[Verb.GROUP],
        hints=hinted,
        kept=kept,
        url_for_file=lambda number: url_for("moderation.file", e=the_edition.slug, n=number, **kept),
        url_for_page=lambda number: url_for("moderation.contributions", e=the_edition.slug, **(kept | {"page": number})),
        **file_,
    )


def _offer_proposals(
    form: GroupForm, the_edition: Edition, opened: Contribution | None, went: Mapping[int, Sequence[Destination]]
) -> None:
    """Those that do not answer the open file yet; first, those that answer what looks like it."""
    own: Sequence[Destination] = went.get(opened.id, ()) if opened else ()
    near = Counter(each.key for places in went.values() if places is not own for each in places if each.number)
    joined = {each.key for each in own}
    offered = [proposal for proposal in choices(the_edition.id) if proposal.id not in joined]
    form.offer(sorted(offered, key=lambda proposal: (-near[proposal.id], proposal.number)), near)


def kept_filters() -> dict[str, Any]:
    """The filters of the queue that the address carries."""
    return {name: request.args[name] for name in KEPT if request.args.get(name)}


def _file(opened: Contribution, the_edition: Edition) -> dict[str, Any]:
    """What a file holds. One that nothing has touched yet has neither remark nor contest."""
    alike = like(opened) if opened.hidden_at is None else LookAlikes()
    everywhere = destinations([opened.id, *(found.line.id for found in (*alike.answers, *alike.alike))])
    went, touched = everywhere.get(opened.id, []), opened.revision > 0
    at, calendar = received_at(), the_edition.calendar
    return {
        "destinations": went,
        "went": everywhere,
        "sharing": sharing(opened.id, None),
        "files": readable_files(opened),
        "thread": thread_of(opened, went),
        "remarks": remarks_of(opened.id) if touched else [],
        "contests": contests_of(opened.id) if touched else [],
        "reports": reports_of(opened.id),
        "look_alikes": alike,
        "others": others_present(actor(), opened.id, at=at),
        "may_uphold": may_answer_contest(
            actor(), status=opened.status, is_answered=False, upheld=True, calendar=calendar, at=at
        ),
    }


def _verdicts(the_edition: Edition, opened: Contribution | None, remarks: Sequence[Any]) -> dict[str, Any]:
    """What the calendar and the state allow, by verb: a courtesy, the acts ask again."""
    who = actor()
    now: dict[str, Any] = {"calendar": the_edition.calendar, "at": received_at()}
    status, hidden = (opened.status, opened.hidden_at is not None) if opened else (Status.PUBLISHED, False)
    waits = bool(remarks) and remarks[-1].is_question
    return {
        **{verb.value: may_triage(who, verb, status=status, **now) for verb in FROM},
        "reopen": may_reopen(who, status=status, **now),
        "question": may_question(who, status=status, waits=waits, **now),
        "hide": may_hide(who, is_hidden=hidden),
        "show": may_show_again(who, is_hidden=hidden),
    }


def offered_schemes(the_edition: Edition) -> Sequence[tuple[Scheme, str]]:
    """The schemes to choose from, each with where it stands today in Paris."""
    return offered(the_edition.id, paris_day(received_at()))


def refused(error: Refused, the_edition: Edition, n: int | None, forms: Forms) -> ResponseReturnValue:
    """The desk as it stands now, with what someone else did meanwhile, and what was typed."""
    page = desk(the_edition, n, forms, wording(error.reason, error.moment))
    response = make_response(page, REFUSALS[error.reason].status)
    response.headers["Cache-Control"] = "no-store"
    return response


def group_as_typed(
    the_edition: Edition, form: GroupForm, ids: Sequence[int], proposals: Sequence[ProposalRef], seen: Seen
) -> None:
    """Let the propositions that the form ticks, and the one that it writes, answer these contributions."""
    wanted = [proposal.id for proposal in proposals if proposal.number in form.proposals.data]
    if draft := form.draft(is_fictitious=the_edition.is_fictitious):
        actions.group_into_new(actor(), ids, draft, also=wanted, at=received_at(), seen=seen)
    else:
        actions.group(actor(), ids, wanted, at=received_at(), seen=seen)


def seen(contribution_id: int, form: Any) -> dict[int, int]:
    """Which revision of the file the form was drawn from; a request that does not say is judged on the state alone."""
    return {} if form.revision.data is None else {contribution_id: form.revision.data}


def done(the_edition: Edition, n: int | None, message: str, *, following: int | None = None) -> ResponseReturnValue:
    """Say what was done, then open the next file that waits, in the queue as it was filtered; or the queue.

    `following`: the one that waits after `n` in the whole queue, when it was read with it.
    """
    flash(message, "success")
    kept = kept_filters()
    after = _next(the_edition, n, kept, following) if n is not None else None
    if after is None:
        return redirect(url_for("moderation.contributions", e=the_edition.slug, **kept), 303)
    return redirect(url_for("moderation.file", e=the_edition.slug, n=after, **kept), 303)


def _next(the_edition: Edition, n: int, kept: dict[str, Any], following: int | None) -> int | None:
    if not kept:
        return following or next_waiting(the_edition.id, n)
    filters = asked(the_edition.id, by_team=True).filters
    if filters.status not in (None, Status.PUBLISHED):
        return None
    waiting = find(the_edition.id, replace(filters, status=Status.PUBLISHED, sort=Sort.OLDEST), size=50).items
    numbers = [line.number for line in waiting if line.number != n]
    return next((number for number in numbers if number > n), next(iter(numbers), None))


def stay(the_edition: Edition, n: int, message: str) -> ResponseReturnValue:
    """Say what was done, on the same file."""
    flash(message, "success")
    return redirect(url_for("moderation.file", e=the_edition.slug, n=n, **kept_filters()), 303)
