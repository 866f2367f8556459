"""What goes on in a file of the desk: nobody overwrites anybody; questions, contests, hiding, reports, presence."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from consult.calendar.rules import Stage
from consult.contributions import actions as contributions
from consult.contributions import queries as contribution_queries
from consult.contributions.model import Contribution, DeskPresence, Status
from consult.contributions.of_collectivite import written_by
from consult.contributions.queries import Filters
from consult.ground.actor import Actor, Profile, Role
from consult.ground.database import reading
from consult.ground.refusals import NotFound, Reason, Refused
from consult.journal.model import Event, EventKind
from consult.outbox.model import Message, Notice
from consult.proposals.queries import answering
from consult.triage import actions, contests, file_queries, hiding, presence, remarks, reports
from consult.triage.file_rules import ANONYMOUS_WAITING, REPORTS_A_DAY
from tests.support.letters import letters, text_of
from tests.support.stage_one import DURING_NEEDS, NEED, group, need, proposal, scheme, service
from tests.support.together import together
from tests.support.world import GRAMAT, LOT, ROCAMADOUR, World, closing_of, opening_of

AT = DURING_NEEDS + timedelta(hours=1)
LATER = AT + timedelta(hours=1)


def refusal(act: Callable[..., object], *args: object, **kwargs: object) -> Reason:
    with pytest.raises(Refused) as refused:
        act(*args, **kwargs)
    return refused.value.reason


def again(contribution: Contribution) -> Contribution:
    reading().expire_all()
    return contribution_queries.one(contribution.edition_id, contribution.number)


def event(kind: EventKind) -> Event:
    return reading().scalars(select(Event).where(Event.kind == kind)).one()


@pytest.fixture
def moderator(world: World) -> Actor:
    return world.person(None, Role.MODERATOR)


@pytest.fixture
def author(world: World) -> Actor:
    return world.person(ROCAMADOUR, email="auteur@exemple.invalid")


class TestNobodyOverwritesAnybody:
    def test_every_act_counts_and_an_older_page_is_told(self, world: World, moderator: Actor, author: Actor) -> None:
        edition = world.edition()
        one, first, second, to = need(author, edition), proposal(edition), proposal(edition, "Seconde"), scheme(edition)
        stale = {one.id: 0}
        acts: list[Callable[..., object]] = [
            lambda seen: contributions.edit(author, one.id, NEED, at=AT),
            lambda seen: remarks.question(moderator, one.id, text="Depuis quand ?", at=AT, seen=seen),
            lambda seen: remarks.answer(author, one.id, text="Depuis mars.", at=AT),
            lambda seen: hiding.hide(moderator, one.id, reason="Une injure.", at=AT, seen=seen),
            lambda seen: hiding.show_again(moderator, one.id, reason="Corrigé.", at=AT, seen=seen),
            lambda seen: actions.reorient(moderator, one.id, to.id, reason="Guichet.", at=AT, seen=seen),
            lambda seen: contests.contest(author, one.id, text="Non.", at=AT),
            lambda seen: actions.reopen(moderator, one.id, reason="Une erreur.", at=AT, seen=seen),
            lambda seen: actions.declare_ineligible(moderator, one.id, reason="Hors champ.", at=AT, seen=seen),
            lambda seen: actions.reopen(moderator, one.id, reason="Une erreur.", at=AT, seen=seen),
            lambda seen: actions.group(moderator, [one.id], [first.id, second.id], at=AT, seen=seen),
            lambda seen: actions.ungroup(moderator, one.id, first.id, at=AT, seen=seen),
        ]
        by_the_team = {1, 3, 4, 5, 7, 8, 9, 10, 11}
        for revision, act in enumerate(acts):
            if revision in by_the_team:
                assert refusal(act, stale) is Reason.CHANGED_MEANWHILE
                assert again(one).revision == revision
            act({one.id: revision})
            assert again(one).revision == revision + 1

    def test_of_two_at_once_from_the_same_page_one_is_told(self, app: Flask, world: World, author: Actor) -> None:
        edition = world.edition()
        one, first, second = need(author, edition), proposal(edition), proposal(edition, "Seconde")
        teams = [world.person(None, Role.MODERATOR) for _ in range(2)]
        answers = together(
            app,
            [
                lambda: actions.group(teams[0], [one.id], [first.id], at=AT, seen={one.id: 0}),
                lambda: actions.group(teams[1], [one.id], [second.id], at=AT, seen={one.id: 0}),
            ],
        )
        assert answers.count(Reason.CHANGED_MEANWHILE) == 1
        assert len(answering([one.id])[one.id]) == 1

    def test_a_group_is_refused_whole_when_one_changed(self, world: World, moderator: Actor, author: Actor) -> None:
        edition = world.edition()
        one, two, found = need(author, edition), need(author, edition), proposal(edition)
        contributions.edit(author, two.id, NEED, at=AT)
        seen = {one.id: 0, two.id: 0}
        assert refusal(actions.group, moderator, [one.id, two.id], [found.id], at=AT, seen=seen) is Reason.CHANGED_MEANWHILE
        assert again(one).status is Status.PUBLISHED


class TestTakingBack:
    def test_it_waits_again_the_journal_keeps_what_it_was_and_all_concerned_are_told(
        self, world: World, moderator: Actor, author: Actor
    ) -> None:
        edition, sharer = world.edition(), world.person(GRAMAT, email="partage@exemple.invalid")
        one, to = need(author, edition), scheme(edition)
        contributions.say_me_too(sharer, one.id, at=DURING_NEEDS)
        letters(AT)
        actions.reorient(moderator, one.id, to.id, reason="Ce guichet.", at=AT)
        sent = letters(AT)
        assert [letter["To"] for letter in sent] == ["auteur@exemple.invalid", "partage@exemple.invalid"]
        assert "Votre contribution" in text_of(sent[0])
        assert "La contribution que votre collectivité partage" in text_of(sent[1])
        assert "jusqu’au 10 février 2021 à 10 h 00 (heure de Paris)" in text_of(sent[0])
        actions.reopen(moderator, one.id, reason="Une erreur.", at=LATER)
        found = again(one)
        assert (found.status, found.scheme_id, found.status_reason) == (Status.PUBLISHED, None, "Une erreur.")
        before = event(EventKind.CONTRIBUTION_REOPENED).data["before"]
        assert (before["status"], before["scheme"], before["reason"]) == ("reoriented", to.name, "Ce guichet.")
        assert len(letters(LATER)) == 2
        assert refusal(actions.reopen, moderator, one.id, reason="Encore.", at=LATER) is Reason.NOT_AWAITING_TRIAGE

    def test_those_who_may_not(self, world: World, moderator: Actor, author: Actor) -> None:
        one = need(author, world.edition())
        actions.declare_ineligible(moderator, one.id, reason="Hors champ.", at=AT)
        assert refusal(actions.reopen, author, one.id, reason="Non.", at=AT) is Reason.NOT_YOUR_ROLE
        assert refusal(actions.reopen, moderator, one.id, reason=" ", at=AT) is Reason.REASON_MISSING


class TestQuestions:
    def test_one_at_a_time_answered_by_any_colleague(self, world: World, moderator: Actor, author: Actor) -> None:
        one, colleague = need(author, world.edition()), world.person(ROCAMADOUR)
        letters(AT)
        assert refusal(remarks.answer, author, one.id, text="Rien.", at=AT) is Reason.NO_QUESTION
        assert refusal(remarks.question, moderator, one.id, text=" ", at=AT) is Reason.REASON_MISSING
        remarks.question(moderator, one.id, text="Depuis quand ?", at=AT)
        assert refusal(remarks.question, moderator, one.id, text="Et où ?", at=AT) is Reason.QUESTION_WAITS
        (asked,) = letters(AT)
        assert asked["To"] == "auteur@exemple.invalid"
        assert "Depuis quand ?" in text_of(asked)
        assert refusal(remarks.answer, world.person(GRAMAT), one.id, text="Hier.", at=AT) is Reason.NOT_YOURS
        remarks.answer(colleague, one.id, text="Depuis mars.", at=AT)
        (answered,) = letters(AT)
        assert "Depuis mars." in text_of(answered)
        assert f"/moderation/2021/contributions/{one.number}" in answered.get_content()
        said = file_queries.remarks_of(one.id)
        assert [(line.is_question, line.text) for line in said] == [(True, "Depuis quand ?"), (False, "Depuis mars.")]
        remarks.question(moderator, one.id, text="Et où ?", at=LATER)

    def test_no_word_of_it_is_in_the_journal(self, world: World, moderator: Actor, author: Actor) -> None:
        one = need(author, world.edition())
        remarks.question(moderator, one.id, text="Un secret ?", at=AT)
        remarks.answer(author, one.id, text="Un secret.", at=AT)
        told = [row.data for row in reading().scalars(select(Event).where(Event.subject == "contribution:1"))]
        assert "secret" not in repr(told)


class TestHiding:
    def test_nobody_else_reads_it_and_it_still_counts(self, world: World, moderator: Actor, author: Actor) -> None:
        edition = world.edition()
        one = need(author, edition, title="Un titre injurieux", situation="Une injure rare.")
        hiding.hide(moderator, one.id, reason="Une injure.", at=AT)
        page = contribution_queries.find(edition.id, Filters())
        assert (page.total, page.items[0].title, page.items[0].is_hidden) == (1, "Texte masqué par l’équipe", True)
        assert contribution_queries.find(edition.id, Filters(words="injurieux")).total == 0
        assert contribution_queries.find(edition.id, Filters(words="1")).total == 1
        assert written_by(ROCAMADOUR).items[0].title == "Texte masqué par l’équipe"
        (told,) = (letter for letter in letters(AT) if "masqué" in letter["Subject"])
        assert "Une injure." in text_of(told)
        assert refusal(hiding.hide, moderator, one.id, reason="Encore.", at=AT) is Reason.ALREADY_HIDDEN
        hiding.show_again(moderator, one.id, reason="Corrigé.", at=LATER)
        assert contribution_queries.find(edition.id, Filters(words="injurieux")).total == 1
        assert event(EventKind.CONTRIBUTION_SHOWN).data["before"] == "Une injure."
        assert refusal(hiding.show_again, moderator, one.id, reason="Encore.", at=AT) is Reason.NOT_HIDDEN

    def test_it_is_the_team_s_with_a_reason(self, world: World, moderator: Actor, author: Actor) -> None:
        one = need(author, world.edition())
        assert refusal(hiding.hide, author, one.id, reason="Non.", at=AT) is Reason.NOT_YOUR_ROLE
        assert refusal(hiding.hide, moderator, one.id, reason="", at=AT) is Reason.REASON_MISSING


class TestContests:
    def test_upheld_it_is_examined_again_and_nothing_is_lost(self, world: World, moderator: Actor, author: Actor) -> None:
        edition = world.edition()
        one, found = need(author, edition), proposal(edition)
        group(one, found, at=AT)
        written = contests.contest(author, one.id, text="Elle n’a rien à y faire.", at=AT)
        letters(AT)
        contests.answer_contest(moderator, written.id, upheld=True, answer="C’est juste.", at=LATER)
        assert again(one).status is Status.PUBLISHED
        assert answering([one.id]) == {}
        kept = event(EventKind.CONTEST_ANSWERED).data
        assert (kept["upheld"], kept["before"]["status"], kept["before"]["proposals"]) == (True, "grouped", [1])
        (line,) = file_queries.contests_of(one.id)
        assert (line.contested, line.is_upheld, line.answer) == (Status.GROUPED, True, "C’est juste.")
        told = {letter["Subject"].rpartition(":")[2].strip() for letter in letters(LATER)}
        assert told == {"de nouveau à l’examen", "votre contestation"}
        refused = refusal(contests.answer_contest, moderator, written.id, upheld=False, answer="Non.", at=LATER)
        assert refused is Reason.ALREADY_ANSWERED

    def test_rejected_the_outcome_stands(self, world: World, moderator: Actor, author: Actor) -> None:
        one = need(author, world.edition())
        actions.declare_ineligible(moderator, one.id, reason="Hors champ.", at=AT)
        written = contests.contest(author, one.id, text="Non.", at=AT)
        contests.answer_contest(moderator, written.id, upheld=False, answer="La règle est claire.", at=LATER)
        assert again(one).status is Status.INELIGIBLE
        assert refusal(contests.contest, author, one.id, text="Encore.", at=LATER) is Reason.ALREADY_CONTESTED

    def test_once_for_each_collectivite_even_at_once(self, app: Flask, world: World, moderator: Actor) -> None:
        author, colleague, sharer = world.person(ROCAMADOUR), world.person(ROCAMADOUR), world.person(GRAMAT)
        one = need(author, world.edition())
        contributions.say_me_too(sharer, one.id, at=DURING_NEEDS)
        actions.declare_ineligible(moderator, one.id, reason="Hors champ.", at=AT)
        acts = [lambda who=who: contests.contest(who, one.id, text="Non.", at=AT) for who in (author, colleague, sharer)]
        answers = together(app, acts)
        assert answers.count(Reason.ALREADY_CONTESTED) == 1
        assert {line.siren for line in file_queries.contests_of(one.id)} == {ROCAMADOUR, GRAMAT}
        assert refusal(contests.contest, world.person(LOT), one.id, text="Non.", at=AT) is Reason.NOT_YOURS

    def test_a_partner_once_too(self, world: World, moderator: Actor) -> None:
        partner = world.person(None, profile=Profile.PARTENAIRE)
        one = service(partner, world.edition(), partner="Association fictive")
        actions.declare_ineligible(moderator, one.id, reason="Hors champ.", at=AT)
        contests.contest(partner, one.id, text="Non.", at=AT)
        assert refusal(contests.contest, partner, one.id, text="Encore.", at=AT) is Reason.ALREADY_CONTESTED

    def test_what_is_voted_on_no_longer_moves(self, world: World, moderator: Actor, author: Actor) -> None:
        edition, opens = world.edition(), opening_of(Stage.VOTING)
        one = need(author, edition)
        group(one, proposal(edition), at=closing_of(Stage.NEEDS) - timedelta(days=1))
        written = contests.contest(author, one.id, text="Non.", at=opens)
        refused = refusal(contests.answer_contest, moderator, written.id, upheld=True, answer="Oui.", at=opens)
        assert refused is Reason.STAGE_CLOSED
        contests.answer_contest(moderator, written.id, upheld=False, answer="Trop tard.", at=opens)
        assert again(one).status is Status.GROUPED


class TestReports:
    def test_with_or_without_an_account_up_to_a_limit(self, world: World, moderator: Actor, author: Actor) -> None:
        edition, visitor = world.edition(), Actor()
        one = need(author, edition)
        for _ in range(ANONYMOUS_WAITING):
            reports.report(visitor, one.id, text="Une publicité.", at=AT)
        assert refusal(reports.report, visitor, one.id, text="Encore.", at=AT) is Reason.TOO_MANY_REPORTS
        for _ in range(REPORTS_A_DAY):
            reports.report(author, one.id, text="Une erreur.", at=AT)
        assert refusal(reports.report, author, one.id, text="Encore.", at=AT) is Reason.TOO_MANY_REPORTS
        reports.report(author, one.id, text="Le lendemain.", at=AT + timedelta(hours=24))
        assert refusal(reports.report, moderator, one.id, text=" ", at=AT) is Reason.REASON_MISSING
        assert file_queries.reports_waiting() == ANONYMOUS_WAITING + REPORTS_A_DAY + 1
        assert again(one).revision == 0, "a reader changes nothing"

    def test_settled_once_with_an_answer(self, world: World, moderator: Actor, author: Actor) -> None:
        edition, other = world.edition(), world.edition("2022")
        one = need(author, edition)
        reports.report(author, one.id, text="Une publicité.", at=AT)
        reports.report(author, need(author, other).id, text="Ailleurs.", at=AT)
        (found,) = file_queries.reports(edition.id).items
        assert refusal(reports.settle, author, found.id, answer="Non.", at=AT) is Reason.NOT_YOUR_ROLE
        assert refusal(reports.settle, moderator, found.id, answer="", at=AT) is Reason.REASON_MISSING
        reports.settle(moderator, found.id, answer="C’est un besoin réel.", at=LATER)
        assert refusal(reports.settle, moderator, found.id, answer="Encore.", at=LATER) is Reason.ALREADY_ANSWERED
        assert file_queries.reports_of(one.id)[0].answer == "C’est un besoin réel."
        with pytest.raises(NotFound):
            reports.settle(moderator, 999, answer="Rien.", at=LATER)


class TestPresence:
    def test_for_two_minutes_to_the_others_only(self, app: Flask, world: World, moderator: Actor, author: Actor) -> None:
        one, other = need(author, world.edition()), world.person(None, Role.MODERATOR)
        together(app, [lambda: presence.be_present(moderator, one.id, at=AT)] * 2)
        seen = AT + timedelta(seconds=119)
        assert presence.others_present(other, one.id, at=seen) == [moderator.name]
        assert presence.others_present(moderator, one.id, at=seen) == []
        assert presence.others_present(other, one.id, at=AT + timedelta(minutes=2)) == []
        presence.be_present(other, one.id, at=LATER)
        assert reading().scalars(select(DeskPresence.person_id)).all() == [other.person_id]
        assert refusal(presence.be_present, author, one.id, at=AT) is Reason.NOT_YOUR_ROLE


def test_the_next_that_waits_comes_after_then_from_the_beginning(world: World, moderator: Actor, author: Actor) -> None:
    edition = world.edition()
    one, two, three = (need(author, edition) for _ in range(3))
    actions.declare_ineligible(moderator, two.id, reason="Hors champ.", at=AT)
    assert file_queries.next_waiting(edition.id, one.number) == three.number
    assert file_queries.next_waiting(edition.id, three.number) == one.number
    actions.declare_ineligible(moderator, one.id, reason="Hors champ.", at=AT)
    assert file_queries.next_waiting(edition.id, three.number) is None


def test_a_letter_a_person_and_outcome_even_to_an_author_who_also_shares(world: World, moderator: Actor) -> None:
    edition, author = world.edition(), world.person(ROCAMADOUR)
    one = need(author, edition)
    for siren in (GRAMAT, LOT):
        contributions.say_me_too(world.person(siren), one.id, at=DURING_NEEDS)
    actions.declare_ineligible(moderator, one.id, reason="Hors champ.", at=AT)
    rows = reading().scalars(select(Message).where(Message.notice == Notice.CONTRIBUTION_TRIAGED)).all()
    assert sorted(row.data["shares"] for row in rows) == [False, True, True]
    assert len({row.recipient for row in rows}) == 3
