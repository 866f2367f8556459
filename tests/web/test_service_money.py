"""The money of services in pages: what everyone reads, what a team proposes, what the agency answers, what is typed wrong."""

from decimal import Decimal
from typing import Any

import pytest

from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.ground.actor import OPERATOR, Actor, Role
from consult.ground.database import reading
from consult.services.model import MoneyKind, MoneyLine, Publication, Service
from consult.services.money import cancel_line, publish_line, refuse_line
from tests.support.letters import letters
from tests.support.money import AT, bear, line, service_of, sums
from tests.support.naughty import HOSTILE
from tests.support.page import Page, PageClient
from tests.support.statements import count_statements
from tests.support.world import GRAMAT, ROCAMADOUR, World, just_before, opening_of

COST, STATE, OTHER, ENGAGED, PAID = MoneyKind
PUBLIC, DESK, QUEUE, FUNDING = (
    "/2021/services/1/argent",
    "/2021/services/1/gestion/argent",
    "/pilotage/2021/argent",
    "/pilotage/2021/enveloppe",
)
TYPED = {"sort": "cost", "amount": "12 500,50", "day": "02/06/2021", "label": "Développement"}


@pytest.fixture
def edition(world: World, hold: Any) -> Edition:
    hold(AT)
    return world.edition(envelope=Decimal(100_000))


@pytest.fixture
def service(edition: Edition) -> Service:
    return service_of(edition)


@pytest.fixture
def bearer(world: World, service: Service) -> Actor:
    bear(service, ROCAMADOUR)
    return world.person(ROCAMADOUR)


@pytest.fixture
def agency(client: PageClient, world: World, service: Service) -> PageClient:
    return PageClient(client.app).sign_in(world.person(None, Role.MODERATOR))


@pytest.fixture
def team(client: PageClient, bearer: Actor) -> PageClient:
    return PageClient(client.app).sign_in(bearer)


def lines() -> list[MoneyLine]:
    """Every line, as it is in the base now."""
    reading().expire_all()
    return reading().query(MoneyLine).order_by(MoneyLine.id).all()


def rows(page: Page, table: str) -> list[list[str]]:
    """The cells of a table of the page."""
    return [
        [" ".join(cell.get_text(" ").split()) for cell in row.find_all(["th", "td"])]
        for row in page.soup.select(f"#{table} tbody tr")
    ]


def test_nothing_is_published_yet(client: PageClient, service: Service) -> None:
    assert "Aucun montant n’est publié" in client.get(PUBLIC).main
    page = client.get("/2021/services/1")
    assert "Aucun montant n’est publié" in page.main
    assert page.links()["L’argent, ligne par ligne"] == PUBLIC


def test_who_pays_what_is_engaged_and_paid_each_line_with_its_day(client: PageClient, service: Service) -> None:
    for kind, amount in ((COST, "1000"), (STATE, "400"), (OTHER, "100.50"), (ENGAGED, "300"), (PAID, "75")):
        line(service, kind, amount, f"Objet {kind.value}")
    page = client.get(PUBLIC)
    assert rows(page, "plan") == [
        ["Part de l’État 50 % du coût au plus", "400 €"],
        ["Autres financeurs", "100,50 €"],
        ["Reste à trouver", "499,50 €"],
        ["Coût éligible", "1 000 €"],
    ]
    assert rows(page, "etat") == [["Accordé", "400 €"], ["Engagé", "300 €"], ["Payé", "75 €"]]
    assert rows(page, "lignes")[0] == ["Payé par l’État le 2 juin 2021 : Objet paid", "75 €"]
    widths = [float(str(rect["width"])) for rect in page.soup.select("#financement-titre ~ rect")]
    assert widths == [40.0, 10.05, 49.95]
    overview = client.get("/2021/services/1").main
    assert "Coût éligible : 1 000 € , dont 400 € de l’État et 100,50 € d’autres financeurs" in overview
    assert "engagé 300 € et payé 75 €" in overview


def test_a_cancelled_line_stays_and_what_was_only_proposed_never_was(
    client: PageClient, service: Service, bearer: Actor
) -> None:
    wrong = line(service, COST, 777, "Saisie deux fois")
    cancel_line(OPERATOR, wrong.id, reason="Une erreur de saisie.", at=AT)
    proposed = line(service, COST, 111, "Proposé", by=bearer)
    refused = line(service, COST, 222, "Refusé", by=bearer)
    refuse_line(OPERATOR, refused.id, reason="Non éligible.", at=AT)
    taken_back = line(service, COST, 333, "Repris", by=bearer)
    cancel_line(bearer, taken_back.id, reason="Repris en secret.", at=AT)
    page = client.get(PUBLIC)
    assert rows(page, "lignes") == [
        ["Coût éligible annulé le 2 juin 2021 : Saisie deux fois Annulé le 2 juin 2021 : Une erreur de saisie.", "777 €"]
    ]
    assert [tag.get_text() for tag in page.soup.find_all("del")] == ["Coût éligible", "777\xa0€"]
    for address in ("/2021/argent", "/2021/services/1", "/2021/services", "/2021/journal", PUBLIC):
        for word in ("Proposé", "111", "222", "333", "Refusé", "éligible.", "Repris en secret"):
            assert word not in client.get(address).main, (address, word)
    assert proposed.standing is Publication.PROPOSED


def test_the_journal_says_each_line_published_and_cancelled(client: PageClient, service: Service) -> None:
    one = line(service, COST, "12500.5", "Développement")
    cancel_line(OPERATOR, one.id, reason="Saisie deux fois.", at=AT)
    page = client.get("/2021/journal").main
    assert "Coût éligible : 12 500,50 € le 2 juin 2021, « Développement »." in page
    assert "Ligne annulée : Coût éligible : 12 500,50 € le 2 juin 2021, « Développement »." in page
    assert "Saisie deux fois." in page


def test_the_agency_publishes_at_once(agency: PageClient, client: PageClient, service: Service) -> None:
    page = agency.get(DESK)
    assert "Publier cette ligne" in page.main
    done = agency.follow(agency.post(DESK, TYPED, 303))
    assert "Ligne publiée. Coût éligible : 12 500,50 €" in done.main
    assert "12 500,50 €" in client.get(PUBLIC).main
    helps = [tag.get_text() for tag in agency.get(DESK).soup.select(".choice-help")]
    assert helps == [
        "au plus 6\u202f250,25\xa0€",
        "au plus 12\u202f500,50\xa0€",
        "plus rien pour l’instant",
        "plus rien pour l’instant",
    ]


def test_the_service_s_team_proposes_and_the_agency_answers(
    agency: PageClient, team: PageClient, client: PageClient, service: Service
) -> None:
    assert "Proposer cette ligne" in team.get(DESK).main
    assert "Elle sera publique quand l’agence l’aura validée" in team.follow(team.post(DESK, TYPED, 303)).main
    team.post(DESK, TYPED | {"amount": "80", "label": "Goûter"}, 303)
    assert "12 500,50 €" not in client.get(PUBLIC).main
    assert "2 lignes à valider" in agency.get("/pilotage").main
    queue = agency.get(QUEUE)
    assert "2 lignes proposées attendent" in queue.main
    assert "proposée le 2 juin 2021 par Rocamadour (Lot)" in queue.main
    first, second = (f"{QUEUE}/{one.id}" for one in lines())
    assert agency.follow(agency.post(first, {"answer": "publish"}, 303)).h1 == "Montants à valider"
    silent = agency.post(second, {"answer": "refuse", "reason": " "}, 422)
    assert "Dites pourquoi vous refusez" in silent.main
    agency.post(second, {"answer": "refuse", "reason": "Non éligible."}, 303)
    assert "Rien n’attend" in agency.get(QUEUE).main
    assert "12 500,50 €" in client.get(PUBLIC).main
    assert "Refusé le 2 juin 2021 : Non éligible." in team.get(DESK).main
    assert "Non éligible." in agency.get(second).main
    assert "C’est déjà décidé" in agency.post(second, {"answer": "publish"}, 409).main
    assert len(letters(AT)) >= 2


def test_a_line_that_no_longer_fits_is_not_published_and_says_why(agency: PageClient, service: Service, bearer: Actor) -> None:
    line(service, COST, 100)
    proposed = line(service, STATE, "50.01", by=bearer)
    page = agency.post(f"{QUEUE}/{proposed.id}", {"answer": "publish"}, 409)
    assert "La part de l’État dépasserait le taux" in page.main
    assert "Publiable au plus 50 €" in page.main
    assert sums(service)[1] == 0


BAD = [
    pytest.param({"amount": ""}, 422, "Donnez un montant.", id="no amount"),
    pytest.param({"amount": "  "}, 422, "Donnez un montant.", id="spaces alone"),
    pytest.param({"amount": "-12"}, 422, "Un montant est plus grand que zéro. Pour corriger", id="negative"),
    pytest.param({"amount": "− 12,50"}, 422, "Un montant est plus grand que zéro. Pour corriger", id="a real minus"),
    pytest.param({"amount": "0"}, 422, "Un montant est plus grand que zéro.", id="nothing"),
    pytest.param({"amount": "0,00 €"}, 422, "Un montant est plus grand que zéro.", id="nothing, in full"),
    pytest.param({"amount": "12,505"}, 422, "au centime près", id="three decimals"),
    pytest.param({"amount": "12.500"}, 422, "sans point entre les milliers", id="a point between thousands"),
    pytest.param({"amount": "1e5"}, 422, "en chiffres", id="scientific"),
    pytest.param({"amount": "NaN"}, 422, "en chiffres", id="not a number"),
    pytest.param({"amount": "Infinity"}, 422, "en chiffres", id="infinite"),
    pytest.param({"amount": "12 k€"}, 422, "en chiffres", id="thousands of euros"),
    pytest.param({"amount": "١٢"}, 422, "en chiffres", id="other digits"),
    pytest.param({"amount": "99999999999"}, 422, "trop grand", id="beyond everything"),
    pytest.param({"day": "30/02/2021"}, 422, "Cette date n’existe pas", id="30 February"),
    pytest.param({"day": "2 juin"}, 422, "n’est pas complète", id="no year"),
    pytest.param({"day": ""}, 422, "Donnez une date.", id="no day"),
    pytest.param({"day": "01/06/2021"}, 409, "précède la naissance", id="before its birth"),
    pytest.param({"day": "03/06/2021"}, 409, "n’est pas encore venue", id="tomorrow"),
    pytest.param({"label": " "}, 422, "Dites à quoi correspond ce montant.", id="no words"),
    pytest.param({"label": "x" * 201}, 422, "c’est 1 de trop", id="too many words"),
    pytest.param({"sort": "bribe"}, 422, "Choisissez", id="another kind"),
    pytest.param({"sort": "state", "amount": "0,01"}, 409, "Il ne reste rien à publier", id="a share before its cost"),
]


@pytest.mark.parametrize(("typed", "status", "said"), BAD)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(
    agency: PageClient, service: Service, typed: dict[str, str], status: int, said: str
) -> None:
    page = agency.post(DESK, TYPED | typed, status)
    wrong = page.soup.select_one(".field-wrong")
    assert wrong is not None
    assert said in " ".join(wrong.get_text().split())
    kept = page.form()
    asked = TYPED | typed
    assert kept["amount"].strip() == asked["amount"].strip()
    assert kept["label"] == asked["label"].strip()
    assert kept["day"] in (asked["day"], "2021-06-02", "2021-06-01", "2021-06-03")
    assert lines() == []


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("12500.5", "12500.50"),
        ("12 500,50", "12500.50"),
        ("12\u202f500,50\xa0€", "12500.50"),
        ("12\xa0500", "12500"),
        ("12500 euros", "12500"),
        ("0,01", "0.01"),
        ("9 999 999 999", "9999999999"),
    ],
)
def test_amounts_are_typed_the_french_way(agency: PageClient, service: Service, typed: str, amount: str) -> None:
    agency.post(DESK, TYPED | {"amount": typed}, 303)
    assert [one.amount for one in lines()] == [Decimal(amount)]


def test_one_cent_above_the_rate_is_said_with_what_is_left(agency: PageClient, service: Service) -> None:
    line(service, COST, "1000")
    page = agency.post(DESK, TYPED | {"sort": "state", "amount": "500,01"}, 409)
    assert "La part de l’État dépasserait le taux" in page.main
    assert "Il reste 500 € au plus." in page.main
    agency.post(DESK, TYPED | {"sort": "state", "amount": "500"}, 303)
    assert sums(service)[1] == 500


def test_a_line_is_cancelled_for_a_reason(agency: PageClient, team: PageClient, client: PageClient, service: Service) -> None:
    one = line(service, COST, 1000)
    address = f"{DESK}/{one.id}/annulation"
    team.get(address, 403)
    assert "Dites pourquoi" in agency.post(address, {"reason": ""}, 422).main
    assert "barrée" in agency.follow(agency.post(address, {"reason": "Saisie deux fois."}, 303)).main
    assert sums(service)[0] == 0
    agency.get(address, 409)


def test_what_the_rest_stands_on_is_not_cancelled(agency: PageClient, service: Service) -> None:
    cost = line(service, COST, 1000)
    line(service, STATE, 500)
    page = agency.post(f"{DESK}/{cost.id}/annulation", {"reason": "Erreur."}, 409)
    assert "La part de l’État dépasserait le taux" in page.main
    assert page.form()["reason"].strip() == "Erreur."


def test_a_team_takes_back_what_it_proposed(team: PageClient, service: Service, bearer: Actor) -> None:
    one = line(service, COST, 1000, by=bearer)
    assert "Retirer une ligne" in team.get(f"{DESK}/{one.id}/annulation").h1
    assert "Ligne retirée." in team.follow(team.post(f"{DESK}/{one.id}/annulation", {"reason": "Erreur."}, 303)).main


def test_who_may_not_write_is_told_so(client: PageClient, world: World, service: Service) -> None:
    one = line(service, COST, 1000)
    for address in (DESK, f"{DESK}/{one.id}/annulation", QUEUE, f"{QUEUE}/{one.id}", FUNDING):
        client.get(address, 401)
    stranger = PageClient(client.app).sign_in(world.person(GRAMAT))
    for address in (DESK, f"{DESK}/{one.id}/annulation", QUEUE, f"{QUEUE}/{one.id}", FUNDING):
        stranger.get(address, 403)
    stranger.post(DESK, TYPED, 403)
    moderator = PageClient(client.app).sign_in(world.person(None, Role.MODERATOR))
    moderator.get(FUNDING, 403)


def test_before_the_stage_nothing_is_written(agency: PageClient, service: Service, hold: Any) -> None:
    hold(just_before(opening_of(Stage.TRACKING)))
    assert "Ce n’est pas le moment" in agency.post(DESK, TYPED, 409).main
    hold(opening_of(Stage.TRACKING))
    assert "précède la naissance" in agency.post(DESK, TYPED | {"day": "31/05/2021"}, 409).main


def test_the_line_of_another_service_or_edition_is_not_found(
    agency: PageClient, world: World, edition: Edition, service: Service
) -> None:
    other, elsewhere = service_of(edition, "Une autre"), service_of(world.edition("2022"))
    of_other, of_elsewhere = line(other, COST, 10), line(elsewhere, COST, 10)
    agency.get(f"{DESK}/{of_other.id}/annulation", 404)
    agency.get(f"{QUEUE}/{of_elsewhere.id}", 404)
    agency.post(f"{QUEUE}/{of_elsewhere.id}", {"answer": "publish"}, 404)
    for address in ("/2021/services/9/argent", "/2021/services/9/gestion/argent", f"{QUEUE}/999999"):
        agency.get(address, 404)


def test_the_money_of_an_edition(client: PageClient, world: World, edition: Edition) -> None:
    assert "Aucun service pour l’instant" in client.get("/2021/argent").main
    small, large = service_of(edition, "Petite"), service_of(edition, "Grande")
    line(service_of(world.edition("2022")), COST, 999_999)
    for one, cost, share in ((small, 1_000, 500), (large, 100_000, 40_000)):
        line(one, COST, cost)
        line(one, STATE, share)
    line(large, ENGAGED, 30_000)
    page = client.get("/2021/argent")
    assert "100 000 € à tous les services ensemble, et 50 % au plus" in page.main
    assert rows(page, "etat-enveloppe") == [
        ["Enveloppe", "100 000 €"],
        ["Accordé aux services", "40 500 €"],
        ["Encore disponible", "59 500 €"],
        ["Engagé", "30 000 €"],
        ["Payé", "0 €"],
    ]
    assert [row[1:] for row in rows(page, "services")] == [
        ["100 000 €", "40 000 €", "30 000 €", "0 €"],
        ["1 000 €", "500 €", "0 €", "0 €"],
        ["101 000 €", "40 500 €", "30 000 €", "0 €"],
    ]


def test_an_edition_without_an_envelope_says_so(client: PageClient, world: World, hold: Any) -> None:
    hold(AT)
    world.edition("2022")
    page = client.get("/2022/argent").main
    assert "Aucune enveloppe n’est annoncée" in page
    assert "L’enveloppe de l’édition" not in page
    assert "limité par rien d’autre que ce taux" in page
    service = service_of(world.edition("2023"))
    bear(service, ROCAMADOUR)
    speaker = PageClient(client.app).sign_in(world.person(ROCAMADOUR))
    assert "n’est limité que par le taux, 50 % du coût éligible" in speaker.get("/2023/services/1/gestion/argent").main
    line(service, COST, 1_000)
    assert "seul le taux de 50 % limite ce que l’État accorde" in client.get("/2023/services/1/argent").main


def test_an_edition_with_an_envelope_says_nothing_of_the_kind(client: PageClient, service: Service, team: PageClient) -> None:
    line(service, COST, 1_000)
    for page in (client.get(PUBLIC), team.get("/2021/services/1/gestion/argent"), client.get("/2021/argent")):
        assert "limit" not in page.main


def test_an_administrator_gives_another_envelope_and_rate(client: PageClient, world: World, service: Service) -> None:
    line(service, COST, 1000)
    line(service, STATE, 400)
    client.sign_in(world.person(None, Role.ADMINISTRATOR))
    form = client.get(FUNDING).form()
    assert (form["envelope"], form["rate"]) == ("100\u202f000\xa0€", "50\xa0%")
    typed = form | {"envelope": "399,99", "rate": "33,33 %", "reason": "Loi de finances.", "confirm": "y"}
    assert "L’enveloppe ne descend pas sous ce qui est accordé" in client.post(FUNDING, typed, 409).main
    page = client.follow(client.post(FUNDING, typed | {"envelope": "400"}, 303))
    assert "400 € à tous les services ensemble, et 33,33 % au plus" in page.main
    again = client.post(FUNDING, typed | {"envelope": "500"}, 409)
    assert "L’enveloppe ou le taux ont changé entre-temps" in again.main
    assert again.form()["envelope"] == "500"
    journal = client.get("/2021/journal").main
    assert "Enveloppe de l’édition : 400 € (100 000 € jusque-là)." in journal
    assert "au plus : 33,33 % du coût éligible des services à naître (50 % jusque-là)." in journal
    assert "Loi de finances." in journal
    assert "50 % du coût au plus" in client.get(PUBLIC).main, "a service keeps the rate it was born with"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        pytest.param({"rate": "0"}, "plus grand que 0", id="nothing"),
        pytest.param({"rate": "100,01"}, "100 au plus", id="more than all"),
        pytest.param({"rate": "33,333"}, "Exemple : 50 ou 33,33", id="three decimals"),
        pytest.param({"rate": "la moitié"}, "Exemple : 50", id="words"),
        pytest.param({"rate": ""}, "Donnez la part de l’État.", id="no rate"),
        pytest.param({"envelope": ""}, "Donnez le montant", id="no envelope"),
        pytest.param({"envelope": "0"}, "plus grand que zéro", id="an empty envelope"),
        pytest.param({"reason": ""}, "Dites pourquoi", id="no reason"),
        pytest.param({"confirm": ""}, "Cochez cette case", id="not confirmed"),
    ],
)
def test_an_envelope_or_a_rate_typed_wrong(
    client: PageClient, world: World, service: Service, typed: dict[str, str], said: str
) -> None:
    client.sign_in(world.person(None, Role.ADMINISTRATOR))
    right = client.get(FUNDING).form() | {"envelope": "200 000", "rate": "60", "reason": "Un plan.", "confirm": "y"}
    page = client.post(FUNDING, {name: value for name, value in (right | typed).items() if value or name != "confirm"}, 422)
    assert said in page.main
    reading().expire_all()
    assert reading().query(Edition).one().funding_rate == Decimal("0.5")


@pytest.mark.parametrize("seen", ["", ";", "abc;0.5", "NaN;NaN", "sNaN;1", ";sNaN", "1e400;Infinity", "100000.00;x"])
def test_a_request_that_did_not_read_the_page_changes_nothing(
    client: PageClient, world: World, service: Service, seen: str
) -> None:
    client.sign_in(world.person(None, Role.ADMINISTRATOR))
    typed = {"envelope": "1", "rate": "1", "reason": "x", "confirm": "y", "seen": seen}
    assert "ont changé entre-temps" in client.post(FUNDING, typed, 409).main


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_words_come_back_as_words(agency: PageClient, service: Service, typed: str) -> None:
    answer = agency.http.post(DESK, data=TYPED | {"label": typed, "csrf_token": agency.csrf_token()})
    assert answer.status_code in (303, 422)
    for address in (PUBLIC, DESK):
        assert agency.http.get(address).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_however_many_lines_and_services_the_statements_are_the_same(
    client: PageClient, edition: Edition, world: World, count: int
) -> None:
    services = [service_of(edition, f"Proposition {rank}") for rank in range(count)]
    bear(services[0], ROCAMADOUR)
    bearer = world.person(ROCAMADOUR)
    for rank in range(count):
        publish_line(OPERATOR, line(services[0], COST, 100 + rank, by=bearer).id, at=AT)
        line(services[0], OTHER, 1 + rank, by=bearer)
    team = PageClient(client.app).sign_in(bearer)
    agency = PageClient(client.app).sign_in(world.person(None, Role.MODERATOR))
    for who, address, statements in ((client, PUBLIC, 3), (client, "/2021/argent", 3), (team, DESK, 5), (agency, QUEUE, 3)):
        with count_statements() as sent:
            who.get(address)
        assert len(sent) == statements, (address, sent)
