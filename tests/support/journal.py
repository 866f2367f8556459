"""The journal of a vote, sealed and read back, for tests."""

import csv
import io
from datetime import datetime
from pathlib import Path

from consult.calendar.model import Edition
from consult.ground.database import reading
from consult.opendata import queries as data
from consult.opendata.schema import FILES
from consult.voting.chain import COLUMNS, first_seal, seal
from consult.voting.journal import texts, where_to_look
from consult.voting.seals import seal_some
from tests.support.stage_two import CLOSED, fresh


def seal_now(edition: Edition, *, at: datetime = CLOSED, whole: bool = True) -> None:
    """Seal the journal of an edition until nothing is left, as `consult work` does."""
    reading().expire_all()
    since = where_to_look(edition.id, whole=whole)
    while since is not None:
        since = seal_some(edition.id, since=since, at=at)


def lines(edition: Edition, *, at: datetime = CLOSED) -> list[dict[str, str]]:
    """The lines of the journal as its file gives them, sealed or not."""
    reading().expire_all()
    text = "\r\n".join((",".join(COLUMNS), *texts(edition.id, at=at)))
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def export(edition: Edition, folder: Path, *, at: datetime = CLOSED) -> Path:
    """The files of an edition, as the command writes them."""
    reading().expire_all()
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        text = "".join(data.csv(name, data.Asked(fresh(edition), at, "https://consultation.exemple.fr")))
        (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
    return folder


def is_sound(edition: Edition) -> bool:
    """Whether each sealed line is chained to the one before it, from 1 and without a gap."""
    previous = first_seal(edition.slug)
    reading().expire_all()
    for rank, text in enumerate(texts(edition.id, at=CLOSED), start=1):
        said, _, sealed = text.rpartition(",")
        if not sealed:
            continue
        previous = seal(previous, said)
        if previous != sealed or not said.startswith(f"{rank},"):
            return False
    return True
