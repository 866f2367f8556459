"""What the search keeps: which contributions hold each word and bear each mark, sixty-three numbers a row."""

from collections.abc import Sequence
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from consult.contributions import actions
from consult.contributions.model import Contribution, ContributionTerm
from consult.contributions.queries import Filters, Sort, find
from consult.contributions.terms import LONGEST_TERM, Numbers, TermsToAdd, holding, marks, terms
from consult.ground.database import reading, transaction
from tests.support.stage_one import DURING_NEEDS, NEED, need
from tests.support.together import together
from tests.support.world import GRAMAT, LOT, ROCAMADOUR, SAINT_ETIENNE, World


def kept(numbers: Sequence[int]) -> Numbers:
    """These numbers, as the table keeps them."""
    blocks: dict[int, int] = {}
    for number in numbers:
        blocks[number // 63] = blocks.get(number // 63, 0) | 1 << number % 63
    return Numbers(blocks)


EDGES = [1, 62, 63, 64, 125, 126, 630, 10_000]


class TestNumbers:
    def test_they_are_counted_told_apart_and_given_in_order(self) -> None:
        numbers = kept([*reversed(EDGES)])
        assert (len(numbers), list(numbers)) == (8, EDGES)
        assert [number for number in range(10_070) if number in numbers] == EDGES

    @pytest.mark.parametrize("latest_first", [True, False])
    @pytest.mark.parametrize("numbers", [[], [63], EDGES, list(range(1, 200)), list(range(1, 700, 7))])
    def test_a_page_is_what_the_whole_list_has_there(self, numbers: list[int], latest_first: bool) -> None:
        whole = numbers[::-1] if latest_first else numbers
        for start in (0, 1, 20, 62, 63, 64, 190, 700):
            for size in (1, 3, 20, 64):
                wanted = slice(start, start + size)
                assert kept(numbers).some(wanted, latest_first=latest_first) == whole[wanted]


def test_a_word_is_kept_as_long_as_its_column_and_a_mark_is_no_word() -> None:
    assert terms(" " + "a" * 80 + " b b") == {"a" * LONGEST_TERM, "b"}
    assert marks({"type": "need", "region": None, "siren": "123"}, [4, 7]) == {
        "=type:need", "=siren:123", "=theme:4", "=theme:7",
    }  # fmt: skip


def rows(edition_id: int) -> dict[tuple[str, int], int]:
    """The table, of an edition: which bits each word has in each block."""
    found = reading().execute(
        select(ContributionTerm.term, ContributionTerm.block, ContributionTerm.held).where(
            ContributionTerm.edition_id == edition_id
        )
    )
    return {(row.term, row.block): row.held for row in found}


def as_texts_say(edition_id: int) -> dict[tuple[str, int], int]:
    """The same table, made anew from what the base holds."""
    made = TermsToAdd()
    for one in reading().scalars(select(Contribution).where(Contribution.edition_id == edition_id)):
        columns = {name: getattr(one, name) for name in ("type", "departement", "region", "kind", "stratum", "siren")}
        themes = next(line.theme_ids for line in find(edition_id, Filters()).items if line.id == one.id)
        made.add(one.number, terms(one.search_text))
        made.add(one.number, marks(columns, themes))
    return dict(made.held)


def test_what_is_published_and_corrected_is_what_the_table_says(world: World) -> None:
    edition, other, author = world.edition(), world.edition("2022"), world.person(ROCAMADOUR)
    first = need(author, edition, title="Cantine et voirie")
    need(world.person(SAINT_ETIENNE), edition, title="Cantine seule")
    need(author, other, title="Cantine ailleurs")
    assert rows(edition.id) == as_texts_say(edition.id)
    elsewhere = rows(other.id)
    changed = type(NEED)(type=NEED.type, title="Voirie seule", situation="Autre.", themes=("inclusion-numerique",))
    actions.edit(author, first.id, changed, at=DURING_NEEDS)
    assert rows(edition.id) == as_texts_say(edition.id), "what it no longer says is gone, what another says stays"
    assert [line.number for line in find(edition.id, Filters(words="cantine")).items] == [2]
    assert rows(other.id) == elsewhere


def test_a_hundred_and_thirty_are_found_across_the_rows(world: World) -> None:
    """Three blocks, without publishing each: only the words of the search are written."""
    edition = world.edition()
    with transaction() as session:
        for words, numbers in (({"cantine"}, range(1, 131)), ({"voirie", "cantiniere"}, range(60, 70)), ({"rare"}, [63, 126])):
            new = TermsToAdd()
            for number in numbers:
                new.add(number, words)
            new.write(session, edition.id)
    assert len(holding(edition.id, ["cantine"], [])) == 130
    assert list(holding(edition.id, ["cantin", "voiri"], [])) == list(range(60, 70))
    assert list(holding(edition.id, ["cantine", "rare"], [])) == [63, 126]
    assert list(holding(edition.id, ["cantine", "voirie", "rare"], [])) == [63]
    assert list(holding(edition.id, ["cantine", "absent"], [])) == []


def test_those_who_publish_and_correct_at_once_write_in_the_same_rows(app: Flask, world: World) -> None:
    edition = world.edition()
    authors = [world.person(siren) for siren in (ROCAMADOUR, SAINT_ETIENNE, LOT, GRAMAT)]
    already = [need(author, edition, title="Avant").id for author in authors[:2]]
    other = type(NEED)(type=NEED.type, title="Après", situation="Ni nid ni poule.", themes=("inclusion-numerique",))
    acts = [partial(actions.edit, author, id_, other, at=DURING_NEEDS) for author, id_ in zip(authors, already, strict=False)]
    acts += [partial(actions.publish, author, edition.id, NEED, at=DURING_NEEDS) for author in authors[2:]]
    together(app, [lambda act=act: act() and None for act in acts])
    assert rows(edition.id) == as_texts_say(edition.id)
    assert find(edition.id, Filters(words="après")).total == 2


def test_who_shares_is_counted_as_it_is_said_and_taken_back(app: Flask, world: World) -> None:
    edition = world.edition()
    one = need(world.person(ROCAMADOUR), edition)
    sayers = [world.person(siren) for siren in (SAINT_ETIENNE, LOT, GRAMAT)]
    together(app, [partial(actions.say_me_too, sayer, one.id, at=DURING_NEEDS) for sayer in sayers])
    assert [line.me_too for line in find(edition.id, Filters(sort=Sort.SHARED)).items] == [3]
    actions.withdraw_me_too(sayers[0], one.id, at=DURING_NEEDS)
    assert [line.me_too for line in find(edition.id, Filters()).items] == [2]
