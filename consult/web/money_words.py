"""How money is said: a line of a service, a rate, what an edition gives."""

from datetime import date
from decimal import Decimal
from typing import Any

from consult.services.model import MoneyKind
from consult.web import words


def percent(rate: Decimal) -> str:
    """« 50 % », « 33,33 % »: exact, as the rate is."""
    return f"{words.number(float(rate * 100))}{words.NBSP}%"


def money(data: dict[str, Any]) -> str:
    """« Part de l’État : 12 000 € le 3 juin 2021, « première tranche » », from what the journal keeps of a line."""
    kind, amount, day = MoneyKind(data["sort"]), Decimal(data["amount"]), date.fromisoformat(data["day"])
    return (
        f"{kind.label}{words.NBSP}: {words.euros(amount)} le {words.day(day)}, "
        f"«{words.NBSP}{words.typo(data['label'])}{words.NBSP}»"
    )


def funding(data: dict[str, Any]) -> str:
    """What changed of the envelope and of the rate, from what the journal keeps."""
    before, after = data["before"], data["after"]
    said = []
    if before["envelope"] != after["envelope"]:
        was = "aucune jusque-là" if before["envelope"] is None else f"{words.euros(Decimal(before['envelope']))} jusque-là"
        said.append(f"Enveloppe de l’édition{words.NBSP}: {words.euros(Decimal(after['envelope']))} ({was}).")
    if before["rate"] != after["rate"]:
        said.append(
            f"Part de l’État, au plus{words.NBSP}: {percent(Decimal(after['rate']))} du coût éligible des services à naître "
            f"({percent(Decimal(before['rate']))} jusque-là)."
        )
    return " ".join(said)
