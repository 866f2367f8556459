"""Publishing a contribution, changing it, withdrawing it; saying that one shares it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, insert, literal, select
from sqlalchemy.orm import Session

from consult.accounts.model import Person
from consult.accounts.queries import as_now
from consult.calendar.model import Edition, Theme
from consult.calendar.numbers import following, lock_numbers
from consult.calendar.queries import locked_edition
from consult.calendar.rules import Stage
from consult.contributions.drafts import draft_to_publish, mark_published
from consult.contributions.files import carry_files
from consult.contributions.look_alikes import index, index_new
from consult.contributions.model import Contribution, ContributionTheme, MeToo
from consult.contributions.rules import (
    ContributionType,
    Owner,
    Status,
    may_correct,
    may_publish,
    may_say_me_too,
    may_withdraw,
    may_withdraw_me_too,
    search_text,
)
from consult.contributions.terms import add_terms, index_terms
from consult.contributions.versions import add_correction, add_version, last_rank, text_of
from consult.ground.actor import Actor, Profile
from consult.ground.database import transaction
from consult.ground.refusals import NotFound
from consult.journal.actions import record
from consult.journal.model import EventKind
from consult.outbox.actions import post
from consult.outbox.model import Notice
from consult.register.model import Collectivite
from consult.register.rules import Kind, Stratum, full_name

PRESSED_AGAIN = timedelta(minutes=1)
"""How soon a second press of the button arrives, from a page that did not know of the first."""


@dataclass(frozen=True, slots=True)
class ContributionDraft:
    """What someone typed. `themes` are slugs of the edition's themes; amounts are euros.

    The fields after `themes` are for an existing service; `partner` is the organisation of an author who is a partner.
    """

    type: ContributionType
    title: str
    situation: str
    audience: str = ""
    effects: str = ""
    themes: Sequence[str] = ()
    url: str = ""
    repository: str = ""
    licence: str = ""
    users: str = ""
    funding_sought: Decimal | int | None = None
    funding_purpose: str = ""
    partner: str = ""


def publish(
    actor: Actor, edition_id: int, draft: ContributionDraft, *, at: datetime, draft_id: int | None = None
) -> Contribution:
    """Publish a need or an existing service, under the next number of the edition; its author gets a mail.

    `draft_id` is the draft it was written in: it is published once, and in the name it was written in. The same text from
    another draft, a moment later, is the same press of the button: it gives what the first one published.

    Raises Refused with the reason of `may_publish` or `may_publish_from`; NotFound for a theme that is not of the edition, or
    for another's draft.
    """
    with transaction() as session:
        kept = None
        if draft_id is not None:
            kept, actor = draft_to_publish(session, actor, edition_id, draft_id)
        actor = as_now(session, actor)
        edition = locked_edition(session, edition_id)
        may_publish(actor, type_=draft.type, partner=draft.partner, calendar=edition.calendar, at=at).or_refuse()
        lock_numbers(session, Contribution, edition_id)
        if kept is not None and (found := _just_published(session, actor, edition_id, draft, at=at)):
            mark_published(kept, found)
            carry_files(session, kept, found)
            return found
        author = _author(session, actor, edition_id)
        contribution = Contribution(
            edition_id=edition_id,
            number=author.number,
            type=draft.type,
            siren=author.siren,
            partner=None if author.siren else draft.partner.strip(),
            departement=author.departement,
            region=author.region,
            kind=author.kind,
            stratum=author.stratum,
            person_id=actor.person_id,
            profile=actor.profile,
            function=actor.function,
            status=Status.PUBLISHED,
            status_at=at,
            published_at=at,
            search_text=_search_text(author.name or draft.partner, draft),
            **_written(draft),
        )
        session.add(contribution)
        session.flush()
        add_terms(session, contribution, _add_themes(session, contribution, draft.themes))
        text = text_of(contribution, draft.themes)
        add_version(session, contribution, text, rank=1, person_id=actor.person_id, at=at)
        index_new(session, contribution)
        joined = 0
        if kept is not None:
            mark_published(kept, contribution)
            joined = carry_files(session, kept, contribution)
        subject = f"contribution:{contribution.number}"
        record(
            session, EventKind.CONTRIBUTION_PUBLISHED, actor, at=at, edition_id=edition_id, subject=subject, title=draft.title
        )
        speaker = author.name or draft.partner
        _acknowledge(session, edition, contribution, author.email, speaker=speaker, documents=joined, at=at)
    return contribution


def edit(
    actor: Actor, contribution_id: int, draft: ContributionDraft, *, at: datetime, seen: int | None = None
) -> Contribution:
    """Change the text of a contribution that nobody has examined yet. Its number, type and author stay.

    `seen` is the rank of the text that the page showed, when a page did: a colleague's correction is not overwritten unseen.

    Raises Refused with the reason of `may_correct`; NotFound for an unknown contribution or theme.
    """
    with transaction() as session:
        actor = as_now(session, actor)
        edition, contribution = _locked(session, contribution_id)
        last = last_rank(contribution.id)
        may_correct(
            actor,
            owner=owner_of(contribution),
            status=contribution.status,
            is_latest=seen in (None, last),
            calendar=edition.calendar,
            at=at,
        ).or_refuse()
        before = text_of(contribution, _theme_slugs(session, contribution))
        written = _written(draft)
        changed = [name for name, value in written.items() if getattr(contribution, name) != value]
        for name in changed:
            setattr(contribution, name, written[name])
        if contribution.siren is None:
            contribution.partner = draft.partner.strip() or contribution.partner
        contribution.search_text = _search_text(_speaker(session, contribution), draft)
        contribution.revision += 1
        session.execute(delete(ContributionTheme).where(ContributionTheme.contribution_id == contribution.id))
        index_terms(session, contribution, _add_themes(session, contribution, draft.themes))
        after = text_of(contribution, draft.themes)
        add_correction(session, contribution, before, after, last=last, person_id=actor.person_id, at=at)
        index(session, [contribution.id])
        _tell(session, EventKind.CONTRIBUTION_EDITED, actor, contribution, at=at, changed=changed)
    return contribution


def withdraw(actor: Actor, contribution_id: int, *, reason: str, at: datetime) -> Contribution:
    """Withdraw a contribution that nobody has examined yet. It stays readable, with the reason.

    Raises Refused with the reason of `may_withdraw`.
    """
    with transaction() as session:
        actor = as_now(session, actor)
        edition, contribution = _locked(session, contribution_id)
        may_withdraw(
            actor,
            owner=owner_of(contribution),
            status=contribution.status,
            calendar=edition.calendar,
            at=at,
            reason=reason,
        ).or_refuse()
        contribution.status = Status.WITHDRAWN
        contribution.status_reason = reason.strip()
        contribution.status_at = at
        contribution.revision += 1
        _tell(session, EventKind.CONTRIBUTION_WITHDRAWN, actor, contribution, at=at, reason=contribution.status_reason)
    return contribution


def say_me_too(actor: Actor, contribution_id: int, *, at: datetime) -> None:
    """Say, for the actor's collectivité, « nous aussi » or « nous utilisons ce service »: once, and not a vote.

    Raises Refused with the reason of `may_say_me_too`.
    """
    with transaction() as session:
        actor = as_now(session, actor)
        edition, contribution = _locked(session, contribution_id)
        may_say_me_too(
            actor,
            owner=owner_of(contribution),
            status=contribution.status,
            said=_said(session, actor, contribution),
            calendar=edition.calendar,
            at=at,
        ).or_refuse()
        session.add(MeToo(contribution_id=contribution.id, siren=actor.siren, person_id=actor.person_id, at=at))
        contribution.me_too_count += 1
        _tell(session, EventKind.ME_TOO_SAID, actor, contribution, at=at)


def withdraw_me_too(actor: Actor, contribution_id: int, *, at: datetime) -> None:
    """Take back what a colleague, or oneself, said for the collectivité.

    Raises Refused with the reason of `may_withdraw_me_too`.
    """
    with transaction() as session:
        actor = as_now(session, actor)
        edition, contribution = _locked(session, contribution_id)
        may_withdraw_me_too(actor, said=_said(session, actor, contribution), calendar=edition.calendar, at=at).or_refuse()
        session.execute(delete(MeToo).where(MeToo.contribution_id == contribution.id, MeToo.siren == actor.siren))
        contribution.me_too_count -= 1
        _tell(session, EventKind.ME_TOO_WITHDRAWN, actor, contribution, at=at)


def owner_of(contribution: Contribution) -> Owner:
    """In whose name it was written, as the rules take it."""
    return Owner(contribution.siren, contribution.person_id)


def _just_published(
    session: Session, actor: Actor, edition_id: int, draft: ContributionDraft, *, at: datetime
) -> Contribution | None:
    """The same text, published by the same person in the same name a moment ago. Read under the lock of the numbers."""
    return session.scalars(
        select(Contribution)
        .where(
            Contribution.person_id == actor.person_id,
            Contribution.edition_id == edition_id,
            Contribution.siren.is_not_distinct_from(_siren(actor)),
            Contribution.type == draft.type,
            Contribution.title == draft.title,
            Contribution.situation == draft.situation,
            Contribution.status == Status.PUBLISHED,
            Contribution.published_at > at - PRESSED_AGAIN,
        )
        .order_by(Contribution.id)
        .limit(1)
    ).one_or_none()


def _siren(actor: Actor) -> str | None:
    """In whose name the actor writes; None for a partner."""
    return None if actor.profile is Profile.PARTENAIRE else actor.siren


@dataclass(frozen=True, slots=True)
class _Author:
    """What publishing needs to know of the author, read in one statement."""

    email: str
    number: int
    siren: str | None
    name: str
    departement: str | None
    region: str | None
    kind: Kind | None
    stratum: Stratum | None


def _author(session: Session, actor: Actor, edition_id: int) -> _Author:
    """Read under the lock of the numbers: the next one is ours."""
    siren = _siren(actor)
    row = session.execute(
        select(
            Person.email,
            following(Contribution, edition_id).scalar_subquery().label("number"),
            Collectivite.name,
            Collectivite.kind,
            Collectivite.departement,
            Collectivite.departement_name,
            Collectivite.region,
            Collectivite.stratum,
        )
        .outerjoin(Collectivite, Collectivite.siren == siren)
        .where(Person.id == actor.person_id)
    ).one()
    name = full_name(row.name, row.kind, row.departement_name) if siren else ""
    return _Author(row.email, row.number, siren, name, row.departement, row.region, row.kind, row.stratum)


def _locked(session: Session, contribution_id: int) -> tuple[Edition, Contribution]:
    """A contribution, its row locked, in an edition whose calendar cannot move meanwhile. Raises NotFound."""
    edition_id = session.scalar(
        select(Contribution.edition_id).where(Contribution.id == contribution_id, Contribution.status != Status.DRAFT)
    )
    if edition_id is None:
        raise NotFound
    edition = locked_edition(session, edition_id)
    return edition, session.scalars(select(Contribution).where(Contribution.id == contribution_id).with_for_update()).one()


def _said(session: Session, actor: Actor, contribution: Contribution) -> bool:
    return session.get(MeToo, (contribution.id, actor.siren or "")) is not None


def _written(draft: ContributionDraft) -> dict[str, Any]:
    """The columns that hold what was typed. A need has nothing of a service, whatever was sent."""
    texts: dict[str, Any] = {
        "title": draft.title,
        "situation": draft.situation,
        "audience": draft.audience,
        "effects": draft.effects,
    }
    if draft.type is ContributionType.EXISTING_SERVICE:
        texts |= {
            "url": draft.url,
            "repository": draft.repository,
            "licence": draft.licence,
            "users": draft.users,
            "funding_sought": None if draft.funding_sought is None else Decimal(draft.funding_sought),
            "funding_purpose": draft.funding_purpose,
        }
    return texts


def _search_text(speaker: str, draft: ContributionDraft) -> str:
    return search_text(speaker, draft.title, draft.situation, draft.audience, draft.effects, draft.users)


def _speaker(session: Session, contribution: Contribution) -> str:
    if contribution.siren is None:
        return contribution.partner or ""
    return session.get_one(Collectivite, contribution.siren).full_name


def _theme_slugs(session: Session, contribution: Contribution) -> Sequence[str]:
    return session.scalars(
        select(Theme.slug)
        .join(ContributionTheme, ContributionTheme.theme_id == Theme.id)
        .where(ContributionTheme.contribution_id == contribution.id)
    ).all()


def _add_themes(session: Session, contribution: Contribution, slugs: Sequence[str]) -> Sequence[int]:
    """Give it these themes; their ids. Raises NotFound when one is not of the edition."""
    chosen = select(literal(contribution.id), Theme.id).where(
        Theme.edition_id == contribution.edition_id, Theme.slug.in_(slugs)
    )
    new = insert(ContributionTheme).from_select(["contribution_id", "theme_id"], chosen)
    added = session.scalars(new.returning(ContributionTheme.theme_id)).all()
    if len(added) != len(set(slugs)):
        raise NotFound
    return added


def _tell(session: Session, kind: EventKind, actor: Actor, contribution: Contribution, *, at: datetime, **data: Any) -> None:
    subject = f"contribution:{contribution.number}"
    record(session, kind, actor, at=at, edition_id=contribution.edition_id, subject=subject, **data)


def _acknowledge(
    session: Session, edition: Edition, contribution: Contribution, email: str, *, speaker: str, documents: int, at: datetime
) -> None:
    closes_at = edition.calendar.window(Stage.NEEDS).closes_at
    post(
        session,
        Notice.CONTRIBUTION_PUBLISHED,
        email,
        key=f"contribution:{contribution.id}:published",
        at=at,
        edition=edition.slug,
        number=contribution.number,
        title=contribution.title,
        type=contribution.type.value,
        speaker=speaker,
        is_partner=contribution.siren is None,
        documents=documents,
        received_at=at.isoformat(),
        closes_at=closes_at.isoformat() if closes_at else None,
    )
