"""What administrators type of a scheme: its name, and a rule with its dates."""

import re
from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from wtforms import BooleanField, StringField, TextAreaField, ValidationError
from wtforms.validators import Optional, Regexp

from consult.calendar.model import Theme
from consult.ground.refusals import Reason
from consult.register.rules import Kind
from consult.triage.eligibility import Terms
from consult.triage.model import Scheme
from consult.triage.schemes import SchemeDraft
from consult.web import words
from consult.web.forms.base import Form, at_most, clean, required
from consult.web.forms.dates import DayField
from consult.web.forms.inputs import TicksField, one_line
from consult.web.forms.schemes import PopulationField

_RATE = re.compile(r"(?P<whole>[0-9]{1,3})(?:[,.](?P<part>[0-9]{1,2}))?[ \u00a0\u202f]*%?")


class RateField(StringField):  # type: ignore[misc]
    """A share as people write it: « 50 », « 50 % », « 12,5 ». Its data is between 0 and 1, or None when left empty."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Raises ValueError, in words they can act on."""
        self.data: Any = None
        self.typed = clean(valuelist[0] if valuelist else "")
        if not self.typed:
            return
        found = _RATE.fullmatch(self.typed)
        share = Decimal(f"{found['whole']}.{found['part'] or 0}") / 100 if found else None
        if share is None or share > 1:
            raise ValueError("Écrivez un taux entre 0 et 100. Exemple : 50 %.")
        self.data = share

    def _value(self) -> str:
        typed: str = getattr(self, "typed", "")
        return typed or ("" if self.data is None else f"{words.number(float(self.data * 100))} %")


class SchemeForm(Form):
    """A scheme more; its rules come next."""

    refused_at = {Reason.SCHEME_CODE_TAKEN: "code"}  # noqa: RUF012 - as every form says it

    name = StringField("Nom", [*required("Donnez son nom au guichet."), at_most(160)], filters=[one_line])
    code = StringField(
        "Code",
        [
            *required("Donnez-lui un code."),
            at_most(60),
            Regexp(r"[a-z0-9]+(-[a-z0-9]+)*\Z", message="Des minuscules sans accent, des chiffres et des tirets."),
        ],
        description="Court et définitif : les données ouvertes le citent. Exemple : axe3-guichets.",
    )

    def draft(self) -> SchemeDraft:
        """What the action takes."""
        return SchemeDraft(self.code.data, self.name.data)


class RuleForm(Form):
    """A rule of a scheme: what is left empty is not limited, or not known."""

    opens_on = DayField("Premier jour", [Optional()], description="Compris, à Paris. Vide : inconnu.")
    closes_on = DayField("Dernier jour", [Optional()], description="Compris, à Paris. Vide : sans fin connue.")
    who = TextAreaField("Pour qui", [*required("Dites pour qui, comme publié."), at_most(1000)], render_kw={"rows": 2})
    kinds = TicksField("Réservé à", description="Aucune case : toutes les natures.")
    min_population = PopulationField("Population minimale", [Optional()], render_kw={"class": "input-short"})
    max_population = PopulationField("Population maximale", [Optional()], render_kw={"class": "input-short"})
    is_indicative = BooleanField("Ces seuils sont indicatifs (publiés avec un « environ »)")
    exempt_kinds = TicksField("Sans limite de population pour")
    themes = TicksField("Thèmes", description="Aucune case : tous les thèmes.")
    unless = TicksField("Seulement pour ceux que n’aide aucun de ces guichets")
    conditions = TextAreaField(
        "Autre condition",
        [at_most(1000)],
        description="Ce que le site ne sait pas vérifier : la réponse sera « à vérifier ».",
        render_kw={"rows": 2},
    )
    purpose = TextAreaField(
        "Pour quoi", [*required("Dites ce qu’il finance, comme publié."), at_most(2000)], render_kw={"rows": 2}
    )
    rate = RateField(
        "Taux", description="La part payée, au plus. 0 : ne paie rien. Vide : inconnue.", render_kw={"class": "input-short"}
    )
    funding = TextAreaField("Financement", [*required("Dites combien, comme publié."), at_most(1000)], render_kw={"rows": 2})
    exclusions = TextAreaField("Ce qu’il ne paie pas", [at_most(1000)], render_kw={"rows": 2})
    source = TextAreaField("Source", [*required("Dites où cette règle est publiée."), at_most(1000)], render_kw={"rows": 2})
    reason = TextAreaField(
        "Raison",
        [*required("Dites pourquoi : la raison est publique, et gardée."), at_most(1000)],
        description="Pourquoi cette règle est ajoutée ou corrigée. Publique, et gardée au journal.",
        render_kw={"rows": 3},
    )

    def offer(self, themes: Sequence[Theme], others: Sequence[Scheme]) -> None:
        """Give the choices: the edition's themes, and its other schemes."""
        self.kinds.choices = self.exempt_kinds.choices = [(kind.value, kind.plural) for kind in Kind]
        self.themes.choices = [(theme.slug, theme.label) for theme in themes]
        self.unless.choices = [(scheme.code, scheme.name) for scheme in others]

    def validate_closes_on(self, field: Any) -> None:
        """Not before the first day."""
        if field.data and self.opens_on.data and field.data < self.opens_on.data:
            raise ValidationError("Le dernier jour est avant le premier.")

    def validate_max_population(self, field: Any) -> None:
        """Not under the smallest."""
        if field.data is not None and field.data < (self.min_population.data or 0):
            raise ValidationError("La population maximale est sous la minimale.")

    def terms(self) -> Terms:
        """The rule that was typed."""
        typed = {name: value for name, value in self.data.items() if name not in {"reason", "csrf_token"}}
        lists = {name: tuple(typed[name] or ()) for name in ("themes", "unless")}
        kinds = {name: tuple(map(Kind, typed[name] or ())) for name in ("kinds", "exempt_kinds")}
        texts = {name: typed[name] or "" for name in ("conditions", "exclusions")}
        return Terms(**(typed | lists | kinds | texts))


def rule_form(terms: Terms | None = None) -> RuleForm:
    """The form, filled in with a rule when one is corrected."""
    return RuleForm(data=asdict(terms) if terms else None)
