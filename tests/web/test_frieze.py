"""Where each phase and each promise stands on the drawing of services along the months."""

from datetime import date

from consult.services.model import Phase
from consult.services.portfolio import Life, Promise, Stay
from consult.services.rules import Keeping
from consult.web.frieze import Bar, Mark, frieze
from consult.web.steps import stairs


def test_nothing_is_drawn_of_nothing() -> None:
    assert frieze([], date(2021, 7, 1)) is None
    assert frieze([Life(1, "Vide", Phase.INVESTIGATION, [], [])], date(2021, 7, 1)) is None


def test_the_scale_goes_from_a_first_of_the_month_to_another() -> None:
    long = Life(
        1,
        "Long",
        Phase.CONSTRUCTION,
        [Stay(Phase.INVESTIGATION, date(2021, 1, 15), date(2021, 7, 1)), Stay(Phase.CONSTRUCTION, date(2021, 7, 1), None)],
        [Promise("Un jalon", date(2022, 12, 31), Keeping.TO_COME)],
    )
    brief = Life(2, "Bref", Phase.STOPPED, [Stay(Phase.INVESTIGATION, date(2021, 7, 1), date(2021, 7, 1))], [])
    drawn = frieze([long, brief], date(2022, 1, 1))
    assert drawn is not None
    assert (drawn.first, drawn.last) == (date(2021, 1, 1), date(2023, 1, 1))
    assert drawn.years == [(2021, 0.0), (2022, 500.0)]
    assert drawn.today == 500.0
    assert drawn.phases == [Phase.INVESTIGATION, Phase.CONSTRUCTION]
    first, second = drawn.rows
    assert [(bar.phase, bar.left) for bar in first.bars] == [(Phase.INVESTIGATION, 19.2), (Phase.CONSTRUCTION, 247.9)]
    assert round(sum(bar.width for bar in first.bars), 1) == 480.8
    assert first.marks == [Mark(Keeping.TO_COME, 998.6)]
    assert second.bars == [Bar(Phase.INVESTIGATION, 247.9, 2.0)]


def test_stairs_go_up_and_down() -> None:
    assert stairs([]) is None
    assert stairs([(3, 1)]) is None
    assert stairs([(0, 0), (0, 0)]) is None
    drawn = stairs([(1, 0), (4, 2), (3, 3)])
    assert drawn is not None
    assert (drawn.width, drawn.height) == (3, 4)
    assert drawn.outer == "M0 4V3H1V0H2V1H3V4Z"
    assert drawn.inner == "M0 4V4H1V2H2V1H3V4Z"
