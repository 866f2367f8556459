"""Everything kept of one person, for that person: complete, and nothing of anybody else."""

import json
from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import select, update

from consult.accounts.model import (
    Attachment,
    AttachmentStatus,
    AttachmentWay,
    Identity,
    Invitation,
    Person,
    RecoveryCode,
    SecondFactor,
    SessionWay,
    Topic,
)
from consult.accounts.own import addresses
from consult.accounts.own.notifications import choose_notifications
from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.contributions.actions import say_me_too
from consult.contributions.drafts import start_draft
from consult.contributions.files import arriving
from consult.contributions.model import ContributionType
from consult.following.actions import follow
from consult.following.rules import Sort, Subject
from consult.ground.actor import VISITOR, Actor, Role
from consult.ground.clock import paris
from consult.ground.database import reading, transaction
from consult.ground.refusals import NotFound, Reason, Refused
from consult.interests.actions import declare
from consult.interests.drafts import keep
from consult.interests.files import join_documents
from consult.interests.messages import reply
from consult.interests.model import Interest, Reading
from consult.journal.model import Event, EventKind
from consult.opendata.personal import SCHEMA, download, personal_data, sizes
from consult.opendata.rules import DOWNLOADS_COUNTED_OVER, MOST_DOWNLOADS, may_download
from consult.selection.model import Opinion, Recusal, Stance
from consult.voting.actions import give_support
from consult.web.personal_data import said
from consult.workshops.model import Seat, Workshop
from tests.accounts.test_sessions import opened
from tests.interests.test_actions import DRAFT
from tests.support import documents, retained, stage_one
from tests.support.letters import letters
from tests.support.statements import count_statements
from tests.support.world import GRAMAT, LOT, ROCAMADOUR, World, during

AT = paris(2021, 6, 2, 10)
TICK = timedelta(microseconds=1)
EMAIL = "Jeanne@mairie.exemple.fr"

SECTIONS = {
    "attachments": {
        *("siren", "collectivite", "status", "way", "evidence", "requested_at", "decided_at", "verified_at", "reason"),
    },
    "identities": {"issuer", "subject", "siret", "linked_at", "seen_at"},
    "sessions": {"opened_at", "ended_at", "way", "device", "second_factor_at"},
    "second_factor": {"confirmed_at"},
    "recovery_codes": {"used_at"},
    "roles": {"role", "granted_at"},
    "muted_topics": {"topic"},
    "invitations_sent": {"siren", "created_at", "expires_at", "closed_at", "outcome"},
    "invitations_received": {"siren", "created_at", "expires_at", "closed_at", "outcome"},
    "messages": {"notice", "created_at", "sent_at"},
    "contributions": {
        *("edition", "number", "type", "siren", "partner", "profile", "function", "title", "situation", "audience", "effects"),
        *("url", "repository", "licence", "users", "funding_sought", "funding_purpose", "status", "published_at"),
    },
    "drafts": {"edition", "type", "siren", "data", "created_at", "saved_at"},
    "documents": {"edition", "number", "name", "media_type", "size", "added_at", "removed_at"},
    "me_too": {"edition", "number", "siren", "at"},
    "supports": {"edition", "proposal", "siren", "given_at", "receipt"},
    "interests": {
        *("edition", "number", "proposal", "siren", "level", "availability", "motivation", "charter", "status", "reason"),
        *("submitted_at", "decided_at"),
    },
    "opinions": {"edition", "proposal", "stance", "notes", "given_at"},
    "recusals": {"edition", "proposal", "reason", "declared_at"},
    "events": {"at", "kind", "edition", "siren", "subject"},
    "interest_drafts": {"edition", "proposal", "siren", "data", "created_at", "saved_at"},
    "interest_messages": {"edition", "number", "at", "body"},
    "interest_documents": {"edition", "number", "name", "media_type", "size", "added_at", "removed_at"},
    "readings": {"edition", "number", "note", "at"},
    "workshop_seats": {"edition", "workshop", "siren", "taken_at", "given_up_at"},
    "follows": {"subject", "is_chosen", "at", "stopped_at"},
    "rhythm": {"rhythm", "told_at", "bounced_at"},
}
"""Sections and their fields, literally: names stay once they are out."""


@pytest.fixture
def someone(world: World) -> Actor:
    """Who asks for their data."""
    return world.person(ROCAMADOUR, Role.MODERATOR, email=EMAIL)


def live(world: World, someone: Actor, edition: Edition, other: Actor) -> None:
    """Everything somebody may do here, once, beside another person who does it too."""
    mine, theirs = (stage_one.need(who, edition) for who in (someone, other))
    for who, what in ((someone, mine), (other, theirs)):
        documents.join(who, what, f"Document de {who.name}.pdf")
    for who, what in ((someone, theirs), (other, mine)):
        start_draft(who, edition.id, ContributionType.NEED, {"title": f"Brouillon de {who.name}"}, at=during(Stage.NEEDS))
        say_me_too(who, what.id, at=during(Stage.NEEDS))
    proposal = stage_one.proposal(edition)
    for who in (someone, other):
        give_support(who, proposal.id, at=during(Stage.VOTING))
        choose_notifications(who, set(Topic) - {Topic.RESULTS}, at=AT)
        opened(who, AT, SessionWay.LINK, "Firefox sur Windows", id_token="un secret du fournisseur")
        addresses.ask_address_change(who, f"nouvelle-{who.person_id}@exemple.fr", at=AT)
    kept = retained.proposal(edition)
    for who in (someone, other):
        found = declare(who, kept.id, DRAFT, at=during(Stage.INTERESTS))
        _write_later(who, edition, found)
    letters(AT)
    with transaction() as session:
        for who, whose in ((someone, other), (other, someone)):
            of = {"proposal_id": kept.id, "edition_id": edition.id, "person_id": who.person_id}
            session.add(Opinion(stance=Stance.RESERVED, notes=f"Une note de {who.name}.", given_at=AT, **of))
            session.add(Recusal(reason=f"Le lien de {who.name}.", declared_at=AT, **of))
            session.add(
                Identity(
                    person_id=who.person_id,
                    issuer="https://op.exemple.fr",
                    subject=f"sujet-{who.person_id}",
                    linked_at=AT,
                    seen_at=AT,
                )
            )
            session.add(SecondFactor(person_id=who.person_id, secret="SECRETTOTP", confirmed_at=AT, last_step=1, tries=0))
            session.add(RecoveryCode(person_id=who.person_id, code_hash="empreinte"))
            email = session.get_one(Person, whose.person_id).email
            session.add(
                Invitation(
                    siren=who.siren,
                    email=email,
                    email_key=email.lower(),
                    invited_by=who.person_id,
                    created_at=AT,
                    expires_at=AT + timedelta(days=14),
                )
            )
        session.execute(
            update(Attachment)
            .where(Attachment.person_id == someone.person_id)
            .values(evidence={"by": other.person_id, "seen": "Arrêté de nomination."}, way=AttachmentWay.INVITATION)
        )


def _write_later(who: Actor, edition: Edition, found: Interest) -> None:
    """What somebody leaves in stages 3 and 4."""
    at = during(Stage.INTERESTS)
    begun = {"motivation": f"Nous, dit {who.name}.", "referent_name": "Camille Fictif"}
    keep(who, retained.proposal(edition, "Gérer les documents").id, begun, revision=0, at=at)
    reply(who, found.id, f"Un mot de {who.name}.", at=at)
    with arriving(documents.store(), [(BytesIO(documents.pdf()), f"Délibération de {who.name}.pdf")]) as arrivals:
        join_documents(who, documents.store(), found.id, arrivals, at=at)
    follow(who, Subject(Sort.COLLECTIVITE, LOT), at=at)
    with transaction() as session:
        workshop = Workshop(
            edition_id=edition.id,
            proposal_id=found.proposal_id,
            number=found.number,
            title="Un atelier",
            starts_at=at,
            ends_at=at + timedelta(hours=1),
            place="En mairie",
            capacity=9,
            created_at=at,
        )
        session.add(workshop)
        session.flush()
        session.add(Seat(workshop_id=workshop.id, person_id=who.person_id, siren=who.siren, taken_at=at))
        session.add(Reading(interest_id=found.id, person_id=who.person_id, note=f"Une lecture de {who.name}.", at=at))


@pytest.fixture
def data(world: World, someone: Actor) -> dict[str, object]:
    """What they download, after a full life here."""
    live(world, someone, world.edition(), world.person(GRAMAT, email="voisine@exemple.fr"))
    return download(someone, at=AT)


def test_the_schema_is_stable(data: dict[str, object]) -> None:
    assert list(data) == ["schema", "generated_at", "person", *SECTIONS]
    assert (data["schema"], data["generated_at"]) == (SCHEMA, AT)
    assert set(data["person"]) == {  # type: ignore[call-overload]
        *("email", "is_address_proved", "name", "profile", "function", "created_at", "last_seen_at", "warned_at"),
    }
    for section, fields in SECTIONS.items():
        entries = data[section]
        assert entries, section
        assert {frozenset(entry) for entry in entries} == {frozenset(fields)}, section  # type: ignore[attr-defined]


def test_it_is_theirs_and_complete(data: dict[str, list[dict[str, object]]], someone: Actor) -> None:
    assert data["person"]["email"] == EMAIL  # type: ignore[call-overload]
    assert data["person"]["name"] == someone.name  # type: ignore[call-overload]
    once: tuple[str, ...] = (
        "attachments",
        "identities",
        "second_factor",
        "recovery_codes",
        "roles",
        "muted_topics",
        "contributions",
        "drafts",
        "documents",
    )
    once += ("interest_drafts", "interest_messages", "interest_documents", "readings", "workshop_seats", "follows", "rhythm")
    once += ("me_too", "supports", "interests", "invitations_sent", "invitations_received", "opinions", "recusals")
    assert {section: len(data[section]) for section in once} == dict.fromkeys(once, 1)
    assert data["me_too"][0]["number"] == 2, "what they shared, not what was shared of theirs"
    assert data["attachments"][0]["evidence"] == {"seen": "Arrêté de nomination."}
    assert [session["device"] for session in data["sessions"]] == ["Firefox sur Windows"]
    assert {entry["notice"] for entry in data["messages"]} == {
        *("contribution_published", "support_changed", "address_code", "interest_declared"),
    }
    kinds = {entry["kind"] for entry in data["events"]}
    assert {"contribution:published", "support:given", "notifications:chosen", "session:opened"} <= kinds


def test_nothing_of_anybody_else_and_no_secret(data: dict[str, object], someone: Actor, world: World) -> None:
    text = json.dumps(data, ensure_ascii=False, default=said)
    others = [name for name in reading().scalars(select(Person.name)) if name != someone.name]
    assert others
    for foreign in (
        *others,
        "voisine@exemple.fr",
        "Camille Fictif",
        "Dominique Fictif",
        "SECRETTOTP",
        "empreinte",
        "un secret",
    ):
        assert foreign not in text, foreign
    assert text.count("@") == 1, "their own address, and no other"


def test_what_was_sent_to_an_address_is_only_for_who_has_proved_it(data: dict[str, list[object]], someone: Actor) -> None:
    assert data["messages"]
    with transaction() as session:
        session.execute(update(Person).where(Person.id == someone.person_id).values(is_address_proved=False))
    unproved = personal_data(someone.person_id or 0, at=AT)
    assert (unproved["messages"], unproved["invitations_received"]) == ([], [])
    assert {section: unproved[section] for section in SECTIONS if section not in ("messages", "invitations_received")} == {
        section: data[section] for section in SECTIONS if section not in ("messages", "invitations_received")
    } | {"events": unproved["events"]}


def test_every_value_can_be_written(data: dict[str, object]) -> None:
    written = json.loads(json.dumps(data, default=said))
    assert written["generated_at"] == "2021-06-02T10:00:00+02:00"
    assert written["attachments"][0]["status"] == "verified"


def test_the_sizes_are_those_of_the_file(data: dict[str, list[object]], someone: Actor) -> None:
    with count_statements() as sent:
        counted = sizes(someone.person_id or 0)
    assert counted == {section: len(data[section]) for section in SECTIONS}
    assert len(sent) == 1


def test_it_costs_the_same_however_much_there_is(world: World, someone: Actor) -> None:
    costs = []
    for slug in ("2021", "2020", "2019"):
        with count_statements() as sent:
            personal_data(someone.person_id or 0, at=AT)
        costs.append(len(sent))
        edition = world.edition(slug)
        stage_one.need(someone, edition)
        give_support(someone, stage_one.proposal(edition).id, at=during(Stage.VOTING))
    assert costs == [1 + len(SECTIONS)] * 3


# ── Limits ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("downloads", "reason"), [(0, None), (MOST_DOWNLOADS - 1, None), (MOST_DOWNLOADS, Reason.TOO_MANY_DOWNLOADS)]
)
def test_how_often_one_may_download(downloads: int, reason: Reason | None) -> None:
    assert may_download(downloads).reason is reason


def test_a_few_times_an_hour_each_journaled(world: World, someone: Actor) -> None:
    other = world.person(GRAMAT)
    for _ in range(MOST_DOWNLOADS):
        download(someone, at=AT)
    with pytest.raises(Refused) as refused:
        download(someone, at=AT + DOWNLOADS_COUNTED_OVER - TICK)
    assert refused.value.reason is Reason.TOO_MANY_DOWNLOADS
    assert download(other, at=AT)["person"]
    assert download(someone, at=AT + DOWNLOADS_COUNTED_OVER)["person"]
    told = reading().scalars(select(Event).where(Event.kind == EventKind.DATA_DOWNLOADED)).all()
    assert [event.person_id for event in told].count(someone.person_id) == MOST_DOWNLOADS + 1


def test_nobody_has_none(world: World) -> None:
    world.person(ROCAMADOUR, status=AttachmentStatus.PENDING)
    with pytest.raises(Refused) as refused:
        download(VISITOR, at=AT)
    assert refused.value.reason is Reason.SIGN_IN
    with pytest.raises(NotFound):
        personal_data(999_999, at=AT)
