"""Running the site from the command line: every command ends with 0, 1 or 2, and one clear line when it fails."""

import http.client
import json
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError

from consult import cli, create_app
from consult.cli import COMMANDS, main
from consult.cli import server as cli_server
from consult.cli.site import _report, upgrade
from consult.config import Settings
from consult.contributions.model import ContributionWord
from consult.ground import clock
from consult.ground.database import db, reading, transaction
from consult.outbox.actions import post
from consult.outbox.model import Message, Notice
from consult.web.context import settings
from tests.support.commands import Ended, Operator, consult, environment, start
from tests.support.engines import Engines
from tests.support.mail import MailServer
from tests.support.oidc import LocalProvider
from tests.support.ports import free_port
from tests.support.stage_one import need
from tests.support.world import ROCAMADOUR, World


@pytest.fixture
def site(app: Flask) -> Settings:
    """The settings of a migrated base with its register."""
    return settings()


@pytest.fixture
def bare(
    engines: Engines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Operator]:
    """Commands on a site that nothing has been done for."""
    url = f"sqlite:///{tmp_path}/bare.sqlite3"
    yield Operator(engines.settings(url, instance_dir=tmp_path, mail_url=f"file:{tmp_path}/mail"), monkeypatch, capsys)
    clock.stop_rehearsing()


# ── exit codes and lines ─────────────────────────────────────────────────────────────


def test_every_command_says_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    for name in COMMANDS:
        command = cli.cli.get_command(None, name)  # type: ignore[arg-type]
        assert command is not None
        assert command.get_short_help_str(), f"consult {name} has a line of help"
    assert main(["--help"]) is None
    assert set(COMMANDS) <= set(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    "arguments", [["no-such-command"], ["calendar", "show"], ["serve", "--workers", "many"], ["work", "--twice"]]
)
def test_a_wrong_usage_ends_with_two(bare: Operator, arguments: list[str]) -> None:
    ended = bare(*arguments)
    assert (ended.code, ended.said) == (2, "")
    assert "Usage" in ended.errors


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"CONSULT_ENV": None}, "CONSULT_ENV"),
        ({"CONSULT_ENV": "production", "CONSULT_SECRET_KEY": "short"}, "CONSULT_SECRET_KEY"),
        ({"CONSULT_MAIL_URL": "pigeon:"}, "CONSULT_MAIL_URL"),
        ({"CONSULT_NOW": "2021-04-20T10:00"}, "CONSULT_NOW"),
        ({"CONSULT_BASE_URL": "consultation"}, "CONSULT_BASE_URL"),
    ],
)
@pytest.mark.parametrize("command", ["check", "serve", "work"])
def test_a_wrong_setting_stops_every_command_in_one_line(
    bare: Operator, changed: dict[str, str | None], said: str, command: str
) -> None:
    ended = bare(command, **changed)
    assert (ended.code, ended.said) == (1, "")
    assert len(ended.errors.splitlines()) == 1, ended.errors
    assert ended.errors.startswith(said)
    assert "Exemple" in ended.errors


# ── migrate and check ────────────────────────────────────────────────────────────────


def test_a_base_from_before_look_alikes_gains_them_once(operator: Operator, world: World) -> None:
    need(world.person(ROCAMADOUR), world.edition())
    with transaction() as session:
        session.execute(delete(ContributionWord))
    assert operator("migrate").said == (
        "La base est au schéma courant.\nMots des textes relevés, pour trouver ceux qui se ressemblent : 1 contribution.\n"
    )
    assert operator("migrate").said == "La base est au schéma courant.\n"


def test_a_bare_site_is_made_ready_step_by_step(bare: Operator) -> None:
    checked = bare("check")
    assert checked.code == 1
    assert "lancez consult migrate" in checked.errors
    for _ in range(2):
        assert bare("migrate") == Ended(0, "La base est au schéma courant.\n", "")
    checked = bare("check")
    assert checked.code == 1
    assert "lancez consult register load" in checked.errors
    assert bare("register", "load").code == 0
    checked = bare("check")
    assert (checked.code, checked.errors) == (0, "")
    assert [line.split()[1] for line in checked.said.splitlines()] == [
        *("réglages", "base", "courriel", "redis", "registre", "clés", "documents", "proconnect")
    ]


def test_a_ready_site_checks_out_on_both_engines(site: Settings, engine: str) -> None:
    checked = consult(environment(site), "check")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert engine in checked.stdout


def test_whether_the_provider_answers(site: Settings) -> None:
    provider = LocalProvider()
    environ = environment(site) | {
        "CONSULT_OIDC_ISSUER": provider.settings.issuer,
        "CONSULT_OIDC_CLIENT_ID": provider.settings.client_id,
        "CONSULT_OIDC_CLIENT_SECRET": provider.settings.client_secret,
    }
    checked = consult(environ, "check")
    assert checked.returncode == 1
    assert checked.stderr == f"échec  proconnect : {provider.settings.issuer} ne répond pas comme prévu (metadata)\n"
    with provider.running():
        checked = consult(environ, "check")
        assert (checked.returncode, checked.stderr) == (0, "")
        assert "http://127.0.0.1:8000/connexion/proconnect/retour" in checked.stdout
        provider.state.metadata = {"issuer": "https://un-autre.exemple.fr"}
        assert "metadata_issuer" in consult(environ, "check").stderr


@pytest.mark.parametrize(
    ("name", "address", "line"),
    [
        ("CONSULT_MAIL_URL", "smtp://127.0.0.1:{port}", "courriel"),
        ("CONSULT_REDIS_URL", "redis://127.0.0.1:{port}/0", "redis"),
        ("CONSULT_REDIS_URL", "redis+unix:///nowhere/{port}.sock", "redis : Error 2 connecting to /nowhere/"),
        ("CONSULT_MAIL_URL", "smtp://compte:secret@127.0.0.1:{port}", "courriel"),
        ("CONSULT_DATABASE_URL", "postgresql://nobody@127.0.0.1:{port}/nothing", "base"),
    ],
)
def test_what_does_not_answer_is_named_and_the_rest_is_still_checked(
    operator: Operator, name: str, address: str, line: str
) -> None:
    checked = operator("check", **{name: address.format(port=free_port())})
    assert checked.code == 1
    assert f"échec  {line}" in checked.errors
    assert len(checked.said.splitlines()) + len(checked.errors.splitlines()) == 8


def test_a_base_that_does_not_answer_is_one_line(bare: Operator) -> None:
    nobody = f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"
    for arguments in (["migrate"], ["work", "--once"], ["calendar", "show", "2021"], ["register", "load"]):
        ended = bare(*arguments, CONSULT_DATABASE_URL=nobody)
        assert ended.code == 1, arguments
        assert len(ended.errors.splitlines()) == 1, ended.errors


def test_an_error_that_says_nothing_has_its_name() -> None:
    assert cli.first_line(RuntimeError()) == "RuntimeError"
    assert cli.first_line(ValueError(" \n")) == "ValueError"
    assert cli.first_line(DBAPIError("SELECT 1", None, OSError())) == "OSError"
    assert cli.first_line(RuntimeError("une ligne\nune autre")) == "une ligne"


def test_the_probe_of_an_error_that_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    def probe() -> str:
        raise TimeoutError

    assert _report("base", probe) is False
    assert capsys.readouterr().err == "échec  base : TimeoutError\n"


# ── work ─────────────────────────────────────────────────────────────────────────────


def write(*recipients: str) -> None:
    """One e-mail to each, due now."""
    with transaction() as session:
        for recipient in recipients:
            post(session, Notice.SERVICE_BORN, recipient, key=recipient, at=clock.now(), name="Un service")


def outbox() -> list[Message]:
    """The outbox as it stands."""
    reading().expire_all()
    return list(reading().scalars(select(Message).order_by(Message.id)))


def test_work_once_empties_the_outbox(site: Settings) -> None:
    write("une@exemple.invalid", "deux@exemple.invalid")
    with MailServer() as server:
        ended = consult(environment(site, CONSULT_MAIL_URL=server.url), "work", "--once")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "2 courriels envoyés" in ended.stdout.replace("\u00a0", " ")
    assert len(server.received) == 2


def test_work_once_says_that_something_failed(operator: Operator) -> None:
    write("une@exemple.invalid")
    ended = operator("work", "--once", CONSULT_MAIL_URL=f"smtp://127.0.0.1:{free_port()}")
    assert ended == Ended(1, "0 courriel envoyé, 1 échec\n", "")


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_work_stops_cleanly_between_two_messages(site: Settings, asked: signal.Signals) -> None:
    write("une@exemple.invalid", "deux@exemple.invalid", "trois@exemple.invalid")
    with MailServer() as server:
        server.may_answer.clear()
        worker = start(environment(site, CONSULT_MAIL_URL=server.url), "work")
        try:
            assert server.arrived.wait(30), "the first message comes in"
            worker.send_signal(asked)
            server.may_answer.set()
            said, _ = worker.communicate(timeout=30)
        finally:
            worker.kill()
    assert worker.returncode == 0, said
    assert len(server.received) == 1
    first, second, third = outbox()
    assert first.sent_at is not None
    assert (second.attempts, third.attempts) == (0, 0), "what was not begun waits for nobody"


def test_work_sends_what_is_written_while_it_rests(site: Settings) -> None:
    with MailServer() as server:
        worker = start(environment(site, CONSULT_MAIL_URL=server.url), "work")
        try:
            write("une@exemple.invalid")
            assert server.arrived.wait(30)
            server.arrived.clear()
            write("deux@exemple.invalid")
            assert server.arrived.wait(30)
            worker.terminate()
            worker.communicate(timeout=30)
        finally:
            worker.kill()
    assert worker.returncode == 0
    assert [mail["To"] for mail in server.received] == ["une@exemple.invalid", "deux@exemple.invalid"]


def test_work_outlives_a_base_that_fails_for_a_while(bare: Operator, tmp_path: Path) -> None:
    """Without its tables the base answers with an error; once they are there, the same worker sends."""
    said = tmp_path / "said"
    with said.open("w") as output, MailServer() as server:
        worker = start(environment(bare.settings, CONSULT_MAIL_URL=server.url), "work", output=output)
        try:
            wait_for(lambda: "La base de données" in said.read_text())
            assert bare("work", "--once").code == 1
            make_ready(bare.settings)
            assert server.arrived.wait(30)
            worker.terminate()
            assert worker.wait(30) == 0, said.read_text()
        finally:
            worker.kill()
    lines = said.read_text().splitlines()
    assert lines[0].startswith("La base de données ne répond pas comme prévu : ")
    assert "Traceback" not in said.read_text()


def test_the_mail_of_a_demonstration_outlives_a_base_that_fails_for_a_while(
    bare: Operator, capsys: pytest.CaptureFixture[str]
) -> None:
    said = ""

    def has_failed() -> bool:
        nonlocal said
        said += capsys.readouterr().err
        return "La base de données" in said

    stop = threading.Event()
    with MailServer() as server:
        app = create_app(replace(bare.settings, mail_url=server.url))
        sender = threading.Thread(target=cli_server.send_mail_forever, args=(app, stop))
        sender.start()
        try:
            wait_for(has_failed)
            make_ready(bare.settings)
            assert server.arrived.wait(30)
        finally:
            stop.set()
            sender.join(30)
            with app.app_context():
                db.engine.dispose()
    assert not sender.is_alive()


def make_ready(settings: Settings) -> None:
    """Bring the base of these settings to the current schema, with an e-mail to send."""
    upgrade(settings.database_url)
    app = create_app(settings)
    with app.app_context():
        write("une@exemple.invalid")
        db.session.close()
        db.engine.dispose()


def wait_for(happens: Callable[[], bool], seconds: float = 30) -> None:
    """Until something outside this process has happened."""
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while not happens():
        assert time.monotonic() < deadline
        pause.wait(0.05)


# ── serve ────────────────────────────────────────────────────────────────────────────


def test_serve_answers_until_it_is_told_to_stop(site: Settings) -> None:
    port = free_port()
    server = start(environment(site), "serve", "--bind", f"127.0.0.1:{port}")
    try:
        answer, body = ask(port, "/sante")
        assert (answer.status, json.loads(body)) == (200, {"status": "ok"})
        answer, body = ask(port, "/aide")
        assert answer.status == 200
        assert b"<h1" in body
        assert answer.getheader("Server", "").partition("/")[0] in ("gunicorn", "")
        server.terminate()
        said, _ = server.communicate(timeout=30)
    finally:
        server.kill()
    assert server.returncode == 0, said


def ask(port: int, path: str, seconds: float = 30) -> tuple[http.client.HTTPResponse, bytes]:
    """The answer of a server that may still be starting."""
    deadline = time.monotonic() + seconds
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer, answer.read()
        except ConnectionRefusedError:
            assert time.monotonic() < deadline, "the server starts"
        finally:
            connection.close()


def test_several_processes_need_redis(bare: Operator) -> None:
    ended = bare("serve", "--workers", "2", "--bind", f"127.0.0.1:{free_port()}")
    assert (ended.code, ended.said) == (1, "")
    assert "CONSULT_REDIS_URL" in ended.errors
    assert len(ended.errors.splitlines()) == 1
