"""A collectivité leaves the register: who spoke for it, or asked to, is told, speaks for it no more, and loses nothing else."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from consult.accounts.attachments.actions import ask_attachment
from consult.accounts.attachments.vanished import REASON
from consult.accounts.model import (
    Attachment,
    AttachmentStatus,
    Invitation,
    InvitationOutcome,
    KnownDomain,
    OfficialMailbox,
)
from consult.accounts.queries import actor_of_person
from consult.ground.actor import Actor
from consult.ground.clock import paris
from consult.ground.database import reading, transaction
from consult.ground.refusals import Reason, Refused
from consult.journal.model import Event, EventKind
from tests.register.conftest import bases, empty  # noqa: F401 - a base whose register may be changed
from tests.register.samples import CAUVALDOR, GRAMAT, ROCAMADOUR
from tests.support.letters import letters, text_of
from tests.support.statements import count_statements
from tests.support.vintages import BEFORE, CAHORS, FIGEAC, MIERS, bring, dissolved, merged, siren, without
from tests.support.world import BEFORE_ALL, World

AT = paris(2021, 4, 20, 10)
NEW = siren(20009000)
NOUVELLE = merged(replace(GRAMAT, siren=NEW, name="Gramat-et-Miers"), GRAMAT, MIERS)
TOGETHER = (*without(BEFORE, GRAMAT, MIERS), NOUVELLE)


@pytest.fixture
def small(empty: Flask, tmp_path: Path) -> World:  # noqa: F811
    """A world whose register holds `vintages.BEFORE`."""
    bring(tmp_path, BEFORE, at=BEFORE_ALL)
    return World(empty)


def attachment_of(actor: Actor) -> Attachment:
    reading().expire_all()
    return reading().scalars(select(Attachment).where(Attachment.person_id == actor.person_id)).one()


def events(kind: EventKind) -> list[Event]:
    return list(reading().scalars(select(Event).where(Event.kind == kind).order_by(Event.id)))


def test_an_attachment_ends_and_stays_verified(small: World, tmp_path: Path) -> None:
    agent, other = small.person(MIERS.siren), small.person(ROCAMADOUR.siren)
    report = bring(tmp_path, TOGETHER, at=AT)
    ended = attachment_of(agent)
    assert (ended.status, ended.decided_at, ended.decided_by, ended.reason) == (AttachmentStatus.ENDED, AT, None, REASON)
    assert ended.verified_at == BEFORE_ALL
    assert attachment_of(other).status is AttachmentStatus.VERIFIED
    assert report.effects["attachments_ended"] == 1
    now = actor_of_person(agent.person_id or 0)
    assert now is not None
    assert now.mandates == ()
    (event,) = events(EventKind.ATTACHMENT_ENDED)
    assert (event.at, event.siren, event.subject) == (AT, MIERS.siren, f"attachment:{ended.id}")
    assert event.data["reason"] == REASON


def test_they_are_told_what_happened_who_succeeds_and_what_to_do(small: World, tmp_path: Path) -> None:
    agent = small.person(MIERS.siren, email="secretaire@miers.example")
    asking = small.person(GRAMAT.siren, status=AttachmentStatus.PENDING, email="elue@gramat.example")
    small.person(ROCAMADOUR.siren)
    small.person(MIERS.siren, status=AttachmentStatus.REFUSED)
    bring(tmp_path, TOGETHER, at=AT)
    told = {letter["To"]: letter for letter in letters(AT)}
    assert set(told) == {"secretaire@miers.example", "elue@gramat.example"}
    for address, name in (("secretaire@miers.example", "Miers (Lot)"), ("elue@gramat.example", "Gramat (Lot)")):
        words = text_of(told[address])
        assert f"{name} n’existe plus" in words
        assert "Lui succède Gramat-et-Miers (Lot)." in words
        assert "http://127.0.0.1:8000/compte/rattachements" in words
        assert f"http://127.0.0.1:8000/collectivites/{NEW}" in words
    content = told["secretaire@miers.example"].get_content()
    assert "Gramat-et-Miers (Lot).\n\nVous ne pouvez donc plus agir" in content
    assert (
        f"/compte/rattachements\n\nGramat-et-Miers (Lot) :\nhttp://127.0.0.1:8000/collectivites/{NEW}\n\nSi"
        in content.replace("\u00a0", " ")
    )
    assert "compte toujours" in text_of(told["secretaire@miers.example"])
    assert "sans que personne l’ait refusée" in text_of(told["elue@gramat.example"])
    assert attachment_of(asking).status is AttachmentStatus.ENDED
    assert attachment_of(asking).verified_at is None
    assert attachment_of(agent).reason == REASON


def test_of_a_shared_epci_both_successors_are_named_the_main_one_first(small: World, tmp_path: Path) -> None:
    small.person(CAUVALDOR.siren)
    goes_to = {row.siren: FIGEAC if row is GRAMAT else CAHORS for row in BEFORE if row.epci_siren}
    bring(tmp_path, dissolved(BEFORE, CAUVALDOR, goes_to), at=AT)
    (letter,) = letters(AT)
    assert "Lui succèdent Communauté de communes du Grand Figeac (Lot), puis Communauté" in text_of(letter)


def test_without_a_known_successor_the_letter_says_no_more_than_is_known(small: World, tmp_path: Path) -> None:
    small.person(MIERS.siren)
    bring(tmp_path, without(BEFORE, MIERS), at=AT)
    (letter,) = letters(AT)
    words = text_of(letter)
    assert "succède" not in words
    assert "Pour parler au nom d’une autre collectivité, rattachez-vous de nouveau : http" in words


def test_they_may_attach_anew_to_the_successor_and_not_to_what_ended(small: World, tmp_path: Path) -> None:
    agent = small.person(MIERS.siren)
    bring(tmp_path, TOGETHER, at=AT)
    now = actor_of_person(agent.person_id or 0)
    assert now is not None
    with pytest.raises(Refused) as refused:
        ask_attachment(now, MIERS.siren, at=AT)
    assert refused.value.reason is Reason.NOT_IN_REGISTER
    ask_attachment(now, NEW, at=AT)


def test_invitations_domains_and_mailboxes_go_too(small: World, tmp_path: Path) -> None:
    hosts = {row.siren: small.person(row.siren) for row in (MIERS, ROCAMADOUR)}
    with transaction() as session:
        for row, host in hosts.items():
            session.add(
                Invitation(
                    siren=row,
                    email="a@b.example",
                    email_key="a@b.example",
                    invited_by=host.person_id,
                    created_at=BEFORE_ALL,
                    expires_at=AT + timedelta(days=3),
                )
            )
            session.add(KnownDomain(domain=f"x{row}.example", siren=row, added_at=BEFORE_ALL, added_by=None))
            session.add(OfficialMailbox(siren=row, email="mairie@wanadoo.example", loaded_at=BEFORE_ALL))
    report = bring(tmp_path, TOGETHER, at=AT)
    rows = reading().execute(select(Invitation.siren, Invitation.outcome, Invitation.closed_at)).all()
    assert {row.siren: (row.outcome, row.closed_at) for row in rows} == {
        MIERS.siren: (InvitationOutcome.REVOKED, AT),
        ROCAMADOUR.siren: (None, None),
    }
    assert reading().scalars(select(KnownDomain.siren)).all() == [ROCAMADOUR.siren]
    assert reading().scalars(select(OfficialMailbox.siren)).all() == [ROCAMADOUR.siren]
    assert [report.effects[name] for name in ("invitations_revoked", "domains_removed", "mailboxes_removed")] == [1, 1, 1]
    assert [event.siren for event in events(EventKind.INVITATION_REVOKED)] == [MIERS.siren]
    assert [event.data["domain"] for event in events(EventKind.DOMAIN_REMOVED)] == [f"x{MIERS.siren}.example"]


def test_who_comes_back_finds_nobody_attached_and_people_ask_again(small: World, tmp_path: Path) -> None:
    agent = small.person(MIERS.siren)
    bring(tmp_path, TOGETHER, at=AT)
    bring(tmp_path, BEFORE, at=AT + timedelta(days=1))
    assert attachment_of(agent).status is AttachmentStatus.ENDED
    now = actor_of_person(agent.person_id or 0)
    assert now is not None
    ask_attachment(now, MIERS.siren, at=AT + timedelta(days=1))


def test_a_rehearsal_ends_and_tells_nothing(small: World, tmp_path: Path) -> None:
    agent = small.person(MIERS.siren)
    report = bring(tmp_path, TOGETHER, at=AT, is_rehearsal=True)
    assert report.effects["attachments_ended"] == 1
    assert attachment_of(agent).status is AttachmentStatus.VERIFIED
    assert letters(AT) == []


def test_sixty_people_cost_as_many_statements_as_one(small: World, tmp_path: Path) -> None:
    def load(people: int) -> int:
        for _ in range(people):
            small.person(MIERS.siren)
        with count_statements() as sent:
            bring(tmp_path, TOGETHER, at=AT)
        assert reading().scalar(select(func.count()).where(Attachment.status == AttachmentStatus.VERIFIED)) == 0
        bring(tmp_path, BEFORE, at=AT)
        return len(sent)

    load(1)  # the register is then the same before each
    assert load(60) == load(1)
