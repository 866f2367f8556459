"""Where to move the rehearsal: an instant chosen in a list, or typed in."""

from datetime import datetime
from typing import Any

from wtforms import DateTimeLocalField, HiddenField, ValidationError
from wtforms.validators import Optional

from consult.ground import clock
from consult.web.forms.base import Form


class MoveForm(Form):
    """Either `to`, an ISO instant carried by a button, or `instant`, typed in Paris time."""

    to = HiddenField()
    instant = DateTimeLocalField(
        "Aller à un instant précis",
        description="Heure de Paris.",
        validators=[Optional()],
        render_kw={"step": "1"},
    )

    def validate_to(self, field: HiddenField) -> None:
        """An instant with its offset, when there is one."""
        if field.data:
            try:
                clock.utc(datetime.fromisoformat(field.data))
            except ValueError as error:
                raise ValidationError("Cet instant n’est pas lisible.") from error

    def validate_instant(self, field: DateTimeLocalField) -> None:
        """An hour that exists once in Paris."""
        if field.data:
            try:
                clock.from_paris(field.data)
            except clock.NoSuchLocalTimeError as error:
                raise ValidationError("Cette heure n’existe pas, ou existe deux fois, à Paris ce jour-là.") from error

    def validate(self, extra_validators: Any = None) -> bool:
        """One of the two must be there."""
        valid: bool = super().validate(extra_validators)
        if valid and not self.to.data and not self.instant.data:
            self.instant.errors = ["Choisissez un moment, ou saisissez un instant."]
            return False
        return valid

    def target(self) -> datetime:
        """The instant asked for, in UTC."""
        if self.to.data:
            return clock.utc(datetime.fromisoformat(self.to.data))
        return clock.from_paris(self.instant.data)
