"""Forms of one's own account: another address, what one is told by mail, closing."""

from typing import ClassVar

from wtforms import BooleanField, SelectChoice, validators

from consult.accounts.model import Topic
from consult.ground.refusals import Reason
from consult.web.forms.accounts import address_field, code_field
from consult.web.forms.base import Form
from consult.web.forms.inputs import TicksField


class AddressForm(Form):
    """Where mail will go."""

    refused_at: ClassVar[dict[Reason, str]] = {Reason.ADDRESS_UNCHANGED: "email"}

    email = address_field("Nouvelle adresse de courriel", "Vous devez pouvoir lire les deux boîtes maintenant.")


class AddressCodesForm(Form):
    """The six digits of both messages."""

    old_code = code_field("Code reçu à l’adresse actuelle")
    new_code = code_field("Code reçu à la nouvelle adresse")


class NotificationsForm(Form):
    """What one wants to be told."""

    topics = TicksField(
        "M’écrire à propos de",
        choices=[SelectChoice(topic.value, topic.label) for topic in Topic],
    )

    def wanted(self) -> frozenset[Topic]:
        """What the action takes."""
        return frozenset(map(Topic, self.topics.data))


class CloseForm(Form):
    """Closing the account, for ever."""

    sure = BooleanField(
        "J’ai compris : mon compte sera fermé tout de suite, et cela ne se défait pas",
        [validators.InputRequired("Cochez la case pour fermer votre compte.")],
    )
