"""The form every form extends: French messages, text cleaned of invisible characters, one CSRF token."""

from typing import Any, ClassVar

from flask_wtf import FlaskForm
from wtforms import StringField, validators

from consult.ground.refusals import Reason, Refused
from consult.ground.text import visible
from consult.web.reasons import REFUSALS, wording
from consult.web.words import number


def clean(text: Any) -> Any:
    """Text as it may be stored: see `ground.text.visible`; spaces around it go."""
    return visible(text).strip() if isinstance(text, str) else text


class Form(FlaskForm):  # type: ignore[misc]
    """A form of the site. It hands over a frozen draft (`draft()` in each form); it never touches a row."""

    refused_at: ClassVar[dict[Reason, str]] = {}
    """The field that a refusal is about, by reason: its words are said there rather than at the top."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        locales = ("fr_FR", "fr")

        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
            """Clean what is typed, before any other filter and before it is validated."""
            field = unbound_field.bind(form=form, **options)
            if isinstance(field, StringField):
                field.filters = [clean, *field.filters]
            return field

    def refused(self, error: Refused) -> int:
        """Say what a rule refused beside the field it is about, or at the top: nothing typed is lost. Gives the status.

        A refusal that is about who asks (401, 403) has its own page: it is raised again.
        """
        status = REFUSALS[error.reason].status
        if status in (401, 403):
            raise error
        about = self.refused_at.get(error.reason)
        if about:
            self[about].errors = [wording(error.reason, error.moment)]
        else:
            self.form_errors.append(wording(error.reason, error.moment))
        return status


class Act(Form):
    """One of several forms on the same page: its fields keep their names, but their ids are its own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self:
            field.id = f"{type(self).__name__.removesuffix('Form').lower()}-{field.name}"
            field.label.field_id = field.id


def required(message: str) -> list[Any]:
    """A field that must be filled in, with our own words for when it is not."""
    return [validators.InputRequired(message), validators.DataRequired(message)]


def at_most(count: int) -> Any:
    """At most `count` characters; the message says by how much the text is too long."""

    def check(_form: Any, field: Any) -> None:
        length = len(field.data or "")
        if length > count:
            typed, beyond, most = (number(n) for n in (length, length - count, count))
            raise validators.ValidationError(f"{typed} caractères : c’est {beyond} de trop (au plus {most}).")

    check.field_flags = {"maxlength": count}  # type: ignore[attr-defined]
    return check
