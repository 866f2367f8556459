"""A text that the team hid: what is shown in its place, and who may still read it."""

from datetime import datetime

from sqlalchemy import case

from consult.contributions.model import Contribution
from consult.contributions.rules import Owner
from consult.ground.actor import Actor, Role

HIDDEN_TITLE = "Texte masqué par l’équipe"

PUBLIC_TITLE = case((Contribution.hidden_at.is_(None), Contribution.title), else_=HIDDEN_TITLE)
"""The title as lists, feeds, exports and other pages say it."""


def is_readable(actor: Actor, *, owner: Owner, hidden_at: datetime | None) -> bool:
    """Whether the actor may read the text, its versions and its files: once hidden, only those who wrote it and the team."""
    return hidden_at is None or owner.includes(actor) or actor.has_role(Role.MODERATOR, Role.ADMINISTRATOR)
