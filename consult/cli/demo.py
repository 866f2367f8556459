"""`consult demo`: the whole site on this machine, with the edition of 2021 played up to an instant."""

import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click

from consult.cli import fail
from consult.cli.context import INSTANT

DEFAULT_PORT = 8000
PROVIDER_BEYOND = 10_000
"""How far the port of the demonstration's OIDC provider is from that of the site: not beside it, where another site may be."""
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
    provider = _start_provider(port)

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
    _say_where(port, instant, provider)
    serve_demo(app, port)


def _refuse_a_busy_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            fail(f"Le port {port} est déjà pris : arrêtez ce qui l’occupe, ou choisissez-en un autre (make demo PORT=8123).")


def _start_provider(port: int) -> str | None:
    """Start an OIDC provider beside the demonstration, in a process of its own, while this one prepares; its address.

    None when the environment names another. It listens already when this returns, on the same port from one day to the
    next if it can, since an identity keeps its issuer. It ends when its standard input does, which this process holds, however
    this one ends.
    """
    if os.environ["CONSULT_ENV"] != "demo" or os.environ.get("CONSULT_OIDC_ISSUER"):
        return None
    with _listening(port + PROVIDER_BEYOND) as listener:
        issuer = f"http://127.0.0.1:{listener.getsockname()[1]}"
        os.environ |= {
            "CONSULT_OIDC_ISSUER": issuer,
            "CONSULT_OIDC_CLIENT_ID": "demonstration",
            "CONSULT_OIDC_CLIENT_SECRET": secrets.token_hex(16),
        }
        command = [sys.executable, "-m", "consult.demo.provider", str(listener.fileno())]
        subprocess.Popen(command, stdin=subprocess.PIPE, pass_fds=[listener.fileno()])  # noqa: S603 - our own module
    return issuer


def _listening(port: int) -> socket.socket:
    """A socket that listens on this port of loopback, or on any other when it is taken."""
    try:
        return socket.create_server(("127.0.0.1", port))
    except (OSError, OverflowError):
        return socket.create_server(("127.0.0.1", 0))


def _progress() -> Callable[[str, int, int], None] | None:
    """One line rewritten in place on a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        return None

    def show(what: str, done: int, total: int) -> None:
        click.echo(f"\r{what} : {done}/{total}   ", err=True, nl=done == total)

    return show


def _say_where(port: int, instant: datetime, provider: str | None) -> None:
    from consult.demo.accounts import DEMO_ACCOUNTS, DOMAIN
    from consult.web import words

    click.echo(f"\nLe site est au {words.moment(instant)}. Ouvrez :\n\n    http://127.0.0.1:{port}\n")
    click.echo("Comptes de démonstration, en un clic sur /connexion :")
    for name, account in DEMO_ACCOUNTS.items():
        click.echo(f"    {name + '@' + DOMAIN:32} {account.label}")
    if provider:
        click.echo(f"\nFournisseur d’identité fictif, pour « Se connecter avec ProConnect » : {provider}")
    click.echo("\nCtrl+C arrête ; make demo FRESH=1 recommence à neuf.", nl=True)
    sys.stdout.flush()
