"""Giving and withdrawing a support, the box that says whether one can, and the ballot of a collectivité."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from consult.calendar.model import Edition
from consult.calendar.rules import Stage, Window
from consult.ground.actor import Actor
from consult.ground.refusals import Refused
from consult.voting.actions import give_support, withdraw_support
from consult.voting.asked import Address
from consult.voting.brought_together import merged_into
from consult.voting.queries import BallotLine, ballot, ballot_rules
from consult.voting.rules import BallotRules, may_give_support, may_withdraw_support
from consult.web import doors, words
from consult.web.context import actor, edition, received_at
from consult.web.sign_in import local_path

pages = Blueprint("ballots", __name__)


@pages.post("/<edition:e>/propositions/<int:n>/soutien")
@doors.signed_in
def give(e: str, n: int) -> ResponseReturnValue:
    """Support a proposition in the name of one's collectivité."""
    who = actor()
    with _drawn_inside(e):
        support = give_support(who, Address(e, n), at=received_at())
    kept = "est gardé, à vérifier" if who.is_pending else "est enregistré"
    flash(
        f"Le soutien de {who.collectivite_name} à la proposition n°{words.NBSP}{n} {kept}. "
        f"Référence{words.NBSP}: {support.receipt}.{_until(support.closes_at)}",
        "success",
    )
    return redirect(_back(e, n), 303)


@pages.post("/<edition:e>/propositions/<int:n>/soutien/retrait")
@doors.signed_in
def withdraw(e: str, n: int) -> ResponseReturnValue:
    """Withdraw the support of one's collectivité."""
    who = actor()
    with _drawn_inside(e):
        withdraw_support(who, Address(e, n), at=received_at())
    flash(f"Le soutien de {who.collectivite_name} à la proposition n°{words.NBSP}{n} est retiré.", "success")
    return redirect(_back(e, n), 303)


@contextmanager
def _drawn_inside(e: str) -> Iterator[None]:
    """The page of a refusal speaks of its edition; a support that is given sends elsewhere, and does not read it."""
    try:
        yield
    except Refused:
        edition(e)
        raise


def _until(closes_at: datetime | None) -> str:
    return f" Vous pouvez le retirer jusqu’au {words.closing(closes_at)} (heure de{words.NBSP}Paris)." if closes_at else ""


def _back(e: str, n: int) -> str:
    """Where the button was: the page says so when it is not that of the proposition."""
    return local_path(request.form.get("suite")) or url_for("proposals.show", e=e, n=n)


@pages.get("/<edition:e>/mon-bulletin")
@doors.signed_in
def show(e: str) -> str:
    """What my collectivité supports, by whom, with the receipts."""
    the_edition, at, who = edition(e), received_at(), actor()
    rules, lines = ballot_rules(the_edition), ballot(the_edition.id, who)
    return render_template(
        "ballots/show.html",
        lines=lines,
        window=rules.calendar.window(Stage.VOTING),
        merged=merged_into(the_edition.id, who),
        can_withdraw={line.number for line in lines if may_withdraw_support(who, rules=rules, given=line.given, at=at)},
        **_left(rules, lines, who),
    )


# ── the box on the page of a proposition, the button in their list ───────────────────────


class _Proposal(Protocol):
    """A proposition, whether a row or the line of a list."""

    @property
    def id(self) -> int: ...

    @property
    def number(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Ballot:
    """What a proposition's box says to whoever reads it (`templates/ballots/_support_box.html`)."""

    number: int
    state: str
    """`early`, `closed`, `open` (one can support it), `supported`, or the reason why one cannot."""
    window: Window
    line: BallotLine | None
    """The support already given, if the reader may know of it."""
    can_withdraw: bool
    is_secret: bool
    maximum: int | None
    left: int | None
    """How many more supports the collectivité can give; None without a maximum."""


def ballot_of(the_edition: Edition, proposal: _Proposal, who: Actor, at: datetime) -> Ballot:
    """The box of one proposition. One statement for someone who has a collectivité, none otherwise."""
    return ballots_of(the_edition, [proposal], who, at)[proposal.id]


def ballots_of(the_edition: Edition, proposals: Iterable[_Proposal], who: Actor, at: datetime) -> dict[int, Ballot]:
    """The boxes of many propositions, by id. One statement for someone who has a collectivité, none otherwise."""
    rules = ballot_rules(the_edition)
    lines = ballot(the_edition.id, who) if rules.calendar.has_opened(Stage.VOTING, at) else []
    return {proposal.id: _box(rules, proposal, lines, who, at) for proposal in proposals}


def _box(rules: BallotRules, proposal: _Proposal, lines: Sequence[BallotLine], who: Actor, at: datetime) -> Ballot:
    line = next((line for line in lines if line.given.proposal_id == proposal.id), None)
    given = line.given if line else None
    may_give = may_give_support(who, rules=rules, proposal_id=proposal.id, ballot=[line.given for line in lines], at=at)
    if not rules.calendar.has_opened(Stage.VOTING, at):
        state = "early"
    elif rules.calendar.has_closed(Stage.VOTING, at):
        state = "closed"
    elif who.is_signed_in and not who.is_complete:
        state = "profile_incomplete"
    else:
        state = "open" if may_give.reason is None else "supported" if line else may_give.reason.value
    return Ballot(
        number=proposal.number,
        state=state,
        window=rules.calendar.window(Stage.VOTING),
        line=line,
        can_withdraw=bool(may_withdraw_support(who, rules=rules, given=given, at=at)),
        is_secret=rules.tallies_hidden,
        **_left(rules, lines, who),
    )


def _left(rules: BallotRules, lines: Sequence[BallotLine], who: Actor) -> dict[str, int | None]:
    if rules.max_supports is None:
        return {"maximum": None, "left": None}
    spent = sum(not line.given.yields_to(who) for line in lines)
    return {"maximum": rules.max_supports, "left": max(0, rules.max_supports - spent)}
