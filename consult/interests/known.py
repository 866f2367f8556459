"""What the site already knows of a collectivité that would volunteer: nobody types it a second time."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import exists, select

from consult.contributions.hidden import PUBLIC_TITLE
from consult.contributions.model import Contribution, MeToo
from consult.contributions.rules import ContributionType
from consult.ground.actor import Actor
from consult.ground.database import reading
from consult.interests.model import Interest, InterestStatus
from consult.proposals.model import Proposal, ProposalContribution
from consult.voting.model import Support

LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True)
class Text:
    """A contribution that the proposition answers, which the collectivité wrote or shares."""

    number: int
    title: str
    type: ContributionType
    is_own: bool


@dataclass(frozen=True, slots=True)
class Known:
    """Where a collectivité stands towards a proposition, before it says a word."""

    texts: Sequence[Text]
    supports: bool
    """Whether it supports the proposition: its own vote, which its people may always read."""
    before: dict[str, str]
    """The people and the availability that it gave the last time it volunteered in this edition."""

    @property
    def is_something(self) -> bool:
        return bool(self.texts) or self.supports


NOTHING = Known((), False, {})
_KEPT = ("referent_name", "referent_function", "sponsor_name", "sponsor_function", "availability")


def known(proposal_id: int, siren: str | None) -> Known:
    """What is known of a collectivité and a proposition. Three statements."""
    rows = reading().execute(
        select(Contribution.number, PUBLIC_TITLE, Contribution.type, Contribution.siren == siren)
        .join(ProposalContribution, ProposalContribution.contribution_id == Contribution.id)
        .outerjoin(MeToo, (MeToo.contribution_id == Contribution.id) & (MeToo.siren == siren))
        .where(
            ProposalContribution.proposal_id == proposal_id,
            (Contribution.siren == siren) | MeToo.siren.is_not(None),
        )
        .order_by((Contribution.siren != siren), Contribution.number)
    )
    texts = [Text(number, title, type_, bool(is_own)) for number, title, type_, is_own in rows]
    voted = exists().where(Support.proposal_id == proposal_id, Support.voice == siren, Support.set_aside_at.is_(None))
    return Known(texts, bool(reading().scalar(select(voted))), _before(proposal_id, siren))


def _before(proposal_id: int, siren: str | None) -> dict[str, str]:
    edition_id = select(Proposal.edition_id).where(Proposal.id == proposal_id).scalar_subquery()
    row = (
        reading()
        .execute(
            select(*(getattr(Interest, name) for name in _KEPT))
            .where(
                Interest.edition_id == edition_id,
                Interest.siren == siren,
                Interest.status != InterestStatus.DECLINED,
            )
            .order_by(Interest.id.desc())
            .limit(1)
        )
        .mappings()
        .one_or_none()
    )
    return dict(row) if row else {}


def prefilled(known_: Known, actor: Actor) -> dict[str, str]:
    """The form as it is first shown: whoever fills it in as référent unless somebody was named before, and what is known."""
    filled = {"referent_name": actor.name, "referent_function": actor.function} | known_.before
    if not filled["referent_name"]:
        filled |= {"referent_name": actor.name, "referent_function": actor.function}
    return filled | {"motivation": "\n".join(_sentences(known_))}


def _sentences(known_: Known) -> Sequence[str]:
    said = [_sentence(text) for text in known_.texts]
    return [*said, "Nous avons soutenu cette proposition lors du vote."] if known_.supports else said


def _sentence(text: Text) -> str:
    is_need = text.type is ContributionType.NEED
    if text.is_own:
        did = "Nous avons décrit ce besoin" if is_need else "Nous avons présenté ce service"
    else:
        did = "Nous partageons ce besoin" if is_need else "Nous utilisons ce service"
    title = text.title if len(text.title) <= LONGEST_TITLE else f"{text.title[:LONGEST_TITLE].rstrip()}…"
    return f"{did} : « {title} » (contribution n° {text.number})."
