"""Drafts, page by page: kept as one types or by a button, taken up elsewhere, published, refused too late, thrown away."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from consult.accounts.model import AttachmentStatus
from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.contributions.actions import PRESSED_AGAIN
from consult.contributions.draft_rules import LONGEST_DRAFT, MOST_DRAFTS
from consult.contributions.drafts import own_drafts, save_draft, start_draft
from consult.contributions.model import ContributionType, Draft
from consult.contributions.queries import Filters, find, one
from consult.ground.actor import Actor, Profile
from consult.ground.database import reading
from tests.support.attached import attach
from tests.support.documents import join
from tests.support.letters import letters
from tests.support.page import PageClient, squeezed
from tests.support.stage_one import DURING_NEEDS, need
from tests.support.stage_two import decide_attachment
from tests.support.statements import count_statements
from tests.support.together import together
from tests.support.world import GRAMAT, ROCAMADOUR, World, closing_of, just_before

LIST = "/2021/contributions"
NEW, DRAFTS = f"{LIST}/nouvelle", f"{LIST}/brouillons"
TYPED = {
    "type": "besoin",
    "title": "Signaler un nid-de-poule",
    "situation": "Nous notons sur un carnet.",
    "themes": ["mobilite-transports"],
}
SAVE, PREVIEW = {"act": "brouillon"}, {"act": "apercu"}


@pytest.fixture
def edition(world: World, hold) -> Edition:
    hold(DURING_NEEDS)
    world.edition("2022")
    return world.edition()


@pytest.fixture
def agent(world: World, edition: Edition) -> Actor:
    start_draft(world.person(ROCAMADOUR), edition.id, ContributionType.NEED, {"title": "D’un autre"}, at=DURING_NEEDS)
    return world.person(ROCAMADOUR)


def drafts_of(actor: Actor, edition: Edition) -> list[Draft]:
    reading().expire_all()
    return list(own_drafts(actor, edition.id))


def started(actor: Actor, edition: Edition, **typed: Any) -> str:
    """The address of a new draft."""
    data = {name: value for name, value in (TYPED | typed).items() if name != "type"}
    return f"{DRAFTS}/{start_draft(actor, edition.id, ContributionType.NEED, data, at=DURING_NEEDS).id}"


def as_one_types(client: PageClient, path: str, typed: dict[str, Any]) -> TestResponse:
    """What the page's script sends."""
    data = {"csrf_token": client.csrf_token(), **typed, **SAVE}
    return client.http.post(path, data=data, headers={"Accept": "application/json"})


class TestKeeping:
    def test_a_button_keeps_what_is_not_finished(self, edition: Edition, agent: Actor, client: PageClient, hold) -> None:
        client.sign_in(agent)
        form = client.get(f"{NEW}?type=service")
        assert "D’ici là, ce que vous écrivez est un brouillon" in form.main
        typed = {"type": "service", "title": "x" * 200, "funding_sought": "beaucoup", "themes": ["inconnu"], **SAVE}
        page = client.follow(client.post(NEW, form.form() | typed, 303))
        assert "Brouillon enregistré à 9 h 00. Il n’est pas publié" in page.main
        assert page.soup.select_one(".item-badges:not([hidden])").get_text(strip=True) == "Brouillon, non publié"  # type: ignore[union-attr]
        assert (page.form()["title"], page.form()["funding_sought"]) == ("x" * 200, "beaucoup")
        assert not page.soup.select(".field-error"), "a draft may be wrong"
        assert find(edition.id, Filters()).total == 0
        hold(DURING_NEEDS + timedelta(minutes=42))
        again = page.form() | {"title": "Plus court"} | SAVE
        page = client.follow(client.post(str(page.soup.main.form["action"]), again, 303))  # type: ignore[union-attr, index]
        assert "Brouillon enregistré à 9 h 42." in page.soup.select_one("[data-draft][role=status]").text.replace("\u00a0", " ")  # type: ignore[union-attr]
        assert page.form()["title"] == "Plus court"
        assert len(drafts_of(agent, edition)) == 1

    def test_as_one_types_the_answer_is_for_the_script(self, edition: Edition, agent: Actor, client: PageClient, hold) -> None:
        client.sign_in(agent)
        answer = as_one_types(client, f"{NEW}?type=besoin", TYPED | {"revision": "0"})
        (draft,) = drafts_of(agent, edition)
        assert answer.status_code == 200
        assert answer.json == {"said": "Brouillon enregistré à 9\u00a0h\u00a000.", "url": f"{DRAFTS}/{draft.id}", "revision": 1}
        hold(DURING_NEEDS + timedelta(minutes=5))
        later = as_one_types(client, answer.json["url"], TYPED | {"title": "Suite", "revision": "1"})
        assert later.json == answer.json | {"said": "Brouillon enregistré à 9\u00a0h\u00a005.", "revision": 2}
        assert drafts_of(agent, edition)[0].data["title"] == "Suite"
        assert find(edition.id, Filters()).total == 0

    def test_nothing_typed_is_nothing_kept(self, edition: Edition, agent: Actor, client: PageClient) -> None:
        client.sign_in(agent)
        assert as_one_types(client, NEW, {"type": "besoin", "title": " "}).json == {"said": ""}
        page = client.follow(client.post(NEW, {"type": "besoin", **SAVE}, 303))
        assert "Il n’y a encore rien à garder" in page.main
        assert drafts_of(agent, edition) == []

    def test_what_is_invisible_is_not_kept(self, edition: Edition, agent: Actor, client: PageClient) -> None:
        as_one_types(client.sign_in(agent), NEW, TYPED | {"title": "nul\x00 et \u202einverse"})
        assert drafts_of(agent, edition)[0].data["title"] == "nul et inverse"

    def test_too_long_it_is_said_and_nothing_is_lost(self, edition: Edition, agent: Actor, client: PageClient) -> None:
        client.sign_in(agent)
        long = TYPED | {"situation": "x" * LONGEST_DRAFT}
        page = client.post(NEW, long | SAVE, 413)
        assert "Ce texte est trop long pour être gardé" in page.main
        assert page.form()["situation"] == long["situation"]
        answer = as_one_types(client, started(agent, edition), long | {"revision": "1"})
        assert (answer.status_code, "trop long" in answer.json["said"]) == (413, True)

    def test_the_twenty_first_is_not_kept_but_may_be_published(
        self, edition: Edition, agent: Actor, client: PageClient
    ) -> None:
        for _ in range(MOST_DRAFTS):
            started(agent, edition)
        page = client.sign_in(agent).post(NEW, TYPED | SAVE, 409)
        assert "Vous avez déjà vingt brouillons" in page.main
        assert page.form()["situation"] == TYPED["situation"]
        page = client.post(NEW, TYPED | {"title": ""}, 422)
        assert "Vous avez déjà vingt brouillons" in page.main
        assert "Rien n’est enregistré pour l’instant." in page.main
        client.post(NEW, TYPED, 303)
        assert find(edition.id, Filters()).total == 1

    @pytest.mark.parametrize("has_token", [True, False], ids=["session closed", "form of another session"])
    def test_signed_out_meanwhile_what_was_typed_is_shown_to_be_copied(
        self, edition: Edition, agent: Actor, client: PageClient, *, has_token: bool
    ) -> None:
        typed = TYPED | {"situation": "Nous notons <tout> sur un carnet."}
        token = {} if has_token else {"csrf_token": "x"}
        own = {"Origin": "http://localhost"}
        page = client.post(NEW, typed | token, 401 if has_token else 400, headers=own)
        (kept, *_) = page.soup.select("main textarea")
        assert [area.get_text() for area in page.soup.select("main textarea")] == [typed["title"], typed["situation"]]
        assert kept.has_attr("readonly")
        for other in ({"Origin": "https://ailleurs.example"}, {"Origin": "null"}, {}):
            page = client.post(NEW, typed | token, 401 if has_token else 400, headers=other)
            assert not page.soup.select("main textarea"), "another site does not choose what ours says"

    def test_a_visitor_keeps_nothing(self, edition: Edition, agent: Actor, client: PageClient) -> None:
        path = started(agent, edition)
        assert as_one_types(client, NEW, TYPED).status_code == 401
        for method, address in (("get", DRAFTS), ("get", path), ("post", path), ("post", f"{path}/suppression")):
            getattr(client, method)(address, status=401)


class TestTakingUpAgain:
    def test_they_are_listed_where_one_begins(self, edition: Edition, agent: Actor, client: PageClient) -> None:
        first, second = started(agent, edition), started(agent, edition, title="")
        client.sign_in(agent)
        for path in (NEW, DRAFTS):
            page = client.get(path)
            assert page.links()[TYPED["title"]] == first
            assert page.links()["Sans titre"] == second
            assert page.main.count("Brouillon, non publié") == 2
            assert "D’un autre" not in page.main
        page = client.get(first)
        assert page.form()["situation"] == TYPED["situation"]
        assert page.form()["themes"] == ["mobilite-transports"]

    def test_the_home_page_leads_back_to_them_while_they_can_be_published(
        self, edition: Edition, agent: Actor, client: PageClient, hold
    ) -> None:
        client.sign_in(agent)
        assert "brouillon" not in client.get("/2021/").main
        path = started(agent, edition)
        page = client.get("/2021/")
        assert f"Votre brouillon « {TYPED['title']} » n’est pas publié." in page.main
        assert page.links()["Reprendre mon brouillon"] == path
        assert page.soup.select_one("main .btn-primary").text == "Reprendre mon brouillon"  # type: ignore[union-attr]
        started(agent, edition, title="x" * 500)
        page = client.get("/2021/")
        assert "Vous avez commencé 2 brouillons : aucun n’est publié." in page.main
        assert page.links()["Reprendre un brouillon"] == DRAFTS
        hold(closing_of(Stage.NEEDS))
        assert "brouillon" not in client.get("/2021/").main

    def test_the_account_leads_to_them_and_to_what_one_published(
        self, edition: Edition, agent: Actor, client: PageClient, world: World
    ) -> None:
        need(agent, edition, title="Le mien")
        need(world.person(ROCAMADOUR), edition, title="D’un collègue")
        page = client.sign_in(agent).get("/compte")
        assert page.links()["Mes brouillons et mes contributions"] == DRAFTS.replace("2021", "2022"), "of the latest edition"
        page = client.get(DRAFTS)
        assert page.links()["Le mien"] == f"{LIST}/1"
        assert "n° 1, publié le 26 janvier 2021 à 9 h 00" in page.main
        assert "D’un collègue" not in page.main
        assert "Aucun n’est publié" not in page.main, "there is no draft"

    def test_a_blank_page_says_that_one_was_begun(self, edition: Edition, agent: Actor, client: PageClient) -> None:
        blank = f"{NEW}?type=besoin"
        assert "Vous avez déjà" not in client.sign_in(agent).get(blank).main
        path = started(agent, edition)
        page = client.get(blank)
        assert f"Vous avez déjà un brouillon : reprendre « {TYPED['title']} »" in page.main
        assert page.links()[f"reprendre « {TYPED['title']} »"] == path
        started(agent, edition, title="")
        page = client.get(blank)
        assert "Vous avez déjà 2 brouillons : reprendre « Sans titre » , ou choisir parmi vos brouillons ." in page.main
        assert "Vous avez déjà" not in client.get(path).main

    @pytest.mark.parametrize("path", ["", "/documents", "/suppression"])
    def test_the_menu_says_where_one_is(self, edition: Edition, agent: Actor, client: PageClient, path: str) -> None:
        page = client.sign_in(agent).get(started(agent, edition) + path)
        assert [squeezed(here) for here in page.soup.select(".site-nav a[aria-current]")] == ["Contributions"]

    def test_without_any_the_list_says_what_to_do(self, edition: Edition, agent: Actor, client: PageClient) -> None:
        page = client.sign_in(agent).get(DRAFTS)
        assert "Aucun brouillon" in page.main
        assert page.links()["Écrire une contribution"] == NEW
        assert "Vos brouillons" not in client.get(NEW).main

    @pytest.mark.parametrize("drafts", [0, 1])
    def test_once_the_stage_is_over_nothing_leads_to_a_closed_door(
        self, edition: Edition, agent: Actor, client: PageClient, hold, drafts: int
    ) -> None:
        for _ in range(drafts):
            started(agent, edition)
        assert NEW in client.sign_in(agent).get(DRAFTS).links().values()
        hold(closing_of(Stage.NEEDS))
        assert NEW not in client.get(DRAFTS).links().values()

    @pytest.mark.parametrize("path", ["", "/suppression"])
    def test_another_s_does_not_exist(
        self, world: World, edition: Edition, agent: Actor, client: PageClient, path: str
    ) -> None:
        client.sign_in(world.person(ROCAMADOUR))
        theirs = started(agent, edition)
        client.get(theirs + path, 404)
        client.post(theirs + path, TYPED | {"revision": "1"}, 404)
        client.get(theirs.replace("2021", "2022") + path, 404)
        assert len(drafts_of(agent, edition)) == 1
        assert find(edition.id, Filters()).total == 0

    def test_it_is_thrown_away_once_asked(self, edition: Edition, agent: Actor, client: PageClient) -> None:
        path = started(agent, edition)
        page = client.sign_in(agent).get(path)
        page = client.get(page.links()["Supprimer ce brouillon"])
        assert page.links()["Le garder"] == path
        page = client.follow(client.post(f"{path}/suppression", status=303))
        assert "Ce brouillon est supprimé." in page.main
        assert drafts_of(agent, edition) == []
        client.get(path, 404)

    @pytest.mark.parametrize("rows", [1, 3])
    def test_the_list_costs_two_statements_beyond_the_page(
        self, edition: Edition, agent: Actor, client: PageClient, rows: int
    ) -> None:
        for _ in range(rows):
            started(agent, edition)
            need(agent, edition)
        client.sign_in(agent).get(DRAFTS)
        with count_statements() as sent:
            client.get(DRAFTS)
        assert len(sent) == 4, "\n".join(sent)  # the session, the edition, the drafts, what was published


class TestTwoDevices:
    def test_the_second_sees_both_texts_and_chooses(self, edition: Edition, agent: Actor, client: PageClient) -> None:
        path = started(agent, edition)
        form = client.sign_in(agent).get(path).form()
        save_draft(
            agent, int(path.rpartition("/")[2]), TYPED | {"title": "Du bureau", "themes": []}, revision=1, at=DURING_NEEDS
        )
        typed = form | {"title": "De la maison"}
        answer = as_one_types(client, path, typed)
        assert (answer.status_code, "a changé ailleurs" in answer.json["said"]) == (409, True)
        assert "« Enregistrer le brouillon » vous montre les deux textes." in answer.json["said"].replace("\u00a0", " ")
        for act in (SAVE, PREVIEW, {}):
            page = client.post(path, typed | act, 409)
            assert "Ce brouillon a changé ailleurs" in page.main
            assert page.form()["title"] == "De la maison"
            other = page.soup.select_one(".draft-stored").get_text(" ", strip=True)  # type: ignore[union-attr]
            assert "Titre Du bureau" in other
            assert "Thèmes Rien." in other
            assert TYPED["situation"] not in other, "what is the same is not shown again"
            assert not page.soup.select("[data-draft]"), "until one is chosen, neither takes the other's place by itself"
        assert find(edition.id, Filters()).total == 0
        assert drafts_of(agent, edition)[0].data["title"] == "Du bureau"
        client.post(path, page.form() | SAVE, 303)
        assert drafts_of(agent, edition)[0].data["title"] == "De la maison"

    @pytest.mark.parametrize("revision", ["", "x", "-1", "9" * 30, "²"])
    def test_a_revision_that_means_nothing_overwrites_nothing(
        self, edition: Edition, agent: Actor, client: PageClient, revision: str
    ) -> None:
        path = started(agent, edition)
        client.sign_in(agent).post(path, TYPED | {"title": "Autre", "revision": revision, **SAVE}, 409)
        assert drafts_of(agent, edition)[0].data["title"] == TYPED["title"]


class TestPublishing:
    def test_a_draft_is_published_once_and_leads_to_what_it_became(
        self, edition: Edition, agent: Actor, client: PageClient
    ) -> None:
        path = started(agent, edition)
        form = client.sign_in(agent).get(path).form()
        page = client.follow(client.post(path, form, 303))
        assert page.h1 == TYPED["title"]
        assert drafts_of(agent, edition) == []
        assert client.get(path, 303).response.headers["Location"] == f"{LIST}/1"
        page = client.follow(client.post(path, form | {"title": "Autre"}, 303))
        assert "Ce brouillon est déjà publié" in page.main
        client.get(f"{path}/suppression", 303)
        assert as_one_types(client, path, form | {"title": "Autre"}).status_code == 409
        assert find(edition.id, Filters()).total == 1

    @pytest.mark.parametrize("is_blank_page", [True, False])
    def test_pressed_twice_it_is_published_once_and_nobody_is_told_otherwise(
        self, app: Flask, edition: Edition, agent: Actor, client: PageClient, *, is_blank_page: bool
    ) -> None:
        path = NEW if is_blank_page else started(agent, edition)
        form = client.sign_in(agent).get(f"{path}?type=besoin").form() | TYPED
        answers = together(app, [lambda: client.post(path, form, 303).response.headers["Location"]] * 4)
        assert answers == [f"{LIST}/1"] * 4
        assert find(edition.id, Filters()).total == 1
        assert drafts_of(agent, edition) == [], "none is left that says it is not published"
        assert len(letters(DURING_NEEDS)) == 1

    def test_the_same_text_later_or_in_another_name_is_another_contribution(
        self, edition: Edition, agent: Actor, client: PageClient, hold
    ) -> None:
        client.sign_in(agent).post(NEW, TYPED, 303)
        attach(agent, GRAMAT)
        client.post(NEW, TYPED | {"au_nom_de": GRAMAT}, 303)
        assert one(edition.id, 2).siren == GRAMAT
        hold(DURING_NEEDS + PRESSED_AGAIN)
        client.post(NEW, TYPED, 303)
        assert find(edition.id, Filters()).total == 3

    def test_from_the_blank_page_a_draft_is_kept_first(self, edition: Edition, agent: Actor, client: PageClient) -> None:
        page = client.sign_in(agent).post(NEW, TYPED | {"title": ""}, 422)
        assert "Rien n’est publié pour l’instant ; votre texte est gardé en brouillon." in page.main
        (draft,) = drafts_of(agent, edition)
        action = page.soup.main.form["action"]  # type: ignore[union-attr, index]
        assert action == f"{DRAFTS}/{draft.id}"
        client.post(action, page.form() | {"title": "Enfin"}, 303)
        assert drafts_of(agent, edition) == []
        assert one(edition.id, 1).title == "Enfin"

    @pytest.mark.parametrize("late", [timedelta(), timedelta(days=2)])
    def test_too_late_it_is_refused_and_the_text_is_a_draft(
        self, edition: Edition, agent: Actor, client: PageClient, hold, late: timedelta
    ) -> None:
        close = closing_of(Stage.NEEDS)
        hold(just_before(close))
        form = client.sign_in(agent).get(f"{NEW}?type=besoin").form()
        hold(close + late)
        page = client.post(NEW, form | TYPED, 409)
        assert "Votre texte n’est pas publié" in page.main
        assert (
            "Il est trop tard : le recueil des besoins est clos depuis le 15 mars 2021 à 12 h 00 (heure de Paris)." in page.main
        )
        assert [button["class"][-1] for button in page.soup.main.select("button[value=brouillon]")] == ["btn-primary"]  # type: ignore[union-attr]
        assert "Publier ce besoin" not in page.main, "nobody can: the button would be refused again"
        assert "Il est gardé dans vos brouillons , où vous seul pouvez le lire." in page.main
        assert page.form()["situation"] == TYPED["situation"]
        (draft,) = drafts_of(agent, edition)
        assert (draft.data["situation"], draft.saved_at) == (TYPED["situation"], close + late)
        assert find(edition.id, Filters()).total == 0
        page = client.get(page.links()["vos brouillons"])
        page = client.get(page.links()[TYPED["title"]])
        assert "Ce brouillon ne peut pas être publié maintenant" in page.main
        assert "Publier ce besoin" not in page.main
        page = client.post(f"{DRAFTS}/{draft.id}", page.form(), 409)
        assert "Il est gardé dans vos brouillons" in page.main

    def test_begun_before_the_close_and_published_a_second_before(
        self, edition: Edition, agent: Actor, client: PageClient, hold
    ) -> None:
        path = started(agent, edition)
        form = client.sign_in(agent).get(path).form()
        hold(just_before(closing_of(Stage.NEEDS)))
        client.post(path, form, 303)
        assert find(edition.id, Filters()).total == 1

    def test_in_a_name_one_no_longer_has_it_is_kept_and_said(self, edition: Edition, agent: Actor, client: PageClient) -> None:
        path = started(agent, edition)
        form = client.sign_in(agent).get(path).form() | {"au_nom_de": ""}
        decide_attachment(agent, AttachmentStatus.ENDED)
        page = client.get(path)
        assert "Ce brouillon ne peut pas être publié maintenant" in page.main
        page = client.post(path, form | {"title": "Encore changé"}, 409)
        assert "Il est gardé dans vos brouillons" in page.main
        assert drafts_of(agent, edition)[0].data["title"] == "Encore changé"
        assert find(edition.id, Filters()).total == 0

    def test_another_of_one_s_names_is_not_taken_instead(
        self, world: World, edition: Edition, agent: Actor, client: PageClient
    ) -> None:
        path = started(agent, edition)
        decide_attachment(agent, AttachmentStatus.ENDED)
        attach(agent, GRAMAT)
        page = client.sign_in(agent).get(path)
        assert "Ce brouillon ne peut pas être publié maintenant" in page.main
        assert "vous ne parlez plus pour cette collectivité" in page.main
        client.post(path, page.form(), 409)
        assert find(edition.id, Filters()).total == 0

    def test_a_partner_s_keeps_its_organisation(self, world: World, edition: Edition, client: PageClient) -> None:
        partner = world.person(None, profile=Profile.PARTENAIRE)
        client.sign_in(partner)
        typed = TYPED | {"type": "service", "partner": "Association fictive"}
        page = client.follow(client.post(NEW, typed | SAVE, 303))
        assert page.form()["partner"] == "Association fictive"
        client.post(f"{DRAFTS}/{drafts_of(partner, edition)[0].id}", page.form(), 303)
        assert one(edition.id, 1).partner == "Association fictive"


class TestPreview:
    def test_it_is_seen_as_it_will_be_and_only_the_draft_is_kept(
        self, edition: Edition, agent: Actor, client: PageClient
    ) -> None:
        typed = TYPED | {"situation": "Il **faut** :\n\n- du temps\n- <b>du soin</b>", "title": "", **PREVIEW}
        page = client.sign_in(agent).post(NEW, typed, 200)
        shown = page.soup.select_one("#apercu")
        assert shown is not None
        assert [tag.get_text() for tag in shown.find_all("li")] == ["du temps", "du soin"]
        assert shown.strong is not None
        assert "Sans titre pour l’instant" in shown.get_text()
        assert not page.soup.select(".field-error"), "nothing is judged yet"
        assert page.form()["title"] == ""
        (draft,) = drafts_of(agent, edition)
        assert page.soup.main.find_all("form")[-1]["action"] == f"{DRAFTS}/{draft.id}"  # type: ignore[union-attr]
        assert find(edition.id, Filters()).total == 0

    def test_all_that_will_be_read_is_in_it_and_it_is_published_from_there(
        self, edition: Edition, agent: Actor, client: PageClient
    ) -> None:
        path = started(agent, edition)
        join(agent, drafts_of(agent, edition)[0], "plan.pdf")
        page = client.sign_in(agent).post(path, client.get(path).form() | PREVIEW, 200)
        shown = page.soup.select_one("#apercu")
        assert shown is not None
        assert "Thèmes Mobilité et transports Documents joints plan.pdf" in squeezed(shown)
        button = shown.select_one("button")
        assert button is not None
        assert (button.text, button.get("name")) == ("Publier ce besoin", None)
        form = page.soup.find("form", id=button["form"])
        assert form is not None
        client.post(str(form["action"]), page.form(str(form["action"])), 303)
        assert find(edition.id, Filters()).total == 1

    def test_a_correction_is_seen_first_too(self, world: World, edition: Edition, agent: Actor, client: PageClient) -> None:
        found = need(agent, edition)
        client.sign_in(agent)
        form = client.get(f"{LIST}/1/modifier").form()
        page = client.post(f"{LIST}/1/modifier", form | {"title": "Autre titre", **PREVIEW}, 200)
        assert "Autre titre" in page.soup.select_one("#apercu").get_text()  # type: ignore[union-attr]
        assert drafts_of(agent, edition) == []
        reading().expire_all()
        assert one(edition.id, 1).title == found.title
        del form["au_nom_de"]
        client.sign_in(world.person(GRAMAT)).post(f"{LIST}/1/modifier", form | PREVIEW, 403)


class TestHelp:
    def test_examples_are_those_of_the_edition_s_themes_and_said_to_be_invented(
        self, edition: Edition, agent: Actor, client: PageClient
    ) -> None:
        client.sign_in(agent)
        for type_, count in (("besoin", 2), ("service", 1)):
            shown = client.get(f"{NEW}?type={type_}").soup.select_one("details.examples")
            assert shown is not None
            assert "Ils sont inventés" in shown.get_text()
            assert len(shown.find_all("dt")) == count

    def test_unknown_themes_have_one_that_suits_any(self, world: World, agent: Actor, client: PageClient) -> None:
        world.edition("2021-bis", themes=(("autre", "Autre chose"),))
        shown = client.sign_in(agent).get("/2021-bis/contributions/nouvelle?type=besoin").soup.select_one("details.examples")
        assert shown is not None
        assert len(shown.find_all("dt")) == 1
        assert "thème par thème" not in shown.get_text()

    def test_pasted_html_is_stored_as_text(self, edition: Edition, agent: Actor, client: PageClient) -> None:
        pasted = "<p>Un.</p><ul><li>deux</li><li>3 &lt; 5</li></ul>"
        client.sign_in(agent).post(NEW, TYPED | {"situation": pasted, "effects": "<b "}, 303)
        found = one(edition.id, 1)
        assert (found.situation, found.effects) == ("Un.\n\n- deux\n- 3 < 5", "<b")
