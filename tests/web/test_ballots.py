"""The support box at every moment and for everyone, the two buttons, and the collectivité's own page."""

from datetime import datetime, timedelta

import pytest

from consult.accounts.model import AttachmentStatus
from consult.calendar.rules import Stage
from consult.ground.actor import Actor, Profile, Role
from consult.voting.actions import give_support
from tests.support.page import PageClient
from tests.support.stage_two import CLOSED, DURING_VOTE, decide_attachment, give_each, on_ballot, propositions
from tests.support.statements import count_statements
from tests.support.world import CAUVALDOR, GRAMAT, LOT, ROCAMADOUR, World, just_before, opening_of

OPENING = opening_of(Stage.VOTING)
BUTTON = "Soutenir cette proposition"


def people(world: World) -> dict[str, Actor]:
    """One person of each sort; Gramat's two colleagues are verified and pending."""
    return {
        "agent": world.person(ROCAMADOUR),
        "colleague": world.person(GRAMAT),
        "pending": world.person(GRAMAT, status=AttachmentStatus.PENDING),
        "epci": world.person(CAUVALDOR),
        "unattached": world.person(None),
        "partner": world.person(None, profile=Profile.PARTENAIRE),
        "moderator": world.person(None, Role.MODERATOR),
    }


@pytest.mark.parametrize(
    ("who", "at", "said", "has_button"),
    [
        pytest.param("visitor", just_before(OPENING), "Le vote n’est pas encore ouvert", False, id="a second early"),
        pytest.param("agent", just_before(OPENING), "à partir du 15 mars 2021 à 12 h 00", False, id="a second early, agent"),
        pytest.param("agent", OPENING, "Votre soutien sera public au nom de Rocamadour (Lot)", True, id="at the opening"),
        pytest.param("agent", just_before(CLOSED), "jusqu’au 30 avril 2021 à 18 h 00 (heure de Paris)", True, id="last second"),
        pytest.param("agent", CLOSED, "Le vote est clos", False, id="at the close"),
        pytest.param("visitor", CLOSED, "clos depuis le 30 avril 2021 à 18 h 00", False, id="at the close, visitor"),
        pytest.param("visitor", DURING_VOTE, "Se connecter pour voter", False, id="a visitor"),
        pytest.param("agent", DURING_VOTE, "Votre nom ne le sera pas", True, id="what will not be public"),
        pytest.param("pending", DURING_VOTE, "Votre rattachement est encore à vérifier", True, id="pending"),
        pytest.param("unattached", DURING_VOTE, "Choisir ma collectivité", False, id="no collectivité"),
        pytest.param("moderator", DURING_VOTE, "Dites d’abord au nom de laquelle", False, id="the team does not vote"),
        pytest.param("partner", DURING_VOTE, "Les partenaires ne votent pas", False, id="a partner"),
        pytest.param("epci", DURING_VOTE, "n’est pas d’une sorte qui vote", False, id="a kind that does not vote"),
    ],
)
def test_the_box_says_who_may_until_when(
    world: World, client: PageClient, hold, who: str, at: datetime, said: str, has_button: bool
) -> None:
    propositions(world.edition(voter_kinds=["commune"]))
    actors = people(world)
    hold(at)
    if who in actors:
        client.sign_in(actors[who])
    page = client.get("/2021/propositions/1")
    assert said in page.main
    assert (BUTTON in page.main) is has_button


def test_an_incomplete_account_is_sent_to_complete_it(world: World, client: PageClient, hold) -> None:
    propositions(world.edition())
    newcomer = world.person(None)
    from consult.accounts.model import Person
    from consult.ground.database import transaction

    with transaction() as session:
        session.get_one(Person, newcomer.person_id).function = ""
    hold(DURING_VOTE)
    assert "Il nous manque votre nom" in client.sign_in(newcomer).get("/2021/propositions/1").main


class TestGiving:
    def test_one_click_then_it_says_what_was_recorded(self, world: World, client: PageClient, hold) -> None:
        edition = world.edition()
        propositions(edition)
        agent, colleague = world.person(ROCAMADOUR), world.person(ROCAMADOUR)
        hold(DURING_VOTE)
        client.sign_in(agent)
        sent = client.get("/2021/propositions/2").form("/2021/propositions/2/soutien")
        page = client.follow(client.post("/2021/propositions/2/soutien", sent, status=303))
        (row,) = on_ballot(edition)
        assert f"Référence : {row.receipt}" in page.main
        assert "est enregistré" in page.main
        assert "Votre collectivité soutient cette proposition" in page.main
        theirs = PageClient(client.app).sign_in(colleague).get("/2021/propositions/2")
        assert f"par {agent.name} (secrétaire de mairie)" in theirs.main
        withdrawn = client.follow(client.post("/2021/propositions/2/soutien/retrait", status=303))
        assert "est retiré" in withdrawn.main
        assert BUTTON in withdrawn.main
        assert on_ballot(edition) == []

    def test_from_the_list_one_comes_back_to_the_line(self, world: World, client: PageClient, hold) -> None:
        propositions(world.edition())
        hold(DURING_VOTE)
        client.sign_in(world.person(ROCAMADOUR))
        page = client.get("/2021/propositions?q=g%C3%A9rer")
        assert "Votre soutien sera public au nom de Rocamadour (Lot)" in page.main
        sent = page.form("/2021/propositions/2/soutien")
        back = client.post("/2021/propositions/2/soutien", sent, status=303)
        assert back.response.headers["Location"] == "/2021/propositions?q=g%C3%A9rer#proposition-2"
        assert "soutenue par votre collectivité" in client.follow(back).main

    @pytest.mark.parametrize(
        "suite", ["//exemple.invalid/", "https://exemple.invalid/", "/\\exemple.invalid", "javascript:x", ""]
    )
    def test_nobody_is_sent_elsewhere(self, world: World, client: PageClient, hold, suite: str) -> None:
        propositions(world.edition())
        hold(DURING_VOTE)
        client.sign_in(world.person(ROCAMADOUR))
        back = client.post("/2021/propositions/1/soutien", {"suite": suite}, status=303)
        assert back.response.headers["Location"] == "/2021/propositions/1"

    @pytest.mark.parametrize(
        ("who", "at", "status", "title"),
        [
            pytest.param("visitor", DURING_VOTE, 401, "Connectez-vous", id="a visitor"),
            pytest.param("partner", DURING_VOTE, 403, "réservée aux collectivités", id="a partner"),
            pytest.param("unattached", DURING_VOTE, 403, "Pour quelle collectivité", id="no collectivité"),
            pytest.param("moderator", DURING_VOTE, 403, "Pour quelle collectivité", id="the team"),
            pytest.param("epci", DURING_VOTE, 403, "ne vote pas dans cette édition", id="a kind that does not vote"),
            pytest.param("colleague", DURING_VOTE, 409, "soutient déjà cette proposition", id="already supported"),
            pytest.param("agent", just_before(OPENING), 409, "Ce n’est pas le moment", id="a second early"),
            pytest.param("agent", CLOSED, 409, "Ce n’est pas le moment", id="at the closing instant"),
        ],
    )
    def test_a_direct_request_is_refused_with_its_reason(
        self, world: World, client: PageClient, hold, who: str, at: datetime, status: int, title: str
    ) -> None:
        edition = world.edition(voter_kinds=["commune"])
        first, _, _ = propositions(edition)
        actors = people(world)
        give_support(actors["colleague"], first.id, at=DURING_VOTE)
        hold(at)
        if who in actors:
            client.sign_in(actors[who])
        assert title in client.post("/2021/propositions/1/soutien", status=status).h1
        assert len(on_ballot(edition)) == 1

    def test_the_refusal_leads_to_the_ballot(self, world: World, client: PageClient, hold) -> None:
        first, _, _ = propositions(world.edition())
        agent = world.person(ROCAMADOUR)
        give_support(agent, first.id, at=DURING_VOTE)
        hold(DURING_VOTE)
        page = client.sign_in(agent).post("/2021/propositions/1/soutien", status=409)
        assert page.links()["Voir notre bulletin"] == "/2021/mon-bulletin"

    def test_a_form_that_no_longer_serves_leads_back_to_the_proposition(self, world: World, client: PageClient, hold) -> None:
        propositions(world.edition())
        hold(DURING_VOTE)
        client.sign_in(world.person(ROCAMADOUR))
        for path in ("/2021/propositions/2/soutien", "/2021/propositions/2/soutien/retrait"):
            page = client.post(path, {"csrf_token": "forged"}, status=400)
            assert page.links()["Rouvrir la page"] == "/2021/propositions/2"

    def test_no_vote_without_the_token_of_the_form(self, world: World, client: PageClient, hold) -> None:
        edition = world.edition()
        propositions(edition)
        hold(DURING_VOTE)
        client.sign_in(world.person(ROCAMADOUR))
        for token in ({}, {"csrf_token": "forged"}):
            assert client.http.post("/2021/propositions/1/soutien", data=token).status_code == 400
        assert on_ballot(edition) == []

    def test_what_does_not_exist(self, world: World, client: PageClient, hold) -> None:
        this, other = world.edition(), world.edition("2022")
        propositions(this, 1)
        propositions(other, 3)
        hold(DURING_VOTE)
        client.sign_in(world.person(ROCAMADOUR))
        client.post("/2021/propositions/3/soutien", status=404)
        client.post("/2021/propositions/3/soutien/retrait", status=404)
        client.post("/2031/propositions/1/soutien", status=404)
        assert client.http.get("/2021/propositions/1/soutien").status_code == 405
        assert on_ballot(other) == []

    def test_a_maximum_says_what_is_left(self, world: World, client: PageClient, hold) -> None:
        propositions(world.edition(max_supports=1))
        hold(DURING_VOTE)
        client.sign_in(world.person(ROCAMADOUR))
        assert "Il reste 1 soutien à Rocamadour (Lot), sur 1." in client.get("/2021/propositions/1").main
        client.post("/2021/propositions/1/soutien", status=303)
        page = client.get("/2021/propositions/2")
        assert "a déjà donné son soutien : retirez-en un" in page.main
        assert BUTTON not in page.main
        assert "a donné tous ses soutiens" in client.post("/2021/propositions/2/soutien", status=409).h1

    def test_taking_over_what_waits_is_announced(self, world: World, client: PageClient, hold) -> None:
        first, _, _ = propositions(world.edition())
        pending = world.person(ROCAMADOUR, status=AttachmentStatus.PENDING)
        give_support(pending, first.id, at=DURING_VOTE)
        hold(DURING_VOTE)
        page = client.sign_in(world.person(ROCAMADOUR)).get("/2021/propositions/1")
        assert f"Un soutien à vérifier a déjà été donné par {pending.name}" in page.main
        client.post("/2021/propositions/1/soutien", status=303)


class TestOwnPage:
    def test_who_gave_what_with_the_receipts(self, world: World, client: PageClient, hold) -> None:
        edition = world.edition()
        first, _, third = propositions(edition)
        agent, colleague = world.person(ROCAMADOUR), world.person(ROCAMADOUR)
        give_support(agent, first.id, at=DURING_VOTE)
        give_support(colleague, third.id, at=DURING_VOTE + timedelta(hours=2))
        hold(DURING_VOTE + timedelta(days=1))
        page = client.sign_in(agent).get("/2021/mon-bulletin")
        assert "soutient 2 propositions" in page.main
        for row in on_ballot(edition):
            assert row.receipt in page.main
        assert f"{colleague.name} (secrétaire de mairie), le 16 mars 2021 à 14 h 00" in page.main
        client.post("/2021/propositions/3/soutien/retrait", page.form("/2021/propositions/3/soutien/retrait"), status=303)
        assert len(on_ballot(edition)) == 1

    def test_after_the_close_it_no_longer_changes(self, world: World, client: PageClient, hold) -> None:
        first, _, _ = propositions(world.edition())
        agent = world.person(ROCAMADOUR)
        give_support(agent, first.id, at=DURING_VOTE)
        hold(CLOSED)
        page = client.sign_in(agent).get("/2021/mon-bulletin")
        assert "ce bulletin ne change plus" in page.main
        assert "Retirer" not in page.main

    def test_others_do_not_read_it(self, world: World, client: PageClient, hold) -> None:
        edition = world.edition()
        first, _, _ = propositions(edition)
        agent = world.person(ROCAMADOUR)
        receipt = give_support(agent, first.id, at=DURING_VOTE).receipt
        others = [
            world.person(GRAMAT),
            world.person(ROCAMADOUR, status=AttachmentStatus.PENDING),
            world.person(ROCAMADOUR, status=AttachmentStatus.REFUSED),
            world.person(None),
            world.person(None, *Role),
        ]
        hold(DURING_VOTE)
        client.get("/2021/mon-bulletin", 401)
        for other in others:
            page = PageClient(client.app).sign_in(other).get("/2021/mon-bulletin")
            assert receipt not in page.main
            assert str(agent.name) not in page.main

    @pytest.mark.parametrize(
        ("profile", "said"),
        [
            (Profile.PARTENAIRE, "Les partenaires ne votent pas"),
            (Profile.ELU, "Vous n’agissez encore pour aucune collectivité"),
        ],
    )
    def test_without_a_collectivite(self, world: World, client: PageClient, hold, profile: Profile, said: str) -> None:
        propositions(world.edition())
        hold(DURING_VOTE)
        assert said in client.sign_in(world.person(None, profile=profile)).get("/2021/mon-bulletin").main

    def test_a_refused_one_says_that_it_does_not_count(self, world: World, client: PageClient, hold) -> None:
        first, _, _ = propositions(world.edition())
        refused = world.person(ROCAMADOUR, status=AttachmentStatus.PENDING)
        give_support(refused, first.id, at=DURING_VOTE)
        decide_attachment(refused, AttachmentStatus.REFUSED)
        hold(DURING_VOTE)
        page = client.sign_in(world.person(ROCAMADOUR)).get("/2021/mon-bulletin")
        assert "Il n’est pas compté" in page.main

    def test_each_state_has_its_words(self, world: World, client: PageClient, hold) -> None:
        propositions(world.edition(max_supports=2))
        agent = world.person(ROCAMADOUR)
        client.sign_in(agent)
        hold(just_before(OPENING))
        assert "Le vote ouvrira le 15 mars 2021 à 12 h 00" in client.get("/2021/mon-bulletin").main
        hold(DURING_VOTE)
        assert "ne soutient encore aucune proposition" in client.get("/2021/mon-bulletin").main
        client.post("/2021/propositions/1/soutien", status=303)
        assert "il lui reste 1 soutien sur 2" in client.get("/2021/mon-bulletin").main
        hold(CLOSED)
        assert "a soutenu 1 proposition" in client.get("/2021/mon-bulletin").main
        other = PageClient(client.app).sign_in(world.person(LOT))
        assert "n’a soutenu aucune proposition" in other.get("/2021/mon-bulletin").main


def test_the_same_statements_for_1_and_3_propositions(world: World, client: PageClient, hold) -> None:
    edition = world.edition()
    (first,) = propositions(edition, 1)
    agent = world.person(ROCAMADOUR)
    give_each([agent], first)
    hold(DURING_VOTE)
    client.sign_in(agent)

    def statements(path: str) -> int:
        with count_statements() as sent:
            client.get(path)
        return len(sent)

    paths = ("/2021/propositions", "/2021/propositions/1", "/2021/mon-bulletin")
    before = [statements(path) for path in paths]
    for proposal in propositions(edition, 2):
        give_each([agent, world.person(GRAMAT), world.person(LOT)], proposal)
    assert [statements(path) for path in paths] == before
    assert before[0] <= 2 + 4
    assert before[1] <= 2 + 7  # one of them: whether one follows it
    assert before[2] == 2 + 2
