"""The thread, followed both ways: from a contribution to those who use what came of it, and from any of them back to it."""

import random
import re
from collections import defaultdict
from collections.abc import Iterable

import pytest

from consult.accounts.model import AttachmentStatus
from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.contributions.model import Contribution
from consult.ground.actor import Actor, Role
from consult.ground.clock import paris_day
from consult.ground.database import transaction
from consult.proposals.model import Proposal
from consult.services.actions import ServiceDraft, create, declare_deployment
from consult.services.model import DeploymentStatus, Service, ServiceContribution
from consult.voting.actions import give_support
from tests.support import retained, stage_one
from tests.support.page import Page, PageClient, squeezed
from tests.support.stage_two import CLOSED, DURING_VOTE
from tests.support.statements import count_statements
from tests.support.world import CAUVALDOR, GRAMAT, LOT, OCCITANIE, ROCAMADOUR, SAINT_ETIENNE, World, during, just_before

AT = during(Stage.TRACKING)
BORN = paris_day(AT)
PLACES = (ROCAMADOUR, GRAMAT, CAUVALDOR, LOT, OCCITANIE, SAINT_ETIENNE)


@pytest.fixture
def edition(world: World, hold) -> Edition:
    hold(AT)
    return world.edition()


@pytest.fixture
def team(world: World) -> Actor:
    return world.person(None, Role.MODERATOR)


def linked(page: Page, what: str) -> set[str]:
    """What the main part of a page leads to, of one sort: `contributions`, `services`, `collectivites`…"""
    found = (re.fullmatch(rf"(?:/2021)?/{what}/(\d+)", href) for href in page.links().values())
    return {match[1] for match in found if match}


def born(team: Actor, proposal: Proposal, name: str, *answered: Contribution) -> Service:
    """A service of a proposition, which answers these contributions."""
    service = create(team, proposal.id, ServiceDraft(name, "Fictif.", "Raison."), at=AT)
    with transaction() as session:
        for one in answered:
            session.merge(ServiceContribution(service_id=service.id, contribution_id=one.id))
    return service


def deploy(team: Actor, service: Service, sirens: Iterable[str]) -> None:
    """These collectivités use the service."""
    for siren in sirens:
        declare_deployment(team, service.id, siren, status=DeploymentStatus.IN_USE, since=BORN, at=AT)


@pytest.mark.parametrize("seed", range(4))
def test_from_any_end_the_thread_leads_to_the_others_and_back(
    world: World, edition: Edition, team: Actor, client: PageClient, seed: int
) -> None:
    chance = random.Random(seed)
    agent = world.person(ROCAMADOUR)
    contributions = [stage_one.need(agent, edition, title=f"Besoin {rank}") for rank in range(4)]
    kept = [retained.proposal(edition, f"Proposition {rank}") for rank in range(3)]
    downstream: dict[str, set[str]] = defaultdict(set)
    users: dict[int, list[str]] = {}
    joined: dict[int, list[Contribution]] = defaultdict(list)
    for contribution in contributions:
        chosen = chance.sample(kept, chance.randint(1, 2))
        stage_one.group(contribution, *chosen)
        for proposal in chosen:
            joined[proposal.id].append(contribution)
    for proposal in [one for one in kept if joined[one.id]]:
        service = born(team, proposal, f"Service de {proposal.title}", *joined[proposal.id])
        users[service.number] = chance.sample(PLACES[1:], chance.randint(1, 3))
        deploy(team, service, users[service.number])
        for contribution in joined[proposal.id]:
            downstream[str(contribution.number)] |= set(users[service.number])

    for number, sirens in downstream.items():
        page = client.get(f"/2021/contributions/{number}")
        assert linked(page, "collectivites") - {ROCAMADOUR} == sirens - {ROCAMADOUR}, "in one place"
        for siren in sirens:
            back = set()
            for service in linked(client.get(f"/collectivites/{siren}"), "services"):
                if siren in users[int(service)]:
                    back |= linked(client.get(f"/2021/services/{service}"), "contributions")
            assert number in back
            assert back == {other for other, where in downstream.items() if siren in where}


def test_each_step_is_said_with_the_way_to_it(world: World, edition: Edition, team: Actor, client: PageClient) -> None:
    kept, found = _kept(world, edition)
    service = born(team, kept, "Séance claire", found)
    deploy(team, service, [GRAMAT, LOT, SAINT_ETIENNE, OCCITANIE])
    page = client.get(f"/2021/contributions/{found.number}")
    steps = [squeezed(tag) for tag in page.soup.select(".timeline li")]
    assert [step.split(" 2021")[0] for step in steps] == [
        "Publiée 26 janvier",
        "Regroupée dans la proposition n° 1 26 janvier",
        "Soutenue par 1 collectivité vote clos le 30 avril",
        "Proposition retenue 3 mai",
        "Service « Séance claire » : investigation né le 2 juin",
    ]
    assert "L’utilisent ou l’essaient : Gramat (Lot) , Département du Lot , Saint-Étienne (Loire) et 1 autre" in steps[-1]
    assert page.links()["Voir lesquelles"] == "/2021/propositions/1/soutiens"


@pytest.mark.parametrize("address", ["/2021/propositions/1", "/2021/services/1"])
def test_a_proposition_and_a_service_show_the_same_chain(
    world: World, edition: Edition, team: Actor, client: PageClient, address: str
) -> None:
    kept, found = _kept(world, edition)
    service = born(team, kept, "Séance claire", found)
    deploy(team, service, [GRAMAT, LOT])
    page = client.get(address)
    chain = [squeezed(tag) for tag in page.soup.select(".chain li")]
    assert chain == [
        "1 contribution",
        "Proposition n° 1",
        "1 soutien",
        "Retenue",
        "Séance claire",
        "2 collectivités l’ont",
    ]
    here = "Proposition n° 1" if "propositions" in address else "Séance claire"
    assert [squeezed(tag) for tag in page.soup.select(".chain [aria-current=page]")] == [here]
    for tag in page.soup.select(".chain a[href*='#']"):
        target, _, anchor = str(tag["href"]).partition("#")
        assert client.get(target).soup.find(id=anchor), f"{tag['href']} leads somewhere"


def test_supports_wait_for_the_close(world: World, edition: Edition, client: PageClient, hold) -> None:
    _, found = _kept(world, edition)
    hold(just_before(CLOSED))
    address = f"/2021/contributions/{found.number}"
    assert "Soutenue par" not in client.get(address).main
    assert not client.get("/2021/propositions/1").soup.select(".chain")
    hold(CLOSED)
    assert "Soutenue par 1 collectivité" in client.get(address).main


def test_a_service_that_answers_it_stays_in_the_thread_of_a_contribution(
    world: World, edition: Edition, team: Actor, client: PageClient
) -> None:
    kept, found = _kept(world, edition)
    born(team, kept, "Séance claire", found)
    later = stage_one.need(world.person(LOT), edition, title="Un besoin regroupé ensuite")
    stage_one.group(later, kept)
    assert "pour d’autres contributions" not in client.get(f"/2021/contributions/{found.number}").main
    assert "pour d’autres contributions" in client.get(f"/2021/contributions/{later.number}").main


@pytest.mark.parametrize("services", [1, 3])
def test_the_thread_costs_the_same_with_one_service_and_with_three(
    world: World, edition: Edition, team: Actor, client: PageClient, services: int
) -> None:
    kept, found = _kept(world, edition)
    for rank in range(services):
        service = born(team, kept, f"Service {rank}", found)
        deploy(team, service, [GRAMAT, LOT][: 1 + rank])
    with count_statements() as sent:
        client.get(f"/2021/contributions/{found.number}")
    assert len(sent) == 1 + 7 + 4, "\n".join(sent)  # four for the thread: decision, supports, services, their users


def _kept(world: World, edition: Edition) -> tuple[Proposal, Contribution]:
    """A retained proposition that one collectivité supports, and the contribution it answers."""
    kept = stage_one.proposal(edition, "Organiser des instances délibératives")
    found = stage_one.need(world.person(ROCAMADOUR), edition)
    stage_one.group(found, kept)
    give_support(world.person(GRAMAT), kept.id, at=DURING_VOTE)
    give_support(world.person(LOT, status=AttachmentStatus.PENDING), kept.id, at=DURING_VOTE)
    retained.decide(kept)
    return kept, found


def test_a_service_is_followed_from_its_page(world: World, edition: Edition, team: Actor, client: PageClient) -> None:
    kept, found = _kept(world, edition)
    born(team, kept, "Séance claire", found)
    address = "/2021/services/1"
    assert "Suivre ce service" in client.get(address).links()
    client.sign_in(world.person(LOT))
    page = client.follow(client.post("/compte/suivis", client.get(address).form("/compte/suivis"), 303))
    assert "Vous suivez ce service" in page.main
    page = client.follow(client.post("/compte/suivis/arret", page.form("/compte/suivis/arret"), 303))
    assert "Vous suivez" not in page.main
