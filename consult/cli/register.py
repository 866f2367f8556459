"""`consult register load|find`: bringing the register to a file, and searching it."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from consult.cli.context import with_app
from consult.ground import clock
from consult.register import queries
from consult.register.actions import LoadReport
from consult.register.actions import load as load_register
from consult.register.file import SHIPPED, RegisterFileError
from consult.web import words

NAMED = 5
"""How many collectivités a report names before it only counts them."""


@click.group()
def register() -> None:
    """Le registre des collectivités : le charger, y chercher."""


@register.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@with_app
def load(file: Path | None) -> None:
    """Amène le registre à ce que dit FILE, ou au fichier livré avec le logiciel. Deux fois ne change rien de plus."""
    path = file or SHIPPED
    try:
        report = load_register(path, at=clock.now(), progress=_show if sys.stderr.isatty() else None)
    except RegisterFileError as error:
        raise click.ClickException(f"{path} refusé, rien n’a changé : {error}") from error
    except OSError as error:
        what = _UNREADABLE.get(type(error), f"ne peut pas être lu : {error.strerror}")
        raise click.ClickException(f"{path} {what}.") from error
    click.echo(f"Registre, millésime {report.vintage} :")
    for kind, number in sorted(report.counts.items(), key=lambda count: -count[1]):
        click.echo(f"{words.number(number):>10}  {kind.plural if number > 1 else kind.label}")
    for line in _changes(report):
        click.echo(line)


@register.command()
@click.argument("words_typed", metavar="WORDS", nargs=-1, required=True)
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1_000), help="Nombre de lignes au plus.")
@with_app
def find(words_typed: Sequence[str], limit: int) -> None:
    """Cherche une collectivité : nom, département, code INSEE, code postal ou SIREN."""
    found = queries.search(" ".join(words_typed), limit=limit)
    if not found:
        raise click.ClickException(f"Aucune collectivité ne correspond à « {' '.join(words_typed)} ».")
    for line in found:
        click.echo(f"{line.siren}  {line.full_name} · {line.kind_label} · {words.number(line.population)} habitants")


def _changes(report: LoadReport) -> Iterator[str]:
    if report.is_unchanged:
        yield "Inchangé."
    for sirens, one, several in (
        (report.appeared, "apparue", "apparues"),
        (report.changed, "modifiée", "modifiées"),
        (report.disappeared, "disparue (elle reste lisible)", "disparues (elles restent lisibles)"),
    ):
        if sirens:
            known = queries.lines(sirens) if len(sirens) <= NAMED else {}
            names = f" : {', '.join(known[siren].full_name for siren in sirens)}" if known else ""
            yield f"{words.number(len(sirens)):>10}  {several if len(sirens) > 1 else one}{names}"


_UNREADABLE = {FileNotFoundError: "n’existe pas", IsADirectoryError: "est un dossier"}


def _show(done: int, total: int) -> None:
    """How far a loading is, on one line of standard error, for whoever is there to see it."""
    click.echo(f"\rChargement du registre : {done * 100 // total} %", err=True, nl=done == total)
