"""What the commands do of the store of documents: say whether it can be written, and sweep it."""

import os
from datetime import timedelta
from io import BytesIO
from pathlib import Path

from consult.contributions.file_rules import MOST_BYTES
from consult.contributions.files import ORPHAN_AFTER
from consult.ground import clock
from tests.support.commands import Operator
from tests.support.documents import pdf, store


def test_work_sweeps_what_a_killed_request_left(operator: Operator) -> None:
    left = store().receive(BytesIO(pdf()), most=MOST_BYTES).key
    long_ago = (clock.outside() - ORPHAN_AFTER - timedelta(minutes=1)).timestamp()
    os.utime(store().arrivals / left, (long_ago, long_ago))
    assert operator("work", "--once").code == 0
    assert not (store().arrivals / left).exists()


def test_a_store_that_cannot_be_written_is_said_in_one_line(operator: Operator, tmp_path: Path) -> None:
    (tmp_path / "documents").write_text("un fichier à la place du dossier")
    checked = operator("check", CONSULT_INSTANCE_DIR=str(tmp_path))
    assert checked.code == 1
    (line,) = [line for line in checked.errors.splitlines() if "documents" in line]
    assert line.startswith(f"échec  documents : {tmp_path / 'documents'} ne peut pas être écrit")
