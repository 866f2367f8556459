"""`consult tally`: recounts the vote from the supports, never from a counter."""

import json

import click

from consult.calendar import queries as calendars
from consult.cli import fail
from consult.cli.context import with_app
from consult.ground import clock
from consult.ground.refusals import NotFound
from consult.selection.queries import proclaimed
from consult.voting.queries import ranked, turnout
from consult.voting.rules import Ranked
from consult.web import words


@click.command()
@click.argument("edition")
@click.option("--json", "as_json", is_flag=True, help="En JSON, pour un autre programme.")
@with_app
def tally(edition: str, as_json: bool) -> None:
    """Recompte les soutiens de l’ÉDITION. Refusé avant la clôture quand les résultats sont secrets."""
    at = clock.now()
    try:
        found = calendars.edition(edition)
    except NotFound:
        raise NotFound(f"Aucune édition « {edition} ».") from None
    ranking = ranked(found, at=at)
    voters = turnout(found).voted
    if as_json:
        click.echo(json.dumps(_as_data(edition, ranking, voters), ensure_ascii=False, indent=2))
    else:
        click.echo(_as_table(ranking, voters))
    differing = _differing(found.id, ranking)
    if differing:
        fail("Le recompte diffère du résultat proclamé pour les propositions " + ", ".join(differing) + ".")
    if found.proclaimed_at and not as_json:
        click.echo("Identique au résultat proclamé.")


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
