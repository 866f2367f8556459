"""Forms of the committee's desk."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, TextAreaField, ValidationError
from wtforms.fields import SelectChoice

from consult.ground.refusals import Reason
from consult.selection.desk import KeptOut
from consult.selection.model import Outcome, Stance
from consult.web.forms.base import Act, Form, at_most, required
from consult.web.forms.inputs import EurosField, NumberField, reference

IN_ORDER = (Outcome.RETAINED, Outcome.DEFERRED, Outcome.NOT_RETAINED)


class DecisionForm(Form):
    """What is decided of a proposition, why, and why it departs from the ranking where it does."""

    refused_at = {Reason.REASON_MISSING: "reason"}  # noqa: RUF012 - declared ClassVar by Form

    outcome = RadioField(
        "Décision",
        choices=[SelectChoice(one, one.label) for one in IN_ORDER],
        coerce=Outcome,
        validators=required("Choisissez une décision."),
    )
    reason = TextAreaField(
        "Raison",
        description="Elle sera publiée telle quelle à la proclamation.",
        validators=[*required("Écrivez la raison : chaque décision est motivée."), at_most(4000)],
    )
    explanation = TextAreaField(
        "Explication de l’écart au classement",
        description="Demandée seulement si la décision s’écarte du classement. Publiée avec la raison.",
        validators=[at_most(4000)],
    )
    seen = HiddenField()
    """The version of the decision that the page showed."""

    @property
    def as_seen(self) -> str | None:
        """None when the request does not say."""
        return self.seen.data if self.seen.raw_data else None

    def explained(self) -> str | None:
        """The explanation; None when the form has none, or the request does not say."""
        field = self._fields.get("explanation")
        return (field.data or "") if field is not None and field.raw_data else None


class OpinionForm(Act):
    """What a member thinks of a proposition."""

    stance = RadioField(
        "Avis",
        choices=[SelectChoice(one, one.label) for one in Stance],
        coerce=Stance,
        validators=required("Choisissez un avis."),
    )
    notes = TextAreaField(
        "Notes", description="Pour les membres du comité. Elles ne sont jamais publiées.", validators=[at_most(4000)]
    )


class RecusalForm(Form):
    """Why a member keeps out of a proposition."""

    reason = TextAreaField(
        "Raison",
        description="Lue par le comité et l’administration, jamais publiée.",
        validators=[*required("Écrivez la raison de votre déport."), at_most(2000)],
    )


class LiftForm(Form):
    """Whose recusal is lifted, and why."""

    member = RadioField("De qui ?", coerce=reference, validators=required("Choisissez de qui."))
    reason = TextAreaField(
        "Raison",
        description="Gardée au journal de l’équipe.",
        validators=[*required("Écrivez pourquoi ce déport est levé."), at_most(2000)],
    )

    def offer(self, kept_out: Sequence[KeptOut]) -> "LiftForm":
        """The members who keep out of the proposition."""
        self.member.choices = [SelectChoice(one.person_id, one.by_name) for one in kept_out]
        if len(kept_out) == 1 and self.member.data is None:
            self.member.data = kept_out[0].person_id
        return self


def _positive(_form: Any, field: Any) -> None:
    if field.data is not None and field.data <= Decimal(0):
        raise ValidationError("Un coût est plus grand que zéro. Laissez vide s’il n’est pas connu.")


class CostForm(Act):
    """What the service of a proposition would cost."""

    cost = EurosField(
        "Coût estimé, en euros",
        description="Une estimation, pour comparer. Elle ne décide de rien. Laissez vide si personne ne sait.",
        validators=[_positive],
    )


class CorrectionForm(Form):
    """What is said of a proclaimed decision, and what is decided from then on."""

    refused_at = {Reason.REASON_MISSING: "reason", Reason.DECISION_UNCHANGED: "outcome"}  # noqa: RUF012 - declared ClassVar by Form

    outcome = RadioField(
        "Ce que vous corrigez",
        choices=[
            SelectChoice("", "Les mots seulement : la décision ne change pas"),
            *(SelectChoice(one.value, f"La décision devient « {one.label.lower()} »") for one in IN_ORDER),
        ],
        default="",
    )
    reason = TextAreaField(
        "Raison",
        description="Publiée avec la décision d’origine, au journal et dans le courriel.",
        validators=[*required("Écrivez la raison : une correction est publique et motivée."), at_most(4000)],
    )
    seen = NumberField()
    confirm = BooleanField(
        "Je publie cette correction : elle ne s’efface pas.", validators=required("Cochez cette case pour publier.")
    )

    def decided(self) -> Outcome | None:
        """What is decided from then on; None when only words are corrected."""
        return Outcome(self.outcome.data) if self.outcome.data else None


class ProclamationForm(Form):
    """The tick without which nothing is proclaimed."""

    confirm = BooleanField(
        "Je proclame toutes ces décisions ensemble : elles deviennent publiques et ne changeront plus en silence.",
        validators=required("Cochez cette case pour proclamer."),
    )
