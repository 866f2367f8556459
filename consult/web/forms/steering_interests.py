"""What the team types at the desk of candidatures: filters, points, messages, answers, and the grid."""

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, HiddenField, IntegerField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional

from consult.interests.desk import Preparation, Readers, Sort
from consult.interests.grid_rules import MOST_CRITERIA, POINTS, WEIGHTS, CriterionDraft
from consult.interests.model import Criterion, InterestStatus, Level
from consult.register.rules import Kind, Stratum
from consult.web.forms.base import Act, Form, at_most, required
from consult.web.forms.inputs import NumberField, QuickSelectField, one_line, reference, seen_reference
from consult.web.words import typo

ALL = "toutes"
"""The `etat` of an address that leaves no state out."""


class DeskFiltersForm(Form):
    """The filters of the desk, typed in its address."""

    class Meta(Form.Meta):
        csrf = False

    etat = QuickSelectField("État")
    proposition = QuickSelectField("Proposition")
    niveau = QuickSelectField("Niveau")
    nature = QuickSelectField("Nature")
    population = QuickSelectField("Population")
    departement = QuickSelectField("Département")
    reponse = QuickSelectField("Réponse préparée")
    lecture = QuickSelectField("Lecture")
    message = QuickSelectField("Messages")
    tri = QuickSelectField("Trier")

    def offer(self, propositions: Sequence[tuple[int, str]], departements: Sequence[tuple[str, str]]) -> None:
        """Give each list its choices; "" keeps what is shown when nothing is asked."""
        states = [(status.value, status.label) for status in InterestStatus if status is not InterestStatus.SUBMITTED]
        self.etat.choices = [("", "À étudier"), *states, (ALL, "Tous les états")]
        self.proposition.choices = [
            ("", "Toutes les propositions"),
            *((str(number), typo(f"n° {number}. {title}")) for number, title in propositions),
        ]
        self.niveau.choices = [("", "Tous les niveaux"), *((level.value, level.label) for level in Level)]
        self.nature.choices = [("", "Toutes les collectivités"), *((kind.value, kind.plural.capitalize()) for kind in Kind)]
        self.population.choices = [("", "Toutes les tailles"), *((band.value, band.label.capitalize()) for band in Stratum)]
        self.departement.choices = [("", "Toute la France"), *((code, typo(f"{name} ({code})")) for code, name in departements)]
        self.reponse.choices = [("", "Préparée ou non"), *((one.value, one.label) for one in Preparation)]
        self.lecture.choices = [("", "Notée ou non"), *((one.value, one.label) for one in Readers)]
        self.message.choices = [("", "Tous les dossiers"), ("a-lire", "Message à lire")]
        self.tri.choices = [(sort.value, sort.label) for sort in Sort]


def _answer() -> Any:
    return RadioField(
        "Réponse",
        required("Choisissez une réponse."),
        choices=[
            SelectChoice(InterestStatus.ACCEPTED, "Accepter"),
            SelectChoice(InterestStatus.WAITLISTED, "Mettre en liste d’attente"),
            SelectChoice(InterestStatus.DECLINED, "Décliner"),
        ],
        coerce=InterestStatus,
    )


def _reason(description: str) -> Any:
    return TextAreaField(
        "Raison",
        description=description,
        validators=[*required("Écrivez la raison : chaque réponse a la sienne."), at_most(2000)],
        render_kw={"rows": 4},
    )


class PrepareForm(Act):
    """The answer that is prepared for one candidature."""

    answer = _answer()
    rank = IntegerField(
        "Place sur la liste d’attente",
        description="Pour une mise en attente. Sans place, elle vient la dernière de sa proposition et de son niveau.",
        validators=[Optional(), NumberRange(1, 9999, "Écrivez une place, à partir de 1.")],
        render_kw={"inputmode": "numeric"},
    )
    reason = _reason("Envoyée à la collectivité le jour de la publication. D’ici là, seule l’équipe la lit.")
    revision = NumberField()


class SetBackForm(Act):
    """Leave a candidature without any answer prepared."""

    revision = NumberField()


class BulkForm(Form):
    """The same answer for several candidatures."""

    answer = _answer()
    reason = _reason("La même pour toutes, envoyée à chacune le jour de la publication.")
    interests = SelectMultipleField("Candidatures", required("La liste est vide."), coerce=reference, validate_choice=False)
    revisions = SelectMultipleField("Vu", coerce=seen_reference, validate_choice=False)


class AskForm(Act):
    """What the team writes to the collectivité."""

    body = TextAreaField(
        "Message à la collectivité",
        description="Envoyé par courriel aux personnes vérifiées de la collectivité, et gardé dans le dossier.",
        validators=[*required("Écrivez votre message."), at_most(4000)],
        render_kw={"rows": 4},
    )
    asks_correction = BooleanField("Demander une correction : le formulaire de candidature lui est de nouveau ouvert")


class ReadingForm(Act):
    """The points of one reader, and some words. `of` makes the form of a grid."""

    note = TextAreaField(
        "Remarques", description="Lues par l’équipe seule.", validators=[Optional(), at_most(2000)], render_kw={"rows": 3}
    )

    @classmethod
    def of(cls, criteria: Sequence[Criterion], **kwargs: Any) -> "ReadingForm":
        """The form with one line of points for each criterion."""
        lines = {
            f"points_{one.id}": RadioField(
                f"{one.label} (poids {one.weight})",
                description=one.help,
                choices=[SelectChoice(points, said) for points, said in POINTS.items()],
                coerce=int,
                validators=[InputRequired("Donnez des points à ce critère.")],
            )
            for one in criteria
        }
        form: ReadingForm = type("ReadingForm", (cls,), lines)(**kwargs)
        return form

    def points(self) -> dict[int, int]:
        """What was given, by criterion."""
        return {int(field.name.removeprefix("points_")): field.data for field in self if field.name.startswith("points_")}


class PublicationForm(Form):
    """The tick that publishes what the page lists."""

    confirm = BooleanField(
        "J’ai relu ces réponses. Je les publie : chaque collectivité reçoit la sienne, et elles ne se reprennent plus.",
        validators=required("Cochez cette case pour publier."),
    )
    seen = HiddenField()


class GridForm(Form):
    """The grid: twelve lines at most, those without words are left out."""

    reason = TextAreaField(
        "Raison",
        description="Publique, au journal de l’édition.",
        validators=[*required("Dites pourquoi cette grille."), at_most(1000)],
        render_kw={"rows": 2},
    )
    read = HiddenField()

    @classmethod
    def of(cls, criteria: Sequence[CriterionDraft], **kwargs: Any) -> "GridForm":
        """The form of a grid, as it stands, with a few empty lines."""
        lines: dict[str, Any] = {}
        for rank in range(1, MOST_CRITERIA + 1):
            lines[f"label_{rank}"] = StringField(f"Critère {rank}", filters=[one_line], validators=[Optional(), at_most(160)])
            lines[f"help_{rank}"] = StringField(
                f"Ce qui aide à noter le critère {rank}", filters=[one_line], validators=[Optional(), at_most(400)]
            )
            lines[f"weight_{rank}"] = QuickSelectField(
                f"Poids du critère {rank}", choices=[SelectChoice(str(weight), str(weight)) for weight in WEIGHTS], default="1"
            )
        typed: dict[str, Any] = {}
        for rank, one in enumerate(criteria, start=1):
            typed |= {f"label_{rank}": one.label, f"help_{rank}": one.help, f"weight_{rank}": str(one.weight)}
        form: GridForm = type("GridForm", (cls,), lines)(data=typed, **kwargs)
        return form

    @property
    def lines(self) -> list[tuple[Any, Any, Any]]:
        """The fields of each criterion: those that say something, and three more."""
        every = [tuple(self[f"{name}_{rank}"] for name in ("label", "help", "weight")) for rank in range(1, MOST_CRITERIA + 1)]
        last = max((rank for rank, (label, help_, _) in enumerate(every, start=1) if label.data or help_.data), default=0)
        return every[: last + 3]

    def criteria(self) -> list[CriterionDraft]:
        """What was typed, in order."""
        return [
            CriterionDraft(label.data, help_.data or "", int(weight.data)) for label, help_, weight in self.lines if label.data
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        """A help without its criterion is a criterion without its words; two criteria say two things."""
        valid = bool(super().validate(extra_validators))
        said: set[str] = set()
        for label, help_, _ in self.lines:
            if help_.data and not label.data:
                label.errors = [*label.errors, "Écrivez le critère que cette aide explique."]
                valid = False
            if label.data and label.data.lower() in said:
                label.errors = [*label.errors, "Ce critère est déjà écrit plus haut."]
                valid = False
            said.add((label.data or "").lower())
        if valid and not self.criteria():
            self.lines[0][0].errors = ["Écrivez un critère au moins."]
            valid = False
        return valid
