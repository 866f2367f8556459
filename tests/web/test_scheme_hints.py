"""What the triage desk says of the schemes for the open file, and how a hint begins a reorientation."""

from datetime import date

import pytest

from consult.calendar.model import Edition
from consult.contributions.queries import one
from consult.contributions.rules import Status
from consult.ground.actor import Role
from consult.web.words import NBSP
from tests.support.page import Page, PageClient, squeezed
from tests.support.stage_one import DURING_NEEDS, need, scheme, service
from tests.support.statements import count_statements
from tests.support.world import LOT, ROCAMADOUR, World

DESK = "/moderation/2021/contributions"


@pytest.fixture
def edition(world: World, hold) -> Edition:
    """Two schemes that are open; a third that only helps another theme, in another edition a fourth."""
    hold(DURING_NEEDS)
    edition, other = world.edition(), world.edition("2022")
    opens_on = date(2021, 1, 25)
    scheme(other, "ailleurs", name="Ailleurs", opens_on=opens_on)
    scheme(edition, "axe2", name="Axe 2", opens_on=opens_on, min_population=100_000)
    scheme(edition, "axe3", name="Axe 3", opens_on=opens_on, unless=("axe2",))
    scheme(edition, "inclusion", name="Inclusion", opens_on=opens_on, themes=("inclusion-numerique",))
    return edition


@pytest.fixture
def desk(world: World, client: PageClient) -> PageClient:
    """A moderator at the desk."""
    return client.sign_in(world.person(None, Role.MODERATOR))


def said(page: Page) -> str:
    found = page.soup.find("section", attrs={"aria-labelledby": "indices"})
    return squeezed(found) if found else ""


def test_a_commune_is_told_apart_from_a_departement(world: World, edition: Edition, desk: PageClient) -> None:
    need(world.person(ROCAMADOUR), edition)
    need(world.person(LOT), edition)
    of_commune, of_departement = said(desk.get(f"{DESK}/1")), said(desk.get(f"{DESK}/2"))
    assert "Axe 3 s’appliquerait" in of_commune
    assert "Axe 2 : Population trop petite" in of_commune
    assert "Axe 2 s’appliquerait" in of_departement
    assert "Axe 3 : Réservé à ceux qu’un autre guichet n’aide pas ; or s’applique déjà : « Axe 2 »." in of_departement
    assert "Ailleurs" not in of_commune + of_departement


def test_of_several_themes_the_one_that_suits_counts(world: World, edition: Edition, desk: PageClient) -> None:
    need(world.person(ROCAMADOUR), edition)
    service(world.person(ROCAMADOUR), edition)
    assert "Inclusion : Autre thème : il n’aide que « Inclusion numérique »." in said(desk.get(f"{DESK}/1"))
    assert "Inclusion s’appliquerait" in said(desk.get(f"{DESK}/2"))


def test_a_hint_begins_a_reorientation_and_a_person_sends_it(world: World, edition: Edition, desk: PageClient) -> None:
    contribution = need(world.person(ROCAMADOUR), edition)
    link = desk.get(f"{DESK}/1").links()["Préparer une réorientation vers « Axe 3 »"]
    page = desk.get(link)
    assert one(edition.id, 1).status is Status.PUBLISHED
    typed = page.form(f"{DESK}/1/reorienter")
    assert "« Axe 3 » convient mieux à ce projet." in typed["reason"].replace(NBSP, " ")
    desk.post(f"{DESK}/1/reorienter", typed, 303)
    found = one(edition.id, 1)
    assert (found.id, found.status) == (contribution.id, Status.REORIENTED)
    assert "convient mieux" in found.status_reason


def test_what_was_typed_is_not_replaced_by_a_hint(world: World, edition: Edition, desk: PageClient) -> None:
    need(world.person(ROCAMADOUR), edition)
    link = desk.get(f"{DESK}/1").links()["Préparer une réorientation vers « Axe 3 »"]
    wanted = link.partition("?")[2].partition("#")[0]
    page = desk.post(f"{DESK}/1/reorienter?{wanted}", {"scheme": "", "reason": "Ma raison à moi"}, 422)
    assert page.form(f"{DESK}/1/reorienter")["reason"] == "Ma raison à moi"


def test_the_queue_alone_gives_no_hint(world: World, edition: Edition, desk: PageClient) -> None:
    need(world.person(ROCAMADOUR), edition)
    assert not said(desk.get(DESK))


def test_it_asks_no_more_of_the_base_with_more_schemes(world: World, edition: Edition, desk: PageClient) -> None:
    need(world.person(ROCAMADOUR), edition)
    seen = []
    for further in range(2):
        with count_statements() as sent:
            desk.get(f"{DESK}/1")
        seen.append(sum("scheme" in statement for statement in sent))
        for rank in range(3):
            scheme(edition, f"autre-{further}-{rank}")
    assert seen[0] == seen[1]
    assert seen[0] > 0
