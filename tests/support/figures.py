"""The figures of a service in tests."""

from datetime import datetime
from decimal import Decimal

from consult.ground.actor import Actor
from consult.ground.clock import paris_day
from consult.services.indicator_rules import IndicatorDraft
from consult.services.indicators import give_measure, set_indicator
from consult.services.model import Indicator, Measure, Service

INDICATOR = IndicatorDraft("Délai de réponse", "Du dépôt à la réponse, en moyenne.", "jours", target=Decimal(5))


def figures(service: Service, by: Actor, *, at: datetime) -> tuple[tuple[Indicator, Indicator], Measure]:
    """Two indicators of the service, and a measure of the first."""
    one, other = (set_indicator(by, service.id, INDICATOR, at=at) for _ in range(2))
    return (one, other), give_measure(by, one.id, day=paris_day(at), value=Decimal(12), at=at)
