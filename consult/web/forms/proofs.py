"""Forms of what proves an attachment: the code of an official mailbox, the domains that the team knows."""

import re
from typing import Any, ClassVar

from flask_wtf.file import FileField, FileRequired
from wtforms import StringField, TextAreaField, ValidationError

from consult.accounts.domains.rules import parse_domain
from consult.accounts.mailboxes.rules import parse_code
from consult.ground.refusals import Reason
from consult.web.forms.base import Form, at_most, required
from consult.web.forms.inputs import one_line


def _is_code(_form: Any, field: Any) -> None:
    if parse_code(field.data) is None:
        raise ValidationError("Le code a huit lettres, comme ABCD-EFGH. Il n’a ni chiffre, ni I, L, O ou U.")


def _is_domain(_form: Any, field: Any) -> None:
    if parse_domain(field.data) is None:
        raise ValidationError("Ce n’est pas un domaine : écrivez ce qui vient après l’arobase. Exemple : mairie-exemple.fr")


def _nine_digits(_form: Any, field: Any) -> None:
    if not re.fullmatch("[0-9]{9}", field.data):
        raise ValidationError("Un SIREN a neuf chiffres. Vous le trouvez sur la page de la collectivité.")


def _unspaced(text: Any) -> Any:
    return "".join(text.split()) if isinstance(text, str) else text


class MailboxCodeForm(Form):
    """The eight letters of the message."""

    code = StringField(
        "Code reçu par la mairie ou le siège",
        [*required("Écrivez les huit lettres du message."), _is_code],
        description="Huit lettres, avec ou sans tiret, en majuscules ou en minuscules.",
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "class": "input-code"},
    )


class DomainForm(Form):
    """A domain, whose it is, and where it was found."""

    refused_at: ClassVar[dict[Reason, str]] = {
        Reason.DOMAIN_SHARED: "domain",
        Reason.DOMAIN_OF_THE_STATE: "domain",
        Reason.DOMAIN_KNOWN: "domain",
        Reason.NOT_IN_REGISTER: "siren",
    }

    domain = StringField(
        "Domaine",
        [*required("Écrivez un domaine."), _is_domain],
        description="Ce qui vient après l’arobase, quand toutes les adresses en sont à cette collectivité."
        " Un domaine que plusieurs se partagent ne prouve rien : ne l’ajoutez pas.",
        filters=[_unspaced],
        render_kw={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"},
    )
    siren = StringField(
        "SIREN de la collectivité",
        [*required("Écrivez le SIREN de la collectivité."), _nine_digits],
        description="Neuf chiffres, que donne la page de la collectivité.",
        filters=[_unspaced],
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    note = StringField(
        "Où l’avez-vous trouvé ?",
        [*required("Dites où vous avez trouvé ce domaine : quelqu’un d’autre voudra le vérifier."), at_most(300)],
        description="Par exemple « mentions légales du site de la mairie ».",
        filters=[one_line],
    )


class DomainsFileForm(Form):
    """A file of many domains."""

    file = FileField(
        "Fichier CSV",
        [FileRequired("Choisissez un fichier.")],
        description="Deux colonnes, « domain,siren », en UTF-8. Tout est ajouté, ou rien.",
        render_kw={"accept": ".csv,text/csv"},
    )


class DomainRemovalForm(Form):
    """Why a domain is nobody's own any more."""

    reason = TextAreaField(
        "Raison",
        [*required("Écrivez la raison : elle reste au journal."), at_most(300)],
        render_kw={"rows": 3},
    )
