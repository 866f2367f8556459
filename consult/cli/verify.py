"""`consult verify`: recounts an export with nothing but its files; neither the base nor the site is asked."""

import re
import sys
from pathlib import Path

import click

from consult.cli import fail
from consult.opendata.evidence import Fault, Progress, UnusableExportError
from consult.opendata.recount import Report, recount

MOST_SHOWN = 20


class SealType(click.ParamType[str]):
    """A seal: sixty-four hexadecimal digits, spaces around them left out."""

    name = "sceau"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        said = str(value).strip().lower()
        if not re.fullmatch(r"[0-9a-f]{64}", said):
            self.fail(f"« {value} » n’est pas un sceau : il a 64 chiffres hexadécimaux.", param, ctx)
        return said


@click.command()
@click.argument("folder", metavar="DOSSIER", type=click.Path(path_type=Path))
@click.option("--seal", type=SealType(), help="Le dernier sceau, tel que la page des résultats le donne.")
def verify(folder: Path, seal: str | None) -> None:
    """Recompte un export avec ses seuls fichiers, et dit s’il donne le résultat proclamé."""
    if not folder.is_dir():
        fail(f"{folder} n’est pas un dossier.")
    try:
        report = recount(folder, seal=seal, progress=_progress())
    except UnusableExportError as error:
        fail(str(error))
    _say(report, seal)
    if report.faults:
        _say_faults(report.faults)
        result = "le résultat proclamé" if report.is_proclaimed else "le résultat publié"
        anomalies = "une anomalie" if len(report.faults) == 1 else f"{len(report.faults)} anomalies"
        fail(f"Non : ces fichiers ne donnent pas {result} ({anomalies}).")
    if report.is_proclaimed:
        click.echo("Oui : c’est le résultat proclamé, au soutien près.")
        if report.unproven:
            numbers = ", ".join(f"n° {number}" for number in report.unproven)
            click.echo(f"Pas encore prouvé : ce qui a été corrigé depuis ({numbers}). Cette correction attend d’être scellée.")
    else:
        click.echo("Oui : les fichiers se correspondent, au soutien près. Le résultat n’est pas encore proclamé.")


def _say(report: Report, seal: str | None) -> None:
    chain = report.chain
    click.echo(f"Journal : {_count(chain.lines, 'ligne scellée', 'lignes scellées')}, {_state(report)}.")
    if chain.unsealed:
        click.echo(f"Attendent d’être scellées : {_count(chain.unsealed, 'ligne', 'lignes')}.")
    click.echo(f"Dernier sceau : {chain.last_seal}")
    if seal is None:
        click.echo("À comparer avec celui de la page des résultats (--seal).")
    counted, proposals = _count(report.supports, "soutien", "soutiens"), _count(report.proposals, "proposition", "propositions")
    click.echo(f"Recompte : {counted}, {proposals}.")


def _state(report: Report) -> str:
    return "la chaîne est intacte" if report.chain.is_whole else "la chaîne est rompue"


def _count(number: int, one: str, many: str) -> str:
    grouped = f"{number:,}".replace(",", "\u202f")
    return f"{grouped} {one if number < 2 else many}"


def _say_faults(faults: list[Fault]) -> None:
    for fault in faults[:MOST_SHOWN]:
        click.echo(f"  {fault}.")
    if len(faults) > MOST_SHOWN:
        click.echo(f"  … et {_count(len(faults) - MOST_SHOWN, 'autre', 'autres')}.")


def _progress() -> Progress:
    """One line rewritten in place on a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        return lambda _file, _lines: None
    return lambda file, lines: click.echo(f"\r{file} : {_count(lines, 'ligne', 'lignes')}   ", err=True, nl=False)
