"""What is known of a collectivité before it volunteers."""

from consult.calendar.rules import Stage
from consult.contributions.actions import say_me_too
from consult.ground.actor import Actor
from consult.interests.actions import declare
from consult.interests.known import known, prefilled
from consult.proposals.model import Proposal
from consult.voting.actions import give_support
from tests.interests.test_actions import DRAFT
from tests.support import retained
from tests.support.stage_one import DURING_NEEDS, group, need, proposal
from tests.support.stage_two import DURING_VOTE
from tests.support.statements import count_statements
from tests.support.world import GRAMAT, LOT, ROCAMADOUR, World, during


def prepared(world: World) -> tuple[Actor, Proposal]:
    """Somebody of a commune that wrote one need, shares another, and supports the proposition that answers both."""
    edition, agent = world.edition(), world.person(ROCAMADOUR)
    found = proposal(edition)
    theirs, unrelated = need(world.person(GRAMAT), edition), need(world.person(GRAMAT), edition)
    mine, elsewhere = need(agent, edition), need(agent, edition)
    say_me_too(agent, theirs.id, at=DURING_NEEDS)
    for one in (theirs, mine, unrelated):
        group(one, found)
    group(elsewhere, proposal(edition))
    give_support(agent, found.id, at=DURING_VOTE)
    return agent, found


def test_its_own_needs_then_those_it_shares_then_its_vote(world: World) -> None:
    agent, found = prepared(world)
    about = known(found.id, ROCAMADOUR)
    assert [(text.number, text.is_own) for text in about.texts] == [(3, True), (1, False)]
    assert about.supports
    filled = prefilled(about, agent)
    own, shared, voted = filled["motivation"].splitlines()
    assert own.startswith("Nous avons décrit ce besoin : « ")
    assert own.endswith(" » (contribution n° 3).")
    assert shared.startswith("Nous partageons ce besoin : « ")
    assert voted == "Nous avons soutenu cette proposition lors du vote."
    assert (filled["referent_name"], filled["referent_function"]) == (agent.name, agent.function)


def test_nothing_is_known_of_another_nor_of_nobody(world: World) -> None:
    _, found = prepared(world)
    assert not known(found.id, LOT).is_something
    assert not known(found.id, None).is_something


def test_who_was_named_before_in_this_edition_is_named_again(world: World) -> None:
    edition, other_edition, agent = world.edition(), world.edition("2022"), world.person(ROCAMADOUR)
    first, second, elsewhere = (retained.proposal(one) for one in (edition, edition, other_edition))
    declare(agent, first.id, DRAFT, at=during(Stage.INTERESTS))
    filled = prefilled(known(second.id, ROCAMADOUR), agent)
    assert filled == {
        "referent_name": DRAFT.referent_name,
        "referent_function": DRAFT.referent_function,
        "sponsor_name": DRAFT.sponsor_name,
        "sponsor_function": DRAFT.sponsor_function,
        "availability": DRAFT.availability,
        "motivation": "",
    }
    assert known(elsewhere.id, ROCAMADOUR).before == {}
    assert known(second.id, GRAMAT).before == {}


def test_it_costs_three_statements(world: World) -> None:
    _, found = prepared(world)
    for siren in (ROCAMADOUR, LOT):
        with count_statements() as sent:
            known(found.id, siren)
        assert len(sent) == 3
