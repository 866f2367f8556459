"""What administrators type at the steering desk: a date of the calendar."""

from wtforms import HiddenField, TextAreaField
from wtforms.validators import Optional

from consult.calendar.rules import Stage, Window
from consult.web.forms.base import Form, at_most, required
from consult.web.forms.dates import ParisInstantField, filled

CONFIRMED, EDITED = "confirmed", "edited"


class MoveForm(Form):
    """Other dates for a stage. `step` says which button was pressed on the page that asks to confirm."""

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
    step = HiddenField()

    def must_close(self) -> None:
        """For a stage that cannot be without end."""
        self.closes_at.validators = [filled("Donnez la date et l’heure de fermeture.")]

    @property
    def is_confirmed(self) -> bool:
        return bool(self.step.data == CONFIRMED)

    @property
    def is_edited_again(self) -> bool:
        return bool(self.step.data == EDITED)

    def moved(self, stage: Stage) -> Window:
        """The window that was typed."""
        return Window(stage, self.opens_at.data, self.closes_at.data)
