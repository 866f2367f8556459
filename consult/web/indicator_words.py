"""How figures are said: a value with its unit, exact; what changed of an indicator, from what the journal keeps."""

from datetime import date
from decimal import Decimal
from typing import Any

from consult.web import words


def exact(value: Decimal) -> str:
    """« 1 250,5 »: every digit it has, grouped by thousands, without useless noughts."""
    whole, _, places = f"{value:,f}".partition(".")
    places = places.rstrip("0")
    return whole.replace(",", words.NARROW).replace("-", "−") + (f",{places}" if places else "")


def measured(value: Decimal, unit: str) -> str:
    """« 1 250,5 communes »."""
    return f"{exact(value)}{words.NBSP}{words.typo(unit)}" if unit else exact(value)


def quoted(text: str) -> str:
    """« taux d’usage »."""
    return f"«{words.NBSP}{words.typo(text)}{words.NBSP}»"


_LABELS = {
    "name": "nom",
    "definition": "définition",
    "unit": "unité",
    "baseline": "valeur de départ",
    "baseline_on": "date de départ",
    "target": "cible",
    "target_on": "date de la cible",
}


def indicator_changed(data: dict[str, Any]) -> str:
    """« Indicateur « taux » changé. Cible : 80 devient 60. »"""
    said = (
        f" {_LABELS[name].capitalize()}{words.NBSP}: {_value(name, old)} devient {_value(name, data['after'][name])}."
        for name, old in data["before"].items()
    )
    return f"Indicateur {quoted(data['name'])} changé.{''.join(said)}"


def measure_corrected(data: dict[str, Any]) -> str:
    """« « taux » le 3 juin 2021, 80 % devient 60 % »."""
    before = measured(Decimal(data["before"]), data["unit"])
    after = f" devient {measured(Decimal(data['after']), data['unit'])}" if data["after"] is not None else ""
    return f"{quoted(data['name'])} le {words.day(date.fromisoformat(data['day']))}, {before}{after}"


def _value(name: str, said: str | None) -> str:
    if not said:
        return "rien"
    if name.endswith("_on"):
        return words.day(date.fromisoformat(said))
    return exact(Decimal(said)) if name in ("baseline", "target") else quoted(said)
