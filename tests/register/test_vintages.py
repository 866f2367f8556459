"""From one vintage to the next: who succeeds whom is kept, told and followed, then forgotten when it is undone."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from consult.ground.actor import VISITOR
from consult.ground.clock import paris
from consult.ground.database import reading
from consult.ground.refusals import NotFound, Reason, Refused
from consult.journal.model import Event, EventKind
from consult.register import queries
from consult.register.actions import load, succeed
from consult.register.file import COLUMNS, COLUMNS_WITHOUT_FORMER, Row
from consult.register.model import Collectivite, RegisterLoad, Succession
from tests.register.samples import CAUVALDOR, GRAMAT, LOT, OCCITANIE, ROCAMADOUR, lines, written
from tests.support.statements import count_statements
from tests.support.vintages import (
    ALVIGNAC,
    BEFORE,
    CAHORS,
    FIGEAC,
    MIERS,
    PADIRAC,
    bring,
    commune,
    dissolved,
    merged,
    siren,
    without,
)

FIRST, SECOND, THIRD, FOURTH = (paris(year, 1, 5, 9) for year in (2026, 2027, 2028, 2029))
NEW = siren(20009000)
NOUVELLE = merged(replace(GRAMAT, siren=NEW, name="Gramat-et-Miers"), GRAMAT, MIERS)
AFTER = (*without(BEFORE, GRAMAT, MIERS), NOUVELLE)


def links() -> set[tuple[str, str, bool]]:
    """Every succession that the base holds."""
    return {
        (row.siren, row.successor, row.is_main)
        for row in reading().execute(select(Succession.siren, Succession.successor, Succession.is_main))
    }


def today() -> dict[str, str]:
    """Who stands today for whom."""
    return {ended: line.siren for ended, line in queries.todays().items()}


def told() -> list[Event]:
    return list(reading().scalars(select(Event).where(Event.kind == EventKind.COLLECTIVITE_SUCCEEDED).order_by(Event.id)))


def test_a_merger_is_kept_and_told(empty: Flask, tmp_path: Path) -> None:
    bring(tmp_path, BEFORE, at=FIRST)
    report = bring(tmp_path, AFTER, at=SECOND)
    assert links() == {(GRAMAT.siren, NEW, True), (MIERS.siren, NEW, True)}
    assert [(event.siren, event.data["successor"], event.at) for event in told()] == sorted(
        (row.siren, NEW, SECOND) for row in (GRAMAT, MIERS)
    )
    assert {one.siren for one in report.heirs} == {GRAMAT.siren, MIERS.siren}
    assert report.without_heir == []
    assert report.names[NEW] == "Gramat-et-Miers (Lot)"
    assert queries.get(NEW).former_insee == MIERS.insee


def test_twice_is_the_same_as_once(empty: Flask, tmp_path: Path) -> None:
    bring(tmp_path, BEFORE, at=FIRST)
    bring(tmp_path, AFTER, at=SECOND)
    before = links(), len(told())
    assert bring(tmp_path, AFTER, at=THIRD).is_unchanged
    assert bring(tmp_path, tuple(reversed(AFTER)), at=FOURTH).heirs == []
    assert (links(), len(told())) == before


def test_a_rehearsal_says_it_all_and_writes_nothing(empty: Flask, tmp_path: Path) -> None:
    bring(tmp_path, BEFORE, at=FIRST)
    rehearsed = bring(tmp_path, AFTER, at=SECOND, is_rehearsal=True)
    assert links() == set()
    assert reading().scalar(select(func.count()).select_from(RegisterLoad)) == 1
    assert queries.get(GRAMAT.siren).is_current
    assert rehearsed == bring(tmp_path, AFTER, at=SECOND), "what it said is what is then done"


def test_a_step_that_fails_leaves_everything_as_it_was(empty: Flask, tmp_path: Path) -> None:
    from consult.register.actions import Consequences

    def fails(*_: object) -> dict[str, int]:
        raise RuntimeError

    bring(tmp_path, BEFORE, at=FIRST)
    with pytest.raises(RuntimeError):
        load(written(tmp_path, AFTER), at=SECOND, then=Consequences(steps=(fails,)))
    assert links() == set()
    assert queries.get(GRAMAT.siren).is_current
    assert [line.siren for line in queries.search("gramat")] == [GRAMAT.siren]


def test_a_chain_of_mergers_is_followed(empty: Flask, tmp_path: Path) -> None:
    bring(tmp_path, BEFORE, at=FIRST)
    bring(tmp_path, AFTER, at=SECOND)
    larger = merged(ROCAMADOUR, NOUVELLE)
    bring(tmp_path, (*without(AFTER, ROCAMADOUR, NOUVELLE), larger), at=THIRD)
    assert (NEW, ROCAMADOUR.siren, True) in links()
    assert today() == dict.fromkeys((GRAMAT.siren, MIERS.siren, NEW), ROCAMADOUR.siren)
    assert [line.siren for line in queries.past_of(GRAMAT.siren).successors] == [NEW]
    assert {line.siren for line in queries.past_of(NEW).taken_over} == {GRAMAT.siren, MIERS.siren}
    assert [line.siren for line in queries.past_of(NEW).successors] == [ROCAMADOUR.siren]


def test_who_comes_back_is_nobodys_past(empty: Flask, tmp_path: Path) -> None:
    bring(tmp_path, BEFORE, at=FIRST)
    bring(tmp_path, (*without(BEFORE, MIERS, GRAMAT), merged(GRAMAT, MIERS)), at=SECOND)
    assert links() == {(MIERS.siren, GRAMAT.siren, True)}
    report = bring(tmp_path, BEFORE, at=THIRD)
    assert (links(), report.returned, report.heirs) == (set(), [MIERS.siren], [])
    bring(tmp_path, (*without(BEFORE, MIERS, GRAMAT), merged(MIERS, GRAMAT)), at=FOURTH)
    assert links() == {(GRAMAT.siren, MIERS.siren, True)}, "the other way round, and no circle"
    assert today() == {GRAMAT.siren: MIERS.siren}


def test_a_commune_nouvelle_that_splits_again_is_succeeded_by_its_parts(empty: Flask, tmp_path: Path) -> None:
    bring(tmp_path, BEFORE, at=FIRST)
    bring(tmp_path, AFTER, at=SECOND)
    report = bring(tmp_path, BEFORE, at=THIRD)
    assert sorted(report.returned) == sorted([GRAMAT.siren, MIERS.siren])
    assert links() == {(NEW, GRAMAT.siren, True), (NEW, MIERS.siren, False)}
    assert today() == {NEW: GRAMAT.siren}


def test_a_dissolved_epci_is_shared(empty: Flask, tmp_path: Path) -> None:
    bring(tmp_path, BEFORE, at=FIRST)
    goes_to = {row.siren: FIGEAC for row in (GRAMAT, MIERS, ALVIGNAC, PADIRAC)} | {ROCAMADOUR.siren: CAHORS}
    bring(tmp_path, dissolved(BEFORE, CAUVALDOR, goes_to), at=SECOND)
    assert links() == {(CAUVALDOR.siren, FIGEAC.siren, True), (CAUVALDOR.siren, CAHORS.siren, False)}
    assert [line.siren for line in queries.past_of(CAUVALDOR.siren).successors] == [FIGEAC.siren, CAHORS.siren]
    assert [line.siren for line in queries.past_of(CAHORS.siren).taken_over] == [CAUVALDOR.siren]


def test_a_file_of_the_old_format_says_nothing_of_former_codes(empty: Flask, tmp_path: Path) -> None:
    first = (*without(BEFORE, MIERS, GRAMAT), merged(GRAMAT, MIERS))
    bring(tmp_path, first, at=FIRST)
    at = COLUMNS.index("former_insee")
    old = tmp_path / "old.csv"
    kept = without(first, PADIRAC)
    old.write_text(
        "".join(",".join(cells[:at] + cells[at + 1 :]) + "\n" for cells in (line.split(",") for line in lines(kept)))
    )
    assert old.read_text().splitlines()[0] == ",".join(COLUMNS_WITHOUT_FORMER)
    report = load(old, at=SECOND)
    assert (report.changed, report.disappeared) == ([], [PADIRAC.siren])
    assert report.without_heir == [PADIRAC.siren]
    assert queries.get(GRAMAT.siren).former_insee == MIERS.insee, "what was known stays"
    later = bring(tmp_path, (*without(kept, GRAMAT), merged(GRAMAT, MIERS, PADIRAC)), at=THIRD)
    assert later.disappeared == []
    assert links() == {(PADIRAC.siren, GRAMAT.siren, True)}, "a later file that says it settles who was left without"


class TestAnOperatorSaysIt:
    def test_who_succeeds_is_kept_and_told_with_its_reason(self, empty: Flask, tmp_path: Path) -> None:
        bring(tmp_path, BEFORE, at=FIRST)
        bring(tmp_path, without(BEFORE, GRAMAT), at=SECOND)
        assert links() == set()
        succeed(GRAMAT.siren, MIERS.siren, reason="Arrêté du 3 janvier.", at=THIRD)
        assert links() == {(GRAMAT.siren, MIERS.siren, True)}
        (event,) = told()
        assert (event.siren, event.at, event.data["reason"], event.data["source"]) == (
            GRAMAT.siren,
            THIRD,
            "Arrêté du 3 janvier.",
            "operator",
        )
        bring(tmp_path, (*without(BEFORE, GRAMAT, PADIRAC), replace(PADIRAC, former_insee=GRAMAT.insee)), at=FOURTH)
        assert links() == {(GRAMAT.siren, MIERS.siren, True)}, "a loading does not contradict somebody"

    def test_saying_it_again_replaces_what_was_said(self, empty: Flask, tmp_path: Path) -> None:
        bring(tmp_path, BEFORE, at=FIRST)
        bring(tmp_path, AFTER, at=SECOND)
        succeed(GRAMAT.siren, PADIRAC.siren, reason="Le registre se trompe.", at=THIRD)
        assert links() == {(GRAMAT.siren, PADIRAC.siren, True), (MIERS.siren, NEW, True)}

    @pytest.mark.parametrize(
        ("ended", "successor", "reason", "refused"),
        [
            (ROCAMADOUR.siren, MIERS.siren, "Parce que.", Reason.STILL_IN_REGISTER),
            (GRAMAT.siren, GRAMAT.siren, "Parce que.", Reason.NOT_IN_REGISTER),
            (GRAMAT.siren, PADIRAC.siren, "Parce que.", Reason.NOT_IN_REGISTER),
            (GRAMAT.siren, MIERS.siren, " ", Reason.REASON_MISSING),
        ],
    )
    def test_a_circle_or_a_whim_is_refused(
        self, empty: Flask, tmp_path: Path, ended: str, successor: str, reason: str, refused: Reason
    ) -> None:
        bring(tmp_path, BEFORE, at=FIRST)
        bring(tmp_path, without(BEFORE, GRAMAT, PADIRAC), at=SECOND)
        with pytest.raises(Refused) as said:
            succeed(ended, successor, reason=reason, at=THIRD)
        assert said.value.reason is refused
        assert links() == set()
        assert told() == []

    def test_it_takes_an_administrator_and_two_collectivites(self, empty: Flask, tmp_path: Path) -> None:
        bring(tmp_path, BEFORE, at=FIRST)
        with pytest.raises(Refused) as said:
            succeed(GRAMAT.siren, MIERS.siren, reason="Parce que.", at=THIRD, actor=VISITOR)
        assert said.value.reason is Reason.NOT_YOUR_ROLE
        for pair in ((GRAMAT.siren, siren(99999999)), ("x", GRAMAT.siren)):
            with pytest.raises(NotFound):
                succeed(*pair, reason="Parce que.", at=THIRD)


def test_five_mergers_cost_as_many_statements_as_one(empty: Flask, tmp_path: Path) -> None:
    communes = [commune(f"Commune {rank}", f"46{rank}") for rank in range(400, 412)]
    start = (CAUVALDOR, LOT, OCCITANIE, *communes)

    def statements(pairs: int) -> int:
        assert links() == set()
        gone = communes[:pairs]
        now = (
            *without(start, *gone, *communes[6:]),
            *(merged(communes[6 + rank], one) for rank, one in enumerate(gone)),
            *communes[6 + pairs :],
        )
        with count_statements() as sent:
            bring(tmp_path, now, at=SECOND)
        bring(tmp_path, start, at=THIRD)
        return len(sent)

    bring(tmp_path, start, at=FIRST)
    one = statements(1)
    assert statements(5) == one


communes_of = [commune(f"Commune {rank}", f"46{rank}", population=100 * rank) for rank in range(500, 508)]


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[Row, ...]]:
    """A first vintage of eight communes, then some in which communes merge, split again, vanish or come back."""
    current = {row.siren: row for row in communes_of}
    vintages = [tuple(current.values())]
    for year in range(draw(st.integers(1, 5))):
        for _ in range(draw(st.integers(1, 3))):
            choice = draw(st.sampled_from(["merge", "merge", "merge under a new SIREN", "split", "vanish", "come back"]))
            if choice.startswith("merge") and len(current) > 1:
                gone, into = draw(st.permutations(sorted(current)))[:2]
                whole = merged(current[into], current[gone])
                if choice != "merge":
                    whole = replace(whole, siren=siren(20008000 + 10 * year + len(current)))
                for one in (gone, into):
                    del current[one]
                current[whole.siren] = whole
            elif choice == "split":
                whole = draw(st.sampled_from(sorted(current.values(), key=lambda row: row.siren)))
                if whole.former_insee:
                    del current[whole.siren]
                    codes = {whole.insee, *whole.former_insee.split()}
                    current |= {row.siren: row for row in communes_of if row.insee in codes}
            elif choice == "vanish" and len(current) > 1:
                del current[draw(st.sampled_from(sorted(current)))]
            elif choice == "come back":
                held = {code for row in current.values() for code in (row.insee, *row.former_insee.split())}
                current |= {row.siren: row for row in communes_of if row.insee not in held}
        vintages.append(tuple(current.values()))
    return vintages


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories())
def test_whatever_happens_a_line_of_successions_ends_with_one_that_exists_or_with_nobody(
    empty: Flask, tmp_path: Path, history: list[tuple[Row, ...]]
) -> None:
    for year, rows in enumerate(history):
        bring(tmp_path, (CAUVALDOR, LOT, OCCITANIE, *rows), at=paris(2030 + year, 1, 1))
    current = set(reading().scalars(select(Collectivite.siren).where(Collectivite.is_current)))
    main = {ended: successor for ended, successor, is_main in links() if is_main}
    assert len(main) == len({ended for ended, _, _ in links()}), "each has one main successor"
    assert current.isdisjoint(main), "who exists is succeeded by nobody"
    stands_for = today()
    for ended, successor in main.items():
        seen, last = {ended}, successor
        while last in main:
            assert last not in seen, "a circle"
            seen.add(last)
            last = main[last]
        assert stands_for.get(ended) == (last if last in current else None)
