"""Forms of sign-in, of the account and of roles."""

import re
from typing import Any

from wtforms import (
    EmailField,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    ValidationError,
    validators,
)

from consult.accounts.actions import AccountDraft
from consult.accounts.rules import LONGEST_ADDRESS, parse_address
from consult.ground.actor import Profile, Role
from consult.web.forms.base import Form, at_most, required

_CODE = re.compile(r"[0-9]{6}\Z")


def _one_line(text: Any) -> Any:
    """A name has no line ends, and one space between its words."""
    return " ".join(text.split()) if isinstance(text, str) else text


def _unspaced(text: Any) -> Any:
    return "".join(text.split()) if isinstance(text, str) else text


def _is_address(_form: Any, field: Any) -> None:
    if parse_address(field.data) is None:
        raise ValidationError(
            "Cette adresse est incomplète, ou contient un caractère qui ne peut pas s’y trouver."
            " Exemple : prenom.nom@mairie-exemple.fr"
        )


def address_field(label: str, description: str = "") -> EmailField:
    """An address that mail could go to."""
    return EmailField(
        label,
        [*required("Écrivez une adresse de courriel."), at_most(LONGEST_ADDRESS), _is_address],
        description=description,
        filters=[_unspaced],
        render_kw={"autocomplete": "email", "autocapitalize": "none", "spellcheck": "false"},
    )


class SignInForm(Form):
    """Where to send a link and a code."""

    email = address_field("Adresse de courriel", "De préférence celle que vous utilisez pour votre collectivité.")
    suite = HiddenField()


def code_field(label: str, description: str = "") -> StringField:
    """Six digits, spaces or not."""
    return StringField(
        label,
        [*required("Écrivez les six chiffres du message."), validators.Regexp(_CODE, message="Le code a six chiffres.")],
        description=description,
        filters=[_unspaced],
        render_kw={
            "autocomplete": "one-time-code",
            "inputmode": "numeric",
            "class": "input-code",
        },
    )


class CodeForm(Form):
    """The six digits of the message."""

    code = code_field("Code à six chiffres")


class AccountForm(Form):
    """Who someone says they are."""

    name = StringField(
        "Prénom et nom",
        [*required("Écrivez votre prénom et votre nom."), at_most(120)],
        description="Il n’est jamais public : seules l’équipe et les personnes de votre collectivité le voient.",
        filters=[_one_line],
        render_kw={"autocomplete": "name"},
    )
    profile = RadioField(
        "Votre profil",
        [validators.InputRequired("Choisissez un profil.")],
        choices=[SelectChoice(profile.value, profile.label.capitalize()) for profile in Profile],
    )
    function = StringField(
        "Votre fonction",
        [*required("Écrivez votre fonction."), at_most(120)],
        description="Par exemple « secrétaire de mairie » ou « adjointe au numérique ». Elle est publique, sans votre nom.",
        filters=[_one_line],
        render_kw={"autocomplete": "organization-title"},
    )

    def draft(self) -> AccountDraft:
        """What the action takes."""
        return AccountDraft(self.name.data, Profile(self.profile.data), self.function.data)


class GrantForm(Form):
    """A role for someone."""

    email = address_field("Adresse de courriel de la personne", "Celle de son compte.")
    role = SelectField(
        "Rôle",
        [validators.InputRequired("Choisissez un rôle.")],
        choices=[SelectChoice(role.value, role.label.capitalize()) for role in Role],
    )
    reason = StringField(
        "Raison",
        [*required("Écrivez la raison : elle reste au journal."), at_most(300)],
        filters=[_one_line],
    )


class RevokeForm(Form):
    """Why a role is taken back."""

    reason = StringField(
        "Raison",
        [*required("Écrivez la raison : elle reste au journal."), at_most(300)],
        filters=[_one_line],
    )
