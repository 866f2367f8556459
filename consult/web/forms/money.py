"""What is typed about money: a line of a service, an answer to what was proposed, the envelope and the rate of an edition."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from wtforms import BooleanField, HiddenField, RadioField, SelectChoice, StringField, TextAreaField, ValidationError

from consult.ground.refusals import Reason, Refused
from consult.services.model import MoneyKind
from consult.services.money import LineDraft
from consult.services.money_rules import Funding
from consult.web import words
from consult.web.forms.base import Form, at_most, clean, required
from consult.web.forms.dates import DayField, filled
from consult.web.forms.inputs import EurosField, one_line
from consult.web.money_words import percent

_NEGATIVE = re.compile(r"[-−–]\s*[0-9].*")
_TOO_FINE = re.compile(r"[0-9 \u00a0\u202f]+[,.][0-9]{3,}[ \u00a0\u202f]*€?")

BOUNDED = (
    Reason.SHARE_OVER_THE_RATE,
    Reason.FUNDERS_OVER_THE_COST,
    Reason.ENVELOPE_EXCEEDED,
    Reason.ENGAGED_OVER_THE_SHARE,
    Reason.PAID_OVER_THE_ENGAGED,
)
"""The refusals that leave room for a smaller amount."""


class AmountField(EurosField):
    """An amount in euros, to the cent, more than zero; what cannot be read is said as it was typed."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        """Raises ValueError, in words they can act on."""
        typed = clean(valuelist[0] if valuelist else "")
        try:
            super().process_formdata(valuelist)
        except ValueError:
            if _NEGATIVE.fullmatch(typed):
                raise ValueError(
                    "Un montant est plus grand que zéro. Pour corriger une ligne, annulez-la et écrivez-en une autre."
                ) from None
            if _TOO_FINE.fullmatch(typed):
                raise ValueError(
                    "Écrivez le montant au centime près, sans point entre les milliers. Exemple : 12 500 ou 12 500,50."
                ) from None
            raise
        if self.data == 0:
            self.data = None
            raise ValueError("Un montant est plus grand que zéro.")


class LineForm(Form):
    """An amount of a service, on a day."""

    refused_at: ClassVar = {
        **dict.fromkeys(BOUNDED, "amount"),
        Reason.DATE_BEFORE_BIRTH: "day",
        Reason.DATE_TO_COME: "day",
        Reason.SERVICE_STOPPED: "day",
        Reason.LINE_REPEATED: "label",
    }

    sort = RadioField(
        "Nature",
        choices=[SelectChoice(kind, kind.label) for kind in MoneyKind],
        coerce=MoneyKind,
        validators=required("Choisissez la nature de ce montant."),
    )
    amount = AmountField(
        "Montant, en euros",
        description="Au centime près. Exemple : 12 500,50",
        validators=[filled("Donnez un montant.")],
        render_kw={"class": "input-short", "inputmode": "decimal"},
    )
    day = DayField(
        "Date",
        description="Celle de la décision ou du paiement : pas avant la naissance du service, aujourd’hui au plus tard.",
        validators=[filled("Donnez une date.")],
        render_kw={"class": "input-short"},
    )
    label = StringField(
        "Ce que c’est",
        description="Public. L’objet de la dépense, ou le nom de l’organisme qui finance ; jamais celui d’une personne.",
        validators=[*required("Dites à quoi correspond ce montant."), at_most(200)],
        filters=[one_line],
    )

    def draft(self) -> LineDraft:
        """What was typed."""
        return LineDraft(self.sort.data, self.amount.data, self.day.data, self.label.data)

    def bounded_by(self, rooms: Callable[[], Mapping[MoneyKind, Decimal | None]]) -> "LineForm":
        """`rooms` reads, when it is refused, how much may still be said of each kind."""
        self._rooms = rooms
        return self

    def refused(self, error: Refused) -> int:
        """The same words, and how much there is left."""
        status = super().refused(error)
        if error.reason in BOUNDED and (most := self._rooms().get(self.sort.data)) is not None:
            left = f"Il reste {words.euros(most)} au plus." if most else "Il ne reste rien à publier de cette nature."
            self.amount.errors = [f"{self.amount.errors[0]} {left}"]
        return status


class CancelForm(Form):
    """Why a line is cancelled, or taken back."""

    reason = TextAreaField(
        "Raison",
        description="Publique si la ligne l’était : elle se lit à côté de la ligne barrée.",
        validators=[*required("Dites pourquoi cette ligne est annulée."), at_most(1000)],
        render_kw={"rows": 3},
    )


PUBLISH, REFUSE = "publish", "refuse"


class DecisionForm(Form):
    """What the agency makes of a line that was proposed."""

    answer = RadioField(
        "Votre réponse",
        choices=[SelectChoice(PUBLISH, "Publier cette ligne"), SelectChoice(REFUSE, "La refuser")],
        validators=required("Choisissez de publier ou de refuser."),
    )
    reason = TextAreaField(
        "Raison du refus",
        description="Envoyée par courriel à qui a proposé la ligne ; elle n’est pas publique.",
        validators=[at_most(1000)],
        render_kw={"rows": 3},
    )

    def validate_reason(self, field: TextAreaField) -> None:
        """Raises ValidationError for a refusal without its reason."""
        if self.answer.data == REFUSE and not field.data:
            raise ValidationError("Dites pourquoi vous refusez : la collectivité pourra corriger.")


_PERCENT = re.compile(r"(?P<whole>[0-9]{1,3})(?:[,.](?P<more>[0-9]{1,2}))?\s*%?")


class PercentField(StringField):  # type: ignore[misc]
    """A share of a hundred: « 50 », « 33,33 », « 50 % ». Its data is a Decimal from 0 to 1, or None when left empty."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Raises ValueError, in words they can act on."""
        self.data: Any = None
        self.typed = clean(valuelist[0] if valuelist else "")
        if not self.typed:
            return
        found = _PERCENT.fullmatch(self.typed)
        rate = Decimal(f"{found['whole']}.{found['more'] or 0}") / 100 if found else Decimal(0)
        if not 0 < rate <= 1:
            raise ValueError("Écrivez un pourcentage, plus grand que 0 et 100 au plus. Exemple : 50 ou 33,33.")
        self.data = rate

    def _value(self) -> str:
        typed: str = getattr(self, "typed", "")
        return typed or ("" if self.data is None else percent(self.data))


class FundingForm(Form):
    """The envelope and the rate of an edition. `seen`: those that the page showed."""

    refused_at: ClassVar = {Reason.ENVELOPE_BELOW_GRANTED: "envelope"}

    envelope = AmountField(
        "Enveloppe de l’édition, en euros",
        description="Ce que l’État peut accorder à tous les services ensemble. Elle ne descend pas sous ce qui est accordé.",
        validators=[filled("Donnez le montant de l’enveloppe.")],
        render_kw={"class": "input-short", "inputmode": "decimal"},
    )
    rate = PercentField(
        "Part de l’État, au plus",
        description="En pourcentage du coût éligible. Vaut pour les services à naître : chacun garde le taux de sa naissance.",
        validators=[filled("Donnez la part de l’État.")],
        render_kw={"class": "input-short", "inputmode": "decimal"},
    )
    reason = TextAreaField(
        "Raison",
        description="Publique, et gardée pour toujours au journal.",
        validators=[*required("Dites pourquoi : la raison est publique."), at_most(1000)],
        render_kw={"rows": 3},
    )
    seen = HiddenField()
    confirm = BooleanField(
        "Je publie ce changement : il ne s’efface pas.", validators=required("Cochez cette case pour publier.")
    )

    @classmethod
    def of(cls, now: Funding) -> "FundingForm":
        """The form as the edition fills it."""
        return cls(envelope=now.envelope, rate=now.rate, seen=token(now))

    def funding(self) -> Funding:
        """What was typed."""
        return Funding(self.envelope.data, self.rate.data)

    def shown(self) -> Funding:
        """What the page that asks showed; a rate that no edition has when it does not say."""
        envelope, _, rate = (self.seen.data or "").partition(";")
        try:
            found = Funding(Decimal(envelope) if envelope else None, Decimal(rate))
        except InvalidOperation:
            return _NEVER
        return found if all(one is None or one.is_finite() for one in (found.envelope, found.rate)) else _NEVER


_NEVER = Funding(None, Decimal(0))


def token(funding: Funding) -> str:
    """An envelope and a rate in a hidden field."""
    return f"{'' if funding.envelope is None else funding.envelope};{funding.rate}"
