"""What is typed about a service: its birth, a phase, a milestone, a deployment."""

from collections.abc import Sequence
from typing import ClassVar

from wtforms import RadioField, SelectChoice, SelectField, StringField, TextAreaField

from consult.ground.refusals import Reason
from consult.services.actions import ServiceDraft
from consult.services.model import Phase
from consult.web.forms.base import Form, at_most, required
from consult.web.forms.dates import DayField, filled


class ServiceForm(Form):
    """The birth of a service."""

    proposal = SelectField("Proposition retenue", coerce=int, validators=required("Choisissez une proposition retenue."))
    name = StringField(
        "Nom du service",
        description="Court et parlant : c’est ainsi que les collectivités le chercheront.",
        validators=[*required("Donnez un nom au service."), at_most(80)],
    )
    summary = TextAreaField(
        "Ce qu’il fait",
        description="Une ou deux phrases, sans sigle.",
        validators=[*required("Dites ce que fait le service."), at_most(500)],
        render_kw={"rows": 3},
    )
    reason = TextAreaField(
        "Raison de sa naissance",
        description="Publique. Pourquoi ce service, et pourquoi maintenant.",
        validators=[*required("Dites pourquoi ce service naît."), at_most(2000)],
        render_kw={"rows": 4},
    )

    def offer(self, proposals: Sequence[tuple[int, str]]) -> None:
        """The retained propositions to choose from: (id, words)."""
        self.proposal.choices = [SelectChoice(*choice) for choice in proposals]

    def draft(self) -> ServiceDraft:
        """What was typed."""
        return ServiceDraft(name=self.name.data, summary=self.summary.data, reason=self.reason.data)


class PhaseForm(Form):
    """A step of a service."""

    phase = RadioField("Phase suivante", coerce=Phase, validators=required("Choisissez la phase suivante."))
    reason = TextAreaField(
        "Raison",
        description="Publique. Ce qui a été appris, et ce qui décide de cette étape.",
        validators=[*required("Dites pourquoi : chaque étape est motivée."), at_most(2000)],
        render_kw={"rows": 4},
    )

    def offer(self, phases: Sequence[Phase]) -> None:
        """The phases that may follow."""
        self.phase.choices = [SelectChoice(phase, phase.label) for phase in phases]


class MilestoneForm(Form):
    """Something promised for a day."""

    refused_at: ClassVar = {Reason.DATE_BEFORE_BIRTH: "due_on"}

    title = StringField(
        "Ce qui est promis",
        description="Un résultat que chacun pourra constater.",
        validators=[*required("Dites ce qui est promis."), at_most(200)],
    )
    due_on = DayField(
        "Pour le", validators=[filled("Donnez une date.")], render_kw={"class": "input-short"}, description="Jour compris."
    )


class ReachedForm(Form):
    """A milestone was reached."""

    refused_at: ClassVar = {Reason.DATE_BEFORE_BIRTH: "done_on", Reason.DATE_TO_COME: "done_on"}

    done_on = DayField("Atteint le", validators=[filled("Donnez une date.")], render_kw={"class": "input-short"})
