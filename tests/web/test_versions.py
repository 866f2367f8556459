"""The texts of a contribution and what each correction changed, as anybody reads them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from consult.calendar.model import Edition
from consult.contributions.actions import edit, withdraw
from consult.contributions.model import Contribution
from consult.contributions.queries import one
from consult.ground.actor import Actor
from consult.ground.database import transaction
from tests.support.page import PageClient, squeezed
from tests.support.stage_one import DURING_NEEDS, NEED, SERVICE, need, service
from tests.support.statements import count_statements
from tests.support.world import GRAMAT, ROCAMADOUR, World

PATH = "/2021/contributions/1/versions"
LATER = DURING_NEEDS + timedelta(hours=1)


@pytest.fixture
def edition(world: World, hold) -> Edition:
    hold(LATER)
    world.edition("2022")
    return world.edition()


@pytest.fixture
def author(world: World, edition: Edition) -> Actor:
    return world.person(ROCAMADOUR)


def test_never_corrected_it_says_so(edition: Edition, author: Actor, client: PageClient) -> None:
    need(author, edition)
    page = client.get("/2021/contributions/1")
    page = client.get(page.links()["Versions de ce texte"])
    assert "Ce texte n’a pas été corrigé depuis sa publication, le 26 janvier 2021 à 9 h 00." in page.main
    assert NEED.situation.splitlines()[0] in page.main


def test_what_was_added_and_removed_is_marked_in_words_too(edition: Edition, author: Actor, client: PageClient) -> None:
    found = service(author, edition)
    changed = replace(SERVICE, title="Application libre de signalement", funding_sought=9000, themes=("mobilite-transports",))
    edit(author, found.id, changed, at=LATER)
    edit(author, found.id, replace(changed, users="Douze communes."), at=LATER)
    page = client.get(PATH)
    assert [tag.get_text() for tag in page.soup.main.find_all("h2")][
        2
    ] == "Texte d’origine, 26\u00a0janvier 2021 à 9\u00a0h\u00a000"  # type: ignore[union-attr]
    last, first, _ = page.soup.select("section.version")
    assert [tag.get_text() for tag in last.find_all("ins")] == ["ajouté\u00a0: Douze (fin de l’ajout)"]
    marked = {tag.get_text() for tag in first.find_all(["ins", "del"])}
    assert any(text.startswith("ajouté") and "libre" in text for text in marked)
    assert any("Inclusion numérique" in text and text.startswith("retiré") for text in marked)
    assert any(text.startswith("retiré") and "12" in text for text in marked)
    assert author.name not in page.text


def test_it_stays_once_withdrawn(edition: Edition, author: Actor, client: PageClient) -> None:
    found = need(author, edition)
    edit(author, found.id, replace(NEED, title="Autre titre"), at=LATER)
    withdraw(author, found.id, reason="Un doublon.", at=LATER)
    assert "corrigé 1 fois" in client.get(PATH).main


def test_a_hidden_text_is_hidden_in_every_version(world: World, edition: Edition, author: Actor, client: PageClient) -> None:
    found = need(author, edition, title="Un texte abusif")
    edit(author, found.id, replace(NEED, title="Un autre"), at=LATER)
    with transaction() as session:
        hidden = {"hidden_at": LATER, "hidden_reason": "Des insultes."}
        session.execute(update(Contribution).where(Contribution.id == found.id).values(**hidden))
    for reader, sees in ((None, False), (world.person(GRAMAT), False), (author, True)):
        browser = PageClient(client.app)
        page = (browser.sign_in(reader) if reader else browser).get(PATH)
        assert ("abusif" in page.text) is sees
        assert ("Un autre" in page.text) is sees
        assert (NEED.situation.splitlines()[0] in page.text) is sees


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "</del></p><h1>x</h1>", "{{ 7 * 7 }}"])
def test_hostile_texts_are_texts(edition: Edition, author: Actor, client: PageClient, hostile: str) -> None:
    found = need(author, edition)
    edit(author, found.id, replace(NEED, situation=f"{NEED.situation} {hostile}"), at=LATER)
    page = client.get(PATH)
    assert hostile in page.soup.main.get_text()  # type: ignore[union-attr]


def test_a_title_of_236_characters_is_shown_whole(edition: Edition, author: Actor, client: PageClient) -> None:
    found = need(author, edition)
    with transaction() as session:
        session.execute(update(Contribution).where(Contribution.id == found.id).values(title="Très long " * 23 + "titre."))
    assert client.get("/2021/contributions/1").h1.endswith("Très long titre.")
    client.sign_in(author)
    form = client.get("/2021/contributions/1/modifier").form()
    client.post("/2021/contributions/1/modifier", form | {"effects": "Autre chose."}, 303)
    client.post("/2021/contributions/1/modifier", form | {"title": "x" * 251}, 422)


@pytest.mark.parametrize("corrections", [0, 3])
def test_it_costs_four_statements_beyond_the_edition(
    edition: Edition, author: Actor, client: PageClient, corrections: int
) -> None:
    found = need(author, edition)
    for rank in range(corrections):
        edit(author, found.id, replace(NEED, title=f"Titre {rank}"), at=LATER)
    with count_statements() as sent:
        client.get(PATH)
    assert len(sent) == 1 + 4, "\n".join(sent)  # the contribution and its themes, its versions, the edition's themes


@pytest.mark.parametrize("number", [0, 7, 10**9])
def test_an_unknown_number_is_a_page_that_says_so(edition: Edition, client: PageClient, number: int) -> None:
    client.get(f"/2021/contributions/{number}/versions", 404)


def test_corrected_by_a_colleague_meanwhile_both_texts_are_shown_and_one_is_chosen(
    edition: Edition, author: Actor, client: PageClient, world: World
) -> None:
    found, edit_page = service(author, edition), "/2021/contributions/1/modifier"
    form = client.sign_in(author).get(edit_page).form()
    theirs = replace(SERVICE, title="Du collègue", funding_sought=9000, themes=("inclusion-numerique",))
    edit(world.person(ROCAMADOUR), found.id, theirs, at=LATER)
    page = client.post(edit_page, form | {"title": "De l’auteur"}, 409)
    assert "Ce texte a été corrigé entre-temps" in page.main
    assert page.form()["title"] == "De l’auteur"
    other = page.soup.select_one(".draft-stored")
    assert other is not None
    assert "Titre Du collègue" in squeezed(other)
    assert "Financement recherché 9 000 €" in squeezed(other)
    assert "Thèmes Inclusion numérique" in squeezed(other)
    assert SERVICE.situation not in squeezed(other), "what is the same is not shown again"
    assert one(edition.id, 1).title == "Du collègue"
    client.post(edit_page, page.form(), 303)
    assert one(edition.id, 1).title == "De l’auteur"
    client.post(edit_page, page.form() | {"revision": "x", "title": "Autre"}, 409)


def test_a_correction_that_is_only_looked_at_stays_the_one_that_was_begun(
    edition: Edition, author: Actor, client: PageClient, world: World
) -> None:
    found, edit_page = service(author, edition), "/2021/contributions/1/modifier"
    form = client.sign_in(author).get(edit_page).form()
    edit(world.person(ROCAMADOUR), found.id, replace(SERVICE, title="Du collègue"), at=LATER)
    for changed, status in (({"act": "apercu"}, 200), ({"title": ""}, 422)):
        form = form | client.post(edit_page, form | changed, status).form()
    client.post(edit_page, form | {"title": "Encore"}, 409)
