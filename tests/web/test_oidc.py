"""Signing in through an OIDC provider that answers, misbehaves, or does not answer: over real HTTP, on loopback."""

import json
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask
from joserfc.jwk import ECKey, RSAKey
from sqlalchemy import func, select, update

from consult.accounts.actions import grant_role
from consult.accounts.colleagues.invitations import invite
from consult.accounts.domains.actions import add_domain
from consult.accounts.model import (
    Attachment,
    AttachmentStatus,
    AttachmentWay,
    Identity,
    Person,
    PersonSession,
    SessionWay,
)
from consult.accounts.queries import actor_of_person
from consult.accounts.sign_in.actions import request_sign_in, sign_in_by_code
from consult.demo.faults import Fault
from consult.demo.identities import COMPANY, MARTEL, QUERCY_BLANC, STATE_SERVICE, siret_of
from consult.ground import clock
from consult.ground.actor import OPERATOR, Actor, Profile, Role
from consult.ground.database import reading, transaction
from consult.ground.refusals import Reason
from consult.journal.model import Event, EventKind
from consult.register.model import Collectivite
from consult.web.provider import CALLBACK
from consult.web.reasons import REFUSALS
from tests.support.engines import Engines
from tests.support.letters import code_of, letters, sign_in_letter, text_of
from tests.support.oidc import AGENT, PATIENCE, SITE, LocalProvider, app_with, arrive, way_back
from tests.support.page import PageClient
from tests.support.world import BEFORE_ALL, GRAMAT, World

NOW = BEFORE_ALL + timedelta(days=30)


@pytest.fixture(scope="module")
def running() -> Iterator[LocalProvider]:
    """A provider, for every test of this file."""
    with LocalProvider().running() as provider:
        yield provider


@pytest.fixture
def provider(running: LocalProvider) -> LocalProvider:
    """The same, as one that just started."""
    running.behave()
    return running


@pytest.fixture
def app(engines: Engines, engine: str, provider: LocalProvider, hold: object) -> Iterator[Flask]:
    """The application, offering this provider. The site's clock stands in 2021; the provider's runs, as the world's."""
    app = app_with(engines, engine, provider)
    hold(NOW)  # type: ignore[operator]
    with app.app_context():
        yield app


@pytest.fixture(autouse=True)
def _others(world: World) -> None:
    """Somebody else always exists, and speaks for another collectivité."""
    world.edition()
    world.person(GRAMAT)


def person_at(email: str) -> Person:
    return reading().scalars(select(Person).where(Person.email_key == email)).one()


def actor_at(email: str) -> Actor:
    found = actor_of_person(person_at(email).id)
    assert found is not None
    return found


def attachments(email: str = AGENT.email) -> list[tuple[str, AttachmentStatus, AttachmentWay]]:
    """What this person is attached to, the oldest first."""
    rows = reading().execute(
        select(Attachment.siren, Attachment.status, Attachment.way)
        .join(Person, Person.id == Attachment.person_id)
        .where(Person.email_key == email)
        .order_by(Attachment.id)
    )
    return [tuple(row) for row in rows]  # type: ignore[misc]


def count(table: type) -> int:
    return reading().scalar(select(func.count()).select_from(table)) or 0


def events(kind: EventKind) -> list[Event]:
    return list(reading().scalars(select(Event).where(Event.kind == kind).order_by(Event.id)))


def assert_refused(client: PageClient, path: str, reason: Reason, what: str | None = None) -> None:
    """This address answers with this refusal's page, opens nothing, and leaves a line without any secret in the journal."""
    sessions, people, identities = count(PersonSession), count(Person), count(Identity)
    page = client.get(path, REFUSALS[reason].status)
    assert page.h1 == REFUSALS[reason].title.replace("\u00a0", " ")
    assert page.response.headers["Cache-Control"] == "no-store"
    assert ("Recommencer avec ProConnect" in page.main) is (reason is not Reason.OIDC_ADDRESS_TAKEN)
    assert (count(PersonSession), count(Person), count(Identity)) == (sessions, people, identities)
    with client.http.session_transaction() as cookie:
        assert "oidc" not in cookie
    said = events(EventKind.SIGN_IN_FAILED)[-1].data
    assert said["way"] == "oidc"
    assert said["why"] == reason.value
    if what is not None:
        assert said["what"] == what
    assert not any(mark in json.dumps(said) for mark in ("@", ".ey", "code", "http"))


# ── as it should be ──────────────────────────────────────────────────────────────────


def test_an_agent_speaks_for_their_commune_at_once(client: PageClient, provider: LocalProvider) -> None:
    assert arrive(client).headers["Location"] == "/compte"
    page = client.get("/compte")
    assert page.h1 == "Dites-nous qui vous êtes"
    assert page.form("/compte")["name"] == "Solène Fictive"
    assert "votre rattachement est vérifié" in page.main
    assert "Martel (Lot)" in page.text
    assert attachments() == [(MARTEL, AttachmentStatus.VERIFIED, AttachmentWay.OIDC)]
    evidence = reading().scalars(select(Attachment.evidence).where(Attachment.siren == MARTEL)).one()
    assert evidence == {"issuer": provider.state.issuer, "siret": siret_of(MARTEL)}
    session = reading().scalars(select(PersonSession)).one()
    assert session.way is SessionWay.OIDC
    assert session.id_token
    assert [(letter["To"], "Martel (Lot)" in text_of(letter)) for letter in letters(NOW)] == [(AGENT.email, True)]
    assert {event.kind for event in reading().scalars(select(Event).where(Event.person_id == person_at(AGENT.email).id))} >= {
        EventKind.ACCOUNT_CREATED,
        EventKind.IDENTITY_LINKED,
        EventKind.ATTACHMENT_VERIFIED,
        EventKind.SIGNED_IN,
    }


def test_what_is_asked_of_the_provider(client: PageClient, provider: LocalProvider) -> None:
    asked = urlsplit(str(client.post("/connexion/proconnect", status=303).response.headers["Location"]))
    assert f"{asked.scheme}://{asked.netloc}{asked.path}" == f"{provider.state.issuer}/authorize"
    said = {name: values[0] for name, values in parse_qs(asked.query).items()}
    assert said["scope"] == "openid given_name usual_name email siret"
    assert (said["response_type"], said["code_challenge_method"]) == ("code", "S256")
    assert (said["client_id"], said["redirect_uri"]) == (provider.state.client_id, f"{SITE}{CALLBACK}")
    assert min(len(said[name]) for name in ("state", "nonce", "code_challenge")) == 43
    assert set(said) == {
        *("scope", "response_type", "code_challenge_method", "code_challenge"),
        *("client_id", "redirect_uri", "state", "nonce"),
    }


def test_the_same_identity_opens_the_same_account_whatever_its_address(client: PageClient, provider: LocalProvider) -> None:
    arrive(client)
    client.post("/deconnexion", status=303)
    arrive(client, provider.knows(AGENT, email="nouveau-nom@martel.exemple.fr", usual_name="Autre"))
    assert count(Person) == 2
    assert (person_at(AGENT.email).name, count(Identity)) == ("Solène Fictive", 1)
    assert len(attachments()) == 1


def test_one_goes_where_one_was_going(client: PageClient, world: World) -> None:
    arrive(client, suite="/2021/regles")
    client.post("/compte", {"name": "Solène Fictive", "profile": "agent", "function": "secrétaire"}, 303)
    client.post("/deconnexion", status=303)
    assert arrive(client, suite="/2021/regles").headers["Location"] == "/2021/regles"
    client.post("/deconnexion", status=303)
    for elsewhere in ("https://exemple.fr/", "//exemple.fr", "/\\exemple.fr"):
        assert arrive(client, suite=elsewhere).headers["Location"] == "/"
        client.post("/deconnexion", status=303)


def test_the_session_is_renewed(app: Flask, client: PageClient) -> None:
    client.get("/connexion")
    client.csrf_token()
    path = way_back(client)
    before = client.http.get_cookie("session")
    assert client.http.get(path).status_code == 303
    after = client.http.get_cookie("session")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    thief = PageClient(app)
    thief.http.set_cookie("session", before.value)
    thief.get("/compte", 401)
    assert_refused(thief, path, Reason.OIDC_WRONG)  # the code has been spent at the provider


def test_the_session_open_before_is_ended(app: Flask, client: PageClient, world: World) -> None:
    client.sign_in(world.person())
    old = client.http.get_cookie("session")
    arrive(client)
    assert old is not None
    thief = PageClient(app)
    thief.http.set_cookie("session", old.value)
    thief.get("/compte", 401)


def test_the_button_is_where_one_signs_in(client: PageClient) -> None:
    page = client.get("/connexion?suite=/2021/regles")
    assert page.form("/connexion/proconnect")["suite"] == "/2021/regles"
    assert "Se connecter avec ProConnect" in page.main


def test_a_form_may_lead_to_the_provider_and_to_nobody_else(client: PageClient, provider: LocalProvider) -> None:
    policy = client.get("/connexion").response.headers["Content-Security-Policy"]
    assert f"form-action 'self' {provider.state.issuer};" in policy


# ── the provider misbehaves ──────────────────────────────────────────────────────────

FAULTS: dict[Fault, tuple[Reason, str]] = {
    Fault.STATE: (Reason.OIDC_WRONG, "state"),
    Fault.NONCE: (Reason.OIDC_WRONG, "nonce"),
    Fault.ISSUER: (Reason.OIDC_WRONG, "issuer"),
    Fault.AUDIENCE: (Reason.OIDC_WRONG, "audience"),
    Fault.AUTHORIZED_PARTY: (Reason.OIDC_WRONG, "authorized_party"),
    Fault.EXPIRED: (Reason.OIDC_WRONG, "expired"),
    Fault.ISSUED_LATER: (Reason.OIDC_WRONG, "issued_later"),
    Fault.FORGED: (Reason.OIDC_WRONG, "id_token"),
    Fault.UNKNOWN_KEY: (Reason.OIDC_WRONG, "unknown_key"),
    Fault.ALG_NONE: (Reason.OIDC_WRONG, "id_token"),
    Fault.ALG_HMAC: (Reason.OIDC_WRONG, "id_token"),
    Fault.NO_SUBJECT: (Reason.OIDC_WRONG, "no_subject"),
    Fault.OTHER_SUBJECT: (Reason.OIDC_WRONG, "subject"),
    Fault.NO_EMAIL: (Reason.OIDC_WRONG, "no_email"),
    Fault.NOT_AN_EMAIL: (Reason.OIDC_WRONG, "email"),
    Fault.USERINFO_PLAIN: (Reason.OIDC_WRONG, "userinfo_unsigned"),
    Fault.USERINFO_FORGED: (Reason.OIDC_WRONG, "userinfo"),
    Fault.USERINFO_AUDIENCE: (Reason.OIDC_WRONG, "audience"),
    Fault.USERINFO_500: (Reason.OIDC_AWAY, "userinfo_500"),
    Fault.DECLINED: (Reason.OIDC_DECLINED, "access_denied"),
    Fault.OUT_OF_ORDER: (Reason.OIDC_AWAY, "temporarily_unavailable"),
    Fault.TOKEN_500: (Reason.OIDC_AWAY, "token_500"),
    Fault.TOKEN_GARBAGE: (Reason.OIDC_WRONG, "token"),
    Fault.TOKEN_HUGE: (Reason.OIDC_WRONG, "too_long"),
    Fault.TOKEN_REDIRECT: (Reason.OIDC_WRONG, "redirected"),
    Fault.TOKEN_SILENT: (Reason.OIDC_AWAY, "token"),
    Fault.TOKEN_SLOW: (Reason.OIDC_AWAY, "too_slow"),
}


def test_every_fault_has_its_answer() -> None:
    assert set(FAULTS) == set(Fault)


@pytest.mark.parametrize("fault", list(Fault))
def test_a_wrong_answer_opens_nothing(client: PageClient, fault: Fault, provider: LocalProvider) -> None:
    assert_refused(client, way_back(client, fault=fault), *FAULTS[fault])


@pytest.mark.parametrize("fault", list(Fault))
def test_somebody_known_is_not_let_in_either(client: PageClient, fault: Fault, provider: LocalProvider) -> None:
    """But for what only concerns who is not known yet."""
    arrive(client)
    client.post("/deconnexion", status=303)
    path = way_back(client, fault=fault)
    if fault is Fault.NOT_AN_EMAIL:
        assert client.http.get(path).status_code == 303
    else:
        assert_refused(client, path, *FAULTS[fault])


def test_after_a_wrong_answer_one_may_begin_again(client: PageClient, provider: LocalProvider) -> None:
    page = client.get(way_back(client, fault=Fault.NONCE), 400)
    assert page.links()["Se connecter par courriel"] == "/connexion"
    assert "/connexion/proconnect" in [form.get("action") for form in page.soup.find_all("form")]
    assert arrive(client).headers["Location"] == "/compte"


METADATA = [
    pytest.param({"issuer": "https://un-autre.exemple.fr"}, Reason.OIDC_WRONG, "metadata_issuer", id="another issuer"),
    pytest.param({"issuer": None}, Reason.OIDC_WRONG, "metadata_issuer", id="no issuer"),
    pytest.param({"token_endpoint": None}, Reason.OIDC_WRONG, "metadata", id="no token endpoint"),
    pytest.param({"jwks_uri": "file:///etc/passwd"}, Reason.OIDC_WRONG, "metadata", id="keys in a file"),
    pytest.param({"jwks_uri": ["http://127.0.0.1/"]}, Reason.OIDC_WRONG, "metadata", id="keys at no address"),
    pytest.param({"end_session_endpoint": "javascript:alert(1)"}, Reason.OIDC_WRONG, "metadata", id="a script to sign out"),
    pytest.param({"authorization_endpoint": "http://a\r\nX: b"}, Reason.OIDC_WRONG, "metadata", id="a header in an address"),
    pytest.param({"jwks_uri": "http://127.0.0.1:1/jwks"}, Reason.OIDC_AWAY, "keys", id="keys at a closed door"),
]


@pytest.mark.parametrize(("metadata", "reason", "what"), METADATA)
def test_metadata_that_cannot_be_used(
    client: PageClient, provider: LocalProvider, metadata: dict[str, object], reason: Reason, what: str
) -> None:
    provider.state.metadata = metadata
    page = client.post("/connexion/proconnect", status=REFUSALS[reason].status)
    assert page.h1 == REFUSALS[reason].title
    assert events(EventKind.SIGN_IN_FAILED)[-1].data["what"] == what


def test_a_provider_that_is_broken(client: PageClient, provider: LocalProvider) -> None:
    provider.state.is_broken = True
    page = client.post("/connexion/proconnect", status=424)
    assert page.h1 == "ProConnect ne répond pas"
    assert page.links()["Se connecter par courriel"] == "/connexion"


def test_a_provider_that_is_not_there(engines: Engines, engine: str, world: World) -> None:
    away = app_with(engines, engine, LocalProvider())
    with away.app_context():
        page = PageClient(away).post("/connexion/proconnect", status=424)
        assert page.h1 == "ProConnect ne répond pas"
        assert events(EventKind.SIGN_IN_FAILED)[-1].data["what"] == "metadata"


def test_a_silent_provider_is_not_waited_for(client: PageClient, provider: LocalProvider) -> None:
    path = way_back(client, fault=Fault.TOKEN_SILENT)
    begun = clock.outside()
    client.get(path, 424)
    assert clock.outside() - begun < timedelta(seconds=4 * PATIENCE)


@pytest.mark.parametrize("new", [ECKey.generate_key("P-256", auto_kid=True), RSAKey.generate_key(2048, auto_kid=True)])
def test_a_provider_may_change_its_key(client: PageClient, provider: LocalProvider, new: ECKey | RSAKey) -> None:
    """The new one, of another kind even, is asked for once; metadata and keys are kept otherwise."""
    arrive(client)
    client.post("/deconnexion", status=303)
    provider.state.asked.clear()
    arrive(client)
    assert "/jwks" not in provider.state.asked
    client.post("/deconnexion", status=303)
    kept, provider.state.key = provider.state.key, new
    try:
        provider.state.asked.clear()
        arrive(client)
        assert provider.state.asked.count("/jwks") == 1
    finally:
        provider.state.key = kept


# ── the way back, taken otherwise ────────────────────────────────────────────────────


def test_nobody_comes_back_who_never_went(client: PageClient) -> None:
    assert_refused(client, f"{CALLBACK}?code=abc&state=def", Reason.OIDC_WRONG, "not_asked")
    assert_refused(client, CALLBACK, Reason.OIDC_WRONG, "not_asked")


def test_the_way_back_serves_once(client: PageClient) -> None:
    path = way_back(client)
    assert client.http.get(path).status_code == 303
    sessions = count(PersonSession)
    page = client.get(path, 400)
    assert page.h1 == "La réponse de ProConnect n’est pas sûre"
    assert count(PersonSession) == sessions
    client.get("/compte")  # the session opened the first time is still there


def test_the_way_back_of_somebody_else_opens_nothing(app: Flask, client: PageClient) -> None:
    """The address that an attacker would make their victim open, to be signed in as the attacker."""
    path = way_back(client)
    victim = PageClient(app)
    assert_refused(victim, path, Reason.OIDC_WRONG, "not_asked")
    way_back(victim)
    assert_refused(victim, path, Reason.OIDC_WRONG, "state")


@pytest.mark.parametrize("query", ["", "code=&state=", "state=é&code=%00", "error=%3Cscript%3E", "state[]=1"])
def test_a_way_back_that_is_anything(client: PageClient, query: str) -> None:
    way_back(client)
    assert_refused(client, f"{CALLBACK}?{query}", Reason.OIDC_WRONG, "state")


# ── the address already has an account ───────────────────────────────────────────────


@pytest.fixture
def namesake(world: World) -> Actor:
    """Somebody with an account at the agent's address."""
    return world.person(email="Solene@Martel.exemple.fr")


def test_the_account_of_an_address_that_is_vouched_for_is_joined(client: PageClient, namesake: Actor) -> None:
    assert arrive(client).headers["Location"] == "/"
    identity = reading().scalars(select(Identity)).one()
    assert identity.person_id == namesake.person_id
    assert attachments() == [(MARTEL, AttachmentStatus.VERIFIED, AttachmentWay.OIDC)]
    assert person_at(AGENT.email).name == namesake.name


def test_the_account_of_an_address_that_is_not_is_left_alone(
    client: PageClient, provider: LocalProvider, namesake: Actor
) -> None:
    path = way_back(client, provider.knows(AGENT, is_email_verified=False))
    assert_refused(client, path, Reason.OIDC_ADDRESS_TAKEN)
    page = client.get(way_back(client), 409)
    assert page.links()["Se connecter par courriel"] == "/connexion?suite=/compte", "to link it from there"
    assert attachments() == []


def test_the_desks_of_the_team_are_not_opened_by_an_address(client: PageClient, world: World) -> None:
    world.person(None, Role.MODERATOR, email=AGENT.email)
    assert_refused(client, way_back(client), Reason.OIDC_ADDRESS_TAKEN)


# ── linking, unlinking ───────────────────────────────────────────────────────────────


def test_an_account_is_linked_from_itself(app: Flask, client: PageClient, provider: LocalProvider, namesake: Actor) -> None:
    provider.knows(AGENT, is_email_verified=False)
    client.sign_in(namesake)
    old = client.http.get_cookie("session")
    assert arrive(client, link="1").headers["Location"] == "/compte"
    assert "ProConnect est relié à votre compte" in client.get("/compte").main
    assert reading().scalars(select(Identity.person_id)).one() == namesake.person_id
    told = [letter for letter in letters(NOW) if letter["Subject"] == "ProConnect ouvre maintenant votre compte"]
    assert [letter["To"] for letter in told] == ["Solene@Martel.exemple.fr"]
    assert "/compte" in text_of(told[0])
    assert old is not None
    thief = PageClient(app)
    thief.http.set_cookie("session", old.value)
    thief.get("/compte", 401)
    client.post("/deconnexion", status=303)
    arrive(client)
    assert count(Person) == 2


def test_a_visitor_links_nothing(client: PageClient) -> None:
    client.post("/connexion/proconnect", {"link": "1"}, 401)


def test_an_identity_opens_one_account(client: PageClient, world: World) -> None:
    arrive(client)
    client.post("/deconnexion", status=303)
    other = world.person()
    client.sign_in(other)
    path = way_back(client, link="1")
    page = client.get(path, 409)
    assert page.h1 == "Cette identité est reliée à un autre compte"
    assert page.links()["Aller à mon compte"] == "/compte"
    assert reading().scalars(select(Identity.person_id)).one() != other.person_id
    client.get("/compte")  # still signed in, as oneself


def test_linking_again_is_signing_in_again(client: PageClient) -> None:
    arrive(client)
    arrive(client, link="1")
    assert count(Identity) == 1


def test_who_left_in_between_links_nothing(app: Flask, client: PageClient, world: World) -> None:
    """Nor who came instead: the answer is for the account that asked."""
    first, second = world.person(), world.person()
    client.sign_in(first)
    path = way_back(client, link="1")
    with client.http.session_transaction() as cookie:
        kept = dict(cookie["oidc"])
    client.sign_in(second)
    with client.http.session_transaction() as cookie:
        cookie["oidc"] = kept
    assert_refused(client, path, Reason.OIDC_WRONG, "somebody_else")
    assert count(Identity) == 0


def test_a_session_without_its_second_factor_cannot_give_itself_one(client: PageClient, world: World) -> None:
    """Else the mail of a member of the team would open the desks: link an identity, and come back through it."""
    client.sign_in(world.person(None, Role.MODERATOR))
    path = way_back(client, link="1")
    with transaction() as session:
        session.execute(update(PersonSession).values(second_factor_at=None))
    client.get(path, 403)
    client.post("/connexion/proconnect", {"link": "1"}, 403)
    assert count(Identity) == 0


def test_unlinking_leaves_the_mail(client: PageClient) -> None:
    arrive(client)
    identity = reading().scalars(select(Identity)).one()
    client.post(f"/compte/identites/{identity.id}/retrait", status=303)
    assert count(Identity) == 0
    assert len(events(EventKind.IDENTITY_UNLINKED)) == 1
    client.post(f"/compte/identites/{identity.id}/retrait", status=404)


def test_nobody_unlinks_the_identity_of_somebody_else(app: Flask, client: PageClient, world: World) -> None:
    arrive(client)
    identity = reading().scalars(select(Identity)).one()
    client.post("/deconnexion", status=303)
    client.post(f"/compte/identites/{identity.id}/retrait", status=401)
    client.sign_in(world.person(None, Role.ADMINISTRATOR))
    client.post(f"/compte/identites/{identity.id}/retrait", status=404)
    assert count(Identity) == 1


# ── the team ─────────────────────────────────────────────────────────────────────────


def test_the_team_needs_no_other_factor(client: PageClient) -> None:
    arrive(client)
    client.get("/moderation", 403)
    grant_role(OPERATOR, AGENT.email, Role.MODERATOR, reason="rejoint l’équipe", at=NOW)
    client.post("/compte", {"name": "Solène Fictive", "profile": "agent", "function": "secrétaire"}, 303)
    client.get("/moderation")
    client.post("/deconnexion", status=303)
    assert arrive(client).headers["Location"] == "/"
    client.get("/moderation")


# ── what an address opens waits until it is shown to be theirs ───────────────────────


def test_an_address_that_nobody_vouches_for_opens_nothing_until_mail_there_is_answered(
    client: PageClient, provider: LocalProvider, world: World
) -> None:
    """Neither the domain that the team knows, nor the invitation sent there: a provider may let one say any address."""
    team, colleague = world.person(None, Role.ADMINISTRATOR), world.person(QUERCY_BLANC)
    add_domain(team, "martel.exemple.fr", MARTEL, note="", at=NOW)
    invitation = invite(colleague, AGENT.email, at=NOW)
    arrive(client, provider.knows(AGENT, is_email_verified=False, siret=None))
    client.post("/compte", {"name": "Solène Fictive", "profile": "agent", "function": "secrétaire"}, 303)
    client.get(f"/invitations/{invitation}", 403)
    client.post(f"/invitations/{invitation}/acceptation", status=403)
    client.post("/compte/rattachements", {"siren": MARTEL}, 303)
    assert attachments() == [(MARTEL, AttachmentStatus.PENDING, AttachmentWay.MODERATOR)]

    client.post("/deconnexion", status=303)
    key = request_sign_in(AGENT.email, at=NOW)
    assert sign_in_by_code(key, code_of(sign_in_letter(NOW)), at=NOW).verdict
    client.sign_in(actor_at(AGENT.email))
    client.get(f"/invitations/{invitation}")
    client.post(f"/invitations/{invitation}/acceptation", status=303)
    assert attachments()[-1] == (QUERCY_BLANC, AttachmentStatus.VERIFIED, AttachmentWay.INVITATION)


def test_an_address_that_the_provider_vouches_for_is_theirs(client: PageClient, world: World) -> None:
    arrive(client)
    assert person_at(AGENT.email).is_address_proved


# ── what the establishment says ──────────────────────────────────────────────────────

ESTABLISHMENTS = [
    pytest.param(None, "ProConnect ne dit pas pour qui vous travaillez", id="none"),
    pytest.param("", "ProConnect ne dit pas pour qui vous travaillez", id="an empty one"),
    pytest.param("12345678901234", "ProConnect ne dit pas pour qui vous travaillez", id="a number whose key is wrong"),
    pytest.param(f"{MARTEL}00010", "ProConnect ne dit pas pour qui vous travaillez", id="a right SIREN, a wrong SIRET"),
    pytest.param("1" * 4000, "ProConnect ne dit pas pour qui vous travaillez", id="a very long one"),
    pytest.param(siret_of(COMPANY), "ProConnect ne vous rattache à aucune collectivité", id="a company"),
    pytest.param(siret_of(STATE_SERVICE), "ProConnect ne vous rattache à aucune collectivité", id="a State service"),
]


@pytest.mark.parametrize(("siret", "title"), ESTABLISHMENTS)
def test_one_comes_in_whatever_the_establishment(
    client: PageClient, provider: LocalProvider, siret: str | None, title: str
) -> None:
    there = arrive(client, provider.knows(AGENT, siret=siret)).headers["Location"]
    page = client.get(there)
    assert page.h1 == title
    assert "Votre session est ouverte" in page.main
    assert "Un code part vers la boîte officielle" in page.main
    assert page.links()["Continuer"] == "/compte"
    assert attachments() == []
    client.post("/compte", {"name": "Solène Fictive", "profile": "agent", "function": "secrétaire"}, 303)
    assert client.get(there).links()["Choisir ma collectivité"] == "/compte/rattachements"
    client.post("/deconnexion", status=303)
    assert arrive(client).headers["Location"] == "/", "said once, it is not said again"


def test_a_partner_is_told_how_to_speak_for_their_collectivite(client: PageClient, world: World) -> None:
    world.person(email=AGENT.email, profile=Profile.PARTENAIRE)
    page = client.get(arrive(client).headers["Location"])
    assert page.h1 == "Un partenaire ne représente pas de collectivité"
    assert "Martel (Lot)" in page.main
    assert attachments() == []
    client.post("/compte", {"name": "Solène Fictive", "profile": "agent", "function": "secrétaire"}, 303)
    client.post("/compte/rattachements", {"siren": MARTEL}, 303)
    assert attachments() == [(MARTEL, AttachmentStatus.VERIFIED, AttachmentWay.OIDC)]


def test_somebody_s_no_is_not_reversed(client: PageClient, world: World) -> None:
    person, team = world.person(MARTEL, email=AGENT.email), world.person(None, Role.MODERATOR)
    with transaction() as session:
        session.execute(
            update(Attachment)
            .where(Attachment.person_id == person.person_id)
            .values(status=AttachmentStatus.ENDED, decided_by=team.person_id, decided_at=NOW)
        )
    page = client.get(arrive(client).headers["Location"])
    assert page.h1 == "Votre rattachement à Martel (Lot) attend l’équipe"
    assert attachments()[-1] == (MARTEL, AttachmentStatus.PENDING, AttachmentWay.OIDC)
    client.post("/deconnexion", status=303)
    assert arrive(client).headers["Location"] == "/"
    assert len(attachments()) == 2


def test_a_collectivite_that_is_no_more(client: PageClient, app: Flask) -> None:
    def write(*, is_current: bool) -> None:
        ended_on = None if is_current else NOW.date()
        with transaction() as session:
            row = update(Collectivite).where(Collectivite.siren == MARTEL)
            session.execute(row.values(is_current=is_current, ended_on=ended_on))

    write(is_current=False)
    try:
        page = client.get(arrive(client).headers["Location"])
        assert page.h1 == "Votre collectivité n’est plus au registre"
        assert attachments() == []
    finally:
        write(is_current=True)


def test_one_who_changes_places_speaks_for_both_until_the_first_ends(client: PageClient, provider: LocalProvider) -> None:
    arrive(client)
    client.post("/deconnexion", status=303)
    arrive(client, provider.knows(AGENT, siret=siret_of(QUERCY_BLANC)))
    assert [(siren, status.value) for siren, status, _ in attachments()] == [(MARTEL, "verified"), (QUERCY_BLANC, "verified")]
    assert reading().scalars(select(Identity.siret)).one() == siret_of(QUERCY_BLANC)


def test_a_pending_request_is_verified_and_a_weaker_proof_is_replaced(client: PageClient, world: World) -> None:
    person = world.person(MARTEL, email=AGENT.email, status=AttachmentStatus.PENDING)
    assert person.is_pending
    arrive(client)
    assert attachments() == [(MARTEL, AttachmentStatus.VERIFIED, AttachmentWay.OIDC)]


def test_who_has_left_is_not_brought_back_at_each_sign_in(client: PageClient) -> None:
    arrive(client)
    person = person_at(AGENT.email)
    with transaction() as session:
        session.execute(
            update(Attachment)
            .values(status=AttachmentStatus.ENDED, decided_by=person.id)
            .where(Attachment.person_id == person.id)
        )
    client.post("/deconnexion", status=303)
    arrive(client)
    assert [status.value for _, status, _ in attachments()] == ["ended"]
    page = client.get("/connexion/proconnect/etablissement")
    assert page.h1 == "ProConnect confirme pour qui vous travaillez"


def test_the_page_of_the_establishment_is_for_who_is_signed_in(client: PageClient, world: World) -> None:
    client.get("/connexion/proconnect/etablissement", 401)
    client.sign_in(world.person())
    assert client.get("/connexion/proconnect/etablissement").h1 == "ProConnect ne dit pas pour qui vous travaillez"


# ── leaving ──────────────────────────────────────────────────────────────────────────


def test_signing_out_leads_through_the_provider(app: Flask, client: PageClient, provider: LocalProvider) -> None:
    arrive(client)
    cookie = client.http.get_cookie("session")
    there = str(client.post("/deconnexion", status=303).response.headers["Location"])
    said = parse_qs(urlsplit(there).query)
    assert there.startswith(f"{provider.state.issuer}/session/end?")
    assert said["post_logout_redirect_uri"] == [f"{SITE}/"]
    assert said["id_token_hint"][0].count(".") == 2
    assert len(said["state"][0]) >= 32
    back = requests.get(there, allow_redirects=False, timeout=10)
    assert back.headers["Location"] == f"{SITE}/?state={said['state'][0]}"
    assert "Votre session est fermée" in client.get(back.headers["Location"].removeprefix(SITE)).main
    assert reading().scalars(select(PersonSession.id_token)).all() == [None]
    thief = PageClient(app)
    assert cookie is not None
    thief.http.set_cookie("session", cookie.value)
    thief.get("/compte", 401)


def test_signing_out_waits_for_no_provider(app: Flask, client: PageClient, provider: LocalProvider) -> None:
    arrive(client)
    provider.state.is_broken = True
    app.extensions.pop("oidc")
    assert client.post("/deconnexion", status=303).response.headers["Location"] == "/"
    client.get("/compte", 401)


@pytest.mark.parametrize("nowhere", [None, ""])
def test_a_provider_may_have_no_place_to_sign_out(client: PageClient, provider: LocalProvider, nowhere: str | None) -> None:
    provider.state.metadata = {"end_session_endpoint": nowhere}
    arrive(client)
    assert client.post("/deconnexion", status=303).response.headers["Location"] == "/"


def test_a_session_opened_otherwise_ends_here(client: PageClient, world: World) -> None:
    client.sign_in(world.person())
    assert client.post("/deconnexion", status=303).response.headers["Location"] == "/"


# ── a site without a provider ────────────────────────────────────────────────────────


def test_a_site_without_a_provider(engines: Engines, engine: str, world: World) -> None:
    plain = engines.app(engine)
    with plain.app_context():
        client = PageClient(plain)
        assert "ProConnect" not in client.get("/connexion").main
        assert client.post("/connexion/proconnect", status=404).h1 == "ProConnect n’est pas proposé ici"
        assert client.get(f"{CALLBACK}?code=a&state=b", 404).h1 == "ProConnect n’est pas proposé ici"
        assert events(EventKind.SIGN_IN_FAILED) == []
        policy = client.get("/connexion").response.headers["Content-Security-Policy"]
        assert "form-action 'self';" in policy


def test_attempts_are_limited(engines: Engines, engine: str, provider: LocalProvider) -> None:
    url = engines.app(engine).extensions["consult"].database_url
    limited = engines.make_app(url, with_register=False, oidc=provider.settings, rate_limits=True)
    engines.apps[f"limited {engine}"] = limited
    with limited.app_context():
        client = PageClient(limited)
        for _ in range(60):
            client.get(CALLBACK, 400)
        client.get(CALLBACK, 429)
