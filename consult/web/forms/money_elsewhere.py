"""Amounts typed where they are not said: a service's own team proposes them as lines of money, which the agency reads first."""

from collections.abc import Sequence
from typing import ClassVar

from consult.ground.refusals import Reason, Refused
from consult.services.news_rules import speaks_of_money
from consult.web.forms.base import Form
from consult.web.reasons import REFUSALS

SAID_ELSEWHERE = (
    "Ce texte donne un montant, et il serait public aussitôt. Les montants se proposent à la page « Argent » du service :"
    " l’agence les publie."
)


class MoneyIsElsewhere(Form):
    """A form some of whose texts are public at once: when a rule refuses an amount there, it is said beside it."""

    said_in_public: ClassVar[Sequence[str]] = ()

    def refused(self, error: Refused) -> int:
        """As any form, the field that gives the amount found again."""
        spoken = [name for name in self.said_in_public if speaks_of_money(self[name].data or "")]
        if error.reason is not Reason.MONEY_IS_THE_AGENCY_S or not spoken:
            return super().refused(error)
        for name in spoken:
            self[name].errors = [SAID_ELSEWHERE]
        return REFUSALS[error.reason].status
