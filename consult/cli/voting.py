"""`consult tally`: recounts the vote from the supports, never from a counter."""

import json
from datetime import datetime

import click

from consult.calendar import queries as calendars
from consult.calendar.model import Edition
from consult.cli import fail
from consult.cli.context import with_app
from consult.ground import clock
from consult.ground.refusals import NotFound
from consult.selection.queries import proclaimed
from consult.voting.journal import replayed
from consult.voting.queries import ranked, voters
from consult.voting.rules import Ranked
from consult.web import words


@click.command()
@click.argument("edition")
@click.option("--json", "as_json", is_flag=True, help="En JSON, pour un autre programme.")
@click.option("--journal", is_flag=True, help="Compare aussi avec ce que donne le journal du vote, ligne à ligne.")
@with_app
def tally(edition: str, as_json: bool, journal: bool) -> None:
    """Recompte les soutiens de l’ÉDITION. Refusé avant la clôture quand les résultats sont secrets."""
    at = clock.now()
    try:
        found = calendars.edition(edition)
    except NotFound:
        raise NotFound(f"Aucune édition « {edition} ».") from None
    ranking, voted, differing = count(found, at=at)
    if as_json:
        click.echo(json.dumps(_as_data(edition, ranking, voted), ensure_ascii=False, indent=2))
    else:
        click.echo(_as_table(ranking, voted))
    if differing:
        fail("Le recompte diffère du résultat proclamé pour les propositions " + ", ".join(differing) + ".")
    if found.proclaimed_at and not as_json:
        click.echo("Identique au résultat proclamé.")
    if journal:
        _compare_with_the_journal(found, ranking, at, is_quiet=as_json)


def count(edition: Edition, *, at: datetime) -> tuple[list[Ranked], int, list[str]]:
    """The ranking, how many collectivités voted, and the propositions whose proclaimed result is another. Three statements.

    Raises Refused while the tallies are secret.
    """
    ranking = ranked(edition, at=at)
    return ranking, voters(edition.id), _differing(edition.id, ranking)


def _compare_with_the_journal(edition: Edition, ranking: list[Ranked], at: datetime, *, is_quiet: bool) -> None:
    told = replayed(edition.id, at=at)
    differing = [f"n° {line.tally.number}" for line in ranking if told[line.tally.number] != line.tally.supports]
    if differing:
        fail("Le journal du vote donne un autre compte pour les propositions " + ", ".join(differing) + ".")
    if not is_quiet:
        click.echo("Identique à ce que donne le journal du vote.")


def _as_data(edition: str, ranking: list[Ranked], voters: int) -> dict[str, object]:
    return {
        "edition": edition,
        "collectivites": voters,
        "supports": sum(line.tally.supports for line in ranking),
        "proposals": [
            {
                "rank": line.rank,
                "number": line.tally.number,
                "title": line.tally.title,
                "supports": line.tally.supports,
                "departements": line.tally.departements,
                "tied_with": line.tied_with,
                "tie_broken_by": line.broken_by.value if line.broken_by else None,
            }
            for line in ranking
        ],
    }


def _as_table(ranking: list[Ranked], voters: int) -> str:
    supports = sum(line.tally.supports for line in ranking)
    head = f"{words.plural(supports, 'soutien')} de {words.plural(voters, 'collectivité')}"
    lines = [
        f"{line.rank:>4}  {line.tally.supports:>8}  {line.tally.departements:>5}  n° {line.tally.number:<4} {line.tally.title}"
        for line in ranking
    ]
    return "\n".join([head, "rang  soutiens  dépts  proposition", *lines])


def _differing(edition_id: int, ranking: list[Ranked]) -> list[str]:
    """The propositions whose proclaimed supports or rank are not what the recount gives."""
    counted = {line.tally.proposal_id: (line.tally.supports, line.rank) for line in ranking}
    return [f"n° {one.number}" for one in proclaimed(edition_id) if counted.get(one.proposal_id) != (one.supports, one.rank)]
