"""The texts of a contribution: the first one, then one for each correction that changes something."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import delete, select

from consult.calendar.model import Edition
from consult.contributions.actions import edit, withdraw
from consult.contributions.model import Contribution, ContributionVersion
from consult.contributions.queries import one
from consult.contributions.versions import FIELDS, Version, history, last_rank
from consult.ground.actor import Actor
from consult.ground.database import reading, transaction
from consult.ground.refusals import Reason, Refused
from tests.support.stage_one import DURING_NEEDS, NEED, SERVICE, need, service
from tests.support.statements import count_statements
from tests.support.together import together
from tests.support.world import GRAMAT, ROCAMADOUR, World

LATER = DURING_NEEDS + timedelta(hours=1)


@pytest.fixture
def edition(world: World) -> Edition:
    need(world.person(GRAMAT), world.edition("2022"))
    return world.edition()


@pytest.fixture
def author(world: World) -> Actor:
    return world.person(ROCAMADOUR)


def versions(edition: Edition, found: Contribution) -> list[Version]:
    return list(history(one(edition.id, found.number)))


def test_the_first_is_the_text_as_published(edition: Edition, author: Actor) -> None:
    (version,) = versions(edition, service(author, edition))
    assert (version.rank, version.at) == (1, DURING_NEEDS)
    assert set(version.text) == {*FIELDS, "themes"}
    assert version.text["situation"] == SERVICE.situation
    assert version.text["themes"] == ["inclusion-numerique", "mobilite-transports"]
    assert version.text["funding_sought"] == "12000.00"


def test_each_correction_that_changes_something_is_one_more(edition: Edition, author: Actor, world: World) -> None:
    found, colleague = service(author, edition), world.person(ROCAMADOUR)
    again = replace(SERVICE, funding_sought=Decimal("12000.00"))
    edit(colleague, found.id, again, at=LATER)
    assert len(versions(edition, found)) == 1, "the same text is no correction"
    edit(colleague, found.id, replace(again, title="Autre titre"), at=LATER)
    edit(author, found.id, replace(again, title="Autre titre", themes=("mobilite-transports",)), at=LATER)
    edit(author, found.id, SERVICE, at=LATER + timedelta(hours=1))
    kept = versions(edition, found)
    assert [version.rank for version in kept] == [1, 2, 3, 4]
    assert [version.text["title"] for version in kept] == [SERVICE.title, "Autre titre", "Autre titre", SERVICE.title]
    assert kept[2].text["themes"] == ["mobilite-transports"]
    assert kept[3].text == kept[0].text
    assert kept[3].at == LATER + timedelta(hours=1)
    by = reading().scalars(select(ContributionVersion.person_id).where(ContributionVersion.contribution_id == found.id))
    assert sorted(by, key=str) == sorted([author.person_id] * 3 + [colleague.person_id], key=str)


def test_what_had_none_gets_its_first_from_the_text_it_had(edition: Edition, author: Actor) -> None:
    found = need(author, edition)
    with transaction() as session:
        session.execute(delete(ContributionVersion))
    (shown,) = versions(edition, found)
    assert (shown.rank, shown.at, shown.text["title"]) == (1, DURING_NEEDS, NEED.title)
    edit(author, found.id, replace(NEED, title="Autre titre"), at=LATER)
    first, second = versions(edition, found)
    assert (first.at, first.text["title"], first.text["themes"]) == (DURING_NEEDS, NEED.title, ["mobilite-transports"])
    assert (second.at, second.text["title"]) == (LATER, "Autre titre")


def test_a_refused_correction_leaves_none(edition: Edition, author: Actor, world: World) -> None:
    found = need(author, edition)
    with pytest.raises(Refused):
        edit(world.person(GRAMAT), found.id, replace(NEED, title="Autre"), at=LATER)
    assert len(versions(edition, found)) == 1


def test_two_colleagues_from_the_same_text_the_second_is_told(
    app: Flask, edition: Edition, author: Actor, world: World
) -> None:
    found, colleague = need(author, edition), world.person(ROCAMADOUR)
    titles = {"l’un": author, "l’autre": colleague}
    answers = together(
        app,
        [
            lambda title=title, who=who: edit(who, found.id, replace(NEED, title=title), at=LATER, seen=1).title
            for title, who in titles.items()
        ],
    )
    assert answers.count(Reason.CORRECTED_MEANWHILE) == 1
    (kept,) = titles.keys() & set(answers)
    assert [version.text["title"] for version in versions(edition, found)] == [NEED.title, kept]
    assert last_rank(found.id) == 2
    edit(author, found.id, replace(NEED, title="Les deux"), at=LATER, seen=2)
    assert one(edition.id, found.number).title == "Les deux"


def test_of_what_was_never_kept_the_first_correction_follows_none(edition: Edition, author: Actor) -> None:
    found = need(author, edition)
    with transaction() as session:
        session.execute(delete(ContributionVersion))
    assert last_rank(found.id) == 0
    edit(author, found.id, replace(NEED, title="Autre titre"), at=LATER, seen=0)
    assert last_rank(found.id) == 2


def test_withdrawn_it_keeps_its_texts(edition: Edition, author: Actor) -> None:
    found = need(author, edition)
    edit(author, found.id, replace(NEED, title="Autre"), at=LATER)
    withdraw(author, found.id, reason="Un doublon.", at=LATER)
    assert len(versions(edition, found)) == 2


@pytest.mark.parametrize("corrections", [0, 3])
def test_all_are_read_in_one_statement(edition: Edition, author: Actor, corrections: int) -> None:
    found = need(author, edition)
    for rank in range(corrections):
        edit(author, found.id, replace(NEED, title=f"Titre {rank}"), at=LATER)
    contribution = one(edition.id, found.number)
    with count_statements() as sent:
        assert len(history(contribution)) == corrections + 1
    assert len(sent) == 1
