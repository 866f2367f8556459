"""A loading of the register amid the vote, on a real PostgreSQL and on SQLite: one voice a proposition, and no deadlock."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select

from consult.accounts.attachments.actions import ask_attachment
from consult.accounts.model import Attachment, AttachmentStatus
from consult.accounts.queries import LIVE
from consult.ground.database import reading
from consult.ground.refusals import Reason
from consult.journal.model import Event, EventKind
from consult.register.actions import LoadReport, load
from consult.register.model import Collectivite
from consult.voting.actions import Kept, give_support, withdraw_support
from consult.voting.merges import AFTER_LOADING
from tests.register.samples import GRAMAT, written
from tests.support.stage_two import DURING_VOTE, on_ballot, propositions, tallies
from tests.support.together import together
from tests.support.vintages import ALVIGNAC, BEFORE, MIERS, PADIRAC, merged, siren, without
from tests.support.world import World

NEW = siren(20009000)
NOUVELLE = merged(replace(GRAMAT, siren=NEW, name="Gramat-et-Miers"), GRAMAT, MIERS)
TOGETHER = (*without(BEFORE, GRAMAT, MIERS), NOUVELLE)
LATER = DURING_VOTE + timedelta(hours=1)


def total(*kinds: EventKind) -> int:
    return reading().scalar(select(func.count()).select_from(Event).where(Event.kind.in_(kinds))) or 0


def sorted_out(results: Sequence[object]) -> Counter[object]:
    """How many acts gave a support, and how many each reason."""
    return Counter("given" if isinstance(result, Kept) else result for result in results)


@pytest.mark.parametrize("maximum", [None, 2])
def test_twenty_voters_while_their_communes_merge(small: World, tmp_path: Path, maximum: int | None) -> None:
    edition = small.edition(max_supports=maximum)
    first, second, third = propositions(edition)
    people = [small.person(row.siren) for row in (GRAMAT, MIERS) for _ in range(10)]
    small.person(PADIRAC.siren)
    votes = [partial(give_support, one, (first, second, third)[rank % 3].id, at=LATER) for rank, one in enumerate(people)]
    merge = partial(load, written(tmp_path, TOGETHER), at=LATER, then=AFTER_LOADING)
    results = together(small.app, [*votes[:10], merge, *votes[10:]])
    assert isinstance(results[10], LoadReport)
    found = sorted_out(results[:10] + results[11:])
    assert found.keys() <= {"given", Reason.ALREADY_SUPPORTED, Reason.NO_COLLECTIVITE, Reason.SUPPORTS_SPENT}
    rows = on_ballot(edition)
    voices = [(row.proposal_id, row.voice) for row in rows if row.voice is not None]
    assert len(voices) == len(set(voices)) <= (maximum or 3)
    assert {voice for _, voice in voices} <= {NEW}
    assert found["given"] == len(rows) == total(EventKind.SUPPORT_GIVEN)
    assert total(EventKind.SUPPORT_GIVEN) - total(EventKind.SUPPORT_MERGED) == len(voices) == sum(tallies(edition).values())
    aside = {event.data["receipt"] for event in reading().scalars(select(Event).where(Event.kind == EventKind.SUPPORT_MERGED))}
    assert aside == {row.receipt for row in rows if row.voice is None}


def test_giving_and_withdrawing_while_the_commune_merges(small: World, tmp_path: Path) -> None:
    edition = small.edition()
    first, _, _ = propositions(edition)
    people = [small.person(row.siren) for row in (GRAMAT, MIERS) for _ in range(6)]
    acts = [partial(give_support if rank % 2 else withdraw_support, one, first.id, at=LATER) for rank, one in enumerate(people)]
    merge = partial(load, written(tmp_path, TOGETHER), at=LATER, then=AFTER_LOADING)
    results = together(small.app, [*acts[:6], merge, *acts[6:]])
    assert isinstance(results[6], LoadReport)
    voices = sum(row.voice is not None for row in on_ballot(edition))
    gone = total(EventKind.SUPPORT_WITHDRAWN, EventKind.SUPPORT_MERGED)
    assert voices == total(EventKind.SUPPORT_GIVEN) - gone
    assert voices == tallies(edition)[1] <= 1


def test_two_loadings_of_the_same_vintage_are_one(small: World, tmp_path: Path) -> None:
    edition = small.edition()
    first, _, _ = propositions(edition)
    for row in (GRAMAT, MIERS):
        give_support(small.person(row.siren), first.id, at=DURING_VOTE)
    merge = partial(load, written(tmp_path, TOGETHER), at=LATER, then=AFTER_LOADING)
    results = together(small.app, [merge] * 4)
    assert sorted(result.is_unchanged for result in results) == [False, True, True, True]
    assert total(EventKind.COLLECTIVITE_SUCCEEDED) == 2
    assert total(EventKind.SUPPORT_MERGED) == 1


def test_nobody_is_left_attached_to_one_that_ends_meanwhile(small: World, tmp_path: Path) -> None:
    """Whoever asks during the loading is told no, or is told afterwards like the others: nobody is forgotten."""
    people = [small.person(None) for _ in range(12)]
    asks = [
        partial(ask_attachment, one, row.siren, at=LATER)
        for one, row in zip(people, (GRAMAT, MIERS, ALVIGNAC) * 4, strict=True)
    ]
    merge = partial(load, written(tmp_path, TOGETHER), at=LATER, then=AFTER_LOADING)
    results = together(small.app, [*asks[:6], merge, *asks[6:]])
    assert isinstance(results[6], LoadReport)
    assert {result for result in results if isinstance(result, Reason)} <= {Reason.NOT_IN_REGISTER}
    live = select(Attachment.siren).join(Collectivite, Collectivite.siren == Attachment.siren)
    assert set(reading().scalars(live.where(Attachment.status.in_(LIVE)))) == {ALVIGNAC.siren}
    ended = select(func.count()).where(Attachment.status == AttachmentStatus.ENDED)
    assert reading().scalar(ended) == results[6].effects["attachments_ended"]
