"""Propositions: the list, the page of one, and the forms that write and correct them."""

from datetime import datetime, timedelta

import pytest

from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.contributions import actions
from consult.ground.actor import OPERATOR, Actor, Role
from consult.ground.database import reading
from consult.proposals.actions import withdraw
from consult.proposals.queries import one
from consult.triage import actions as triage
from consult.triage import contests
from tests.support import retained
from tests.support.page import PageClient
from tests.support.stage_one import DURING_NEEDS, group, need, proposal
from tests.support.statements import count_statements
from tests.support.world import GRAMAT, LOT, ROCAMADOUR, World, during, just_before, opening_of

LIST, NEW = "/2021/propositions", "/moderation/2021/propositions/nouvelle"
TYPED = {"title": "Faciliter le signalement", "summary": "En deux minutes.", "changes": "Moins d’appels.", "for_whom": "Tous."}


@pytest.fixture
def edition(world: World, hold) -> Edition:
    hold(DURING_NEEDS)
    world.edition("2022")
    return world.edition(is_fictitious=True)


@pytest.fixture
def moderator(world: World) -> Actor:
    return world.person(None, Role.MODERATOR)


def test_an_empty_list_says_why(edition: Edition, client: PageClient) -> None:
    page = client.get(LIST)
    assert "Aucune proposition pour l’instant" in page.main
    assert "Écrire une proposition" not in page.links()


def test_a_line_says_what_it_answers(world: World, edition: Edition, client: PageClient) -> None:
    found = need(world.person(ROCAMADOUR), edition)
    group(found, proposal(edition, "Première"))
    actions.say_me_too(world.person(GRAMAT), found.id, at=DURING_NEEDS)
    page = client.get(LIST)
    assert "1 proposition , dans l’ordre de leur numéro" in page.main
    assert "Répond à 1 contribution, portée par 2 collectivités" in page.main
    assert "à partir du 15 mars 2021 à 12 h 00 (heure de Paris)" in page.main


def test_it_is_searched(edition: Edition, client: PageClient) -> None:
    proposal(edition, "Gérer électroniquement les documents")
    proposal(edition, "Communiquer avec les usagers")
    page = client.get(f"{LIST}?q=ELECTRONIQUE")
    assert [tag.get_text() for tag in page.soup.select(".item-title")] == ["Gérer électroniquement les documents"]
    assert "Aucune proposition ne correspond" in client.get(f"{LIST}?q=introuvable").main


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("is_proclaimed", [False, True])
def test_the_list_costs_one_statement_beyond_the_edition_and_one_more_once_proclaimed(
    world: World, edition: Edition, client: PageClient, rows: int, is_proclaimed: bool
) -> None:
    for rank in range(rows):
        group(need(world.person(ROCAMADOUR), edition), proposal(edition, f"Proposition {rank}"))
    if is_proclaimed:
        retained.proposal(edition)
    with count_statements() as sent:
        client.get(LIST)
    assert len(sent) == 1 + 1 + is_proclaimed, "\n".join(sent)


def test_beyond_the_last_page_one_reads_the_last(edition: Edition, client: PageClient) -> None:
    for rank in range(21):
        proposal(edition, f"Proposition {rank}")
    assert "Proposition 20" in client.get(f"{LIST}?page=99").main
    assert "Proposition 20" in client.get(f"{LIST}?page=99&q=proposition").main
    assert "Proposition 3" in client.get(f"{LIST}?page=99&q=proposition+3").main


def test_a_proposition_shows_every_contribution_it_answers_and_who_is_behind(
    world: World, edition: Edition, client: PageClient
) -> None:
    found = proposal(edition, "Première")
    shared = need(world.person(ROCAMADOUR), edition, title="Le nid-de-poule")
    group(shared, found)
    group(need(world.person(GRAMAT), edition, title="Le lampadaire"), found)
    group(need(world.person(LOT), edition, title="Ailleurs"), proposal(edition, "Seconde"))
    sayer = world.person(LOT)
    actions.say_me_too(sayer, shared.id, at=DURING_NEEDS)
    page = client.get(f"{LIST}/1")
    assert page.h1 == "Première"
    assert "2 contributions de 2 auteurs, partagées par 1 autre collectivité" in page.main
    assert [tag.get_text() for tag in page.soup.select("#origine ~ ol .item-title")] == ["Le nid-de-poule", "Le lampadaire"]
    assert page.links()["Département du Lot"] == f"/collectivites/{LOT}"
    assert sayer.name not in page.text
    assert "titre réel, texte fictif" in page.main
    assert " :" not in page.soup.main.get_text(), "no line begins with a colon, after a value or a condition either"


@pytest.mark.parametrize("number", [0, 9, 10**20])
def test_an_unknown_number_is_a_page_that_says_so(edition: Edition, client: PageClient, number: int) -> None:
    client.get(f"{LIST}/{number}", 404)


def test_long_texts_are_read_as_those_of_contributions_are(
    world: World, edition: Edition, moderator: Actor, client: PageClient
) -> None:
    client.sign_in(moderator)
    text = "Signaler **vite**.\n\n- une photo\n- une adresse"
    client.post(NEW, TYPED | {"summary": text, "changes": text, "for_whom": text}, 303)
    committee = PageClient(client.app).sign_in(world.person(None, Role.COMMITTEE))
    for reader, path, shown in ((client, LIST, 1), (client, f"{LIST}/1", 3), (committee, "/comite/2021/propositions/1", 3)):
        main = reader.get(path).soup.main
        assert [tag.get_text() for tag in main.find_all("strong", string="vite")] == ["vite"] * shown, path
        assert len(main.find_all("li", string="une photo")) == shown, path


def test_the_box_that_supports_it_comes_first(world: World, edition: Edition, client: PageClient, hold) -> None:
    proposal(edition, "Première")
    assert "Le vote n’est pas encore ouvert" in client.get(f"{LIST}/1").main
    hold(during(Stage.VOTING))
    client.sign_in(world.person(ROCAMADOUR))
    assert client.get(f"{LIST}/1").soup.select_one("main form")["action"] == f"{LIST}/1/soutien"


def test_what_left_it_is_not_forgotten(world: World, edition: Edition, client: PageClient) -> None:
    found, other = proposal(edition, "Première"), proposal(edition, "Seconde")
    author = world.person(ROCAMADOUR)
    out, back, contested = (need(author, edition) for _ in range(3))
    for each in (out, back, contested):
        group(each, found, other)
    assert "sortie" not in client.get(f"{LIST}/1").main
    triage.ungroup(OPERATOR, out.id, found.id, at=DURING_NEEDS)
    triage.ungroup(OPERATOR, back.id, found.id, at=DURING_NEEDS)
    group(back, found)
    page = client.get(f"{LIST}/1")
    assert "En est sortie :" in page.main
    assert ", le 26 janvier 2021." in page.main
    written = contests.contest(author, contested.id, text="C’est autre chose.", at=DURING_NEEDS + timedelta(hours=2))
    contests.answer_contest(OPERATOR, written.id, upheld=True, answer="En effet.", at=DURING_NEEDS + timedelta(hours=3))
    page = client.get(f"{LIST}/1")
    assert "En sont sorties :" in page.main
    assert page.links()["la contribution n° 1"] == "/2021/contributions/1"
    assert page.links()["la contribution n° 3"] == "/2021/contributions/3"
    assert "la contribution n° 2" not in page.links()
    assert [one for one in client.get(f"{LIST}/2").links() if "la contribution" in one] == ["la contribution n° 3"]


def test_a_page_of_one_costs_at_most_seven_statements_beyond_the_session_and_the_edition(
    world: World, edition: Edition, client: PageClient, hold
) -> None:
    group(need(world.person(GRAMAT), edition), proposal(edition, "Première"))
    hold(during(Stage.VOTING))
    client.sign_in(world.person(ROCAMADOUR))
    with count_statements() as sent:
        client.get(f"{LIST}/1")
    assert len(sent) == 2 + 7, "\n".join(sent)


def test_a_moderator_writes_then_corrects_it(edition: Edition, moderator: Actor, client: PageClient) -> None:
    client.sign_in(moderator)
    assert client.get(LIST).links()["Écrire une proposition"] == NEW
    page = client.follow(client.post(NEW, client.get(NEW).form() | TYPED, 303))
    assert "La proposition n° 1 est publiée" in page.main
    assert one(edition.id, 1).is_fictitious, "what is invented in a demonstration says so"
    path = page.links()["Corriger cette proposition"]
    page = client.follow(client.post(path, client.get(path).form() | {"title": "Autre titre"}, 303))
    assert page.h1 == "Autre titre"
    assert "Donnez un titre" in client.post(path, TYPED | {"title": ""}, 422).main


def test_when_the_vote_opens_it_is_too_late_and_the_text_is_kept(
    edition: Edition, moderator: Actor, client: PageClient, hold
) -> None:
    proposal(edition, "Première")
    client.sign_in(moderator)
    path = "/moderation/2021/propositions/1"
    opens = opening_of(Stage.VOTING)
    hold(just_before(opens))
    form = client.get(path).form() | {"summary": "Gardé tel quel."}
    hold(opens)
    for address, why in ((path, "Cette proposition est figée"), (NEW, "Ce n’est pas le moment")):
        page = client.post(address, form, 409)
        assert why in page.main
        assert page.form()["summary"] == "Gardé tel quel."
        client.get(address, 409)
    reading().expire_all()
    assert one(edition.id, 1).summary == "Signaler en deux minutes."
    assert "Corriger cette proposition" not in client.get(f"{LIST}/1").links()


@pytest.mark.parametrize(
    ("path", "at", "more"),
    [
        pytest.param("/moderation/2021/propositions/1", DURING_NEEDS, {}, id="before the vote"),
        pytest.param(
            "/moderation/2021/propositions/1/correction",
            opening_of(Stage.VOTING),
            {"reason": "Une coquille."},
            id="once it is open",
        ),
    ],
)
def test_of_two_who_write_the_second_sees_what_the_first_wrote_and_keeps_their_own(
    world: World, edition: Edition, moderator: Actor, client: PageClient, hold, path: str, at: datetime, more: dict[str, str]
) -> None:
    proposal(edition, "Première")
    hold(at)
    client.sign_in(moderator)
    mine = client.get(path).form() | more
    other = PageClient(client.app).sign_in(world.person(None, Role.MODERATOR))
    theirs = other.get(path).form() | more
    client.post(path, mine | {"title": "Le titre de l’une"}, 303)
    page = other.post(path, theirs | {"summary": "Le résumé de l’autre."}, 409)
    assert "Cette proposition a changé entre-temps" in page.main
    now = page.soup.find("section", attrs={"aria-labelledby": "maintenant"})
    assert [tag.get_text(strip=True) for tag in now.select("dt, dd")] == [
        "Titre",
        "Le titre de l’une",
        "Résumé",
        "Signaler en deux minutes.",
    ]
    again = page.form()
    assert (again["title"], again["summary"]) == ("Première", "Le résumé de l’autre.")
    reading().expire_all()
    assert one(edition.id, 1).summary == "Signaler en deux minutes."
    page = other.follow(other.post(path, again | {"title": "Le titre de l’une"}, 303))
    assert page.h1 == "Le titre de l’une"
    assert "Le résumé de l’autre." in page.main


@pytest.mark.parametrize("path", [NEW, "/moderation/2021/propositions/1"])
def test_others_do_not_write(world: World, edition: Edition, client: PageClient, path: str) -> None:
    proposal(edition)
    client.get(path, 401)
    client.sign_in(world.person(ROCAMADOUR, Role.COMMITTEE, Role.OBSERVER))
    client.get(path, 403)
    client.post(path, TYPED, 403)


def test_a_correction_after_the_vote_opens_is_shown_with_its_reason_and_the_words_it_had(
    edition: Edition, moderator: Actor, client: PageClient, hold
) -> None:
    proposal(edition, "Première")
    hold(opening_of(Stage.VOTING))
    path = "/moderation/2021/propositions/1/correction"
    client.get(path, 401)
    client.sign_in(moderator)
    shown = client.get("/2021/propositions/1")
    assert shown.links()["Publier une correction"] == path
    form = client.get(path).form() | {"title": "Premier titre juste"}
    assert "Écrivez la raison" in client.post(path, form, 422).main
    page = client.follow(client.post(path, form | {"reason": "Une coquille."}, 303))
    assert page.h1 == "Premier titre juste"
    assert "15 mars 2021 à 12 h 00 (heure de Paris) : Une coquille." in page.main
    assert [tag.get_text() for tag in page.soup.select("del, ins")] == ["Première", "Premier titre juste"]
    assert "Proposition corrigée après l’ouverture du vote." in client.get("/2021/journal").main
    client.post(path, client.get(path).form() | {"for_whom": "- les **maires**\n- les agents", "reason": "Un oubli."}, 303)
    before, after = client.get("/2021/propositions/1").soup.select("del, ins")[:2]
    assert before.get_text(strip=True) == "(rien)"
    assert [tag.get_text() for tag in after.select("li")] == ["les maires", "les agents"]


class TestWithdrawal:
    ACT, REASON = "/moderation/2021/propositions/2/retrait", "Elle dit la même chose que la proposition 1 <b>."

    @pytest.fixture(autouse=True)
    def _three(self, edition: Edition) -> None:
        for title in ("Première", "En double", "Dernière"):
            proposal(edition, title)

    def test_the_team_withdraws_one_for_a_public_reason(self, moderator: Actor, client: PageClient) -> None:
        client.sign_in(moderator)
        assert client.get("/moderation/2021/propositions/2").links()["La retirer avant le vote"] == self.ACT
        assert "ne sera pas soumise au vote" in client.get(self.ACT).main
        client.post(self.ACT, {"reason": self.REASON}, 303)
        visitor = PageClient(client.app)
        shown = visitor.get(f"{LIST}/2")
        assert shown.h1 == "En double"
        assert "retirée avant le vote" in shown.main
        assert self.REASON in shown.main
        listed = visitor.get(LIST)
        assert [tag.get_text() for tag in listed.soup.select(".item-title")] == ["Première", "Dernière"]
        assert "Un numéro manque ?" in listed.main
        assert "« En double » retirée avant le vote" in visitor.get("/2021/journal").main.replace("\N{NO-BREAK SPACE}", " ")
        client.get(self.ACT, 404)

    def test_without_a_reason_it_stays(self, moderator: Actor, client: PageClient) -> None:
        client.sign_in(moderator)
        page = client.post(self.ACT, {"reason": " "}, 422)
        assert "Écrivez la raison" in page.main
        assert "Un numéro manque ?" not in client.get(LIST).main

    def test_while_it_answers_a_contribution_it_stays(
        self, world: World, edition: Edition, moderator: Actor, client: PageClient
    ) -> None:
        group(need(world.person(ROCAMADOUR), edition), one(edition.id, 2))
        client.sign_in(moderator)
        refusal = client.get(self.ACT, 409)
        assert "répond encore à des contributions" in refusal.main
        assert refusal.links()["Lire la proposition"] == f"{LIST}/2"
        client.post(self.ACT, {"reason": self.REASON}, 409)
        assert client.get(f"{LIST}/2").h1 == "En double"

    def test_nobody_withdraws_what_is_voted_on(self, moderator: Actor, client: PageClient, hold) -> None:
        client.sign_in(moderator)
        hold(opening_of(Stage.VOTING))
        client.get(self.ACT, 409)
        client.post(self.ACT, {"reason": self.REASON}, 409)
        assert client.get(f"{LIST}/2").h1 == "En double"

    def test_a_support_for_one_that_was_withdrawn_says_so(
        self, world: World, edition: Edition, client: PageClient, hold
    ) -> None:
        withdraw(OPERATOR, one(edition.id, 2).id, reason=self.REASON, at=DURING_NEEDS)
        hold(during(Stage.VOTING))
        client.sign_in(world.person(ROCAMADOUR))
        for act in ("soutien", "soutien/retrait"):
            assert "retirée avant le vote" in client.post(f"{LIST}/2/{act}", {}, 410).main
            client.post(f"{LIST}/4/{act}", {}, 404)
        assert client.get("/2021/mon-bulletin").soup.select(".item") == []
