"""What every view needs to know of its request: who asks, when it was received, in which edition."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask, current_app, g
from flask_login import current_user
from werkzeug.routing import BaseConverter, IntegerConverter

from consult.accounts.queries import actor_of_session
from consult.calendar import queries as calendar
from consult.calendar.model import Edition
from consult.config import Settings
from consult.extensions import login
from consult.ground import clock
from consult.ground.actor import VISITOR, Actor


@dataclass(frozen=True, slots=True)
class SessionUser:
    """What Flask-Login keeps: an open session, and who acts in it."""

    key: str
    actor: Actor
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        return self.key


class EditionConverter(BaseConverter):
    """The slug of an edition in an address: four digits, then letters, digits or dashes."""

    regex = r"[0-9]{4}[A-Za-z0-9-]{0,36}"


class NumberConverter(IntegerConverter):
    """A number in an address: one that every database can hold, so a longer one is an unknown page, not a failure."""

    regex = r"[0-9]{1,9}"


def init_app(app: Flask) -> None:
    """Note the instant of reception before anything else, and teach Flask-Login to find a session."""
    app.url_map.converters["edition"] = EditionConverter
    app.url_map.converters["int"] = NumberConverter

    def _receive() -> None:
        g.received_at = clock.now()

    # First of all, before even the token of a form is checked: its refusal is a page too.
    app.before_request_funcs.setdefault(None, []).insert(0, _receive)

    login.session_protection = None  # sessions live in the base, where they can be ended
    login.user_loader(_user)


def _user(key: str) -> SessionUser | None:
    who = actor_of_session(key, at=received_at())
    return SessionUser(key, who) if who else None


def settings() -> Settings:
    """The operator's settings."""
    found: Settings = current_app.extensions["consult"]
    return found


def received_at() -> datetime:
    """When the server received this request: the instant that counts."""
    instant: datetime = g.received_at
    return instant


def actor() -> Actor:
    """Who is asking: one statement the first time, none afterwards."""
    user: Any = current_user
    return user.actor if user.is_authenticated else VISITOR


def edition(slug: str) -> Edition:
    """The edition named in the address; the page is then drawn inside it. Raises NotFound."""
    known: Edition | None = g.get("edition")
    if known is None or known.slug != slug:
        known = g.edition = calendar.edition(slug)
    return known


def latest_edition() -> Edition | None:
    """The edition shown outside any edition's pages; None on a site that has none yet."""
    if "latest_edition" not in g:
        g.latest_edition = g.get("edition") or calendar.latest_edition()
    latest: Edition | None = g.latest_edition
    return latest
