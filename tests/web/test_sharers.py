"""« Nous aussi », by collectivité: the whole list, what the triage carries along, and that it is no vote."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.contributions import actions
from consult.contributions.sharers import SIZE, SharersSort, sharers
from consult.ground.actor import Actor, Role
from consult.ground.database import reading
from consult.triage.actions import reorient
from consult.voting.model import Support
from consult.voting.queries import supported_by
from tests.support.page import PageClient
from tests.support.stage_one import DURING_NEEDS, group, need, proposal, scheme
from tests.support.statements import count_statements
from tests.support.world import GRAMAT, LOT, OCCITANIE, ROCAMADOUR, World, closing_of, during

PAGE = "/2021/contributions/1/nous-aussi"


@pytest.fixture
def edition(world: World, hold) -> Edition:
    hold(DURING_NEEDS)
    return world.edition()


@pytest.fixture
def agent(world: World) -> Actor:
    return world.person(ROCAMADOUR)


def say(world: World, contribution_id: int, *sirens: str) -> None:
    for rank, siren in enumerate(sirens):
        actions.say_me_too(world.person(siren), contribution_id, at=DURING_NEEDS + timedelta(minutes=rank))


def test_all_are_listed_by_name_or_by_date(world: World, edition: Edition, agent: Actor, client: PageClient) -> None:
    found = need(agent, edition)
    say(world, found.id, OCCITANIE, LOT, GRAMAT)
    whole = client.get("/2021/contributions/1").links()["La liste, par ordre alphabétique ou par date"]
    assert whole == PAGE

    def listed(path: str) -> list[str]:
        return [link["href"].rpartition("/")[2] for link in client.get(path).soup.select(".name-list-dated a")]

    assert listed(PAGE) == [LOT, GRAMAT, OCCITANIE], "Département du Lot, Gramat, Région Occitanie"
    assert listed(f"{PAGE}?tri=date") == [OCCITANIE, LOT, GRAMAT]
    assert listed(f"{PAGE}?tri=hasard&page=9") == [LOT, GRAMAT, OCCITANIE]


def test_nobody_yet_and_an_unknown_number(edition: Edition, agent: Actor, client: PageClient) -> None:
    need(agent, edition)
    assert "Aucune autre collectivité ne l’a dit pour l’instant." in client.get(PAGE).main
    client.get("/2021/contributions/7/nous-aussi", 404)


@pytest.mark.parametrize("sirens", [(GRAMAT,), (GRAMAT, LOT, OCCITANIE)])
def test_it_costs_three_statements_beyond_the_edition(
    world: World, edition: Edition, agent: Actor, client: PageClient, sirens: tuple[str, ...]
) -> None:
    say(world, need(agent, edition).id, *sirens)
    with count_statements() as sent:
        client.get(PAGE)
    assert len(sent) == 1 + 3, "\n".join(sent)


def test_the_triage_carries_them_along(world: World, edition: Edition, agent: Actor) -> None:
    moderator = world.person(None, Role.MODERATOR)
    grouped, sent = need(agent, edition), need(agent, edition)
    for one in (grouped, sent):
        say(world, one.id, GRAMAT, LOT)
    group(grouped, proposal(edition))
    reorient(moderator, sent.id, scheme(edition).id, reason="Ce guichet.", at=DURING_NEEDS + timedelta(hours=1))
    for one in (grouped, sent):
        page = sharers(one.id, SharersSort.NAME)
        assert [sharer.siren for sharer in page.items] == [LOT, GRAMAT]
        assert page.total <= SIZE


def test_a_proposition_counts_each_collectivite_behind_it_once(
    world: World, edition: Edition, agent: Actor, client: PageClient
) -> None:
    first, second = need(agent, edition), need(agent, edition)
    say(world, first.id, GRAMAT, LOT)
    say(world, second.id, GRAMAT)
    third = need(world.person(GRAMAT), edition)
    wanted = proposal(edition)
    for one in (first, second, third):
        group(one, wanted)
    assert "partagées par 1 autre collectivité : 3 collectivités en tout" in client.get("/2021/propositions/1").main


def test_it_is_never_counted_as_a_vote(world: World, edition: Edition, agent: Actor, hold) -> None:
    found = need(agent, edition)
    say(world, found.id, GRAMAT, LOT)
    wanted = proposal(edition)
    group(found, wanted)
    hold(closing_of(Stage.VOTING))
    assert reading().scalar(select(func.count()).select_from(Support)) == 0
    assert [supported_by(siren, [edition], at=during(Stage.INTERESTS)).total for siren in (GRAMAT, LOT)] == [0, 0]
