"""Creating an edition; moving a date; changing the rules of its vote before it opens."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from consult.calendar.model import CalendarChange, Edition, RulesVersion, StageWindow, Theme
from consult.calendar.queries import ballot_settings, last_version, locked_edition
from consult.calendar.rules import (
    BallotSettings,
    Instruction,
    Stage,
    Window,
    may_change_ballot_rules,
    may_change_instruction,
    may_create_edition,
    may_move_window,
    windows_are_sound,
)
from consult.ground.actor import Actor
from consult.ground.database import transaction
from consult.journal.actions import record
from consult.journal.model import EventKind


@dataclass(frozen=True, slots=True)
class EditionDraft:
    """Everything an edition starts with. `themes` are (slug, label), in order."""

    slug: str
    title: str
    windows: tuple[Window, ...]
    themes: Sequence[tuple[str, str]]
    voter_kinds: Sequence[str]
    max_supports: int | None = None
    tallies_hidden: bool = True
    funding_rate: Decimal = Decimal("0.5")
    envelope: Decimal | None = None
    instruction: Instruction = Instruction.INSTRUCTED
    is_fictitious: bool = False


def create_edition(actor: Actor, draft: EditionDraft, *, at: datetime) -> Edition:
    """Announce an edition: its dates, themes and rules.

    Raises Refused when the actor is no administrator, or the windows are not sound.
    """
    may_create_edition(actor).or_refuse()
    windows_are_sound(draft.windows).or_refuse()
    with transaction() as session:
        edition = Edition(
            slug=draft.slug,
            title=draft.title,
            created_at=at,
            is_fictitious=draft.is_fictitious,
            voter_kinds=list(draft.voter_kinds),
            max_supports=draft.max_supports,
            tallies_hidden=draft.tallies_hidden,
            funding_rate=draft.funding_rate,
            envelope=draft.envelope,
            instruction=draft.instruction,
        )
        edition.windows = [
            StageWindow(
                stage=window.stage,
                opens_at=window.opens_at,
                closes_at=window.closes_at,
                first_opens_at=window.opens_at,
                first_closes_at=window.closes_at,
            )
            for window in draft.windows
        ]
        session.add(edition)
        session.flush()
        session.add_all(
            Theme(edition_id=edition.id, slug=slug, label=label, position=position)
            for position, (slug, label) in enumerate(draft.themes, start=1)
        )
        session.add(_version(edition, 1, "Règles annoncées avec l’édition.", person_id=actor.person_id, at=at))
        record(session, EventKind.EDITION_CREATED, actor, at=at, edition_id=edition.id, title=draft.title)
    return edition


def _version(edition: Edition, version: int, reason: str, *, person_id: int | None, at: datetime) -> RulesVersion:
    """The rules of the vote as the edition now has them."""
    said = {
        "voter_kinds": list(edition.voter_kinds),
        "max_supports": edition.max_supports,
        "tallies_hidden": edition.tallies_hidden,
    }
    return RulesVersion(edition_id=edition.id, version=version, at=at, person_id=person_id, reason=reason, said=said)


def change_ballot_rules(
    actor: Actor, edition_id: int, changed: BallotSettings, *, read: int, reason: str, at: datetime
) -> RulesVersion:
    """Give the vote of an edition other rules, before it opens; every version stays, with its reason, for everyone to read.

    `read` is the version that was in force on the page that asks. The edition's lock is held alone: no vote is judged by half.

    Raises Refused with the reason of `may_change_ballot_rules`.
    """
    with transaction() as session:
        edition = locked_edition(session, edition_id, alone=True)
        current, last = ballot_settings(edition), last_version(session, edition_id)
        may_change_ballot_rules(
            actor,
            calendar=edition.calendar,
            current=current,
            changed=changed,
            reason=reason,
            is_as_read=read == last,
            at=at,
        ).or_refuse()
        edition.voter_kinds = list(changed.voter_kinds)
        edition.max_supports = changed.max_supports
        edition.tallies_hidden = changed.tallies_hidden
        version = _version(edition, last + 1, reason.strip(), person_id=actor.person_id, at=at)
        session.add(version)
        record(
            session,
            EventKind.BALLOT_RULES_CHANGED,
            actor,
            at=at,
            edition_id=edition.id,
            version=version.version,
            reason=version.reason,
            before=asdict(current),
            after=asdict(changed),
        )
    return version


def change_instruction(actor: Actor, edition_id: int, changed: Instruction, *, reason: str, at: datetime) -> None:
    """Answer candidatures another way, before they open: the public journal says it, with its reason.

    Raises Refused with the reason of `may_change_instruction`.
    """
    with transaction() as session:
        edition = locked_edition(session, edition_id, alone=True)
        before = edition.instruction
        may_change_instruction(
            actor, calendar=edition.calendar, current=before, changed=changed, reason=reason, at=at
        ).or_refuse()
        edition.instruction = changed
        record(
            session,
            EventKind.INSTRUCTION_CHANGED,
            actor,
            at=at,
            edition_id=edition.id,
            reason=reason.strip(),
            before=before.value,
            after=changed.value,
        )


def move_window(actor: Actor, edition_id: int, moved: Window, *, reason: str, at: datetime) -> CalendarChange:
    """Give a stage other dates, for ever in the public register of changes.

    The edition's lock is held alone: acts already received are judged by the old dates, later ones by the new.

    Raises Refused with the reason of `may_move_window`.
    """
    with transaction() as session:
        edition = locked_edition(session, edition_id, alone=True)
        may_move_window(
            actor,
            calendar=edition.calendar,
            moved=moved,
            reason=reason,
            proclaimed=edition.proclaimed_at is not None,
            at=at,
        ).or_refuse()
        return _write_move(session, actor, edition, moved, reason=reason, at=at)


def _write_move(
    session: Session, actor: Actor, edition: Edition, moved: Window, *, reason: str, at: datetime
) -> CalendarChange:
    row = next(window for window in edition.windows if window.stage is moved.stage)
    read = edition.read_if_moved(moved, at=at)
    change = CalendarChange(
        edition_id=edition.id,
        stage=Stage(moved.stage),
        at=at,
        person_id=actor.person_id,
        reason=reason.strip(),
        old_opens_at=row.opens_at,
        old_closes_at=row.closes_at,
        new_opens_at=moved.opens_at,
        new_closes_at=moved.closes_at,
    )
    row.opens_at, row.closes_at = moved.opens_at, moved.closes_at
    session.add(change)
    session.flush()
    record(
        session,
        EventKind.WINDOW_MOVED,
        actor,
        at=at,
        edition_id=edition.id,
        subject=f"stage:{moved.stage.value}",
        reason=change.reason,
        before=[_iso(change.old_opens_at), _iso(change.old_closes_at)],
        after=[_iso(change.new_opens_at), _iso(change.new_closes_at)],
        **({"tallies_readable_since": _iso(read.since)} if read else {}),
    )
    return change


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
