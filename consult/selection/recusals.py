"""Keeping out of a proposition, and being let back in: both with a reason."""

from datetime import datetime

from consult.ground.actor import Actor
from consult.ground.database import transaction
from consult.journal.model import EventKind
from consult.selection.model import Opinion, Recusal
from consult.selection.rules import may_lift_recusal, may_recuse
from consult.selection.sheet import held, tell


def recuse(actor: Actor, proposal_id: int, *, reason: str, at: datetime) -> None:
    """Keep out of a proposition from now on.

    What the member thought of it is set apart, with a trace: it is neither read nor counted as long as they keep out. What
    they decided of it waits for another member to decide.

    Raises Refused with the reason of `may_recuse`, NotFound.
    """
    with transaction() as session:
        sheet = held(session, actor, proposal_id)
        may_recuse(
            actor,
            calendar=sheet.calendar,
            proclaimed=sheet.proclaimed,
            is_recused=sheet.is_recused,
            reason=reason,
            at=at,
        ).or_refuse()
        session.add(
            Recusal(
                proposal_id=proposal_id,
                person_id=actor.person_id,
                edition_id=sheet.edition.id,
                declared_at=at,
                reason=reason.strip(),
            )
        )
        given = session.get(Opinion, (proposal_id, actor.person_id))
        apart = {"opinion_set_apart": given.stance.value} if given else {}
        tell(session, sheet, EventKind.RECUSAL_DECLARED, actor, at=at, reason=reason.strip(), **apart)


def lift_recusal(actor: Actor, proposal_id: int, person_id: int, *, reason: str, at: datetime) -> None:
    """Let a member back in: an administrator's act. What they thought of the proposition counts again, and they may change it.

    Raises Refused with the reason of `may_lift_recusal`, NotFound.
    """
    with transaction() as session:
        sheet = held(session, actor, proposal_id)
        recusal = session.get(Recusal, (proposal_id, person_id))
        may_lift_recusal(
            actor,
            calendar=sheet.calendar,
            proclaimed=sheet.proclaimed,
            is_own=person_id == actor.person_id,
            is_recused=recusal is not None,
            reason=reason,
            at=at,
        ).or_refuse()
        session.delete(recusal)
        tell(session, sheet, EventKind.RECUSAL_LIFTED, actor, at=at, reason=reason.strip(), member=person_id)
