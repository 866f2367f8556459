"""The committee's desk, what others see of it, the proclamation, and the decisions once public."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from consult.ground.actor import Actor, Role
from consult.selection.actions import decide, proclaim
from consult.selection.desk import deliberation
from consult.selection.model import Outcome
from tests.support.page import PageClient
from tests.support.stage_one import group, need
from tests.support.stage_two import CLOSED, DURING_VOTE, fresh, give_each, propositions
from tests.support.statements import count_statements
from tests.support.world import GRAMAT, LOT, ROCAMADOUR, World, just_before

Hold = Callable[[datetime], None]
DELIBERATING = CLOSED + timedelta(days=2)
SECRET = "Une raison que personne ne lit encore."


@pytest.fixture
def member(world: World) -> Actor:
    return world.person(None, Role.COMMITTEE)


class TestDoors:
    PAGES = ("/comite", "/comite/2021/", "/comite/2021/propositions/1", "/comite/2021/proclamation")

    @pytest.mark.parametrize(
        ("role", "statuses"),
        [
            pytest.param(Role.COMMITTEE, (200, 200, 200, 200), id="the committee"),
            pytest.param(Role.ADMINISTRATOR, (200, 200, 200, 200), id="an administrator"),
            pytest.param(Role.OBSERVER, (200, 200, 403, 403), id="an observer"),
            pytest.param(Role.MODERATOR, (403, 403, 403, 403), id="a moderator"),
            pytest.param(None, (403, 403, 403, 403), id="an agent"),
        ],
    )
    def test_who_enters(
        self, world: World, client: PageClient, hold: Hold, role: Role | None, statuses: tuple[int, ...]
    ) -> None:
        propositions(world.edition())
        hold(DELIBERATING)
        client.sign_in(world.person(None, role) if role else world.person(ROCAMADOUR))
        for path, status in zip(self.PAGES, statuses, strict=True):
            client.get(path, status)

    def test_a_visitor_is_asked_to_sign_in(self, world: World, client: PageClient) -> None:
        propositions(world.edition())
        for path in self.PAGES:
            client.get(path, 401)
        client.post("/comite/2021/propositions/1", {"outcome": "retained", "reason": "x"}, status=401)
        client.post("/comite/2021/proclamation", {"confirm": "y"}, status=401)

    def test_no_edition_yet(self, world: World, client: PageClient, member: Actor) -> None:
        assert "Aucune consultation" in client.sign_in(member).get("/comite").main

    def test_what_does_not_exist(self, world: World, client: PageClient, member: Actor) -> None:
        propositions(world.edition())
        client.sign_in(member)
        client.get("/comite/2021/propositions/9", 404)
        client.get("/comite/2031/", 404)


class TestSheet:
    def test_before_the_close_it_says_when_and_hides_the_vote(
        self, world: World, client: PageClient, hold: Hold, member: Actor
    ) -> None:
        first, _, _ = propositions(world.edition())
        give_each([world.person(ROCAMADOUR)], first)
        hold(just_before(CLOSED))
        client.sign_in(member)
        page = client.get("/comite/2021/propositions/1")
        assert "Elle pourra être écrite à partir du 30 avril 2021 à 18 h 00" in page.main
        assert "Rang" not in page.main
        assert "rang" not in client.get("/comite").main
        refused = client.post("/comite/2021/propositions/1", {"outcome": "retained", "reason": "Raison"}, status=409)
        assert "Ce n’est pas le moment" in refused.h1

    def test_the_vote_and_the_contributions(self, world: World, client: PageClient, hold: Hold, member: Actor) -> None:
        edition = world.edition()
        first, second, _ = propositions(edition)
        group(need(world.person(ROCAMADOUR), edition), second)
        give_each([world.person(siren) for siren in (ROCAMADOUR, GRAMAT, LOT)], second)
        give_each([world.person(ROCAMADOUR)], first)
        hold(CLOSED)
        page = client.sign_in(member).get("/comite/2021/propositions/2")
        assert "Rang 1 sur 3" in page.main
        assert "Soutiens 3 collectivités" in page.main
        assert "Par sorte 2 communes, 1 département" in page.main
        assert "Signaler un nid-de-poule sans appeler la mairie" in page.main

    def test_a_decision_is_written_and_written_again(self, world: World, client: PageClient, hold: Hold, member: Actor) -> None:
        edition = world.edition()
        propositions(edition)
        hold(CLOSED)
        client.sign_in(member)
        for outcome, reason in (("retained", "Première raison."), ("deferred", "Seconde raison.")):
            saved = client.post("/comite/2021/propositions/1", {"outcome": outcome, "reason": reason}, status=303)
        page = client.follow(saved)
        assert "Décision enregistrée pour la proposition n° 1." in page.main
        form = page.form()
        assert (form["outcome"], form["reason"]) == (["deferred"], "Seconde raison.")
        assert [line.outcome for line in deliberation(edition.id)] == [Outcome.DEFERRED, None, None]

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            pytest.param({"reason": "Une raison"}, "Choisissez une décision.", id="no decision"),
            pytest.param({"outcome": "retained", "reason": " "}, "chaque décision est motivée", id="no reason"),
            pytest.param({"outcome": "elected", "reason": "Une raison"}, "Choisissez une décision.", id="an unknown decision"),
            pytest.param({"outcome": "retained", "reason": "x" * 4001}, "c’est 1 de trop", id="too long"),
        ],
    )
    def test_what_is_typed_wrong_comes_back(
        self, world: World, client: PageClient, hold: Hold, member: Actor, typed: dict[str, str], said: str
    ) -> None:
        edition = world.edition()
        propositions(edition)
        hold(CLOSED)
        page = client.sign_in(member).post("/comite/2021/propositions/1", typed, status=422)
        assert said in page.main
        assert page.form()["reason"] == typed["reason"].strip()
        assert all(line.outcome is None for line in deliberation(edition.id))

    def test_a_departure_from_the_ranking_is_said(self, world: World, client: PageClient, hold: Hold, member: Actor) -> None:
        first, second, _ = propositions(world.edition())
        give_each([world.person(ROCAMADOUR)], first)
        decide(member, first.id, Outcome.NOT_RETAINED, reason=SECRET, at=CLOSED)
        decide(member, second.id, Outcome.RETAINED, reason=SECRET, at=CLOSED)
        hold(CLOSED)
        client.sign_in(member)
        assert "alors que, mieux classée, ne l’est pas : n° 1." in client.get("/comite/2021/propositions/2").main
        assert "alors que, moins bien classée, l’est : n° 2." in client.get("/comite/2021/propositions/1").main
        assert "2 décisions s’écartent de l’ordre du vote" in client.get("/comite").main


class TestPrivacy:
    def test_nobody_outside_the_committee_reads_what_is_prepared(
        self, world: World, client: PageClient, hold: Hold, member: Actor
    ) -> None:
        first, second, third = propositions(world.edition())
        outsiders = {
            "visitor": None,
            "agent": world.person(ROCAMADOUR),
            "administrator": world.person(None, Role.ADMINISTRATOR),
            "observer": world.person(None, Role.OBSERVER),
            "moderator": world.person(None, Role.MODERATOR),
        }
        clients = [PageClient(client.app).sign_in(actor) if actor else PageClient(client.app) for actor in outsiders.values()]
        hold(DELIBERATING)
        paths = (
            "/",
            "/2021/",
            "/2021/resultats",
            "/2021/decisions",
            "/2021/propositions",
            "/2021/propositions/1",
            "/2021/journal",
            "/2021/bilan",
            "/2021/donnees",
            "/comite",
            "/comite/2021/proclamation",
            "/pilotage",
        )

        def seen() -> list[str]:
            return [one.http.get(path).get_data(as_text=True).count(SECRET) for one in clients for path in paths]

        for proposal in (first, second, third):
            decide(member, proposal.id, Outcome.RETAINED, reason=SECRET, at=DELIBERATING)
        assert not any(seen())
        retained = [one.get("/2021/decisions").main for one in clients] + [one.get("/2021/resultats").main for one in clients]
        retained += [clients[2].get("/comite").main, clients[3].get("/comite").main]
        assert not any("Retenue" in page or "retenues" in page.lower() for page in retained)

    def test_an_administrator_proclaims_without_reading(
        self, world: World, client: PageClient, hold: Hold, member: Actor
    ) -> None:
        for proposal in propositions(world.edition()):
            decide(member, proposal.id, Outcome.RETAINED, reason=SECRET, at=CLOSED)
        hold(DELIBERATING)
        client.sign_in(world.person(None, Role.ADMINISTRATOR))
        page = client.get("/comite/2021/proclamation")
        assert "Les 3 décisions et leurs raisons deviennent publiques" in page.main
        assert "Retenue" not in page.main
        public = client.follow(client.post("/comite/2021/proclamation", {"confirm": "y"}, status=303))
        assert "Retenues (3)" in public.main


class TestProclamation:
    def test_it_says_what_it_will_do_then_does_it(self, world: World, client: PageClient, hold: Hold, member: Actor) -> None:
        edition = world.edition()
        first, second, third = propositions(edition)
        give_each([world.person(ROCAMADOUR), world.person(GRAMAT)], first)
        decide(member, first.id, Outcome.RETAINED, reason="Première raison fictive.", at=CLOSED)
        decide(member, second.id, Outcome.DEFERRED, reason="Deuxième raison fictive.", at=CLOSED)
        hold(DELIBERATING)
        client.sign_in(member)
        early = client.get("/comite/2021/proclamation")
        assert "1 proposition n’a pas encore sa décision motivée" in early.main
        assert "Il manque des décisions" in client.post("/comite/2021/proclamation", {"confirm": "y"}, status=409).h1
        decide(member, third.id, Outcome.NOT_RETAINED, reason="Troisième raison fictive.", at=DELIBERATING)
        page = client.get("/comite/2021/proclamation")
        for said in ("Retenues 1", "Reportées 1", "Non retenues 1", "2 courriels partent"):
            assert said in page.main
        assert "Cochez cette case" in client.post("/comite/2021/proclamation", {}, status=422).main
        assert fresh(edition).proclaimed_at is None
        public = client.follow(client.post("/comite/2021/proclamation", {"confirm": "y"}, status=303))
        assert "Le résultat est proclamé" in public.main
        assert "Première raison fictive." in public.main
        assert "n° 1 · 1er rang au vote · 2 soutiens" in public.main
        assert "Le résultat est proclamé" in client.post("/comite/2021/proclamation", {"confirm": "y"}, status=409).h1

    def test_before_the_close(self, world: World, client: PageClient, hold: Hold, member: Actor) -> None:
        propositions(world.edition())
        hold(DURING_VOTE)
        client.sign_in(member)
        assert "Le vote n’est pas terminé" in client.get("/comite/2021/proclamation").main
        assert "Ce n’est pas le moment" in client.post("/comite/2021/proclamation", {"confirm": "y"}, status=409).h1


class TestDecisions:
    def test_before_they_are_proclaimed(self, world: World, client: PageClient, hold: Hold) -> None:
        propositions(world.edition())
        hold(DURING_VOTE)
        assert "Les décisions viendront après le vote" in client.get("/2021/decisions").main
        hold(CLOSED)
        assert "Les décisions ne sont pas encore proclamées" in client.get("/2021/decisions").main

    def test_retained_first_then_by_rank_with_reasons(
        self, world: World, client: PageClient, hold: Hold, member: Actor
    ) -> None:
        edition = world.edition(is_fictitious=True)
        first, second, third = propositions(edition)
        give_each([world.person(ROCAMADOUR)], third)
        for proposal, outcome in zip((first, second, third), (Outcome.NOT_RETAINED, *[Outcome.RETAINED] * 2), strict=True):
            said = f"fictive n° {proposal.number}."
            decide(member, proposal.id, outcome, reason=f"Raison {said}", explanation=f"Écart {said}", at=CLOSED)
        proclaim(member, edition.id, at=DELIBERATING)
        hold(DELIBERATING)
        page = client.get("/2021/decisions")
        titles = [heading.get_text(strip=True) for heading in page.soup.main.find_all("h3")]  # type: ignore[union-attr]
        assert titles == ["Ouvrir des données", "Gérer les documents", "Signaler un incident"]
        assert "Proclamées ensemble le 2 mai 2021 à 18 h 00" in page.main
        assert "Raison fictive n° 1." in page.main
        assert "Décisions fictives" in page.main
        departing = [item.h3.get_text(strip=True) for item in page.soup.select(".item") if "s’écarte du" in item.get_text()]
        assert departing == ["Gérer les documents", "Signaler un incident"], "retained below one that is not, and that one"
        assert [number for number in (1, 2, 3) if f"Écart fictive n° {number}." in page.main] == [1, 2], "they say why"
        assert "mieux classée" in page.main

    def test_the_same_statements_for_1_and_3_propositions(
        self, world: World, client: PageClient, hold: Hold, member: Actor
    ) -> None:
        hold(DELIBERATING)
        client.sign_in(member)
        counted = []
        for slug, number in (("2021", 1), ("2022", 3)):
            edition = world.edition(slug)
            for proposal in propositions(edition, number):
                give_each([world.person(ROCAMADOUR)], proposal)
                decide(member, proposal.id, Outcome.RETAINED, reason="Une raison fictive.", at=CLOSED)
            proclaim(member, edition.id, at=DELIBERATING)
            sent_by_page = []
            for path in ("decisions", "resultats"):
                with count_statements() as sent:
                    page = client.get(f"/{slug}/{path}")
                assert "s’écarte du classement" not in page.main
                sent_by_page.append(len(sent))
            for path in ("", "propositions/1", "proclamation"):
                with count_statements() as sent:
                    client.get(f"/comite/{slug}/{path}")
                sent_by_page.append(len(sent))
            counted.append(sent_by_page)
        assert counted[0] == counted[1]
        assert max(counted[0]) <= 2 + 10
