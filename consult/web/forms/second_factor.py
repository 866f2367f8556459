"""Forms of the second factor: a code, what to change, why somebody else's is undone."""

import re
from typing import Any

from wtforms import HiddenField, RadioField, SelectChoice, StringField, validators

from consult.accounts.second_factor.actions import RECOVERY_LENGTH, RECOVERY_LETTERS
from consult.web.forms.base import Form, at_most, required
from consult.web.forms.inputs import one_line

_DIGITS = re.compile(r"[0-9]{6}\Z")
_DIGITS_OR_RECOVERY = re.compile(rf"[0-9]{{6}}\Z|[{RECOVERY_LETTERS}]{{{RECOVERY_LENGTH}}}\Z")


def _bare(text: Any) -> Any:
    """A code as it is compared: without the spaces and dashes that make it readable, in lower case."""
    return re.sub(r"[\s-]", "", text).lower() if isinstance(text, str) else text


class FirstCodeForm(Form):
    """The first six digits of a phone that has just read the key."""

    code = StringField(
        "Code affiché par votre application",
        [*required("Écrivez les six chiffres."), validators.Regexp(_DIGITS, message="Le code a six chiffres.")],
        description="Six chiffres, qui changent toutes les trente secondes.",
        filters=[_bare],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "input-code"},
    )
    suite = HiddenField()


class GiveForm(Form):
    """Six digits, or a recovery code."""

    code = StringField(
        "Code de votre application, ou code de secours",
        [
            *required("Écrivez les six chiffres de votre application, ou un code de secours."),
            validators.Regexp(
                _DIGITS_OR_RECOVERY,
                message="Un code a six chiffres ; un code de secours a seize lettres et chiffres, sans o, i, l, 0 ni 1.",
            ),
        ],
        filters=[_bare],
        render_kw={
            "autocomplete": "one-time-code",
            "autocapitalize": "none",
            "spellcheck": "false",
            "class": "input-code-long",
        },
    )
    suite = HiddenField()


class ChangeForm(GiveForm):
    """What to change of a second factor that is in place, against one of its codes."""

    act = RadioField(
        "Que voulez-vous faire ?",
        [validators.InputRequired("Choisissez ce que vous voulez faire.")],
        choices=[
            SelectChoice("replace", "Changer de téléphone ou d’application"),
            SelectChoice("codes", "Obtenir dix nouveaux codes de secours"),
        ],
    )


class RemovalForm(Form):
    """Why somebody's second factor is undone."""

    reason = StringField(
        "Raison",
        [*required("Écrivez la raison : elle reste au journal."), at_most(300)],
        description="Par exemple « téléphone perdu, vérifié de vive voix ».",
        filters=[one_line],
    )
