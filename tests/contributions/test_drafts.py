"""Keeping what is being written: one's own alone, on two devices, until it is published or thrown away."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from consult.accounts.model import AttachmentStatus
from consult.accounts.own.closing import close_account
from consult.accounts.queries import actor_of_person
from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.contributions.actions import publish
from consult.contributions.draft_rules import LONGEST_DRAFT, MOST_DRAFTS
from consult.contributions.drafts import (
    delete_draft,
    forget_drafts,
    number_of,
    own_draft,
    own_drafts,
    save_draft,
    start_draft,
)
from consult.contributions.model import Contribution, ContributionType, Draft
from consult.ground.actor import Actor, Profile
from consult.ground.database import reading
from consult.ground.refusals import NotFound, Reason
from tests.support.acts import refusal
from tests.support.stage_one import DURING_NEEDS, NEED
from tests.support.stage_two import decide_attachment
from tests.support.statements import count_statements
from tests.support.together import together
from tests.support.world import GRAMAT, ROCAMADOUR, World, closing_of, just_before

TYPED = {"title": "Nid-de-poule", "situation": "Nous notons sur un", "funding_sought": "beaucoup", "themes": ["inconnu"]}
LATER = DURING_NEEDS + timedelta(minutes=5)


@pytest.fixture
def edition(world: World) -> Edition:
    other = world.edition("2022")
    stranger = world.person(ROCAMADOUR)
    for where in (world.edition(), other):
        started(stranger, where)
    return reading().scalars(select(Edition).where(Edition.slug == "2021")).one()


@pytest.fixture
def author(world: World) -> Actor:
    return world.person(ROCAMADOUR)


def started(actor: Actor, edition: Edition, **typed: object) -> Draft:
    return start_draft(actor, edition.id, ContributionType.NEED, TYPED | typed, at=DURING_NEEDS)


def contributions() -> int:
    return reading().scalar(select(func.count()).select_from(Contribution)) or 0


def test_whatever_is_typed_is_kept_as_it_is(edition: Edition, author: Actor) -> None:
    draft = own_draft(author, edition.id, started(author, edition).id)
    assert draft.data == TYPED
    assert (draft.siren, draft.revision, draft.created_at, draft.saved_at) == (ROCAMADOUR, 1, DURING_NEEDS, DURING_NEEDS)
    assert number_of(draft) is None
    assert contributions() == 0


def test_it_is_one_s_own_alone(world: World, edition: Edition, author: Actor) -> None:
    draft, colleague = started(author, edition), world.person(ROCAMADOUR)
    other = reading().scalars(select(Edition).where(Edition.slug == "2022")).one()
    for act in (
        lambda: own_draft(colleague, edition.id, draft.id),
        lambda: own_draft(author, other.id, draft.id),
        lambda: save_draft(colleague, draft.id, TYPED, revision=1, at=LATER),
        lambda: delete_draft(colleague, draft.id, at=LATER),
        lambda: publish(colleague, edition.id, NEED, at=LATER, draft_id=draft.id),
        lambda: publish(author, other.id, NEED, at=LATER, draft_id=draft.id),
        lambda: own_draft(author, edition.id, 999_999),
    ):
        with pytest.raises(NotFound):
            act()
    assert [found.id for found in own_drafts(author, edition.id)] == [draft.id]
    assert own_drafts(colleague, edition.id) == []


def test_the_latest_saved_comes_first(edition: Edition, author: Actor) -> None:
    first, second = started(author, edition), started(author, edition)
    assert [draft.id for draft in own_drafts(author, edition.id)] == [second.id, first.id]
    save_draft(author, first.id, TYPED | {"title": "Autre"}, revision=1, at=LATER)
    assert [draft.id for draft in own_drafts(author, edition.id)] == [first.id, second.id]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_is_one_statement(edition: Edition, author: Actor, rows: int) -> None:
    for _ in range(rows):
        started(author, edition)
    with count_statements() as sent:
        assert len(own_drafts(author, edition.id)) == rows
    assert len(sent) == 1


def test_twenty_at_most_in_one_edition(edition: Edition, author: Actor) -> None:
    kept = [started(author, edition) for _ in range(MOST_DRAFTS)]
    assert refusal(started, author, edition) is Reason.TOO_MANY_DRAFTS
    delete_draft(author, kept[0].id, at=LATER)
    started(author, edition)
    publish(author, edition.id, NEED, at=LATER, draft_id=kept[1].id)
    started(author, edition)
    assert len(own_drafts(author, edition.id)) == MOST_DRAFTS


def test_twenty_at_most_when_they_start_at_once(app: Flask, edition: Edition, author: Actor) -> None:
    for _ in range(MOST_DRAFTS - 2):
        started(author, edition)
    answers = together(app, [lambda: started(author, edition) and None] * 5)
    assert answers.count(Reason.TOO_MANY_DRAFTS) == 3
    assert len(own_drafts(author, edition.id)) == MOST_DRAFTS


def test_only_its_size_is_judged(edition: Edition, author: Actor) -> None:
    draft = started(author, edition, situation="x" * (LONGEST_DRAFT - 50))
    too_long = TYPED | {"situation": "x" * (LONGEST_DRAFT + 1)}
    assert refusal(save_draft, author, draft.id, too_long, revision=1, at=LATER) is Reason.DRAFT_TOO_LONG
    assert refusal(started, author, edition, situation="x" * (LONGEST_DRAFT + 1)) is Reason.DRAFT_TOO_LONG


class TestTwoDevices:
    def test_the_second_to_save_is_told_and_overwrites_nothing(self, edition: Edition, author: Actor) -> None:
        draft = started(author, edition)
        saved = save_draft(author, draft.id, TYPED | {"title": "Du bureau"}, revision=1, at=LATER)
        assert (saved.revision, saved.saved_at) == (2, LATER)
        from_home = TYPED | {"title": "De la maison"}
        assert refusal(save_draft, author, draft.id, from_home, revision=1, at=LATER) is Reason.DRAFT_CHANGED_ELSEWHERE
        assert own_draft(author, edition.id, draft.id).data["title"] == "Du bureau"
        save_draft(author, draft.id, from_home, revision=2, at=LATER)
        assert own_draft(author, edition.id, draft.id).data["title"] == "De la maison"

    def test_the_same_text_saved_twice_changes_nothing(self, edition: Edition, author: Actor) -> None:
        draft = started(author, edition)
        again = save_draft(author, draft.id, dict(TYPED), revision=0, at=LATER)
        assert (again.revision, again.saved_at) == (1, DURING_NEEDS)

    def test_at_the_same_instant_one_of_them_is_kept(self, app: Flask, edition: Edition, author: Actor) -> None:
        draft = started(author, edition)

        def save(title: str) -> int:
            return save_draft(author, draft.id, TYPED | {"title": title}, revision=1, at=LATER).revision

        answers = together(app, [lambda title=title: save(title) for title in "abcd"])
        assert sorted(map(str, answers)) == ["2", *["draft_changed_elsewhere"] * 3]


class TestPublishing:
    def test_a_draft_becomes_the_contribution_once(self, edition: Edition, author: Actor) -> None:
        draft = started(author, edition)
        found = publish(author, edition.id, NEED, at=LATER, draft_id=draft.id)
        kept = own_draft(author, edition.id, draft.id)
        assert (kept.contribution_id, kept.data, number_of(kept)) == (found.id, {}, found.number)
        assert own_drafts(author, edition.id) == []
        assert refusal(publish, author, edition.id, NEED, at=LATER, draft_id=draft.id) is Reason.DRAFT_PUBLISHED
        assert refusal(save_draft, author, draft.id, TYPED, revision=1, at=LATER) is Reason.DRAFT_PUBLISHED
        with pytest.raises(NotFound):
            delete_draft(author, draft.id, at=LATER)
        assert contributions() == 1

    def test_pressed_many_times_at_once_it_is_published_once(self, app: Flask, edition: Edition, author: Actor) -> None:
        draft = started(author, edition)
        answers = together(app, [lambda: publish(author, edition.id, NEED, at=LATER, draft_id=draft.id).number] * 5)
        assert sorted(map(str, answers)) == ["1", *["draft_published"] * 4]
        assert contributions() == 1

    def test_refused_at_the_close_it_is_still_a_draft(self, edition: Edition, author: Actor) -> None:
        draft, close = started(author, edition), closing_of(Stage.NEEDS)
        assert refusal(publish, author, edition.id, NEED, at=close, draft_id=draft.id) is Reason.STAGE_CLOSED
        kept = own_draft(author, edition.id, draft.id)
        assert (kept.contribution_id, kept.data) == (None, TYPED)
        save_draft(author, draft.id, TYPED | {"title": "Trop tard"}, revision=1, at=close)
        assert publish(author, edition.id, NEED, at=just_before(close), draft_id=draft.id).number == 1

    def test_it_keeps_the_name_it_was_written_in(self, edition: Edition, author: Actor, world: World) -> None:
        draft = started(author, edition)
        elsewhere = world.person(GRAMAT)
        both = replace(author, mandate=elsewhere.mandate, mandates=(*elsewhere.mandates, *author.mandates))
        assert publish(both, edition.id, NEED, at=LATER, draft_id=draft.id).siren == ROCAMADOUR

    def test_in_a_name_one_no_longer_has_it_is_not_published(self, edition: Edition, author: Actor, world: World) -> None:
        draft = started(author, edition)
        moved = replace(author, mandate=world.person(GRAMAT).mandate, mandates=world.person(GRAMAT).mandates)
        assert refusal(publish, moved, edition.id, NEED, at=LATER, draft_id=draft.id) is Reason.DRAFT_IN_ANOTHER_NAME
        decide_attachment(author, AttachmentStatus.ENDED)
        reason = refusal(publish, author, edition.id, NEED, at=LATER, draft_id=draft.id)
        assert reason is Reason.NO_COLLECTIVITE, "ended since the request was read"
        assert own_draft(author, edition.id, draft.id).contribution_id is None

    def test_a_draft_begun_before_one_spoke_for_anybody_takes_the_first_name(self, edition: Edition, world: World) -> None:
        newcomer = world.person(None)
        draft = started(newcomer, edition)
        assert draft.siren is None
        attached = replace(newcomer, mandate=world.person(GRAMAT).mandate)
        assert save_draft(attached, draft.id, TYPED | {"title": "Suite"}, revision=1, at=LATER).siren == GRAMAT

    def test_a_partner_s_has_no_siren(self, edition: Edition, world: World) -> None:
        assert started(world.person(None, profile=Profile.PARTENAIRE), edition).siren is None


def test_an_account_that_closes_takes_its_drafts_with_it(edition: Edition, author: Actor) -> None:
    draft, published = started(author, edition), started(author, edition)
    publish(author, edition.id, NEED, at=LATER, draft_id=published.id)
    assert forget_drafts(at=LATER) == 0
    again = actor_of_person(author.person_id or 0)
    assert again is not None
    close_account(again, at=LATER)
    before = reading().scalar(select(func.count()).select_from(Draft)) or 0
    assert forget_drafts(at=LATER) == 1
    reading().expire_all()
    assert reading().scalar(select(func.count()).select_from(Draft)) == before - 1
    assert reading().get(Draft, draft.id) is None
    assert forget_drafts(at=LATER) == 0
