"""« Que sont devenues les contributions ? » adds up after any series of acts and of their undoing."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import delete, func, select, update

from consult.calendar.queries import themes
from consult.contributions import actions as contributions
from consult.contributions.imports import ImportOptions, import_contributions
from consult.contributions.model import Contribution, MeToo
from consult.contributions.queries import one as numbered
from consult.contributions.rules import RECEIVED, ContributionType, Status
from consult.ground.actor import OPERATOR, Role
from consult.ground.database import reading, transaction
from consult.ground.refusals import Refused
from consult.journal.model import Event
from consult.proposals.actions import ProposalDraft
from consult.proposals.model import ProposalContribution
from consult.proposals.queries import answering
from consult.register.actions import succeed
from consult.register.model import Collectivite, Succession
from consult.triage import actions, contests, hiding, queries, remarks, reports
from consult.voting.merges import AFTER_LOADING
from tests.support.stage_one import DURING_NEEDS, NEED, SERVICE, need, proposal, scheme, service
from tests.support.world import GRAMAT, ROCAMADOUR, World

AT = DURING_NEEDS
DRAFTS = {ContributionType.NEED: NEED, ContributionType.EXISTING_SERVICE: SERVICE}
THEMES = (("mobilite-transports",), ("mobilite-transports", "inclusion-numerique"))
COLUMNS = "number,type,title,situation,themes,collectivite_siren"
ON_ONE = (
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
    "dismiss",
)
ON_SEVERAL = ("group_all", "group_new", "reorient_all", "ineligible_all")
BESIDE = ("hide", "show", "question", "answer", "report", "share", "unshare", "edit")
AROUND = ("new", "bring", "merge")
STEPS = st.lists(
    st.tuples(st.sampled_from(ON_ONE + ON_SEVERAL + BESIDE + AROUND), st.integers(0, 5), st.integers(0, 1)),
    min_size=20,
    max_size=40,
)


class Model:
    """What each contribution should have become, kept beside the base and told the same acts."""

    def __init__(self, world: World, slug: str) -> None:
        self.edition = world.edition(slug)
        self.author, self.team = world.person(ROCAMADOUR), world.person(None, Role.MODERATOR)
        self.sharer = world.person(GRAMAT)
        self.proposals = [proposal(self.edition, f"Proposition {rank}").id for rank in range(2)]
        self.schemes = [scheme(self.edition, f"guichet-{rank}").id for rank in range(2)]
        self.type: dict[int, ContributionType] = {}
        self.status: dict[int, Status] = {}
        self.themes: dict[int, tuple[str, ...]] = {}
        self.joined: dict[int, set[int]] = {}
        self.sent: dict[int, int] = {}
        self.contested: dict[int, int] = {}
        self.shared: set[int] = set()
        self.merged = False
        self.new(0)
        self.new(1)

    @property
    def written(self) -> list[int]:
        return list(self.status)

    def wrote(self, one: Contribution, slugs: tuple[str, ...]) -> None:
        self.type[one.id], self.status[one.id] = one.type, Status.PUBLISHED
        self.themes[one.id], self.joined[one.id] = slugs, set()

    def act(self, name: str, which: int, rank: int) -> None:
        """The same act on both sides; what the base refuses, the model does not do."""
        with suppress(Refused):
            if name in AROUND:
                getattr(self, name)(rank)
                return
            written = self.written
            several = [written[which % len(written)], written[(which + 1) % len(written)]]
            getattr(self, name)(several if name in ON_SEVERAL else several[0], rank)

    # ── what is received ─────────────────────────────────────────────────────────────────────────────────────────────────

    def new(self, rank: int) -> None:
        self.wrote((need, service)[rank](self.author, self.edition), (NEED, SERVICE)[rank].themes)

    def bring(self, rank: int) -> None:
        """Two that were gathered elsewhere; one of them was perhaps brought in already: it comes once."""
        rows = [f"{number},need,Un titre,Un texte,{'|'.join(THEMES[rank])},{ROCAMADOUR}" for number in (rank, len(self.status))]
        content = "\n".join((COLUMNS, *dict.fromkeys(rows), "")).encode()
        report = import_contributions(OPERATOR, self.edition.id, content, ImportOptions(source="ailleurs"), at=AT)
        first, last = report.numbers or (1, 0)
        for number in range(first, last + 1):
            self.wrote(numbered(self.edition.id, number), THEMES[rank])

    def merge(self, _: int = 0) -> None:
        """The collectivité that shares is merged into the one that writes, or comes back."""
        self.merged = not self.merged
        with transaction() as session:
            ended = {"is_current": not self.merged, "ended_on": AT.date() if self.merged else None}
            session.execute(update(Collectivite).where(Collectivite.siren == GRAMAT).values(**ended))
            session.execute(delete(Succession).where(Succession.siren == GRAMAT))
        if self.merged:
            succeed(GRAMAT, ROCAMADOUR, reason="Arrêté.", at=AT, then=AFTER_LOADING)

    # ── what becomes of it ───────────────────────────────────────────────────────────────────────────────────────────────

    def group(self, one: int, rank: int) -> None:
        self._group([one], [self.proposals[rank]])

    def group_all(self, several: list[int], _: int) -> None:
        self._group(several, self.proposals[:2])

    def _group(self, several: list[int], into: list[int]) -> None:
        actions.group(self.team, several, into, at=AT)
        self._grouped(several, into)

    def group_new(self, several: list[int], rank: int) -> None:
        draft, also = ProposalDraft("Une nouvelle", "En une phrase."), self.proposals[:rank]
        made = actions.group_into_new(self.team, several, draft, also=also, at=AT)
        self.proposals.append(made.id)
        self._grouped(several, [*also, made.id])

    def _grouped(self, several: list[int], into: list[int]) -> None:
        for one in several:
            self.status[one] = Status.GROUPED
            self.joined[one].update(into)

    def ungroup(self, one: int, rank: int) -> None:
        out_of = self.proposals[-rank]  # the first, or the last one written
        actions.ungroup(self.team, one, out_of, at=AT)
        self.joined[one].remove(out_of)
        self.status[one] = Status.GROUPED if self.joined[one] else Status.PUBLISHED

    def reorient(self, one: int, rank: int) -> None:
        self.reorient_all([one], rank)

    def reorient_all(self, several: list[int], rank: int) -> None:
        actions.reorient_all(self.team, several, self.schemes[rank], reason="Guichet.", at=AT)
        for one in several:
            self.status[one], self.sent[one] = Status.REORIENTED, self.schemes[rank]

    def ineligible(self, one: int, rank: int) -> None:
        self.ineligible_all([one], rank)

    def ineligible_all(self, several: list[int], _: int) -> None:
        actions.declare_all_ineligible(self.team, several, reason="Hors champ.", at=AT)
        self.status |= dict.fromkeys(several, Status.INELIGIBLE)

    def reopen(self, one: int, _: int) -> None:
        actions.reopen(self.team, one, reason="Une erreur.", at=AT)
        self._waits_again(one)

    def _waits_again(self, one: int) -> None:
        self.status[one], self.joined[one] = Status.PUBLISHED, set()
        self.sent.pop(one, None)

    def withdraw(self, one: int, _: int) -> None:
        contributions.withdraw(self.author, one, reason="Doublon.", at=AT)
        self.status[one] = Status.WITHDRAWN

    def contest(self, one: int, _: int) -> None:
        self.contested[one] = contests.contest(self.author, one, text="Non.", at=AT).id

    def uphold(self, one: int, _: int) -> None:
        if one not in self.contested:
            return
        contests.answer_contest(self.team, self.contested[one], upheld=True, answer="Oui.", at=AT)
        if self.status[one] is not Status.WITHDRAWN:
            self._waits_again(one)

    def dismiss(self, one: int, _: int) -> None:
        if one in self.contested:
            contests.answer_contest(self.team, self.contested[one], upheld=False, answer="Non.", at=AT)

    # ── what changes no figure ───────────────────────────────────────────────────────────────────────────────────────────

    def hide(self, one: int, _: int) -> None:
        hiding.hide(self.team, one, reason="Une injure.", at=AT)

    def show(self, one: int, _: int) -> None:
        hiding.show_again(self.team, one, reason="Corrigé.", at=AT)

    def question(self, one: int, _: int) -> None:
        remarks.question(self.team, one, text="Depuis quand ?", at=AT)

    def answer(self, one: int, _: int) -> None:
        remarks.answer(self.author, one, text="Depuis mars.", at=AT)

    def report(self, one: int, _: int) -> None:
        reports.report(self.author, one, text="Une publicité.", at=AT)

    def share(self, one: int, _: int) -> None:
        contributions.say_me_too(self.sharer, one, at=AT)
        self.shared.add(one)

    def unshare(self, one: int, _: int) -> None:
        contributions.withdraw_me_too(self.sharer, one, at=AT)
        self.shared.discard(one)

    def edit(self, one: int, rank: int) -> None:
        """But the themes it is counted in."""
        contributions.edit(self.author, one, replace(DRAFTS[self.type[one]], themes=THEMES[rank]), at=AT)
        self.themes[one] = THEMES[rank]

    # ── what the page says ───────────────────────────────────────────────────────────────────────────────────────────────

    def check(self) -> None:
        """Every figure of the page is that of the model, and they add up by type, theme and scheme."""
        found = queries.outcomes(self.edition.id)
        assert found.received == len(self.status) == sum(found.by_status.values())
        expected = Counter((self.type[one], status) for one, status in self.status.items())
        assert {pair: found.of(*pair) for pair in expected} == expected
        for type_ in ContributionType:
            of_type = sum(each is type_ for each in self.type.values())
            assert sum(found.of(type_, status) for status in RECEIVED) == of_type
        for theme in themes(self.edition.id):
            here = Counter(self.status[one] for one, slugs in self.themes.items() if theme.slug in slugs)
            assert {status: found.of_theme(theme.id, status) for status in RECEIVED} == {each: here[each] for each in RECEIVED}
        assert found.by_scheme == Counter(self.sent.values())
        assert sum(found.by_scheme.values()) == found.by_status[Status.REORIENTED]
        links = answering(self.written)
        assert {id_: {ref.id for ref in refs} for id_, refs in links.items()} == {k: v for k, v in self.joined.items() if v}
        carried = reading().scalars(select(MeToo.contribution_id).where(MeToo.contribution_id.in_(self.written)))
        assert set(carried) == self.shared, "« nous aussi » goes wherever the triage sends it"


def events() -> int:
    """How many acts the journal holds."""
    return reading().scalar(select(func.count()).select_from(Event)) or 0


@contextmanager
def leaving_the_register_as_it_was(model: Model) -> Iterator[None]:
    """Whatever happens within, the collectivité that was merged comes back: the register is every test's."""
    try:
        yield
    finally:
        if model.merged:
            model.merge()


def test_the_figures_are_those_of_a_model_after_every_act(world: World) -> None:
    slugs = iter(range(2101, 2999))

    @settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow])
    @given(STEPS)
    def run(steps: list[tuple[str, int, int]]) -> None:
        model = Model(world, str(next(slugs)))
        with leaving_the_register_as_it_was(model):
            for step in steps:
                model.act(*step)
                model.check()

    run()


def test_every_act_is_done_at_least_once(world: World) -> None:
    """So that none of the acts above is always refused."""
    model = Model(world, "2101")
    series = (
        *(
            ("share", 0, 0),
            ("edit", 0, 1),
            ("question", 0, 0),
            ("answer", 0, 0),
            ("report", 0, 0),
            ("hide", 0, 0),
            ("show", 0, 0),
        ),
        *(("group", 0, 1), ("group_all", 0, 0), ("group_new", 0, 1), ("ungroup", 0, 1), ("ungroup", 0, 0), ("contest", 0, 0)),
        *(("unshare", 0, 0), ("uphold", 0, 0), ("reorient", 0, 1), ("reopen", 0, 0), ("bring", 0, 0), ("bring", 0, 0)),
        *(
            ("new", 0, 1),
            ("withdraw", 0, 0),
            ("reorient_all", 2, 0),
            ("ineligible", 4, 0),
            ("contest", 4, 0),
            ("dismiss", 4, 0),
        ),
        *(("new", 0, 0), ("new", 0, 1), ("ineligible_all", -2, 0), ("merge", 0, 0)),
    )
    assert {name for name, _, _ in series} == {*ON_ONE, *ON_SEVERAL, *BESIDE, *AROUND}
    with leaving_the_register_as_it_was(model):
        for step in series:
            before = events()
            model.act(*step)
            assert events() > before, f"{step} was refused"
            model.check()


def test_a_figure_that_lies_is_seen(world: World) -> None:
    """So that the first test is not one that cannot fail."""
    model = Model(world, "2101")
    model.act("group", 0, 0)
    model.check()
    with transaction() as session:
        session.execute(delete(ProposalContribution))
    with pytest.raises(AssertionError):
        model.check()
