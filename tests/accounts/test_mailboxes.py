"""Official mailboxes in the base: codes sent and tried at the exact instants, under races, and files imported."""

import re
from datetime import datetime, timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select

from consult.accounts.attachments import actions as attachments
from consult.accounts.domains.import_files import Fault, ImportFault, ImportReport
from consult.accounts.mailboxes import actions as mailboxes
from consult.accounts.mailboxes.queries import MailboxRequest, mailbox_of, mailbox_request
from consult.accounts.mailboxes.rules import LASTS, LETTERS, MOST_CODES_A_MAILBOX, MOST_CODES_A_REQUEST, MOST_TRIES
from consult.accounts.model import Attachment, AttachmentStatus, AttachmentWay, MailboxCode, OfficialMailbox, Person
from consult.ground.actor import OPERATOR, VISITOR, Actor, Profile, Role
from consult.ground.clock import paris
from consult.ground.database import reading, transaction
from consult.ground.refusals import ALLOWED, NotFound, Reason, Verdict
from consult.journal.model import Event, EventKind
from consult.outbox.model import Message, Notice
from consult.register.model import Collectivite
from tests.support.acts import refusal
from tests.support.letters import letters, text_of
from tests.support.statements import count_statements
from tests.support.together import together
from tests.support.world import CAUVALDOR, GRAMAT, ROCAMADOUR, SAINT_ETIENNE, SECOND, World, just_before

AT = paris(2021, 3, 2, 10)
DAY = timedelta(days=1)
MAILBOX = "Mairie.Fictive@boite.exemple.invalid"
FILE = f"siren,email\n{ROCAMADOUR},{MAILBOX}\n{GRAMAT},autre@boite.exemple.invalid\n".encode()


@pytest.fixture(autouse=True)
def _others(world: World) -> None:
    world.person(ROCAMADOUR)
    world.person(GRAMAT, status=AttachmentStatus.PENDING)
    mailboxes.import_mailboxes(OPERATOR, FILE, at=AT - DAY)


@pytest.fixture
def agent(world: World) -> Actor:
    """An agent of no collectivité yet, with an address that proves nothing."""
    return world.person(email="jeanne.fictive@wanadoo.invalid")


@pytest.fixture
def asked(agent: Actor) -> int:
    return attachments.ask_attachment(agent, ROCAMADOUR, at=AT)


def attachment(attachment_id: int) -> Attachment:
    reading().expire_all()
    return reading().get_one(Attachment, attachment_id)


def events(*kinds: EventKind) -> list[Event]:
    reading().expire_all()
    return list(reading().scalars(select(Event).where(Event.kind.in_(kinds)).order_by(Event.id)))


def code_at(at: datetime) -> str:
    """The code of the only letter due."""
    (letter,) = letters(at)
    found = re.search(rf"^ +([{LETTERS}]{{4}})-([{LETTERS}]{{4}})$", letter.get_content(), re.MULTILINE)
    assert found, letter.get_content()
    return "".join(found.groups())


def sent_code(agent: Actor, asked: int, at: datetime = AT) -> str:
    letters(at)
    mailboxes.send_code(agent, asked, at=at)
    return code_at(at)


def wrong(code: str) -> str:
    return code[:-1] + next(letter for letter in LETTERS if letter != code[-1])


# ── Sending ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_letter_says_who_asks_for_what_and_what_to_do(agent: Actor, asked: int) -> None:
    letters(AT)
    mailboxes.send_code(agent, asked, at=AT)
    (letter,) = letters(AT)
    assert letter["To"] == MAILBOX
    assert letter["Subject"] == "Quelqu’un demande à parler pour votre collectivité"
    assert len(letter["Subject"]) <= 60
    said = text_of(letter)
    assert f"{agent.name}, qui se présente comme « secrétaire de mairie », demande à parler au nom de Rocamadour (Lot)" in said
    assert "ne faites rien" in said
    assert "/contact" in said
    assert "pendant sept jours" in said
    assert re.search(rf" [{LETTERS}]{{4}}-[{LETTERS}]{{4}} ", said)
    assert "wanadoo" not in said, "the person's own address is nobody's business"


def test_what_is_kept_and_logged_neither_opens_nor_names_anything(
    agent: Actor, asked: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "consult")
    code = sent_code(agent, asked)
    kept = reading().scalars(select(MailboxCode)).one()
    assert kept.mailbox == "M…@boite.exemple.invalid"
    assert code not in repr(vars(kept))
    assert kept.expires_at == AT + timedelta(days=7)
    mailboxes.try_code(agent, asked, wrong(code), at=AT)
    mailboxes.try_code(agent, asked, code, at=AT)
    written = events(*EventKind)
    assert {EventKind.MAILBOX_CODE_SENT, EventKind.MAILBOX_CODE_FAILED} <= {event.kind for event in written}
    assert "mailbox_code:failed" in caplog.text
    said = " ".join([caplog.text, *(f"{event.subject} {event.data!r}" for event in written)]).lower()
    for secret in (code, wrong(code), MAILBOX, "fictive@", "boite.exemple"):
        assert secret.lower() not in said
    assert MAILBOX.lower() not in repr(attachment(asked).evidence).lower()


def test_only_who_asked_sends_and_tries(world: World, agent: Actor, asked: int) -> None:
    code = sent_code(agent, asked)
    stranger = world.person(GRAMAT, Role.MODERATOR)
    for number in (asked, 999_999):
        with pytest.raises(NotFound):
            mailboxes.send_code(stranger, number, at=AT)
        with pytest.raises(NotFound):
            mailboxes.try_code(stranger, number, code, at=AT)
        with pytest.raises(NotFound):
            mailbox_request(stranger, number, at=AT)
    assert refusal(lambda: mailboxes.send_code(VISITOR, asked, at=AT)) is Reason.SIGN_IN
    assert refusal(lambda: mailboxes.try_code(VISITOR, asked, code, at=AT)) is Reason.SIGN_IN
    assert letters(AT) == []
    assert attachment(asked).status is AttachmentStatus.PENDING
    assert reading().scalars(select(MailboxCode)).one().tries == 0


def test_a_collectivite_without_a_mailbox_has_other_ways(agent: Actor) -> None:
    asked = attachments.ask_attachment(agent, CAUVALDOR, at=AT)
    assert refusal(lambda: mailboxes.send_code(agent, asked, at=AT)) is Reason.NO_MAILBOX
    seen = mailbox_request(agent, asked, at=AT)
    assert (seen.mailbox, seen.awaited_until, seen.may_send) == (None, None, Verdict(Reason.NO_MAILBOX))
    assert mailbox_of(CAUVALDOR) is None
    assert mailbox_of(ROCAMADOUR) == "M…@boite.exemple.invalid"


def test_nothing_is_sent_once_it_is_decided(agent: Actor, asked: int) -> None:
    attachments.withdraw_attachment(agent, asked, at=AT)
    assert refusal(lambda: mailboxes.send_code(agent, asked, at=AT)) is Reason.ALREADY_DECIDED
    assert mailboxes.try_code(agent, asked, "ABCDEFGH", at=AT).verdict.reason is Reason.ALREADY_DECIDED
    assert letters(AT) == []


def test_what_the_person_who_asked_may_know(agent: Actor, asked: int) -> None:
    assert mailbox_request(agent, asked, at=AT) == MailboxRequest(
        asked, "Rocamadour (Lot)", "M…@boite.exemple.invalid", None, ALLOWED
    )
    code = sent_code(agent, asked)
    assert mailbox_request(agent, asked, at=AT).awaited_until == AT + LASTS
    assert mailbox_request(agent, asked, at=just_before(AT + LASTS)).awaited_until == AT + LASTS
    assert mailbox_request(agent, asked, at=AT + LASTS).awaited_until is None
    for _ in range(MOST_TRIES):
        mailboxes.try_code(agent, asked, wrong(code), at=AT)
    assert mailbox_request(agent, asked, at=AT).awaited_until is None
    with count_statements() as sent:
        mailbox_request(agent, asked, at=AT)
    assert len(sent) == 4


def test_three_codes_a_day_for_one_request(agent: Actor, asked: int) -> None:
    for _ in range(MOST_CODES_A_REQUEST):
        mailboxes.send_code(agent, asked, at=AT)
    assert refusal(lambda: mailboxes.send_code(agent, asked, at=just_before(AT + DAY))) is Reason.TOO_MANY_CODES
    assert mailbox_request(agent, asked, at=just_before(AT + DAY)).may_send.reason is Reason.TOO_MANY_CODES
    mailboxes.send_code(agent, asked, at=AT + DAY)
    assert len(letters(AT + DAY)) == MOST_CODES_A_REQUEST + 1


def test_five_codes_a_day_for_one_mailbox_whoever_asks_and_for_whom(world: World) -> None:
    """Two communes that share a secretariat share its mailbox, however its capitals are written."""
    shared = f"siren,email\n{SAINT_ETIENNE},{MAILBOX.upper()}\n".encode()
    mailboxes.import_mailboxes(OPERATOR, shared, at=AT)
    sirens = [ROCAMADOUR, SAINT_ETIENNE] * 3
    people = [world.person() for _ in sirens]
    asked = [attachments.ask_attachment(who, siren, at=AT) for who, siren in zip(people, sirens, strict=True)]
    for who, number in list(zip(people, asked, strict=True))[:MOST_CODES_A_MAILBOX]:
        mailboxes.send_code(who, number, at=AT)
    last = partial(mailboxes.send_code, people[-1], asked[-1])
    assert refusal(lambda: last(at=just_before(AT + DAY))) is Reason.TOO_MANY_CODES
    elsewhere = world.person()
    mailboxes.send_code(elsewhere, attachments.ask_attachment(elsewhere, GRAMAT, at=AT), at=AT)
    last(at=AT + DAY)


def test_requests_at_the_same_instant_respect_the_mailbox(app: Flask, world: World) -> None:
    people = [world.person() for _ in range(MOST_CODES_A_MAILBOX + 3)]
    asked = [attachments.ask_attachment(who, ROCAMADOUR, at=AT) for who in people]
    pairs = list(zip(people, asked, strict=True))
    said = together(app, [lambda who=who, number=number: mailboxes.send_code(who, number, at=AT) for who, number in pairs])
    assert sorted(said, key=str) == [None] * MOST_CODES_A_MAILBOX + [Reason.TOO_MANY_CODES] * 3
    assert len(letters(AT)) == MOST_CODES_A_MAILBOX


def test_one_request_asked_for_at_the_same_instant_has_one_code_that_serves(app: Flask, agent: Actor, asked: int) -> None:
    said = together(app, [lambda: mailboxes.send_code(agent, asked, at=AT)] * 6)
    assert sorted(said, key=str) == [None] * MOST_CODES_A_REQUEST + [Reason.TOO_MANY_CODES] * 3
    live = select(func.count()).select_from(MailboxCode).where(MailboxCode.expires_at > AT)
    assert reading().scalar(live) == 1


def test_a_letter_that_could_not_leave_for_seven_days_is_given_up(agent: Actor, asked: int) -> None:
    mailboxes.send_code(agent, asked, at=AT)
    assert letters(AT + LASTS) == []
    kept = reading().scalars(select(Message).where(Message.notice == Notice.MAILBOX_CODE)).one()
    assert (kept.given_up_at, kept.data) == (AT + LASTS, {})


# ── Trying ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_right_code_verifies_without_the_team(agent: Actor, asked: int) -> None:
    code = sent_code(agent, asked)
    assert mailboxes.try_code(agent, asked, code, at=AT + SECOND).verdict
    verified = attachment(asked)
    assert verified.status is AttachmentStatus.VERIFIED
    assert verified.verified_at == AT + SECOND
    assert (verified.way, verified.evidence) == (AttachmentWay.MAILBOX, {"mailbox": "M…@boite.exemple.invalid"})
    assert events(EventKind.ATTACHMENT_VERIFIED)[-1].data["way"] == "mailbox"
    told = letters(AT + SECOND)
    assert {letter["To"] for letter in told} >= {"jeanne.fictive@wanadoo.invalid"}
    assert mailboxes.try_code(agent, asked, code, at=AT + SECOND).verdict.reason is Reason.ALREADY_DECIDED


@pytest.mark.parametrize(
    ("at", "reason"),
    [(just_before(AT + LASTS), None), (AT + LASTS, Reason.CODE_EXPIRED), (AT + 2 * LASTS, Reason.CODE_EXPIRED)],
)
def test_a_code_serves_seven_days(agent: Actor, asked: int, at: datetime, reason: Reason | None) -> None:
    code = sent_code(agent, asked)
    assert mailboxes.try_code(agent, asked, code, at=at).verdict.reason is reason
    assert (attachment(asked).status is AttachmentStatus.VERIFIED) is (reason is None)


def test_a_code_is_no_longer_tried_after_five_wrong_ones(agent: Actor, asked: int) -> None:
    code = sent_code(agent, asked)
    left = [mailboxes.try_code(agent, asked, wrong(code), at=AT).tries_left for _ in range(MOST_TRIES)]
    assert left == [4, 3, 2, 1, 0]
    for guess in (wrong(code), code):
        assert mailboxes.try_code(agent, asked, guess, at=AT).verdict.reason is Reason.TOO_MANY_TRIES
    assert attachment(asked).status is AttachmentStatus.PENDING
    assert [event.data["why"] for event in events(EventKind.MAILBOX_CODE_FAILED)] == ["code_wrong"] * 5 + ["too_many_tries"] * 2
    assert mailboxes.try_code(agent, asked, sent_code(agent, asked), at=AT).verdict, "a new code has tries of its own"


def test_a_newer_code_replaces_the_older(agent: Actor, asked: int) -> None:
    older = sent_code(agent, asked)
    newer = sent_code(agent, asked)
    assert mailboxes.try_code(agent, asked, older, at=AT).verdict.reason is Reason.CODE_WRONG
    assert mailboxes.try_code(agent, asked, newer, at=AT).verdict


def test_a_code_serves_the_request_it_was_sent_for(world: World, agent: Actor, asked: int) -> None:
    other = world.person()
    theirs = attachments.ask_attachment(other, ROCAMADOUR, at=AT)
    code = sent_code(agent, asked)
    assert mailboxes.try_code(other, theirs, code, at=AT).verdict.reason is Reason.CODE_EXPIRED, "none was sent for theirs"
    sent_code(other, theirs)
    assert mailboxes.try_code(other, theirs, code, at=AT).verdict.reason is Reason.CODE_WRONG
    assert attachment(theirs).status is AttachmentStatus.PENDING


def test_a_code_tried_twice_at_once_is_used_once(app: Flask, agent: Actor, asked: int) -> None:
    code = sent_code(agent, asked)
    said = together(app, [lambda: mailboxes.try_code(agent, asked, code, at=AT).verdict.reason] * 4)
    assert sorted(said, key=str) == [None] + [Reason.ALREADY_DECIDED] * 3
    assert len(events(EventKind.ATTACHMENT_VERIFIED)) == 1


def test_wrong_codes_tried_at_once_are_all_counted(app: Flask, agent: Actor, asked: int) -> None:
    code = sent_code(agent, asked)
    said = together(app, [lambda: mailboxes.try_code(agent, asked, wrong(code), at=AT).verdict.reason] * 8)
    assert said.count(Reason.CODE_WRONG) == MOST_TRIES
    assert said.count(Reason.TOO_MANY_TRIES) == 3


def test_a_code_tried_while_the_team_decides_is_answered_once(app: Flask, world: World, agent: Actor, asked: int) -> None:
    code, moderator = sent_code(agent, asked), world.person(None, Role.MODERATOR)
    said = together(
        app,
        [
            lambda: mailboxes.try_code(agent, asked, code, at=AT).verdict.reason,
            lambda: attachments.refuse_attachment(moderator, asked, reason="Inconnue en mairie.", at=AT),
        ],
    )
    verified = attachment(asked).status is AttachmentStatus.VERIFIED
    assert said == ([None, Reason.ALREADY_DECIDED] if verified else [Reason.ALREADY_DECIDED, None])


def test_no_mailbox_reverses_what_somebody_refused(world: World, agent: Actor, asked: int) -> None:
    attachments.refuse_attachment(world.person(None, Role.MODERATOR), asked, reason="Inconnue en mairie.", at=AT)
    again = attachments.ask_attachment(agent, ROCAMADOUR, at=AT)
    answer = mailboxes.try_code(agent, again, sent_code(agent, again), at=AT)
    assert answer.verdict.reason is Reason.PROOF_PUT_ASIDE
    waiting = attachment(again)
    assert (waiting.status, waiting.way) == (AttachmentStatus.PENDING, AttachmentWay.MAILBOX)


def test_a_partner_proves_nothing(agent: Actor, asked: int) -> None:
    code = sent_code(agent, asked)
    with transaction() as session:
        session.get_one(Person, agent.person_id).profile = Profile.PARTENAIRE
    assert refusal(lambda: mailboxes.try_code(agent, asked, code, at=AT)) is Reason.PARTNER_MAY_NOT


# ── Files ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def kept() -> dict[str, str]:
    return dict(reading().execute(select(OfficialMailbox.siren, OfficialMailbox.email)).all())


def test_a_file_brings_the_mailboxes_to_what_it_says() -> None:
    assert kept() == {ROCAMADOUR: MAILBOX, GRAMAT: "autre@boite.exemple.invalid"}
    assert mailboxes.import_mailboxes(OPERATOR, FILE, at=AT) == ImportReport(0, 0, 2)
    before = len(events(EventKind.MAILBOXES_IMPORTED))
    newer = (
        f"siren;email\n{ROCAMADOUR};nouvelle@évry.invalid\n{SAINT_ETIENNE};a+b@boite.invalid\n{SAINT_ETIENNE};a+b@boite.invalid"
    )
    assert mailboxes.import_mailboxes(OPERATOR, newer.encode("utf-8-sig"), at=AT) == ImportReport(1, 1, 0)
    assert kept() == {
        ROCAMADOUR: f"nouvelle@{'évry'.encode('idna').decode()}.invalid",
        GRAMAT: "autre@boite.exemple.invalid",
        SAINT_ETIENNE: "a+b@boite.invalid",
    }
    *_, last = events(EventKind.MAILBOXES_IMPORTED)
    assert last.data == {"by": "operator", "added": 1, "changed": 1}
    assert len(events(EventKind.MAILBOXES_IMPORTED)) == before + 1


def test_every_fault_of_a_file_is_said_and_nothing_changes() -> None:
    wrong_file = (
        "siren,email\n"
        f"{SAINT_ETIENNE},a@boite.invalid\n"
        "214602402,a@boite.invalid\n"
        "'=1+1,a@boite.invalid\n"
        f"{GRAMAT},pas une adresse\n"
        f"{SAINT_ETIENNE},b@boite.invalid\n"
        "=1+1,=1+1\n"
    )
    with pytest.raises(ImportFault) as refused:
        mailboxes.import_mailboxes(OPERATOR, wrong_file.encode(), at=AT)
    assert refused.value.faults == [
        Fault(3, "le SIREN « 214602402 » n’est pas au registre"),
        Fault(4, "le SIREN « '=1+1 » n’est pas au registre"),
        Fault(5, "ce n’est pas une adresse de courriel"),
        Fault(6, "cette collectivité a déjà une autre boîte, à la ligne 2"),
        Fault(7, "ce n’est pas une adresse de courriel"),
        Fault(7, "le SIREN « =1+1 » n’est pas au registre"),
    ]
    assert kept() == {ROCAMADOUR: MAILBOX, GRAMAT: "autre@boite.exemple.invalid"}


def test_a_code_sent_to_a_mailbox_that_is_replaced_no_longer_serves(agent: Actor, asked: int) -> None:
    code = sent_code(agent, asked)
    mailboxes.import_mailboxes(OPERATOR, FILE, at=AT + SECOND)
    assert mailbox_request(agent, asked, at=AT + SECOND).awaited_until is not None
    mailboxes.import_mailboxes(OPERATOR, f"siren,email\n{ROCAMADOUR},vraie@boite.invalid\n".encode(), at=AT + SECOND)
    assert mailboxes.try_code(agent, asked, code, at=AT + SECOND).verdict.reason is Reason.CODE_EXPIRED


@pytest.mark.parametrize("role", [None, Role.COMMITTEE, Role.OBSERVER])
def test_mailboxes_are_the_team_s(world: World, role: Role | None) -> None:
    someone = world.person(ROCAMADOUR, *([role] if role else []))
    assert refusal(lambda: mailboxes.import_mailboxes(someone, FILE, at=AT)) is Reason.NOT_YOUR_ROLE


def test_in_a_demonstration_every_commune_has_a_mailbox_of_its_own() -> None:
    communes = select(func.count()).where(Collectivite.kind == "commune", Collectivite.is_current)
    count = reading().scalar(communes) or 0
    assert mailboxes.invent_mailboxes("boite.exemple.fr", at=AT) == count - 2
    assert mailboxes.invent_mailboxes("boite.exemple.fr", at=AT) == 0
    invented = kept()
    assert len(invented) == count
    assert invented[ROCAMADOUR] == MAILBOX, "what is known stays"
    assert invented[SAINT_ETIENNE] == "mairie-42218@boite.exemple.fr"
    assert CAUVALDOR not in invented
