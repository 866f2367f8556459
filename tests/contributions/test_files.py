"""Joining documents, taking them away, carrying and sweeping them, on both engines."""

import os
from datetime import timedelta
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import literal, select

from consult.accounts.model import AttachmentStatus
from consult.calendar.rules import Stage
from consult.contributions.actions import publish, withdraw
from consult.contributions.drafts import start_draft
from consult.contributions.file_rules import (
    LONGEST_NAME,
    MOST_BYTES,
    MOST_FILES,
    is_acceptable,
    may_change_draft,
    may_join,
    may_join_draft,
    safe_name,
)
from consult.contributions.file_types import FileType
from consult.contributions.files import (
    ORPHAN_AFTER,
    arriving,
    file_of,
    files_of,
    files_of_draft,
    join_files,
    remove_file,
    remove_file_of_draft,
    sweep_store,
)
from consult.contributions.model import Contribution, ContributionType
from consult.contributions.rules import Owner, Status
from consult.contributions.store import Store
from consult.ground import clock
from consult.ground.actor import VISITOR
from consult.ground.database import reading
from consult.ground.refusals import NotFound, Reason, Refused
from consult.journal.model import Event, EventKind
from tests.support.documents import join, one_of_each, pdf, store
from tests.support.stage_one import DURING_NEEDS, NEED, need
from tests.support.together import together
from tests.support.world import GRAMAT, ROCAMADOUR, World, closing_of, just_before, opening_of

LATER = DURING_NEEDS + timedelta(hours=1)


def events(kind: EventKind) -> list[Event]:
    return list(reading().scalars(select(Event).where(Event.kind == kind).order_by(Event.id)))


def lying(kept: Store) -> list[Path]:
    """Every file that the store holds."""
    return sorted(path for path in kept.folder.rglob("*") if path.is_file())


class TestRules:
    def test_it_is_judged_by_its_weight_and_its_type(self) -> None:
        assert is_acceptable(MOST_BYTES, FileType.PDF)
        assert is_acceptable(MOST_BYTES + 1, FileType.PDF).reason is Reason.FILE_TOO_BIG
        assert is_acceptable(10_100_000, FileType.PDF).reason is Reason.FILE_TOO_BIG
        assert is_acceptable(12, None).reason is Reason.FILE_KIND

    @pytest.mark.parametrize(
        ("joined", "more", "reason"),
        [
            (0, 5, None),
            (4, 1, None),
            (5, 1, Reason.TOO_MANY_FILES),
            (3, 3, Reason.TOO_MANY_FILES),
            (0, 6, Reason.TOO_MANY_FILES),
        ],
    )
    def test_five_at_most(self, world: World, joined: int, more: int, reason: Reason | None) -> None:
        edition, agent = world.edition(), world.person(ROCAMADOUR)
        when = {"status": Status.PUBLISHED, "calendar": edition.calendar, "at": DURING_NEEDS}
        asked = {"joined": joined, "more": more}
        assert may_join(agent, owner=Owner(ROCAMADOUR, 0), **when, **asked).reason is reason  # type: ignore[arg-type]
        assert may_join_draft(agent, is_published=False, **asked).reason is reason

    def test_whoever_may_correct_the_text_may_join(self, world: World) -> None:
        edition, owner = world.edition(), Owner(ROCAMADOUR, 0)
        pending = world.person(ROCAMADOUR, status=AttachmentStatus.PENDING)
        mine = world.person(ROCAMADOUR)
        for who, status, reason in (
            (VISITOR, Status.PUBLISHED, Reason.SIGN_IN),
            (world.person(GRAMAT), Status.PUBLISHED, Reason.NOT_YOURS),
            (pending, Status.PUBLISHED, Reason.ATTACHMENT_PENDING),
            (mine, Status.GROUPED, Reason.NOT_AWAITING_TRIAGE),
            (mine, Status.WITHDRAWN, Reason.NOT_AWAITING_TRIAGE),
            (mine, Status.PUBLISHED, None),
        ):
            said = may_join(who, owner=owner, status=status, joined=0, more=1, calendar=edition.calendar, at=DURING_NEEDS)
            assert said.reason is reason

    def test_the_gate_closes_at_its_instant(self, world: World) -> None:
        edition, agent = world.edition(), world.person(ROCAMADOUR)
        asked = {
            "owner": Owner(ROCAMADOUR, 0),
            "status": Status.PUBLISHED,
            "joined": 0,
            "more": 1,
            "calendar": edition.calendar,
        }
        opens, closes = opening_of(Stage.NEEDS), closing_of(Stage.NEEDS)
        for at, is_open in ((just_before(opens), False), (opens, True), (just_before(closes), True), (closes, False)):
            assert bool(may_join(agent, **asked, at=at)) is is_open  # type: ignore[arg-type]

    def test_a_published_draft_no_longer_changes(self, world: World) -> None:
        agent = world.person(ROCAMADOUR)
        assert may_change_draft(agent, is_published=False)
        assert may_change_draft(agent, is_published=True).reason is Reason.DRAFT_PUBLISHED
        assert may_change_draft(VISITOR, is_published=False).reason is Reason.SIGN_IN


@pytest.mark.parametrize(
    ("given", "type_", "name"),
    [
        ("Plan du bourg.pdf", FileType.PDF, "Plan du bourg.pdf"),
        ("photo.JPEG", FileType.JPEG, "photo.jpg"),
        ("photo.jpg", FileType.PNG, "photo.png"),
        ("rapport v1.2", FileType.ODT, "rapport v1.2.odt"),
        ("page.html", FileType.PDF, "page.html.pdf"),
        ("../../x", FileType.PDF, "x.pdf"),
        ("..\\..\\Windows\\x.docx", FileType.DOCX, "x.docx"),
        ("/etc/passwd", FileType.PDF, "passwd.pdf"),
        ("..", FileType.PDF, "document.pdf"),
        ("", FileType.PNG, "document.png"),
        (".pdf", FileType.PDF, "document.pdf"),
        (".htaccess", FileType.PDF, "htaccess.pdf"),
        ("  un \r\n\t nom\u2028coupé .pdf", FileType.PDF, "un nom coupé.pdf"),
        ("\u202egnp.exe", FileType.PNG, "gnp.exe.png"),
        ("a\u200bb\u0000c\ufeff.pdf", FileType.PDF, "abc.pdf"),
        ("\u200d\u200d", FileType.PDF, "document.pdf"),
        ("📎 pièce 🇫🇷.pdf", FileType.PDF, "📎 pièce 🇫🇷.pdf"),
        ('a"b<c>d:e|f?g*h.pdf', FileType.PDF, "a b c d e f g h.pdf"),
    ],
)
def test_a_name_is_one_safe_line(given: str, type_: FileType, name: str) -> None:
    assert safe_name(given, type_) == name


@pytest.mark.parametrize(
    "given", ["é" * 300, "e\u0301" * 300, "e\u0323\u0302\u0308" * 300, "🎉" * 300 + ".pdf", "a" * 300 + ".docx"]
)
def test_a_long_name_is_cut_and_keeps_its_extension(given: str) -> None:
    name = safe_name(given, FileType.DOCX)
    assert len(name) <= LONGEST_NAME
    assert name.endswith(".docx")
    assert name.removesuffix(".docx")[-1] == given[0] or len(name) > 100


class TestJoining:
    def test_one_of_each_type_is_joined_and_can_be_read_back(self, world: World) -> None:
        agent = world.person(ROCAMADOUR)
        found = need(agent, world.edition())
        for type_, content in one_of_each().items():
            joined = join(agent, found, f"piece.{type_.extension}", content=content)[-1]
            assert (joined.type, joined.name, joined.size) == (type_, f"piece.{type_.extension}", len(content))
            with store().open(joined.key) as file:
                assert file.read() == content
        assert [file.type for file in files_of(found.id)] == list(FileType)
        told = events(EventKind.FILE_JOINED)
        assert [event.data["media_type"] for event in told] == [type_.value for type_ in FileType]
        assert {event.subject for event in told} == {f"contribution:{found.number}"}
        assert "piece" not in str([event.data for event in told])

    def test_a_joined_document_changes_what_a_moderator_has_in_hand(self, world: World) -> None:
        agent = world.person(ROCAMADOUR)
        found = need(agent, world.edition())
        (joined,) = join(agent, found, "plan.pdf")
        remove_file(agent, store(), found.id, joined.id, at=LATER)
        assert reading().get_one(Contribution, found.id, populate_existing=True).revision == found.revision + 2

    def test_all_or_none_and_nothing_stays_of_what_is_refused(self, world: World) -> None:
        agent = world.person(ROCAMADOUR)
        found = need(agent, world.edition())
        join(agent, found, "1.pdf", "2.pdf", "3.pdf")
        kept = lying(store())
        for content, reason in ((pdf(), Reason.TOO_MANY_FILES), (b"<html>", Reason.FILE_KIND)):
            with pytest.raises(Refused) as refused:
                join(agent, found, "4.pdf", "5.pdf", "6.pdf", content=content)
            assert refused.value.reason is reason
            assert lying(store()) == kept
        assert len(files_of(found.id)) == 3

    def test_reading_stops_once_it_is_too_much(self, app: Flask) -> None:
        class Endless:
            given = 0

            def read(self, size: int) -> bytes:
                self.given += size
                return b"%PDF-1.4"[: size or 1].ljust(size, b" ")

        endless = Endless()
        with arriving(store(), [(endless, "sans-fin.pdf")]) as (arrival,):  # type: ignore[list-item]
            assert arrival.verdict.reason is Reason.FILE_TOO_BIG
        assert endless.given < MOST_BYTES + 200_000
        assert lying(store()) == []

    def test_ten_megabytes_pass_and_one_byte_more_does_not(self, world: World) -> None:
        whole = pdf() + b"\n" * (MOST_BYTES - len(pdf()))
        with arriving(store(), [(BytesIO(whole), "a.pdf"), (BytesIO(whole + b"\n"), "b.pdf")]) as arrivals:
            assert [arrival.verdict.reason for arrival in arrivals] == [None, Reason.FILE_TOO_BIG]

    def test_what_arrives_and_breaks_off_leaves_nothing(self, app: Flask) -> None:
        class Broken:
            def read(self, _size: int) -> bytes:
                raise ConnectionResetError

        with pytest.raises(ConnectionResetError), arriving(store(), [(BytesIO(pdf()), "a.pdf"), (Broken(), "b.pdf")]):  # type: ignore[list-item]
            pytest.fail("never reached")
        assert lying(store()) == []

    def test_the_gate_is_asked_inside_the_act(self, world: World) -> None:
        agent = world.person(ROCAMADOUR)
        found = need(agent, world.edition())
        with (
            arriving(store(), [(BytesIO(pdf()), "a.pdf")]) as arrivals,
            pytest.raises(Refused) as refused,
        ):
            join_files(agent, store(), found.id, arrivals, at=closing_of(Stage.NEEDS))
        assert refused.value.reason is Reason.STAGE_CLOSED
        assert lying(store()) == []

    def test_six_at_once_leave_five(self, app: Flask, world: World) -> None:
        agent = world.person(ROCAMADOUR)
        found = need(agent, world.edition())
        given = together(app, [partial(join, agent, found, f"{rank}.pdf") for rank in range(6)])
        assert given.count(Reason.TOO_MANY_FILES) == 1
        assert len(files_of(found.id)) == len(lying(store())) == MOST_FILES
        assert len(events(EventKind.FILE_JOINED)) == MOST_FILES


class TestRemoving:
    def test_it_is_gone_from_the_page_and_from_the_disk(self, world: World) -> None:
        agent = world.person(ROCAMADOUR)
        found = need(agent, world.edition())
        first, second = join(agent, found, "un.pdf", "deux.pdf")
        remove_file(world.person(ROCAMADOUR), store(), found.id, first.id, at=LATER)
        assert [file.id for file in files_of(found.id)] == [second.id]
        assert [path.name for path in lying(store())] == [second.key]
        with pytest.raises(NotFound):
            file_of(found.id, first.id)
        (told,) = events(EventKind.FILE_REMOVED)
        assert (told.data["file"], told.at) == (first.id, LATER)

    def test_two_at_once_are_one(self, app: Flask, world: World) -> None:
        agent = world.person(ROCAMADOUR)
        found = need(agent, world.edition())
        (joined,) = join(agent, found, "un.pdf")
        together(app, [partial(remove_file, agent, store(), found.id, joined.id, at=LATER)] * 2)
        assert len(events(EventKind.FILE_REMOVED)) == 1
        assert lying(store()) == []

    def test_nobody_else_s(self, world: World) -> None:
        edition, agent = world.edition(), world.person(ROCAMADOUR)
        found, other = need(agent, edition), need(agent, edition)
        (joined,) = join(agent, found, "un.pdf")
        with pytest.raises(NotFound):
            remove_file(agent, store(), other.id, joined.id, at=LATER)
        with pytest.raises(Refused):
            remove_file(world.person(GRAMAT), store(), found.id, joined.id, at=LATER)
        withdraw(agent, found.id, reason="Une erreur.", at=LATER)
        with pytest.raises(Refused) as refused:
            remove_file(agent, store(), found.id, joined.id, at=LATER)
        assert refused.value.reason is Reason.NOT_AWAITING_TRIAGE
        assert len(lying(store())) == 1


class TestDrafts:
    def test_publishing_carries_them_over(self, world: World) -> None:
        edition, agent = world.edition(), world.person(ROCAMADOUR)
        draft = start_draft(agent, edition.id, ContributionType.NEED, {"title": "Un besoin"}, at=DURING_NEEDS)
        joined = join(agent, draft, "un.pdf", "deux.pdf")
        found = publish(agent, edition.id, NEED, at=LATER, draft_id=draft.id)
        assert [file.id for file in files_of(found.id)] == [file.id for file in joined]
        assert files_of_draft(draft.id) == []
        with pytest.raises(Refused) as refused:
            join(agent, draft, "trois.pdf")
        assert refused.value.reason is Reason.DRAFT_PUBLISHED

    def test_they_are_their_author_s_alone(self, world: World) -> None:
        edition, agent, colleague = world.edition(), world.person(ROCAMADOUR), world.person(ROCAMADOUR)
        draft = start_draft(agent, edition.id, ContributionType.NEED, {"title": "Un besoin"}, at=DURING_NEEDS)
        (joined,) = join(agent, draft, "un.pdf")
        for act in (
            lambda: join(colleague, draft, "deux.pdf"),
            lambda: remove_file_of_draft(colleague, store(), draft.id, joined.id, at=LATER),
        ):
            with pytest.raises(NotFound):
                act()
        remove_file_of_draft(agent, store(), draft.id, joined.id, at=LATER)
        remove_file_of_draft(agent, store(), draft.id, joined.id, at=LATER)
        assert (files_of_draft(draft.id), lying(store()), len(events(EventKind.FILE_REMOVED))) == ([], [], 1)

    def test_six_at_once_leave_five(self, app: Flask, world: World) -> None:
        agent = world.person(ROCAMADOUR)
        draft = start_draft(agent, world.edition().id, ContributionType.NEED, {"title": "Un"}, at=DURING_NEEDS)
        given = together(app, [partial(join, agent, draft, f"{rank}.pdf") for rank in range(6)])
        assert given.count(Reason.TOO_MANY_FILES) == 1
        assert len(lying(store())) == MOST_FILES


class TestSweeping:
    def aged(self, path: Path) -> Path:
        """As if it had been there for longer than a request takes."""
        long_ago = (clock.outside() - ORPHAN_AFTER - timedelta(minutes=1)).timestamp()
        os.utime(path, (long_ago, long_ago))
        return path

    def test_what_a_killed_request_left_goes_and_what_is_joined_stays(self, app: Flask, world: World) -> None:
        agent = world.person(ROCAMADOUR)
        found = need(agent, world.edition())
        joined, taken_away = join(agent, found, "un.pdf", "deux.pdf")
        with store().open(taken_away.key) as file:
            content = file.read()
        remove_file(agent, store(), found.id, taken_away.id, at=LATER)
        left = [store().receive(BytesIO(pdf()), most=MOST_BYTES).key for _ in range(4)]
        for key in left[2:]:
            store().keep(key)
        back = store().folder / taken_away.key[:2] / taken_away.key  # killed before its bytes went
        back.write_bytes(content)
        fresh = {path.name for path in lying(store()) if path.name in (left[0], left[2])}
        for path in lying(store()):
            if path.name not in fresh:
                self.aged(path)
        assert sum(together(app, [partial(sweep_store, store(), spoken_for=(), at=clock.outside())] * 2)) >= 3
        assert {path.name for path in lying(store())} == fresh | {joined.key}
        assert sweep_store(store(), spoken_for=(), at=clock.outside()) == 0

    def test_what_another_room_speaks_for_stays(self, app: Flask) -> None:
        theirs, nobodys = (store().receive(BytesIO(pdf()), most=MOST_BYTES).key for _ in range(2))
        for key in (theirs, nobodys):
            store().keep(key)
        for path in lying(store()):
            self.aged(path)
        spoken_for = select(literal(theirs).label("key")).subquery()
        assert sweep_store(store(), spoken_for=(select(spoken_for.c.key),), at=clock.outside()) == 1
        assert [path.name for path in lying(store())] == [theirs]

    def test_a_store_that_was_never_written_has_nothing_to_sweep(self, app: Flask, tmp_path: Path) -> None:
        assert sweep_store(Store(tmp_path), spoken_for=(), at=clock.outside()) == 0


class TestStore:
    @pytest.mark.parametrize("key", ["", "x", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n"])
    def test_a_key_is_never_a_path(self, tmp_path: Path, key: str) -> None:
        for act in (Store(tmp_path).open, Store(tmp_path).remove, Store(tmp_path).keep, Store(tmp_path).discard):
            with pytest.raises(ValueError, match="not a key"):
                act(key)

    def test_nobody_else_of_the_machine_reads_it(self, tmp_path: Path) -> None:
        kept = Store(tmp_path)
        received = kept.receive(BytesIO(pdf()), most=MOST_BYTES)
        kept.keep(received.key)
        assert all(folder.stat().st_mode & 0o077 == 0 for folder in (kept.folder, *kept.folder.iterdir()))
        assert kept.folder.name == "documents"

    def test_a_folder_that_cannot_be_written_is_said(self, tmp_path: Path) -> None:
        (tmp_path / "documents").write_text("un fichier à la place du dossier")
        with pytest.raises(OSError, match="documents"):
            Store(tmp_path).check()
