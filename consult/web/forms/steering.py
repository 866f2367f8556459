"""What administrators type at the steering desk: a date of the calendar, the rules of the vote."""

import re
from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from consult.calendar.rules import BallotSettings, Instruction, Stage, Window
from consult.ground.refusals import Reason
from consult.register.rules import Kind
from consult.web.forms.base import Form, at_most, clean, required
from consult.web.forms.dates import ParisInstantField, filled
from consult.web.forms.inputs import NumberField, TicksField

CONFIRMED, EDITED = "confirmed", "edited"


class _Confirmed(Form):
    """A form shown again before anything is done. `step` says which button was pressed on the page that asks to confirm."""

    step = HiddenField()

    @property
    def is_confirmed(self) -> bool:
        return bool(self.step.data == CONFIRMED)

    @property
    def is_edited_again(self) -> bool:
        return bool(self.step.data == EDITED)


class MoveForm(_Confirmed):
    """Other dates for a stage."""

    opens_at = ParisInstantField(
        "Ouverture (heure de Paris)",
        description="L’étape est ouverte à cet instant.",
        validators=[filled("Donnez la date et l’heure d’ouverture.")],
    )
    closes_at = ParisInstantField(
        "Fermeture (heure de Paris)",
        description="L’étape est fermée à cet instant. Seule la dernière étape peut n’avoir pas de fin.",
        validators=[Optional()],
    )
    reason = TextAreaField(
        "Raison",
        description="Publique, et gardée pour toujours au registre des changements.",
        validators=[*required("Dites pourquoi cette date change : la raison est publique."), at_most(1000)],
        render_kw={"rows": 3},
    )

    understood = BooleanField(
        "Je comprends que le nombre de soutiens de chaque proposition a pu être lu pendant que le vote était fermé, "
        "et que le site le dira pour toujours."
    )
    """Asked where the move would reopen a vote whose tallies were secret."""

    def must_be_understood(self) -> bool:
        """Whether the box is ticked; says that it is not."""
        if not self.understood.data:
            self.understood.errors = ["Cochez cette case pour rouvrir le vote."]
        return bool(self.understood.data)

    def must_close(self) -> None:
        """For a stage that cannot be without end."""
        self.closes_at.validators = [filled("Donnez la date et l’heure de fermeture.")]

    def moved(self, stage: Stage) -> Window:
        """The window that was typed."""
        return Window(stage, self.opens_at.data, self.closes_at.data)


MOST_SUPPORTS = 10_000
HIDDEN, SHOWN = "hidden", "shown"


class MaximumField(StringField):  # type: ignore[misc]
    """How many propositions a collectivité may support: a number from 1 on, or None when left empty."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Raises ValueError, in words they can act on."""
        self.data: Any = None
        self.typed = clean(valuelist[0] if valuelist else "")
        if not self.typed:
            return
        if not re.fullmatch(r"[0-9]{1,5}", self.typed) or not 1 <= int(self.typed) <= MOST_SUPPORTS:
            raise ValueError("Écrivez un nombre entier à partir de 1, ou laissez vide pour ne pas limiter. Exemple : 5.")
        self.data = int(self.typed)

    def _value(self) -> str:
        typed: str = getattr(self, "typed", "")
        return typed or ("" if self.data is None else str(self.data))


class InstructionForm(Form):
    """How the candidatures of an edition are answered."""

    instruction = RadioField(
        "Comment une candidature reçoit-elle sa réponse ?",
        choices=[SelectChoice(one, one.label) for one in Instruction],
        coerce=Instruction,
        validators=required("Choisissez une règle."),
    )
    reason = TextAreaField(
        "Raison",
        description="Publique, et gardée pour toujours au journal.",
        validators=[*required("Dites pourquoi cette règle change : la raison est publique."), at_most(1000)],
        render_kw={"rows": 3},
    )


class BallotRulesForm(_Confirmed):
    """The rules of a vote, as they would be. `read`: the version that the page showed."""

    refused_at = {Reason.NO_VOTER: "voter_kinds"}  # noqa: RUF012 - as every form says it

    voter_kinds = TicksField("Qui vote", choices=[SelectChoice(kind.value, kind.plural.capitalize()) for kind in Kind])
    max_supports = MaximumField(
        "Nombre de propositions qu’une collectivité peut soutenir",
        [Optional()],
        description="Vide : autant qu’elle veut.",
        render_kw={"class": "input-short", "inputmode": "numeric"},
    )
    tallies = RadioField(
        "Nombre de soutiens de chaque proposition",
        choices=[
            SelectChoice(HIDDEN, "Secret jusqu’à la clôture du vote, équipe comprise"),
            SelectChoice(SHOWN, "Public pendant le vote"),
        ],
        validators=required("Choisissez si ce nombre est secret."),
    )
    reason = TextAreaField(
        "Raison",
        description="Publique, et gardée pour toujours avec la version qu’elle explique.",
        validators=[*required("Dites pourquoi les règles changent : la raison est publique."), at_most(1000)],
        render_kw={"rows": 3},
    )
    read = NumberField()

    @classmethod
    def of(cls, settings: BallotSettings, *, read: int) -> "BallotRulesForm":
        """The form as the rules in force fill it."""
        return cls(
            voter_kinds=list(settings.voter_kinds),
            max_supports=settings.max_supports,
            tallies=HIDDEN if settings.tallies_hidden else SHOWN,
            read=read,
        )

    def settings(self) -> BallotSettings:
        """The rules that were typed; kinds in the order of the register, however they were sent."""
        kinds = tuple(kind.value for kind in Kind if kind.value in (self.voter_kinds.data or []))
        return BallotSettings(kinds, self.max_supports.data, self.tallies.data != SHOWN)
