"""`consult import contributions`: bringing in, from a file, what was gathered elsewhere."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from consult.calendar.queries import edition as find_edition
from consult.cli.context import unreadable, with_app
from consult.contributions.import_file import ImportFault
from consult.contributions.imports import ImportOptions, ImportReport, import_contributions
from consult.ground import clock
from consult.ground.actor import OPERATOR
from consult.web import words

MOST_SAID = 200


@click.group("import")
def import_() -> None:
    """Apporter ce qui a été recueilli ailleurs."""


@import_.command()
@click.argument("slug", metavar="ÉDITION")
@click.argument("file", metavar="FICHIER.csv", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Dit tout ce qui serait écrit, et n’écrit rien.")
@click.option("--source", default="", metavar="NOM", help="D’où vient le fichier ; sans elle, le site de ses adresses.")
@click.option("--default-theme", default="", metavar="THÈME", help="Le thème de celles dont le thème n’est pas de l’édition.")
@click.option("--as", "gathered_by", default="", metavar="SIREN", help="La collectivité au nom de qui viennent les anonymes.")
@with_app
def contributions(slug: str, file: Path, source: str, default_theme: str, gathered_by: str, *, dry_run: bool) -> None:
    """Importe les contributions de FICHIER.csv dans l’ÉDITION : toutes, ou aucune. Deux fois n’ajoute rien de plus.

    Le fichier a les colonnes de contributions.csv, ou celles d’un export de propositions Decidim. Encodage et séparateur
    sont reconnus. Aucun nom de personne n’est lu, aucun courriel n’est envoyé.
    """
    edition = find_edition(slug)
    options = ImportOptions(source, default_theme, gathered_by)
    progress = _show if sys.stderr.isatty() else None
    try:
        report = import_contributions(
            OPERATOR, edition.id, file.read_bytes(), options, at=clock.now(), is_rehearsal=dry_run, progress=progress
        )
    except ImportFault as refused:
        faults = [f"  {fault}" for fault in refused.faults[:MOST_SAID]]
        if more := len(refused.faults) - MOST_SAID:
            faults += [f"  et {words.plural(more, 'autre', 'autres')}"] if more > 0 else []
        raise click.ClickException("\n".join([f"{file} refusé, rien n’a changé :", *faults])) from refused
    except OSError as error:
        raise unreadable(file, error) from error
    for line in _said(report, dry_run=dry_run):
        click.echo(line)


def _said(report: ImportReport, *, dry_run: bool) -> Iterator[str]:
    kind = "export Decidim" if report.is_decidim else "colonnes de contributions.csv"
    separator = "tabulation" if report.separator == "\t" else f"«{words.NBSP}{report.separator}{words.NBSP}»"
    yield f"Fichier : {kind}, encodage {report.encoding}, séparateur {separator}, source {report.source}"
    done = "à importer" if dry_run else "importée" if report.created < 2 else "importées"
    yield f"{words.plural(report.created, 'contribution')} {done}, {words.number(report.skipped)} déjà là"
    if report.numbers:
        yield f"Numéros {words.number(report.numbers[0])} à {words.number(report.numbers[1])}"
    for one in report.first if dry_run else ():
        yield f"  ligne {one.line} : {one.title} · {one.speaker} · {', '.join(one.themes) or 'sans thème'}"
    for category, count in report.unknown_themes:
        yield f"Sans thème dans cette édition : {category}, {words.plural(count, 'contribution')}"
    if report.withdrawn:
        yield f"Retirées là-bas par leur auteur, laissées de côté : {words.number(report.withdrawn)}"
    if report.late:
        yield f"Dates à venir, remplacées par l’instant de l’import : {words.number(report.late)}"
    if report.ignored:
        yield f"Colonnes non lues : {', '.join(report.ignored)}"
    if dry_run:
        yield "Rien n’a été écrit : c’était un essai."


def _show(done: int, total: int) -> None:
    """How far an import is, on one line of standard error, for whoever is there to see it."""
    click.echo(f"\rÉcriture : {done * 100 // total} %", err=True, nl=done == total)
