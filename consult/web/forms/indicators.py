"""What is typed about the figures of a service: an indicator, a measure, its correction."""

import re
from decimal import Decimal
from typing import Any, ClassVar

from wtforms import StringField, TextAreaField
from wtforms.validators import Optional

from consult.ground.refusals import Reason
from consult.services.indicator_rules import IndicatorDraft
from consult.services.model import Indicator
from consult.web.forms.base import Form, at_most, clean, required
from consult.web.forms.dates import DayField, filled
from consult.web.forms.inputs import one_line
from consult.web.indicator_words import exact

_VALUE = re.compile(
    r"(?P<sign>[-−–]?)\s*(?P<whole>[0-9]{1,3}(?:[ \u00a0\u202f][0-9]{3})+|[0-9]+)(?:[,.](?P<more>[0-9]{1,4}))?\s*%?"
)
LARGEST = Decimal(10) ** 12


class ValueField(StringField):  # type: ignore[misc]
    """A number as people write it: « 1 250 », « 12,5 », « −3 », « 80 % ». Its data is a Decimal, or None when left empty."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Raises ValueError, in words they can act on."""
        self.data: Any = None
        self.typed = clean(valuelist[0] if valuelist else "")
        if not self.typed:
            return
        found = _VALUE.fullmatch(self.typed)
        if found is None:
            raise ValueError("Écrivez un nombre, en chiffres, avec quatre décimales au plus. Exemple : 1 250 ou 12,5.")
        value = Decimal(f"{re.sub(r'[^0-9]', '', found['whole'])}.{found['more'] or 0}")
        if value >= LARGEST:
            raise ValueError("Ce nombre est trop grand : choisissez une unité plus grande.")
        self.data = -value if found["sign"] else value

    def _value(self) -> str:
        typed: str = getattr(self, "typed", "")
        return typed or ("" if self.data is None else exact(self.data))


_SHORT = {"class": "input-short", "inputmode": "decimal"}


class IndicatorForm(Form):
    """What a service measures of itself."""

    refused_at: ClassVar = {
        Reason.DATE_TO_COME: "baseline_on",
        Reason.TARGET_TOO_EARLY: "target_on",
    }

    name = StringField(
        "Nom",
        description="Court et parlant. Exemple : Démarches faites en ligne chaque mois",
        validators=[*required("Donnez un nom à cet indicateur."), at_most(160)],
        filters=[one_line],
    )
    definition = TextAreaField(
        "Définition",
        description="Ce qui est compté, comment, et par qui.",
        validators=[*required("Dites ce qui est compté, et comment."), at_most(1000)],
        render_kw={"rows": 3},
    )
    unit = StringField(
        "Unité",
        description="Exemple : communes, minutes, %",
        validators=[at_most(40)],
        filters=[one_line],
        render_kw={"class": "input-short"},
    )
    baseline = ValueField("Valeur de départ", validators=[Optional()], render_kw=_SHORT)
    baseline_on = DayField(
        "Date de départ",
        description="Elle peut précéder la naissance du service.",
        validators=[Optional()],
        render_kw={"class": "input-short"},
    )
    target = ValueField(
        "Cible", description="Plus grande ou plus petite que le départ.", validators=[Optional()], render_kw=_SHORT
    )
    target_on = DayField("À atteindre le", validators=[Optional()], render_kw={"class": "input-short"})

    def validate(self, extra_validators: Any = None) -> bool:
        """A day goes with its value, and a baseline with its day: without it, no chart could begin there."""
        sound: bool = super().validate(extra_validators)
        if self.baseline.data is not None and not self.baseline_on.data and not self.baseline_on.errors:
            self.baseline_on.errors = ["Dites de quel jour est la valeur de départ."]
            sound = False
        for value, day in ((self.baseline, self.baseline_on), (self.target, self.target_on)):
            if day.data and value.data is None and not value.errors:
                value.errors = ["Donnez la valeur, ou effacez la date."]
                sound = False
        return sound

    def draft(self) -> IndicatorDraft:
        """What was typed."""
        return IndicatorDraft(
            name=self.name.data,
            definition=self.definition.data,
            unit=self.unit.data or "",
            baseline=self.baseline.data,
            baseline_on=self.baseline_on.data,
            target=self.target.data,
            target_on=self.target_on.data,
        )


class _Reasoned(Form):
    reason = TextAreaField(
        "Raison",
        description="Publique, au journal de l’édition.",
        validators=[*required("Dites pourquoi : la raison est publique."), at_most(1000)],
        render_kw={"rows": 3},
    )


class ChangeForm(IndicatorForm, _Reasoned):
    """The same, said otherwise, for a reason."""

    @classmethod
    def of(cls, indicator: Indicator) -> "ChangeForm":
        """The form as the indicator fills it."""
        return cls(obj=indicator)


class EndForm(_Reasoned):
    """Why an indicator is no longer followed."""


class MeasureForm(Form):
    """The value of an indicator on a day."""

    refused_at: ClassVar = {
        Reason.DATE_BEFORE_BIRTH: "day",
        Reason.DATE_TO_COME: "day",
        Reason.ALREADY_MEASURED: "day",
    }

    day = DayField(
        "Date",
        description="Pas avant la naissance du service, aujourd’hui au plus tard.",
        validators=[filled("Donnez une date.")],
        render_kw={"class": "input-short"},
    )
    value = ValueField("Valeur", validators=[filled("Donnez une valeur.")], render_kw=_SHORT)
    note = StringField(
        "Précision", description="Publique. Ce qu’il faut savoir pour lire ce chiffre.", validators=[at_most(300)]
    )


class CorrectionForm(_Reasoned):
    """Another value for the day of a measure, or none."""

    value = ValueField(
        "Valeur corrigée",
        description="Laissez vide pour retirer cette mesure sans la remplacer.",
        validators=[Optional()],
        render_kw=_SHORT,
    )
    note = StringField("Précision", validators=[at_most(300)])
