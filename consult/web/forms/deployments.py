"""What is typed about the use of a service: which uses a page lists, what a collectivité says it does, what is confirmed."""

from collections.abc import Collection, Sequence
from typing import Any, ClassVar

from wtforms import RadioField, SelectChoice, SelectMultipleField, StringField, ValidationError

from consult.ground.refusals import Reason
from consult.register.rules import Kind, is_siren
from consult.services.model import DeploymentStatus
from consult.web.forms.base import Form, at_most, required
from consult.web.forms.dates import DayField, filled
from consult.web.forms.inputs import QuickSelectField, reference
from consult.web.words import typo

SLUGS = {DeploymentStatus.TRIAL: "essai", DeploymentStatus.IN_USE: "en-service", DeploymentStatus.ENDED: "fini"}


class UsesFiltersForm(Form):
    """Which uses of a service are listed, as the address says it. A value that does not exist is left out."""

    class Meta(Form.Meta):
        csrf = False

    usage = QuickSelectField("Usage")
    nature = QuickSelectField("Nature")
    departement = QuickSelectField("Département")
    confirme = QuickSelectField("Confirmation")

    def offer(self, departements: Sequence[tuple[str, str]]) -> None:
        """Give each list its choices; "" keeps everything."""
        self.usage.choices = [("", "Tous les usages"), *((SLUGS[status], status.label) for status in DeploymentStatus)]
        self.nature.choices = [("", "Toutes les collectivités"), *((kind.value, kind.plural.capitalize()) for kind in Kind)]
        self.departement.choices = [("", "Toute la France"), *((code, typo(f"{name} ({code})")) for code, name in departements)]
        self.confirme.choices = [("", "Confirmé ou non"), ("oui", "Confirmé"), ("non", "Pas encore confirmé")]


class UseForm(Form):
    """What a collectivité does with the service."""

    refused_at: ClassVar = {
        Reason.DATE_BEFORE_BIRTH: "since",
        Reason.DATE_TO_COME: "since",
        Reason.DATE_BEFORE_LAST_STEP: "since",
        Reason.ALREADY_DEPLOYED: "since",
        Reason.NOT_DEPLOYED: "status",
    }

    status = RadioField(
        "Où en est-elle ?",
        coerce=DeploymentStatus,
        validate_choice=False,  # the rule says why the others may not be said
        validators=required("Choisissez l’un d’eux."),
    )
    since = DayField(
        "Depuis le",
        description="Aujourd’hui au plus tard, et pas avant la naissance du service.",
        validators=[filled("Donnez une date.")],
        render_kw={"class": "input-short"},
    )

    def offer(self, statuses: Collection[DeploymentStatus]) -> None:
        """What may be said."""
        self.status.choices = [SelectChoice(status, status.label) for status in DeploymentStatus if status in statuses]


class DeploymentForm(UseForm):
    """The same, by the service's team, for any collectivité."""

    siren = StringField(
        "Collectivité",
        description="Son nom, avec son département s’il est partagé, ou son SIREN. Ses personnes rattachées seront prévenues.",
        validators=[*required("Dites de quelle collectivité il s’agit."), at_most(120)],
        render_kw={"autocomplete": "off"},
    )

    @property
    def is_number(self) -> bool:
        """Whether a SIREN was typed rather than a name, well or badly."""
        return bool(self.digits) and self.digits.isdigit()

    @property
    def digits(self) -> str:
        """What was typed, without its spaces."""
        return "".join((self.siren.data or "").split())

    def validate_siren(self, _field: StringField) -> None:
        """Raises ValidationError for digits that are nobody's."""
        if self.is_number and not is_siren(self.digits):
            raise ValidationError("Ce n’est pas un SIREN : il a neuf chiffres, et le dernier les contrôle.")


def _seen(typed: Any) -> tuple[int, int]:
    """« 12-40 »: a deployment, and the last thing that was said of it when the page was drawn."""
    deployment, _, step = str(typed).partition("-")
    return reference(deployment), reference(step)


class ConfirmForm(Form):
    """What is confirmed, among what waits for it."""

    seen = SelectMultipleField("Ce que vous confirmez", coerce=_seen, validate_choice=False, choices=[])

    def validate_seen(self, field: SelectMultipleField) -> None:
        """Raises ValidationError when nothing is ticked."""
        if not field.data:
            raise ValidationError("Cochez au moins une collectivité.")
