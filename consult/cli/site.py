"""`consult migrate|check|serve|work`: running the site."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import click

from consult import ROOT
from consult.cli import fail, first_line
from consult.cli.context import with_app
from consult.config import Settings
from consult.contributions.look_alikes import index_missing
from consult.ground import clock, database
from consult.web import words
from consult.web.context import settings

Result = TypeVar("Result")

PAUSE_SECONDS = 2.0
"""How long `consult work` rests when there is nothing to send."""

SEALING_REST_SECONDS = 0.1
"""How long it rests at least between two batches of lines, and twice as long as one took: on SQLite voters write meanwhile."""

TEND_EVERY_SECONDS = 300.0
"""How often it looks after the accounts: those nobody visits, and what no limit counts any more."""


@click.command()
@with_app
def migrate() -> None:
    """Amène la base au schéma courant, et y ajoute ce qui se déduit des textes."""
    upgrade(settings().database_url)
    click.echo("La base est au schéma courant.")
    if indexed := index_missing():
        click.echo(f"Mots des textes relevés, pour trouver ceux qui se ressemblent : {words.plural(indexed, 'contribution')}.")


def upgrade(url: str, revision: str = "head") -> None:
    """Run the migrations up to a revision. Alembic is imported here only: it costs 0.7 s."""
    from alembic import command

    command.upgrade(alembic_config(url), revision)


def alembic_config(url: str):  # type: ignore[no-untyped-def]
    """Alembic's configuration for this base, without a file of its own."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["url"] = url
    return config


@click.command()
@with_app
def check() -> None:
    """Vérifie réglages, base, courriel, Redis, registre, clés, dossier des documents et ProConnect : une ligne chacun."""
    site = settings()
    results = [
        _report("réglages", lambda: f"{site.env.value}, {site.base_url}"),
        _report("base", _check_database),
        _report("courriel", lambda: _check_mail(site)),
        _report("redis", lambda: _check_redis(site)),
        _report("registre", _check_register),
        _report("clés", _check_second_factors),
        _report("documents", lambda: _check_store(site)),
        _report("proconnect", lambda: _check_provider(site)),
    ]
    if not all(results):
        sys.exit(1)


def _report(name: str, probe: Callable[[], str]) -> bool:
    try:
        said = probe()
    except Exception as error:  # whatever fails, the next line must still be checked
        click.echo(f"échec  {name} : {first_line(error)}", err=True)
        return False
    click.echo(f"ok     {name} : {said}")
    return True


def _check_database() -> str:
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    head = ScriptDirectory.from_config(alembic_config(settings().database_url)).get_current_head()
    with database.db.engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current != head:
        raise RuntimeError(f"schéma {current or 'absent'}, attendu {head} : lancez consult migrate")
    return f"{database.db.engine.dialect.name}, schéma {current}"


def _check_mail(site: Settings) -> str:
    from consult.outbox.transport import check as check_mail

    check_mail(site.mail_url)
    return site.mail_url.partition("://")[0].partition(":")[0]


def _check_redis(site: Settings) -> str:
    if not site.redis_url:
        return "non utilisé (un seul processus : consult serve --workers 1)"
    from redis import Redis

    # The limiter says redis+unix:// where redis itself says unix://.
    Redis.from_url(site.redis_url.removeprefix("redis+"), socket_connect_timeout=3).ping()
    return "répond"


def _check_register() -> str:
    from consult.register.queries import counts_by_kind

    counts = counts_by_kind()
    total = sum(counts.values())
    if not total:
        raise RuntimeError("vide : lancez consult register load")
    return f"{total} collectivités"


def _check_second_factors() -> str:
    from consult.accounts.second_factor.queries import seals
    from consult.web import words

    kept = seals()
    if kept.unreadable:
        raise RuntimeError(
            f"{words.plural(kept.unreadable, 'second facteur', 'seconds facteurs')} sur {kept.total} sous une clé perdue :"
            " mettez l’ancienne dans CONSULT_SECRET_KEY_FALLBACKS, sinon ces personnes donnent un code de secours"
        )
    said = words.plural(kept.total, "second facteur", "seconds facteurs")
    return f"{said}, dont {kept.to_seal} à sceller quand leur code sera donné" if kept.to_seal else said


def _check_store(site: Settings) -> str:
    from consult.contributions.store import Store

    store = Store(site.instance_dir)
    try:
        store.check()
    except OSError as error:
        raise RuntimeError(f"{store.folder} ne peut pas être écrit ({error.strerror})") from error
    return str(store.folder)


def _check_provider(site: Settings) -> str:
    from consult.accounts.oidc.protocol import OidcFailure
    from consult.web.provider import provider_of

    if site.oidc is None:
        return "non proposé (réglages CONSULT_OIDC_…)"
    known = provider_of(site, site.oidc)
    try:
        known.check(at=clock.outside())
    except OidcFailure as failure:
        raise RuntimeError(f"{site.oidc.issuer} ne répond pas comme prévu ({failure.why})") from failure
    return f"{site.oidc.issuer} répond ; adresse de retour à déclarer : {known.redirect_uri}"


@click.command()
@click.option("--bind", default="127.0.0.1:8000", show_default=True, help="Adresse d’écoute.")
@click.option("--workers", type=click.IntRange(1), help="Nombre de processus ; un seul sans Redis.")
@with_app
def serve(bind: str, workers: int | None) -> None:
    """Sert le site avec gunicorn."""
    site = settings()
    count = workers or (2 * (os.cpu_count() or 1) + 1 if site.redis_url else 1)
    if count > 1 and not site.redis_url:
        fail("Plusieurs processus demandent CONSULT_REDIS_URL : sans Redis, chacun compterait ses propres limites.")
    # Behind a proxy that buffers, sync workers: threads on SQLite multiply the slowest answers by twenty.
    gunicorn = ["-m", "gunicorn", "--bind", bind, "--workers", str(count), "--no-control-socket", "consult.wsgi:app"]
    os.execv(sys.executable, [sys.executable, *gunicorn])  # noqa: S606 - gunicorn takes this process's place


@click.command()
@click.option("--once", is_flag=True, help="Scelle le journal, veille sur les comptes, vide la boîte d’envoi, puis s’arrête.")
@with_app
def work(once: bool) -> None:
    """Scelle le journal du vote, prévient qui suit ce qui a changé, envoie les courriels en attente, rappelle les brouillons
    avant la fin du recueil, prévient puis ferme les comptes que personne ne visite depuis deux ans.

    Peut tourner deux fois à la fois ; s’arrête entre deux messages.
    """
    stop = threading.Event()
    if not once:
        for asked in (signal.SIGTERM, signal.SIGINT):
            signal.signal(asked, lambda _number, _frame: stop.set())
    next_tending = time.monotonic()
    while not stop.is_set():
        is_whole = time.monotonic() >= next_tending
        seal_votes(stop, whole=is_whole) if once else surviving(partial(seal_votes, stop, whole=is_whole), 0)
        if is_whole:
            next_tending = time.monotonic() + TEND_EVERY_SECONDS
            tend_once(stop) if once else surviving(lambda: tend_once(stop), None)
        follow_once(stop, whole=is_whole) if once else surviving(partial(follow_once, stop, whole=is_whole), None)
        sent, failed = work_once(stop) if once else work_on(stop)
        if once or sent or failed:
            click.echo(f"{words.plural(sent, 'courriel envoyé', 'courriels envoyés')}, {words.plural(failed, 'échec')}")
        if once:
            sys.exit(1 if failed else 0)
        stop.wait(PAUSE_SECONDS)


def work_on(stop: threading.Event) -> tuple[int, int]:
    """As `work_once`, but a base that fails for a while is said in one line: the next turn tries again."""
    return surviving(lambda: work_once(stop), (0, 0))


def surviving(turn: Callable[[], Result], otherwise: Result) -> Result:
    """What a turn of work gives; `otherwise` when the base fails, which is said in one line: the next turn tries again."""
    try:
        return turn()
    except database.DatabaseFailure as error:
        click.echo(f"La base de données ne répond pas comme prévu : {first_line(error)}", err=True)
        return otherwise
    finally:
        database.db.session.close()


def seal_votes(stop: threading.Event | None = None, *, whole: bool) -> int:
    """Seal the journal of every vote, a batch at a time, until `stop` is set; how many batches.

    `whole`: look back to the first event, and not only at the latest (`voting.journal.RECENT`).
    """
    from consult.calendar.queries import editions
    from consult.voting.journal import where_to_look
    from consult.voting.seals import seal_some

    stop, batches = stop or threading.Event(), 0
    for edition in editions():
        since = where_to_look(edition.id, whole=whole)
        while since is not None and not stop.is_set():
            begun = time.monotonic()
            since = seal_some(edition.id, since=since, at=clock.now())
            batches += 1
            if since is not None:
                stop.wait(max(SEALING_REST_SECONDS, 2 * (time.monotonic() - begun)))
    return batches


def follow_once(stop: threading.Event | None = None, *, whole: bool) -> None:
    """Spread what is new to those who follow it; `whole`: write the messages of the day and of the week too."""
    from consult.following.turns import follow_on

    follow_on(lambda: stop is not None and stop.is_set(), whole=whole, at=clock.now())


def tend_once(stop: threading.Event | None = None) -> None:
    """Recall drafts before the needs or the candidatures close, warn and close the accounts that nobody visits, forget what
    nothing needs: a batch at a time, until all is done."""
    from consult.accounts.own.addresses import forget_address_changes
    from consult.accounts.own.closing import close_dormant, warn_dormant
    from consult.accounts.sign_in.actions import forget_requests
    from consult.accounts.sign_in.sessions import forget_sessions
    from consult.contributions.drafts import forget_drafts
    from consult.contributions.files import sweep_store
    from consult.contributions.reminders import remind_of_drafts
    from consult.contributions.store import Store
    from consult.interests.drafts import forget_started
    from consult.interests.files import document_keys
    from consult.interests.reminders import remind_of_started
    from consult.services.queries import picture_keys
    from consult.workshops.reminders import remind_of_workshops
    from consult.workshops.seats import release_seats

    def count(turn: Callable[..., int]) -> int:
        total = 0
        while not (stop and stop.is_set()) and (done := turn(at=clock.now())):
            total += done
        return total

    warned, closed = count(warn_dormant), count(close_dormant)
    for forget in (forget_sessions, forget_address_changes, forget_requests, forget_drafts, forget_started):
        count(forget)
    count(release_seats)
    recalled, reminded = count(remind_of_drafts) + count(remind_of_started), count(remind_of_workshops)
    sweep_store(Store(settings().instance_dir), spoken_for=(document_keys(), picture_keys()), at=clock.outside())
    if recalled:
        click.echo(words.plural(recalled, "brouillon rappelé", "brouillons rappelés"))
    if reminded:
        click.echo(words.plural(reminded, "rappel d’atelier", "rappels d’atelier"))
    if warned or closed:
        told = words.plural(warned, "compte prévenu", "comptes prévenus")
        click.echo(f"{told}, {words.plural(closed, 'compte fermé', 'comptes fermés')} faute de visite")


def work_once(stop: threading.Event | None = None) -> tuple[int, int]:
    """Send what is due, until `stop` is set; how many were sent, how many failed."""
    from consult.following.digests import refused
    from consult.outbox.actions import deliver, free, is_waiting
    from consult.outbox.transport import conversation
    from consult.outbox.workers import is_dead, present
    from consult.web.mail import composer

    site = settings()
    free(clock.now(), is_dead)
    if not is_waiting(clock.now()):
        return 0, 0
    with present() as worker, conversation(site.mail_url) as send:
        is_over = stop.is_set if stop else lambda: False
        return deliver(composer(site), send, now=clock.now, is_over=is_over, worker=worker, refused=refused)
