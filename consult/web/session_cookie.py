"""The cookie of the browser's session: it ends with the session in the base, whatever is done in between."""

from datetime import UTC, datetime

from flask import Flask, session
from flask.sessions import SecureCookieSessionInterface, SessionMixin

ENDS = "ends"
"""Where the cookie says when it ends: a timestamp of the world's time, since browsers know nothing of a rehearsal."""


class SessionCookie(SecureCookieSessionInterface):
    """Flask's own, which would otherwise move the cookie's end forward each time something is written in it."""

    def get_expiration_time(self, app: Flask, session: SessionMixin) -> datetime | None:
        """When the browser forgets it: with the session it opens, or, signed in nowhere, when the browser closes."""
        ends = session.get(ENDS)
        return datetime.fromtimestamp(ends, UTC) if session.permanent and ends else None


def init_app(app: Flask) -> None:
    """Give the application this cookie."""
    app.session_interface = SessionCookie()


def ends() -> float | None:
    """When the cookie of this request ends: a timestamp, or None for a visitor's."""
    found: float | None = session.get(ENDS)
    return found
