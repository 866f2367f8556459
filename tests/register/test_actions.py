"""Loading the register: whole or not at all, twice as once, and nobody is forgotten."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from consult.ground.clock import paris
from consult.ground.database import reading
from consult.journal.model import Event, EventKind
from consult.register import queries
from consult.register.actions import load
from consult.register.file import RegisterFileError
from consult.register.model import Collectivite, CollectiviteSearch, CollectiviteWord, Departement, RegisterLoad
from consult.register.rules import Category, Kind, Stratum
from tests.register.samples import CAUVALDOR, GRAMAT, LOT, OCCITANIE, ROCAMADOUR, ROWS, lines, written

MONDAY = paris(2026, 1, 5, 9)
TUESDAY = paris(2026, 1, 6, 0, 30)  # still the 5th in UTC


def test_what_the_file_says_is_in_the_base(empty: Flask, tmp_path: Path) -> None:
    report = load(written(tmp_path), at=MONDAY)
    assert report.vintage == "2026"
    assert report.counts == {Kind.COMMUNE: 2, Kind.EPCI: 1, Kind.DEPARTEMENT: 1, Kind.REGION: 1}
    assert sorted(report.appeared) == sorted(row.siren for row in ROWS)
    rocamadour = queries.get(ROCAMADOUR.siren)
    assert (rocamadour.kind, rocamadour.name, rocamadour.insee) == (Kind.COMMUNE, "Rocamadour", "46240")
    assert (rocamadour.departement, rocamadour.departement_name, rocamadour.region) == ("46", "Lot", "76")
    assert (rocamadour.population, rocamadour.stratum, rocamadour.epci_siren) == (597, Stratum.LT2000, CAUVALDOR.siren)
    assert (rocamadour.full_name, rocamadour.kind_label) == ("Rocamadour (Lot)", "commune")
    assert queries.get(CAUVALDOR.siren).category is Category.CC
    assert queries.get(OCCITANIE.siren).departement is None
    assert queries.departements() == [("46", "Lot")]
    assert queries.counts_by_kind() == report.counts


def test_the_loading_is_told_in_the_journal_and_kept(empty: Flask, tmp_path: Path) -> None:
    load(written(tmp_path), at=MONDAY)
    event = reading().scalars(select(Event).where(Event.kind == EventKind.REGISTER_LOADED)).one()
    assert event.at == MONDAY
    assert event.data["appeared"] == 5
    latest = queries.latest_load()
    assert latest is not None
    assert (latest.vintage, latest.loaded_at, latest.counts["commune"]) == ("2026", MONDAY, 2)


def test_twice_is_the_same_as_once(empty: Flask, tmp_path: Path) -> None:
    first = load(written(tmp_path), at=MONDAY)
    again = load(written(tmp_path), at=TUESDAY)
    assert again.is_unchanged
    assert again.counts == first.counts
    assert reading().scalar(select(func.count()).select_from(RegisterLoad)) == 1
    assert reading().scalar(select(func.count()).select_from(Event)) == 1


def test_the_order_of_the_lines_does_not_matter(empty: Flask, tmp_path: Path) -> None:
    load(written(tmp_path, tuple(reversed(ROWS))), at=MONDAY)
    assert load(written(tmp_path), at=TUESDAY).is_unchanged


def test_what_changed_is_said_and_done(empty: Flask, tmp_path: Path) -> None:
    load(written(tmp_path), at=MONDAY)
    renamed = replace(GRAMAT, name="Gramat-en-Quercy", population=499)
    report = load(written(tmp_path, (CAUVALDOR, ROCAMADOUR, renamed, LOT, OCCITANIE)), at=TUESDAY)
    assert (report.appeared, report.changed, report.disappeared) == ([], [GRAMAT.siren], [])
    gramat = queries.get(GRAMAT.siren)
    assert (gramat.name, gramat.stratum) == ("Gramat-en-Quercy", Stratum.LT500)
    assert [line.siren for line in queries.search("gramat en quercy")] == [GRAMAT.siren]


def test_a_new_vintage_alone_changes_nobody(empty: Flask, tmp_path: Path) -> None:
    load(written(tmp_path), at=MONDAY)
    report = load(written(tmp_path, [replace(row, vintage="2027") for row in ROWS]), at=TUESDAY)
    assert report.is_unchanged
    assert report.vintage == "2027"
    assert queries.get(GRAMAT.siren).vintage == "2027"


def test_a_departement_takes_its_new_name(empty: Flask, tmp_path: Path) -> None:
    load(written(tmp_path), at=MONDAY)
    load(written(tmp_path, [replace(row, departement_name=row.departement and "Quercy") for row in ROWS]), at=TUESDAY)
    assert queries.departements() == [("46", "Quercy")]


def test_alsace_does_not_name_the_bas_rhin(empty: Flask, tmp_path: Path) -> None:
    where = {"departement": "67", "region": "44", "region_name": "Grand Est"}
    alsace = replace(LOT, siren="200094332", kind=Kind.SPECIAL_STATUS, departement_name="Bas-Rhin et Haut-Rhin", **where)
    strasbourg = replace(GRAMAT, siren="216704825", departement_name="Bas-Rhin", epci_siren="", **where)
    load(written(tmp_path, (alsace, strasbourg)), at=MONDAY)
    assert queries.departements() == [("67", "Bas-Rhin")]


def test_who_is_no_longer_listed_ends_and_stays_readable(empty: Flask, tmp_path: Path) -> None:
    load(written(tmp_path), at=MONDAY)
    report = load(written(tmp_path, (CAUVALDOR, ROCAMADOUR, LOT, OCCITANIE)), at=TUESDAY)
    assert report.disappeared == [GRAMAT.siren]
    assert report.counts[Kind.COMMUNE] == 1
    gramat = queries.get(GRAMAT.siren)
    assert not gramat.is_current
    assert gramat.ended_on == date(2026, 1, 6), "the day it was in Paris"
    assert queries.search("gramat") == []
    assert queries.search(GRAMAT.siren) == []
    assert queries.members(CAUVALDOR.siren) == 1


def test_who_ended_stays_ended_at_the_next_loading(empty: Flask, tmp_path: Path) -> None:
    load(written(tmp_path), at=MONDAY)
    load(written(tmp_path, (CAUVALDOR, ROCAMADOUR, LOT, OCCITANIE)), at=TUESDAY)
    report = load(written(tmp_path, (CAUVALDOR, replace(ROCAMADOUR, population=600), LOT, OCCITANIE)), at=paris(2027, 1, 1))
    assert report.disappeared == []
    assert queries.get(GRAMAT.siren).ended_on == date(2026, 1, 6)


def test_who_comes_back_is_current_again(empty: Flask, tmp_path: Path) -> None:
    load(written(tmp_path), at=MONDAY)
    load(written(tmp_path, (CAUVALDOR, ROCAMADOUR, LOT, OCCITANIE)), at=TUESDAY)
    report = load(written(tmp_path), at=paris(2027, 1, 1))
    assert report.changed == [GRAMAT.siren]
    gramat = queries.get(GRAMAT.siren)
    assert gramat.is_current
    assert gramat.ended_on is None
    assert [line.siren for line in queries.search("gramat")] == [GRAMAT.siren]


def test_a_refused_file_changes_nothing(empty: Flask, tmp_path: Path) -> None:
    load(written(tmp_path), at=MONDAY)
    broken = tmp_path / "broken.csv"
    broken.write_text("\n".join([*lines()[:-1], lines()[-1].replace("region", "village", 1), ""]))
    with pytest.raises(RegisterFileError, match="ligne 6"):
        load(broken, at=TUESDAY)
    assert queries.counts_by_kind()[Kind.REGION] == 1
    assert reading().scalar(select(func.count()).select_from(RegisterLoad)) == 1


def test_a_loading_that_fails_half_way_leaves_everything_as_it_was(empty: Flask, tmp_path: Path) -> None:
    load(written(tmp_path), at=MONDAY)

    def cut(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(written(tmp_path, (CAUVALDOR, replace(GRAMAT, name="Autre"))), at=TUESDAY, progress=cut)
    assert [line.siren for line in queries.search("rocamadour")] == [ROCAMADOUR.siren]
    assert queries.get(GRAMAT.siren).name == "Gramat"


def test_progress_is_told_up_to_the_end(empty: Flask, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    load(written(tmp_path), at=MONDAY, progress=lambda done, total: told.append((done, total)))
    assert told == sorted(told)
    assert {total for _, total in told} == {told[-1][1]}
    assert told[-1][0] == told[-1][1]


def test_the_index_holds_who_is_current_from_the_most_to_the_least_populous(empty: Flask, tmp_path: Path) -> None:
    load(written(tmp_path), at=MONDAY)
    entries = reading().scalars(select(CollectiviteSearch).order_by(CollectiviteSearch.rank)).all()
    assert [entry.siren for entry in entries] == [row.siren for row in (OCCITANIE, LOT, CAUVALDOR, GRAMAT, ROCAMADOUR)]
    words = {(row.word, row.rank) for row in reading().execute(select(CollectiviteWord.word, CollectiviteWord.rank))}
    assert words == {(word, entry.rank) for entry in entries for word in entry.terms.split()}


def test_the_shipped_register_loads_and_stays(app: Flask) -> None:
    report = load(at=MONDAY)
    assert report.is_unchanged, "it was loaded before the tests"
    assert sum(report.counts.values()) == reading().scalar(select(func.count()).where(Collectivite.is_current))
    assert len(queries.departements()) == 101 == reading().scalar(select(func.count()).select_from(Departement))
