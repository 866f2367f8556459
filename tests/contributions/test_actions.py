"""Publishing, changing, withdrawing and sharing contributions, on both engines."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select

from consult.accounts.model import AttachmentStatus, Person
from consult.calendar.rules import Stage
from consult.contributions import actions, queries
from consult.contributions.drafts import start_draft
from consult.contributions.model import Contribution, ContributionType, MeToo, Status
from consult.ground.actor import Actor, Profile
from consult.ground.database import reading, transaction
from consult.ground.refusals import NotFound, Reason, Refused
from consult.journal.model import Event, EventKind
from consult.outbox.model import Message, Notice
from tests.support.acts import refusal
from tests.support.stage_one import DURING_NEEDS, NEED, SERVICE, group, need, proposal, service
from tests.support.stage_two import decide_attachment
from tests.support.statements import count_statements
from tests.support.world import CAUVALDOR, GRAMAT, LOT, ROCAMADOUR, World, closing_of, just_before


def events(kind: EventKind) -> list[Event]:
    return list(reading().scalars(select(Event).where(Event.kind == kind).order_by(Event.id)))


class TestPublishing:
    def test_numbers_follow_one_another_within_an_edition(self, world: World) -> None:
        edition, other = world.edition(), world.edition("2022")
        author = world.person(ROCAMADOUR)
        assert [need(author, edition).number for _ in range(3)] == [1, 2, 3]
        assert need(author, other).number == 1
        assert service(author, edition).number == 4

    def test_what_the_public_sees_of_the_author_is_kept_as_it_was(self, world: World) -> None:
        edition, author = world.edition(), world.person(ROCAMADOUR)
        found = need(author, edition)
        assert (found.siren, found.departement, found.partner) == (ROCAMADOUR, "46", None)
        assert (found.profile, found.function) == (Profile.AGENT, "secrétaire de mairie")
        assert found.published_at == found.status_at == DURING_NEEDS

    def test_a_need_has_nothing_of_a_service(self, world: World) -> None:
        found = need(world.person(ROCAMADOUR), world.edition(), url="https://exemple.fr", funding_sought=12)
        assert (found.url, found.funding_sought) == ("", None)

    def test_a_service_keeps_its_fields_and_its_themes(self, world: World) -> None:
        edition = world.edition()
        number = service(world.person(ROCAMADOUR), edition, funding_sought=Decimal("12000.50")).number
        found = queries.one(edition.id, number)
        assert found.funding_sought == Decimal("12000.50")
        assert found.licence == "AGPL-3.0-or-later"
        assert [theme.slug for theme in found.themes] == ["mobilite-transports", "inclusion-numerique"]

    def test_a_partner_speaks_for_its_organisation(self, world: World) -> None:
        partner = world.person(None, profile=Profile.PARTENAIRE)
        found = service(partner, world.edition(), partner="Association fictive des mairies")
        assert (found.siren, found.departement, found.partner) == (None, None, "Association fictive des mairies")

    def test_at_the_closing_instant_it_is_too_late(self, world: World) -> None:
        edition, author = world.edition(), world.person(ROCAMADOUR)
        close = closing_of(Stage.NEEDS)
        need(author, edition, at=just_before(close))
        assert refusal(need, author, edition, at=close) is Reason.STAGE_CLOSED
        assert reading().scalar(select(func.count()).select_from(Contribution)) == 1

    def test_nothing_is_written_when_it_is_refused(self, world: World) -> None:
        edition = world.edition()
        pending = world.person(ROCAMADOUR, status=AttachmentStatus.PENDING)
        assert refusal(need, pending, edition) is Reason.ATTACHMENT_PENDING
        assert reading().scalar(select(func.count()).select_from(Message)) == 0
        assert events(EventKind.CONTRIBUTION_PUBLISHED) == []

    def test_a_theme_of_another_edition_is_refused_whole(self, world: World) -> None:
        edition = world.edition()
        world.edition("2022", themes=(("autre", "Autre"),))
        with pytest.raises(NotFound):
            need(world.person(ROCAMADOUR), edition, themes=("mobilite-transports", "autre"))
        assert reading().scalar(select(func.count()).select_from(Contribution)) == 0

    def test_it_is_journaled_and_acknowledged_once(self, world: World) -> None:
        edition, author = world.edition(), world.person(ROCAMADOUR)
        found = need(author, edition)
        (event,) = events(EventKind.CONTRIBUTION_PUBLISHED)
        assert (event.subject, event.siren, event.person_id) == ("contribution:1", ROCAMADOUR, author.person_id)
        message = reading().scalars(select(Message)).one()
        assert (message.notice, message.data["number"]) == (Notice.CONTRIBUTION_PUBLISHED, found.number)
        email = reading().scalar(select(Person.email).where(Person.id == author.person_id))
        assert message.recipient == email
        assert email not in str(event.data)

    def test_it_costs_a_fixed_number_of_statements(self, world: World, engine: str) -> None:
        edition, author = world.edition(), world.person(ROCAMADOUR)
        with count_statements() as sent:
            service(author, edition)
        # One of them keeps the first version of the text, one its words for the search, one its stems for what looks like it.
        assert len(sent) == {"sqlite": 11, "postgresql": 13}[engine], "\n".join(sent)

    def test_from_a_draft_it_costs_four_more(self, world: World, engine: str) -> None:
        edition, author = world.edition(), world.person(ROCAMADOUR)
        draft = start_draft(author, edition.id, ContributionType.NEED, {"title": "Titre"}, at=DURING_NEEDS)
        with count_statements() as sent:
            actions.publish(author, edition.id, NEED, at=DURING_NEEDS, draft_id=draft.id)
        # The draft, locked; whether the button was pressed twice; what it became; its documents.
        assert len(sent) == {"sqlite": 11, "postgresql": 13}[engine] + 4, "\n".join(sent)

    @pytest.mark.parametrize("corrections", [1, 3])
    def test_so_does_a_correction(self, world: World, engine: str, corrections: int) -> None:
        edition, author = world.edition(), world.person(ROCAMADOUR)
        found = need(author, edition)
        for rank in range(corrections):
            with count_statements() as sent:
                actions.edit(author, found.id, replace(NEED, title=f"Titre {rank}"), at=DURING_NEEDS)
        assert len(sent) == {"sqlite": 19, "postgresql": 21}[engine], "\n".join(sent)

    def test_twenty_authors_at_once_get_twenty_numbers(self, app: Flask, world: World) -> None:
        edition, author = world.edition(), world.person(ROCAMADOUR)

        def publish(_: int) -> int:
            with app.app_context():
                return need(author, edition).number

        with ThreadPoolExecutor(8) as pool:
            assert sorted(pool.map(publish, range(20))) == list(range(1, 21))


class TestChanging:
    def test_a_verified_colleague_corrects_the_text(self, world: World) -> None:
        edition, found = world.edition(), None
        found = service(world.person(ROCAMADOUR), edition)
        colleague = world.person(ROCAMADOUR)
        draft = replace(SERVICE, title="Un autre titre", themes=("inclusion-numerique",), licence="EUPL-1.2")
        actions.edit(colleague, found.id, draft, at=DURING_NEEDS)
        again = queries.one(edition.id, found.number)
        assert (again.title, again.licence, again.person_id) == ("Un autre titre", "EUPL-1.2", found.person_id)
        assert [theme.slug for theme in again.themes] == ["inclusion-numerique"]
        (event,) = events(EventKind.CONTRIBUTION_EDITED)
        assert sorted(event.data["changed"]) == ["licence", "title"]
        assert [line.number for line in queries.find(edition.id, queries.Filters(words="autre titre")).items] == [1]

    def test_its_type_does_not_change(self, world: World) -> None:
        edition = world.edition()
        author = world.person(ROCAMADOUR)
        found = need(author, edition)
        actions.edit(author, found.id, replace(NEED, title="Corrigé"), at=DURING_NEEDS)
        assert queries.one(edition.id, found.number).type is ContributionType.NEED

    @pytest.mark.parametrize("who", ["neighbour", "pending"])
    def test_others_may_not(self, world: World, who: str) -> None:
        found = need(world.person(ROCAMADOUR), world.edition())
        others = {
            "neighbour": (world.person(GRAMAT), Reason.NOT_YOURS),
            "pending": (world.person(ROCAMADOUR, status=AttachmentStatus.PENDING), Reason.ATTACHMENT_PENDING),
        }
        actor, reason = others[who]
        assert refusal(actions.edit, actor, found.id, NEED, at=DURING_NEEDS) is reason
        assert refusal(actions.withdraw, actor, found.id, reason="doublon", at=DURING_NEEDS) is reason

    def test_once_examined_it_no_longer_changes(self, world: World) -> None:
        edition, author = world.edition(), world.person(ROCAMADOUR)
        found = need(author, edition)
        group(found, proposal(edition))
        assert refusal(actions.edit, author, found.id, NEED, at=DURING_NEEDS) is Reason.NOT_AWAITING_TRIAGE
        assert refusal(actions.withdraw, author, found.id, reason="non", at=DURING_NEEDS) is Reason.NOT_AWAITING_TRIAGE

    def test_withdrawn_it_stays_readable_with_its_reason(self, world: World) -> None:
        edition, author = world.edition(), world.person(ROCAMADOUR)
        found = need(author, edition)
        later = DURING_NEEDS + timedelta(hours=3)
        actions.withdraw(world.person(ROCAMADOUR), found.id, reason=" Un doublon. ", at=later)
        again = queries.one(edition.id, found.number)
        assert (again.status, again.status_reason, again.status_at) == (Status.WITHDRAWN, "Un doublon.", later)

    def test_an_unknown_contribution_is_not_found(self, world: World) -> None:
        world.edition()
        with pytest.raises(NotFound):
            actions.withdraw(world.person(ROCAMADOUR), 999, reason="rien", at=DURING_NEEDS)

    def test_a_draft_is_nobody_s_business(self, world: World) -> None:
        edition, author = world.edition(), world.person(ROCAMADOUR)
        found = need(author, edition)
        with transaction() as session:
            session.get_one(Contribution, found.id).status = Status.DRAFT
        with pytest.raises(NotFound):
            queries.one(edition.id, found.number)
        assert queries.find(edition.id, queries.Filters()).total == 0


class TestSharing:
    def test_one_voice_per_collectivite(self, world: World) -> None:
        edition = world.edition()
        found = need(world.person(ROCAMADOUR), edition)
        actions.say_me_too(world.person(GRAMAT), found.id, at=DURING_NEEDS)
        assert refusal(actions.say_me_too, world.person(GRAMAT), found.id, at=DURING_NEEDS) is Reason.ALREADY_SHARED
        actions.say_me_too(world.person(LOT), found.id, at=DURING_NEEDS + timedelta(minutes=1))
        sharing = queries.sharing(found.id, GRAMAT)
        assert [sharer.name for sharer in sharing.first] == ["Gramat (Lot)", "Département du Lot"]
        assert (sharing.total, sharing.ours) == (2, True)
        assert not queries.sharing(found.id, CAUVALDOR).ours

    def test_a_colleague_takes_it_back(self, world: World) -> None:
        found = need(world.person(ROCAMADOUR), world.edition())
        actions.say_me_too(world.person(GRAMAT), found.id, at=DURING_NEEDS)
        actions.say_me_too(world.person(LOT), found.id, at=DURING_NEEDS)
        actions.withdraw_me_too(world.person(GRAMAT), found.id, at=DURING_NEEDS)
        assert [sharer.siren for sharer in queries.sharing(found.id, None).first] == [LOT]
        assert refusal(actions.withdraw_me_too, world.person(GRAMAT), found.id, at=DURING_NEEDS) is Reason.NOT_SHARED

    def test_it_is_carried_along_whatever_triage_does(self, world: World) -> None:
        edition = world.edition()
        found = need(world.person(ROCAMADOUR), edition)
        actions.say_me_too(world.person(GRAMAT), found.id, at=DURING_NEEDS)
        group(found, proposal(edition))
        assert queries.sharing(found.id, None).total == 1

    def test_fifty_identical_requests_are_one(self, app: Flask, world: World) -> None:
        found = need(world.person(ROCAMADOUR), world.edition())
        people = [world.person(GRAMAT) for _ in range(5)]

        def say(actor: Actor) -> Reason | None:
            with app.app_context():
                try:
                    actions.say_me_too(actor, found.id, at=DURING_NEEDS)
                except Refused as refused:
                    return refused.reason
                return None

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(say, people * 10))
        assert answers.count(None) == 1
        assert answers.count(Reason.ALREADY_SHARED) == 49
        assert reading().scalar(select(func.count()).select_from(MeToo)) == 1


@pytest.mark.parametrize("status", [AttachmentStatus.REFUSED, AttachmentStatus.ENDED])
def test_an_attachment_lost_in_between_no_longer_speaks(world: World, status: AttachmentStatus) -> None:
    edition, author, neighbour = world.edition(), world.person(ROCAMADOUR), world.person(GRAMAT)
    mine, theirs = need(author, edition), need(neighbour, edition)
    decide_attachment(author, status)
    assert refusal(need, author, edition) is Reason.NO_COLLECTIVITE
    assert refusal(actions.edit, author, mine.id, NEED, at=DURING_NEEDS) is Reason.NOT_YOURS
    assert refusal(actions.withdraw, author, mine.id, reason="Non.", at=DURING_NEEDS) is Reason.NOT_YOURS
    assert refusal(actions.say_me_too, author, theirs.id, at=DURING_NEEDS) is Reason.NO_COLLECTIVITE
    assert refusal(actions.withdraw_me_too, author, theirs.id, at=DURING_NEEDS) is Reason.NO_COLLECTIVITE
