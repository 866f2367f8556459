"""What is typed about schemes: for whom help is sought; and, by administrators, what a scheme says."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import SearchField, StringField, ValidationError
from wtforms.validators import Optional

from consult.calendar.model import Theme
from consult.register.rules import Kind
from consult.web import words
from consult.web.forms.base import Form, clean
from consult.web.forms.dates import DayField
from consult.web.forms.inputs import QuickSelectField

_PEOPLE = re.compile(r"(?P<digits>[0-9]{1,3}(?:[ .\u00a0\u202f][0-9]{3})+|[0-9]+)(?:[ \u00a0\u202f]*hab(?:itants?|\.)?)?")
MOST_PEOPLE = 999_999_999


class PopulationField(StringField):  # type: ignore[misc]
    """A number of inhabitants as people write it: « 450 », « 3 500 », « 12 000 habitants ». None when left empty."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Raises ValueError, in words they can act on."""
        self.data: Any = None
        self.typed = clean(valuelist[0] if valuelist else "")
        if not self.typed:
            return
        found = _PEOPLE.fullmatch(self.typed)
        if found is None:
            raise ValueError("Écrivez un nombre d’habitants, en chiffres et sans virgule. Exemple : 3 500.")
        self.data = int(re.sub(r"[^0-9]", "", found["digits"]))
        if self.data > MOST_PEOPLE:
            self.data = None
            raise ValueError("Ce nombre d’habitants est trop grand : vérifiez-le.")

    def _value(self) -> str:
        typed: str = getattr(self, "typed", "")
        return typed or words.number(self.data)


class HelpForm(Form):
    """For whom, about what, on which day: typed in the address, so that the answer is a link."""

    class Meta(Form.Meta):
        csrf = False

    q = SearchField(
        "Votre collectivité",
        description="Son nom, son code postal, son code INSEE ou son SIREN. Par exemple « saint étienne loire » ou « 46500 ».",
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    nature = QuickSelectField("Sa nature", default="", validate_choice=False)
    population = PopulationField("Sa population", [Optional()], render_kw={"inputmode": "numeric", "class": "input-short"})
    theme = QuickSelectField("Le thème du projet", default="", validate_choice=False)
    jour = DayField(
        "Le jour",
        [Optional()],
        description="Les règles changent : la réponse vaut pour ce jour, à Paris. Laissez vide pour aujourd’hui.",
    )

    def offer(self, themes: Sequence[Theme]) -> None:
        """Give each list its choices."""
        self.nature.choices = [("", "Choisir…"), *((kind.value, kind.label.capitalize()) for kind in Kind)]
        self.theme.choices = [("", "Tous les thèmes"), *((theme.slug, theme.label) for theme in themes)]

    def validate_nature(self, field: Any) -> None:
        """One collectivité, or a kind: never both, and never a population alone."""
        _one_of(field)
        if self.q.data and (field.data or self.population.data is not None):
            raise ValidationError("Donnez une collectivité, ou une nature et une population : pas les deux.")
        if not field.data and self.population.data is not None:
            raise ValidationError("Dites aussi la nature de cette collectivité : les règles en dépendent.")

    def validate_q(self, field: Any) -> None:
        """Somebody is meant."""
        if not (field.data or self.nature.data or (self.population.raw_data and self.population.raw_data[0].strip())):
            raise ValidationError("Donnez votre collectivité, ou plus bas une nature et une population.")

    def validate_theme(self, field: Any) -> None:
        """One of the edition's."""
        _one_of(field)

    def day(self, today: date) -> date:
        """The day that was typed, or today."""
        return self.jour.data or today


def _one_of(field: Any) -> None:
    if all(value != field.data for value, _ in field.choices):
        raise ValidationError("Ce choix n’existe pas ici. Choisissez dans la liste.")
