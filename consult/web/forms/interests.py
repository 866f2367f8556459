"""What a collectivité types to volunteer, to take it back, and what the team answers."""

from typing import Any

from wtforms import BooleanField, RadioField, SelectChoice, StringField, TextAreaField
from wtforms.validators import Optional

from consult.interests.actions import InterestDraft
from consult.interests.model import Level
from consult.interests.rules import CHARTER, names_its_people
from consult.web.forms.base import Form, at_most, required

LEVEL_HELPS = {
    Level.RELECTURE: "Lire ce qui est écrit et dire ce qui n’est pas clair, à distance. Environ deux heures par mois.",
    Level.ATELIER: "Participer aux ateliers de conception, en ligne ou sur place. Environ une demi-journée par mois.",
    Level.PILOTE: "Essayer le service chez vous, avec de vrais usagers. Un référent nommé, une demi-journée par semaine au"
    " moins, et une personne qui porte l’engagement de la collectivité.",
}

FOR_PILOTS = "Indispensable pour un pilote. Lu par l’équipe seule."


class CharterField(BooleanField):  # type: ignore[misc]
    """The tick that accepts the charter; it says which version was on the page."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """A page left open since an older version does not accept the present one."""
        self.stale = bool(valuelist) and valuelist[0][:1].isdigit() and valuelist[0] != CHARTER
        self.data = bool(valuelist) and valuelist[0] not in self.false_values and not self.stale

    def _value(self) -> str:
        return CHARTER


class InterestForm(Form):
    """Volunteering to become a territoire référent."""

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
        description="Qui, combien de temps, à partir de quand. Lu par l’équipe seule.",
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
        f"Notre collectivité accepte la charte du territoire référent, version {CHARTER}",
        validators=required("Lisez la charte, puis acceptez-la : elle engage la collectivité."),
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """A pilot names two people, each with a function; what is missing is said beside its field."""
        valid = bool(super().validate(extra_validators))
        people = (self.referent_name, self.referent_function, self.sponsor_name, self.sponsor_function)
        if self.level.data is Level.PILOTE and not names_its_people(Level.PILOTE, [field.data or "" for field in people]):
            for field in people:
                if not field.data:
                    field.errors = ["Un pilote le précise." if "function" in field.name else "Un pilote nomme cette personne."]
            return False
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
            charter=CHARTER,
        )


class WithdrawalForm(Form):
    """Taking an interest back."""

    reason = TextAreaField(
        "Pourquoi ?",
        description="Une phrase suffit. Lue par l’équipe seule.",
        validators=[*required("Dites pourquoi, en une phrase."), at_most(1000)],
        render_kw={"rows": 3},
    )


class AnswerForm(Form):
    """The team's answer: which button was pressed says whether it is a yes."""

    reason = TextAreaField(
        "Message à la collectivité",
        description="Envoyé par courriel. Indispensable pour décliner.",
        validators=[Optional(), at_most(2000)],
        render_kw={"rows": 4},
    )

    def declines(self) -> bool:
        """Whether what was typed is enough to decline; what is missing is said beside the field."""
        if not self.reason.data:
            self.reason.errors = ["Dites pourquoi : la collectivité reçoit cette raison."]
        return bool(self.reason.data)
