"""`consult demo`: the whole site on this machine, with the edition of 2021 played up to an instant."""

import os
import socket
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click

from consult.cli import fail
from consult.cli.context import INSTANT

DEFAULT_PORT = 8000
DEFAULT_AT = "2021-04-20T10:00:00+02:00"


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=DEFAULT_PORT, show_default=True, help="Port d’écoute.")
@click.option("--at", type=INSTANT, help=f"Instant de la répétition ; {DEFAULT_AT} la première fois.")
@click.option("--fresh", is_flag=True, help="Efface la démonstration précédente et ce qui y a été saisi.")
def demo(port: int, at: datetime | None, *, fresh: bool) -> None:
    """Prépare et sert la démonstration : base SQLite, registre complet, édition 2021."""
    _refuse_a_busy_port(port)
    folder = Path(os.environ.get("CONSULT_INSTANCE_DIR", "instance")).absolute()
    os.environ.setdefault("CONSULT_ENV", "demo")
    os.environ.pop("CONSULT_DATABASE_URL", None)  # it has a base of its own: nobody else's can be begun anew
    os.environ["CONSULT_BASE_URL"] = f"http://127.0.0.1:{port}"
    folder.mkdir(parents=True, exist_ok=True)

    from consult import create_app
    from consult.cli.server import serve_demo
    from consult.config import from_environment
    from consult.demo.rehearsal import BackwardsError, forget, is_prepared, prepare
    from consult.web import words

    settings = from_environment(os.environ)
    if not settings.is_demo:
        fail("consult demo demande CONSULT_ENV=demo : la démonstration ouvre des portes qu’un vrai site ferme.")
    if fresh or not is_prepared(settings):
        forget(settings)
    app = create_app(settings)
    with app.app_context():
        try:
            instant = prepare(settings, at, progress=_progress())
        except BackwardsError as error:
            fail(f"La répétition est déjà au {words.moment(error.at)}. En arrière : make demo FRESH=1 AT=…")
    _say_where(port, instant)
    serve_demo(app, port)


def _refuse_a_busy_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            fail(f"Le port {port} est déjà pris : arrêtez ce qui l’occupe, ou choisissez-en un autre (make demo PORT=8123).")


def _progress() -> Callable[[str, int, int], None] | None:
    """One line rewritten in place on a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        return None

    def show(what: str, done: int, total: int) -> None:
        click.echo(f"\r{what} : {done}/{total}   ", err=True, nl=done == total)

    return show


def _say_where(port: int, instant: datetime) -> None:
    from consult.demo.accounts import DEMO_ACCOUNTS, DOMAIN
    from consult.web import words

    click.echo(f"\nLe site est au {words.moment(instant)}. Ouvrez :\n\n    http://127.0.0.1:{port}\n")
    click.echo("Comptes de démonstration, en un clic sur /connexion :")
    for name, account in DEMO_ACCOUNTS.items():
        click.echo(f"    {name + '@' + DOMAIN:32} {account.label}")
    click.echo("\nCtrl+C arrête ; make demo FRESH=1 recommence à neuf.", nl=True)
    sys.stdout.flush()
