"""Listing contributions: what filters keep, in what order, and at what price."""

from dataclasses import replace
from datetime import timedelta

import pytest

from consult.calendar.queries import themes
from consult.contributions import actions
from consult.contributions.model import ContributionType, Status
from consult.contributions.queries import Filters, Sort, find
from consult.ground.actor import Profile
from tests.support.stage_one import DURING_NEEDS, need, service
from tests.support.statements import count_statements
from tests.support.world import CORSE, GRAMAT, LOT, OCCITANIE, ROCAMADOUR, SAINT_ETIENNE, World


@pytest.fixture
def edition_id(world: World) -> int:
    """Four contributions: two needs, a service, a partner's service; and one in another edition."""
    edition, other = world.edition(), world.edition("2022")
    author = world.person(ROCAMADOUR)
    need(author, edition, title="Menus de la cantine", themes=("inclusion-numerique",))
    need(world.person(SAINT_ETIENNE), edition, title="Nids-de-poule", situation="Des écoles sont isolées.")
    service(world.person(LOT), edition, title="Signalement départemental")
    partner = world.person(None, profile=Profile.PARTENAIRE)
    service(partner, edition, title="Logiciel libre", partner="Association fictive", themes=("inclusion-numerique",))
    found = need(author, other, title="Ailleurs")
    actions.say_me_too(world.person(GRAMAT), found.id, at=DURING_NEEDS)
    return edition.id


def numbers(edition_id: int, filters: Filters, **where: int) -> list[int]:
    return [line.number for line in find(edition_id, filters, **where).items]


def test_the_latest_comes_first(edition_id: int) -> None:
    assert numbers(edition_id, Filters()) == [4, 3, 2, 1]
    assert numbers(edition_id, Filters(sort=Sort.OLDEST)) == [1, 2, 3, 4]


def test_the_most_shared_comes_first(world: World, edition_id: int) -> None:
    by_number = {line.number: line.id for line in find(edition_id, Filters()).items}
    for siren, number in ((GRAMAT, 2), (OCCITANIE, 2), (CORSE, 1)):
        actions.say_me_too(world.person(siren), by_number[number], at=DURING_NEEDS)
    assert numbers(edition_id, Filters(sort=Sort.SHARED)) == [2, 1, 4, 3]
    assert [line.me_too for line in find(edition_id, Filters(sort=Sort.SHARED)).items] == [2, 1, 0, 0]


def test_what_waits_comes_first(world: World, edition_id: int) -> None:
    first = find(edition_id, Filters(sort=Sort.OLDEST)).items[0]
    actions.withdraw(world.person(ROCAMADOUR), first.id, reason="doublon", at=DURING_NEEDS)
    assert numbers(edition_id, Filters(sort=Sort.WAITING)) == [2, 3, 4, 1]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(type=ContributionType.NEED), [2, 1]),
        (Filters(status=Status.PUBLISHED), [4, 3, 2, 1]),
        (Filters(status=Status.WITHDRAWN), []),
        (Filters(departement="46"), [3, 1]),
        (Filters(departement="46", type=ContributionType.NEED), [1]),
        (Filters(words="cantine"), [1]),
        (Filters(words="ecole isolée"), [2]),
        (Filters(words="ecole cantine"), []),
        (Filters(words="rocamadour"), [1]),
        (Filters(words="association fictive"), [4]),
        (Filters(words="2"), [2]),
        (Filters(words="n° 3"), []),
        (Filters(words="100 %"), []),
        (Filters(words="_"), [4, 3, 2, 1]),
        (Filters(words="signal", type=ContributionType.EXISTING_SERVICE), [4, 3]),
        (Filters(words="de", departement="46"), [3, 1]),
        (Filters(words="de", departement="46", sort=Sort.OLDEST), [1, 3]),
        (Filters(words="de", status=Status.PUBLISHED, departement="46"), [3, 1]),
        (Filters(words="signal", status=Status.WITHDRAWN), []),
        (Filters(words="signal", siren=LOT), [3]),
        (Filters(words="de", region="76", sort=Sort.SHARED), [3, 1]),
        (Filters(words="signal", siren=GRAMAT), []),
        (Filters(words="2", departement="46"), []),
        (Filters(words="2", status=Status.PUBLISHED), [2]),
        (Filters(hidden=True), []),
    ],
)
def test_filters(edition_id: int, filters: Filters, found: list[int]) -> None:
    assert numbers(edition_id, filters) == found


def test_a_theme_keeps_what_has_it_among_others(edition_id: int) -> None:
    by_slug = {theme.slug: theme.id for theme in themes(edition_id)}
    wanted = Filters(theme_id=by_slug["inclusion-numerique"])
    assert numbers(edition_id, wanted) == [4, 3, 1]
    assert numbers(edition_id, replace(wanted, sort=Sort.OLDEST)) == [1, 3, 4]
    assert numbers(edition_id, replace(wanted, sort=Sort.SHARED)) == [4, 3, 1]
    assert numbers(edition_id, replace(wanted, status=Status.PUBLISHED)) == [4, 3, 1]
    assert numbers(edition_id, replace(wanted, type=ContributionType.NEED)) == [1]
    assert numbers(edition_id, replace(wanted, type=ContributionType.NEED, words="cantine")) == [1]
    assert numbers(edition_id, replace(wanted, words="de", type=ContributionType.NEED)) == [1]
    assert numbers(edition_id, Filters(theme_id=by_slug["inclusion-numerique"], words="nids")) == []


def test_a_line_says_who_speaks(edition_id: int) -> None:
    partner, departement, _, commune = find(edition_id, Filters()).items
    assert (commune.speaker, commune.kind_label) == ("Rocamadour (Lot)", "commune")
    assert commune.population is not None
    assert commune.population > 0
    assert (departement.speaker, departement.kind_label) == ("Département du Lot", "département")
    assert (partner.speaker, partner.kind_label, partner.population) == ("Association fictive", None, None)
    assert len(departement.theme_ids) == 2


def test_pages_cut_the_list_and_the_last_one_answers_for_those_beyond(edition_id: int) -> None:
    page = find(edition_id, Filters(), page=2, size=3)
    assert ([line.number for line in page.items], page.total, page.pages) == ([1], 4, 2)
    beyond = find(edition_id, Filters(), page=99, size=3)
    assert (beyond.number, [line.number for line in beyond.items]) == (2, [1])
    searched = find(edition_id, Filters(words="signal", type=ContributionType.EXISTING_SERVICE), page=99, size=1)
    assert (searched.number, searched.total, [line.number for line in searched.items]) == (2, 2, [3])
    nothing = find(edition_id, Filters(words="introuvable"), page=7)
    assert (nothing.number, nothing.total, list(nothing.items)) == (1, 0, [])


@pytest.mark.parametrize("rows", [1, 3])
def test_a_page_is_one_statement(world: World, rows: int) -> None:
    edition, author = world.edition(), world.person(ROCAMADOUR)
    for rank in range(rows):
        need(author, edition, at=DURING_NEEDS + timedelta(minutes=rank))
    with count_statements() as sent:
        assert find(edition.id, Filters()).total == rows
    assert len(sent) == 1, "\n".join(sent)


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("filters", "statements"),
    [
        (Filters(words="carnet"), 2),
        (Filters(words="carnet habitants", type=ContributionType.NEED, departement="46"), 2),
        (Filters(words="carnet", status=Status.PUBLISHED), 3),
        (Filters(words="carnet", sort=Sort.SHARED), 3),
    ],
)
def test_a_search_is_two_statements_three_when_what_became_of_them_counts(
    world: World, rows: int, filters: Filters, statements: int
) -> None:
    edition, author = world.edition(), world.person(ROCAMADOUR)
    for rank in range(rows):
        need(author, edition, at=DURING_NEEDS + timedelta(minutes=rank))
    with count_statements() as sent:
        assert find(edition.id, filters).total == rows
    assert len(sent) == statements, "\n".join(sent)
