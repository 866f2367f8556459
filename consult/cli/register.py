"""`consult register load|find|succeed`: bringing the register to a file, searching it, saying who succeeds whom.

`consult register domains|mailboxes` are in `imports.py`.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from consult.cli.context import unreadable, with_app
from consult.cli.imports import domains, mailboxes
from consult.ground import clock
from consult.register import actions, queries
from consult.register.actions import LoadReport
from consult.register.file import SHIPPED, RegisterFileError
from consult.register.vanished import vanished
from consult.services.merges import AFTER_LOADING
from consult.web import words

NAMED = 5
"""How many collectivités a report names before it only counts them."""


@click.group()
def register() -> None:
    """Le registre des collectivités : le charger, y chercher, dire leurs domaines et leurs boîtes officielles."""


register.add_command(domains)
register.add_command(mailboxes)


@register.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Dit tout ce qui changerait, et n’écrit rien.")
@with_app
def load(file: Path | None, *, dry_run: bool) -> None:
    """Amène le registre à ce que dit FILE, ou au fichier livré avec le logiciel. Deux fois ne change rien de plus.

    Dit qui apparaît, change et disparaît, qui succède à qui, et ce qui en découle pour les personnes, les votes, les
    candidatures et les services.
    """
    path = file or SHIPPED
    progress = _show if sys.stderr.isatty() else None
    try:
        report = actions.load(path, at=clock.now(), progress=progress, then=AFTER_LOADING, is_rehearsal=dry_run)
    except RegisterFileError as error:
        raise click.ClickException(f"{path} refusé, rien n’a changé : {error}") from error
    except OSError as error:
        raise unreadable(path, error) from error
    click.echo(f"Registre, millésime {report.vintage} :")
    for kind, number in sorted(report.counts.items(), key=lambda count: -count[1]):
        click.echo(f"{words.number(number):>10}  {kind.plural if number > 1 else kind.label}")
    for line in (*_changes(report), *_successions(report), *_effects(report)):
        click.echo(line)
    if dry_run:
        click.echo("Rien n’a été écrit : c’était un essai.")


@register.command()
@click.argument("old", metavar="ANCIENNE")
@click.argument("new", metavar="NOUVELLE")
@click.option("--reason", required=True, metavar="TEXTE", help="Pourquoi : l’arrêté qui le dit, par exemple.")
@with_app
def succeed(old: str, new: str, reason: str) -> None:
    """Dit que la collectivité de SIREN NOUVELLE succède à l’ANCIENNE, qui a disparu, quand le registre ne le dit pas."""
    report = actions.succeed(old, new, reason=reason, at=clock.now(), then=AFTER_LOADING)
    for line in (*_successions(report), *_effects(report)):
        click.echo(line)


@register.command()
@click.argument("words_typed", metavar="WORDS", nargs=-1, required=True)
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1_000), help="Nombre de lignes au plus.")
@with_app
def find(words_typed: Sequence[str], limit: int) -> None:
    """Cherche une collectivité : nom, département, code INSEE, code postal ou SIREN."""
    found, gone = queries.search(" ".join(words_typed), limit=limit), vanished(" ".join(words_typed), limit=limit)
    if not found and not gone:
        raise click.ClickException(f"Aucune collectivité ne correspond à « {' '.join(words_typed)} ».")
    for line in found:
        click.echo(f"{line.siren}  {line.full_name} · {line.kind_label} · {words.number(line.population)} habitants")
    for one in gone:
        click.echo(f"{one.line.siren}  {one.line.full_name} · {one.said}, {one.successor.siren}")


def _changes(report: LoadReport) -> Iterator[str]:
    if report.is_unchanged:
        yield "Inchangé."
    for sirens, one, several in (
        (report.appeared, "apparue", "apparues"),
        (report.changed, "modifiée", "modifiées"),
        (report.disappeared, "disparue (elle reste lisible)", "disparues (elles restent lisibles)"),
    ):
        if sirens:
            names = f" : {', '.join(report.names[siren] for siren in sirens)}" if len(sirens) <= NAMED else ""
            yield f"{words.number(len(sirens)):>10}  {several if len(sirens) > 1 else one}{names}"


def _successions(report: LoadReport) -> Iterator[str]:
    """Who succeeds whom, all of them: it is for an operator to judge; then those for whom someone has to say it."""
    by_ended: dict[str, list[str]] = {}
    for heir in report.heirs:
        by_ended.setdefault(heir.siren, []).append(report.names[heir.successor])
    if by_ended:
        yield f"{words.number(len(by_ended)):>10}  {'succession' if len(by_ended) == 1 else 'successions'} :"
        for siren, successors in by_ended.items():
            yield f"            {report.names[siren]} → {', puis '.join(successors)}"
    if missing := report.without_heir:
        yield f"{words.number(len(missing)):>10}  sans successeur connu ; « consult register succeed » le dit :"
        yield from (f"            {siren}  {report.names[siren]}" for siren in missing)


_EFFECTS = {
    "attachments_ended": ("rattachement terminé", "rattachements terminés"),
    "invitations_revoked": ("invitation retirée", "invitations retirées"),
    "domains_removed": ("domaine retiré", "domaines retirés"),
    "mailboxes_removed": ("boîte officielle retirée", "boîtes officielles retirées"),
    "votes_settled": (
        "vote où des voix sont réunies (le détail est secret jusqu’à la clôture)",
        "votes où des voix sont réunies (le détail est secret jusqu’à la clôture)",
    ),
    "supports_moved": ("soutien passé au successeur", "soutiens passés aux successeurs"),
    "supports_set_aside": ("soutien mis de côté : une voix par proposition", "soutiens mis de côté : une voix par proposition"),
    "supports_restored": ("soutien rétabli", "soutiens rétablis"),
    "interests_ended": (
        "candidature arrêtée : une seule par collectivité et proposition",
        "candidatures arrêtées : une seule par collectivité et proposition",
    ),
    "bearers_moved": ("service porté désormais par le successeur", "services portés désormais par les successeurs"),
    "deployments_ended": ("usage compté une seule fois", "usages comptés une seule fois"),
}


def _effects(report: LoadReport) -> Iterator[str]:
    """What follows for people and for votes; nothing is said of what concerns nobody."""
    for name, (one, several) in _EFFECTS.items():
        if number := report.effects.get(name):
            yield f"{words.number(number):>10}  {several if number > 1 else one}"


def _show(done: int, total: int) -> None:
    """How far a loading is, on one line of standard error, for whoever is there to see it."""
    click.echo(f"\rChargement du registre : {done * 100 // total} %", err=True, nl=done == total)
