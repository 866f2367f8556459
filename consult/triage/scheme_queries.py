"""Reading the schemes of an edition, their rules in force, and those that were corrected."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from consult.ground.database import reading
from consult.ground.refusals import NotFound
from consult.triage.eligibility import Judgement, Opening, Project, Terms, judgements, standing
from consult.triage.model import Scheme, SchemeRule


def schemes(edition_id: int) -> Sequence[Scheme]:
    """The schemes of an edition, in their order."""
    return reading().scalars(select(Scheme).where(Scheme.edition_id == edition_id).order_by(Scheme.position)).all()


@dataclass(frozen=True, slots=True)
class Published:
    """A scheme, and what it says today."""

    scheme: Scheme
    rules: Sequence[Terms]
    """In the order of their first day; those whose first day is not known come first."""

    def standing(self, today: date) -> Opening:
        """Where it stands on a day in Paris."""
        return standing(self.rules, today)


def published(edition_id: int) -> Sequence[Published]:
    """The schemes of an edition with their rules in force, in order. One statement."""
    in_force = (SchemeRule.scheme_id == Scheme.id) & SchemeRule.replaced_at.is_(None)
    rows = reading().execute(
        select(Scheme, SchemeRule)
        .outerjoin(SchemeRule, in_force)
        .where(Scheme.edition_id == edition_id)
        .order_by(Scheme.position, SchemeRule.id)
    )
    found: dict[Scheme, list[Terms]] = defaultdict(list)
    for scheme, rule in rows:
        found[scheme].extend([rule.terms] if rule else [])
    return [Published(scheme, _by_first_day(rules)) for scheme, rules in found.items()]


def _by_first_day(rules: Sequence[Terms]) -> Sequence[Terms]:
    return sorted(rules, key=lambda rule: rule.opens_on or date.min)


def offered(edition_id: int, today: date) -> Sequence[tuple[Scheme, str]]:
    """The schemes of an edition to choose from, each with where it stands on a day in Paris, in words."""
    return labelled(published(edition_id), today)


def labelled(found: Sequence[Published], today: date) -> Sequence[tuple[Scheme, str]]:
    """These schemes, each with where it stands on a day in Paris, in words."""
    return [(one.scheme, one.standing(today).label.lower()) for one in found]


def answers(found: Sequence[Published], project: Project) -> Mapping[str, Judgement]:
    """What each of these schemes, by code, answers to a project."""
    return judgements({one.scheme.code: one.rules for one in found}, project)


@dataclass(frozen=True, slots=True)
class Change:
    """A rule that was added to a scheme after its publication, or corrected: when, why, and what it said before."""

    at: datetime
    reason: str
    before: Terms | None
    """None when it was added."""
    after: Terms


@dataclass(frozen=True, slots=True)
class History:
    """A scheme with every rule it ever had."""

    scheme: Scheme
    in_force: Sequence[SchemeRule]
    replaced: Sequence[SchemeRule]
    """The rules that were corrected, the latest first."""

    @property
    def published(self) -> Published:
        """What it says today."""
        return Published(self.scheme, _by_first_day([rule.terms for rule in self.in_force]))

    @property
    def changes(self) -> Sequence[Change]:
        """What changed since it was published, the latest first. Those rules alone have a reason."""
        every = {rule.id: rule for rule in (*self.in_force, *self.replaced)}
        return [
            Change(rule.recorded_at, rule.reason, every[rule.replaces_id].terms if rule.replaces_id else None, rule.terms)
            for rule in sorted(every.values(), key=lambda rule: (rule.recorded_at, rule.id), reverse=True)
            if rule.reason
        ]


def histories(edition_id: int) -> Sequence[History]:
    """The schemes of an edition with all their rules, in order. One statement."""
    rows = reading().execute(
        select(Scheme, SchemeRule)
        .outerjoin(SchemeRule, SchemeRule.scheme_id == Scheme.id)
        .where(Scheme.edition_id == edition_id)
        .order_by(Scheme.position, SchemeRule.id)
    )
    found: dict[Scheme, list[SchemeRule]] = defaultdict(list)
    for scheme, rule in rows:
        found[scheme].extend([rule] if rule else [])
    return [
        History(
            scheme,
            [rule for rule in rules if rule.replaced_at is None],
            [rule for rule in reversed(rules) if rule.replaced_at is not None],
        )
        for scheme, rules in found.items()
    ]


def scheme_at(edition_id: int, position: int) -> Scheme:
    """A scheme by its rank in its edition. Raises NotFound."""
    found = reading().scalar(select(Scheme).where(Scheme.edition_id == edition_id, Scheme.position == position))
    if found is None:
        raise NotFound
    return found


def rule_of(scheme: Scheme, rule_id: int) -> SchemeRule:
    """A rule of this scheme, corrected since or not. Raises NotFound."""
    found = reading().get(SchemeRule, rule_id)
    if found is None or found.scheme_id != scheme.id:
        raise NotFound
    return found
