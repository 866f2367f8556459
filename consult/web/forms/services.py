"""What is typed about a service: its birth, a phase, a milestone, a deployment."""

from collections.abc import Sequence
from typing import ClassVar

from wtforms import RadioField, SelectChoice, SelectField, StringField, TextAreaField

from consult.ground.refusals import Reason
from consult.services.actions import ServiceDraft
from consult.services.model import Phase
from consult.services.rules import BORN_IN
from consult.web.forms.base import Form, at_most, required
from consult.web.forms.dates import DayField, filled
from consult.web.forms.inputs import TicksField
from consult.web.forms.money_elsewhere import MoneyIsElsewhere


class ServiceForm(Form):
    """The birth of a service."""

    refused_at: ClassVar = {
        Reason.NO_CONTRIBUTION: "contributions",
        Reason.DATE_TO_COME: "day",
        Reason.DATE_BEFORE_STAGE: "day",
    }

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

    contributions = TicksField(
        "Les contributions auxquelles il répond", coerce=int, description="Toutes, sauf raison d’en laisser une."
    )
    bearers = TicksField(
        "Les collectivités qui le portent",
        description="Leurs personnes vérifiées écriront sur sa page. Les pilotes acceptés sont cochés ; vous pourrez changer.",
    )
    day = DayField("Né le", description="Si ce n’est pas aujourd’hui.", render_kw={"class": "input-short"})
    phase = SelectField(
        "Phase à sa naissance",
        coerce=Phase,
        choices=[SelectChoice(phase, phase.label) for phase in BORN_IN],
        default=Phase.INVESTIGATION,
        description="Un service qui existait déjà commence où il en est.",
    )

    def offer(
        self,
        proposals: Sequence[tuple[int, str]],
        contributions: Sequence[tuple[int, str]] = (),
        bearers: Sequence[tuple[str, str]] = (),
    ) -> None:
        """What there is to choose from, as (value, words): retained propositions; then, once one is chosen, its own."""
        self.proposal.choices = [SelectChoice(*choice) for choice in proposals]
        self.contributions.choices = [SelectChoice(*choice) for choice in contributions]
        self.bearers.choices = [SelectChoice(*choice) for choice in bearers]

    def draft(self) -> ServiceDraft:
        """What was typed."""
        return ServiceDraft(
            name=self.name.data,
            summary=self.summary.data,
            reason=self.reason.data,
            contributions=self.contributions.data or (),
            bearers=self.bearers.data or (),
            day=self.day.data,
            phase=self.phase.data,
        )


class PhaseForm(MoneyIsElsewhere):
    """A step of a service."""

    refused_at: ClassVar = {
        Reason.DATE_TO_COME: "day",
        Reason.STEP_BEFORE_THE_LAST: "day",
        Reason.LEARNT_MISSING: "learnt",
    }
    said_in_public: ClassVar = ("reason", "learnt")

    phase = RadioField("Phase suivante", coerce=Phase, validators=required("Choisissez la phase suivante."))
    day = DayField(
        "Depuis le",
        description="Si ce n’est pas aujourd’hui. Pas avant la phase d’avant.",
        render_kw={"class": "input-short"},
    )
    reason = TextAreaField(
        "Raison",
        description="Publique. Ce qui décide de cette étape.",
        validators=[*required("Dites pourquoi : chaque étape est motivée."), at_most(2000)],
        render_kw={"rows": 4},
    )
    learnt = TextAreaField(
        "Ce qui a été appris",
        description="Demandé quand le service s’arrête, pour que cela serve aux suivants. S’arrêter est une fin normale.",
        validators=[at_most(6000)],
        render_kw={"rows": 6},
    )

    def offer(self, phases: Sequence[Phase]) -> None:
        """The phases that may follow."""
        self.phase.choices = [SelectChoice(phase, phase.label) for phase in phases]


class MilestoneForm(MoneyIsElsewhere):
    """Something promised for a day."""

    refused_at: ClassVar = {Reason.DATE_BEFORE_BIRTH: "due_on"}
    said_in_public: ClassVar = ("title",)

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
