"""E-mails leave once, in spite of servers that are down, workers that race and workers that die."""

import smtplib
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from consult.accounts.rules import SIGN_IN_LASTS
from consult.ground.clock import paris
from consult.ground.database import db, reading, transaction
from consult.outbox.actions import LEASE, MAX_ATTEMPTS, MAX_DELAY, USEFUL_FOR, deliver, mark_failed, post
from consult.outbox.model import Message, Notice
from consult.outbox.transport import POLICY, PasswordInClear, check, conversation, transport
from consult.web.context import settings
from consult.web.mail import composer
from tests.architecture.sources import ROOT
from tests.support.commands import environment
from tests.support.mail import MailServer, make_certificate
from tests.support.ports import free_port

POSTED = paris(2021, 3, 20, 10)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def server() -> Iterator[MailServer]:
    """A mail server that accepts everything."""
    with MailServer() as server:
        yield server


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate that nobody trusts yet."""
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A certificate that this machine trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    return certificate


def write(*recipients: str, at: datetime = POSTED) -> None:
    """One e-mail to each."""
    with transaction() as session:
        for number, recipient in enumerate(recipients):
            post(session, Notice.SERVICE_BORN, recipient, key=f"essai:{number}:{recipient}", at=at, name="Un service")


def rows() -> list[Message]:
    """The outbox as it stands."""
    reading().expire_all()
    return list(reading().scalars(select(Message).order_by(Message.id)))


def send(url: str, at: datetime = POSTED, **kwargs: int) -> tuple[int, int]:
    """What a worker does at an instant."""
    return deliver(composer(settings()), transport(url), now=lambda: at, **kwargs)


def test_a_message_reaches_its_reader_whole(app: Flask, server: MailServer) -> None:
    write("secrétariat@exemple.invalid".replace("é", "e"))
    assert send(server.url) == (1, 0)
    (received,) = server.received
    assert received["To"] == "secretariat@exemple.invalid"
    assert received["From"] == "Construisons ensemble <ne-pas-repondre@consult.invalid>"
    assert received["Subject"]
    assert "\n" not in received["Subject"]
    assert received["Message-ID"].endswith("@127.0.0.1>")
    assert received["Date"].datetime == POSTED
    assert received["Auto-Submitted"] == "auto-generated"
    assert received.get_content_type() == "text/plain"
    assert received.get_content_charset() == "utf-8"
    assert "Bonjour" in received.get_content()


@pytest.mark.parametrize("length", range(1, 60, 7))
def test_a_long_subject_keeps_the_spaces_between_its_words(length: int) -> None:
    """Folded between two encoded words, a space was lost: « soutien donné(n° 7) »."""
    subject = f"Communauté de communes {'M' * length} et Lure (Alpes-de-Haute-Provence)\u00a0: soutien donné (n°\u00a07)"
    mail = EmailMessage(POLICY)
    mail["Subject"] = subject
    written = mail.as_bytes()
    assert message_from_bytes(written, policy=default)["Subject"] == subject
    assert max(map(len, written.splitlines())) <= 78


def test_once_sent_it_is_not_sent_again_and_its_words_are_forgotten(app: Flask, server: MailServer) -> None:
    write("une@exemple.invalid")
    send(server.url)
    (message,) = rows()
    assert message.sent_at == POSTED
    assert message.data == {}, "a code does not stay in the base"
    assert send(server.url, POSTED + timedelta(days=30)) == (0, 0)
    assert len(server.received) == 1


def test_nothing_leaves_before_it_is_due(app: Flask, server: MailServer) -> None:
    write("une@exemple.invalid", at=POSTED + MINUTE)
    assert send(server.url, POSTED + MINUTE - timedelta(microseconds=1)) == (0, 0)
    assert send(server.url, POSTED + MINUTE) == (1, 0)


def test_a_code_that_somebody_waits_for_leaves_first(app: Flask, server: MailServer) -> None:
    write("une@exemple.invalid", "deux@exemple.invalid")
    with transaction() as session:
        post(session, Notice.SIGN_IN, "presse@exemple.invalid", key="code", at=POSTED + MINUTE, code="123456", token="essai")
    assert send(server.url, POSTED + MINUTE) == (3, 0)
    assert server.received[0]["To"] == "presse@exemple.invalid"


def test_one_conversation_carries_many_messages_and_begins_again(
    app: Flask, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [f"personne-{number}@exemple.invalid" for number in range(7)]
    write(*people)
    monkeypatch.setattr("consult.outbox.transport.PER_CONVERSATION", 3)
    with conversation(server.url) as say:
        assert deliver(composer(settings()), say, now=lambda: POSTED) == (7, 0)
    assert [mail["To"] for mail in server.received] == people
    assert server.conversations == 3


def test_one_refused_in_the_middle_does_not_end_the_conversation(app: Flask) -> None:
    with MailServer(refusing={"partie@exemple.invalid": "550 No such user"}) as server:
        write("une@exemple.invalid", "partie@exemple.invalid", "deux@exemple.invalid")
        with conversation(server.url) as say:
            assert deliver(composer(settings()), say, now=lambda: POSTED) == (2, 1)
    assert server.conversations == 1


def test_a_server_that_is_down_is_tried_again_later_and_later(app: Flask) -> None:
    write("une@exemple.invalid")
    nobody, at, delays = f"smtp://127.0.0.1:{free_port()}", POSTED, []
    for _ in range(MAX_ATTEMPTS - 1):
        assert send(nobody, at) == (0, 1)
        (message,) = rows()
        assert message.sent_at is None
        assert send(nobody, message.due_at - timedelta(seconds=1)) == (0, 0), "not before its delay"
        delays.append(message.due_at - at)
        at = message.due_at
    minutes = [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]
    assert delays == [number * MINUTE for number in minutes]
    assert max(delays) == MAX_DELAY
    (message,) = rows()
    assert message.failure == "ConnectionRefusedError"
    with MailServer() as server:
        assert send(server.url, message.due_at) == (1, 0)
    assert server.received[0]["To"] == "une@exemple.invalid"


def test_one_refused_recipient_does_not_hold_back_the_others(app: Flask) -> None:
    with MailServer(refusing={"partie@exemple.invalid": "550 No such user"}) as server:
        write("partie@exemple.invalid", "une@exemple.invalid", "deux@exemple.invalid")
        assert send(server.url) == (2, 1)
    assert sorted(mail["To"] for mail in server.received) == ["deux@exemple.invalid", "une@exemple.invalid"]
    kept = next(message for message in rows() if message.sent_at is None)
    assert kept.failure == "SMTPRecipientsRefused", "no address in what is kept of a failure"


def is_given_up(message: Message, caplog: pytest.LogCaptureFixture, failure: str) -> bool:
    """Whether nobody will try again, nothing is kept of what it said, and the operator has been told in one line."""
    assert message.sent_at is None
    assert (message.data, message.failure) == ({}, failure)
    assert caplog.messages == [f"message {message.id} given up: {failure}"]
    assert send(f"smtp://127.0.0.1:{free_port()}", POSTED + timedelta(days=30)) == (0, 0), "nobody tries again"
    return message.given_up_at is not None


def test_an_address_that_does_not_exist_is_given_up_at_once(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    with MailServer(refusing={"partie@exemple.invalid": "550 No such user"}) as server:
        write("partie@exemple.invalid")
        assert send(server.url) == (0, 1)
    (message,) = rows()
    assert message.given_up_at == POSTED
    assert is_given_up(message, caplog, "SMTPRecipientsRefused")


def test_a_content_refused_is_given_up_at_once(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    write("une@exemple.invalid")
    with MailServer(refusing_words="554 Not this") as server:
        assert send(server.url) == (0, 1)
    assert is_given_up(rows()[0], caplog, "SMTPDataError")


@pytest.mark.parametrize("answer", ["450 Try later", "530 Authentication required"])
def test_what_may_be_accepted_later_waits(app: Flask, caplog: pytest.LogCaptureFixture, answer: str) -> None:
    write("une@exemple.invalid")
    with MailServer(refusing={"une@exemple.invalid": answer}) as server:
        assert send(server.url) == (0, 1)
    (message,) = rows()
    assert (message.given_up_at, message.due_at, caplog.messages) == (None, POSTED + MINUTE, [])
    assert message.data == {"name": "Un service"}


def test_after_the_last_attempt_it_is_given_up(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    write("une@exemple.invalid")
    nobody, at = f"smtp://127.0.0.1:{free_port()}", POSTED
    for _ in range(MAX_ATTEMPTS):
        assert rows()[0].given_up_at is None
        assert send(nobody, at) == (0, 1)
        at = rows()[0].due_at
    assert is_given_up(rows()[0], caplog, "ConnectionRefusedError")


def test_a_code_that_opens_nothing_any_more_is_not_sent(
    app: Flask, server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    assert USEFUL_FOR[Notice.SIGN_IN] == SIGN_IN_LASTS
    with transaction() as session:
        for name, at in (("vieux", POSTED), ("neuf", POSTED + timedelta(seconds=1))):
            post(session, Notice.SIGN_IN, f"{name}@exemple.invalid", key=name, at=at, code="123456", token="essai")
    assert send(server.url, POSTED + SIGN_IN_LASTS) == (1, 1)
    assert [mail["To"] for mail in server.received] == ["neuf@exemple.invalid"]
    assert is_given_up(rows()[0], caplog, "TooLate")


def test_a_failure_long_to_say_is_cut(app: Flask) -> None:
    write("une@exemple.invalid")
    (message,) = rows()
    mark_failed(message.id, POSTED, "x" * 500)
    assert rows()[0].failure == "x" * 200


def test_a_worker_stops_at_its_limit(app: Flask, server: MailServer) -> None:
    write("une@exemple.invalid", "deux@exemple.invalid", "trois@exemple.invalid")
    assert send(server.url, limit=2) == (2, 0)
    assert [message.attempts for message in rows()] == [1, 1, 0]


def test_two_workers_at_once_send_each_message_once(app: Flask, server: MailServer) -> None:
    people = [f"personne-{number}@exemple.invalid" for number in range(40)]
    write(*people)
    together, counts, broken = threading.Barrier(2), [], []

    def work() -> None:
        try:
            with app.app_context():
                together.wait(10)
                counts.append(send(server.url))
                db.session.close()
        except BaseException as error:  # a thread must not fail in silence
            broken.append(error)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert not broken
    assert sorted(mail["To"] for mail in server.received) == sorted(people)
    assert sum(sent for sent, _ in counts) == len(people)
    assert sum(failed for _, failed in counts) == 0


def test_killed_in_between_it_is_sent_again_after_the_lease_under_the_same_name(app: Flask, server: MailServer) -> None:
    write("une@exemple.invalid")
    died = subprocess.run(
        [sys.executable, "-m", "tests.outbox.killed"],
        cwd=ROOT,
        env=environment(settings(), CONSULT_MAIL_URL=server.url),
        check=False,
        timeout=60,
    )
    assert died.returncode == -9
    assert len(server.received) == 1
    (message,) = rows()
    assert message.sent_at is None
    taken_at = message.due_at - LEASE
    assert send(server.url, taken_at + LEASE - timedelta(seconds=1)) == (0, 0), "the lease holds"
    assert send(server.url, taken_at + LEASE) == (1, 0)
    first, second = server.received
    assert first["Message-ID"] == second["Message-ID"], "a reader's program shows it once"


def test_what_was_taken_ahead_is_given_back_as_if_it_had_not_been(app: Flask, server: MailServer) -> None:
    for rank in range(3):
        write(f"{rank}@exemple.invalid")
    assert send(server.url, POSTED, limit=2) == (2, 0)
    (left,) = [message for message in rows() if message.sent_at is None]
    assert (left.attempts, left.worker) == (0, None)
    assert send(server.url, POSTED) == (1, 0), "no lease keeps it"
    assert len(server.received) == 3


def test_a_server_slower_than_the_leases_is_told_of_each_message_once(app: Flask, server: MailServer) -> None:
    for rank in range(3):
        write(f"{rank}@exemple.invalid")
    instants = (POSTED + rank * 2 * LEASE for rank in range(100))
    assert deliver(composer(settings()), transport(server.url), now=lambda: next(instants)) == (3, 0)
    assert len(server.received) == 3
    assert all(message.sent_at and message.worker is None for message in rows())


def test_a_notice_is_written_once_for_a_key(app: Flask) -> None:
    for _ in range(2):
        with transaction() as session:
            for _ in range(2):
                post(session, Notice.SERVICE_BORN, "une@exemple.invalid", key="la même", at=POSTED)
    assert len(rows()) == 1


def test_what_is_rolled_back_was_never_posted(app: Flask) -> None:
    def act() -> None:
        with transaction() as session:
            post(session, Notice.SERVICE_BORN, "une@exemple.invalid", key="essai", at=POSTED)
            raise RuntimeError("the act fails after its mail was written")

    with pytest.raises(RuntimeError):
        act()
    assert rows() == []


def test_a_folder_takes_one_file_a_message(app: Flask, tmp_path: Path) -> None:
    write("une@exemple.invalid", "deux@exemple.invalid")
    assert send(f"file:{tmp_path / 'mail'}") == (2, 0)
    files = sorted((tmp_path / "mail").glob("*.eml"))
    readers = {message_from_bytes(file.read_bytes(), policy=default)["To"] for file in files}
    assert readers == {"une@exemple.invalid", "deux@exemple.invalid"}


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("encrypted", [True, False])
def test_the_account_of_the_server_is_used_and_a_wrong_one_is_a_failure(app: Flask, trusted: Path, encrypted: bool) -> None:
    write("une@exemple.invalid")
    with MailServer(account=("consult@exemple", "mot : secret/?"), certificate=trusted, encrypted=encrypted) as server:
        scheme = server.url.partition("://")[0]
        wrong = f"{scheme}://consult%40exemple:faux@127.0.0.1:{server.port}"
        right = f"{scheme}://consult%40exemple:mot%20%3A%20secret%2F%3F@127.0.0.1:{server.port}"
        check(right)
        with pytest.raises(smtplib.SMTPAuthenticationError):
            check(wrong)
        assert send(wrong) == (0, 1)
        assert rows()[0].failure == "SMTPAuthenticationError"
        assert send(right, POSTED + MINUTE) == (1, 0)
    assert set(server.logins) == {"consult@exemple"}
    assert server.over_tls == [True]


def test_encryption_is_taken_when_it_is_offered(app: Flask, trusted: Path) -> None:
    write("une@exemple.invalid")
    with MailServer(certificate=trusted) as server:
        assert send(server.url) == (1, 0)
    assert server.over_tls == [True]


@pytest.mark.parametrize("encrypted", [True, False])
def test_a_server_that_is_not_who_it_says_gets_nothing(app: Flask, certificate: Path, encrypted: bool) -> None:
    write("une@exemple.invalid")
    with MailServer(certificate=certificate, encrypted=encrypted) as server:
        assert send(server.url) == (0, 1)
        with pytest.raises(ssl.SSLCertVerificationError):
            check(server.url)
    assert rows()[0].failure == "SSLCertVerificationError"
    assert server.received == []


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_password_is_not_said_in_clear(app: Flask) -> None:
    write("une@exemple.invalid")
    with MailServer(account=("consult", "secret")) as server:
        url = f"smtp://consult:secret@127.0.0.1:{server.port}"
        assert send(url) == (0, 1)
        with pytest.raises(PasswordInClear, match="STARTTLS"):
            check(url)
    assert rows()[0].failure == "PasswordInClear"
    assert server.logins == []


@pytest.mark.parametrize("url", ["", "http://exemple.invalid", "smtp://", "sendmail:/usr/sbin/sendmail", "smtps:///x"])
def test_other_ways_out_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="not a mail address"):
        transport(url)


def test_a_probe_says_whether_the_way_out_is_open(server: MailServer, tmp_path: Path) -> None:
    check(server.url)
    check(f"file:{tmp_path / 'mail'}")
    assert list((tmp_path / "mail").iterdir()) == []
    with pytest.raises((OSError, smtplib.SMTPException)):
        check(f"smtp://127.0.0.1:{free_port()}")
    (tmp_path / "a file").touch()
    with pytest.raises(OSError, match="exists"):
        check(f"file:{tmp_path / 'a file'}")


def test_the_clock_of_a_worker_is_read_for_each_message(app: Flask, server: MailServer) -> None:
    """A long queue must not be noted as sent at the instant the worker started."""
    write("une@exemple.invalid", "deux@exemple.invalid")
    deliver(composer(settings()), transport(server.url), now=ticking(POSTED))
    first, second = (message.sent_at for message in rows())
    assert first is not None
    assert second is not None
    assert first < second


def ticking(start: datetime) -> Callable[[], datetime]:
    """A clock that gains a second each time it is read."""
    at = start

    def now() -> datetime:
        nonlocal at
        at += timedelta(seconds=1)
        return at

    return now


def test_an_address_is_no_header(app: Flask, tmp_path: Path) -> None:
    """An address with a line end must not add a header: it fails, and the others go."""
    write("une@exemple.invalid\nBcc: autre@exemple.invalid", "deux@exemple.invalid")
    assert send(f"file:{tmp_path}") == (1, 1)
    written: list[EmailMessage] = [message_from_bytes(f.read_bytes(), policy=default) for f in tmp_path.glob("*.eml")]
    assert [mail["To"] for mail in written] == ["deux@exemple.invalid"]
