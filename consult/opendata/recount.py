"""`consult verify`: whether an export gives the proclaimed result, told from its files alone.

Four questions, each with its own answer: is the journal the one that was sealed; does the ballot file hold the supports that
the journal leaves counted, line for line; does counting it give the supports and the ranks of `proposals.csv`; and are those
the result and the decisions that were proclaimed.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from consult.opendata import tools_file
from consult.opendata.evidence import Fault, Progress, Proposals, Recount, read_proposals, read_supports, scratch
from consult.opendata.links import Chain, read_journal
from consult.voting.chain import Act
from consult.voting.rules import Tally, Weight, ranking


@dataclass(slots=True)
class Report:
    """What a recount found."""

    chain: Chain
    supports: int
    proposals: int
    is_proclaimed: bool
    unproven: list[int]
    """Propositions whose text or decision is what a correction that is not sealed yet says: nothing proves it so far."""
    faults: list[Fault] = field(default_factory=list)


def recount(folder: Path, *, seal: str | None = None, progress: Progress = lambda _file, _lines: None) -> Report:
    """Recount an export. `seal`: the last seal as it was noted elsewhere. Raises UnusableExportError."""
    with scratch() as base:
        proposals = read_proposals(folder)
        chain = read_journal(folder, proposals.slug, base, progress)
        counted = read_supports(folder, base, progress)
        base.executescript(_STANDING)
        faults = [
            *chain.faults,
            *_other_seal(chain, seal),
            *_cut_short(base, proposals),
            *_impossible(base),
            *counted.faults,
            *_not_as_told(base),
            *_out_of_order(base),
            *proposals.faults,
            *_not_as_counted(counted, proposals),
            *_not_as_proclaimed(base, proposals),
            *tools_file.not_as_counted(folder, base, counted, proposals),
        ]
        unproven = [number for (number,) in base.execute(_UNPROVEN)]
    return Report(chain, counted.supports.total(), len(proposals.by_number), proposals.is_proclaimed, unproven, faults)


def _other_seal(chain: Chain, noted: str | None) -> Iterator[Fault]:
    if noted is not None and noted.lower() != chain.last_seal:
        yield Fault("vote_journal.csv", f"le dernier sceau est {chain.last_seal} ; vous attendiez {noted.lower()}")


def _cut_short(base: sqlite3.Connection, proposals: Proposals) -> Iterator[Fault]:
    """The end of the journal is gone: said before all that follows from it."""
    if proposals.is_proclaimed and not base.execute(f"SELECT 1 {_PROCLAMATION}").fetchone():
        yield Fault("vote_journal.csv", "à la fin, il manque la ligne de la proclamation, alors que les décisions sont données")


_PROCLAMATION = "FROM told WHERE act = 'proclaimed' AND position IS NOT NULL"
_UNPROVEN = f"""
SELECT DISTINCT proposal FROM told
WHERE act IN ('corrected', 'revised') AND position IS NULL AND proposal IS NOT NULL AND EXISTS (SELECT 1 {_PROCLAMATION})
ORDER BY proposal
"""  # noqa: S608 - our own words


# ── the journal, replayed ────────────────────────────────────────────────────────────────

_STANDING = """
CREATE INDEX told_receipt ON told (receipt, place) WHERE is_of_a_support;
CREATE INDEX told_replaces ON told (replaces) WHERE replaces <> '';
CREATE TABLE given AS SELECT receipt, proposal, voter, at, position, min(place) AS place FROM told
    WHERE is_of_a_support AND act = 'given' GROUP BY receipt;
CREATE UNIQUE INDEX given_receipt ON given (receipt);
CREATE TABLE worth AS SELECT receipt, act, counts, max(place) AS place FROM told WHERE is_of_a_support GROUP BY receipt;
CREATE UNIQUE INDEX worth_receipt ON worth (receipt);
UPDATE worth SET act = 'replaced', counts = 'void' WHERE receipt IN (SELECT replaces FROM told WHERE replaces <> '')
    AND EXISTS (SELECT 1 FROM told WHERE told.replaces = worth.receipt AND told.replaces <> '' AND told.place > worth.place);
CREATE INDEX support_receipt ON support (receipt);
CREATE INDEX support_siren ON support (siren);
"""
"""Where the journal leaves each support: as it was given, and what its last line says it is worth."""


def _impossible(base: sqlite3.Connection) -> Iterator[Fault]:
    """What no vote can have done, whoever sealed it."""
    for position, place, receipt in base.execute(
        "SELECT told.position, told.place, told.receipt FROM told LEFT JOIN given USING (receipt) WHERE told.is_of_a_support"
        " AND (given.place IS NULL OR told.place < given.place OR (told.act = 'given' AND told.place > given.place))"
        " ORDER BY told.place"
    ):
        yield Fault(_line(position, place), f"le soutien {receipt} n’y est pas donné une fois, et d’abord")
    for act, counts, position, place in base.execute("SELECT act, counts, position, min(place) FROM told GROUP BY act, counts"):
        if act not in set(Act) or (Act(act).is_of_a_support and counts not in set(Weight)):
            yield Fault(_line(position, place), f"« {act} », « {counts} » : ce n’est pas un acte du vote")
    for receipt, other in base.execute(
        "SELECT min(given.receipt), max(given.receipt) FROM worth JOIN given USING (receipt)"
        " WHERE worth.counts = 'counted' GROUP BY given.proposal, substr(given.voter, 1, instr(given.voter, ','))"
        " HAVING count(*) > 1"
    ):
        yield Fault("vote_journal.csv", f"les soutiens {receipt} et {other} comptent tous deux pour la même collectivité")


def _line(position: int | None, place: int) -> str:
    return f"vote_journal.csv, position {position}" if position else f"vote_journal.csv, ligne {place + 1}"


# ── the ballot file, beside the journal ──────────────────────────────────────────────────


def _not_as_told(base: sqlite3.Connection) -> Iterator[Fault]:
    """Supports that are missing from the ballot file, added to it, there twice, or altered; each by its receipt."""
    for receipt, position, place in base.execute(
        "SELECT worth.receipt, given.position, given.place FROM worth JOIN given USING (receipt)"
        " LEFT JOIN support USING (receipt) WHERE worth.counts = 'counted' AND support.place IS NULL ORDER BY given.place"
    ):
        where = _line(position, place).removeprefix("vote_journal.csv, ")
        yield Fault("supports.csv", f"il manque le soutien {receipt}, que le journal compte ({where})")
    for place, receipt, last in base.execute(
        "SELECT support.place, support.receipt, worth.act FROM support LEFT JOIN worth USING (receipt)"
        " WHERE worth.receipt IS NULL OR worth.counts <> 'counted' ORDER BY support.place"
    ):
        why = "n’est pas dans le journal" if last is None else f"ne compte pas d’après le journal ({_why(last)})"
        yield Fault(f"supports.csv, ligne {place}", f"le soutien {receipt} {why}")
    for place, receipt in base.execute(
        "SELECT max(place), receipt FROM support GROUP BY receipt HAVING count(*) > 1 ORDER BY max(place)"
    ):
        yield Fault(f"supports.csv, ligne {place}", f"le soutien {receipt} y est déjà")
    for place, receipt, *values in base.execute(
        "SELECT support.place, support.receipt, support.proposal, given.proposal, support.voter, given.voter, support.at,"
        " given.at FROM support JOIN given USING (receipt) WHERE support.proposal <> given.proposal"
        " OR support.voter <> given.voter OR support.at <> given.at ORDER BY support.place"
    ):
        names = ("la proposition", "la collectivité", "l’instant")
        altered = [name for name, here, there in zip(names, values[::2], values[1::2], strict=True) if here != there]
        yield Fault(f"supports.csv, ligne {place}", f"le soutien {receipt} a été modifié ({', '.join(altered)})")


def _why(act: str) -> str:
    said = {"given": "encore à vérifier", "replaced": "remplacé", "withdrawn": "retiré"}
    return said.get(act) or (Act(act).label if act in set(Act) else act)


def _out_of_order(base: sqlite3.Connection) -> Iterator[Fault]:
    """Lines of the ballot file that are not by proposition, then by SIREN."""
    moved = base.execute(
        "SELECT place, receipt FROM (SELECT place, receipt, row_number() OVER (ORDER BY place) AS rank,"
        " row_number() OVER (ORDER BY proposal, siren, place) AS due FROM support) WHERE rank <> due ORDER BY place LIMIT 3"
    ).fetchall()
    if len(moved) == 2:
        (first, one), (second, other) = moved
        yield Fault(f"supports.csv, lignes {first} et {second}", f"les soutiens {one} et {other} ont été échangés")
    elif moved:
        place, receipt = moved[0]
        yield Fault(f"supports.csv, ligne {place}", f"à partir du soutien {receipt}, les lignes ne sont plus dans l’ordre")


# ── the count, beside the result ─────────────────────────────────────────────────────────


def _not_as_counted(counted: Recount, proposals: Proposals) -> Iterator[Fault]:
    """Supports and ranks that are not what counting the ballots gives, by the published rule."""
    for number in sorted(counted.supports.keys() - proposals.by_number.keys()):
        yield Fault("proposals.csv", f"il manque la proposition n° {number}, qui a des soutiens")
    tallies = (
        Tally(number, number, "", counted.supports[number], len(counted.departements.get(number, ())))
        for number in proposals.by_number
    )
    for place in sorted(ranking(tallies), key=lambda place: place.tally.number):
        said = proposals.by_number[place.tally.number]
        where = f"proposals.csv, ligne {said.line}, proposition n° {place.tally.number}"
        if said.supports != str(place.tally.supports):
            yield Fault(where, f"{said.supports or 'aucun'} soutien(s) annoncé(s), {place.tally.supports} recompté(s)")
        if said.rank != str(place.rank):
            yield Fault(where, f"rang {said.rank or 'vide'} annoncé, rang {place.rank} recompté")


def _not_as_proclaimed(base: sqlite3.Connection, proposals: Proposals) -> Iterator[Fault]:
    """What the proclamation sealed, beside what the files say: the words and the decision of each proposition."""
    end = base.execute(f"SELECT place {_PROCLAMATION}").fetchone()
    if end is None:
        return
    for position, place in base.execute(
        "SELECT position, place FROM told WHERE place > ? AND act NOT IN ('corrected', 'revised') ORDER BY place", end
    ):
        yield Fault(_line(position, place), "rien ne se vote après la proclamation")
    words, decided, revised = (_last_digests(base, *acts) for acts in (("worded", "corrected"), ("decided",), ("revised",)))
    for number in sorted(decided.keys() - proposals.by_number.keys()):
        yield Fault("proposals.csv", f"il manque la proposition n° {number}, qui a été proclamée")
    for number, said in sorted(proposals.by_number.items()) if decided else ():
        where = f"proposals.csv, ligne {said.line}, proposition n° {number}"
        if number not in decided:
            yield Fault(where, "cette proposition n’a pas été proclamée")
            continue
        if said.words != words.get(number):
            yield Fault(where, "le titre, le résumé ou les contributions ne sont pas ceux de la proclamation")
        if said.decided != decided[number]:
            yield Fault(
                where, "les soutiens, le rang, la décision, sa raison ou les déports ne sont pas ceux de la proclamation"
            )
        if said.revised != revised[number] if number in revised else not said.is_as_proclaimed:
            yield Fault(where, "la correction de la décision n’est pas celle du journal")


def _last_digests(base: sqlite3.Connection, *acts: str) -> dict[int, str]:
    """What seals each proposition, as the last line of these acts says it."""
    asked = (
        f"SELECT proposal, receipt FROM told WHERE act IN ({','.join('?' * len(acts))}) AND proposal IS NOT NULL ORDER BY place"  # noqa: S608 - question marks
    )
    return dict(base.execute(asked, acts).fetchall())
