"""The committee's desk as a page: the queue, the sheet with its forms, and what each reader may see of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

from flask import render_template

from consult.calendar.model import Edition
from consult.calendar.queries import themes
from consult.calendar.rules import Stage
from consult.ground.actor import Role
from consult.ground.clock import paris_day
from consult.ground.refusals import Refused, Verdict
from consult.proposals.model import Proposal
from consult.proposals.queries import contributions_of
from consult.selection import desk
from consult.selection.desk import KeptOut, Prepared
from consult.selection.rules import (
    Reader,
    departures,
    may_correct_decision,
    may_decide,
    may_estimate,
    may_give_opinion,
    may_lift_recusal,
    may_proclaim,
    may_recuse,
    unexplained,
)
from consult.voting.queries import ballot_rules
from consult.voting.results import results
from consult.voting.rules import Ranked, may_see_tallies
from consult.voting.supporters import breakdown
from consult.web.context import actor, received_at
from consult.web.forms.committee import CostForm, DecisionForm, OpinionForm
from consult.web.reasons import REFUSALS, wording


class Selection:
    """Where the selection of an edition stands, as whoever asks may read it. What they may not read is not in it."""

    def __init__(self, edition: Edition) -> None:
        self.edition, self.at, self.actor = edition, received_at(), actor()
        self.reader: Reader = desk.reader_of(self.actor, edition.id)
        self.every: Sequence[Prepared] = desk.deliberation(edition.id)
        self.lines, self.progress = desk.seen_by(self.reader, self.every)

    @cached_property
    def ranking(self) -> Sequence[Ranked]:
        """Empty while the tallies are secret."""
        shown = may_see_tallies(ballot_rules(self.edition), self.at)
        return results(self.edition, at=self.at).ranking if shown else []

    @cached_property
    def places(self) -> dict[int, Ranked]:
        """The ranking, by proposition."""
        return {line.tally.proposal_id: line for line in self.ranking}

    @cached_property
    def departing(self) -> dict[int, tuple[int, ...]]:
        """The decisions that depart from the ranking, among those that the reader reads."""
        return departures(self.ranking, {line.proposal_id: line.outcome for line in self.lines if line.outcome})

    @cached_property
    def to_explain(self) -> Sequence[int]:
        """Those that do not say why yet; for who reads them all."""
        if not self.reader.reads_all:
            return []
        return unexplained(self.departing, {line.proposal_id: line.explanation for line in self.lines})

    @cached_property
    def recusals(self) -> Sequence[KeptOut]:
        """Who keeps out of what, as far as the reader may know."""
        is_administrator = self.actor.has_role(Role.ADMINISTRATOR)
        if not (is_administrator or self.actor.has_role(Role.COMMITTEE)):
            return []
        return desk.recusals_seen_by(self.reader, self.actor, is_administrator, desk.recusals(self.edition.id))

    def may_proclaim(self) -> Verdict:
        """Whether the reader may proclaim now; judged on every decision, those they do not read included."""
        outcomes = {line.proposal_id: line.outcome for line in self.every if line.outcome}
        departing = departures(self.ranking, outcomes)
        return may_proclaim(
            self.actor,
            calendar=self.edition.calendar,
            proposals=len(self.every),
            decided=sum(line.stands for line in self.every),
            proclaimed=self.edition.proclaimed_at is not None,
            is_recused=bool(self.reader.recused),
            unexplained=len(unexplained(departing, {line.proposal_id: line.explanation for line in self.every})),
            at=self.at,
        )

    def queue(self) -> dict[str, Any]:
        """What the left side of every page of the desk shows."""
        order = self.places
        return {
            "queue": sorted(self.lines, key=lambda line: order[line.proposal_id].rank if order else line.number),
            "ranking": order,
            "prepared": {line.proposal_id: line for line in self.lines if line.outcome},
            "departures": self.departing,
            "to_explain": self.to_explain,
            "progress": self.progress,
            "reader": self.reader,
            "recusals": self.recusals,
            "window": self.edition.calendar.window(Stage.VOTING),
            "is_over": self.edition.calendar.has_closed(Stage.VOTING, self.at),
        }


@dataclass(slots=True)
class Forms:
    """The forms of a sheet, as typed when one of them came back."""

    decision: DecisionForm | None = None
    opinion: OpinionForm = field(default_factory=lambda: OpinionForm(formdata=None))
    cost: CostForm = field(default_factory=lambda: CostForm(formdata=None))

    @property
    def wrong(self) -> Any:
        """The one to correct, which the title of the page announces."""
        every = [getattr(self, one.name) for one in fields(self)]
        return next((form for form in every if form is not None and form.errors), None)


def sheet(edition: Edition, proposal: Proposal, forms: Forms | None = None, why_refused: str = "") -> str:
    """All that helps to decide of one proposition; its deliberation only for those who read it."""
    selection, forms = Selection(edition), forms or Forms()
    reads = selection.reader.reads(proposal.id)
    line = next(line for line in selection.lines if line.proposal_id == proposal.id)
    said = desk.opinions(proposal.id) if reads else []
    mine = next((one for one in said if one.person_id == selection.actor.person_id), None)
    kept_out = [one for one in selection.recusals if one.proposal_id == proposal.id]
    if mine and not forms.opinion.is_submitted():
        forms.opinion.stance.data, forms.opinion.notes.data = mine.stance, mine.notes
    if not forms.cost.is_submitted():
        forms.cost.cost.data = proposal.cost
    forms.decision = _decision_form(selection, line, forms.decision)
    contributions = contributions_of(proposal.id)
    slugs = {theme.id: theme.slug for theme in themes(edition.id)}
    return render_template(
        "committee/sheet.html",
        proposal=proposal,
        line=line,
        reads=reads,
        opinions=said,
        mine=mine,
        kept_out=kept_out,
        own_recusal=next((one for one in kept_out if one.person_id == selection.actor.person_id), None),
        forms=forms,
        form=forms.wrong,
        why_refused=why_refused,
        contributions=contributions,
        schemes=desk.comparable_schemes(edition, contributions, slugs),
        today=paris_day(selection.at),
        breakdown=breakdown(edition, proposal.id, at=selection.at) if selection.ranking else None,
        verdicts=verdicts(selection, proposal),
        **selection.queue(),
    )


def _decision_form(selection: Selection, line: Prepared, typed: DecisionForm | None) -> DecisionForm:
    """The form of the decision as typed, or as the decision stands: the page then shows its present version."""
    form = typed or DecisionForm(formdata=None, outcome=line.outcome, reason=line.reason, explanation=line.explanation)
    form.seen.data = line.version
    if not selection.reader.reads_all:
        del form.explanation
    return form


def others_kept_out(selection: Selection, proposal: Proposal) -> Sequence[KeptOut]:
    """The other members who keep out of a proposition, as far as the reader may know."""
    mine = selection.actor.person_id
    return [one for one in selection.recusals if one.proposal_id == proposal.id and one.person_id != mine]


def verdicts(selection: Selection, proposal: Proposal) -> Mapping[str, Verdict]:
    """What the calendar, the roles and the recusals allow, by act: a courtesy, the acts ask again."""
    who, edition = selection.actor, selection.edition
    recused = proposal.id in selection.reader.recused
    now: dict[str, Any] = {
        "calendar": edition.calendar,
        "proclaimed": edition.proclaimed_at is not None,
        "at": selection.at,
    }
    return {
        "decide": may_decide(who, reason="…", is_recused=recused, **now),
        "opine": may_give_opinion(who, is_recused=recused, **now),
        "estimate": may_estimate(who, is_recused=recused, **now),
        "recuse": may_recuse(who, is_recused=recused, **now),
        "lift": may_lift_recusal(who, is_own=False, is_recused=bool(others_kept_out(selection, proposal)), **now),
        "correct": may_correct_decision(who, is_recused=recused, **now),
    }


def refused(error: Refused, edition: Edition, proposal: Proposal, forms: Forms) -> tuple[str, int]:
    """The sheet as it stands now, with what was typed and why it is not kept. Who may not act at all has a page of its own."""
    status = REFUSALS[error.reason].status
    if status in (401, 403):
        raise error
    return sheet(edition, proposal, forms, wording(error.reason, error.moment)), status
