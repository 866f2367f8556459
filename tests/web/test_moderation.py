"""The triage desk: the queue, the file, the acts; what the second of two moderators is told."""

import pytest

from consult.accounts.model import AttachmentStatus
from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.contributions.queries import one
from consult.contributions.rules import Status
from consult.ground.actor import OPERATOR, Actor, Role
from consult.ground.database import reading
from consult.proposals.queries import answering
from consult.triage.actions import declare_ineligible
from consult.triage.hiding import hide
from tests.support.page import PageClient
from tests.support.stage_one import DURING_NEEDS, group, need, proposal, scheme, service
from tests.support.statements import count_statements
from tests.support.world import GRAMAT, LOT, ROCAMADOUR, World, opening_of

DESK = "/moderation/2021/contributions"
GROUP = f"{DESK}/regrouper"


@pytest.fixture
def edition(world: World, hold) -> Edition:
    hold(DURING_NEEDS)
    world.edition("2022")
    return world.edition()


@pytest.fixture
def desk(world: World, client: PageClient) -> PageClient:
    """A moderator at the desk."""
    return client.sign_in(world.person(None, Role.MODERATOR))


@pytest.fixture
def author(world: World) -> Actor:
    return world.person(ROCAMADOUR)


def status(edition: Edition, number: int = 1) -> Status:
    reading().expire_all()
    return one(edition.id, number).status


def queue(page) -> list[str]:
    return [tag.get_text(strip=True) for tag in page.soup.select(".desk-queue .item-title")]


def test_what_waits_is_said_at_the_entrance(world: World, edition: Edition, author: Actor, desk: PageClient) -> None:
    page = desk.get("/moderation")
    assert "Aucune contribution n’attend." in page.main
    need(author, edition)
    need(author, edition)
    world.person(GRAMAT, status=AttachmentStatus.PENDING)
    page = desk.get("/moderation")
    assert "2 contributions attendent d’être examinées" in page.main
    assert "1 demande attend une réponse" in page.main
    assert DESK in page.links().values()


@pytest.mark.parametrize("path", ["/moderation", DESK, f"{DESK}/1"])
def test_the_desk_is_the_team_s(world: World, edition: Edition, author: Actor, client: PageClient, path: str) -> None:
    need(author, edition)
    client.get(path, 401)
    client.sign_in(world.person(LOT, Role.COMMITTEE, Role.OBSERVER))
    client.get(path, 403)


@pytest.mark.parametrize("act", ["regrouper", "1/degrouper", "1/reorienter", "1/non-recevable"])
def test_so_are_its_acts(world: World, edition: Edition, author: Actor, client: PageClient, act: str) -> None:
    need(author, edition)
    typed = {"contributions": ["1"], "proposals": ["1"], "proposal": "1", "scheme": "1", "reason": "non"}
    client.post(f"{DESK}/{act}", typed, 401)
    client.sign_in(author).post(f"{DESK}/{act}", typed, 403)
    assert status(edition) is Status.PUBLISHED


def test_what_waits_comes_first_and_the_file_stands_beside(edition: Edition, author: Actor, desk: PageClient) -> None:
    declare_ineligible(OPERATOR, need(author, edition, title="Première").id, reason="Hors champ.", at=DURING_NEEDS)
    need(author, edition, title="Deuxième")
    service(author, edition, title="Troisième")
    page = desk.get(DESK)
    assert queue(page) == ["Deuxième", "Troisième", "Première"]
    assert queue(desk.get(f"{DESK}?type=service")) == ["Troisième"]
    assert queue(desk.get(f"{DESK}?statut=non-recevable")) == ["Première"]
    opened = desk.get(f"{DESK}/3?type=service")
    assert queue(opened) == ["Troisième"]
    assert opened.soup.select_one(".desk-file h2").get_text() == "Troisième"
    assert "Dix communes." in opened.main
    desk.get(f"{DESK}/9", 404)


def test_the_queue_has_every_filter_of_the_public_list_but_its_order(
    world: World, edition: Edition, author: Actor, desk: PageClient
) -> None:
    need(author, edition, title="Commune")
    service(world.person(LOT), edition, title="Département")
    page = desk.get(DESK)
    offered = set(page.form(DESK))
    assert offered == set(desk.get("/2021/contributions").form("/2021/contributions")) - {"tri"} | {"texte"}
    for query, found in {
        "nature=commune": ["Commune"],
        "nature=departement&region=76": ["Département"],
        "departement=46&type=service": ["Département"],
        "population=lt2000": ["Commune"],
        f"collectivite={ROCAMADOUR}": ["Commune"],
        "q=nid&nature=departement": [],
    }.items():
        assert queue(desk.get(f"{DESK}?{query}")) == found, query
    assert "Région « 99 » n’existe pas dans cette édition : ce filtre est ignoré." in desk.get(f"{DESK}?region=99").main


def test_hidden_texts_are_found_at_the_desk_and_nowhere_else(edition: Edition, author: Actor, desk: PageClient) -> None:
    hide(OPERATOR, need(author, edition, title="Injure", situation="Une injure rare.").id, reason="Injure.", at=DURING_NEEDS)
    need(author, edition, title="Lisible")
    hidden = ["Texte masqué par l’équipe"]
    page = desk.get(f"{DESK}?texte=masque")
    assert queue(page) == hidden
    assert "Masqué par l’équipe" in page.main
    assert page.form(DESK)["texte"] == "masque"
    assert queue(desk.get(f"{DESK}?texte=masque&q=injure")) == hidden
    assert queue(desk.get(f"{DESK}?texte=masque&q=lisible")) == []
    assert queue(desk.get(f"{DESK}?q=injure")) == []
    assert queue(desk.get(f"{DESK}/2?texte=masque")) == hidden, "opening a file keeps the queue as it is filtered"
    bulk = desk.get("/moderation/2021/lot?texte=masque")
    assert "1 contribution attend parmi : Masqué par l’équipe" in bulk.main
    assert "n° 2" not in bulk.main
    public = desk.get("/2021/contributions?texte=masque").soup.select(".item-title")
    assert len(public) == 2, "the public list has both, one without its text"


def test_one_is_grouped_into_several_propositions(edition: Edition, author: Actor, desk: PageClient) -> None:
    found = need(author, edition)
    proposal(edition, "Première")
    proposal(edition, "Seconde")
    form = desk.get(f"{DESK}/1").form(GROUP)
    page = desk.follow(desk.post(GROUP, form | {"proposals": ["1", "2"]}, 303))
    assert "1 contribution regroupée. Les auteurs sont prévenus." in page.main
    assert [ref.number for ref in answering([found.id])[found.id]] == [1, 2]


def test_several_are_grouped_at_once_into_a_new_one(edition: Edition, author: Actor, desk: PageClient) -> None:
    for _ in range(3):
        need(author, edition)
    assert len(desk.get(DESK).soup.select("input[name=contributions][form=regrouper]")) == 3
    typed = {"contributions": ["1", "3"], "title": "Nouvelle proposition", "summary": "En une phrase."}
    page = desk.follow(desk.post(GROUP, typed, 303))
    assert "2 contributions regroupées" in page.main
    assert [status(edition, number) for number in (1, 2, 3)] == [Status.GROUPED, Status.PUBLISHED, Status.GROUPED]


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"proposals": ["1"]}, "Cochez au moins une contribution"),
        ({"contributions": ["1"]}, "Choisissez une proposition, ou écrivez-en une nouvelle."),
        ({"contributions": ["1"], "title": "Nouvelle"}, "Résumez la nouvelle proposition"),
        ({"contributions": ["1"], "proposals": ["99"]}, "99"),
        ({"contributions": ["une"], "proposals": ["1"]}, "Contributions"),
    ],
)
def test_what_is_missing_is_said(edition: Edition, author: Actor, desk: PageClient, typed, message: str) -> None:
    need(author, edition)
    proposal(edition)
    page = desk.post(GROUP, typed, 422)
    assert message in page.main
    assert status(edition) is Status.PUBLISHED


def test_what_was_ticked_stays_ticked(edition: Edition, author: Actor, desk: PageClient) -> None:
    need(author, edition)
    need(author, edition)
    page = desk.post(GROUP, {"contributions": ["2"]}, 422)
    assert [box["value"] for box in page.soup.select("input[name=contributions][checked]")] == ["2"]
    page = desk.post(GROUP, {"file": "1", "contributions": ["1", "2"], "title": "Nouvelle"}, 422)
    assert page.h1 == "Contribution n° 1"
    assert page.form(GROUP)["title"] == "Nouvelle"


def test_an_unknown_contribution_is_not_found(edition: Edition, desk: PageClient) -> None:
    proposal(edition)
    desk.post(GROUP, {"contributions": ["7"], "proposals": ["1"]}, 404)
    desk.post(f"{DESK}/7/non-recevable", {"reason": "rien"}, 404)
    desk.post(f"{DESK}/7/reorienter", {"reason": ""}, 404)
    desk.post(f"{DESK}/7/degrouper", {"proposal": "1"}, 404)
    desk.post(f"{DESK}/7/degrouper", {"proposal": "une"}, 404)


def test_a_grouping_is_undone(edition: Edition, author: Actor, desk: PageClient) -> None:
    group(need(author, edition), proposal(edition))
    path = f"{DESK}/1/degrouper"
    page = desk.follow(desk.post(path, desk.get(f"{DESK}/1").form(path), 303))
    assert "est sortie de la proposition n° 1" in page.main
    assert status(edition) is Status.PUBLISHED
    assert "Rien n’a été changé" in desk.post(path, {"proposal": "1"}, 409).main


def test_one_is_reoriented_with_its_reason(edition: Edition, author: Actor, desk: PageClient) -> None:
    need(author, edition)
    to = scheme(edition)
    path = f"{DESK}/1/reorienter"
    assert f"{to.name} (dates non précisées)" in desk.get(f"{DESK}/1").main
    page = desk.post(path, {"scheme": str(to.id), "reason": ""}, 422)
    assert "Écrivez la raison" in page.main
    assert page.soup.select_one("details[open] select") is not None
    assert "Choisissez un guichet" in desk.post(path, {"scheme": "", "reason": "Ce guichet."}, 422).main
    page = desk.follow(desk.post(path, {"scheme": str(to.id), "reason": "Ce guichet."}, 303))
    assert "La contribution n° 1 est réorientée" in page.main
    assert status(edition) is Status.REORIENTED


def test_one_is_declared_ineligible_with_its_reason(edition: Edition, author: Actor, desk: PageClient) -> None:
    need(author, edition)
    path = f"{DESK}/1/non-recevable"
    assert "Écrivez la raison" in desk.post(path, {"reason": "\u200b"}, 422).main
    page = desk.follow(desk.post(path, {"reason": "Hors du champ."}, 303))
    assert "est déclarée non recevable" in page.main
    assert "Hors du champ." in desk.get(f"{DESK}/1").main


def test_the_second_of_two_moderators_is_told_and_keeps_what_was_typed(
    edition: Edition, author: Actor, desk: PageClient
) -> None:
    found = need(author, edition)
    to = scheme(edition)
    proposal(edition)
    declare_ineligible(OPERATOR, found.id, reason="Quelqu’un d’autre.", at=DURING_NEEDS)
    page = desk.post(f"{DESK}/1/reorienter", {"scheme": str(to.id), "reason": "Ce guichet."}, 409)
    assert "Quelqu’un d’autre s’en est occupé entre-temps" in page.main
    assert "Non recevable" in page.main
    assert "déjà été examinée" in desk.post(f"{DESK}/1/non-recevable", {"reason": "Encore."}, 409).main
    page = desk.post(GROUP, {"contributions": ["1"], "proposals": ["1"]}, 409)
    assert "déjà été examinée" in page.main
    assert one(edition.id, 1).status_reason == "Quelqu’un d’autre."


def test_once_the_vote_opens_the_desk_says_what_is_closed(edition: Edition, author: Actor, desk: PageClient, hold) -> None:
    need(author, edition)
    group(need(author, edition), proposal(edition))
    hold(opening_of(Stage.VOTING))
    page = desk.get(f"{DESK}/1")
    closed = "Le regroupement est fermé depuis le 15 mars 2021 à 12 h 00 (heure de Paris)"
    assert f"{closed} ; vous pouvez encore réorienter ou déclarer non recevable." in page.main
    assert f"{closed} ; vous pouvez encore réorienter ou déclarer non recevable ce qui attend." in desk.get(DESK).main
    assert "Ce n’est pas le moment" not in page.main
    assert "Déclarer non recevable" in page.main, "what still waits keeps its right to an answer"
    grouped = desk.get(f"{DESK}/2").main
    assert f"{closed}." in grouped
    assert "Sortir de la proposition" not in grouped
    desk.post(GROUP, {"contributions": ["1"], "proposals": ["1"]}, 409)
    desk.follow(desk.post(f"{DESK}/1/non-recevable", {"reason": "Trop tard pour le vote."}, 303))


def test_a_title_too_long_comes_back_whole(edition: Edition, author: Actor, desk: PageClient) -> None:
    need(author, edition)
    page = desk.post(GROUP, {"contributions": ["1"], "title": "é" * 300, "summary": "Une proposition fictive."}, 422)
    assert "c’est 50 de trop" in page.main
    typed = page.soup.find("input", attrs={"name": "title"})
    assert (typed["value"], typed.has_attr("maxlength")) == ("é" * 300, False)
    assert page.soup.find(attrs={"data-count-for": typed["id"]})["data-max"] == "250"


@pytest.mark.parametrize("rows", [1, 3])
def test_the_desk_costs_the_same_whatever_the_queue(edition: Edition, author: Actor, desk: PageClient, rows: int) -> None:
    for _ in range(1 + rows):
        need(author, edition)
    for path, more in ((DESK, 5), (f"{DESK}/1", 12 + 3)):  # three find what looks like the file
        with count_statements() as sent:
            desk.get(path)
        assert len(sent) == 2 + more, "\n".join(sent)


@pytest.mark.parametrize("number", ["9" * 20, str(10**20), "9" * 5000, "-1", "٣", "1.5"])
@pytest.mark.parametrize("field", ["file", "contributions", "proposals", "proposal"])
def test_a_number_that_no_file_has_is_not_our_fault(
    edition: Edition, author: Actor, desk: PageClient, field: str, number: str
) -> None:
    group(need(author, edition), proposal(edition))
    typed = {"file": "1", "contributions": "1", "proposals": "1", "proposal": "1"} | {field: number}
    act, answer = ("1/degrouper", 400) if field == "proposal" else ("regrouper", 400 if field == "file" else 422)
    desk.post(f"{DESK}/{act}", typed, answer)
