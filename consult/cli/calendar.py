"""`consult calendar show|move`: the same rule and the same journal as the page."""

from dataclasses import replace
from datetime import datetime

import click

from consult.calendar import queries
from consult.calendar.actions import move_window
from consult.calendar.model import Edition
from consult.calendar.rules import Stage, may_move_window
from consult.cli.context import INSTANT, with_app
from consult.ground import clock
from consult.ground.actor import OPERATOR
from consult.ground.refusals import NotFound
from consult.web import words


@click.group()
def calendar() -> None:
    """Les quatre étapes d’une édition : les lire, déplacer une date."""


@calendar.command()
@click.argument("edition")
@with_app
def show(edition: str) -> None:
    """Les quatre fenêtres de l’ÉDITION ; une étoile devant celle qui est ouverte."""
    at = clock.now()
    for window in _edition(edition).calendar.windows:
        star = "*" if at in window else " "
        closes = words.at_hour(window.closes_at) if window.closes_at else "sans fin"
        click.echo(f"{star} {window.stage.value.upper():10} {words.at_hour(window.opens_at)} → {closes}")


@calendar.command()
@click.argument("edition")
@click.argument("stage", type=click.Choice([stage.value for stage in Stage], case_sensitive=False))
@click.option("--opens", type=INSTANT, help="Nouvel instant d’ouverture ; inchangé s’il n’est pas donné.")
@click.option("--closes", type=INSTANT, help="Nouvel instant de fermeture ; inchangé s’il n’est pas donné.")
@click.option("--reason", required=True, help="La raison, publique.")
@with_app
def move(edition: str, stage: str, opens: datetime | None, closes: datetime | None, reason: str) -> None:
    """Déplace une date : l’ancienne, la nouvelle et la raison paraissent au registre public."""
    found = _edition(edition)
    now = found.calendar.window(Stage(stage.lower()))
    moved = replace(now, opens_at=opens or now.opens_at, closes_at=closes or now.closes_at)
    at = clock.now()
    read = found.read_if_moved(moved, at=at)
    if read and may_move_window(
        OPERATOR,
        calendar=found.calendar,
        moved=moved,
        reason=reason,
        proclaimed=found.proclaimed_at is not None,
        at=at,
    ):
        click.echo(
            f"Attention : le vote est fermé depuis le {words.at_hour(read.since)}. Depuis, chacun peut lire combien de "
            "soutiens chaque proposition a reçus. Rouvert, le vote continue alors qu’on a pu le lire : le site le dira.",
            err=True,
        )
    change = move_window(OPERATOR, found.id, moved, reason=reason, at=at)
    closing = words.at_hour(change.new_closes_at) if change.new_closes_at else "sans fin"
    click.echo(f"{change.stage.label} : {words.at_hour(change.new_opens_at)} → {closing}")


def _edition(slug: str) -> Edition:
    try:
        return queries.edition(slug)
    except NotFound:
        raise NotFound(f"Aucune édition « {slug} ».") from None
