"""Mail domains: whose addresses can prove something, and whose never do. Pure functions; the lists ship with the software.

A consumer provider and a public suffix are everybody's. A State service is nobody's collectivité. Only the domain itself
is compared with what the team knows: an address under a subdomain may be that of somebody else's service.
"""

from functools import cache
from pathlib import Path

from publicsuffixlist import PublicSuffixList

from consult.accounts.rules import may_see_attachments_desk, parse_address
from consult.ground.actor import Actor
from consult.ground.refusals import Reason, Verdict, verdict

GENERIC_FILES = [Path(__file__).parent / "data" / f"{which}_mail_domains.txt" for which in ("generic", "other")]
"""One domain a line: the list that `SOURCE.toml` describes, beside it, and other well-known providers, added here."""

STATE = "gouv.fr"


def parse_domain(typed: str) -> str | None:
    """The mail domain that was typed, in ASCII and lower case, or None when no address could be on it.

    An @ before it and a dot after it are slips of the keyboard.
    """
    address = parse_address(f"x@{''.join(typed.split()).removeprefix('@').removesuffix('.')}")
    return domain_of(address.key) if address else None


def domain_of(email: str) -> str:
    """What comes after the @ of an address, as `parse_domain` writes it; as it stands, in lower case, if it is no domain."""
    domain = email.rpartition("@")[2].removesuffix(".").lower()
    return domain if domain.isascii() else parse_domain(domain) or domain


def is_generic(domain: str) -> bool:
    """Whether the domain, or one above it, is that of a provider open to everybody."""
    return not _generic().isdisjoint(_and_above(domain))


def is_public_suffix(domain: str) -> bool:
    """Whether names under this one belong to different people: `fr`, `asso.fr`, and those of hosts, such as `blogspot.com`."""
    return bool(_suffixes().is_public(domain_of(domain)))


def is_of_the_state(domain: str) -> bool:
    """Whether it is that of a service of the State: `gouv.fr`, and everything under it."""
    return STATE in _and_above(domain)


def may_be_known(domain: str) -> Verdict:
    """Whether a domain can be one collectivité's own, whoever says so."""
    return verdict(
        (not is_of_the_state(domain), Reason.DOMAIN_OF_THE_STATE),
        (not is_public_suffix(domain) and not is_generic(domain), Reason.DOMAIN_SHARED),
    )


def may_add_domain(actor: Actor, *, domain: str, is_current: bool, known_for: str | None) -> Verdict:
    """Whether the actor may say whose a domain is; `known_for`: the SIREN it is known for already."""
    return verdict(
        may_see_attachments_desk(actor),
        may_be_known(domain),
        (is_current, Reason.NOT_IN_REGISTER),
        (known_for is None, Reason.DOMAIN_KNOWN),
    )


def may_remove_domain(actor: Actor, *, reason: str) -> Verdict:
    """Whether the actor may say that a domain is nobody's any more."""
    return verdict(may_see_attachments_desk(actor), (bool(reason.strip()), Reason.REASON_MISSING))


def _and_above(domain: str) -> set[str]:
    """`mairie.exemple.fr` gives itself, `exemple.fr` and `fr`."""
    labels = domain_of(domain).split(".")
    return {".".join(labels[start:]) for start in range(len(labels))}


@cache
def _generic() -> frozenset[str]:
    return frozenset(domain_of(line) for file in GENERIC_FILES for line in file.read_text("utf-8").split())


@cache
def _suffixes() -> PublicSuffixList:
    """The list bundled with the package, its private section included; nothing is asked of the network."""
    return PublicSuffixList()
