"""What a receipt says: everything from the close, nothing before, and clearly nothing when it is none."""

from datetime import timedelta

import pytest
from flask import Flask

from consult.accounts.model import AttachmentStatus
from consult.calendar.model import Edition
from consult.ground.actor import Role
from consult.ground.refusals import NotFound, Reason, Refused
from consult.selection.actions import decide, proclaim
from consult.selection.model import Outcome
from consult.voting.actions import give_support, withdraw_support
from consult.voting.chain import Act
from consult.voting.receipts import Told, read_as, told
from consult.voting.rules import Weight
from tests.support.journal import lines, seal_now
from tests.support.page import PageClient
from tests.support.stage_two import CLOSED, DURING_VOTE, decide_attachment, fresh, propositions
from tests.support.statements import count_statements
from tests.support.world import GRAMAT, LOT, ROCAMADOUR, World, just_before

LATER = DURING_VOTE + timedelta(hours=1)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("K7QF-2MPD-9WXT", "K7QF-2MPD-9WXT"),
        ("k7qf2mpd9wxt", "K7QF-2MPD-9WXT"),
        ("  k7qf – 2mpd — 9wxt. ", "K7QF-2MPD-9WXT"),
        ("K7QF-2MPD-9WX", None),
        ("K7QF-2MPD-9WXTT", None),
        ("K7QF-2MPD-9WXO", None),
        ("", None),
        ("'; DROP TABLE", None),
    ],
)
def test_how_a_reference_is_read(typed: str, read: str | None) -> None:
    assert read_as(typed) == read


def said(edition: Edition, receipt: str) -> Told:
    return told(fresh(edition), receipt, at=CLOSED)


def test_a_support_that_counts_with_its_line_and_its_seal(world: World) -> None:
    edition = world.edition()
    first, *_ = propositions(edition)
    receipt = give_support(world.person(ROCAMADOUR), first.id, at=DURING_VOTE).receipt
    seal_now(edition)
    found = said(edition, receipt.lower().replace("-", " "))
    assert (found.receipt, found.number, found.title, found.collectivite) == (receipt, 1, first.title, "Rocamadour (Lot)")
    assert (found.given_at, found.weight) == (DURING_VOTE, Weight.COUNTED)
    ((step),) = found.steps
    assert (step.act, step.position, step.seal) == (Act.GIVEN, 1, lines(edition)[0]["seal"])


def test_one_that_was_withdrawn_is_found_too(world: World) -> None:
    edition = world.edition()
    first, *_ = propositions(edition)
    agent = world.person(ROCAMADOUR)
    receipt = give_support(agent, first.id, at=DURING_VOTE).receipt
    withdraw_support(agent, first.id, at=LATER)
    for _ in ("not sealed yet", "sealed"):
        found = said(edition, receipt)
        assert (found.weight, [step.act for step in found.steps]) == (Weight.VOID, [Act.GIVEN, Act.WITHDRAWN])
        seal_now(edition)
    assert [step.position for step in said(edition, receipt).steps] == [1, 2]


def test_one_whose_place_was_taken_says_by_which(world: World) -> None:
    edition = world.edition()
    first, *_ = propositions(edition)
    waiting = give_support(world.person(ROCAMADOUR, status=AttachmentStatus.PENDING), first.id, at=DURING_VOTE).receipt
    taking = give_support(world.person(ROCAMADOUR), first.id, at=LATER).receipt
    seal_now(edition)
    found = said(edition, waiting)
    assert (found.weight, found.last.replaced_by) == (Weight.VOID, taking)
    assert said(edition, taking).weight is Weight.COUNTED
    assert said(edition, taking).last.replaced_by == ""


def test_what_became_of_those_that_waited(world: World) -> None:
    edition = world.edition()
    proposals = propositions(edition)
    verified, left = (world.person(siren, status=AttachmentStatus.PENDING) for siren in (GRAMAT, LOT))
    kept, lost = (give_support(one, proposals[0].id, at=DURING_VOTE).receipt for one in (verified, left))
    assert said(edition, kept).weight is Weight.PENDING
    decide_attachment(verified, AttachmentStatus.VERIFIED, at=LATER)
    member = world.person(None, Role.COMMITTEE)
    for proposal in proposals:
        decide(member, proposal.id, Outcome.DEFERRED, reason="Une raison fictive.", at=CLOSED)
    proclaim(member, edition.id, at=CLOSED)
    assert (said(edition, kept).weight, said(edition, kept).last.act) == (Weight.COUNTED, Act.COUNTED)
    assert (said(edition, lost).weight, said(edition, lost).last.act) == (Weight.VOID, Act.SET_ASIDE)


def test_what_was_decided_since_the_last_seal_is_said_at_once(world: World) -> None:
    edition = world.edition()
    first, *_ = propositions(edition)
    waiting = world.person(GRAMAT, status=AttachmentStatus.PENDING)
    receipt = give_support(waiting, first.id, at=DURING_VOTE).receipt
    seal_now(edition)
    decide_attachment(waiting, AttachmentStatus.VERIFIED, at=LATER)
    for position in (None, 2):
        found = said(edition, receipt)
        assert (found.weight, found.last.act, found.last.position) == (Weight.COUNTED, Act.COUNTED, position)
        seal_now(edition)


def test_nothing_before_the_close(world: World) -> None:
    edition = world.edition()
    first, *_ = propositions(edition)
    receipt = give_support(world.person(ROCAMADOUR), first.id, at=DURING_VOTE).receipt
    for typed in (receipt, "2222-2222-2222", "rien"):
        with pytest.raises(Refused) as refused:
            told(fresh(edition), typed, at=just_before(CLOSED))
        assert refused.value.reason is Reason.VOTE_NOT_OVER


def test_a_reference_of_another_edition_or_of_nothing(world: World) -> None:
    edition, other = world.edition(), world.edition("2020")
    propositions(edition)
    (elsewhere,) = propositions(other, 1)
    receipt = give_support(world.person(ROCAMADOUR), elsewhere.id, at=DURING_VOTE).receipt
    seal_now(other)
    for typed in (receipt, "2222-2222-2222", "rien"):
        with pytest.raises(NotFound):
            said(edition, typed)
    assert said(other, receipt).receipt == receipt


@pytest.mark.parametrize("size", [1, 3])
def test_it_takes_as_many_statements_whatever_happened(world: World, size: int) -> None:
    edition = world.edition()
    first, *_ = propositions(edition)
    waiting = world.person(ROCAMADOUR, status=AttachmentStatus.PENDING)
    receipt = give_support(waiting, first.id, at=DURING_VOTE).receipt
    for status in (AttachmentStatus.REFUSED, AttachmentStatus.PENDING)[: size - 1]:
        decide_attachment(waiting, status, at=LATER)
        seal_now(edition)
    seal_now(edition)
    asked = fresh(edition)
    told(asked, receipt, at=CLOSED)
    with count_statements() as sent:
        assert len(told(asked, receipt, at=CLOSED).steps) == size
    assert len(sent) == 5


class TestPage:
    def test_before_the_close_it_says_when_and_gives_the_last_seal(self, world: World, client: PageClient, hold) -> None:
        edition = world.edition()
        first, *_ = propositions(edition)
        receipt = give_support(world.person(ROCAMADOUR), first.id, at=DURING_VOTE).receipt
        hold(just_before(CLOSED))
        empty = client.get("/2021/resultats/references").main
        assert "Le journal du vote n’a encore aucune ligne scellée" in empty
        seal_now(edition, at=LATER)
        page = client.get(f"/2021/resultats/references?reference={receipt}")
        assert "Rocamadour" not in page.text
        assert receipt not in page.text
        assert page.main == client.get("/2021/resultats/references?reference=2222-2222-2222").main
        assert "30 avril 2021 à 18 h 00" in page.main
        assert lines(edition)[0]["seal"] in page.main

    def test_from_the_close_it_says_all(self, world: World, client: PageClient, hold) -> None:
        edition = world.edition()
        first, *_ = propositions(edition)
        agent = world.person(ROCAMADOUR)
        receipt = give_support(agent, first.id, at=DURING_VOTE).receipt
        seal_now(edition)
        hold(CLOSED)
        page = client.get(f"/2021/resultats/references?reference={receipt.lower().replace('-', '')}")
        assert page.h1 == f"Référence {receipt}"
        for words in ("Rocamadour (Lot)", "compté", "supports.csv", lines(edition)[0]["seal"], "soutien donné"):
            assert words in page.main
        assert agent.name not in page.text
        withdrawn = client.get("/2021/resultats/references?reference=2222-2222-2222", 404)
        assert "Aucun soutien n’a la référence « 2222-2222-2222 »" in withdrawn.main

    def test_whatever_is_typed_is_answered(self, world: World, client: PageClient, hold) -> None:
        propositions(world.edition())
        hold(CLOSED)
        for typed in ("<script>", "é" * 500, "%00", "K7QF-2MPD-9WXO"):
            assert (
                "Aucun soutien n’a la référence"
                in client.get("/2021/resultats/references", 404, query_string={"reference": typed}).main
            )

    def test_the_ballot_leads_there(self, app: Flask, world: World, client: PageClient, hold) -> None:
        edition = world.edition()
        first, *_ = propositions(edition)
        agent = world.person(ROCAMADOUR)
        give_support(agent, first.id, at=DURING_VOTE)
        hold(CLOSED)
        assert "/2021/resultats/references" in client.sign_in(agent).get("/2021/mon-bulletin").links().values()
