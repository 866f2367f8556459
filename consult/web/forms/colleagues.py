"""Forms about the collectivités one acts for, and the people one invites to act with."""

from typing import ClassVar

from wtforms import HiddenField

from consult.ground.refusals import Reason
from consult.web.forms.accounts import address_field
from consult.web.forms.base import Form
from consult.web.forms.inputs import NumberField


class MandateForm(Form):
    """One of the person's own attachments, and the page they were reading."""

    attachment = NumberField()
    suite = HiddenField()


class InvitationForm(Form):
    """Whom to invite."""

    email = address_field(
        "Adresse de courriel à inviter",
        "La personne se connectera avec cette adresse, et pourra seule accepter.",
    )
    refused_at: ClassVar[dict[Reason, str]] = {Reason.ALREADY_INVITED: "email", Reason.ALREADY_ATTACHED: "email"}
