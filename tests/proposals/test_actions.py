"""Writing and correcting propositions; reading what stands behind them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from consult.calendar.rules import Stage
from consult.contributions import actions as contributions
from consult.ground.actor import OPERATOR, Actor, Profile, Role
from consult.ground.database import reading
from consult.ground.refusals import NotFound, Reason, Refused
from consult.journal.model import Event, EventKind
from consult.proposals import actions, queries
from consult.proposals.actions import ProposalDraft
from consult.proposals.model import Proposal
from consult.voting.actions import give_support
from consult.voting.model import Support
from tests.support.stage_one import DURING_NEEDS, group, need, proposal, service
from tests.support.statements import count_statements
from tests.support.together import together
from tests.support.world import CORSE, GRAMAT, LOT, ROCAMADOUR, World, just_before, opening_of


def test_numbers_follow_one_another_within_an_edition(world: World) -> None:
    edition, other = world.edition(), world.edition("2022")
    assert [proposal(edition).number, proposal(edition).number, proposal(other).number] == [1, 2, 1]


def test_twelve_at_once_get_twelve_numbers(app: Flask, world: World) -> None:
    edition = world.edition()

    def write(_: int) -> int:
        with app.app_context():
            return proposal(edition).number

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(write, range(12))) == list(range(1, 13))


def test_it_is_corrected_until_the_vote_opens_and_the_journal_keeps_the_words_it_had(world: World) -> None:
    edition, moderator = world.edition(), world.person(None, Role.MODERATOR)
    found = actions.create(moderator, edition.id, ProposalDraft("Titre", "Résumé.", is_fictitious=True), at=DURING_NEEDS)
    actions.edit(moderator, found.id, ProposalDraft("Autre titre", "Résumé."), at=DURING_NEEDS)
    reading().expire_all()
    again = queries.one(edition.id, 1)
    assert (again.title, again.is_fictitious) == ("Autre titre", True)
    event = reading().scalars(select(Event).where(Event.kind == EventKind.PROPOSAL_EDITED)).one()
    assert (event.data["before"], event.data["after"]) == ({"title": "Titre"}, {"title": "Autre titre"})
    with pytest.raises(Refused) as refused:
        actions.edit(OPERATOR, found.id, ProposalDraft("Trop tard", "R"), at=opening_of(Stage.VOTING))
    assert refused.value.reason is Reason.PROPOSAL_FROZEN
    with pytest.raises(NotFound):
        actions.edit(moderator, 999, ProposalDraft("Rien", "R"), at=DURING_NEEDS)


def test_once_the_vote_opens_a_correction_is_public_dated_and_reasoned(world: World) -> None:
    edition, moderator, opens = world.edition(), world.person(None, Role.MODERATOR), opening_of(Stage.VOTING)
    found = actions.create(moderator, edition.id, ProposalDraft("Titre", "Résumé.", "Peu"), at=DURING_NEEDS)

    def refused(reason: str, at: datetime, who: Actor = moderator) -> Reason:
        with pytest.raises(Refused) as error:
            actions.correct(who, found.id, ProposalDraft("Titre juste", "Résumé.", "Peu"), reason=reason, at=at)
        return error.value.reason

    assert refused("Une coquille.", just_before(opens)) is Reason.STAGE_CLOSED
    assert refused(" ", opens) is Reason.REASON_MISSING
    assert refused("Non.", opens, world.person(GRAMAT)) is Reason.NOT_YOUR_ROLE
    assert queries.corrections_of(found.id) == []
    actions.correct(moderator, found.id, ProposalDraft("Titre juste", "Résumé.", "Peu"), reason=" Une coquille. ", at=opens)
    actions.correct(moderator, found.id, ProposalDraft("Titre juste", "Résumé.", "Peu"), reason="Rien ne change.", at=opens)
    (kept,) = queries.corrections_of(found.id)
    assert (kept.at, kept.reason, kept.before, kept.after) == (
        opens,
        "Une coquille.",
        {"title": "Titre"},
        {"title": "Titre juste"},
    )
    event = reading().scalars(select(Event).where(Event.kind == EventKind.PROPOSAL_CORRECTED)).one()
    assert (event.subject, event.data["reason"]) == ("proposal:1", "Une coquille.")


def test_of_two_who_write_at_once_the_second_is_told(app: Flask, world: World) -> None:
    edition, team = world.edition(), [world.person(None, Role.MODERATOR) for _ in range(2)]
    found = proposal(edition, "Titre")

    def write(rank: int, at: datetime) -> Proposal:
        draft = ProposalDraft(f"Titre {rank}", f"Résumé {rank} du {at:%d %m}.")
        if at == DURING_NEEDS:
            return actions.edit(team[rank], found.id, draft, at=at, seen=0)
        return actions.correct(team[rank], found.id, draft, reason="Une coquille.", at=at, seen=1)

    for at, revision in ((DURING_NEEDS, 1), (opening_of(Stage.VOTING), 2)):
        told = together(app, [partial(write, rank, at) for rank in range(2)])
        assert told.count(Reason.PROPOSAL_CHANGED) == 1
        reading().expire_all()
        now, rank = queries.one(edition.id, found.number), int(told[0] is Reason.PROPOSAL_CHANGED)
        assert (now.title, now.summary, now.revision) == (f"Titre {rank}", f"Résumé {rank} du {at:%d %m}.", revision)
        write_again = actions.edit if at == DURING_NEEDS else partial(actions.correct, reason="Encore.")
        write_again(team[0], found.id, ProposalDraft(now.title, now.summary), at=at, seen=revision)
    kinds = (EventKind.PROPOSAL_EDITED, EventKind.PROPOSAL_CORRECTED)
    kept = reading().scalars(select(Event.kind).where(Event.kind.in_(kinds)).order_by(Event.id)).all()
    assert kept == list(kinds), "what changes nothing is no act"


def test_the_collectivites_behind_are_each_counted_once(world: World) -> None:
    edition = world.edition()
    found, other = proposal(edition), proposal(edition, "Autre")
    rocamadour = world.person(ROCAMADOUR)
    one, two = need(rocamadour, edition), need(rocamadour, edition)
    three = service(world.person(None, profile=Profile.PARTENAIRE), edition, partner="Association fictive")
    group(one, found, other)
    group(two, found)
    group(three, found)
    for siren, shared in ((GRAMAT, one), (GRAMAT, two), (LOT, two), (CORSE, three)):
        contributions.say_me_too(world.person(siren), shared.id, at=DURING_NEEDS)
    first, second = queries.find(edition.id).items
    assert (first.contributions, first.collectivites) == (3, 4)
    assert (second.contributions, second.collectivites) == (1, 2)
    sharers = queries.sharers_of(found.id)
    assert sharers.total == 3
    names = [one.full_name for one in sharers.first]
    assert names == ["Collectivité de Corse (Corse-du-Sud et Haute-Corse)", "Département du Lot", "Gramat (Lot)"]
    assert [line.number for line in queries.contributions_of(found.id)] == [1, 2, 3]


def test_an_author_that_says_me_too_to_another_is_not_counted_as_a_sharer(world: World) -> None:
    edition = world.edition()
    found = proposal(edition)
    one, two = need(world.person(ROCAMADOUR), edition), need(world.person(GRAMAT), edition)
    group(one, found)
    group(two, found)
    contributions.say_me_too(world.person(GRAMAT), one.id, at=DURING_NEEDS)
    assert queries.sharers_of(found.id).total == 0
    assert queries.find(edition.id).items[0].collectivites == 2


def test_a_search_reads_every_text(world: World) -> None:
    edition = world.edition()
    proposal(edition, "Gérer électroniquement les documents")
    proposal(edition, "Communiquer avec les usagers")
    assert [line.number for line in queries.find(edition.id, words="electronique").items] == [1]
    assert [line.number for line in queries.find(edition.id, words="deux minutes").items] == [1, 2]
    assert queries.find(edition.id, words="introuvable").total == 0


def test_pages_cut_the_list(world: World) -> None:
    edition = world.edition()
    for rank in range(5):
        proposal(edition, f"Proposition {rank}")
    assert [line.number for line in queries.find(edition.id, page=2, size=2).items] == [3, 4]
    beyond = queries.find(edition.id, page=9, size=2)
    assert (beyond.number, [line.number for line in beyond.items]) == (3, [5])


@pytest.mark.parametrize("rows", [1, 3])
def test_a_page_is_one_statement(world: World, rows: int) -> None:
    edition = world.edition()
    for rank in range(rows):
        group(need(world.person(ROCAMADOUR), edition), proposal(edition, f"Proposition {rank}"))
    with count_statements() as sent:
        assert queries.find(edition.id).total == rows
    assert len(sent) == 1


def test_one_that_answers_nothing_is_withdrawn_with_its_reason_and_its_number_is_not_given_again(world: World) -> None:
    edition, moderator = world.edition(), world.person(None, Role.MODERATOR)
    kept, gone = proposal(edition), proposal(edition, "En double")
    actions.withdraw(moderator, gone.id, reason=" La même que le n° 1. ", at=DURING_NEEDS)
    with pytest.raises(NotFound):
        actions.withdraw(moderator, gone.id, reason="Encore.", at=DURING_NEEDS)
    assert [line.number for line in queries.find(edition.id).items] == [kept.number]
    found = queries.withdrawn(edition.slug, gone.number)
    assert found is not None
    assert (found.title, found.reason, found.withdrawn_at) == ("En double", "La même que le n° 1.", DURING_NEEDS)
    assert queries.withdrawn(edition.slug, kept.number) is None
    assert proposal(edition).number == 3
    event = reading().scalars(select(Event).where(Event.kind == EventKind.PROPOSAL_WITHDRAWN)).one()
    assert (event.subject, event.person_id, event.data["title"]) == ("proposal:2", moderator.person_id, "En double")


def test_one_that_answers_a_contribution_is_not_withdrawn(world: World) -> None:
    edition = world.edition()
    found, written = proposal(edition), need(world.person(ROCAMADOUR), edition)
    group(written, found)
    with pytest.raises(Refused) as refused:
        actions.withdraw(OPERATOR, found.id, reason="Trop vague.", at=DURING_NEEDS)
    assert refused.value.reason is Reason.PROPOSAL_ANSWERS
    reading().expire_all()
    assert queries.one(edition.id, 1).title == found.title
    assert reading().scalar(select(Event.id).where(Event.kind == EventKind.PROPOSAL_WITHDRAWN)) is None


def test_one_already_supported_is_not_withdrawn_by_a_request_received_before_the_vote(world: World) -> None:
    edition, opens = world.edition(), opening_of(Stage.VOTING)
    found = proposal(edition)
    receipt = give_support(world.person(ROCAMADOUR), found.id, at=opens).receipt
    with pytest.raises(Refused) as refused:
        actions.withdraw(OPERATOR, found.id, reason="Double.", at=just_before(opens))
    assert refused.value.reason is Reason.PROPOSAL_FROZEN
    assert queries.withdrawn(edition.slug, found.number) is None
    assert list(reading().scalars(select(Support.receipt))) == [receipt]


def unless_missing(act: Callable[[], object]) -> object:
    """What an act gives, or that it found nothing to act on."""
    try:
        return act()
    except NotFound:
        return NotFound


def test_grouping_and_withdrawing_at_once_leave_no_contribution_without_an_outcome(app: Flask, world: World) -> None:
    edition = world.edition()
    for rank in range(6):
        found, written = proposal(edition), need(world.person(ROCAMADOUR), edition, title=f"Besoin {rank}")
        acts = [
            partial(group, written, found, at=DURING_NEEDS),
            partial(actions.withdraw, OPERATOR, found.id, reason="Double.", at=DURING_NEEDS),
        ]
        grouped, gone = together(app, [partial(unless_missing, act) for act in acts])
        reading().expire_all()
        if queries.withdrawn(edition.slug, found.number):
            assert grouped is NotFound or isinstance(grouped, Reason)
            assert queries.contributions_of(found.id) == []
        else:
            assert gone is Reason.PROPOSAL_ANSWERS
            assert [line.number for line in queries.contributions_of(found.id)] == [written.number]
