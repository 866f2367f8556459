"""`consult compare`: what the same ballots give under other published rules, of an edition or of any Pabulib file."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from consult.cli.context import unreadable, with_app
from consult.voting.alternative_rules import Alternative, alternatives
from consult.voting.rules import Ranked


@dataclass(frozen=True, slots=True)
class _Compared:
    """The ranking that decides, and what each other rule makes of it. `names` are those of the edition, or of the file."""

    standing: Sequence[Ranked]
    names: Mapping[int, str]
    others: Sequence[Alternative]
    remarks: Sequence[str] = ()
    """Where a file contradicts itself."""


@click.command()
@click.argument("what", metavar="ÉDITION|FICHIER.pb")
@click.option("--json", "as_json", is_flag=True, help="En JSON, pour un autre programme.")
def compare(what: str, as_json: bool) -> None:
    """Compare le classement du vote à ce que donneraient d’autres règles publiées.

    Le classement qui décide reste celui du règlement. Un FICHIER.pb est une élection au format Pabulib (votes par approbation).
    """
    found = _of_file(Path(what)) if what.endswith(".pb") else _of_edition(what)
    if as_json:
        click.echo(json.dumps(_as_data(found), ensure_ascii=False, indent=2))
        return
    for remark in found.remarks:
        click.echo(f"Remarque : {remark}", err=True)
    click.echo(_as_table(found))


def _of_file(file: Path) -> _Compared:
    from consult.voting.pabulib import UnreadableElectionError, election

    try:
        found = election(file)
    except UnreadableElectionError as error:
        raise click.ClickException(f"{file} : {error}") from None
    except OSError as error:
        raise unreadable(file, error) from None
    standing = found.standing()
    order = [line.tally.proposal_id for line in standing]
    return _Compared(standing, found.names, alternatives(order, found.ballots, found.budget), found.remarks)


@with_app
def _of_edition(slug: str) -> _Compared:
    from consult.calendar import queries as calendars
    from consult.ground import clock
    from consult.ground.refusals import NotFound
    from consult.voting.alternative_queries import comparison

    at = clock.now()
    try:
        edition = calendars.edition(slug)
    except NotFound:
        raise NotFound(f"Aucune édition « {slug} ».") from None
    found = comparison(edition, at=at)
    names = {line.tally.proposal_id: str(line.tally.number) for line in found.ranking}
    return _Compared(found.ranking, names, found.others)


def _as_data(found: _Compared) -> dict[str, object]:
    standing = [line.tally for line in found.standing]
    remarks = {"remarks": list(found.remarks)} if found.remarks else {}
    return {
        "decisive": [{"proposal": found.names[tally.proposal_id], "supports": tally.supports} for tally in standing],
        "rules": {
            one.rule.value: [found.names[proposal] for proposal, _ in sorted(one.ranks.items(), key=lambda place: place[1])]
            for one in found.others
        },
        **remarks,
    }


def _as_table(found: _Compared) -> str:
    heads = ["rang", "soutiens", *(one.rule.short_label.lower() for one in found.others), "proposition"]
    rows = [
        [
            str(line.rank),
            str(line.tally.supports),
            *(str(one.rank(line.tally.proposal_id) or "–") for one in found.others),
            f"{found.names[line.tally.proposal_id]} {line.tally.title}".strip(),
        ]
        for line in found.standing
    ]
    widths = [max(len(row[column]) for row in (heads, *rows)) for column in range(len(heads) - 1)]
    return "\n".join(
        "  ".join([*(cell.rjust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]) for row in (heads, *rows)
    )
