"""Forms about the collectivités one acts for, and the people one invites to act with."""

from wtforms import HiddenField

from consult.web.forms.base import Form
from consult.web.forms.inputs import NumberField


class MandateForm(Form):
    """One of the person's own attachments, and the page they were reading."""

    attachment = NumberField()
    suite = HiddenField()
