"""Attachments, in the base: what is written, what is told, and what many do at once."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from consult.accounts import actions
from consult.accounts.actions import AccountDraft
from consult.accounts.attachments import actions as attachments
from consult.accounts.attachments.proofs import Proof
from consult.accounts.attachments.queries import own_attachment
from consult.accounts.model import (
    Attachment,
    AttachmentStatus,
    AttachmentWay,
    Invitation,
    InvitationOutcome,
    KnownDomain,
    MutedTopic,
    Person,
    Topic,
)
from consult.accounts.queries import actor_of_session
from consult.accounts.rules import MOST_PENDING
from consult.accounts.sign_in import actions as sign_in
from consult.ground.actor import VISITOR, Actor, Profile, Role
from consult.ground.clock import paris
from consult.ground.database import reading, transaction
from consult.ground.refusals import NotFound, Reason
from consult.journal.model import Event, EventKind
from consult.outbox.model import Message, Notice
from consult.voting.actions import give_support, withdraw_support
from tests.support.acts import last_event, refusal
from tests.support.attached import again
from tests.support.letters import code_of, letters, text_of
from tests.support.stage_two import DURING_VOTE, on_ballot, propositions, tallies
from tests.support.together import together
from tests.support.world import CAUVALDOR, GRAMAT, LOT, OCCITANIE, ROCAMADOUR, World, no_more

AT = paris(2021, 3, 2, 10)
LATER = AT + timedelta(hours=2)


@pytest.fixture(autouse=True)
def _others(world: World) -> None:
    world.person(GRAMAT)
    world.person(GRAMAT, status=AttachmentStatus.PENDING)


@pytest.fixture
def agent(world: World) -> Actor:
    """An agent of no collectivité yet."""
    return world.person(email="jeanne.fictive@exemple.fr")


@pytest.fixture
def moderator(world: World) -> Actor:
    return world.person(None, Role.MODERATOR)


def verify(who: Actor, attachment_id: int, *, at: datetime = LATER) -> None:
    """As the desk does, for an ordinary reason."""
    attachments.verify_attachment(who, attachment_id, reason="Appel à la mairie", at=at)


def attachment(attachment_id: int) -> Attachment:
    reading().expire_all()
    return reading().get_one(Attachment, attachment_id)


def test_a_request_waits_then_gives_a_voice(agent: Actor, moderator: Actor) -> None:
    asked = attachments.ask_attachment(agent, ROCAMADOUR, at=AT)
    event = last_event()
    assert (event.kind, event.siren, event.subject) == (EventKind.ATTACHMENT_ASKED, ROCAMADOUR, f"attachment:{asked}")
    assert again(agent).is_pending
    assert letters(AT) == [], "nobody is written to before there is an answer"

    attachments.verify_attachment(moderator, asked, reason="Vue à la mairie", at=LATER)
    found = attachment(asked)
    assert (found.status, found.way) == (AttachmentStatus.VERIFIED, AttachmentWay.MODERATOR)
    assert (found.requested_at, found.decided_at, found.verified_at) == (AT, LATER, LATER)
    assert found.decided_by == moderator.person_id
    event = last_event()
    assert (event.kind, event.person_id, event.siren) == (EventKind.ATTACHMENT_VERIFIED, moderator.person_id, ROCAMADOUR)
    mandate = again(agent).mandate
    assert mandate is not None
    assert (mandate.name, mandate.is_verified, mandate.attachment_id) == ("Rocamadour (Lot)", True, asked)

    (letter,) = letters(LATER)
    assert letter["To"] == "jeanne.fictive@exemple.fr"
    assert "vous parlez maintenant au nom de Rocamadour (Lot)" in text_of(letter)
    assert "Vue à la mairie" in text_of(letter)


def test_a_refusal_says_why_and_leaves_the_way_open(agent: Actor, moderator: Actor) -> None:
    asked = attachments.ask_attachment(agent, ROCAMADOUR, at=AT)
    assert refusal(lambda: attachments.refuse_attachment(moderator, asked, reason=" ", at=LATER)) is Reason.REASON_MISSING
    assert attachment(asked).status is AttachmentStatus.PENDING
    attachments.refuse_attachment(moderator, asked, reason="Écrivez-nous de l’adresse de la mairie <script>.", at=LATER)
    assert attachment(asked).status is AttachmentStatus.REFUSED
    assert attachment(asked).verified_at is None
    assert last_event().data["reason"] == "Écrivez-nous de l’adresse de la mairie <script>."
    assert again(agent).mandate is None
    (letter,) = letters(LATER)
    assert "Écrivez-nous de l’adresse de la mairie <script>." in text_of(letter)
    assert "/compte/rattachements" in text_of(letter)
    assert attachments.ask_attachment(agent, ROCAMADOUR, at=LATER) != asked


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(verify, id="verified"),
        pytest.param(lambda who, which: attachments.refuse_attachment(who, which, reason="Trop tard", at=LATER), id="refused"),
    ],
)
def test_what_is_decided_twice_changes_nothing(agent: Actor, moderator: Actor, second) -> None:
    asked = attachments.ask_attachment(agent, ROCAMADOUR, at=AT)
    verify(moderator, asked, at=AT)
    letters(AT)
    events = reading().scalar(select(func.count()).select_from(Event))
    assert refusal(lambda: second(moderator, asked)) is Reason.ALREADY_DECIDED
    found = attachment(asked)
    assert (found.status, found.decided_at, found.reason) == (AttachmentStatus.VERIFIED, AT, "Appel à la mairie")
    assert reading().scalar(select(func.count()).select_from(Event)) == events
    assert letters(LATER) == []


def test_eight_moderators_at_once_decide_once(app: Flask, world: World, agent: Actor) -> None:
    asked = attachments.ask_attachment(agent, ROCAMADOUR, at=AT)
    team = [world.person(None, Role.MODERATOR) for _ in range(8)]
    answers = together(
        app,
        [
            (lambda who=who: verify(who, asked))
            if rank % 2
            else (lambda who=who: attachments.refuse_attachment(who, asked, reason="Inconnue", at=LATER))
            for rank, who in enumerate(team)
        ],
    )
    assert answers.count(None) == 1
    assert answers.count(Reason.ALREADY_DECIDED) == 7
    assert len(letters(LATER)) == 1


def test_a_double_click_asks_once(app: Flask, agent: Actor) -> None:
    answers = together(app, [lambda: attachments.ask_attachment(agent, ROCAMADOUR, at=AT)] * 8)
    assert answers.count(Reason.ALREADY_ATTACHED) == 7


def test_somebody_may_speak_for_several_and_the_oldest_verified_is_the_mandate(agent: Actor, moderator: Actor) -> None:
    waiting = attachments.ask_attachment(agent, LOT, at=AT)
    first = attachments.ask_attachment(agent, GRAMAT, at=AT)
    second = attachments.ask_attachment(agent, ROCAMADOUR, at=AT)
    assert again(agent).mandate.attachment_id == waiting  # type: ignore[union-attr]
    verify(moderator, second, at=AT)
    assert again(agent).siren == ROCAMADOUR
    verify(moderator, first)
    assert again(agent).siren == GRAMAT


def test_only_so_many_requests_wait_at_once(agent: Actor) -> None:
    waiting = [attachments.ask_attachment(agent, siren, at=AT) for siren in (ROCAMADOUR, GRAMAT, LOT)]
    assert len(waiting) == MOST_PENDING
    assert refusal(lambda: attachments.ask_attachment(agent, CAUVALDOR, at=AT)) is Reason.TOO_MANY_PENDING
    attachments.withdraw_attachment(agent, waiting[0], at=AT)
    assert attachments.ask_attachment(agent, CAUVALDOR, at=AT)


@pytest.mark.parametrize("siren", ["000000000", "", "214602401x", "Rocamadour"])
def test_what_is_not_in_the_register_is_refused(agent: Actor, siren: str) -> None:
    assert refusal(lambda: attachments.ask_attachment(agent, siren, at=AT)) is Reason.NOT_IN_REGISTER


def test_what_has_ceased_to_exist_is_refused(agent: Actor) -> None:
    with no_more(OCCITANIE):
        assert refusal(lambda: attachments.ask_attachment(agent, OCCITANIE, at=AT)) is Reason.NOT_IN_REGISTER


def test_a_partner_asks_nothing_even_with_an_older_page(world: World) -> None:
    someone = world.person()
    actions.complete_account(someone, AccountDraft("Personne Fictive", Profile.PARTENAIRE, "déléguée"), at=AT)
    assert refusal(lambda: attachments.ask_attachment(someone, ROCAMADOUR, at=AT)) is Reason.PARTNER_MAY_NOT


def test_a_request_is_withdrawn_by_its_author_only_and_once(agent: Actor, world: World, moderator: Actor) -> None:
    asked = attachments.ask_attachment(agent, ROCAMADOUR, at=AT)
    for stranger in (world.person(ROCAMADOUR), moderator, VISITOR):
        with pytest.raises(NotFound):
            attachments.withdraw_attachment(stranger, asked, at=LATER)
    attachments.withdraw_attachment(agent, asked, at=LATER)
    assert attachment(asked).status is AttachmentStatus.ENDED
    assert last_event().kind is EventKind.ATTACHMENT_ENDED
    assert again(agent).mandate is None
    assert refusal(lambda: attachments.withdraw_attachment(agent, asked, at=LATER)) is Reason.ALREADY_DECIDED
    assert refusal(lambda: verify(moderator, asked)) is Reason.ALREADY_DECIDED


def test_a_moderator_does_not_decide_for_themselves(moderator: Actor, world: World) -> None:
    asked = attachments.ask_attachment(moderator, ROCAMADOUR, at=AT)
    assert refusal(lambda: verify(moderator, asked)) is Reason.OWN_REQUEST
    verify(world.person(None, Role.ADMINISTRATOR), asked)
    assert attachment(asked).status is AttachmentStatus.VERIFIED


def test_an_agent_decides_nothing(world: World, agent: Actor) -> None:
    asked = attachments.ask_attachment(agent, ROCAMADOUR, at=AT)
    colleague = world.person(ROCAMADOUR)
    assert refusal(lambda: verify(colleague, asked)) is Reason.NOT_YOUR_ROLE
    assert refusal(lambda: attachments.refuse_attachment(colleague, asked, reason="Non", at=LATER)) is Reason.NOT_YOUR_ROLE


def test_an_unknown_request_is_not_found(moderator: Actor) -> None:
    with pytest.raises(NotFound):
        verify(moderator, 999_999, at=AT)


def test_the_base_itself_refuses_a_second_live_attachment_and_half_decisions(agent: Actor) -> None:
    def row(**changed: object) -> Attachment:
        values = {
            "person_id": agent.person_id,
            "siren": ROCAMADOUR,
            "status": AttachmentStatus.PENDING,
            "way": AttachmentWay.MODERATOR,
            "requested_at": AT,
        }
        return Attachment(**(values | changed))

    attachments.ask_attachment(agent, ROCAMADOUR, at=AT)
    verified_without_an_instant = {"status": AttachmentStatus.VERIFIED, "decided_at": AT, "siren": GRAMAT}
    for wrong in ({}, {"siren": GRAMAT, "decided_at": AT}, {"siren": "000000000"}, verified_without_an_instant):
        with pytest.raises(IntegrityError), transaction() as session:
            session.add(row(**wrong))


# ── What the team saw ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_was_seen_is_kept_with_the_decision(agent: Actor, moderator: Actor) -> None:
    asked = attachments.ask_attachment(agent, ROCAMADOUR, at=AT)
    attachments.verify_attachment(moderator, asked, reason=" Arrêté reçu ", seen=" Arrêté n° 12 <b> ", at=LATER)
    found = attachment(asked)
    assert (found.way, found.reason, found.evidence) == (AttachmentWay.MODERATOR, "Arrêté reçu", {"seen": "Arrêté n° 12 <b>"})
    assert "Arrêté n° 12" not in repr(last_event().data)
    assert "Arrêté n° 12" not in text_of(letters(LATER)[0]), "what was seen is for the team"


def test_a_decision_without_a_reason_is_none(agent: Actor, moderator: Actor) -> None:
    asked = attachments.ask_attachment(agent, ROCAMADOUR, at=AT)
    act = lambda: attachments.verify_attachment(moderator, asked, reason=" ", at=LATER)  # noqa: E731
    assert refusal(act) is Reason.REASON_MISSING
    assert attachment(asked).status is AttachmentStatus.PENDING


def test_nobody_is_verified_for_what_has_ceased_to_exist(agent: Actor, moderator: Actor) -> None:
    asked = attachments.ask_attachment(agent, OCCITANIE, at=AT)
    reopened = attachments.ask_attachment(again(agent), ROCAMADOUR, at=AT)
    with no_more(OCCITANIE):
        assert refusal(lambda: verify(moderator, asked)) is Reason.NOT_IN_REGISTER
        attachments.refuse_attachment(moderator, asked, reason="Elle a fusionné", at=LATER)
        reopen = lambda: attachments.reopen_attachment(moderator, asked, reason="Erreur", at=LATER)  # noqa: E731
        assert refusal(reopen) is Reason.NOT_IN_REGISTER
        verify(moderator, reopened)
    assert attachment(asked).status is AttachmentStatus.REFUSED


# ── Leaving, being ended ─────────────────────────────────────────────────────────────────────────────────────────────────


def mandate_of(actor: Actor) -> int:
    assert actor.mandate is not None
    return actor.mandate.attachment_id


def end(who: Actor, whose: Actor, reason: str = "A changé de poste") -> None:
    attachments.end_attachment(who, mandate_of(whose), reason=reason, at=LATER)


def test_leaving_keeps_what_was_done_and_asks_nothing(world: World) -> None:
    someone, colleague = world.person(ROCAMADOUR), world.person(ROCAMADOUR)
    end(someone, someone, "")
    found = attachment(mandate_of(someone))
    assert (found.status, found.reason, found.decided_by) == (AttachmentStatus.ENDED, "", someone.person_id)
    assert found.verified_at is not None
    event = last_event()
    assert (event.kind, event.person_id, event.siren) == (EventKind.ATTACHMENT_ENDED, someone.person_id, ROCAMADOUR)
    assert again(someone).mandate is None
    assert again(colleague).is_verified
    assert letters(LATER) == []
    assert refusal(lambda: end(someone, someone)) is Reason.ATTACHMENT_OVER


def test_a_colleague_ends_with_a_reason_that_is_told(world: World) -> None:
    someone, colleague = world.person(ROCAMADOUR, email="partie@exemple.fr"), world.person(ROCAMADOUR)
    assert refusal(lambda: end(colleague, someone, " ")) is Reason.REASON_MISSING
    end(colleague, someone, "Elle a quitté la mairie <b>.")
    assert again(someone).mandate is None
    assert attachment(mandate_of(someone)).verified_at is not None
    (letter,) = letters(LATER)
    assert letter["To"] == "partie@exemple.fr"
    said = text_of(letter)
    assert f"Vous ne parlez plus au nom de Rocamadour (Lot) : {colleague.name}, secrétaire de mairie, y a mis fin" in said
    assert "Elle a quitté la mairie <b>." in said
    assert "Ce que vous avez fait en son nom reste, et compte toujours." in said
    assert "Si vous le contestez, écrivez à l’équipe" in said
    assert "/contact" in said


def test_a_colleague_ends_a_request_that_waits(world: World) -> None:
    waiting, colleague = world.person(ROCAMADOUR, status=AttachmentStatus.PENDING), world.person(ROCAMADOUR)
    end(colleague, waiting)
    found = attachment(mandate_of(waiting))
    assert (found.status, found.verified_at) == (AttachmentStatus.ENDED, None)
    said = text_of(letters(LATER)[0])
    assert "Votre demande de parler au nom de Rocamadour (Lot) est close" in said
    assert "Les soutiens que vous auriez donnés en attendant ne comptent pas." in said


def test_the_team_ends_without_saying_who(world: World, moderator: Actor) -> None:
    someone = world.person(ROCAMADOUR)
    end(moderator, someone)
    said = text_of(letters(LATER)[0])
    assert "l’équipe de la consultation y a mis fin" in said
    assert moderator.name not in said


def test_a_stranger_does_not_learn_that_an_attachment_exists(world: World) -> None:
    someone = world.person(ROCAMADOUR)
    elsewhere, waiting = world.person(GRAMAT), world.person(ROCAMADOUR, status=AttachmentStatus.PENDING)
    gone = world.person(ROCAMADOUR)
    end(gone, gone)
    for stranger in (elsewhere, waiting, gone, world.person(), world.person(None, Role.COMMITTEE), VISITOR):
        with pytest.raises(NotFound):
            end(stranger, someone)
    with pytest.raises(NotFound):
        attachments.end_attachment(someone, 999_999, reason="Rien", at=LATER)
    assert again(someone).is_verified


def test_a_colleague_acts_by_any_of_their_attachments(world: World, moderator: Actor) -> None:
    colleague, someone = world.person(GRAMAT), world.person(ROCAMADOUR)
    verify(moderator, attachments.ask_attachment(colleague, ROCAMADOUR, at=AT))
    both = again(colleague)
    assert both.siren == GRAMAT, "they act for another collectivité now"
    end(both, someone)
    assert again(someone).mandate is None


def test_whoever_is_ended_leaves_no_open_invitation_but_whoever_leaves_may(world: World) -> None:
    intruder, leaving, colleague = (world.person(ROCAMADOUR) for _ in range(3))
    with transaction() as session:
        for rank, inviter in enumerate((intruder, leaving)):
            session.add(
                Invitation(
                    siren=ROCAMADOUR,
                    email=f"invite-{rank}@exemple.fr",
                    email_key=f"invite-{rank}@exemple.fr",
                    invited_by=inviter.person_id,
                    created_at=AT,
                    expires_at=AT + timedelta(days=14),
                )
            )
    end(colleague, intruder)
    end(leaving, leaving)
    rows = select(Invitation.outcome, Invitation.closed_at).order_by(Invitation.id)
    assert [tuple(row) for row in reading().execute(rows)] == [(InvitationOutcome.REVOKED, LATER), (None, None)]


def test_two_colleagues_who_end_each_other_at_once_do_not_both(app: Flask, world: World) -> None:
    first, second = world.person(ROCAMADOUR), world.person(ROCAMADOUR)

    def one(who: Actor, whose: Actor) -> str:
        try:
            end(who, whose)
        except NotFound:
            return "no longer a colleague"
        return "ended"

    answers = together(app, [lambda: one(first, second), lambda: one(second, first)])
    assert sorted(answers) == ["ended", "no longer a colleague"]


# ── Reopening ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_refusal_is_taken_back_then_decided_again_and_told_each_time(agent: Actor, moderator: Actor) -> None:
    asked = attachments.ask_attachment(agent, ROCAMADOUR, at=AT)
    for _ in range(2):  # at the same instant: what tells two decisions apart is not the clock
        attachments.refuse_attachment(moderator, asked, reason="Inconnue", at=LATER)
        assert again(agent).mandate is None
        attachments.reopen_attachment(moderator, asked, reason="L’arrêté est arrivé", at=LATER)
        found = attachment(asked)
        assert (found.status, found.requested_at, found.decided_at, found.reason) == (AttachmentStatus.PENDING, AT, None, "")
        assert (last_event().kind, last_event().data["reason"]) == (EventKind.ATTACHMENT_REOPENED, "L’arrêté est arrivé")
        assert again(agent).is_pending
    verify(moderator, asked)
    assert again(agent).is_verified
    subjects = [letter["Subject"] for letter in letters(LATER)]
    assert subjects.count("Votre demande de rattachement est refusée") == 2
    assert subjects.count("Votre demande de rattachement est rouverte") == 2
    assert subjects.count("Votre rattachement est vérifié") == 1


def test_a_reopening_says_why(agent: Actor, moderator: Actor) -> None:
    asked = attachments.ask_attachment(agent, ROCAMADOUR, at=AT)
    attachments.refuse_attachment(moderator, asked, reason="Inconnue", at=AT)
    letters(AT)
    attachments.reopen_attachment(moderator, asked, reason="L’arrêté est arrivé <i>.", at=LATER)
    (letter,) = letters(LATER)
    assert letter["To"] == "jeanne.fictive@exemple.fr"
    assert "attend de nouveau sa décision" in text_of(letter)
    assert "L’arrêté est arrivé <i>." in text_of(letter)


def test_what_is_no_refusal_any_more_is_not_reopened(world: World, agent: Actor, moderator: Actor) -> None:
    def reopen(which: int) -> Reason:
        return refusal(lambda: attachments.reopen_attachment(moderator, which, reason="Erreur", at=LATER))

    verified = world.person(ROCAMADOUR)
    assert reopen(mandate_of(verified)) is Reason.ALREADY_DECIDED
    end(moderator, verified)
    assert reopen(mandate_of(verified)) is Reason.ATTACHMENT_OVER
    asked = attachments.ask_attachment(agent, ROCAMADOUR, at=AT)
    assert reopen(asked) is Reason.ALREADY_DECIDED
    attachments.refuse_attachment(moderator, asked, reason="Inconnue", at=AT)
    attachments.ask_attachment(agent, ROCAMADOUR, at=AT)
    assert reopen(asked) is Reason.ASKED_ANEW
    with pytest.raises(NotFound):
        attachments.reopen_attachment(moderator, 999_999, reason="Erreur", at=LATER)


def test_who_has_become_a_partner_since_or_left_is_not_reopened(world: World, agent: Actor, moderator: Actor) -> None:
    other = world.person()
    asked, theirs = (attachments.ask_attachment(one, ROCAMADOUR, at=AT) for one in (agent, other))
    for one in (asked, theirs):
        attachments.refuse_attachment(moderator, one, reason="Inconnue", at=AT)
    actions.complete_account(again(agent), AccountDraft("Jeanne", Profile.PARTENAIRE, "déléguée"), at=AT)
    with transaction() as session:
        session.get_one(Person, other.person_id).closed_at = AT
    reasons = [
        refusal(lambda one=one: attachments.reopen_attachment(moderator, one, reason="Erreur", at=LATER))
        for one in (asked, theirs)
    ]
    assert reasons == [Reason.PARTNER_MAY_NOT, Reason.ATTACHMENT_OVER]


def test_reopening_while_they_ask_anew_leaves_one(app: Flask, agent: Actor, moderator: Actor) -> None:
    asked = attachments.ask_attachment(agent, ROCAMADOUR, at=AT)
    attachments.refuse_attachment(moderator, asked, reason="Inconnue", at=AT)
    answers = together(
        app,
        [
            lambda: attachments.reopen_attachment(moderator, asked, reason="Erreur", at=LATER),
            lambda: attachments.ask_attachment(agent, ROCAMADOUR, at=LATER),
        ],
    )
    assert len({Reason.ASKED_ANEW, Reason.ALREADY_ATTACHED} & set(answers)) == 1
    live = select(func.count()).where(Attachment.person_id == agent.person_id, Attachment.status == AttachmentStatus.PENDING)
    assert reading().scalar(live) == 1


# ── Proofs ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

LONGEST = "a" * 64 + "@" + ".".join(["b" * 63, "c" * 63, "d" * 58]) + ".fr"


def know(domain: str, siren: str = ROCAMADOUR) -> None:
    with transaction() as session:
        session.add(KnownDomain(domain=domain, siren=siren, added_at=AT, note=""))


@pytest.mark.parametrize(
    ("typed", "domain"),
    [
        pytest.param("jeanne@mairie-exemple.fr", "mairie-exemple.fr", id="plain"),
        pytest.param("Jeanne+VOTE@Mairie-EXEMPLE.fr", "mairie-exemple.fr", id="a plus sign and capitals"),
        pytest.param("jeanne@mairie-été.fr", "xn--mairie-t-h1ab.fr", id="an international domain"),
        pytest.param("jeanne@MAIRIE-ÉTÉ.FR", "xn--mairie-t-h1ab.fr", id="the same in capitals"),
        pytest.param(LONGEST, LONGEST.partition("@")[2], id="254 characters"),
    ],
)
def test_an_address_is_followed_from_sign_in_to_its_domain(world: World, typed: str, domain: str) -> None:
    assert len(LONGEST) == 254
    know(domain)
    key = sign_in.request_sign_in(typed, at=AT)
    (letter,) = letters(AT)
    entered = sign_in.sign_in_by_code(key, code_of(letter), at=AT)
    newcomer = actor_of_session(entered.session_key, at=AT)
    assert newcomer is not None
    actions.complete_account(newcomer, AccountDraft("Jeanne Fictive", Profile.AGENT, "secrétaire de mairie"), at=AT)
    asked = attachments.ask_attachment(again(newcomer), ROCAMADOUR, at=AT)
    found = attachment(asked)
    assert (found.status, found.way, found.evidence) == (AttachmentStatus.VERIFIED, AttachmentWay.DOMAIN, {"domain": domain})
    (letter,) = letters(AT)
    assert letter["To"].lower() == typed.lower().replace("mairie-été.fr", domain)
    assert "Ce qui l’a vérifié : une adresse du domaine de la collectivité." in text_of(letter)
    waiting = attachments.ask_attachment(again(newcomer), GRAMAT, at=AT)
    assert attachment(waiting).status is AttachmentStatus.PENDING, "the domain is another collectivité's"


@pytest.mark.parametrize(
    "typed", ["jeanne@sub.mairie-exemple.fr", "jeanne@xmairie-exemple.fr", "jeanne@mairie-exemple.fr.invalid"]
)
def test_a_domain_that_resembles_proves_nothing(world: World, typed: str) -> None:
    know("mairie-exemple.fr")
    assert (
        attachment(attachments.ask_attachment(world.person(email=typed), ROCAMADOUR, at=AT)).status is AttachmentStatus.PENDING
    )


NO: dict[str, Callable[[Actor, Actor, Actor], None]] = {
    "refused": lambda _someone, _colleague, _moderator: None,
    "ended by a colleague": lambda someone, colleague, _moderator: end(colleague, someone),
    "ended by the team": lambda someone, _colleague, moderator: end(moderator, someone),
}


@pytest.mark.parametrize("washed", [False, True], ids=["", "after a request asked for and taken back"])
@pytest.mark.parametrize("no", NO)
def test_a_proof_does_not_reverse_somebody_s_no(world: World, moderator: Actor, no: str, washed: bool) -> None:
    status = AttachmentStatus.REFUSED if no == "refused" else AttachmentStatus.VERIFIED
    someone = world.person(ROCAMADOUR, email="jeanne@mairie-exemple.fr", status=status)
    if no == "refused":
        with transaction() as session:
            session.execute(
                update(Attachment).where(Attachment.person_id == someone.person_id).values(decided_by=moderator.person_id)
            )
    NO[no](someone, world.person(ROCAMADOUR), moderator)
    if washed:
        attachments.withdraw_attachment(someone, attachments.ask_attachment(again(someone), ROCAMADOUR, at=LATER), at=LATER)
    know("mairie-exemple.fr")
    letters(LATER)
    asked = attachments.ask_attachment(again(someone), ROCAMADOUR, at=LATER)
    found = attachment(asked)
    assert (found.status, found.way) == (AttachmentStatus.PENDING, AttachmentWay.DOMAIN)
    assert own_attachment(someone.person_id or 0, asked).is_put_aside
    assert letters(LATER) == []
    attachments.verify_attachment(moderator, asked, reason="Revenue à la mairie", seen="Arrêté", at=LATER)
    kept = {"carried": "domain", "domain": "mairie-exemple.fr", "seen": "Arrêté"}
    assert (attachment(asked).way, attachment(asked).evidence) == (AttachmentWay.MODERATOR, kept)


def test_a_yes_that_came_after_the_no_lets_a_proof_serve_again(world: World, moderator: Actor) -> None:
    someone = world.person(email="jeanne@mairie-exemple.fr")
    attachments.refuse_attachment(moderator, attachments.ask_attachment(someone, ROCAMADOUR, at=AT), reason="Inconnue", at=AT)
    verify(moderator, attachments.ask_attachment(someone, ROCAMADOUR, at=AT))
    end(again(someone), again(someone), "")
    know("mairie-exemple.fr")
    asked = attachments.ask_attachment(again(someone), ROCAMADOUR, at=LATER)
    assert attachment(asked).status is AttachmentStatus.VERIFIED
    assert not own_attachment(someone.person_id or 0, asked).is_put_aside


# ── Telling colleagues ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_colleagues_are_told_who_joins_unless_they_would_rather_not(world: World, moderator: Actor) -> None:
    told, muted = world.person(ROCAMADOUR, email="a@exemple.fr"), world.person(ROCAMADOUR, email="b@exemple.fr")
    world.person(ROCAMADOUR, email="attend@exemple.fr", status=AttachmentStatus.PENDING)
    gone = world.person(ROCAMADOUR, email="partie@exemple.fr")
    end(gone, gone)
    with transaction() as session:
        session.add(MutedTopic(person_id=muted.person_id, topic=Topic.COLLEAGUES))
        session.add(MutedTopic(person_id=told.person_id, topic=Topic.RESULTS))
    someone = world.person(email="jeanne@mairie-exemple.fr")
    asked = attachments.ask_attachment(someone, ROCAMADOUR, at=AT)
    verify(moderator, asked)
    sent = {letter["To"]: text_of(letter) for letter in letters(LATER)}
    assert set(sent) == {"jeanne@mairie-exemple.fr", "a@exemple.fr"}
    said = sent["a@exemple.fr"]
    assert f"{someone.name}, secrétaire de mairie, parle désormais, comme vous, au nom de Rocamadour (Lot)." in said
    assert "Ce qui l’a vérifié : l’équipe de la consultation." in said
    assert f"/compte/rattachements/{asked}/fin" in said
    assert "/compte/notifications" in said
    assert "jeanne@mairie-exemple.fr" not in said


def test_who_decides_is_not_told_what_they_decided(world: World) -> None:
    colleague = world.person(ROCAMADOUR, Role.MODERATOR)
    verify(colleague, attachments.ask_attachment(world.person(email="jeanne@exemple.fr"), ROCAMADOUR, at=AT))
    assert [letter["To"] for letter in letters(LATER)] == ["jeanne@exemple.fr"]


def test_a_surer_way_tells_nobody_again(world: World) -> None:
    world.person(ROCAMADOUR)
    someone = world.person(ROCAMADOUR)
    before = attachment(mandate_of(someone)).verified_at
    with transaction() as session:
        attachments.prove(session, someone, ROCAMADOUR, Proof(AttachmentWay.DOMAIN, {"domain": "mairie-exemple.fr"}), at=LATER)
    found = attachment(mandate_of(someone))
    assert (found.way, found.verified_at) == (AttachmentWay.DOMAIN, before)
    with transaction() as session:
        attachments.prove(session, someone, ROCAMADOUR, Proof(AttachmentWay.MAILBOX, {}), at=LATER)
    assert attachment(mandate_of(someone)).way is AttachmentWay.DOMAIN
    assert letters(LATER) == []


# ── Many at once ─────────────────────────────────────────────────────────────────────────────────────────────────────────

AT_ONCE = 20
"""As many threads as a machine bears: more than the connections of the pool, so that they queue there too."""


def test_two_hundred_ask_for_one_collectivite_and_each_is_decided_once(app: Flask, world: World) -> None:
    people = [world.person() for _ in range(200)]
    team = [world.person(None, Role.MODERATOR) for _ in range(2)]
    asked: list[int] = []
    for start in range(0, len(people), AT_ONCE):
        batch = people[start : start + AT_ONCE]
        asked += together(app, [lambda who=who: attachments.ask_attachment(who, ROCAMADOUR, at=AT) for who in batch])
    assert len(set(asked)) == 200
    for start in range(0, len(asked), AT_ONCE // 2):
        batch_of = asked[start : start + AT_ONCE // 2]
        answers = together(
            app,
            [
                decision
                for one in batch_of
                for decision in (
                    lambda one=one: verify(team[0], one),
                    lambda one=one: attachments.refuse_attachment(team[1], one, reason="Inconnue", at=LATER),
                )
            ],
        )
        pairs = [sorted(map(str, answers[rank : rank + 2])) for rank in range(0, len(answers), 2)]
        assert pairs == [["None", "already_decided"]] * len(batch_of)
    statuses = select(Attachment.status, func.count()).where(Attachment.id.in_(asked)).group_by(Attachment.status)
    decided = dict(reading().execute(statuses).all())
    assert set(decided) <= {AttachmentStatus.VERIFIED, AttachmentStatus.REFUSED}
    assert sum(decided.values()) == 200
    told = select(Message.notice, func.count()).where(Message.notice != Notice.COLLEAGUE_JOINED).group_by(Message.notice)
    counts = dict(reading().execute(told).all())
    assert counts.get(Notice.ATTACHMENT_VERIFIED, 0) == decided.get(AttachmentStatus.VERIFIED, 0)
    assert counts.get(Notice.ATTACHMENT_REFUSED, 0) == decided.get(AttachmentStatus.REFUSED, 0)


def test_verified_while_withdrawing_is_one_or_the_other(app: Flask, world: World, moderator: Actor) -> None:
    for _ in range(5):
        someone = world.person()
        asked = attachments.ask_attachment(someone, ROCAMADOUR, at=AT)
        answers = together(
            app,
            [
                lambda asked=asked: verify(moderator, asked),
                lambda who=someone, asked=asked: attachments.withdraw_attachment(who, asked, at=LATER),
            ],
        )
        assert sorted(map(str, answers)) == ["None", "already_decided"]
        status = AttachmentStatus.VERIFIED if answers[0] is None else AttachmentStatus.ENDED
        assert attachment(asked).status is status


def test_a_proof_shown_while_withdrawing_never_waits_in_a_circle(app: Flask, world: World) -> None:
    proof = Proof(AttachmentWay.MAILBOX, {"mailbox": "m…@exemple.fr"})

    def show(who: Actor) -> None:
        with transaction() as session:
            attachments.prove(session, who, ROCAMADOUR, proof, at=LATER)

    for _ in range(5):
        someone = world.person()
        asked = attachments.ask_attachment(someone, ROCAMADOUR, at=AT)
        answers = together(
            app,
            [
                lambda who=someone: show(who),
                lambda who=someone, asked=asked: attachments.withdraw_attachment(who, asked, at=LATER),
            ],
        )
        assert answers[0] is None
        assert answers[1] in (None, Reason.ALREADY_DECIDED)
        assert again(someone).is_verified


def test_a_support_given_while_being_ended_counts_or_is_refused(app: Flask, world: World) -> None:
    edition = world.edition(max_supports=3)
    first, *_ = propositions(edition)
    for _ in range(5):
        someone, colleague = world.person(ROCAMADOUR), world.person(ROCAMADOUR)
        together(
            app,
            [
                lambda who=someone: give_support(who, first.id, at=DURING_VOTE),
                lambda who=someone, by=colleague: end(by, who),
            ],
        )
        assert again(someone).mandate is None
        assert refusal(lambda who=someone: give_support(who, first.id, at=DURING_VOTE)) is Reason.NO_COLLECTIVITE
        assert refusal(lambda who=someone: withdraw_support(who, first.id, at=DURING_VOTE)) is Reason.NO_COLLECTIVITE
        end(colleague, colleague)
    assert len(on_ballot(edition)) <= 1
    assert tallies(edition)[first.number] == len(on_ballot(edition))


# ── What supports are worth ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_support_that_counted_goes_on_and_one_that_never_did_does_not(world: World) -> None:
    edition = world.edition()
    first, second, _ = propositions(edition)
    verified, waiting = world.person(ROCAMADOUR), world.person(GRAMAT, status=AttachmentStatus.PENDING)
    give_support(verified, first.id, at=DURING_VOTE)
    give_support(waiting, second.id, at=DURING_VOTE)
    end(verified, verified)
    end(world.person(GRAMAT), waiting)
    counted = tallies(edition)
    assert (counted[first.number], counted[second.number]) == (1, 0)
    assert len(on_ballot(edition)) == 2, "what was given leaves its trace"
