"""Doors: every view says who may enter. An application with an unmarked view does not start.

A door only asks who someone is, and in whose name their form was drawn; what they may do, and when, is the business of the
rules. A public door is in nobody's name: signing out works from any page, however old.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from flask import Flask

from consult.ground.actor import Actor, Role
from consult.ground.refusals import Reason, Verdict, verdict
from consult.web.context import actor, asking

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Door:
    """Who may enter: anyone, anyone signed in, or someone with one of these roles."""

    needs_sign_in: bool = False
    needs_profile: bool = False
    roles: frozenset[Role] = frozenset()

    def admits(self, who: Actor) -> Verdict:
        return verdict(
            (who.is_signed_in or not self.needs_sign_in, Reason.SIGN_IN),
            (who.is_complete or not self.needs_profile, Reason.PROFILE_INCOMPLETE),
            (not self.roles or who.has_role(*self.roles) or not who.is_withheld(*self.roles), Reason.SECOND_FACTOR),
            (not self.roles or who.has_role(*self.roles), Reason.NOT_YOUR_ROLE),
        )

    def __call__(self, view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            self.admits(asking() if self.needs_sign_in else actor()).or_refuse()
            return view(*args, **kwargs)

        guarded.door = self  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]


def _team(*roles: Role) -> Door:
    return Door(needs_sign_in=True, roles=frozenset(roles))


public = Door()
newcomers = Door(needs_sign_in=True)
"""Signed in, perhaps without having said their name and function yet."""
signed_in = Door(needs_sign_in=True, needs_profile=True)
moderators = _team(Role.MODERATOR, Role.ADMINISTRATOR)
committee = _team(Role.COMMITTEE)
committee_and_administrators = _team(Role.COMMITTEE, Role.ADMINISTRATOR)
committee_and_observers = _team(Role.COMMITTEE, Role.ADMINISTRATOR, Role.OBSERVER)
administrators = _team(Role.ADMINISTRATOR)
team = _team(*Role)


class UnmarkedViewError(RuntimeError):
    """A view does not say who may enter."""


def check_every_view(app: Flask) -> None:
    """Raises UnmarkedViewError when a view has no door."""
    for endpoint, view in app.view_functions.items():
        if not isinstance(getattr(view, "door", None), Door) and endpoint not in ASSETS:
            raise UnmarkedViewError(endpoint)


ASSETS = frozenset({"static", "bootstrap.static"})
"""Files, not views: they hold nothing that anyone may not read."""
