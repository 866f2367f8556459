"""What the look-alikes read: by stem, the contributions that hold it. Derived from the texts, never typed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from consult.contributions.model import ContributionWord
from consult.register import bulk

BATCH = 50_000
COPIED = 5_000
"""Rows from which PostgreSQL is given them in a stream: ten times faster than one by one. Below, nobody would notice."""


class Postings:
    """Stems on their way to the table, gathered text by text: one that ten thousand texts hold is held once."""

    def __init__(self, table: type[ContributionWord]) -> None:
        self.table = table
        self.held: defaultdict[str, list[int]] = defaultdict(list)

    def add(self, key: int, words: Iterable[str]) -> None:
        """These words, each once, are in this contribution."""
        for word in words:
            self.held[word].append(key)

    def write(self, session: Session, edition_id: int, ids: Mapping[int, int] | None = None) -> None:
        """Write the rows, inside the transaction of the act that wrote the texts. `ids`: what each key was given as its own.

        In the order of the table, which is how it is written fastest.
        """
        session.flush()
        connection = session.connection()
        _, word, contribution = bulk.table(self.table).primary_key.columns.keys()
        names = ("edition_id", word, contribution)
        rows = ((edition_id, each, ids[key] if ids else key) for each in sorted(self.held) for key in self.held[each])
        if connection.dialect.name == "postgresql" and sum(map(len, self.held.values())) >= COPIED:
            into = f"COPY {self.table.__tablename__} ({', '.join(names)}) FROM STDIN"
            driver: Any = connection.connection.driver_connection
            with driver.cursor() as cursor, cursor.copy(into) as copy:
                while some := list(islice(rows, BATCH)):  # folded letters and digits: nothing is to escape
                    copy.write("".join([f"{edition_id}\t{each}\t{id_}\n" for edition_id, each, id_ in some]))
            return
        while some := list(islice(rows, BATCH)):
            bulk.write(connection, [bulk.Write.insert(self.table, names, some)], lambda _done, _total: None)
