"""`consult edition create`: announcing an edition from a file."""

import re
from pathlib import Path

import click

from consult.calendar.actions import EditionDraft, create_edition
from consult.calendar.file import EditionFileError, read_edition
from consult.calendar.queries import edition as find_edition
from consult.cli.context import with_app
from consult.ground import clock
from consult.ground.actor import OPERATOR
from consult.ground.refusals import NotFound
from consult.register.rules import Kind
from consult.triage.file import read_schemes
from consult.triage.schemes import add_scheme
from consult.web import words

SLUG = re.compile(r"[0-9]{4}[A-Za-z0-9-]{0,36}")


@click.group()
def edition() -> None:
    """Les éditions de la consultation."""


@edition.command()
@click.argument("file", metavar="FICHIER.toml", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_app
def create(file: Path) -> None:
    """Annonce l’édition que décrit FICHIER.toml : dates, thèmes, règles, guichets. Exemple : consult/demo/edition-2021.toml."""
    try:
        draft, schemes = read_edition(file), read_schemes(file)
    except EditionFileError as error:
        raise click.ClickException(str(error)) from None
    _check(file, draft)
    at = clock.now()
    created = create_edition(OPERATOR, draft, at=at)
    for scheme in schemes:
        add_scheme(OPERATOR, created.id, scheme, at=at)
    click.echo(f"{created.title} : /{created.slug}/, {len(draft.themes)} thèmes, {len(schemes)} guichets")
    for window in sorted(draft.windows, key=lambda window: window.opens_at):
        closes = words.at_hour(window.closes_at) if window.closes_at else "sans fin"
        click.echo(f"  {window.stage.value.upper():10} {words.at_hour(window.opens_at)} → {closes}")


def _check(file: Path, draft: EditionDraft) -> None:
    """What the file says can be announced. Raises ClickException with what is wrong and an example."""
    kinds = [kind.value for kind in Kind]
    unknown = [kind for kind in draft.voter_kinds if kind not in kinds]
    slugs = [slug for slug, _ in draft.themes]
    if not SLUG.fullmatch(draft.slug):
        problem = f"slug « {draft.slug} » : il faut quatre chiffres, puis lettres, chiffres ou tirets. Exemple : 2021"
    elif unknown or not draft.voter_kinds:
        problem = f"rules.voter_kinds : {unknown or 'vide'}. Valeurs possibles : {', '.join(kinds)}"
    elif len(set(slugs)) < len(slugs):
        problem = "themes : deux thèmes ont le même slug."
    elif _exists(draft.slug):
        problem = f"l’édition « {draft.slug} » existe déjà. Ses dates se changent avec consult calendar move."
    else:
        return
    raise click.ClickException(f"{file.name}, {problem}")


def _exists(slug: str) -> bool:
    try:
        find_edition(slug)
    except NotFound:
        return False
    return True
