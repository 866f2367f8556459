"""Days and instants, read as French people write them and never guessed."""

from datetime import datetime
from typing import Any

from wtforms import DateField, DateTimeLocalField
from wtforms.validators import InputRequired, StopValidation

from consult.ground.clock import PARIS, NoSuchLocalTimeError, from_paris
from consult.web.forms.base import clean

YEARS = range(2000, 2200)

DAY_UNREAD = "Cette date n’existe pas ou n’est pas complète. Écrivez le jour, le mois et l’année : 30/06/2021."
INSTANT_UNREAD = (
    "Cette date n’existe pas ou n’est pas complète. Écrivez le jour, le mois, l’année et l’heure : 30/06/2021 18:00."
)
INSTANT_AMBIGUOUS = (
    "À Paris, les horloges changent cette nuit-là : cette heure n’existe pas, ou existe deux fois. Choisissez-en une autre."
)


class DayField(DateField):  # type: ignore[misc]
    """A day, as a date picker sends it (2021-06-30) or as one writes it (30/06/2021)."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Raises ValueError, with words for the person, when no day can be read."""
        self.data: Any = None
        if typed := " ".join(valuelist).strip():
            self.data = _read(typed, ("%Y-%m-%d", "%d/%m/%Y"), DAY_UNREAD).date()


class ParisInstantField(DateTimeLocalField):  # type: ignore[misc]
    """A wall-clock time in Paris; its data is the instant, aware and in UTC."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Raises ValueError, with words for the person, when no instant can be read, or two."""
        self.data: Any = None
        if typed := " ".join(valuelist).strip().replace("T", " "):
            formats = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M")
            try:
                self.data = from_paris(_read(typed, formats, INSTANT_UNREAD))
            except NoSuchLocalTimeError:
                raise ValueError(INSTANT_AMBIGUOUS) from None

    def _value(self) -> str:
        if self.raw_data:
            return " ".join(self.raw_data)
        if self.data is None:
            return ""
        there: datetime = self.data.astimezone(PARIS)
        return there.replace(tzinfo=None).isoformat(timespec="seconds" if there.second else "minutes")


class _Filled(InputRequired):  # type: ignore[misc]
    """Something is typed: spaces alone, or what nobody sees, are nothing."""

    def __call__(self, form: Any, field: Any) -> None:
        if not (field.raw_data and clean(field.raw_data[0])):
            field.errors = []
            raise StopValidation(self.message)


def filled(message: str) -> InputRequired:
    """The field must be filled in. `base.required` would hide what the field itself says of what it could not read."""
    return _Filled(message)


def _read(typed: str, formats: tuple[str, ...], unread: str) -> datetime:
    for format_ in formats:
        try:
            found = datetime.strptime(typed, format_)  # noqa: DTZ007 - a wall-clock time, made an instant by the caller
        except ValueError:
            continue
        if found.year in YEARS:
            return found
    raise ValueError(unread)
