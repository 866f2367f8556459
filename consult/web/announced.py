"""What the page that asks to sign in says of where one is going: an invitation."""

import re

from consult.accounts.colleagues.invitation_queries import AnnouncedInvitation, announced
from consult.web.context import received_at

_INVITATION = re.compile(r"/invitations/([0-9]{1,9})\?cle=([\w-]{16})", re.ASCII)
"""As its message writes it."""


def announced_by(path: str | None) -> AnnouncedInvitation | None:
    """The invitation that one goes to, when its message led there."""
    found = _INVITATION.fullmatch(path or "")
    return announced(int(found[1]), found[2], at=received_at()) if found else None
