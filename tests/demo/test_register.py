"""The demonstration's register: the one that ships, or the newer one that somebody loaded to see collectivités merge."""

from dataclasses import replace
from pathlib import Path

from flask import Flask

from consult.demo.rehearsal import ANNOUNCED, bring_register
from consult.register import queries
from consult.register.file import SOURCE
from tests.register.conftest import bases, empty  # noqa: F401 - a base whose register may be changed
from tests.register.samples import GRAMAT
from tests.support.vintages import BEFORE, MIERS, bring, without


def test_a_newer_vintage_stays_when_the_demonstration_starts_again(empty: Flask, tmp_path: Path) -> None:  # noqa: F811
    bring(tmp_path, BEFORE, at=ANNOUNCED)
    newer = [replace(row, vintage=str(int(SOURCE.vintage) + 1)) for row in without(BEFORE, MIERS)]
    bring(tmp_path, newer, at=ANNOUNCED)
    bring_register(at=ANNOUNCED)
    assert not queries.get(MIERS.siren).is_current
    assert queries.get(GRAMAT.siren).vintage == newer[0].vintage
