"""The desk around the acts: two browsers on the same file, many at once, what the public and the author see of it."""

import pytest
from flask import Flask

from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.contributions.actions import edit, say_me_too
from consult.contributions.queries import one
from consult.contributions.rules import Status
from consult.ground.actor import OPERATOR, Actor, Role
from consult.ground.database import reading
from consult.proposals.queries import answering, find
from consult.triage import actions
from consult.triage.actions import declare_ineligible
from consult.triage.hiding import hide
from tests.support.page import PageClient, squeezed
from tests.support.stage_one import DURING_NEEDS, NEED, need, proposal, scheme
from tests.support.statements import count_statements
from tests.support.world import GRAMAT, LOT, ROCAMADOUR, World, closing_of, just_before, opening_of

DESK = "/moderation/2021/contributions"
GROUP = f"{DESK}/regrouper"
PAGE = "/2021/contributions/1"


@pytest.fixture
def edition(world: World, hold) -> Edition:
    hold(DURING_NEEDS)
    world.edition("2022")
    return world.edition()


@pytest.fixture
def moderator(world: World) -> Actor:
    return world.person(None, Role.MODERATOR)


@pytest.fixture
def desk(moderator: Actor, client: PageClient) -> PageClient:
    return client.sign_in(moderator)


@pytest.fixture
def author(world: World) -> Actor:
    return world.person(ROCAMADOUR)


def status(edition: Edition, number: int = 1) -> Status:
    reading().expire_all()
    return one(edition.id, number).status


def test_two_browsers_on_the_same_file(
    app: Flask, world: World, edition: Edition, author: Actor, moderator: Actor, desk: PageClient
) -> None:
    need(author, edition)
    proposal(edition, "Première")
    proposal(edition, "Seconde")
    other = PageClient(app).sign_in(world.person(None, Role.MODERATOR))
    presence = f"{DESK}/1/presence"
    mine, theirs = desk.get(f"{DESK}/1"), other.get(f"{DESK}/1")
    assert "a aussi ce dossier ouvert" not in theirs.main
    desk.post(presence, mine.form(presence), 303)
    assert f"{moderator.name} a aussi ce dossier ouvert" in other.get(f"{DESK}/1").main
    desk.follow(desk.post(GROUP, mine.form(GROUP) | {"proposals": ["1"]}, 303))
    # Grouping what is grouped would be allowed: only the revision tells that this was decided from an older page.
    page = other.post(GROUP, theirs.form(GROUP) | {"title": "Une autre", "summary": "En une phrase."}, 409)
    assert "Ce dossier a changé entre-temps" in page.main
    assert "Regroupée" in page.main
    again = page.form(GROUP)
    assert (again["title"], again["revisions"]) == ("Une autre", "1:1")
    other.follow(other.post(GROUP, again, 303))


def test_what_the_author_corrects_is_not_decided_from_an_older_page(edition: Edition, author: Actor, desk: PageClient) -> None:
    found = need(author, edition)
    act = f"{DESK}/1/non-recevable"
    form = desk.get(f"{DESK}/1").form(act)
    edit(author, found.id, NEED, at=DURING_NEEDS)
    page = desk.post(act, form | {"reason": "Hors du champ."}, 409)
    assert page.form(act)["reason"] == "Hors du champ."
    assert status(edition) is Status.PUBLISHED
    desk.post(act, page.form(act), 303)
    assert status(edition) is Status.INELIGIBLE


def test_after_an_act_the_next_file_that_waits_opens(edition: Edition, author: Actor, desk: PageClient) -> None:
    for _ in range(3):
        need(author, edition)
    page = desk.follow(desk.post(f"{DESK}/2/non-recevable", {"reason": "Hors du champ."}, 303))
    assert page.h1 == "Contribution n° 3"
    page = desk.follow(desk.post(f"{DESK}/3/non-recevable?type=besoin", {"reason": "Hors du champ."}, 303))
    assert page.h1 == "Contribution n° 1"


def test_a_question_and_its_answer(app: Flask, world: World, edition: Edition, author: Actor, desk: PageClient) -> None:
    need(author, edition)
    act = f"{DESK}/1/question"
    assert "Écrivez votre question." in desk.post(act, {"text": ""}, 422).main
    desk.follow(desk.post(act, desk.get(f"{DESK}/1").form(act) | {"text": "Depuis quand ?"}, 303))
    public, theirs = PageClient(app), PageClient(app).sign_in(author)
    assert "Depuis quand" not in public.get(PAGE).main
    assert "Depuis quand" not in PageClient(app).sign_in(world.person(GRAMAT)).get(PAGE).main
    form = theirs.get(theirs.get(PAGE).links()["Répondre à l’équipe"])
    assert "Depuis quand ?" in form.main
    page = theirs.follow(theirs.post(f"{PAGE}/reponse", form.form() | {"text": "Depuis mars."}, 303))
    assert "Depuis mars." in page.main
    assert "Depuis mars." in desk.get(f"{DESK}/1").main
    theirs.post(f"{PAGE}/reponse", {"text": "Encore."}, 409)


def test_a_hidden_text_is_read_by_nobody_else(app: Flask, edition: Edition, author: Actor, desk: PageClient) -> None:
    need(author, edition, title="Un titre injurieux", situation="Une injure rare.")
    act = f"{DESK}/1/masquer"
    desk.follow(desk.post(act, desk.get(f"{DESK}/1").form(act) | {"reason": "Il nomme quelqu’un."}, 303))
    public = PageClient(app)
    page = public.get(PAGE)
    assert page.h1 == "Texte masqué par l’équipe"
    assert "Il nomme quelqu’un." in page.main
    for path in (PAGE, "/2021/contributions", "/2021/contributions?q=injurieux", f"/collectivites/{ROCAMADOUR}"):
        text = public.get(path).response.get_data(as_text=True).replace('value="injurieux"', "").replace("« injurieux »", "")
        assert "Un titre injurieux" not in text
        assert "injure rare" not in text
    exported = public.http.get("/2021/donnees/contributions.csv").get_data(as_text=True)
    assert "injuri" not in exported
    assert "injure rare" not in exported
    assert "Une injure rare." in PageClient(app).sign_in(author).get(PAGE).main
    assert "Texte d’une contribution masqué." in public.get("/2021/journal").main
    act = f"{DESK}/1/afficher"
    desk.follow(desk.post(act, desk.get(f"{DESK}/1").form(act) | {"reason": "Corrigé."}, 303))
    assert public.get(PAGE).h1 == "Un titre injurieux"


def test_an_outcome_is_contested_and_answered(
    app: Flask, world: World, edition: Edition, author: Actor, desk: PageClient
) -> None:
    found = need(author, edition)
    sharer = world.person(GRAMAT)
    say_me_too(sharer, found.id, at=DURING_NEEDS)
    declare_ineligible(OPERATOR, found.id, reason="Hors du champ.", at=DURING_NEEDS)
    theirs = PageClient(app).sign_in(sharer)
    page = theirs.get(PAGE)
    assert "jusqu’au 10 février 2021 à 9 h 00 (heure de Paris)" in page.main
    form = theirs.get(page.links()["Contester cette décision"])
    assert "Hors du champ." in form.main
    assert "Écrivez pourquoi" in theirs.post(f"{PAGE}/contestation", {"text": " "}, 422).main
    page = theirs.follow(theirs.post(f"{PAGE}/contestation", form.form() | {"text": "C’est notre besoin."}, 303))
    assert "Gramat (Lot) a contesté" in page.main
    assert "L’équipe n’a pas encore répondu." in page.main
    theirs.get(f"{PAGE}/contestation", 409)
    PageClient(app).sign_in(world.person(LOT)).get(f"{PAGE}/contestation", 403)
    act = f"{DESK}/1/contestations/1"
    desk.post(act, {"upheld": "oui", "answer": ""}, 422)
    desk.post(f"{DESK}/1/contestations/99", {"upheld": "oui", "answer": "Oui."}, 404)
    desk.follow(desk.post(act, desk.get(f"{DESK}/1").form(act) | {"upheld": "oui", "answer": "C’est juste."}, 303))
    page = PageClient(app).get(PAGE)
    assert "la contestation est accueillie" in page.main
    assert status(edition) is Status.PUBLISHED
    assert "Contestation accueillie." in PageClient(app).get("/2021/journal").main


def test_a_reader_reports_and_the_team_settles(app: Flask, edition: Edition, author: Actor, desk: PageClient) -> None:
    need(author, edition)
    public = PageClient(app)
    form = public.get(public.get(PAGE).links()["Signaler ce texte à l’équipe"])
    assert "Dites ce qui ne va pas." in public.post(f"{PAGE}/signalement", {"text": ""}, 422).main
    public.follow(public.post(f"{PAGE}/signalement", form.form() | {"text": "Une publicité."}, 303))
    assert "1 signalement" in desk.get("/moderation").main
    assert "Une publicité." in desk.get(f"{DESK}/1").main
    listed = desk.get("/moderation/2021/signalements")
    settle = "/moderation/2021/signalements/1"
    assert "Écrivez ce qui a été fait" in desk.post(settle, {"answer": ""}, 422).main
    page = desk.follow(desk.post(settle, listed.form(settle) | {"answer": "C’est un besoin réel."}, 303))
    assert "C’est un besoin réel." in page.main
    desk.post(settle, {"answer": "Encore."}, 409)


def test_what_nobody_examined_before_the_vote_says_so(edition: Edition, author: Actor, client: PageClient, hold) -> None:
    need(author, edition)
    assert "En attente d’examen" in client.get(PAGE).main
    hold(opening_of(Stage.VOTING))
    assert "Le vote s’est ouvert avant que l’équipe ne l’examine" in client.get(PAGE).main


def test_a_grouped_one_says_when_its_proposition_is_voted_on(edition: Edition, author: Actor, client: PageClient, hold) -> None:
    actions.group(OPERATOR, [need(author, edition).id], [proposal(edition).id], at=DURING_NEEDS)
    for at, said in (
        (DURING_NEEDS, "sera soumise au vote des collectivités à partir du 15 mars 2021 à 12 h 00 (heure de Paris)."),
        (just_before(opening_of(Stage.VOTING)), "sera soumise"),
        (opening_of(Stage.VOTING), "Cette proposition est soumise au vote des collectivités."),
        (just_before(closing_of(Stage.VOTING)), "est soumise"),
        (closing_of(Stage.VOTING), "a été soumise au vote des collectivités jusqu’au"),
    ):
        hold(at)
        assert said in client.get(PAGE).main, at


def test_many_are_decided_at_once_or_none(edition: Edition, author: Actor, desk: PageClient) -> None:
    to = scheme(edition)
    changed = [need(author, edition, title=f"Besoin {rank}") for rank in range(3)][1]
    act, typed = "/moderation/2021/lot/reorienter", {"scheme": str(to.id), "reason": "Ce guichet."}
    seen = {"contributions": ["1", "2", "3"], "revisions": ["1:0", "2:0", "3:0"]}
    page = desk.get("/moderation/2021/lot?type=besoin")
    assert "3 contributions attendent parmi : Besoins" in page.main
    assert "n° 2, Besoin 1" in page.main
    assert "Réorienter 3 contributions et prévenir les auteurs" in page.main
    edit(author, changed.id, NEED, at=DURING_NEEDS)
    page = desk.post(act, typed | seen, 409)
    assert "Rien n’a été changé" in page.main
    assert {status(edition, number) for number in (1, 2, 3)} == {Status.PUBLISHED}
    assert "Écrivez la raison" in desk.post(act, typed | seen | {"reason": ""}, 422).main
    page = desk.follow(desk.post(act, typed | seen | {"revisions": ["1:0", "2:1", "3:0"]}, 303))
    assert "3 contributions réorientées" in page.main
    assert {status(edition, number) for number in (1, 2, 3)} == {Status.REORIENTED}
    assert "Rien n’attend ici" in desk.get("/moderation/2021/lot").main
    desk.post("/moderation/2021/lot/non-recevable", {"contributions": ["9"], "reason": "Non."}, 404)
    desk.post("/moderation/2021/lot/non-recevable", {"reason": "Non."}, 422)


def test_contests_and_answers_are_said_at_the_entrance(
    app: Flask, world: World, edition: Edition, author: Actor, desk: PageClient
) -> None:
    for _ in range(2):
        need(author, edition)
    file_, theirs = f"{DESK}/1", PageClient(app).sign_in(author)
    assert "contestée" not in desk.get("/moderation").main
    desk.post(f"{file_}/question", {"text": "Depuis quand ?"}, 303)
    assert "répondu" not in desk.get("/moderation").main
    theirs.post(f"{PAGE}/reponse", {"text": "Depuis mars."}, 303)
    page = desk.get("/moderation")
    assert "1 auteur a répondu à une question de l’équipe" in page.main
    assert page.links()["Contribution n° 1"] == file_
    desk.post(f"{file_}/non-recevable", {"reason": "Hors du champ."}, 303)
    assert "répondu" not in desk.get("/moderation").main
    theirs.post(f"{PAGE}/contestation", {"text": "C’est notre besoin."}, 303)
    page = desk.get("/moderation")
    assert "1 contribution contestée attend votre réponse" in page.main
    assert page.links()["Contribution n° 1"] == file_
    assert desk.get(file_).links()["Répondre à la contestation"] == "#contestations"
    desk.post(f"{file_}/contestations/1", {"upheld": "non", "answer": "La règle est celle-là."}, 303)
    assert "contestée" not in desk.get("/moderation").main


def test_the_propositions_of_what_looks_like_it_come_first(edition: Edition, author: Actor, desk: PageClient) -> None:
    proposal(edition, "Une autre")
    sibling = need(author, edition)
    actions.group(OPERATOR, [sibling.id], [proposal(edition, "Les nids-de-poule").id], at=DURING_NEEDS)
    need(author, edition)
    page = desk.get(f"{DESK}/2")
    offered = [squeezed(tag) for tag in page.soup.select("#group-proposals label")]
    assert offered == ["n° 2, Les nids-de-poule (1 texte semblable)", "n° 1, Une autre"]
    assert "Regroupée dans la proposition n° 2, Les nids-de-poule" in page.main
    acts = {link: page.links()[link] for link in ("Regrouper", "Réorienter", "Masquer")}
    assert all(page.soup.find(id=anchor.removeprefix("#")) for anchor in acts.values())


def test_what_was_undone_stays_in_the_life_of_a_contribution(edition: Edition, author: Actor, desk: PageClient) -> None:
    to = scheme(edition)
    for title in ("Première", "Seconde"):
        proposal(edition, title)
    need(author, edition)
    file_ = f"{DESK}/1"
    desk.post(f"{file_}/reorienter", {"scheme": str(to.id), "reason": "Ce guichet."}, 303)
    desk.post(f"{file_}/reouverture", {"reason": "Une erreur."}, 303)
    desk.post(GROUP, {"contributions": ["1"], "proposals": ["1", "2"]}, 303)
    desk.post(f"{file_}/degrouper", {"proposal": "1"}, 303)
    theirs = PageClient(desk.app).sign_in(author)
    theirs.post(f"{PAGE}/contestation", {"text": "C’est autre chose."}, 303)
    desk.post(f"{file_}/contestations/1", {"upheld": "oui", "answer": "En effet."}, 303)
    for path in (PAGE, file_):
        steps = [squeezed(tag) for tag in desk.get(path).soup.select(".timeline li")]
        assert [step.partition(" 26 janvier 2021")[0] for step in steps[:4]] == [
            "Publiée",
            "De nouveau à examiner",
            "Sortie de la proposition n° 1",
            "De nouveau à examiner, après une contestation",
        ]
        assert steps[1].endswith("Elle était réorientée vers « Axe 3 – guichets territoriaux ». Raison : Une erreur.")
        assert steps[3].endswith("Elle était regroupée dans la proposition n° 2. Raison : En effet.")
        assert steps[4:] == ["Examen par l’équipe à venir"]


def test_what_was_chosen_for_all_of_them_is_not_lost(edition: Edition, author: Actor, desk: PageClient) -> None:
    changed, _ = [need(author, edition, title=f"Besoin {rank}") for rank in range(2)]
    kept = proposal(edition, "Une proposition")
    act = "/moderation/2021/lot/regrouper"
    typed = {"contributions": ["1", "2"], "revisions": ["1:0", "2:0"]}
    page = desk.post(act, typed | {"title": "Une nouvelle"}, 422)
    assert page.h1 == "Décider de plusieurs contributions"
    assert "Résumez la nouvelle proposition" in page.main
    assert page.form(act)["title"] == "Une nouvelle"
    edit(author, changed.id, NEED, at=DURING_NEEDS)
    written = {"title": "Une nouvelle", "summary": "En une phrase.", "proposals": [str(kept.number)]}
    page = desk.post(act, typed | written, 409)
    assert "Rien n’a été changé" in page.main
    assert "A changé : la contribution n° 1" in page.main
    again = page.form(act)
    assert {name: again[name] for name in written} == written
    assert [tag["value"] for tag in page.soup.select(f"form[action='{act}'] [name=revisions]")] == ["1:1", "2:0"]
    page = desk.follow(desk.post(act, typed | written | {"revisions": ["1:1", "2:0"]}, 303))
    assert "2 contributions regroupées. Leurs auteurs sont prévenus." in page.main
    links = answering([changed.id])[changed.id]
    assert [ref.title for ref in links] == ["Une proposition", "Une nouvelle"]


def test_a_proposition_written_at_the_desk_is_as_fictitious_as_its_edition(
    world: World, author: Actor, desk: PageClient, hold
) -> None:
    hold(DURING_NEEDS)
    edition = world.edition("2023", is_fictitious=True)
    need(author, edition)
    typed = {"contributions": ["1"], "title": "Une nouvelle", "summary": "En une phrase."}
    for act in ("contributions/regrouper", "lot/regrouper"):
        desk.post(f"/moderation/2023/{act}", typed, 303)
    assert [one.is_fictitious for one in find(edition.id).items] == [True, True]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_lists_cost_the_same_whatever_their_length(edition: Edition, author: Actor, desk: PageClient, rows: int) -> None:
    for _ in range(rows):
        found = need(author, edition)
        desk.post(f"/2021/contributions/{found.number}/signalement", {"text": "Une erreur."}, 303)
    for path, more in (("/moderation/2021/lot", 5), ("/moderation/2021/signalements", 2)):
        with count_statements() as sent:
            desk.get(path)
        assert len(sent) == 2 + more, "\n".join(sent)


def test_the_desk_shows_the_text_it_hides(edition: Edition, author: Actor, desk: PageClient) -> None:
    found = need(author, edition, title="Un titre injurieux")
    hide(OPERATOR, found.id, reason="Une injure.", at=DURING_NEEDS)
    page = desk.get(f"{DESK}/1")
    assert page.soup.select_one(".desk-file h2").get_text() == "Un titre injurieux"
    assert "texte masqué" in page.main
