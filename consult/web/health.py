"""`/sante`: what a monitor asks."""

from flask import Blueprint

from consult.ground.database import is_reachable
from consult.web import doors

pages = Blueprint("health", __name__)


@pages.get("/sante")
@doors.public
def show() -> tuple[dict[str, str], int]:
    """200 when the base answers, 503 otherwise."""
    return ({"status": "ok"}, 200) if is_reachable() else ({"status": "unavailable"}, 503)
