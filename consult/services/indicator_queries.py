"""Reading a service's figures: each indicator, its measures, those that were corrected, and how far it is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from consult.ground.database import reading
from consult.ground.refusals import NotFound
from consult.services.charts import Chart, chart
from consult.services.indicator_rules import progress
from consult.services.model import Indicator, Measure


@dataclass(frozen=True, slots=True)
class Followed:
    """An indicator and all that was measured of it, the latest day first."""

    indicator: Indicator
    said: list[Measure] = field(default_factory=list)
    """Those that stand and those that were corrected; of a day, the one that stands first."""

    @property
    def measures(self) -> list[Measure]:
        """Those that stand."""
        return [one for one in self.said if one.removed_at is None]

    @property
    def last(self) -> Measure | None:
        """The latest that stands."""
        return next(iter(self.measures), None)

    @property
    def progress(self) -> Decimal | None:
        """How much of the way is done; None when there is no way to speak of."""
        return progress(self.indicator.baseline, self.indicator.target, self.last.value if self.last else None)

    @property
    def chart(self) -> Chart | None:
        """The baseline and the measures on their days; None for fewer than two."""
        points: list[tuple[date, Decimal]] = [(one.day, one.value) for one in reversed(self.measures)]
        began = self.indicator
        if began.baseline is not None and began.baseline_on and (not points or began.baseline_on < points[0][0]):
            points.insert(0, (began.baseline_on, began.baseline))
        return chart(points, began.target)


def followed(service_id: int) -> Sequence[Followed]:
    """The indicators of a service and their measures, those still followed first. One statement."""
    rows = reading().execute(
        select(Indicator, Measure)
        .outerjoin(Measure, Measure.indicator_id == Indicator.id)
        .where(Indicator.service_id == service_id)
        .order_by(
            Indicator.ended_at.is_not(None),
            Indicator.id,
            Measure.day.desc(),
            Measure.removed_at.is_not(None),
            Measure.id.desc(),
        )
    )
    found: dict[int, Followed] = {}
    for indicator, measure in rows:
        one = found.setdefault(indicator.id, Followed(indicator))
        if measure is not None:
            one.said.append(measure)
    return list(found.values())


def one_followed(service_id: int, indicator_id: int) -> Followed:
    """An indicator of this service, with its measures. Raises NotFound."""
    for one in followed(service_id):
        if one.indicator.id == indicator_id:
            return one
    raise NotFound
