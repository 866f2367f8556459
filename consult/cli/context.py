"""What commands stand on: the application, an instant typed by an operator, a file that cannot be read."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click

from consult import create_app
from consult.ground import clock
from consult.ground.database import db


def with_app(command: Callable[..., Any]) -> Callable[..., Any]:
    """Run a command inside the application that the environment describes; its connections end with it."""

    @wraps(command)
    def inside(*args: Any, **kwargs: Any) -> Any:
        with create_app().app_context():
            try:
                return command(*args, **kwargs)
            finally:
                db.session.close()
                db.engine.dispose()

    return inside


_UNREADABLE = {FileNotFoundError: "n’existe pas", IsADirectoryError: "est un dossier"}


def unreadable(path: Path, error: OSError) -> click.ClickException:
    """How a command ends, in one line, when a file cannot be read."""
    what = _UNREADABLE.get(type(error), f"ne peut pas être lu : {error.strerror}")
    return click.ClickException(f"{path} {what}.")


class InstantType(click.ParamType[datetime]):
    """An instant in ISO 8601; without an offset it is read in Paris time, and an ambiguous hour is refused."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            parsed = datetime.fromisoformat(value)
            return clock.utc(parsed) if parsed.tzinfo else clock.from_paris(parsed)
        except clock.NoSuchLocalTimeError:
            self.fail(
                f"« {value} » n’existe pas ou existe deux fois à Paris : précisez le décalage (+01:00 ou +02:00).",
                param,
                ctx,
            )
        except ValueError:
            self.fail(f"« {value} » n’est pas un instant. Exemple : 2021-04-15T18:00:00+02:00", param, ctx)


INSTANT = InstantType()
