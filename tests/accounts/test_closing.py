"""Closing an account: the person disappears, what was done in the collectivité's name stays, and no count moves."""

from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
from flask import Flask
from sqlalchemy import func, select

from consult.accounts import actions
from consult.accounts.attachments.actions import ask_attachment
from consult.accounts.attachments.desk import attachment_file
from consult.accounts.model import (
    AddressChange,
    Attachment,
    AttachmentStatus,
    Identity,
    Invitation,
    InvitationOutcome,
    MutedTopic,
    Person,
    PersonSession,
    RecoveryCode,
    RoleGrant,
    SecondFactor,
    SessionWay,
    SignInRequest,
    Topic,
)
from consult.accounts.own import addresses
from consult.accounts.own.closing import close_account, close_dormant, warn_dormant
from consult.accounts.own.notifications import choose_notifications
from consult.accounts.own.rules import WARNING_LASTS, dormant_since
from consult.accounts.queries import actor_of_person, actor_of_session
from consult.accounts.sign_in import actions as sign_in
from consult.calendar import queries as calendars
from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.contributions.actions import say_me_too
from consult.contributions.of_collectivite import shared_by, written_by
from consult.ground.actor import OPERATOR, VISITOR, Actor, Profile, Role
from consult.ground.clock import paris
from consult.ground.database import reading, transaction
from consult.ground.refusals import NotFound, Reason, Refused
from consult.interests.actions import declare
from consult.interests.queries import offered_by
from consult.journal.model import Event, EventKind
from consult.opendata import queries as opendata
from consult.opendata.figures import key_figures
from consult.opendata.personal import download
from consult.opendata.schema import FILES
from consult.outbox.model import Message, Notice
from consult.proposals.model import Proposal
from consult.triage.queries import outcomes
from consult.voting.actions import give_support
from consult.voting.queries import ballot, ranked, supported_by, turnout
from tests.accounts.test_sessions import opened
from tests.interests.test_actions import DRAFT
from tests.support import retained, stage_one
from tests.support.letters import code_of, letters, link_of, text_of
from tests.support.together import together
from tests.support.world import GRAMAT, ROCAMADOUR, World, closing_of, during

AT = paris(2021, 3, 2, 10)
LATER = paris(2021, 12, 1)
TICK = timedelta(microseconds=1)
EMAIL = "Jeanne@mairie.exemple.fr"


@pytest.fixture
def someone(world: World) -> Actor:
    """Who closes their account; others exist beside."""
    world.person(ROCAMADOUR)
    return world.person(ROCAMADOUR, email=EMAIL)


def row(actor: Actor) -> Person:
    reading().expire_all()
    return reading().get_one(Person, actor.person_id)


def count(table: type, *where: object) -> int:
    return reading().scalar(select(func.count()).select_from(table).where(*where)) or 0  # type: ignore[arg-type]


def events(*kinds: EventKind) -> list[Event]:
    reading().expire_all()
    return list(reading().scalars(select(Event).where(Event.kind.in_(kinds)).order_by(Event.id)))


# ── The person disappears ────────────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_of_the_person_is_left_but_a_nameless_row(someone: Actor) -> None:
    close_account(someone, at=AT)
    person = row(someone)
    assert (person.name, person.profile, person.function, person.closed_at) == ("", None, "", AT)
    assert person.email == person.email_key == f"ferme-{person.id}@compte.invalid"
    assert actor_of_person(person.id) is None


def held(actor: Actor) -> None:
    """Everything that may hang on an account."""
    person_id = actor.person_id
    opened(actor), opened(actor, way=SessionWay.OIDC, id_token="told by the provider")
    choose_notifications(actor, {Topic.RESULTS}, at=AT)
    addresses.ask_address_change(actor, f"autre-{person_id}@exemple.fr", at=AT)
    sign_in.request_sign_in(row(actor).email, at=AT)
    with transaction() as session:
        session.add(
            Identity(person_id=person_id, issuer="https://op.exemple.fr", subject=f"{person_id}", linked_at=AT, seen_at=AT)
        )
        session.add(SecondFactor(person_id=person_id, secret="S", confirmed_at=AT, last_step=1, tries=0))
        session.add(RecoveryCode(person_id=person_id, code_hash="x"))


def test_what_only_served_the_person_is_removed_and_others_keep_theirs(someone: Actor, world: World) -> None:
    other = world.person(GRAMAT)
    for each in (someone, other):
        held(each)
    tables = (PersonSession, Identity, SecondFactor, RecoveryCode, MutedTopic, AddressChange)
    kept = {table: count(table, table.person_id == other.person_id) for table in tables}
    assert all(kept.values())
    close_account(someone, at=AT)
    assert {table: count(table) for table in tables} == kept
    assert reading().scalars(select(SignInRequest.email_key)).all() == [row(other).email_key]


def test_no_session_goes_on_and_no_code_or_link_opens_one(someone: Actor) -> None:
    key = opened(someone)
    browser = sign_in.request_sign_in(EMAIL, at=AT)
    (letter,) = letters(AT)
    close_account(someone, at=AT)
    assert actor_of_session(key, at=AT) is None
    for attempt in (
        sign_in.sign_in_by_code(browser, code_of(letter), at=AT),
        sign_in.sign_in_by_link(link_of(letter).rpartition("/")[2].rpartition("#")[2], at=AT),
    ):
        assert attempt.verdict.reason is Reason.CODE_EXPIRED


def test_the_address_may_open_another_account_that_is_somebody_else(someone: Actor) -> None:
    close_account(someone, at=AT)
    again = actions.find_or_create_person(EMAIL, at=LATER)
    assert again != someone.person_id
    new = actor_of_person(again)
    assert new is not None
    assert (new.name, new.mandates, new.roles) == ("", (), frozenset())


def test_a_farewell_goes_then_the_address_is_forgotten(someone: Actor) -> None:
    sign_in.request_sign_in(EMAIL, at=AT)
    letters(AT)
    sign_in.request_sign_in(EMAIL, at=AT)
    close_account(someone, at=AT)
    (farewell,) = letters(AT)
    assert (farewell["To"], farewell["Subject"]) == (EMAIL, "Votre compte est fermé")
    said = text_of(farewell)
    assert "Vous l’avez demandé : votre compte est fermé." in said
    assert "votre adresse est oubliée dès son envoi" in said
    reading().expire_all()
    rows = reading().scalars(select(Message)).all()
    assert {message.recipient for message in rows} == {""}
    assert {(message.notice, message.sent_at is not None) for message in rows} == {
        (Notice.SIGN_IN, True),
        (Notice.SIGN_IN, False),
        (Notice.ACCOUNT_CLOSED, True),
    }
    assert all(message.data == {} for message in rows)


def test_nothing_anywhere_holds_the_name_or_the_address(someone: Actor, world: World, app: Flask) -> None:
    from consult.tables import metadata

    held(someone)
    invitation(world.person(GRAMAT), EMAIL)
    letters(AT)
    close_account(someone, at=AT)
    letters(AT)
    with transaction() as session:
        everything = "".join(
            repr(session.execute(select(table)).all())
            for table in metadata.sorted_tables
            if not table.name.startswith("collectivite")
        )
    assert EMAIL.lower() not in everything.lower()
    assert f"{someone.name}'" not in everything


# ── Attachments, roles, invitations ──────────────────────────────────────────────────────────────────────────────────────


def test_what_they_could_do_stops_and_what_was_verified_stays_so(someone: Actor, world: World) -> None:
    with transaction() as session:
        session.add(
            Attachment(
                person_id=someone.person_id,
                siren=GRAMAT,
                status=AttachmentStatus.PENDING,
                way="moderator",
                evidence={},
                requested_at=AT,
            )
        )
    colleague = world.person(ROCAMADOUR)
    close_account(someone, at=AT)
    rows = reading().scalars(select(Attachment).where(Attachment.person_id == someone.person_id).order_by(Attachment.id)).all()
    assert [(one.status, one.decided_at, one.decided_by) for one in rows] == [
        (AttachmentStatus.ENDED, AT, someone.person_id)
    ] * 2
    assert [one.verified_at is not None for one in rows] == [True, False]
    assert actor_of_person(colleague.person_id or 0) == colleague
    told = events(EventKind.ATTACHMENT_ENDED)
    assert [(event.siren, event.person_id) for event in told] == [
        (ROCAMADOUR, someone.person_id),
        (GRAMAT, someone.person_id),
    ]


def test_their_roles_are_given_back_and_journaled(world: World) -> None:
    world.person(None, Role.ADMINISTRATOR)
    someone = world.person(None, Role.MODERATOR, Role.ADMINISTRATOR)
    close_account(someone, at=AT)
    assert count(RoleGrant, RoleGrant.person_id == someone.person_id) == 0
    told = events(EventKind.ROLE_REVOKED, EventKind.ACCOUNT_CLOSED)
    assert [(event.kind, event.data, event.subject, event.person_id) for event in told] == [
        (kind, data, f"person:{someone.person_id}", someone.person_id)
        for kind, data in (
            (EventKind.ROLE_REVOKED, {"role": "administrator", "reason": "compte fermé"}),
            (EventKind.ROLE_REVOKED, {"role": "moderator", "reason": "compte fermé"}),
            (EventKind.ACCOUNT_CLOSED, {"why": "asked"}),
        )
    ]


def test_the_last_administrator_stays(world: World) -> None:
    world.person(None, Role.MODERATOR)
    last = world.person(ROCAMADOUR, Role.ADMINISTRATOR, email=EMAIL)
    with pytest.raises(Refused) as refused:
        close_account(last, at=AT)
    assert refused.value.reason is Reason.LAST_ADMINISTRATOR
    assert row(last).email == EMAIL
    assert actor_of_person(last.person_id or 0) == last
    assert events(EventKind.ACCOUNT_CLOSED) == []


def test_of_two_last_administrators_who_close_at_once_one_stays(app: Flask, world: World) -> None:
    people = [world.person(None, Role.ADMINISTRATOR) for _ in range(2)]
    outcomes_ = together(app, [lambda who=who: close_account(who, at=AT) for who in people])
    assert set(outcomes_) == {None, Reason.LAST_ADMINISTRATOR}
    assert count(RoleGrant, RoleGrant.role == Role.ADMINISTRATOR) == 1


def test_closing_and_being_revoked_at_once_leaves_an_administrator(app: Flask, world: World) -> None:
    one, two = (world.person(None, Role.ADMINISTRATOR) for _ in range(2))
    email = row(two).email
    together(
        app,
        [
            lambda: close_account(one, at=AT),
            lambda: actions.revoke_role(OPERATOR, email, Role.ADMINISTRATOR, reason="Départ.", at=AT),
        ],
    )
    assert count(RoleGrant, RoleGrant.role == Role.ADMINISTRATOR) == 1


def invitation(by: Actor, email: str, **changed: object) -> int:
    """An invitation that waits, unless said otherwise."""
    with transaction() as session:
        session.add(
            one := Invitation(
                siren=by.siren,
                email=email,
                email_key=email.lower(),
                invited_by=by.person_id,
                created_at=AT,
                expires_at=AT + timedelta(days=14),
                **changed,
            )
        )
    return one.id


def test_invitations_from_them_and_for_them_are_closed(someone: Actor, world: World) -> None:
    neighbour, colleague = world.person(GRAMAT), world.person(ROCAMADOUR)
    sent, received = invitation(someone, "invitee@exemple.fr"), invitation(neighbour, EMAIL)
    over = invitation(neighbour, EMAIL.upper(), closed_at=AT - TICK, outcome=InvitationOutcome.EXPIRED)
    others = invitation(colleague, "autre@exemple.fr")
    close_account(someone, at=AT)
    reading().expire_all()
    rows = {one.id: one for one in reading().scalars(select(Invitation))}
    assert [(rows[each].closed_at, rows[each].outcome) for each in (sent, received, over, others)] == [
        (AT, InvitationOutcome.REVOKED),
        (AT, InvitationOutcome.DECLINED),
        (AT - TICK, InvitationOutcome.EXPIRED),
        (None, None),
    ]
    assert [rows[each].email for each in (sent, received, over, others)] == [
        "invitee@exemple.fr",
        "",
        "",
        "autre@exemple.fr",
    ]


# ── Nothing else moves ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def past(world: World, someone: Actor) -> Edition:
    """An edition in which they wrote, shared, voted and volunteered, as others did."""
    edition, other = world.edition(), world.person(GRAMAT)
    mine, theirs = stage_one.need(someone, edition), stage_one.need(other, edition)
    say_me_too(someone, theirs.id, at=during(Stage.NEEDS))
    proposals: list[Proposal] = [stage_one.proposal(edition) for _ in range(2)]
    stage_one.group(mine, proposals[0])
    for who in (someone, other):
        give_support(who, proposals[0].id, at=during(Stage.VOTING))
    give_support(someone, proposals[1].id, at=during(Stage.VOTING))
    declare(someone, retained.proposal(edition).id, DRAFT, at=during(Stage.INTERESTS))
    return edition


def public(edition: Edition) -> dict[str, object]:
    """Everything that counts, and every data file byte for byte."""
    reading().expire_all()
    the_edition = calendars.edition(edition.slug)
    asked = opendata.Asked(the_edition, LATER, "https://consultation.exemple.fr")
    return {
        "files": {name: "".join(opendata.csv(name, asked)) for name in FILES},
        "tally": [(line.rank, line.tally) for line in ranked(the_edition, at=LATER)],
        "outcomes": outcomes(the_edition.id),
        "turnout": turnout(the_edition),
        "bilan": key_figures(the_edition.id),
        "collectivite": (
            supported_by(ROCAMADOUR, [the_edition], at=LATER),
            written_by(ROCAMADOUR).items,
            shared_by(ROCAMADOUR).items,
            offered_by(ROCAMADOUR),
        ),
    }


def test_no_count_moves_and_no_file_changes(someone: Actor, past: Edition) -> None:
    before = public(past)
    close_account(someone, at=during(Stage.INTERESTS))
    assert public(past) == before
    assert ROCAMADOUR in before["files"]["supports"]  # type: ignore[index]


def test_a_support_given_before_the_close_still_counts_during_the_vote(someone: Actor, past: Edition) -> None:
    close_account(someone, at=during(Stage.VOTING) + timedelta(days=1))
    reading().expire_all()
    tallies = {
        line.tally.number: line.tally.supports for line in ranked(calendars.edition("2021"), at=closing_of(Stage.VOTING))
    }
    assert (tallies[1], tallies[2]) == (2, 1)


def test_where_their_name_was_read_a_closed_account_is(someone: Actor, past: Edition, world: World) -> None:
    colleague = world.person(ROCAMADOUR)
    close_account(someone, at=LATER)
    reading().expire_all()
    assert {(line.by_name, line.by_function) for line in ballot(past.id, colleague)} == {("un compte fermé", "")}
    attachment = reading().scalars(select(Attachment.id).where(Attachment.person_id == someone.person_id)).one()
    assert attachment_file(attachment).person == "un compte fermé"


def test_nobody_writes_to_a_closed_account(someone: Actor, world: World) -> None:
    edition, colleague = world.edition(), world.person(ROCAMADOUR)
    at = during(Stage.VOTING) + timedelta(days=1)
    close_account(someone, at=at)
    letters(at)
    give_support(colleague, stage_one.proposal(edition).id, at=at)
    sent = [letter["To"] for letter in letters(at + timedelta(hours=1))]
    assert sent
    assert not [to for to in sent if to.endswith("compte.invalid") or to == EMAIL]


def test_it_closes_once_and_only_one_s_own(someone: Actor) -> None:
    close_account(someone, at=AT)
    with pytest.raises(NotFound):
        close_account(someone, at=AT)
    for nobody in (VISITOR, OPERATOR):
        with pytest.raises(Refused) as refused:
            close_account(nobody, at=AT)
        assert refused.value.reason is Reason.SIGN_IN
    assert len(events(EventKind.ACCOUNT_CLOSED)) == 1


SAID = actions.AccountDraft("Jeanne Fictive", Profile.AGENT, "secrétaire de mairie")


@pytest.mark.parametrize(
    "act",
    [
        lambda who: actions.complete_account(who, SAID, at=AT),
        lambda who: choose_notifications(who, set(), at=AT),
        lambda who: addresses.ask_address_change(who, "autre@exemple.fr", at=AT),
        lambda who: ask_attachment(who, GRAMAT, at=AT),
        lambda who: download(who, at=AT),
    ],
    ids=["saying who one is", "choosing mail", "another address", "an attachment", "a download"],
)
def test_a_page_left_open_writes_nothing_on_a_closed_account(someone: Actor, act: Callable[[Actor], object]) -> None:
    """The actor was read before the closing, as it is when two windows are used at once."""
    close_account(someone, at=AT)
    before = len(events(*EventKind))
    with pytest.raises(Refused) as refused:
        act(someone)
    assert refused.value.reason is Reason.SIGN_IN
    assert row(someone).name == ""
    assert len(events(*EventKind)) == before


def test_saying_who_one_is_while_closing_leaves_no_name(app: Flask, someone: Actor) -> None:
    acts = [lambda: close_account(someone, at=AT), *[lambda: actions.complete_account(someone, SAID, at=AT)] * 5]
    closed, *said = together(app, acts)
    assert closed is None
    assert set(said) <= {None, Reason.SIGN_IN}
    assert (row(someone).name, row(someone).function, row(someone).profile) == ("", "", None)


def test_eight_closings_at_once_write_one_farewell(app: Flask, someone: Actor) -> None:
    def close() -> bool:
        try:
            close_account(someone, at=AT)
        except NotFound:
            return False
        return True

    assert together(app, [close] * 8).count(True) == 1
    assert len(letters(AT)) == 1


def test_closing_while_acting_in_other_windows(app: Flask, someone: Actor, world: World) -> None:
    """Whatever comes first, nobody waits for ever, and what was written stays."""
    edition = world.edition()
    proposals = [stage_one.proposal(edition) for _ in range(3)]
    at = during(Stage.VOTING) + timedelta(days=1)
    keys = [opened(someone, at) for _ in range(3)]
    acts = [lambda one=one: give_support(someone, one.id, at=at) for one in proposals]
    acts += [lambda key=key: sign_in.sign_out(someone, key, at=at) for key in keys]  # type: ignore[misc]
    close, *others = together(app, [lambda: close_account(someone, at=at), *acts])
    assert close is None
    assert {one for one in others if isinstance(one, Reason)} <= {Reason.NO_COLLECTIVITE, Reason.MANDATE_ENDED}
    assert row(someone).closed_at == at


# ── Two years without a visit ────────────────────────────────────────────────────────────────────────────────────────────

SEEN = paris(2021, 3, 2, 10)
DUE = paris(2023, 3, 2, 10)


def asleep(world: World, *roles: Role, email: str = EMAIL, at: datetime = SEEN) -> Actor:
    """Somebody whose last visit was then; a visitor of the day before yesterday exists beside."""
    world.person(GRAMAT, at=DUE - timedelta(days=2))
    return world.person(ROCAMADOUR, *roles, email=email, at=at)


@pytest.mark.parametrize(
    ("at", "warned"), [(DUE - TICK, 0), (DUE, 1), (DUE + timedelta(days=400), 1)], ids=["a microsecond early", "due", "late"]
)
def test_two_years_after_the_last_visit_a_warning_goes(world: World, at: datetime, warned: int) -> None:
    someone = world.person(ROCAMADOUR, email=EMAIL, at=SEEN)
    assert warn_dormant(at=at) == warned
    assert row(someone).warned_at == (at if warned else None)
    sent = letters(at)
    assert [letter["To"] for letter in sent] == [EMAIL] * warned
    assert dormant_since(DUE) == SEEN


def test_the_warning_says_what_to_do_once(world: World) -> None:
    someone = asleep(world)
    assert (warn_dormant(at=DUE), warn_dormant(at=DUE), warn_dormant(at=DUE + timedelta(days=29))) == (1, 0, 0)
    (letter,) = letters(DUE)
    assert letter["Subject"] == "Votre compte va être fermé, faute de visite"
    said = text_of(letter)
    assert "dans 30 jours" in said
    assert "il suffit de vous connecter avant : http://127.0.0.1:8000/connexion" in said
    (told,) = events(EventKind.ACCOUNT_WARNED)
    assert (told.person_id, told.subject, told.at) == (None, f"person:{someone.person_id}", DUE)


@pytest.mark.parametrize(
    ("after", "closed"), [(WARNING_LASTS - TICK, 0), (WARNING_LASTS, 1)], ids=["a microsecond early", "at thirty days"]
)
def test_thirty_days_after_the_warning_it_is_closed(world: World, after: timedelta, closed: int) -> None:
    someone = asleep(world)
    warn_dormant(at=DUE)
    letters(DUE)
    assert close_dormant(at=DUE + after) == closed
    assert row(someone).closed_at == (DUE + after if closed else None)
    sent: list[EmailMessage] = letters(DUE + after)
    assert [letter["Subject"] for letter in sent] == ["Votre compte est fermé"] * closed
    if closed:
        assert "Personne n’est venu depuis notre dernier message" in text_of(sent[0])
        (told,) = events(EventKind.ACCOUNT_CLOSED)
        assert (told.person_id, told.data) == (None, {"why": "dormant"})


def test_nobody_is_closed_without_a_warning(world: World) -> None:
    asleep(world)
    assert close_dormant(at=DUE + timedelta(days=1000)) == 0


def test_a_visit_cancels_the_warning_and_two_years_begin_again(world: World) -> None:
    someone = asleep(world)
    warn_dormant(at=DUE)
    back = DUE + WARNING_LASTS - TICK
    opened(someone, back)
    assert row(someone).warned_at is None
    assert close_dormant(at=DUE + WARNING_LASTS) == 0
    again = back.replace(year=back.year + 2)
    assert warn_dormant(at=again - TICK) == 1, "the visitor of the day before yesterday, nobody else"
    assert row(someone).warned_at is None
    assert warn_dormant(at=again) == 1
    assert row(someone).warned_at == again


def test_the_last_administrator_is_warned_and_never_closed(world: World) -> None:
    last, other = asleep(world, Role.ADMINISTRATOR), world.person(None, Role.MODERATOR, email="autre@exemple.fr", at=SEEN)
    assert warn_dormant(at=DUE) == 2
    assert close_dormant(at=DUE + WARNING_LASTS) == 1
    assert (row(last).closed_at, row(other).closed_at) == (None, DUE + WARNING_LASTS)
    assert close_dormant(at=DUE + WARNING_LASTS * 20) == 0


def test_of_two_administrators_asleep_one_stays(world: World) -> None:
    for rank in range(2):
        asleep(world, Role.ADMINISTRATOR, email=f"admin-{rank}@exemple.fr")
    warn_dormant(at=DUE)
    assert close_dormant(at=DUE + WARNING_LASTS) == 1
    assert count(RoleGrant, RoleGrant.role == Role.ADMINISTRATOR) == 1


def test_a_batch_leaves_the_rest_for_the_next(world: World) -> None:
    for rank in range(5):
        asleep(world, email=f"endormie-{rank}@exemple.fr", at=SEEN + rank * TICK)
    at = DUE + timedelta(seconds=1)
    assert [warn_dormant(at=at, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert [close_dormant(at=at + WARNING_LASTS, limit=2) for _ in range(4)] == [2, 2, 1, 0]


def test_two_workers_at_once_warn_and_close_each_one_once(app: Flask, world: World) -> None:
    people = [asleep(world, email=f"endormie-{rank}@exemple.fr") for rank in range(12)]

    def work(turn: object, at: datetime) -> int:
        done, total = -1, 0
        while done:
            done = turn(at=at, limit=3)  # type: ignore[operator]
            total += done
        return total

    assert sum(together(app, [lambda: work(warn_dormant, DUE)] * 2)) == 12
    sent = letters(DUE)
    assert len({letter["To"] for letter in sent}) == len(sent) == 12
    at = DUE + WARNING_LASTS
    assert sum(together(app, [lambda: work(close_dormant, at)] * 2)) == 12
    assert {row(person).closed_at for person in people} == {at}
    assert len(letters(at)) == 12


def test_a_visit_at_the_instant_of_the_closing(app: Flask, world: World) -> None:
    """Whoever comes first: the account is open and visited, or closed and the visitor somebody new."""
    someone = asleep(world)
    warn_dormant(at=DUE)
    letters(DUE)
    at = DUE + WARNING_LASTS
    key = sign_in.request_sign_in(EMAIL, at=at - TICK)
    code = code_of(next(letter for letter in letters(at - TICK) if letter["To"] == EMAIL))
    closed, entered = together(app, [lambda: close_dormant(at=at), lambda: sign_in.sign_in_by_code(key, code, at=at)])
    person = row(someone)
    if closed:
        assert person.closed_at == at
        assert entered.verdict.reason is Reason.CODE_EXPIRED
    else:
        assert person.closed_at is None
        inside = actor_of_session(entered.session_key, at=at)
        assert inside is not None
        assert inside.person_id == person.id
