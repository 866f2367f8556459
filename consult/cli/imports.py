"""`consult register domains|mailboxes`: importing, from a file, what proves that one speaks for a collectivité."""

from collections.abc import Callable
from pathlib import Path

import click

from consult.accounts.domains.actions import import_domains
from consult.accounts.domains.import_files import ImportFault, ImportReport
from consult.accounts.mailboxes.actions import import_mailboxes
from consult.cli.context import unreadable, with_app
from consult.ground import clock
from consult.ground.actor import OPERATOR
from consult.web import words

FILE = click.argument("file", type=click.Path(path_type=Path))


@click.command()
@FILE
@with_app
def domains(file: Path) -> None:
    """Ajoute les domaines de courriel de FILE, un CSV « domain,siren » : tous, ou aucun. Deux fois n’ajoute rien de plus.

    Un domaine n’est celui que d’une collectivité, jamais celui d’un fournisseur ouvert à tous ni d’un service de l’État.
    """
    note = f"Fichier {file.name}"[:300]
    report = _import(file, lambda content: import_domains(OPERATOR, content, note=note, at=clock.now()))
    click.echo(f"Domaines : {_counted(report.added, 'ajouté')}, {_counted(report.unchanged, 'déjà connu')}.")


@click.command()
@FILE
@with_app
def mailboxes(file: Path) -> None:
    """Amène les boîtes officielles à ce que dit FILE, un CSV « siren,email » : toutes, ou aucune. Les autres restent.

    C’est là qu’est envoyé le code de qui demande à parler pour la collectivité.
    """
    report = _import(file, lambda content: import_mailboxes(OPERATOR, content, at=clock.now()))
    counts = ((report.added, "ajoutée"), (report.changed, "modifiée"), (report.unchanged, "inchangée"))
    click.echo(f"Boîtes officielles : {', '.join(_counted(count, word) for count, word in counts)}.")


def _import(file: Path, act: Callable[[bytes], ImportReport]) -> ImportReport:
    try:
        return act(file.read_bytes())
    except ImportFault as refused:
        faults = "\n".join(f"  {fault}" for fault in refused.faults)
        raise click.ClickException(f"{file} refusé, rien n’a changé :\n{faults}") from refused
    except OSError as error:
        raise unreadable(file, error) from error


def _counted(count: int, word: str) -> str:
    return f"{words.number(count)} {word}{'s' if count > 1 else ''}"
