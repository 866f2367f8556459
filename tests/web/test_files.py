"""The pages of documents: joining without JavaScript, what is refused and how it is said, downloads that run nothing."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest

from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.contributions.actions import publish
from consult.contributions.drafts import start_draft
from consult.contributions.file_rules import MOST_BYTES
from consult.contributions.file_types import FileType
from consult.contributions.files import files_of, files_of_draft
from consult.contributions.model import Contribution, ContributionType, Draft
from consult.ground.actor import Actor, Role
from consult.triage.hiding import hide
from consult.web import words
from consult.web.files import MOST_AT_ONCE, disposition
from tests.support.documents import archive, body, docx, join, odt, one_of_each, pdf, sent, store
from tests.support.page import Page, PageClient, review
from tests.support.stage_one import DURING_NEEDS, NEED, need
from tests.support.statements import count_statements
from tests.support.world import GRAMAT, ROCAMADOUR, World, closing_of

Hold = Callable[[datetime], None]
LATER = DURING_NEEDS + timedelta(hours=1)


@pytest.fixture
def edition(world: World, hold: Hold) -> Edition:
    hold(DURING_NEEDS)
    return world.edition()


@pytest.fixture
def agent(world: World) -> Actor:
    return world.person(ROCAMADOUR)


@pytest.fixture
def mine(edition: Edition, agent: Actor) -> Contribution:
    return need(agent, edition)


@pytest.fixture
def address(mine: Contribution) -> str:
    return f"/2021/contributions/{mine.number}/documents"


@pytest.fixture
def at_home(client: PageClient, agent: Actor) -> PageClient:
    return client.sign_in(agent)


def upload(client: PageClient, address: str, *documents: tuple[bytes, str], status: int = 303) -> Page:
    """Send the form of the page, or another like it when it should be refused, with these documents."""
    form = client.get(address).form(address) if status == 303 else {"csrf_token": client.csrf_token()}
    named = ((content, name, "application/octet-stream") for content, name in documents)
    fields = {name: value for name, value in form.items() if name != "documents"}
    page = Page(client.http.post(address, **body(fields, *named)))
    assert page.status == status, page.main
    if status != 303:
        review(page)
    return page


class TestJoining:
    def test_from_the_page_of_the_contribution_and_back_to_it(
        self, at_home: PageClient, mine: Contribution, address: str
    ) -> None:
        page = at_home.get(f"/2021/contributions/{mine.number}")
        form = at_home.get(page.links()["Joindre un document"])
        assert "Tout le monde pourra télécharger ces documents" in form.main
        assert form.soup.find("form", enctype="multipart/form-data")
        done = at_home.follow(upload(at_home, address, (pdf(), "Plan du bourg.pdf"), (odt(), "notes.odt")))
        assert "2 documents joints." in done.main
        assert "2 documents sur 5" in done.main
        page = at_home.get(f"/2021/contributions/{mine.number}")
        assert "Plan du bourg.pdf PDF · 329 octets" in page.main.replace("\u00a0", " ")
        assert page.links()["Joindre ou retirer un document"] == address
        assert at_home.http.get(page.links()["notes.odt"]).data == odt()

    def test_the_whole_form_goes_once_there_are_five(
        self, at_home: PageClient, agent: Actor, mine: Contribution, address: str
    ) -> None:
        join(agent, mine, *(f"{rank}.pdf" for rank in range(5)))
        page = at_home.get(address)
        assert not page.soup.find("input", type="file")
        assert "Retirez-en un pour en joindre un autre." in page.main
        late = upload(at_home, address, (pdf(), "6.pdf"), status=409)
        assert "Cinq documents au plus" in late.main

    @pytest.mark.parametrize(
        ("content", "name", "said"),
        [
            (pdf() + b"\n" * (10_100_000 - len(pdf())), "plan.pdf", "« plan.pdf » dépasse 10 Mo."),
            (b"<!doctype html><p>Bonjour", "facture.pdf", "« facture.pdf » n’est ni un PDF, ni une image"),
            (b"", "vide.pdf", "« vide.pdf » est vide."),
            (docx(**{"word/media/a.xml": b"\0" * 50_000_000}), "rapport.docx", "« rapport.docx » n’est ni un PDF"),
            (docx(**{"word/vbaProject.bin": b"x"}), "macro.docx", "« macro.docx » n’est ni un PDF"),
            (archive({"../x": b"x"}), "../../x", "« ../../x » n’est ni un PDF"),
            (b"MZ", "a" * 300, f"« {'a' * 60}… » n’est ni un PDF"),
            (b"MZ", "\u202egnp.exe", "« gnp.exe » n’est ni un PDF"),
            (b"MZ", "📎", "« 📎 » n’est ni un PDF"),
            (b"MZ", "<script>alert(1)</script>", "« <script>alert(1)</script> » n’est ni un PDF"),
        ],
        ids=["heavy", "html", "empty", "bomb", "macro", "dots", "long", "rtl", "emoji", "script"],
    )
    def test_what_is_wrong_is_said_beside_the_field_of_each(
        self, at_home: PageClient, mine: Contribution, address: str, content: bytes, name: str, said: str
    ) -> None:
        page = upload(at_home, address, (pdf(), "bon.pdf"), (content, name), status=422)
        beside = page.soup.find(id="documents-erreur")
        assert beside is not None
        assert said in " ".join(beside.get_text(" ").replace("\u00a0", " ").split())
        assert "bon.pdf" not in beside.get_text()
        assert files_of(mine.id) == []
        assert list(store().arrivals.iterdir()) == []

    @pytest.mark.parametrize(
        ("name", "kept"),
        [
            ("../../x", "x.pdf"),
            ("a" * 300, "a" * 116 + ".pdf"),
            ("📎 pièce.pdf", "📎 pièce.pdf"),
            ("\u202efdp.exe", "fdp.exe.pdf"),
            ("sans extension", "sans extension.pdf"),
            ("<b>gras.pdf", "b gras.pdf"),
        ],
    )
    def test_a_name_is_made_safe(self, at_home: PageClient, mine: Contribution, address: str, name: str, kept: str) -> None:
        upload(at_home, address, (pdf(), name))
        assert [file.name for file in files_of(mine.id)] == [kept]
        page = at_home.get(f"/2021/contributions/{mine.number}")
        assert kept in page.links()

    def test_nothing_chosen_is_said(self, at_home: PageClient, address: str) -> None:
        page = at_home.post(address, {}, 422)
        assert "Choisissez au moins un document." in page.main

    def test_the_name_that_a_browser_declares_and_its_type_count_for_nothing(
        self, at_home: PageClient, mine: Contribution, address: str
    ) -> None:
        at_home.post(address, {"documents": (BytesIO(pdf()), "page.html", "text/html")}, 303)
        at_home.post(address, {"documents": (BytesIO(b"<html>"), "plan.pdf", "application/pdf")}, 422)
        assert [(file.name, file.type) for file in files_of(mine.id)] == [("page.html.pdf", FileType.PDF)]

    def test_ten_megabytes_are_taken(self, at_home: PageClient, mine: Contribution, address: str) -> None:
        upload(at_home, address, (pdf() + b"\n" * (MOST_BYTES - len(pdf())), "plan.pdf"))
        assert [words.weight(file.size) for file in files_of(mine.id)] == [f"10{words.NBSP}Mo"]

    def test_far_too_much_is_not_even_read(self, at_home: PageClient, address: str) -> None:
        class Unread:
            def read(self, *_: Any) -> bytes:
                pytest.fail("nothing of it is read")

            readline = read

        heavy = {"CONTENT_LENGTH": str(MOST_AT_ONCE + 1), "wsgi.input": Unread()}
        answer = at_home.http.post(address, content_type="multipart/form-data; boundary=x", environ_overrides=heavy)
        page = Page(answer)
        assert (page.status, page.h1) == (413, "Ce document est trop lourd")

    def test_a_visitor_is_asked_who_they_are_before_anything_is_read(self, client: PageClient, address: str) -> None:
        answer = client.http.post(address, **body({}, (b"x" * 2_000_000, "x.pdf", "application/pdf")))
        assert answer.status_code == 401

    def test_elsewhere_a_form_stays_small(self, at_home: PageClient, mine: Contribution) -> None:
        heavy = body({}, (b"x" * 2_000_000, "x.pdf", "application/pdf"))
        answer = at_home.http.post(f"/2021/contributions/{mine.number}/retrait", **heavy)
        assert answer.status_code == 413

    def test_once_the_needs_are_closed_the_page_says_so(
        self, at_home: PageClient, mine: Contribution, address: str, hold: Hold
    ) -> None:
        hold(closing_of(Stage.NEEDS))
        at_home.get(address, 409)
        assert "Elle est fermée depuis" in at_home.post(address, sent(), 409).main
        assert files_of(mine.id) == []
        assert "Joindre un document" not in at_home.get(f"/2021/contributions/{mine.number}").links()

    def test_it_belongs_to_the_collectivite(self, world: World, client: PageClient, mine: Contribution, address: str) -> None:
        client.sign_in(world.person(GRAMAT))
        client.get(address, 403)
        client.post(address, sent(), 403)
        assert files_of(mine.id) == []


class TestRemoving:
    def test_with_the_button_beside_it(self, at_home: PageClient, agent: Actor, mine: Contribution, address: str) -> None:
        first, second = join(agent, mine, "un.pdf", "deux.pdf")
        action = f"{address}/{first.id}/retrait"
        page = at_home.follow(at_home.post(action, at_home.get(address).form(action), 303))
        assert "Le document est retiré." in page.main
        assert [file.id for file in files_of(mine.id)] == [second.id]
        at_home.get(f"{address}/{first.id}", 404)
        at_home.post(action, {}, 303)  # pressed twice
        at_home.post(f"{address}/999/retrait", {}, 404)


class TestDownload:
    @pytest.mark.parametrize("type_", list(FileType))
    def test_it_only_ever_is_a_file_to_save(
        self, client: PageClient, agent: Actor, mine: Contribution, address: str, type_: FileType
    ) -> None:
        content = one_of_each()[type_]
        (joined,) = join(agent, mine, "Été à l’école.html", content=content)
        answer = client.http.get(f"{address}/{joined.id}")
        assert (answer.status_code, answer.data) == (200, content)
        assert answer.headers["Content-Type"] == type_.value
        assert answer.headers["Content-Length"] == str(len(content))
        assert answer.headers["Content-Disposition"].startswith('attachment; filename="Ete a lecole.html.')
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.headers["Cache-Control"] == "no-cache"

    def test_what_has_not_changed_is_not_sent_again(
        self, client: PageClient, agent: Actor, mine: Contribution, address: str
    ) -> None:
        (joined,) = join(agent, mine, "un.pdf")
        tag = client.http.get(f"{address}/{joined.id}").headers["ETag"]
        assert tag == f'"{joined.digest}"'
        again = client.http.get(f"{address}/{joined.id}", headers={"If-None-Match": tag})
        assert (again.status_code, again.data) == (304, b"")

    def test_another_contribution_s_number_or_somebody_else_s_is_no_page(
        self, client: PageClient, edition: Edition, agent: Actor, mine: Contribution, address: str
    ) -> None:
        other = need(agent, edition)
        (joined,) = join(agent, mine, "un.pdf")
        client.get(f"/2021/contributions/{other.number}/documents/{joined.id}", 404)
        client.get(f"{address}/{joined.id + 1}", 404)
        client.get(f"{address}/999999999", 404)
        client.get(f"/2021/contributions/999/documents/{joined.id}", 404)

    def test_what_the_team_hid_is_for_it_and_its_author(
        self, world: World, client: PageClient, agent: Actor, mine: Contribution, address: str
    ) -> None:
        (joined,) = join(agent, mine, "un.pdf")
        moderator = world.person(None, Role.MODERATOR)
        hide(moderator, mine.id, reason="Une personne y est nommée.", at=LATER)
        client.get(f"{address}/{joined.id}", 404)
        assert "un.pdf" not in client.get(f"/2021/contributions/{mine.number}").main
        for reader, status in ((world.person(GRAMAT), 404), (agent, 200), (moderator, 200)):
            PageClient(client.app).sign_in(reader).get(f"{address}/{joined.id}", status)

    def test_a_content_that_is_missing_is_a_calm_page_and_a_line_in_the_log(
        self, client: PageClient, agent: Actor, mine: Contribution, address: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        (joined,) = join(agent, mine, "un.pdf")
        store().remove(joined.key)
        client.get(f"{address}/{joined.id}", 404)
        assert [record.message for record in caplog.records if "missing" in record.message] == [
            f"document {joined.id}: its content is missing from the store"
        ]

    @pytest.mark.parametrize("documents", [1, 3])
    def test_it_costs_the_same_whatever_is_joined(
        self, client: PageClient, agent: Actor, mine: Contribution, address: str, documents: int
    ) -> None:
        joined = join(agent, mine, *(f"{rank}.pdf" for rank in range(documents)))
        with count_statements() as statements:
            client.get(f"{address}/{joined[0].id}")
        assert len(statements) == 4, "\n".join(statements)  # the edition, the contribution, its themes, the document

    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("plan.pdf", "attachment; filename=\"plan.pdf\"; filename*=UTF-8''plan.pdf"),
            ("été.pdf", "attachment; filename=\"ete.pdf\"; filename*=UTF-8''%C3%A9t%C3%A9.pdf"),
            ("📎.png", "attachment; filename=\"document.png\"; filename*=UTF-8''%F0%9F%93%8E.png"),
            ("a;b'c%22.pdf", "attachment; filename=\"abc22.pdf\"; filename*=UTF-8''a%3Bb%27c%2522.pdf"),
        ],
    )
    def test_its_name_is_said_twice(self, name: str, said: str) -> None:
        assert disposition(name) == said
        assert re.fullmatch(r"[\x20-\x7e]+", disposition(name))


class TestDesk:
    def test_the_moderator_has_them_under_the_text(
        self, world: World, client: PageClient, agent: Actor, mine: Contribution, address: str
    ) -> None:
        (joined,) = join(agent, mine, "plan.pdf")
        page = client.sign_in(world.person(None, Role.MODERATOR)).get(f"/moderation/2021/contributions/{mine.number}")
        assert page.links()["plan.pdf"] == f"{address}/{joined.id}"


class TestDrafts:
    @pytest.fixture
    def draft(self, edition: Edition, agent: Actor) -> Draft:
        return start_draft(agent, edition.id, ContributionType.NEED, {"title": "Un besoin"}, at=DURING_NEEDS)

    @pytest.fixture
    def folder(self, draft: Draft) -> str:
        return f"/2021/contributions/brouillons/{draft.id}/documents"

    def test_joined_to_a_draft_published_with_it(
        self, at_home: PageClient, client: PageClient, edition: Edition, agent: Actor, draft: Draft, folder: str
    ) -> None:
        page = at_home.follow(upload(at_home, folder, (pdf(), "plan.pdf"), (odt(), "notes.odt")))
        assert "Une fois votre texte publié, tout le monde pourra" in page.main
        plan, notes = files_of_draft(draft.id)
        answer = at_home.http.get(page.links()["plan.pdf"])
        assert (answer.data, answer.headers["Cache-Control"]) == (pdf(), "private, no-store")
        action = f"{folder}/{notes.id}/retrait"
        at_home.follow(at_home.post(action, page.form(action), 303))
        found = publish(agent, edition.id, NEED, at=LATER, draft_id=draft.id)
        anyone = PageClient(client.app).get(f"/2021/contributions/{found.number}")
        assert anyone.links()["plan.pdf"] == f"/2021/contributions/{found.number}/documents/{plan.id}"
        assert "notes.odt" not in anyone.main
        at_home.get(folder, 409)
        at_home.post(folder, sent(), 409)

    def test_from_the_form_nothing_typed_is_lost(self, at_home: PageClient, edition: Edition) -> None:
        new = "/2021/contributions/nouvelle"
        typed = at_home.get(f"{new}?type=besoin").form() | {"title": "Prêter le barnum", "act": "documents"}
        page = at_home.follow(at_home.post(new, typed, 303))
        folder = page.soup.find("form", enctype="multipart/form-data")
        assert folder is not None
        at_home.follow(upload(at_home, str(folder["action"]), (pdf(), "plan.pdf")))
        written = at_home.get(page.links()["Revenir au brouillon"])
        assert written.form()["title"] == "Prêter le barnum"
        assert "1 document joint : plan.pdf" in written.main.replace("\u00a0", " ")
        blank = at_home.post(new, typed | {"title": ""}, 303)
        assert "écrivez quelques mots" in at_home.follow(blank).main

    def test_they_are_the_author_s_alone(
        self, world: World, client: PageClient, agent: Actor, draft: Draft, folder: str
    ) -> None:
        (joined,) = join(agent, draft, "plan.pdf")
        client.get(f"{folder}/{joined.id}", 401)
        for other in (world.person(ROCAMADOUR), world.person(None, Role.MODERATOR)):
            browser = PageClient(client.app).sign_in(other)
            browser.get(folder, 404)
            browser.get(f"{folder}/{joined.id}", 404)
            browser.post(folder, sent(), 404)
            browser.post(f"{folder}/{joined.id}/retrait", {}, 404)
        assert len(files_of_draft(draft.id)) == 1

    def test_what_is_wrong_is_said_beside_the_field(self, at_home: PageClient, draft: Draft, folder: str) -> None:
        assert "est vide" in upload(at_home, folder, (b"", "vide.pdf"), status=422).main
        assert "Choisissez" in at_home.post(folder, {}, 422).main
        six = [(pdf(), f"{rank}.pdf") for rank in range(6)]
        assert "Cinq documents au plus" in upload(at_home, folder, *six, status=409).main
        assert files_of_draft(draft.id) == []


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (0, "0 octet"),
        (1, "1 octet"),
        (999, "999 octets"),
        (1000, "1 ko"),
        (1001, "2 ko"),
        (999_999, "1 000 ko"),
        (1_000_000, "1 Mo"),
        (9_810_000, "9,9 Mo"),
        (10_000_000, "10 Mo"),
        (10_000_001, "10,1 Mo"),
    ],
)
def test_a_weight_in_words(size: int, said: str) -> None:
    assert words.weight(size).replace("\u00a0", " ").replace("\u202f", " ") == said
