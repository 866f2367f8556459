"""Where to move the rehearsal: an instant chosen in a list, or typed in."""

from datetime import datetime
from typing import Any

from wtforms import HiddenField, ValidationError
from wtforms.validators import Optional

from consult.ground import clock
from consult.web.forms.base import Form
from consult.web.forms.dates import YEARS, ParisInstantField


class MoveForm(Form):
    """Either `to`, an ISO instant carried by a button, or `instant`, typed in Paris time."""

    to = HiddenField()
    instant = ParisInstantField(
        "Aller à un instant précis",
        description="Heure de Paris.",
        validators=[Optional()],
        render_kw={"step": "1"},
    )

    def validate_to(self, field: HiddenField) -> None:
        """An instant with its offset, when there is one."""
        if field.data and _parsed(field.data) is None:
            raise ValidationError("Cet instant n’est pas lisible.")

    def validate(self, extra_validators: Any = None) -> bool:
        """One of the two must be there."""
        valid: bool = super().validate(extra_validators)
        if valid and not self.to.data and not self.instant.data:
            self.instant.errors = ["Choisissez un moment, ou saisissez un instant."]
            return False
        return valid

    def target(self) -> datetime:
        """The instant asked for, in UTC."""
        chosen: datetime = _parsed(self.to.data) or self.instant.data
        return chosen


def _parsed(text: str | None) -> datetime | None:
    """An ISO instant with its offset, in UTC, of a year that a calendar can hold; None otherwise."""
    try:
        instant = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return clock.utc(instant) if instant.tzinfo and instant.year in YEARS else None
