"""Grouping, undoing it, reorienting, declaring ineligible: nothing is lost, everything is told, on both engines."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from consult.accounts.model import Person
from consult.calendar.rules import Stage
from consult.contributions import actions as contributions
from consult.contributions import queries as contribution_queries
from consult.contributions.model import Contribution, ContributionType, Status
from consult.contributions.rules import RECEIVED
from consult.ground.actor import OPERATOR, Actor, Role
from consult.ground.database import reading
from consult.ground.refusals import NotFound, Reason, Refused
from consult.journal.model import Event, EventKind
from consult.outbox.model import Message, Notice
from consult.proposals.actions import ProposalDraft
from consult.proposals.model import Proposal
from consult.proposals.queries import answering
from consult.triage import actions, queries
from tests.support.stage_one import DURING_NEEDS, need, proposal, scheme, service
from tests.support.statements import count_statements
from tests.support.world import GRAMAT, LOT, ROCAMADOUR, World, during, opening_of

AT = DURING_NEEDS + timedelta(hours=1)


def refusal(act: Callable[..., object], *args: object, **kwargs: object) -> Reason:
    with pytest.raises(Refused) as refused:
        act(*args, **kwargs)
    return refused.value.reason


def again(contribution: Contribution) -> Contribution:
    reading().expire_all()
    return contribution_queries.one(contribution.edition_id, contribution.number)


def told(contribution: Contribution) -> list[str]:
    """The outcomes that the author of a contribution has been told, in order."""
    rows = reading().scalars(
        select(Message).where(Message.notice == Notice.CONTRIBUTION_TRIAGED).order_by(Message.created_at, Message.id)
    )
    return [row.data["outcome"] for row in rows if row.data["number"] == contribution.number]


@pytest.fixture
def moderator(world: World) -> Actor:
    return world.person(None, Role.MODERATOR)


class TestGrouping:
    def test_it_is_many_to_many(self, world: World, moderator: Actor) -> None:
        edition = world.edition()
        one, two = need(world.person(ROCAMADOUR), edition), service(world.person(LOT), edition)
        first, second = proposal(edition, "Première"), proposal(edition, "Seconde")
        actions.group(moderator, [one.id, two.id], [first.id, second.id], at=AT)
        found = answering([one.id, two.id])
        assert [ref.number for ref in found[one.id]] == [ref.number for ref in found[two.id]] == [1, 2]
        assert again(one).status is again(two).status is Status.GROUPED
        assert again(one).status_at == AT

    def test_a_grouped_one_joins_a_further_proposition(self, world: World, moderator: Actor) -> None:
        edition = world.edition()
        one, first, second = need(world.person(ROCAMADOUR), edition), proposal(edition), proposal(edition, "Seconde")
        actions.group(moderator, [one.id], [first.id], at=AT)
        actions.group(moderator, [one.id], [first.id, second.id], at=AT + timedelta(minutes=1))
        assert [ref.number for ref in answering([one.id])[one.id]] == [1, 2]
        assert refusal(actions.group, moderator, [one.id], [second.id], at=AT) is Reason.ALREADY_GROUPED

    def test_one_mail_an_author_and_act_and_one_event(self, world: World, moderator: Actor) -> None:
        edition, author = world.edition(), world.person(ROCAMADOUR)
        one, first, second = need(author, edition), proposal(edition), proposal(edition, "Seconde")
        actions.group(moderator, [one.id], [first.id, second.id], at=AT)
        message = reading().scalars(select(Message).where(Message.notice == Notice.CONTRIBUTION_TRIAGED)).one()
        assert [found["number"] for found in message.data["proposals"]] == [1, 2]
        assert message.recipient == reading().scalar(select(Person.email).where(Person.id == author.person_id))
        event = reading().scalars(select(Event).where(Event.kind == EventKind.CONTRIBUTION_GROUPED)).one()
        assert (event.subject, event.siren, event.data["proposals"]) == ("contribution:1", ROCAMADOUR, [1, 2])
        assert event.person_id == moderator.person_id

    def test_a_new_proposition_and_its_contributions_are_one_act(self, world: World, moderator: Actor) -> None:
        edition = world.edition()
        one, two = need(world.person(ROCAMADOUR), edition), need(world.person(GRAMAT), edition)
        also = proposal(edition, "Déjà là")
        found = actions.group_into_new(moderator, [one.id, two.id], ProposalDraft("Nouvelle", "Résumé."), also=[also.id], at=AT)
        assert found.number == 2
        assert [ref.title for ref in answering([two.id])[two.id]] == ["Déjà là", "Nouvelle"]
        actions.declare_ineligible(moderator, need(world.person(GRAMAT), edition).id, reason="hors sujet", at=AT)
        refused = refusal(actions.group_into_new, moderator, [one.id, 3], ProposalDraft("Encore", "Résumé."), at=AT)
        assert refused is Reason.ALREADY_TRIAGED
        assert reading().scalars(select(Proposal.title).order_by(Proposal.number)).all() == ["Déjà là", "Nouvelle"]

    def test_all_or_none(self, world: World, moderator: Actor) -> None:
        edition = world.edition()
        one, two = need(world.person(ROCAMADOUR), edition), need(world.person(GRAMAT), edition)
        found = proposal(edition)
        contributions.withdraw(world.person(GRAMAT), two.id, reason="doublon", at=DURING_NEEDS)
        assert refusal(actions.group, moderator, [one.id, two.id], [found.id], at=AT) is Reason.NOT_AWAITING_TRIAGE
        assert again(one).status is Status.PUBLISHED

    def test_it_needs_a_proposition(self, world: World, moderator: Actor) -> None:
        one = need(world.person(ROCAMADOUR), world.edition())
        assert refusal(actions.group, moderator, [one.id], [], at=AT) is Reason.NO_PROPOSAL

    def test_editions_do_not_mix(self, world: World, moderator: Actor) -> None:
        edition, other = world.edition(), world.edition("2022")
        author = world.person(ROCAMADOUR)
        one, elsewhere = need(author, edition), need(author, other)
        with pytest.raises(NotFound):
            actions.group(moderator, [one.id, elsewhere.id], [proposal(edition).id], at=AT)
        with pytest.raises(NotFound):
            actions.group(moderator, [one.id], [proposal(other).id], at=AT)
        with pytest.raises(NotFound):
            actions.group(moderator, [999], [proposal(edition).id], at=AT)
        with pytest.raises(NotFound):
            actions.reorient(moderator, one.id, scheme(other).id, reason="ailleurs", at=AT)
        assert again(one).status is Status.PUBLISHED

    def test_undone_it_waits_again_and_the_author_knows(self, world: World, moderator: Actor) -> None:
        edition = world.edition()
        one, first, second = need(world.person(ROCAMADOUR), edition), proposal(edition), proposal(edition, "Seconde")
        actions.group(moderator, [one.id], [first.id, second.id], at=AT)
        actions.ungroup(moderator, one.id, first.id, at=AT + timedelta(minutes=1))
        assert again(one).status is Status.GROUPED
        actions.ungroup(moderator, one.id, second.id, at=AT + timedelta(minutes=2))
        assert again(one).status is Status.PUBLISHED
        assert refusal(actions.ungroup, moderator, one.id, second.id, at=AT) is Reason.NOT_GROUPED
        actions.group(moderator, [one.id], [second.id], at=AT + timedelta(minutes=3))
        assert told(one) == ["grouped", "grouped", "published", "grouped"]

    def test_what_is_voted_on_no_longer_moves(self, world: World, moderator: Actor) -> None:
        edition = world.edition()
        one, first = need(world.person(ROCAMADOUR), edition), proposal(edition)
        actions.group(moderator, [one.id], [first.id], at=AT)
        opens = opening_of(Stage.VOTING)
        assert refusal(actions.ungroup, moderator, one.id, first.id, at=opens) is Reason.STAGE_CLOSED
        assert refusal(actions.group, moderator, [one.id], [first.id], at=opens) is Reason.STAGE_CLOSED
        assert refusal(actions.group_into_new, OPERATOR, [one.id], ProposalDraft("N", "R"), at=opens) is Reason.STAGE_CLOSED


class TestSettling:
    def test_reoriented_with_its_scheme_and_its_reason(self, world: World, moderator: Actor) -> None:
        edition = world.edition()
        one, to = need(world.person(ROCAMADOUR), edition), scheme(edition)
        actions.reorient(moderator, one.id, to.id, reason=" Ce guichet convient mieux. ", at=AT)
        found = again(one)
        assert (found.status, found.scheme_id, found.status_reason) == (
            Status.REORIENTED,
            to.id,
            "Ce guichet convient mieux.",
        )
        message = reading().scalars(select(Message).where(Message.notice == Notice.CONTRIBUTION_TRIAGED)).one()
        assert (message.data["scheme"], message.data["reason"]) == (to.name, "Ce guichet convient mieux.")

    def test_ineligible_with_its_reason_long_after_the_vote(self, world: World, moderator: Actor) -> None:
        one = need(world.person(ROCAMADOUR), world.edition())
        actions.declare_ineligible(moderator, one.id, reason="Hors du champ.", at=during(Stage.TRACKING))
        assert (again(one).status, told(one)) == (Status.INELIGIBLE, ["ineligible"])

    def test_a_blank_reason_is_refused(self, world: World, moderator: Actor) -> None:
        edition = world.edition()
        one = need(world.person(ROCAMADOUR), edition)
        assert refusal(actions.reorient, moderator, one.id, scheme(edition).id, reason=" ", at=AT) is Reason.REASON_MISSING
        assert refusal(actions.declare_ineligible, moderator, one.id, reason="", at=AT) is Reason.REASON_MISSING

    def test_those_who_may_not(self, world: World) -> None:
        edition, author = world.edition(), world.person(ROCAMADOUR)
        one = need(author, edition)
        assert refusal(actions.declare_ineligible, author, one.id, reason="non", at=AT) is Reason.NOT_YOUR_ROLE
        assert refusal(actions.group, author, [one.id], [proposal(edition).id], at=AT) is Reason.NOT_YOUR_ROLE

    @pytest.mark.parametrize("rounds", range(3))
    def test_of_two_moderators_at_once_the_second_is_told(self, app: Flask, world: World, rounds: int) -> None:
        edition = world.edition()
        one, to, found = need(world.person(ROCAMADOUR), edition), scheme(edition), proposal(edition)
        acts: list[Callable[[Actor], object]] = [
            lambda who: actions.reorient(who, one.id, to.id, reason="guichet", at=AT),
            lambda who: actions.declare_ineligible(who, one.id, reason="hors champ", at=AT),
            lambda who: actions.group(who, [one.id], [found.id], at=AT),
        ]
        moderators = [world.person(None, Role.MODERATOR) for _ in acts]

        def act(rank: int) -> Reason | None:
            with app.app_context():
                try:
                    acts[rank](moderators[rank])
                except Refused as refused:
                    return refused.reason
                return None

        with ThreadPoolExecutor(3) as pool:
            answers = list(pool.map(act, (0, 1, 2)))
        assert sorted(answers, key=str) == [None, Reason.ALREADY_TRIAGED, Reason.ALREADY_TRIAGED]
        assert len(told(one)) == 1


class TestOutcomes:
    def test_the_figures_add_up_after_a_long_random_series_of_acts(self, world: World, moderator: Actor) -> None:
        chance = random.Random(2021)
        edition, author, other = world.edition(), world.person(ROCAMADOUR), world.edition("2022")
        need(author, other)
        written = [chance.choice((need, service))(author, edition) for _ in range(12)]
        propositions = [proposal(edition, f"Proposition {rank}") for rank in range(3)]
        to = scheme(edition)
        acts: list[Callable[[Contribution], object]] = [
            lambda one: actions.group(moderator, [one.id], [chance.choice(propositions).id], at=AT),
            lambda one: actions.ungroup(moderator, one.id, chance.choice(propositions).id, at=AT),
            lambda one: actions.reorient(moderator, one.id, to.id, reason="guichet", at=AT),
            lambda one: actions.declare_ineligible(moderator, one.id, reason="hors champ", at=AT),
            lambda one: contributions.withdraw(author, one.id, reason="doublon", at=AT),
            lambda one: written.append(need(author, edition)),
        ]
        for _ in range(60):
            act = chance.choices(acts, (8, 8, 1, 1, 1, 2))[0]
            try:
                act(chance.choice(written))
            except Refused:
                continue
            found = queries.outcomes(edition.id)
            assert found.received == len(written) == sum(found.by_status.values())
            assert set(found.by_status) == set(RECEIVED)
        rows = (
            reading().execute(select(Contribution.type, Contribution.status).where(Contribution.edition_id == edition.id)).all()
        )
        for type_ in ContributionType:
            for status in RECEIVED:
                assert found.of(type_, status) == sum(row == (type_, status) for row in rows)
        assert sum(found.by_scheme.values()) == found.by_status[Status.REORIENTED]

    def test_it_is_one_statement(self, world: World) -> None:
        edition = world.edition()
        service(world.person(ROCAMADOUR), edition)
        with count_statements() as sent:
            found = queries.outcomes(edition.id)
        assert len(sent) == 1
        assert sum(found.by_theme.values()) == 2, "a contribution with two themes is in two rows"

    def test_what_waits_is_counted_by_edition(self, world: World, moderator: Actor) -> None:
        edition, other = world.edition(), world.edition("2022")
        author = world.person(ROCAMADOUR)
        one = need(author, edition)
        need(author, edition)
        need(author, other)
        actions.declare_ineligible(moderator, one.id, reason="hors champ", at=AT)
        assert queries.awaiting() == {edition.id: 1, other.id: 1}
