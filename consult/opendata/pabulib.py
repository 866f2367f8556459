"""The ballots of an edition in the format that voting researchers' tools read (Pabulib, `.pb`): approval ballots, one a voter.

Voters come by SIREN: an order that says nothing of who came first. A collectivité that carries on what merged ones gave is
one voter. Costs are the propositions' own when each of them has one and the edition an envelope; otherwise each costs 1.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from sqlalchemy import func, select

from consult.accounts.model import Attachment
from consult.calendar.rules import Stage
from consult.ground.cells import cell
from consult.ground.clock import PARIS
from consult.ground.database import reading
from consult.opendata.reading import BATCH, AnyRow, Asked
from consult.opendata.rules import may_publish
from consult.proposals.model import Proposal
from consult.selection.model import Outcome
from consult.selection.queries import proclaimed
from consult.voting.model import Support
from consult.voting.queries import counts, ranked

NAME = "pabulib"
VOTER_COLUMNS = ("collectivite_kind", "departement", "population_stratum", "population")


def election(asked: Asked) -> Iterator[str]:
    """The file, line by line. Raises Refused with the reason of `may_publish`, before the first one."""
    may_publish(NAME, asked.edition.calendar, asked.at).or_refuse()
    return _election(asked)


def _election(asked: Asked) -> Iterator[str]:
    edition = asked.edition
    proposals = reading().execute(
        select(Proposal.id, Proposal.number, Proposal.title, Proposal.cost)
        .where(Proposal.edition_id == edition.id)
        .order_by(Proposal.number)
    )
    projects = proposals.all()
    yield from _section("META", ("key", "value"), _meta(asked, projects))
    yield from _projects(asked, projects)
    yield from _section("VOTES", ("voter_id", "vote", *VOTER_COLUMNS), _votes(edition.id))


def _section(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    yield f"{name}\n"
    yield _line(header)
    yield from map(_line, rows)


def _line(values: Sequence[object]) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\n").writerow(values)
    return out.getvalue()


def _text(text: str) -> str:
    """On one line, as the format wants it; nothing that a spreadsheet would run."""
    return cell(" ".join(text.split()))


def _meta(asked: Asked, projects: Sequence[AnyRow]) -> Iterator[tuple[str, object]]:
    edition = asked.edition
    window = edition.calendar.window(Stage.VOTING)
    voters = (
        select(func.count(Support.voice.distinct()))
        .join(Attachment, Attachment.id == Support.attachment_id)
        .where(Support.edition_id == edition.id, counts())
    )
    costs = _costs(asked, projects)
    yield "description", _text(f"{edition.title} : soutiens des collectivités aux propositions")
    yield "country", "France"
    yield "unit", "France"
    yield "instance", edition.slug
    yield "num_projects", len(projects)
    yield "num_votes", reading().scalar(voters) or 0
    yield "budget", edition.envelope if costs else len(projects)
    yield "vote_type", "approval"
    yield "rule", "unknown"
    yield "date_begin", f"{window.opens_at.astimezone(PARIS):%d.%m.%Y}"
    if window.closes_at:
        yield "date_end", f"{window.closes_at.astimezone(PARIS):%d.%m.%Y}"
    yield "min_length", 1
    yield "max_length", edition.max_supports or max(1, len(projects))
    yield "edition", edition.slug
    yield "language", "fr"
    yield (
        "comment",
        "#1: Une voix par collectivité et par proposition ; le vote éclaire, le comité décide."
        + ("" if costs else " #2: Coûts inconnus : chaque proposition coûte 1."),
    )


def _costs(asked: Asked, projects: Sequence[AnyRow]) -> Mapping[int, object]:
    known = {one.id: one.cost for one in projects if one.cost is not None}
    return known if asked.edition.envelope is not None and projects and len(known) == len(projects) else {}


def _projects(asked: Asked, projects: Sequence[AnyRow]) -> Iterator[str]:
    costs = _costs(asked, projects)
    supports = {one.tally.proposal_id: one.tally.supports for one in ranked(asked.edition, at=asked.at)}
    decided = {one.proposal_id: one.outcome for one in proclaimed(asked.edition.id)}
    rows = (
        (one.number, costs.get(one.id, 1), supports[one.id], _text(one.title), int(decided.get(one.id) is Outcome.RETAINED))
        for one in projects
    )
    header = ("project_id", "cost", "votes", "name", "selected")
    width = len(header) if decided else len(header) - 1  # nothing is selected before the proclamation
    yield from _section("PROJECTS", header[:width], (row[:width] for row in rows))


def _votes(edition_id: int) -> Iterator[Sequence[object]]:
    last = ""
    counted = (Support.edition_id == edition_id, counts())
    while True:
        following = (
            select(Support.voice)
            .join(Attachment, Attachment.id == Support.attachment_id)
            .where(*counted, Support.voice > last)
            .distinct()
            .order_by(Support.voice)
            .limit(BATCH)
        )
        voices = reading().scalars(following).all()
        if not voices:
            return
        last = voices[-1] or ""
        rows = reading().execute(
            select(Support.voice, Proposal.number, Support.kind, Support.departement, Support.stratum, Support.population)
            .join(Attachment, Attachment.id == Support.attachment_id)
            .join(Proposal, Proposal.id == Support.proposal_id)
            .where(*counted, Support.voice.in_(voices))
            .order_by(Support.voice, Support.siren != Support.voice, Support.id)
        )
        for voice, given in groupby(rows, key=lambda row: row.voice):
            ballot = list(given)
            first = ballot[0]  # what the register said when it gave itself, if it did
            numbers = ",".join(map(str, sorted(row.number for row in ballot)))
            yield (voice, numbers, first.kind.value, first.departement, first.stratum.value, first.population)
