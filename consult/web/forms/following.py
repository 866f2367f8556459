"""How often one is told of what one follows."""

from wtforms import RadioField, SelectChoice

from consult.following.model import Rhythm
from consult.web.forms.base import Form, required


class RhythmForm(Form):
    """The rhythm, for everything one follows."""

    rhythm = RadioField(
        "M’écrire ce qui change dans ce que je suis",
        choices=[SelectChoice(rhythm, rhythm.label) for rhythm in Rhythm],
        coerce=Rhythm,
        validators=required("Choisissez un rythme."),
    )
