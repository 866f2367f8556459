"""`consult export`: the open data and the ballot file, byte for byte what the site serves."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path

import click

from consult.calendar import queries as calendars
from consult.cli.context import with_app
from consult.ground import clock
from consult.ground.refusals import NotFound
from consult.opendata import pabulib
from consult.opendata.queries import csv
from consult.opendata.reading import Asked
from consult.opendata.rules import may_publish
from consult.opendata.schema import FILES
from consult.web import words
from consult.web.context import settings


@click.command()
@click.argument("edition")
@click.option(
    "--to", "folder", required=True, type=click.Path(file_okay=False, path_type=Path), help="Dossier, créé au besoin."
)
@with_app
def export(edition: str, folder: Path) -> None:
    """Écrit les données ouvertes de l’ÉDITION, un fichier CSV chacune. Le fichier de l’urne attend la clôture du vote."""
    at = clock.now()
    try:
        found = calendars.edition(edition)
    except NotFound:
        raise NotFound(f"Aucune édition « {edition} ».") from None
    asked = Asked(found, at, settings().base_url)
    files = {f"{name}.csv": (name, partial(csv, name, asked)) for name in FILES}
    files["pabulib.pb"] = (pabulib.NAME, partial(pabulib.election, asked))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, (name, texts) in files.items():
            if may_publish(name, found.calendar, at):
                click.echo(f"{folder / file} : {words.plural(_write(folder / file, texts()), 'ligne')}")
            else:
                click.echo(f"{file} : secret jusqu’à la clôture du vote, non écrit")
    except OSError as error:
        raise click.ClickException(f"{folder} : {error.strerror}.") from None


def _write(file: Path, texts: Iterable[str]) -> int:
    """Write one file, whole or not at all; gives how many records it has, its headers left out."""
    part = file.with_name(f"{file.name}.part")
    records = -1
    with part.open("w", encoding="utf-8", newline="") as out:
        for records, text in enumerate(texts):  # noqa: B007 - the last rank is the count
            out.write(text)
    part.replace(file)
    return records
