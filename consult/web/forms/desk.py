"""The forms of one file of the desk, beyond its outcome: take back, ask, hide, answer; and those of its readers."""

from typing import Any

from wtforms import RadioField, SelectMultipleField, TextAreaField
from wtforms.fields import SelectChoice

from consult.triage.file_rules import LONGEST_TEXT
from consult.web.forms.base import Act, Form, at_most, required
from consult.web.forms.inputs import NumberField, reference, seen_reference
from consult.web.forms.triage import IneligibleForm, ReorientForm


def _text(label: str, missing: str, description: str = "", rows: int = 4) -> Any:
    return TextAreaField(label, [*required(missing), at_most(LONGEST_TEXT)], description=description, render_kw={"rows": rows})


class FileAct(Act):
    """An act on a file, as its page showed it."""

    revision = NumberField()


class ReopenForm(FileAct):
    """Why an outcome is taken back."""

    reason = _text(
        "Raison", "Écrivez la raison : elle est publique, et envoyée à l’auteur.", "Publique, et envoyée à l’auteur."
    )


class QuestionForm(FileAct):
    """What is asked of the author."""

    text = _text(
        "Question",
        "Écrivez votre question.",
        "Une seule à la fois. Seules la collectivité et l’équipe liront la question et la réponse.",
    )


class HideForm(FileAct):
    """Why a text is hidden."""

    reason = _text(
        "Raison",
        "Écrivez la raison : elle est publique, et envoyée à l’auteur.",
        "Publique, à la place du texte, et envoyée à l’auteur. Ne citez pas ce que vous masquez.",
        rows=3,
    )


class ShowForm(FileAct):
    """Why a hidden text is shown again."""

    reason = _text("Raison", "Écrivez la raison : elle est publique, au journal.", "Publique, au journal.", rows=3)


class ContestAnswerForm(Act):
    """The answer to a contest, and whether the contribution goes back to be examined."""

    upheld = RadioField(
        "Réponse",
        required("Dites si la contestation est accueillie."),
        choices=[
            SelectChoice("oui", "Accueillie : la contribution est de nouveau à examiner"),
            SelectChoice("non", "Écartée : la décision reste"),
        ],
    )
    answer = _text("Raison de la réponse", "Écrivez la raison : elle est publique.", "Publique, et envoyée à qui a contesté.")


class AnswerForm(Act):
    """The answer of a collectivité to a question of the team."""

    text = _text("Votre réponse", "Écrivez votre réponse.", "Seules l’équipe et votre collectivité la liront.")


class ContestForm(Act):
    """Why an outcome is contested."""

    text = _text(
        "Pourquoi contestez-vous cette décision ?",
        "Écrivez pourquoi vous contestez cette décision.",
        "Public, au nom de votre collectivité ; votre nom ne l’est pas. Une seule contestation est possible.",
        rows=6,
    )


class ReportForm(Form):
    """What is wrong with a text."""

    text = _text(
        "Qu’est-ce qui ne va pas ?",
        "Dites ce qui ne va pas.",
        "Seule l’équipe le lira. Par exemple : le nom d’une personne, une injure, une publicité.",
    )


class SettleForm(Act):
    """What was done about a report."""

    answer = _text("Ce qui a été fait", "Écrivez ce qui a été fait, ou pourquoi rien ne l’est.", rows=2)


class BulkReorientForm(ReorientForm):
    """To which scheme several contributions are sent, and why."""

    contributions = SelectMultipleField(
        "Contributions", required("La liste est vide."), coerce=reference, validate_choice=False
    )
    revisions = SelectMultipleField("Vu", coerce=seen_reference, validate_choice=False)


class BulkIneligibleForm(IneligibleForm):
    """Why several contributions do not belong to this consultation."""

    contributions = SelectMultipleField(
        "Contributions", required("La liste est vide."), coerce=reference, validate_choice=False
    )
    revisions = SelectMultipleField("Vu", coerce=seen_reference, validate_choice=False)
