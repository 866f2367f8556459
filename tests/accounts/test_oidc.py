"""What a provider says, weighed: tokens, addresses, establishments. Each claim that is wrong is refused by its own word."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from consult.accounts.model import Attachment, Identity, Person, PersonSession
from consult.accounts.oidc import protocol as oidc
from consult.accounts.oidc import rules
from consult.accounts.oidc.actions import sign_in_with
from consult.accounts.oidc.protocol import Asked, OidcFailure, Told
from consult.accounts.oidc.rules import Establishment
from consult.demo.cast import DEMO_SIREN
from consult.demo.identities import COMPANY, MARTEL, PEOPLE, QUERCY_BLANC, STATE_SERVICE, siret_of
from consult.ground.actor import VISITOR, Actor, Profile, Role
from consult.ground.database import reading
from consult.ground.refusals import Reason, Refused
from consult.register.queries import lines
from consult.register.rules import is_siren
from tests.support.together import together
from tests.support.world import BEFORE_ALL, World

ISSUER, CLIENT, NONCE = "https://fournisseur.exemple.fr/api/v2", "consult", "n" * 43
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
AT = NOW.timestamp()
GOOD: dict[str, Any] = {
    "iss": ISSUER,
    "sub": "une personne".replace(" ", "-"),
    "aud": CLIENT,
    "iat": AT,
    "exp": AT + 60,
    "nonce": NONCE,
}
ABSENT = object()
ASKED = Asked("s" * 43, NONCE, "v" * 43)


def changed(claims: dict[str, Any], **values: Any) -> dict[str, Any]:
    """These claims with others; ABSENT removes one."""
    return {name: value for name, value in (claims | values).items() if value is not ABSENT}


def why(call: Any) -> str:
    """The word of the failure; '' when there is none."""
    try:
        call()
    except OidcFailure as failure:
        return failure.why
    return ""


# ── the ID token ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("values", "word"),
    [
        pytest.param({}, "", id="as it should be"),
        pytest.param({"aud": [CLIENT]}, "", id="an audience of one, in a list"),
        pytest.param({"aud": [CLIENT, "autre"], "azp": CLIENT}, "", id="several audiences, given to us"),
        pytest.param({"azp": CLIENT}, "", id="one audience, and it is said whose"),
        pytest.param({"aud": [CLIENT, "autre"]}, "authorized_party", id="several audiences, given to nobody"),
        pytest.param({"aud": [CLIENT, "autre"], "azp": "autre"}, "authorized_party", id="given to another"),
        pytest.param({"azp": "autre"}, "authorized_party", id="one audience, given to another"),
        pytest.param({"aud": "autre"}, "audience", id="for another"),
        pytest.param({"aud": []}, "audience", id="for nobody"),
        pytest.param({"aud": ABSENT}, "audience", id="for whom is not said"),
        pytest.param({"aud": {CLIENT: 1}}, "audience", id="an audience of no known kind"),
        pytest.param({"iss": f"{ISSUER}/"}, "issuer", id="an issuer with one character more"),
        pytest.param({"iss": ABSENT}, "issuer", id="no issuer"),
        pytest.param({"exp": AT - 59}, "", id="expired less than the leeway ago"),
        pytest.param({"exp": AT - 60}, "expired", id="expired by the leeway"),
        pytest.param({"exp": ABSENT}, "expired", id="it never expires"),
        pytest.param({"exp": True}, "expired", id="an instant that is no number"),
        pytest.param({"exp": float("inf")}, "expired", id="an instant that never comes"),
        pytest.param({"exp": float("nan")}, "expired", id="an instant that is none"),
        pytest.param({"exp": 10**400}, "expired", id="an instant beyond every number"),
        pytest.param({"exp": "demain"}, "expired", id="an instant in words"),
        pytest.param({"iat": AT + 60}, "", id="issued within the leeway"),
        pytest.param({"iat": AT + 61}, "issued_later", id="issued later"),
        pytest.param({"iat": ABSENT}, "issued_later", id="issued nobody knows when"),
        pytest.param({"nbf": AT + 61}, "issued_later", id="not to be used yet"),
        pytest.param({"nbf": AT}, "", id="to be used from now on"),
        pytest.param({"nbf": "demain"}, "issued_later", id="to be used from a day in words"),
        pytest.param({"nonce": NONCE[1:]}, "nonce", id="another nonce"),
        pytest.param({"nonce": ABSENT}, "nonce", id="no nonce"),
        pytest.param({"nonce": ["n"]}, "nonce", id="a nonce that is no text"),
        pytest.param({"nonce": "é\ud800"}, "nonce", id="a nonce that no text holds"),
    ],
)
def test_an_id_token_is_taken_or_refused_for_one_reason(values: dict[str, Any], word: str) -> None:
    claims = changed(GOOD, **values)
    assert why(lambda: oidc.check_id_token(claims, issuer=ISSUER, client_id=CLIENT, nonce=NONCE, at=NOW)) == word


# ── the userinfo ─────────────────────────────────────────────────────────────────────

USERINFO = {"iss": ISSUER, "aud": CLIENT, "sub": GOOD["sub"], "email": "solene@martel.exemple.fr", "siret": siret_of(MARTEL)}


def told(claims: dict[str, Any], id_claims: dict[str, Any] = GOOD) -> Told:
    return oidc.told_by(claims, id_claims, "un.jeton.signé", client_id=CLIENT, at=NOW)


@pytest.mark.parametrize(
    ("values", "word"),
    [
        pytest.param({}, "", id="as it should be"),
        pytest.param({"exp": AT + 60}, "", id="with an end"),
        pytest.param({"exp": AT - 60}, "expired", id="expired"),
        pytest.param({"iss": "https://autre.exemple.fr"}, "issuer", id="another issuer"),
        pytest.param({"aud": "autre"}, "audience", id="for another"),
        pytest.param({"sub": "autre"}, "subject", id="of somebody else"),
        pytest.param({"sub": ABSENT}, "subject", id="of nobody"),
        pytest.param({"email": ABSENT}, "no_email", id="no address"),
        pytest.param({"email": " "}, "no_email", id="an empty address"),
        pytest.param({"email": ["a@exemple.fr"]}, "no_email", id="an address that is no text"),
    ],
)
def test_a_userinfo_is_taken_or_refused_for_one_reason(values: dict[str, Any], word: str) -> None:
    assert why(lambda: told(changed(USERINFO, **values))) == word


@pytest.mark.parametrize("subject", ["", "s" * 256, "avec espace", "é", "nul\x00", 12, None, ["s"]])
def test_a_subject_is_a_short_word_or_none(subject: Any) -> None:
    assert why(lambda: told(changed(USERINFO, sub=subject), changed(GOOD, sub=subject))) == "no_subject"


@pytest.mark.parametrize(
    ("values", "field", "value"),
    [
        ({"given_name": "Solène", "usual_name": "Fictive"}, "name", "Solène Fictive"),
        ({"given_name": "Solène\u202e\x00\n", "usual_name": None}, "name", "Solène"),
        ({"given_name": "é" * 200}, "name", "é" * 120),
        ({"given_name": {"a": 1}, "usual_name": 3}, "name", ""),
        ({"email_verified": True}, "is_email_verified", True),
        ({"email_verified": "true"}, "is_email_verified", False),
        ({"email_verified": 1}, "is_email_verified", False),
        ({}, "is_email_verified", False),
        ({"siret": f" {siret_of(MARTEL)[:9]} {siret_of(MARTEL)[9:]} "}, "siret", siret_of(MARTEL)),
        ({"siret": int(siret_of(MARTEL))}, "siret", None),
        ({"siret": ""}, "siret", None),
        ({"siret": ABSENT}, "siret", None),
    ],
)
def test_what_is_kept_of_a_userinfo(values: dict[str, Any], field: str, value: object) -> None:
    assert getattr(told(changed(USERINFO, **values)), field) == value


# ── the answer through the browser ───────────────────────────────────────────────────

STATE = ASKED.state


@pytest.mark.parametrize(
    ("said", "word", "reason"),
    [
        ({"state": STATE, "code": "c"}, "", None),
        ({"state": STATE, "code": "c", "iss": ISSUER}, "", None),
        ({"state": STATE, "code": "c", "iss": "https://autre.exemple.fr"}, "issuer", Reason.OIDC_WRONG),
        ({"state": STATE}, "no_code", Reason.OIDC_WRONG),
        ({"state": STATE, "code": ""}, "no_code", Reason.OIDC_WRONG),
        ({"code": "c"}, "state", Reason.OIDC_WRONG),
        ({"state": STATE + "s", "code": "c"}, "state", Reason.OIDC_WRONG),
        ({"state": "é", "code": "c"}, "state", Reason.OIDC_WRONG),
        ({"error": "access_denied"}, "state", Reason.OIDC_WRONG),
        ({"state": STATE, "error": "access_denied", "code": "c"}, "access_denied", Reason.OIDC_DECLINED),
        ({"state": STATE, "error": "Jeanne Fictive <j@exemple.fr>"}, "error", Reason.OIDC_DECLINED),
        ({"state": STATE, "error": ""}, "error", Reason.OIDC_DECLINED),
        ({"state": STATE, "error": "server_error"}, "server_error", Reason.OIDC_AWAY),
        ({"state": STATE, "error": "temporarily_unavailable"}, "temporarily_unavailable", Reason.OIDC_AWAY),
    ],
)
def test_an_answer_through_the_browser(said: dict[str, str], word: str, reason: Reason | None) -> None:
    if reason is None:
        assert oidc.code_of(ASKED, said, issuer=ISSUER) == "c"
        return
    with pytest.raises(OidcFailure) as failed:
        oidc.code_of(ASKED, said, issuer=ISSUER)
    assert (failed.value.reason, failed.value.why) == (reason, word)


def test_nobody_is_answered_who_did_not_ask() -> None:
    assert why(lambda: Asked.recall(None)) == "not_asked"
    assert Asked.draw() != Asked.draw()
    assert min(map(len, (Asked.draw().state, Asked.draw().nonce, Asked.draw().verifier))) >= 43


# ── establishments and accounts ──────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("siret", "is_one"),
    [
        (siret_of(MARTEL), True),
        (siret_of(COMPANY, 27), True),
        (siret_of(MARTEL)[:13] + str((int(siret_of(MARTEL)[13]) + 1) % 10), False),
        ("21460185900018", False),
        (MARTEL, False),
        (siret_of(MARTEL) + "0", False),
        ("²" + siret_of(MARTEL)[1:], False),
        ("", False),
        (None, False),
    ],
)
def test_what_is_a_siret(siret: str | None, is_one: bool) -> None:
    assert rules.is_siret(siret) is is_one


def test_a_siren_whose_key_is_wrong_makes_no_siret() -> None:
    """Fourteen digits whose own key is right, on a SIREN whose key is not."""
    wrong = next(siret_of(f"21460185{key}") for key in "012345679")
    assert not is_siren(wrong[:9])
    assert not rules.is_siret(wrong)


@pytest.mark.parametrize(
    ("siret", "is_current", "profile", "meaning"),
    [
        (None, None, None, Establishment.UNSAID),
        (siret_of(COMPANY), None, None, Establishment.ELSEWHERE),
        (siret_of(STATE_SERVICE), None, Profile.PARTENAIRE, Establishment.ELSEWHERE),
        (siret_of(MARTEL), True, None, Establishment.PROOF),
        (siret_of(MARTEL), True, Profile.AGENT, Establishment.PROOF),
        (siret_of(MARTEL), True, Profile.PARTENAIRE, Establishment.PARTNER),
        (siret_of(MARTEL), False, Profile.ELU, Establishment.FORMER),
        (siret_of(MARTEL), False, Profile.PARTENAIRE, Establishment.PARTNER),
    ],
)
def test_what_an_establishment_is_worth(
    siret: str | None, is_current: bool | None, profile: Profile | None, meaning: Establishment
) -> None:
    assert rules.weigh(siret, is_current=is_current, profile=profile) is meaning


@pytest.mark.parametrize(
    ("is_vouched", "roles", "reason"),
    [
        (True, (), None),
        (True, (Role.OBSERVER,), None),
        (False, (), Reason.OIDC_ADDRESS_TAKEN),
        (True, (Role.MODERATOR,), Reason.OIDC_ADDRESS_TAKEN),
        (True, (Role.OBSERVER, Role.ADMINISTRATOR), Reason.OIDC_ADDRESS_TAKEN),
        (True, (Role.COMMITTEE,), Reason.OIDC_ADDRESS_TAKEN),
    ],
)
def test_who_may_join_the_account_of_an_address(is_vouched: bool, roles: tuple[Role, ...], reason: Reason | None) -> None:
    assert rules.may_join_account(is_vouched=is_vouched, roles=roles).reason is reason


SOMEBODY = Actor(person_id=7)


@pytest.mark.parametrize(
    ("actor", "holder", "reason"),
    [
        (SOMEBODY, None, None),
        (SOMEBODY, 7, None),
        (SOMEBODY, 8, Reason.IDENTITY_TAKEN),
        (VISITOR, None, Reason.SIGN_IN),
        (replace(SOMEBODY, roles=frozenset({Role.MODERATOR})), None, None),
        (replace(SOMEBODY, withheld=frozenset({Role.MODERATOR})), None, Reason.SECOND_FACTOR),
        (replace(SOMEBODY, withheld=frozenset({Role.MODERATOR})), 7, Reason.SECOND_FACTOR),
    ],
)
def test_who_may_link_an_identity(actor: Actor, holder: int | None, reason: Reason | None) -> None:
    assert rules.may_link_identity(actor, holder=holder).reason is reason


def test_where_the_site_offers_no_provider() -> None:
    assert rules.may_use_provider(is_offered=False).reason is Reason.OIDC_OFF
    assert rules.may_use_provider(is_offered=True)


def test_the_invented_people_work_for_whom_they_say(app: Flask) -> None:
    """And the company and the State service are nobody's number in the register."""
    found = lines([MARTEL, QUERCY_BLANC, COMPANY, STATE_SERVICE])
    assert {siren: one.full_name for siren, one in found.items()} == {
        MARTEL: "Martel (Lot)",
        QUERCY_BLANC: "Communauté de communes du Quercy Blanc (Lot)",
    }
    assert not {MARTEL, QUERCY_BLANC} & set(DEMO_SIREN.values())
    assert all(one.siret is None or rules.is_siret(one.siret) for one in PEOPLE)


# ── the acts, under races ────────────────────────────────────────────────────────────

TOLD = Told(ISSUER, "agente", "solene@martel.exemple.fr", False, "Solène Fictive", siret_of(MARTEL), "un.jeton.signé")


def counts() -> tuple[int, ...]:
    """People, identities, attachments, sessions."""
    return tuple(
        reading().scalar(select(func.count()).select_from(table)) or 0
        for table in (Person, Identity, Attachment, PersonSession)
    )  # type: ignore[return-value]


def test_one_person_arriving_many_times_at_once_is_one_person(app: Flask, world: World) -> None:
    world.person()
    given = together(app, [lambda: sign_in_with(TOLD, at=BEFORE_ALL)] * 6)
    assert not [each for each in given if isinstance(each, Reason)]
    assert counts() == (2, 1, 1, 6)


def test_two_identities_at_one_new_address_make_one_account(app: Flask, world: World) -> None:
    """The first makes the account; the provider does not vouch for the address, so the other is turned away."""
    world.person()
    other = replace(TOLD, subject="autre")
    given = together(app, [lambda: sign_in_with(TOLD, at=BEFORE_ALL), lambda: sign_in_with(other, at=BEFORE_ALL)])
    assert sum(each is Reason.OIDC_ADDRESS_TAKEN for each in given) == 1
    assert counts() == (2, 1, 1, 1)


def test_an_address_that_is_none_makes_no_account(app: Flask, world: World) -> None:
    world.person()
    with pytest.raises(Refused) as refused:
        sign_in_with(replace(TOLD, email="solene chez martel"), at=BEFORE_ALL)
    assert refused.value.reason is Reason.OIDC_WRONG
    assert counts() == (1, 0, 0, 0)


def test_the_account_keeps_its_address_and_its_name(app: Flask, world: World) -> None:
    first = sign_in_with(TOLD, at=BEFORE_ALL)
    later = BEFORE_ALL + timedelta(days=1)
    second = sign_in_with(replace(TOLD, email="autre@exemple.fr", name="Autre Nom"), at=later)
    assert first.session_key != second.session_key
    assert (first.is_news, second.is_news) == (True, False)
    person = reading().scalars(select(Person)).one()
    assert (person.email, person.name) == ("solene@martel.exemple.fr", "Solène Fictive")
    assert person.last_seen_at == later
