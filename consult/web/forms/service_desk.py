"""What the people of a service type at its desk: a promise moved or given up, what the service says of itself, who bears it."""

from typing import Any, ClassVar

from wtforms import StringField, TextAreaField, ValidationError

from consult.ground.refusals import Reason
from consult.register.rules import is_siren
from consult.services.links import Description
from consult.services.model import Service
from consult.web.forms.base import Form, at_most, required
from consult.web.forms.dates import DayField, filled
from consult.web.forms.inputs import NumberField, one_line, web_address, with_scheme
from consult.web.forms.money_elsewhere import MoneyIsElsewhere


def _reason(description: str) -> TextAreaField:
    return TextAreaField(
        "Raison",
        description=f"Publique. {description}",
        validators=[*required("Dites pourquoi."), at_most(2000)],
        render_kw={"rows": 3},
    )


class MoveForm(MoneyIsElsewhere):
    """A milestone is promised for another day."""

    said_in_public: ClassVar = ("reason",)
    refused_at: ClassVar = {Reason.DATE_BEFORE_BIRTH: "due_on", Reason.DATE_UNCHANGED: "due_on"}

    due_on = DayField(
        "Nouvelle date",
        description="Jour compris. L’ancienne date reste affichée, barrée.",
        validators=[filled("Donnez une date.")],
        render_kw={"class": "input-short"},
    )
    reason = _reason("Ce qui a retardé ou avancé ce jalon.")


class ReasonForm(MoneyIsElsewhere):
    """An act that takes nothing but its reason."""

    said_in_public: ClassVar = ("reason",)
    reason = _reason("Elle reste affichée.")


class BearerForm(Form):
    """A collectivité bears the service."""

    refused_at: ClassVar = {Reason.ALREADY_BEARS: "siren"}

    siren = StringField(
        "SIREN de la collectivité",
        description="Neuf chiffres. Ses personnes vérifiées écriront sur la page du service ; un courriel le leur dit.",
        validators=required("Donnez le SIREN de la collectivité."),
        filters=[lambda typed: "".join((typed or "").split())],
        render_kw={"class": "input-short", "inputmode": "numeric"},
    )
    reason = _reason("Pourquoi cette collectivité.")

    def validate_siren(self, field: StringField) -> None:
        """Raises ValidationError for digits that are nobody's."""
        if not is_siren(field.data):
            raise ValidationError("Ce n’est pas un SIREN : il a neuf chiffres, et le dernier les contrôle.")


def _address(label: str, description: str) -> StringField:
    return StringField(
        label,
        [at_most(500), web_address],
        description=description,
        filters=[with_scheme],
        render_kw={"inputmode": "url", "autocapitalize": "none", "spellcheck": "false"},
    )


class DescriptionForm(MoneyIsElsewhere):
    """What a service says of itself."""

    said_in_public: ClassVar = tuple(Description.__slots__)

    revision = NumberField()
    name = StringField("Nom du service", [*required("Donnez un nom au service."), at_most(80)], filters=[one_line])
    summary = TextAreaField(
        "Ce qu’il fait",
        description="Une ou deux phrases, sans sigle.",
        validators=[*required("Dites ce que fait le service."), at_most(500)],
        render_kw={"rows": 3},
    )
    site = _address("Adresse du service", "Là où l’on peut le voir ou l’essayer.")
    repository = _address("Code source", "Le dépôt où chacun peut le lire.")
    licence = StringField("Licence", [at_most(120)], description="Par exemple AGPL-3.0 ou EUPL-1.2.", filters=[one_line])
    accessibility = _address("Déclaration d’accessibilité", "Celle du service, à jour.")
    security = _address("Fichier de sécurité", "L’adresse de son security.txt : à qui signaler une faille.")
    statistics = _address("Statistiques d’usage", "La page qui les publie.")
    contact = StringField(
        "À qui s’adresser",
        [at_most(254)],
        description="Publique. Une boîte partagée ou une page de contact, jamais l’adresse d’une personne.",
        filters=[one_line, with_scheme],
        render_kw={"autocapitalize": "none", "spellcheck": "false"},
    )
    to_deploy = TextAreaField(
        "Le déployer chez soi : ce qu’il faut",
        description="Matériel, temps, personnes, coût de fonctionnement, étapes. Vous pouvez mettre en forme (Markdown).",
        validators=[at_most(6000)],
        render_kw={"rows": 8},
    )

    def validate_contact(self, field: StringField) -> None:
        """An address of mail or of a page. Raises ValidationError."""
        if field.data and "@" not in field.data:
            web_address(self, field)

    def show(self, service: Service) -> None:
        """What the service says now, to be changed."""
        for name in Description.__slots__:
            self[name].data = getattr(service, name)
        self.revision.data = service.revision

    def draft(self) -> Description:
        """What was typed."""
        said: dict[str, Any] = {name: self[name].data or "" for name in Description.__slots__}
        return Description(**said)
