"""Addresses, proofs, attachments and roles: every way to be refused, and the exact instants."""

from dataclasses import replace
from datetime import timedelta

import pytest

from consult.accounts.model import AttachmentStatus
from consult.accounts.rules import (
    MOST_PENDING,
    MOST_REQUESTS,
    MOST_TRIES,
    MOST_TRIES_A_DAY,
    is_live,
    is_put_aside,
    masked_address,
    may_ask_attachment,
    may_describe_oneself,
    may_end_attachment,
    may_grant_role,
    may_refuse_attachment,
    may_reopen_attachment,
    may_revoke_role,
    may_see_attachments_desk,
    may_send_sign_in,
    may_sign_in_by_code,
    may_sign_in_by_link,
    may_verify_attachment,
    may_withdraw_attachment,
    parse_address,
    readable_address,
)
from consult.ground.actor import OPERATOR, VISITOR, Actor, Mandate, Profile, Role, Standing
from consult.ground.clock import paris
from consult.ground.refusals import Reason

AT = paris(2021, 3, 2, 10)
TICK = timedelta(microseconds=1)

NEWCOMER = Actor(person_id=1)
AGENT = Actor(person_id=2, name="Personne Fictive", profile=Profile.AGENT, function="secrétaire de mairie")
MODERATOR = Actor(person_id=3, roles=frozenset({Role.MODERATOR}))
ADMINISTRATOR = Actor(person_id=4, roles=frozenset({Role.ADMINISTRATOR}))
OTHERS = (VISITOR, AGENT, Actor(person_id=5, roles=frozenset({Role.COMMITTEE, Role.OBSERVER})))


# ── Addresses ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("typed", "email", "key"),
    [
        pytest.param("elu@exemple.fr", "elu@exemple.fr", "elu@exemple.fr", id="plain"),
        pytest.param(" Elu@Exemple.FR ", "Elu@exemple.fr", "elu@exemple.fr", id="capitals and spaces around"),
        pytest.param("elu @ exemple.fr", "elu@exemple.fr", "elu@exemple.fr", id="spaces inside"),
        pytest.param("elu\u00a0@exemple.fr", "elu@exemple.fr", "elu@exemple.fr", id="a no-break space"),
        pytest.param("elu+vote@exemple.fr", "elu+vote@exemple.fr", "elu+vote@exemple.fr", id="a plus is another address"),
        pytest.param("o'neil_d'x@exemple.fr", "o'neil_d'x@exemple.fr", "o'neil_d'x@exemple.fr", id="apostrophes"),
        pytest.param("a@mairie-été.fr", "a@xn--mairie-t-h1ab.fr", "a@xn--mairie-t-h1ab.fr", id="an international domain"),
        pytest.param("a@MAIRIE-ÉTÉ.fr", "a@xn--mairie-t-h1ab.fr", "a@xn--mairie-t-h1ab.fr", id="the same in capitals"),
        pytest.param("a@xn--mairie-t-h1ab.fr", "a@xn--mairie-t-h1ab.fr", "a@xn--mairie-t-h1ab.fr", id="already in ASCII"),
        pytest.param("a@ｅxemple.fr", "a@exemple.fr", "a@exemple.fr", id="a full-width letter: mail goes to the narrow one"),
    ],
)
def test_an_address_is_understood(typed: str, email: str, key: str) -> None:
    address = parse_address(typed)
    assert address is not None
    assert (address.email, address.key) == (email, key)


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "",
            "@",
            "elu",
            "elu@",
            "@exemple.fr",
            "elu@exemple",
            "elu@.fr",
            "elu@exemple.",
            "elu@exemple..fr",
            "elu@-exemple.fr",
        ),
        *("elu@exemple-.fr", "elu@exem_ple.fr", "elu@127.0.0.1", "elu@[127.0.0.1]", "un@deux@exemple.fr", ".elu@exemple.fr"),
        *("elu.@exemple.fr", "e..lu@exemple.fr", '"elu"@exemple.fr', "Élu <elu@exemple.fr>", "mailto:elu@exemple.fr"),
        *("élu@exemple.fr", "ıu@exemple.fr", "elu@exemple.fr,autre@exemple.fr", "elu@exemple.fr autre@exemple.fr"),
        *("elu\r\nBcc:autre@exemple.fr", "elu@exemple.fr\x00", "elu@" + "a" * 64 + ".fr", "a" * 65 + "@exemple.fr"),
    ],
)
def test_what_mail_could_not_reach_is_no_address(typed: str) -> None:
    assert parse_address(typed) is None


def test_254_characters_and_not_one_more() -> None:
    domain = ".".join(["a" * 60] * 4)
    longest = f"{'e' * (254 - len(domain) - 1)}@{domain}"
    assert len(longest) == 254
    assert parse_address(longest) is not None
    assert parse_address(f"e{longest}") is None


def test_a_domain_that_grows_too_long_in_ascii_is_refused() -> None:
    typed = "e@" + ".".join(["é" * 30] * 7) + ".fr"
    assert len(typed) <= 254
    assert parse_address(typed) is None


@pytest.mark.parametrize(
    ("email", "read"),
    [("A@xn--mairie-t-h1ab.fr", "A@mairie-été.fr"), ("elu@exemple.fr", "elu@exemple.fr"), ("elu@xn--é.fr", "elu@xn--é.fr")],
)
def test_an_address_is_shown_as_its_owner_writes_it(email: str, read: str) -> None:
    assert readable_address(email) == read


@pytest.mark.parametrize(
    ("email", "shown"),
    [
        ("adjointe@mairie.exemple.fr", "a***@mairie.exemple.fr"),
        ("a@b.fr", "a***@b.fr"),
        ("elue@xn--mairie-d-a-hfb.fr", "e***@mairie-d-aÿ.fr"),
    ],
)
def test_a_masked_address_is_known_by_its_owner_alone(email: str, shown: str) -> None:
    assert masked_address(email) == shown


# ── Signing in ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("used_at", "at", "live"),
    [
        pytest.param(None, AT - TICK, True, id="a microsecond before it expires"),
        pytest.param(None, AT, False, id="at the instant it expires"),
        pytest.param(None, AT + TICK, False, id="afterwards"),
        pytest.param(AT - timedelta(minutes=5), AT - TICK, False, id="already used"),
    ],
)
def test_a_proof_serves_until_it_expires_or_is_used(used_at, at, live: bool) -> None:
    assert is_live(expires_at=AT, used_at=used_at, at=at) is live
    assert may_sign_in_by_link(live=live).reason is (None if live else Reason.CODE_EXPIRED)


@pytest.mark.parametrize(
    ("live", "tries", "tries_today", "matches", "reason"),
    [
        pytest.param(True, 0, 0, True, None, id="the right code at once"),
        pytest.param(True, MOST_TRIES - 1, MOST_TRIES - 1, True, None, id="the right code at the last try"),
        pytest.param(True, MOST_TRIES, MOST_TRIES, True, Reason.TOO_MANY_TRIES, id="the right code, too late"),
        pytest.param(True, 0, MOST_TRIES_A_DAY - 1, True, None, id="after many wrong ones in the day"),
        pytest.param(True, 0, MOST_TRIES_A_DAY, True, Reason.TOO_MANY_TRIES, id="after too many in the day"),
        pytest.param(True, 0, 0, False, Reason.CODE_WRONG, id="a wrong code"),
        pytest.param(False, 0, 0, True, Reason.CODE_EXPIRED, id="expired, used or unknown"),
        pytest.param(False, MOST_TRIES, 0, False, Reason.CODE_EXPIRED, id="expired is said first"),
    ],
)
def test_a_code_opens_a_session(live: bool, tries: int, tries_today: int, matches: bool, reason: Reason | None) -> None:
    assert may_sign_in_by_code(live=live, tries=tries, tries_today=tries_today, matches=matches).reason is reason


@pytest.mark.parametrize(("requests", "reason"), [(0, None), (MOST_REQUESTS - 1, None), (MOST_REQUESTS, Reason.TOO_MANY_TRIES)])
def test_so_many_messages_and_no_more(requests: int, reason: Reason | None) -> None:
    assert may_send_sign_in(requests).reason is reason


# ── The account and attachments ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("actor", "profile", "speaks", "reason"),
    [
        pytest.param(NEWCOMER, Profile.AGENT, False, None, id="a newcomer"),
        pytest.param(AGENT, Profile.ELU, True, None, id="an attached agent becomes élu"),
        pytest.param(AGENT, Profile.PARTENAIRE, False, None, id="a free agent becomes a partner"),
        pytest.param(AGENT, Profile.PARTENAIRE, True, Reason.PARTNER_ATTACHED, id="an attached agent does not"),
        pytest.param(VISITOR, Profile.AGENT, False, Reason.SIGN_IN, id="a visitor"),
        pytest.param(OPERATOR, Profile.AGENT, False, Reason.SIGN_IN, id="the command line is nobody"),
    ],
)
def test_who_may_say_what_of_themselves(actor: Actor, profile: Profile, speaks: bool, reason: Reason | None) -> None:
    assert may_describe_oneself(actor, profile=profile, speaks_for_someone=speaks).reason is reason


@pytest.mark.parametrize(
    ("actor", "changed", "reason"),
    [
        pytest.param(AGENT, {}, None, id="an agent"),
        pytest.param(AGENT, {"profile": Profile.ELU}, None, id="an élu"),
        pytest.param(AGENT, {"live": {"214601284"}}, None, id="who already speaks for another"),
        pytest.param(AGENT, {"pending": MOST_PENDING - 1}, None, id="with a few requests waiting"),
        pytest.param(VISITOR, {}, Reason.SIGN_IN, id="a visitor"),
        pytest.param(OPERATOR, {}, Reason.SIGN_IN, id="the command line"),
        pytest.param(NEWCOMER, {}, Reason.PROFILE_INCOMPLETE, id="a newcomer"),
        pytest.param(AGENT, {"profile": Profile.PARTENAIRE}, Reason.PARTNER_MAY_NOT, id="a partner"),
        pytest.param(AGENT, {"is_current": False}, Reason.NOT_IN_REGISTER, id="a collectivité that is no more"),
        pytest.param(AGENT, {"live": {"214602401"}}, Reason.ALREADY_ATTACHED, id="a second time"),
        pytest.param(AGENT, {"pending": MOST_PENDING}, Reason.TOO_MANY_PENDING, id="with too many waiting"),
    ],
)
def test_who_may_ask_to_speak_for_a_collectivite(actor: Actor, changed: dict[str, object], reason: Reason | None) -> None:
    situation = {"profile": Profile.AGENT, "siren": "214602401", "is_current": True, "live": set(), "pending": 0}
    assert may_ask_attachment(actor, **(situation | changed)).reason is reason  # type: ignore[arg-type]


VERIFYING = {"person_id": 2, "status": AttachmentStatus.PENDING, "is_current": True, "reason": "Appel à la mairie"}
REFUSING = {"person_id": 2, "status": AttachmentStatus.PENDING, "reason": "Inconnue"}
REOPENING = {
    "person_id": 2,
    "profile": Profile.AGENT,
    "status": AttachmentStatus.REFUSED,
    "is_current": True,
    "is_open": True,
    "asked_anew": False,
    "reason": "Arrêté reçu",
}


@pytest.mark.parametrize("status", list(AttachmentStatus))
def test_only_what_waits_can_be_withdrawn_or_decided(status: AttachmentStatus) -> None:
    reason = None if status is AttachmentStatus.PENDING else Reason.ALREADY_DECIDED
    assert may_withdraw_attachment(AGENT, status=status).reason is reason
    assert may_verify_attachment(MODERATOR, **(VERIFYING | {"status": status})).reason is reason
    assert may_refuse_attachment(MODERATOR, **(REFUSING | {"status": status})).reason is reason


def test_a_visitor_withdraws_nothing() -> None:
    assert may_withdraw_attachment(VISITOR, status=AttachmentStatus.PENDING).reason is Reason.SIGN_IN


@pytest.mark.parametrize("actor", [MODERATOR, ADMINISTRATOR, OPERATOR])
def test_the_team_decides(actor: Actor) -> None:
    assert may_see_attachments_desk(actor)
    assert may_verify_attachment(actor, **VERIFYING)
    assert may_refuse_attachment(actor, **REFUSING)
    assert may_reopen_attachment(actor, **REOPENING)


@pytest.mark.parametrize("actor", OTHERS)
def test_nobody_else_does(actor: Actor) -> None:
    assert may_see_attachments_desk(actor).reason is Reason.NOT_YOUR_ROLE
    assert may_verify_attachment(actor, **(VERIFYING | {"person_id": 9})).reason is Reason.NOT_YOUR_ROLE
    assert may_refuse_attachment(actor, **(REFUSING | {"person_id": 9})).reason is Reason.NOT_YOUR_ROLE
    assert may_reopen_attachment(actor, **(REOPENING | {"person_id": 9})).reason is Reason.NOT_YOUR_ROLE


def test_nobody_decides_for_themselves() -> None:
    assert may_verify_attachment(MODERATOR, **(VERIFYING | {"person_id": 3})).reason is Reason.OWN_REQUEST
    assert may_refuse_attachment(MODERATOR, **(REFUSING | {"person_id": 3})).reason is Reason.OWN_REQUEST
    assert may_reopen_attachment(MODERATOR, **(REOPENING | {"person_id": 3})).reason is Reason.OWN_REQUEST


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_every_decision_takes_a_reason(reason: str) -> None:
    assert may_verify_attachment(MODERATOR, **(VERIFYING | {"reason": reason})).reason is Reason.REASON_MISSING
    assert may_refuse_attachment(MODERATOR, **(REFUSING | {"reason": reason})).reason is Reason.REASON_MISSING
    assert may_reopen_attachment(MODERATOR, **(REOPENING | {"reason": reason})).reason is Reason.REASON_MISSING


def test_nobody_is_verified_for_what_is_no_more() -> None:
    assert may_verify_attachment(MODERATOR, **(VERIFYING | {"is_current": False})).reason is Reason.NOT_IN_REGISTER


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        pytest.param({}, None, id="a refusal"),
        pytest.param({"status": AttachmentStatus.PENDING}, Reason.ALREADY_DECIDED, id="reopened already"),
        pytest.param({"status": AttachmentStatus.VERIFIED}, Reason.ALREADY_DECIDED, id="reopened and verified already"),
        pytest.param({"status": AttachmentStatus.ENDED}, Reason.ATTACHMENT_OVER, id="what was verified, or withdrawn"),
        pytest.param({"is_open": False}, Reason.ATTACHMENT_OVER, id="of an account that was closed"),
        pytest.param({"profile": Profile.PARTENAIRE}, Reason.PARTNER_MAY_NOT, id="of somebody who became a partner"),
        pytest.param({"is_current": False}, Reason.NOT_IN_REGISTER, id="for a collectivité that is no more"),
        pytest.param({"asked_anew": True}, Reason.ASKED_ANEW, id="of somebody who has asked again"),
    ],
)
def test_what_may_be_reopened(changed: dict[str, object], reason: Reason | None) -> None:
    assert may_reopen_attachment(MODERATOR, **(REOPENING | changed)).reason is reason  # type: ignore[arg-type]


def speaker(person_id: int, siren: str, standing: Standing = Standing.VERIFIED, *roles: Role) -> Actor:
    """Somebody who speaks, or asks to speak, for a collectivité."""
    mandate = Mandate(person_id * 10, siren, standing, "Rocamadour (Lot)", "commune")
    return Actor(person_id=person_id, roles=frozenset(roles), mandate=mandate, mandates=(mandate,))


HERE, ELSEWHERE = "214602401", "214601288"
LATE = {"status": AttachmentStatus.ENDED}
SILENT = {"reason": " "}


@pytest.mark.parametrize(
    ("actor", "changed", "reason"),
    [
        pytest.param(speaker(2, HERE), {}, None, id="the person"),
        pytest.param(speaker(2, HERE), SILENT, None, id="the person, without a word"),
        pytest.param(speaker(2, HERE, Standing.PENDING), {"status": AttachmentStatus.PENDING}, None, id="who still waits"),
        pytest.param(speaker(2, ELSEWHERE), {}, None, id="the person, acting for another collectivité"),
        pytest.param(speaker(2, HERE), LATE, Reason.ATTACHMENT_OVER, id="the person, twice"),
        pytest.param(speaker(2, HERE), {"status": AttachmentStatus.REFUSED}, Reason.ATTACHMENT_OVER, id="what was refused"),
        pytest.param(speaker(1, HERE), {}, None, id="a verified colleague"),
        pytest.param(speaker(1, HERE), {"status": AttachmentStatus.PENDING}, None, id="a colleague, of a request"),
        pytest.param(speaker(1, HERE), SILENT, Reason.REASON_MISSING, id="a colleague, without a reason"),
        pytest.param(speaker(1, HERE), LATE, Reason.ATTACHMENT_OVER, id="a colleague, too late"),
        pytest.param(speaker(1, HERE, Standing.PENDING), {}, Reason.NOT_A_COLLEAGUE, id="who is not verified"),
        pytest.param(speaker(1, ELSEWHERE), {}, Reason.NOT_A_COLLEAGUE, id="somebody of another collectivité"),
        pytest.param(Actor(person_id=1), {}, Reason.NOT_A_COLLEAGUE, id="somebody of none"),
        pytest.param(MODERATOR, {}, None, id="a moderator"),
        pytest.param(ADMINISTRATOR, {}, None, id="an administrator"),
        pytest.param(MODERATOR, SILENT, Reason.REASON_MISSING, id="a moderator, without a reason"),
        pytest.param(MODERATOR, LATE, Reason.ATTACHMENT_OVER, id="a moderator, too late"),
        pytest.param(
            replace(MODERATOR, roles=frozenset(), withheld=MODERATOR.roles), {}, Reason.NOT_A_COLLEAGUE, id="withheld"
        ),
        pytest.param(Actor(person_id=1, roles=frozenset({Role.COMMITTEE})), {}, Reason.NOT_A_COLLEAGUE, id="the committee"),
        pytest.param(Actor(person_id=1, roles=frozenset({Role.OBSERVER})), {}, Reason.NOT_A_COLLEAGUE, id="an observer"),
        pytest.param(VISITOR, {}, Reason.SIGN_IN, id="a visitor"),
    ],
)
def test_who_may_end_an_attachment(actor: Actor, changed: dict[str, object], reason: Reason | None) -> None:
    situation = {"person_id": 2, "siren": HERE, "status": AttachmentStatus.VERIFIED, "reason": "A changé de poste"}
    assert may_end_attachment(actor, **(situation | changed)).reason is reason  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "decided_by", "is_no"),
    [
        pytest.param(AttachmentStatus.REFUSED, 3, True, id="refused"),
        pytest.param(AttachmentStatus.ENDED, 3, True, id="ended by somebody else"),
        pytest.param(AttachmentStatus.ENDED, 2, False, id="left"),
        pytest.param(AttachmentStatus.ENDED, None, False, id="the collectivité is no more"),
        pytest.param(AttachmentStatus.PENDING, None, False, id="waiting"),
        pytest.param(AttachmentStatus.VERIFIED, 3, False, id="verified"),
    ],
)
def test_what_is_somebody_else_s_no(status: AttachmentStatus, decided_by: int | None, is_no: bool) -> None:
    assert is_put_aside(status, decided_by=decided_by, person_id=2) is is_no


# ── Roles ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("actor", "is_held", "why", "reason"),
    [
        pytest.param(ADMINISTRATOR, False, "Arrivée", None, id="an administrator"),
        pytest.param(OPERATOR, False, "Arrivée", None, id="the command line"),
        pytest.param(ADMINISTRATOR, True, "Arrivée", Reason.ROLE_ALREADY_HELD, id="a second time"),
        pytest.param(ADMINISTRATOR, False, "  ", Reason.REASON_MISSING, id="without a reason"),
        pytest.param(MODERATOR, False, "Arrivée", Reason.NOT_YOUR_ROLE, id="a moderator"),
        pytest.param(AGENT, False, "Arrivée", Reason.NOT_YOUR_ROLE, id="an agent"),
        pytest.param(VISITOR, False, "Arrivée", Reason.NOT_YOUR_ROLE, id="a visitor"),
    ],
)
def test_who_may_grant_a_role(actor: Actor, is_held: bool, why: str, reason: Reason | None) -> None:
    assert may_grant_role(actor, is_held=is_held, reason=why).reason is reason


@pytest.mark.parametrize(
    ("actor", "role", "changed", "reason"),
    [
        pytest.param(ADMINISTRATOR, Role.MODERATOR, {}, None, id="an administrator"),
        pytest.param(OPERATOR, Role.MODERATOR, {}, None, id="the command line"),
        pytest.param(ADMINISTRATOR, Role.ADMINISTRATOR, {"administrators": 2}, None, id="one of two administrators"),
        pytest.param(ADMINISTRATOR, Role.ADMINISTRATOR, {}, Reason.LAST_ADMINISTRATOR, id="the last administrator"),
        pytest.param(OPERATOR, Role.ADMINISTRATOR, {}, Reason.LAST_ADMINISTRATOR, id="not even from the command line"),
        pytest.param(ADMINISTRATOR, Role.MODERATOR, {"is_held": False}, Reason.ROLE_NOT_HELD, id="a role not held"),
        pytest.param(ADMINISTRATOR, Role.MODERATOR, {"reason": ""}, Reason.REASON_MISSING, id="without a reason"),
        pytest.param(MODERATOR, Role.MODERATOR, {}, Reason.NOT_YOUR_ROLE, id="a moderator"),
        pytest.param(VISITOR, Role.MODERATOR, {}, Reason.NOT_YOUR_ROLE, id="a visitor"),
    ],
)
def test_who_may_revoke_a_role(actor: Actor, role: Role, changed: dict[str, object], reason: Reason | None) -> None:
    situation = {"is_held": True, "administrators": 1, "reason": "Départ"}
    assert may_revoke_role(actor, role, **(situation | changed)).reason is reason  # type: ignore[arg-type]
