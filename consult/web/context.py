"""What every view needs to know of its request: who asks, when it was received, in which edition."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask, current_app, g, request
from flask_login import current_user
from werkzeug.routing import BaseConverter, IntegerConverter

from consult.accounts.colleagues.mandates import choose_mandate
from consult.accounts.colleagues.rules import may_act_for
from consult.accounts.queries import actor_of_session
from consult.calendar import queries as calendar
from consult.calendar.model import Edition
from consult.config import Settings
from consult.extensions import login
from consult.ground import clock
from consult.ground.actor import VISITOR, Actor

IN_THE_NAME_OF = "au_nom_de"
"""The field by which every form says in whose name its page was drawn: the SIREN of a collectivité."""


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

    app.jinja_env.globals["in_the_name_of"] = lambda: actor().siren
    app.jinja_env.globals["this_page"] = this_page

    login.session_protection = None  # sessions live in the base, where they can be ended
    login.user_loader(_user)


def _user(key: str) -> SessionUser | None:
    who = actor_of_session(key, at=received_at())
    return SessionUser(key, who) if who else None


def settings() -> Settings:
    """The operator's settings."""
    found: Settings = current_app.extensions["consult"]
    return found


def mail_folder() -> str | None:
    """In the demonstration only: where messages are written instead of being sent."""
    scheme, _, folder = settings().mail_url.partition(":")
    return folder if settings().is_demo and scheme == "file" else None


def received_at() -> datetime:
    """When the server received this request: the instant that counts."""
    instant: datetime = g.received_at
    return instant


def actor() -> Actor:
    """Who is asking: one statement the first time, none afterwards. It never reads the form: pages of errors ask it too."""
    user: Any = current_user
    if not user.is_authenticated:
        return VISITOR
    asking: Actor = g.get("asking") or user.actor
    return asking


def asking() -> Actor:
    """Who is asking by this form, in the name that its page showed; `actor()` gives the same from then on. Doors call it.

    Somebody who speaks for two collectivités may have a page of each open: what is sent from one acts in its name, whichever
    the other has switched to since. The session then goes on in that name too, whatever comes of the act: the page that
    follows speaks of the collectivité one was working for, and pages still open elsewhere keep their own name.

    Raises Refused (`may_act_for`) when they do not, or no longer, speak for it: nothing is done in another name instead.
    """
    who = actor()
    siren = request.form.get(IN_THE_NAME_OF) if request.method == "POST" and who.is_signed_in else None
    if siren and siren != who.siren:
        may_act_for(who, siren).or_refuse()
        g.asking = who.acting_for(siren)
        choose_mandate(who, session_key(), g.asking.mandate.attachment_id, at=received_at())
    return actor()


def session_key() -> str:
    """The key of the open session. Only for who is signed in."""
    user: Any = current_user
    key: str = user.key
    return key


def this_page() -> str | None:
    """The path of the page being drawn, when it can be read again by its address: a form may have been sent to another."""
    if request.method in ("GET", "HEAD"):
        return request.full_path.rstrip("?")
    return request.path if current_app.url_map.bind("").test(request.path, "GET") else None


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
