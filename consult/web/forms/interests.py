"""What a collectivité types to volunteer, to take it back, and what the team answers."""

from typing import Any, ClassVar

from wtforms import BooleanField, RadioField, SelectChoice, StringField, TextAreaField
from wtforms.validators import Optional, StopValidation

from consult.ground.refusals import Reason
from consult.interests.actions import InterestDraft
from consult.interests.model import Level
from consult.interests.rules import names_its_people
from consult.web.forms.base import Form, at_most, required

FOR_PILOTS = "Indispensable pour un pilote. Lu par l’équipe seule."


class CharterField(BooleanField):  # type: ignore[misc]
    """The tick that accepts the charter; it says which version was on the page."""

    in_force = ""
    accepted = ""
    """The version that was ticked."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Note the version; which one is in force is told afterwards."""
        self.data = bool(valuelist) and valuelist[0] not in self.false_values
        self.accepted = valuelist[0] if self.data else ""

    @property
    def is_stale(self) -> bool:
        """Whether the page was left open since an older version: it does not accept the present one."""
        return self.accepted[:1].isdigit() and self.accepted != self.in_force

    def show(self, version: str) -> None:
        """Present this version to be accepted; a tick given to another one is taken back."""
        self.in_force = version
        self.label.text = f"Notre collectivité accepte la charte du territoire référent, version {version}"
        self.data = bool(self.data) and not self.is_stale

    def pre_validate(self, form: Any) -> None:
        """Say that the charter changed, rather than that it was not accepted."""
        if self.is_stale:
            raise StopValidation("La charte a changé : lisez sa nouvelle version, puis acceptez-la.")

    def _value(self) -> str:
        return self.in_force


class InterestForm(Form):
    """Volunteering to become a territoire référent; or correcting what was said, when the team asks."""

    refused_at: ClassVar[dict[Reason, str]] = {Reason.CHARTER_CHANGED: "charter", Reason.CHARTER_NOT_ACCEPTED: "charter"}

    level = RadioField(
        "Jusqu’où votre collectivité s’engage-t-elle ?",
        choices=[SelectChoice(level, level.label) for level in Level],
        coerce=Level,
        validators=required("Choisissez un niveau."),
    )
    motivation = TextAreaField(
        "Pourquoi votre collectivité se porte-t-elle volontaire ?",
        description="Quelques phrases : votre situation, ce que vous attendez, ce que vous apportez. Lu par l’équipe seule.",
        validators=[*required("Dites pourquoi, en quelques phrases."), at_most(4000)],
    )
    availability = TextAreaField(
        "Disponibilité",
        description="Qui, combien de temps, à partir de quand. Pour un pilote, le référent a une demi-journée par semaine au"
        " moins. Lu par l’équipe seule.",
        validators=[Optional(), at_most(1000)],
        render_kw={"rows": 3},
    )
    referent_name = StringField(
        "Nom du référent ou de la référente",
        description=f"La personne qui suivra le projet. {FOR_PILOTS}",
        validators=[Optional(), at_most(120)],
    )
    referent_function = StringField("Fonction du référent ou de la référente", validators=[Optional(), at_most(120)])
    sponsor_name = StringField(
        "Nom de la personne qui porte l’engagement",
        description=f"Maire, président, direction générale… {FOR_PILOTS}",
        validators=[Optional(), at_most(120)],
    )
    sponsor_function = StringField("Fonction de cette personne", validators=[Optional(), at_most(120)])
    charter = CharterField(
        "Notre collectivité accepte la charte du territoire référent",
        validators=required("Lisez la charte, puis acceptez-la : elle engage la collectivité."),
    )

    def __init__(self, charter: str, **kwargs: Any) -> None:
        """`charter` is the version in force."""
        super().__init__(**kwargs)
        self.charter.show(charter)

    def validate(self, extra_validators: Any = None) -> bool:
        """A pilot names two people, each with a function; what is missing is said beside its field."""
        valid = bool(super().validate(extra_validators))
        people = (self.referent_name, self.referent_function, self.sponsor_name, self.sponsor_function)
        if self.level.data is Level.PILOTE and not names_its_people(Level.PILOTE, [field.data or "" for field in people]):
            for field in people:
                if not field.data:
                    field.errors = ["Un pilote le précise." if "function" in field.name else "Un pilote nomme cette personne."]
            valid = False
        if self.level.data is Level.PILOTE and not self.availability.data:
            self.availability.errors = ["Dites le temps du référent : une demi-journée par semaine au moins."]
            valid = False
        return valid

    def draft(self) -> InterestDraft:
        """What was typed."""
        return InterestDraft(
            level=self.level.data,
            referent_name=self.referent_name.data or "",
            referent_function=self.referent_function.data or "",
            sponsor_name=self.sponsor_name.data or "",
            sponsor_function=self.sponsor_function.data or "",
            availability=self.availability.data or "",
            motivation=self.motivation.data,
            charter=self.charter.in_force,
        )


class WithdrawalForm(Form):
    """Taking an interest back."""

    reason = TextAreaField(
        "Pourquoi ?",
        description="Une phrase suffit. Lue par l’équipe seule.",
        validators=[*required("Dites pourquoi, en une phrase."), at_most(1000)],
        render_kw={"rows": 3},
    )
