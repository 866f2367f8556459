"""Contributions and propositions for tests, made through the actions, at instants of the world's calendar."""

from dataclasses import replace
from datetime import datetime, timedelta

from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.contributions import actions as contributions
from consult.contributions.actions import ContributionDraft
from consult.contributions.model import Contribution, ContributionType
from consult.ground.actor import OPERATOR, Actor
from consult.proposals import actions as proposals
from consult.proposals.actions import ProposalDraft
from consult.proposals.model import Proposal
from consult.triage import actions as triage
from consult.triage import schemes
from consult.triage.eligibility import Terms
from consult.triage.model import Scheme
from consult.triage.schemes import SchemeDraft
from tests.support.world import during

DURING_NEEDS = during(Stage.NEEDS)

NEED = ContributionDraft(
    type=ContributionType.NEED,
    title="Signaler un nid-de-poule sans appeler la mairie",
    situation="Les habitants téléphonent.\n\nNous notons sur un carnet.",
    audience="Les habitants.",
    effects="Moins d’appels.",
    themes=("mobilite-transports",),
)
SERVICE = ContributionDraft(
    type=ContributionType.EXISTING_SERVICE,
    title="Application de signalement ouverte",
    situation="Elle permet de signaler un incident avec une photo.",
    themes=("mobilite-transports", "inclusion-numerique"),
    url="https://signalement.exemple.fr",
    repository="https://git.exemple.fr/signalement",
    licence="AGPL-3.0-or-later",
    users="Dix communes.",
    funding_sought=12000,
    funding_purpose="Rendre l’installation autonome.",
)

TERMS = Terms(who="Tout le monde.", purpose="Des études.", funding="Jusqu’à 100 %.")


def need(actor: Actor, edition: Edition, *, at: datetime = DURING_NEEDS, **changed: object) -> Contribution:
    """A published need; keyword arguments change its draft."""
    return contributions.publish(actor, edition.id, replace(NEED, **changed), at=at)  # type: ignore[arg-type]


def service(actor: Actor, edition: Edition, *, at: datetime = DURING_NEEDS, **changed: object) -> Contribution:
    """A published existing service."""
    return contributions.publish(actor, edition.id, replace(SERVICE, **changed), at=at)  # type: ignore[arg-type]


def proposal(edition: Edition, title: str = "Faciliter le signalement d’incidents", *, at: datetime = DURING_NEEDS) -> Proposal:
    """A proposition written by the operator."""
    return proposals.create(OPERATOR, edition.id, ProposalDraft(title, "Signaler en deux minutes."), at=at)


def scheme(edition: Edition, code: str = "axe3", *, name: str = "Axe 3 – guichets territoriaux", **changed: object) -> Scheme:
    """A scheme whose one rule has no dates; keyword arguments change the rule."""
    draft = SchemeDraft(code, name, (replace(TERMS, **changed),))  # type: ignore[arg-type]
    return schemes.add_scheme(OPERATOR, edition.id, draft, at=DURING_NEEDS)


def group(contribution: Contribution, *wanted: Proposal, at: datetime = DURING_NEEDS + timedelta(hours=1)) -> None:
    """Let these propositions answer the contribution."""
    triage.group(OPERATOR, [contribution.id], [found.id for found in wanted], at=at)
