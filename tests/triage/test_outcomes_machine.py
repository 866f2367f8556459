"""« Que sont devenues les contributions ? » adds up after any series of acts and of their undoing."""

from contextlib import suppress
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import delete

from consult.calendar.queries import themes
from consult.contributions import actions as contributions
from consult.contributions.rules import RECEIVED, ContributionType, Status
from consult.ground.actor import Role
from consult.ground.database import transaction
from consult.ground.refusals import Refused
from consult.proposals.model import ProposalContribution
from consult.proposals.queries import answering
from consult.triage import actions, contests, hiding, queries
from tests.support.stage_one import DURING_NEEDS, need, proposal, scheme, service
from tests.support.world import ROCAMADOUR, World

AT = DURING_NEEDS
ACTS = (
    "group",
    "group",
    "ungroup",
    "ungroup",
    "reorient",
    "ineligible",
    "reopen",
    "withdraw",
    "contest",
    "uphold",
    "hide",
    "new",
)
STEPS = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 5), st.integers(0, 1)), min_size=15, max_size=25)


class Model:
    """What each contribution should have become, kept beside the base and told the same acts."""

    def __init__(self, world: World, slug: str) -> None:
        self.edition = world.edition(slug)
        self.author, self.team = world.person(ROCAMADOUR), world.person(None, Role.MODERATOR)
        self.proposals = [proposal(self.edition, f"Proposition {rank}") for rank in range(2)]
        self.scheme = scheme(self.edition)
        self.written: list[Any] = []
        self.status: dict[int, Status] = {}
        self.joined: dict[int, set[int]] = {}
        self.contested: dict[int, Any] = {}
        self.write(0)
        self.write(1)

    def write(self, kind: int) -> None:
        one = (need, service)[kind](self.author, self.edition)
        self.written.append(one)
        self.status[one.id], self.joined[one.id] = Status.PUBLISHED, set()

    def act(self, name: str, one: Any, rank: int) -> None:
        """The same act on both sides; what the base refuses, the model does not do."""
        if name == "new":
            self.write(rank)
            return
        with suppress(Refused):
            getattr(self, name)(one.id, self.proposals[rank].id)

    def group(self, one: int, into: int) -> None:
        actions.group(self.team, [one], [into], at=AT)
        self.status[one] = Status.GROUPED
        self.joined[one].add(into)

    def ungroup(self, one: int, out_of: int) -> None:
        actions.ungroup(self.team, one, out_of, at=AT)
        self.joined[one].remove(out_of)
        self.status[one] = Status.GROUPED if self.joined[one] else Status.PUBLISHED

    def reorient(self, one: int, _: int) -> None:
        actions.reorient(self.team, one, self.scheme.id, reason="Guichet.", at=AT)
        self.status[one] = Status.REORIENTED

    def ineligible(self, one: int, _: int) -> None:
        actions.declare_ineligible(self.team, one, reason="Hors champ.", at=AT)
        self.status[one] = Status.INELIGIBLE

    def reopen(self, one: int, _: int) -> None:
        actions.reopen(self.team, one, reason="Une erreur.", at=AT)
        self.status[one] = Status.PUBLISHED

    def withdraw(self, one: int, _: int) -> None:
        contributions.withdraw(self.author, one, reason="Doublon.", at=AT)
        self.status[one] = Status.WITHDRAWN

    def contest(self, one: int, _: int) -> None:
        self.contested[one] = contests.contest(self.author, one, text="Non.", at=AT)

    def uphold(self, one: int, _: int) -> None:
        if one not in self.contested:
            return
        contests.answer_contest(self.team, self.contested[one].id, upheld=True, answer="Oui.", at=AT)
        if self.status[one] is not Status.WITHDRAWN:
            self.status[one], self.joined[one] = Status.PUBLISHED, set()

    def hide(self, one: int, _: int) -> None:
        hiding.hide(self.team, one, reason="Une injure.", at=AT)

    def check(self) -> None:
        """Every figure of the page is that of the model, and they add up by type, theme and scheme."""
        found, ids = queries.outcomes(self.edition.id), [one.id for one in self.written]
        assert found.received == len(self.written) == sum(found.by_status.values())
        for type_ in ContributionType:
            for status in RECEIVED:
                expected = sum(one.type is type_ and self.status[one.id] is status for one in self.written)
                assert found.of(type_, status) == expected
        for theme in themes(self.edition.id):
            in_theme = [one for one in self.written if theme.slug == "mobilite-transports" or _is_service(one)]
            assert sum(found.of_theme(theme.id, status) for status in RECEIVED) == len(in_theme)
            for status in RECEIVED:
                assert found.of_theme(theme.id, status) == sum(self.status[one.id] is status for one in in_theme)
        assert sum(found.by_scheme.values()) == found.by_status[Status.REORIENTED]
        links = answering(ids)
        assert {id_: {ref.id for ref in refs} for id_, refs in links.items()} == {k: v for k, v in self.joined.items() if v}


def _is_service(one: Any) -> bool:
    return one.type is ContributionType.EXISTING_SERVICE


def test_the_figures_are_those_of_a_model_after_every_act(world: World) -> None:
    slugs = iter(range(2101, 2999))

    @settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow])
    @given(STEPS)
    def run(steps: list[tuple[str, int, int]]) -> None:
        model = Model(world, str(next(slugs)))
        for name, which, rank in steps:
            model.act(name, model.written[which % len(model.written)], rank)
            model.check()

    run()


def test_a_figure_that_lies_is_seen(world: World) -> None:
    """So that the test above is not one that cannot fail."""
    model = Model(world, "2101")
    model.act("group", model.written[0], 0)
    model.check()
    with transaction() as session:
        session.execute(delete(ProposalContribution))
    with pytest.raises(AssertionError):
        model.check()
