"""Fields that several forms use: an amount in euros, the address of a page, choices to tick."""

import re
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup, escape
from wtforms import HiddenField, SelectField, SelectMultipleField, StringField, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget, Select, html_params

from consult.web import words
from consult.web.forms.base import clean

_AMOUNT = re.compile(r"(?P<whole>[0-9]{1,3}(?:[ \u00a0\u202f][0-9]{3})+|[0-9]+)(?:[,.](?P<cents>[0-9]{1,2}))?")
_EUROS = re.compile(r"[ \u00a0\u202f]*(?:€|euros?)$", re.IGNORECASE)
LARGEST_AMOUNT = 9_999_999_999


class EurosField(StringField):  # type: ignore[misc]
    """An amount as people write it: « 12 000 », « 12000,50 », « 12 000 € ». Its data is a Decimal, or None when left empty."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        self.typed = clean(valuelist[0] if valuelist else "")
        if self.typed:
            self.data = euros(self.typed)

    def _value(self) -> str:
        typed = getattr(self, "typed", "")
        if typed or self.data is None:
            return typed
        return words.euros(self.data)


def euros(typed: str) -> Decimal:
    """The amount that someone meant. Raises ValueError, in words they can act on."""
    found = _AMOUNT.fullmatch(_EUROS.sub("", typed))
    if found is None:
        raise ValueError("Écrivez un montant en euros, en chiffres. Exemple : 12 000 ou 12 000,50.")
    amount = Decimal(f"{re.sub(r'[^0-9]', '', found['whole'])}.{found['cents'] or 0}")
    if amount > LARGEST_AMOUNT:
        raise ValueError("Ce montant est trop grand : vérifiez-le.")
    return amount


_NUMBER = re.compile(r"[0-9]{1,9}")


def reference(typed: Any) -> int:
    """A reference number as forms send it: nine digits at most, so that the base can hold it. Raises ValueError."""
    if not _NUMBER.fullmatch(str(typed)):
        raise ValueError("Ce numéro n’existe pas.")
    return int(typed)


def seen_reference(typed: Any) -> tuple[int, int]:
    """« 12:3 »: the number of a contribution, and the revision of it that the page showed. Raises ValueError."""
    number, _, revision = str(typed).partition(":")
    return reference(number), reference(revision)


class NumberField(HiddenField):  # type: ignore[misc]
    """A reference number that the page itself put in the form. Its data is an int, or None when left empty."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = reference(valuelist[0]) if valuelist and valuelist[0] else None


_SITE = re.compile(r"[\w-]+(?:\.[\w-]+)+(?::[0-9]+)?(?:[/?#]\S*)?")


def with_scheme(typed: Any) -> Any:
    """« www.mairie.fr » is how one says an address: the https that a browser adds is added."""
    return f"https://{typed}" if isinstance(typed, str) and _SITE.fullmatch(typed) else typed


def web_address(_form: Any, field: Any) -> None:
    """The address of a page, empty or whole: nothing but http and https, and the name of a site."""
    if not field.data:
        return
    try:
        parts = urlsplit(field.data)
        sound = parts.scheme in {"http", "https"} and "." in (parts.hostname or "") and not re.search(r"\s", field.data)
    except ValueError:
        sound = False
    if not sound:
        raise ValidationError("Cette adresse est incomplète. Exemple : https://service.exemple.fr")


class _QuickSelect(Select):  # type: ignore[misc]
    """The same `<select>`, written several times faster: each page of a list offers a hundred départements."""

    def __call__(self, field: Any, **kwargs: Any) -> Markup:
        options = (
            f'<option value="{escape(choice.value)}"{" selected" if choice.selected else ""}>{escape(choice.label)}</option>'
            for choice in field.iter_choices()
        )
        return Markup(f"<select {html_params(name=field.name, id=field.id, **kwargs)}>{''.join(options)}</select>")  # noqa: S704 - each part is escaped


class QuickSelectField(SelectField):  # type: ignore[misc]
    """One choice among many, without groups."""

    widget = _QuickSelect()


class TicksField(SelectMultipleField):  # type: ignore[misc]
    """Several choices among a few, each with its box."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def one_line(text: Any) -> Any:
    """A title has no line ends, and one space between its words."""
    return " ".join(text.split()) if isinstance(text, str) else text
