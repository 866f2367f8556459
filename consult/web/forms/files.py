"""The form that joins documents: one or several at once, each judged by what it is."""

from collections.abc import Sequence
from typing import ClassVar

from flask_wtf.file import MultipleFileField
from wtforms import ValidationError

from consult.contributions.files import Arrival
from consult.ground.refusals import Reason
from consult.ground.text import visible
from consult.web import words
from consult.web.forms.base import Form

_SAID = {
    Reason.FILE_TOO_BIG: "dépasse 10 Mo. Allégez-le, ou joignez-en la partie utile.",
    Reason.FILE_KIND: "n’est ni un PDF, ni une image PNG ou JPEG, ni un texte ODT ou DOCX sans macro : changer son nom ne"
    " suffit pas. Ouvrez-le, enregistrez-le en PDF, puis joignez ce PDF.",
}


class FilesForm(Form):
    """Documents to join."""

    refused_at: ClassVar[dict[Reason, str]] = {Reason.TOO_MANY_FILES: "documents"}

    documents = MultipleFileField(
        "Documents à joindre",
        description="Des PDF, des images PNG ou JPEG, des textes ODT ou DOCX. Cinq en tout, de 10 Mo au plus chacun.",
        render_kw={"accept": ".pdf,.png,.jpg,.jpeg,.odt,.docx"},
    )

    def validate_documents(self, field: MultipleFileField) -> None:
        """At least one was chosen."""
        if not field.data:
            raise ValidationError("Choisissez au moins un document.")

    def accept(self, arrivals: Sequence[Arrival]) -> bool:
        """Say beside the field what is wrong with each document; whether nothing is."""
        wrong = [f"« {_name(arrival)} » {_why(arrival)}" for arrival in arrivals if not arrival.verdict]
        self.documents.errors = [words.typo(line) for line in wrong]
        return not wrong


def _why(arrival: Arrival) -> str:
    if arrival.size == 0:
        return "est vide."
    reason = arrival.verdict.reason
    return _SAID[reason] if reason else ""


def _name(arrival: Arrival) -> str:
    """The name it came under, short enough for a message."""
    name = " ".join(visible(arrival.given).split())
    return (f"{name[:60]}…" if len(name) > 60 else name) or "Un document sans nom"
