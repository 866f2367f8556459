"""What is said of a decision once it is proclaimed: a public act beside it, never over it."""

from datetime import datetime

from sqlalchemy import Select, String, cast, literal, select, union
from sqlalchemy.orm import Session

from consult.accounts.model import Person, Topic
from consult.accounts.queries import wants
from consult.ground.actor import Actor
from consult.ground.database import transaction
from consult.journal.model import EventKind
from consult.outbox.actions import post_to_all
from consult.outbox.model import Notice
from consult.selection.model import DecisionCorrection, Outcome
from consult.selection.queries import decision_within, involved
from consult.selection.rules import may_correct_decision
from consult.selection.sheet import Sheet, held, tell


def correct_decision(
    actor: Actor,
    proposal_id: int,
    outcome: Outcome | None,
    *,
    reason: str,
    at: datetime,
    also_told: Select[int] | None = None,
    seen: int | None = None,
) -> None:
    """Correct a proclaimed decision, in public; those it concerns are told by mail. What comes next follows the correction.

    `outcome` is what is decided from now on; None when only words are corrected. `also_told` selects people whom a later stage
    knows of. `seen` says how many corrections the page had shown: nobody corrects what they have not read.

    Raises Refused with the reason of `may_correct_decision`, NotFound.
    """
    with transaction() as session:
        sheet = held(session, actor, proposal_id)
        stands = decision_within(session, proposal_id)
        may_correct_decision(
            actor,
            calendar=sheet.calendar,
            proclaimed=sheet.proclaimed and stands is not None,
            is_recused=sheet.is_recused,
            reason=reason,
            changes_outcome=stands is None or outcome is not stands.outcome,
            is_as_seen=seen is None or stands is None or seen == stands.corrections,
            at=at,
        ).or_refuse()
        correction = DecisionCorrection(
            proposal_id=proposal_id,
            edition_id=sheet.edition.id,
            at=at,
            person_id=actor.person_id,
            outcome=outcome,
            reason=reason.strip(),
        )
        session.add(correction)
        session.flush()
        before = stands.outcome if stands else None
        said = {"before": str(before), "after": str(outcome or before), "reason": correction.reason}
        tell(session, sheet, EventKind.DECISION_CORRECTED, actor, at=at, **said)
        _post(session, sheet, correction, said, also_told, at=at)


def _post(
    session: Session,
    sheet: Sheet,
    correction: DecisionCorrection,
    said: dict[str, str],
    also_told: Select[int] | None,
    *,
    at: datetime,
) -> None:
    people = involved(sheet.proposal.id)
    told = select((union(people, also_told) if also_told is not None else people).subquery().c.person_id)
    letters = select(literal(f"decision_corrected:{correction.id}:") + cast(Person.id, String), Person.email).where(
        Person.id.in_(told), wants(Topic.RESULTS)
    )
    post_to_all(
        session,
        Notice.DECISION_CORRECTED,
        letters,
        at=at,
        **letter(sheet.edition.slug, sheet.edition.title, sheet.proposal.number, sheet.proposal.title, said),
    )


def letter(edition: str, edition_title: str, number: int, title: str, said: dict[str, str]) -> dict[str, object]:
    """What the mail of a correction needs to say: the outcomes before and after it, and its reason."""
    return {"edition": edition, "edition_title": edition_title, "number": number, "title": title, **said}
