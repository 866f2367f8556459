"""Forms of the committee's desk."""

from wtforms import BooleanField, RadioField, TextAreaField
from wtforms.fields import SelectChoice

from consult.selection.model import Outcome
from consult.web.forms.base import Form, at_most, required


class DecisionForm(Form):
    """What is decided of a proposition, and why."""

    outcome = RadioField(
        "Décision",
        choices=[SelectChoice(one, one.label) for one in (Outcome.RETAINED, Outcome.DEFERRED, Outcome.NOT_RETAINED)],
        coerce=Outcome,
        validators=required("Choisissez une décision."),
    )
    reason = TextAreaField(
        "Raison",
        description="Elle sera publiée telle quelle à la proclamation. Si la décision s’écarte du classement, dites pourquoi.",
        validators=[*required("Écrivez la raison : chaque décision est motivée."), at_most(4000)],
    )


class ProclamationForm(Form):
    """The tick without which nothing is proclaimed."""

    confirm = BooleanField(
        "Je proclame toutes ces décisions ensemble : elles deviennent publiques et ne changeront plus.",
        validators=required("Cochez cette case pour proclamer."),
    )
