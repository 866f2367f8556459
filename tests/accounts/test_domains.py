"""Which mail domains can be one collectivité's own."""

import tomllib

import pytest

from consult.accounts.domains import rules as domains
from consult.accounts.domains.rules import (
    domain_of,
    is_generic,
    is_of_the_state,
    is_public_suffix,
    may_add_domain,
    may_be_known,
    may_remove_domain,
    parse_domain,
)
from consult.ground.actor import OPERATOR, VISITOR, Actor, Role
from consult.ground.refusals import Reason
from tests.support.world import GRAMAT, ROCAMADOUR

AGENT = Actor(person_id=1)
MODERATOR = Actor(person_id=2, roles=frozenset({Role.MODERATOR}))
COMMITTEE = Actor(person_id=3, roles=frozenset({Role.COMMITTEE}))


@pytest.mark.parametrize(
    ("typed", "domain"),
    [
        ("mairie-exemple.fr", "mairie-exemple.fr"),
        (" Mairie-EXEMPLE.fr. ", "mairie-exemple.fr"),
        ("@mairie-exemple.fr", "mairie-exemple.fr"),
        ("Évry-exemple.fr", "xn--vry-exemple-99a.fr"),
        ("xn--vry-exemple-99a.fr", "xn--vry-exemple-99a.fr"),
        ("services.ville.exemple.fr", "services.ville.exemple.fr"),
        ("", None),
        (".", None),
        ("@", None),
        ("fr", None),
        ("mairie exemple", None),
        ("mairie..fr", None),
        ("-mairie.fr", None),
        ("mairie_exemple.fr", None),
        ("192.168.0.1", None),
        ("jeanne@mairie.fr", None),
        ("https://mairie.fr/", None),
        ("=HYPERLINK(1).fr", None),
        ("a" * 64 + ".fr", None),
        ("a." * 130 + "fr", None),
    ],
)
def test_a_domain_as_it_is_typed(typed: str, domain: str | None) -> None:
    assert parse_domain(typed) == domain


@pytest.mark.parametrize(
    ("email", "domain"),
    [
        ("jeanne@mairie-exemple.fr", "mairie-exemple.fr"),
        ("Jeanne+urbanisme@Mairie-Exemple.FR.", "mairie-exemple.fr"),
        ("jeanne@évry-exemple.fr", "xn--vry-exemple-99a.fr"),
        ("jeanne@xn--vry-exemple-99a.fr", "xn--vry-exemple-99a.fr"),
    ],
)
def test_the_domain_of_an_address(email: str, domain: str) -> None:
    assert domain_of(email) == domain


@pytest.mark.parametrize(
    ("domain", "generic", "suffix", "state"),
    [
        ("wanadoo.fr", True, False, False),
        ("proton.me", True, False, False),
        ("WANADOO.fr.", True, False, False),
        ("pro.wanadoo.fr", True, False, False),
        ("fr.oleane.com", True, False, False),
        ("oleane.com", False, False, False),
        ("mairie-wanadoo.fr", False, False, False),
        ("wanadoo.fr.mairie.exemple", False, False, False),
        ("intramuros.org", True, False, False),
        ("fr", False, True, False),
        ("asso.fr", False, True, False),
        ("nom.fr", False, True, False),
        ("blogspot.com", False, True, False),
        ("github.io", False, True, False),
        ("mairie.github.io", False, False, False),
        ("xn--p1ai", False, True, False),
        ("gouv.fr", False, True, True),
        ("Finances.Gouv.FR.", False, False, True),
        ("ddt.lot.gouv.fr", False, False, True),
        ("mongouv.fr", False, False, False),
        ("gouv.fr.exemple.org", False, False, False),
        ("ville-rocamadour.fr", False, False, False),
        ("xn--vry-exemple-99a.fr", False, False, False),
    ],
)
def test_whose_a_domain_is(domain: str, generic: bool, suffix: bool, state: bool) -> None:
    assert (is_generic(domain), is_public_suffix(domain), is_of_the_state(domain)) == (generic, suffix, state)


@pytest.mark.parametrize(
    ("domain", "reason"),
    [
        ("mairie-exemple.fr", None),
        ("lot.fr", None),
        ("orange.fr", Reason.DOMAIN_SHARED),
        ("mairie.orange.fr", Reason.DOMAIN_SHARED),
        ("asso.fr", Reason.DOMAIN_SHARED),
        ("blogspot.com", Reason.DOMAIN_SHARED),
        ("gouv.fr", Reason.DOMAIN_OF_THE_STATE),
        ("lot.gouv.fr", Reason.DOMAIN_OF_THE_STATE),
    ],
)
def test_a_domain_that_is_shared_or_the_state_s_is_nobody_s_own(domain: str, reason: Reason | None) -> None:
    assert may_be_known(domain).reason is reason


@pytest.mark.parametrize(
    ("actor", "domain", "is_current", "known_for", "reason"),
    [
        (VISITOR, "mairie-exemple.fr", True, None, Reason.NOT_YOUR_ROLE),
        (AGENT, "mairie-exemple.fr", True, None, Reason.NOT_YOUR_ROLE),
        (COMMITTEE, "mairie-exemple.fr", True, None, Reason.NOT_YOUR_ROLE),
        (MODERATOR, "mairie-exemple.fr", True, None, None),
        (OPERATOR, "mairie-exemple.fr", True, None, None),
        (MODERATOR, "wanadoo.fr", True, None, Reason.DOMAIN_SHARED),
        (MODERATOR, "lot.gouv.fr", True, None, Reason.DOMAIN_OF_THE_STATE),
        (MODERATOR, "mairie-exemple.fr", False, None, Reason.NOT_IN_REGISTER),
        (MODERATOR, "mairie-exemple.fr", True, GRAMAT, Reason.DOMAIN_KNOWN),
        (MODERATOR, "mairie-exemple.fr", True, ROCAMADOUR, Reason.DOMAIN_KNOWN),
    ],
)
def test_who_may_add_which_domain(
    actor: Actor, domain: str, is_current: bool, known_for: str | None, reason: Reason | None
) -> None:
    assert may_add_domain(actor, domain=domain, is_current=is_current, known_for=known_for).reason is reason


@pytest.mark.parametrize(
    ("actor", "said", "reason"),
    [
        (AGENT, "Il a changé.", Reason.NOT_YOUR_ROLE),
        (COMMITTEE, "Il a changé.", Reason.NOT_YOUR_ROLE),
        (MODERATOR, " \n", Reason.REASON_MISSING),
        (MODERATOR, "Il a changé.", None),
    ],
)
def test_who_may_remove_a_domain(actor: Actor, said: str, reason: Reason | None) -> None:
    assert may_remove_domain(actor, reason=said).reason is reason


def test_the_list_of_providers_ships_with_its_licence() -> None:
    listed = [line for file in domains.GENERIC_FILES for line in file.read_text("utf-8").split()]
    assert len(listed) == len(set(listed)) > 40
    assert {domain: parse_domain(domain) for domain in listed} == {domain: domain for domain in listed}
    source = tomllib.loads((domains.GENERIC_FILES[0].parent / "SOURCE.toml").read_text("utf-8"))
    assert source["licence"] == "MIT"
    assert source["source"]
