"""The domains that the team knows: adding, removing, importing, and what they show of requests that wait."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from consult.accounts.attachments import actions as attachments
from consult.accounts.domains import actions as known_domains
from consult.accounts.domains.import_files import Fault, ImportFault, ImportReport
from consult.accounts.domains.queries import known_domain, waiting_on
from consult.accounts.domains.queries import known_domains as listed
from consult.accounts.model import Attachment, AttachmentStatus, AttachmentWay, KnownDomain
from consult.ground.actor import OPERATOR, VISITOR, Actor, Role
from consult.ground.clock import paris
from consult.ground.database import reading
from consult.ground.paging import PAGE_SIZE
from consult.ground.refusals import NotFound, Reason
from consult.journal.model import Event, EventKind
from consult.register.queries import everyone
from tests.support.acts import refusal
from tests.support.letters import letters
from tests.support.statements import count_statements
from tests.support.together import together
from tests.support.world import GRAMAT, LOT, ROCAMADOUR, SAINT_ETIENNE, World

AT = paris(2021, 3, 2, 10)
LATER = AT + timedelta(hours=2)
DOMAIN = "rocamadour.exemple"
NOBODY_S_SIREN = "214602402"


@pytest.fixture(autouse=True)
def _others(world: World) -> None:
    known_domains.add_domain(OPERATOR, "gramat.exemple", GRAMAT, note="", at=AT)


@pytest.fixture
def moderator(world: World) -> Actor:
    return world.person(None, Role.MODERATOR)


def table() -> dict[str, str]:
    reading().expire_all()
    return dict(reading().execute(select(KnownDomain.domain, KnownDomain.siren)).all())


def events(*kinds: EventKind) -> list[Event]:
    reading().expire_all()
    return list(reading().scalars(select(Event).where(Event.kind.in_(kinds)).order_by(Event.id)))


def attachment(attachment_id: int) -> Attachment:
    reading().expire_all()
    return reading().get_one(Attachment, attachment_id)


# ── One at a time ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_domain_is_kept_with_whose_it_is_and_where_it_was_found(moderator: Actor) -> None:
    known_domains.add_domain(moderator, DOMAIN, ROCAMADOUR, note="Pied de page du site", at=LATER)
    line = known_domain(DOMAIN)
    assert (line.siren, line.collectivite, line.added_at) == (ROCAMADOUR, "Rocamadour (Lot)", LATER)
    assert (line.added_by, line.note) == (moderator.name, "Pied de page du site")
    (*_, event) = events(EventKind.DOMAIN_ADDED)
    assert (event.person_id, event.siren) == (moderator.person_id, ROCAMADOUR)
    assert event.data == {"domain": DOMAIN, "note": "Pied de page du site"}
    assert known_domain("gramat.exemple").added_by is None, "a command"


@pytest.mark.parametrize(
    ("domain", "siren", "reason"),
    [
        ("wanadoo.fr", ROCAMADOUR, Reason.DOMAIN_SHARED),
        ("asso.fr", ROCAMADOUR, Reason.DOMAIN_SHARED),
        ("lot.gouv.fr", LOT, Reason.DOMAIN_OF_THE_STATE),
        (DOMAIN, NOBODY_S_SIREN, Reason.NOT_IN_REGISTER),
        (DOMAIN, "1 OR 1=1", Reason.NOT_IN_REGISTER),
        ("gramat.exemple", ROCAMADOUR, Reason.DOMAIN_KNOWN),
        ("gramat.exemple", GRAMAT, Reason.DOMAIN_KNOWN),
    ],
)
def test_what_cannot_be_a_collectivite_s_own_is_refused(moderator: Actor, domain: str, siren: str, reason: Reason) -> None:
    assert refusal(lambda: known_domains.add_domain(moderator, domain, siren, note="", at=AT)) is reason
    assert table() == {"gramat.exemple": GRAMAT}


def test_the_table_is_the_team_s(world: World) -> None:
    for someone in (VISITOR, world.person(GRAMAT), world.person(None, Role.COMMITTEE), world.person(None, Role.OBSERVER)):
        for act in (
            lambda who=someone: known_domains.add_domain(who, DOMAIN, ROCAMADOUR, note="", at=AT),
            lambda who=someone: known_domains.remove_domain(who, "gramat.exemple", reason="Non", at=AT),
            lambda who=someone: known_domains.import_domains(who, b"domain,siren\na.exemple,214602401\n", note="", at=AT),
            lambda who=someone: known_domains.verify_by_domain(who, "gramat.exemple", at=AT),
        ):
            assert refusal(act) is Reason.NOT_YOUR_ROLE
    assert table() == {"gramat.exemple": GRAMAT}


def test_one_domain_added_for_several_at_once_is_one_collectivite_s(app: Flask, moderator: Actor) -> None:
    wanted = [ROCAMADOUR, GRAMAT, SAINT_ETIENNE, LOT]
    said = together(
        app, [lambda siren=siren: known_domains.add_domain(moderator, DOMAIN, siren, note="", at=AT) for siren in wanted]
    )
    assert sorted(said, key=str) == [None] + [Reason.DOMAIN_KNOWN] * 3
    assert len(table()) == 2


def test_a_domain_that_is_removed_takes_back_nothing(world: World, moderator: Actor) -> None:
    agent = world.person(email="jeanne@gramat.exemple")
    verified = attachments.ask_attachment(agent, GRAMAT, at=AT)
    assert attachment(verified).way is AttachmentWay.DOMAIN
    assert refusal(lambda: known_domains.remove_domain(moderator, "gramat.exemple", reason=" ", at=AT)) is Reason.REASON_MISSING
    known_domains.remove_domain(moderator, "gramat.exemple", reason=" Racheté par une entreprise. ", at=LATER)
    assert table() == {}
    (event,) = events(EventKind.DOMAIN_REMOVED)
    assert (event.siren, event.data) == (GRAMAT, {"domain": "gramat.exemple", "reason": "Racheté par une entreprise."})
    assert attachment(verified).status is AttachmentStatus.VERIFIED
    other = attachments.ask_attachment(world.person(email="odile@gramat.exemple"), GRAMAT, at=LATER)
    assert attachment(other).status is AttachmentStatus.PENDING
    with pytest.raises(NotFound):
        known_domains.remove_domain(moderator, "gramat.exemple", reason="Encore.", at=LATER)


# ── Files ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_file_adds_what_is_new_and_twice_is_once(moderator: Actor) -> None:
    content = (
        f"domain,siren\n{DOMAIN},{ROCAMADOUR}\nGramat.Exemple.,{GRAMAT}\n{DOMAIN},{ROCAMADOUR}\nÉvry.exemple,{SAINT_ETIENNE}\n"
    ).encode("utf-8-sig")
    assert known_domains.import_domains(moderator, content, note="liste.csv", at=LATER) == ImportReport(added=2, unchanged=1)
    evry = "évry.exemple".encode("idna").decode()
    assert table() == {"gramat.exemple": GRAMAT, DOMAIN: ROCAMADOUR, evry: SAINT_ETIENNE}
    (event,) = events(EventKind.DOMAINS_IMPORTED)
    assert event.data == {"added": 2, "note": "liste.csv"}
    assert known_domain(DOMAIN).note == "liste.csv"
    assert known_domains.import_domains(moderator, content, note="liste.csv", at=LATER) == ImportReport(unchanged=3)
    assert len(events(EventKind.DOMAINS_IMPORTED)) == 1


def test_every_fault_of_a_file_is_said_and_nothing_is_added(moderator: Actor) -> None:
    content = "\n".join(
        [
            "domain;siren",
            f"{DOMAIN};{ROCAMADOUR}",
            f"pro.wanadoo.fr;{ROCAMADOUR}",
            f"asso.fr;{ROCAMADOUR}",
            f"lot.gouv.fr;{LOT}",
            f"=cmd;{ROCAMADOUR}",
            f"autre.exemple;{NOBODY_S_SIREN}",
            f"{DOMAIN};{GRAMAT}",
            f"gramat.exemple;{ROCAMADOUR}",
            "gmail.com;=1+1",
        ]
    )
    with pytest.raises(ImportFault) as refused:
        known_domains.import_domains(moderator, content.encode(), note="", at=AT)
    assert refused.value.faults == [
        Fault(3, "« pro.wanadoo.fr » est ouvert à tous : une adresse là ne prouve rien"),
        Fault(4, "« asso.fr » est ouvert à tous : une adresse là ne prouve rien"),
        Fault(5, "« lot.gouv.fr » est un domaine de l’État : il ne rattache pas à une collectivité"),
        Fault(6, "« =cmd » n’est pas un domaine"),
        Fault(7, f"le SIREN « {NOBODY_S_SIREN} » n’est pas au registre"),
        Fault(8, "ce domaine est déjà celui d’une autre collectivité, à la ligne 2"),
        Fault(9, f"« gramat.exemple » est déjà le domaine de la collectivité {GRAMAT}"),
        Fault(10, "le SIREN « =1+1 » n’est pas au registre"),
        Fault(10, "« gmail.com » est ouvert à tous : une adresse là ne prouve rien"),
    ]
    assert table() == {"gramat.exemple": GRAMAT}


def test_thirty_thousand_lines_are_a_few_statements(moderator: Actor) -> None:
    sirens = [siren for siren, _, _ in everyone()][:30_000]
    content = "domain,siren\n" + "".join(f"mairie-{rank}.exemple,{siren}\n" for rank, siren in enumerate(sirens))
    with count_statements() as sent:
        report = known_domains.import_domains(moderator, content.encode(), note="", at=AT)
    assert report == ImportReport(added=30_000)
    assert len(sent) <= 60, "batches, not lines"
    assert len(table()) == 30_001


# ── Requests that wait ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_requests_that_a_new_domain_shows_right_are_verified_in_one_act(world: World, moderator: Actor) -> None:
    def asked(email: str, siren: str = ROCAMADOUR) -> int:
        return attachments.ask_attachment(world.person(email=email), siren, at=AT)

    right = [asked("jeanne@rocamadour.exemple"), asked("Odile+x@Rocamadour.exemple")]
    others = [
        asked("a@services.rocamadour.exemple"),
        asked("b@pas-rocamadour.exemple"),
        asked("c@rocamadour.exemple", SAINT_ETIENNE),
        asked("d@wanadoo.fr"),
    ]
    own = attachments.ask_attachment(world.person(None, Role.MODERATOR, email="e@rocamadour.exemple"), ROCAMADOUR, at=AT)
    refused = asked("f@rocamadour.exemple")
    attachments.refuse_attachment(moderator, refused, reason="Inconnu.", at=AT)
    letters(AT)

    known_domains.add_domain(moderator, DOMAIN, ROCAMADOUR, note="", at=LATER)
    assert all(attachment(number).status is AttachmentStatus.PENDING for number in [*right, *others, own])
    author = attachment(own).person_id
    assert waiting_on([DOMAIN, "gramat.exemple"], but=moderator.person_id) == {DOMAIN: 3}
    assert waiting_on([DOMAIN], but=author) == {DOMAIN: 2}
    with_own_request = Actor(person_id=author, roles=frozenset({Role.MODERATOR}))
    assert known_domains.verify_by_domain(with_own_request, DOMAIN, at=LATER) == 2

    for number in right:
        verified = attachment(number)
        assert (verified.status, verified.verified_at) == (AttachmentStatus.VERIFIED, LATER)
        assert (verified.way, verified.evidence) == (AttachmentWay.DOMAIN, {"domain": DOMAIN})
    assert all(attachment(number).status is AttachmentStatus.PENDING for number in [*others, own])
    assert {event.person_id for event in events(EventKind.ATTACHMENT_VERIFIED)} == {
        attachment(number).person_id for number in right
    }
    (act,) = events(EventKind.DOMAIN_APPLIED)
    assert (act.person_id, act.siren, act.data) == (author, ROCAMADOUR, {"domain": DOMAIN, "verified": 2})
    assert {letter["To"] for letter in letters(LATER)} == {"jeanne@rocamadour.exemple", "Odile+x@Rocamadour.exemple"}
    assert waiting_on([DOMAIN], but=author) == {}
    with pytest.raises(NotFound):
        known_domains.verify_by_domain(moderator, "inconnu.exemple", at=LATER)


def test_what_somebody_refused_is_left_to_a_person(world: World, moderator: Actor) -> None:
    agent = world.person(email="jeanne@rocamadour.exemple")
    attachments.refuse_attachment(
        moderator, attachments.ask_attachment(agent, ROCAMADOUR, at=AT), reason="Inconnue en mairie.", at=AT
    )
    again = attachments.ask_attachment(agent, ROCAMADOUR, at=AT)
    known_domains.add_domain(moderator, DOMAIN, ROCAMADOUR, note="", at=LATER)
    assert known_domains.verify_by_domain(moderator, DOMAIN, at=LATER) == 0
    assert (attachment(again).status, attachment(again).way) == (AttachmentStatus.PENDING, AttachmentWay.DOMAIN)
    assert waiting_on([DOMAIN], but=None) == {}, "the button would do nothing more"


def test_two_of_the_team_verify_the_same_requests_once(app: Flask, world: World, moderator: Actor) -> None:
    for rank in range(5):
        attachments.ask_attachment(world.person(email=f"p{rank}@rocamadour.exemple"), ROCAMADOUR, at=AT)
    known_domains.add_domain(moderator, DOMAIN, ROCAMADOUR, note="", at=AT)
    said = together(app, [lambda: known_domains.verify_by_domain(moderator, DOMAIN, at=LATER)] * 3)
    assert sorted(said) == [0, 0, 5]
    assert len(events(EventKind.ATTACHMENT_VERIFIED)) == 5


# ── The list ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", ["gramat.exemple", DOMAIN, "ville.saint-etienne.exemple"]),
        ("roca", [DOMAIN]),
        ("@Rocamadour.Exemple.", [DOMAIN]),
        ("jeanne@rocamadour.exemple", [DOMAIN]),
        ("St Étienne", ["ville.saint-etienne.exemple"]),
        (GRAMAT, ["gramat.exemple"]),
        (f"{GRAMAT[:3]} {GRAMAT[3:6]} {GRAMAT[6:]}", ["gramat.exemple"]),
        ("%", []),
        ("_", []),
        ("inconnu", []),
    ],
)
def test_domains_are_found_by_what_one_knows_of_them(moderator: Actor, typed: str, found: list[str]) -> None:
    known_domains.add_domain(moderator, DOMAIN, ROCAMADOUR, note="", at=AT)
    known_domains.add_domain(moderator, "ville.saint-etienne.exemple", SAINT_ETIENNE, note="", at=AT)
    page = listed(typed)
    assert [line.domain for line in page.items] == found
    assert page.total == len(found)


def test_the_list_is_paged_at_the_same_cost(moderator: Actor) -> None:
    lines = "".join(f"d{rank:03}.exemple,{ROCAMADOUR}\n" for rank in range(PAGE_SIZE + 5))
    known_domains.import_domains(moderator, f"domain,siren\n{lines}".encode(), note="", at=AT)
    with count_statements() as sent:
        second = listed(page=2)
    assert len(sent) == 2
    assert (len(second.items), second.total) == (6, PAGE_SIZE + 6)
