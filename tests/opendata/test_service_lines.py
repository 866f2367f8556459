"""The files of workshops and services, record by record: all that is public, nothing that was proposed or refused."""

import csv
import io
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from consult.calendar import queries as calendars
from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.ground.actor import OPERATOR, Actor, Role
from consult.ground.cells import cell
from consult.ground.clock import paris
from consult.ground.database import reading
from consult.interests.model import InterestStatus
from consult.interests.preparing import prepare
from consult.interests.publishing import publish
from consult.opendata.queries import csv as lines_of
from consult.opendata.queries import sizes
from consult.opendata.reading import Asked
from consult.opendata.service_lines import amount, decimal
from consult.opendata.service_schema import SERVICE_FILES
from consult.services.actions import (
    ServiceDraft,
    create,
    declare_deployment,
    drop_milestone,
    enter_phase,
    move_milestone,
    set_milestone,
)
from consult.services.indicator_rules import IndicatorDraft
from consult.services.indicators import correct_measure, give_measure, set_indicator
from consult.services.links import Description, describe
from consult.services.model import DeploymentStatus, MoneyKind, Phase, Service
from consult.services.money import cancel_line, refuse_line
from consult.services.news import NewsDraft, publish_news, refuse_news, tell_news
from consult.workshops.actions import announce, cancel, publish_notes
from consult.workshops.seats import give_up, take
from tests.support import retained
from tests.support.documents import store
from tests.support.meetings import LINK, MEETING, volunteer
from tests.support.money import line
from tests.support.world import CAUVALDOR, GRAMAT, LOT, ROCAMADOUR, World, during

BASE = "https://consultation.exemple.fr"
INTERESTS = during(Stage.INTERESTS)
AT = during(Stage.TRACKING)
TODAY = date(2021, 6, 2)
LATER = paris(2022, 3, 1)
SECRET = "Ceci n’est pas public"


def read(name: str, edition: str = "2021") -> list[dict[str, str]]:
    """A file as another program reads it."""
    reading().expire_all()
    text = "".join(lines_of(name, Asked(calendars.edition(edition), LATER, BASE)))
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


@pytest.fixture
def edition(world: World) -> Edition:
    """An edition, with the same life in another beside it."""
    other = world.edition("2020")
    elsewhere = create(OPERATOR, retained.proposal(other).id, ServiceDraft("D’ailleurs", "x", "x"), at=AT)
    set_milestone(OPERATOR, elsewhere.id, title="D’ailleurs", due_on=TODAY, at=AT)
    line(elsewhere, MoneyKind.COST, 10, at=AT)
    indicator = set_indicator(OPERATOR, elsewhere.id, INDICATOR, at=AT)
    give_measure(OPERATOR, indicator.id, day=TODAY, value=Decimal(1), at=AT)
    declare_deployment(OPERATOR, elsewhere.id, LOT, status=DeploymentStatus.TRIAL, since=TODAY, at=AT)
    announce(OPERATOR, elsewhere.proposal_id, MEETING, at=INTERESTS)
    return world.edition()


@pytest.fixture
def service(edition: Edition) -> Service:
    """A service that Rocamadour bears."""
    draft = ServiceDraft("Séance claire", "Préparer une séance.", "Un besoin partagé.", bearers=[ROCAMADOUR, CAUVALDOR])
    return create(OPERATOR, retained.proposal(edition).id, draft, at=AT)


@pytest.fixture
def bearer(world: World, service: Service) -> Actor:
    """Somebody of the service's own team."""
    return world.person(ROCAMADOUR)


INDICATOR = IndicatorDraft(
    "Délai de convocation", "Jours entre la demande et la séance.", "jours", Decimal("12.5"), TODAY, Decimal(5), None
)


def test_a_service_says_all_it_is(service: Service, bearer: Actor) -> None:
    said = Description(
        "Séance claire",
        "=Préparer",
        repository="https://git.exemple.fr/seance",
        licence="AGPL-3.0",
        contact="seance@exemple.fr",
        to_deploy="Une demi-journée.",
    )
    describe(OPERATOR, service.id, said, revision=service.revision, at=AT)
    line(service, MoneyKind.COST, 30000, at=AT)
    line(service, MoneyKind.STATE, "12500.50", at=AT)
    declare_deployment(OPERATOR, service.id, LOT, status=DeploymentStatus.IN_USE, since=TODAY, at=AT)
    declare_deployment(OPERATOR, service.id, GRAMAT, status=DeploymentStatus.TRIAL, since=TODAY, at=AT)
    tell_news(bearer, store(), service.id, NewsDraft("Première séance", "Elle a eu lieu."), at=AT + timedelta(days=3))
    tell_news(bearer, store(), service.id, NewsDraft(SECRET, "Nous avons reçu 3 000 €."), at=AT + timedelta(days=9))
    (row,) = read("services")
    assert {
        name: row[name] for name in ("summary", "repository", "licence", "site", "accessibility", "security", "statistics")
    } == {
        "summary": "'=Préparer",
        "repository": "https://git.exemple.fr/seance",
        "licence": "AGPL-3.0",
        "site": "",
        "accessibility": "",
        "security": "",
        "statistics": "",
    }
    assert (row["rate"], row["cost"], row["state_share"], row["others"], row["engaged"], row["paid"]) == (
        "0.5000",
        "30000.00",
        "12500.50",
        "0.00",
        "0.00",
        "0.00",
    )
    assert (row["deployments"], row["trials"], row["in_use"]) == ("2", "1", "1")
    assert row["bearers"] == f"{CAUVALDOR}|{ROCAMADOUR}"
    assert row["last_news_at"] == "2021-06-05T00:00:00+02:00", "what waits for the agency is not told yet"
    assert "@" not in "".join(row.values())


def test_a_service_that_stops_says_when_and_what_was_learnt(service: Service) -> None:
    enter_phase(OPERATOR, service.id, Phase.CONSTRUCTION, reason="Confirmé.", at=AT + timedelta(days=30))
    day = date(2021, 9, 1)
    stopped = AT + timedelta(days=120)
    enter_phase(OPERATOR, service.id, Phase.STOPPED, reason="Sans usage.", learnt="Rien ne presse.", day=day, at=stopped)
    assert [(row["service"], row["phase"], row["entered_on"], row["reason"], row["learnt"]) for row in read("phases")] == [
        ("1", "investigation", "2021-06-02", "Un besoin partagé.", ""),
        ("1", "construction", "2021-07-02", "Confirmé.", ""),
        ("1", "stopped", "2021-09-01", "Sans usage.", "Rien ne presse."),
    ]


def test_a_milestone_keeps_its_first_day_and_how_often_it_moved(service: Service) -> None:
    slipped = set_milestone(OPERATOR, service.id, title="Essai", due_on=date(2021, 9, 15), at=AT)
    move_milestone(OPERATOR, slipped.id, due_on=date(2021, 10, 1), reason="Vacances.", at=AT + timedelta(days=60))
    move_milestone(OPERATOR, slipped.id, due_on=date(2021, 11, 1), reason="Recrutement.", at=AT + timedelta(days=90))
    dropped = set_milestone(OPERATOR, service.id, title="Audit", due_on=date(2021, 12, 1), at=AT)
    drop_milestone(OPERATOR, dropped.id, reason="Plus utile.", at=AT + timedelta(days=30))
    columns = ("title", "due_on", "first_due_on", "moves", "last_move_reason", "dropped_at", "drop_reason")
    assert [tuple(row[name] for name in columns) for row in read("milestones")] == [
        ("Essai", "2021-11-01", "2021-09-15", "2", "Recrutement.", "", ""),
        ("Audit", "2021-12-01", "2021-12-01", "0", "", "2021-07-02T00:00:00+02:00", "Plus utile."),
    ]


def test_money_that_was_never_published_stays_out_and_what_was_cancelled_stays_in(
    world: World, service: Service, bearer: Actor
) -> None:
    line(service, MoneyKind.COST, 1000, "Développement", at=AT)
    wrong = line(service, MoneyKind.OTHER, 300, "Une fondation", at=AT)
    cancel_line(OPERATOR, wrong.id, reason="Deux fois la même.", at=AT + timedelta(days=1))
    line(service, MoneyKind.OTHER, 77, SECRET, by=bearer, at=AT)
    refused = line(service, MoneyKind.OTHER, 88, SECRET, by=bearer, at=AT)
    refuse_line(OPERATOR, refused.id, reason=SECRET, at=AT)
    columns = ("kind", "amount", "day", "label", "status", "cancelled_at", "cancel_reason")
    assert [tuple(row[name] for name in columns) for row in read("money")] == [
        ("cost", "1000.00", "2021-06-02", "Développement", "published", "", ""),
        (
            "other",
            "300.00",
            "2021-06-02",
            "Une fondation",
            "cancelled",
            "2021-06-03T00:00:00+02:00",
            "Deux fois la même.",
        ),
    ]
    (row,) = read("services")
    counted = sum(Decimal(one["amount"]) for one in read("money") if (one["kind"], one["status"]) == ("cost", "published"))
    assert Decimal(row["cost"]) == counted


def test_indicators_and_their_measures_as_they_are_corrected(service: Service) -> None:
    set_indicator(OPERATOR, service.id, replace(INDICATOR, name="Séances", target=None), at=AT)
    indicator = set_indicator(OPERATOR, service.id, INDICATOR, at=AT)
    wrong = give_measure(OPERATOR, indicator.id, day=TODAY, value=Decimal("1100"), note=SECRET, at=AT)
    correct_measure(OPERATOR, wrong.id, value=Decimal("11.0"), reason="Une virgule oubliée.", at=AT)
    taken_back = give_measure(OPERATOR, indicator.id, day=date(2021, 7, 1), value=Decimal(9), at=AT + timedelta(days=40))
    correct_measure(OPERATOR, taken_back.id, value=None, reason="Mal compté.", at=AT + timedelta(days=40))
    give_measure(OPERATOR, indicator.id, day=date(2021, 7, 2), value=Decimal("-8.25"), at=AT + timedelta(days=40))
    columns = ("service", "indicator", "name", "baseline", "baseline_on", "target", "target_on", "measures")
    assert [tuple(row[name] for name in columns) for row in read("indicators")] == [
        ("1", "1", "Séances", "12.5", "2021-06-02", "", "", "0"),
        ("1", "2", "Délai de convocation", "12.5", "2021-06-02", "5", "", "2"),
    ]
    assert [(row["service"], row["indicator"], row["day"], row["value"]) for row in read("measures")] == [
        ("1", "2", "2021-06-02", "11"),
        ("1", "2", "2021-07-02", "-8.25"),
    ]
    assert SECRET not in str(read("measures"))


def test_a_deployment_says_whether_it_is_confirmed_and_whether_it_is_over(world: World, service: Service) -> None:
    declare_deployment(world.person(LOT), service.id, LOT, status=DeploymentStatus.TRIAL, since=TODAY, at=AT)
    declare_deployment(OPERATOR, service.id, GRAMAT, status=DeploymentStatus.TRIAL, since=TODAY, at=AT)
    day = date(2021, 7, 1)
    later = AT + timedelta(days=60)
    declare_deployment(OPERATOR, service.id, GRAMAT, status=DeploymentStatus.ENDED, since=day, at=later)
    rows = {row["collectivite_siren"]: (row["status"], row["since"], row["confirmed_at"]) for row in read("deployments")}
    assert rows == {
        LOT: ("trial", "2021-06-02", ""),
        GRAMAT: ("ended", "2021-07-01", "2021-08-01T00:00:00+02:00"),
    }
    (row,) = read("services")
    assert row["deployments"] == "1", "who no longer uses it is not counted"


def test_a_workshop_says_who_came_of_which_collectivites_and_never_its_link(world: World, edition: Edition) -> None:
    proposal = retained.proposal(edition)
    team = world.person(None, Role.MODERATOR)
    workshop = announce(team, proposal.id, replace(MEETING, capacity=5), at=INTERESTS)
    people = [world.person(siren) for siren in (ROCAMADOUR, GRAMAT, LOT)]
    for person in people:
        volunteer(person, proposal, at=INTERESTS)
        take(person, workshop.id, at=INTERESTS)
    take(world.person(ROCAMADOUR), workshop.id, at=INTERESTS)
    give_up(people[2], workshop.id, at=INTERESTS)
    gone = announce(team, proposal.id, replace(MEETING, title="-Annulé", place="", about=""), at=INTERESTS)
    cancel(team, gone.id, reason="Grève.", at=INTERESTS)
    publish_notes(team, workshop.id, "On a parlé.", at=MEETING.ends_at)
    first, second = read("workshops")
    assert first == {
        "number": "1",
        "proposal": str(proposal.number),
        "title": "Dessiner la première page",
        "about": "Venez avec **un agenda**.",
        "starts_at": "2021-05-20T10:00:00+02:00",
        "ends_at": "2021-05-20T12:00:00+02:00",
        "place": "Mairie de Cahors",
        "online": "true",
        "capacity": "5",
        "seats": "3",
        "collectivites": "|".join(sorted((ROCAMADOUR, GRAMAT))),
        "cancelled_at": "",
        "cancel_reason": "",
        "notes_at": "2021-05-20T12:00:00+02:00",
        "notes": "On a parlé.",
        "url": f"{BASE}/2021/ateliers/1",
    }
    assert (second["title"], second["place"], second["capacity"], second["cancel_reason"]) == ("'-Annulé", "", "", "Grève.")
    assert LINK not in str((first, second))
    assert people[0].name not in str((first, second))


def test_an_answer_is_in_the_file_once_published_and_a_refusal_never(world: World, edition: Edition) -> None:
    proposal = retained.proposal(edition)
    team = world.person(None, Role.MODERATOR)
    accepted, waiting, declined = (
        volunteer(world.person(siren), proposal, at=INTERESTS).id for siren in (ROCAMADOUR, GRAMAT, LOT)
    )
    before = read("interests")
    for interest_id, answer in (
        (accepted, InterestStatus.ACCEPTED),
        (waiting, InterestStatus.WAITLISTED),
        (declined, InterestStatus.DECLINED),
    ):
        prepare(team, edition.id, [interest_id], answer, reason=SECRET, at=INTERESTS)
    assert read("interests") == before, "prepared: nothing of it leaves"
    publish(team, edition.id, at=INTERESTS + timedelta(days=1))
    assert [
        (row["collectivite_siren"], row["status"], row["waiting_rank"], row["decided_at"]) for row in read("interests")
    ] == [
        (ROCAMADOUR, "accepted", "", "2021-05-02T18:00:00+02:00"),
        (GRAMAT, "waitlisted", "1", "2021-05-02T18:00:00+02:00"),
    ]
    assert {row["charter"] for row in read("interests")} == {"2021-1"}


def test_nothing_that_was_proposed_or_refused_is_in_any_file(world: World, service: Service, bearer: Actor) -> None:
    line(service, MoneyKind.COST, 77, SECRET, by=bearer, at=AT)
    tell_news(bearer, store(), service.id, NewsDraft(SECRET, "3 000 €"), at=AT)
    refused = tell_news(bearer, store(), service.id, NewsDraft(SECRET, "4 000 €"), at=AT)
    refuse_news(OPERATOR, refused.id, reason=SECRET, at=AT)
    for file in SERVICE_FILES:
        assert SECRET not in str(read(file.name)), file.name
    (row,) = read("services")
    assert (row["last_news_at"], row["cost"]) == ("", "0.00")
    waiting = tell_news(bearer, store(), service.id, NewsDraft("Publiée", "5 000 €"), at=AT)
    publish_news(OPERATOR, waiting.id, at=AT + timedelta(days=1))
    assert read("services")[0]["last_news_at"] == "2021-06-03T00:00:00+02:00"


def test_each_file_has_as_many_records_as_the_page_says(service: Service) -> None:
    set_milestone(OPERATOR, service.id, title="Essai", due_on=date(2021, 9, 15), at=AT)
    indicator = set_indicator(OPERATOR, service.id, INDICATOR, at=AT)
    for day in (TODAY, date(2021, 7, 1)):
        give_measure(OPERATOR, indicator.id, day=day, value=Decimal(3), at=AT + timedelta(days=40))
    line(service, MoneyKind.COST, 30, at=AT)
    declare_deployment(OPERATOR, service.id, LOT, status=DeploymentStatus.TRIAL, since=TODAY, at=AT)
    announce(OPERATOR, service.proposal_id, MEETING, at=INTERESTS)
    for slug in ("2021", "2020"):
        said = sizes(calendars.edition(slug), LATER)
        assert {file.name: len(read(file.name, slug)) for file in SERVICE_FILES} == {
            file.name: said[file.name] for file in SERVICE_FILES
        }
        assert all(said[file.name] for file in SERVICE_FILES), "each is tried with something in it"


@pytest.mark.parametrize(
    ("value", "written"),
    [(None, ""), ("0", "0"), ("100", "100"), ("12.5000", "12.5"), ("-3.25", "-3.25"), ("0.0001", "0.0001"), ("1E+3", "1000")],
)
def test_a_number_has_a_point_and_no_exponent(value: str | None, written: str) -> None:
    assert cell(decimal(None if value is None else Decimal(value))) == written


def test_an_amount_has_its_cents() -> None:
    assert [amount(Decimal(value)) for value in ("0", "12.5", "30000000")] == ["0.00", "12.50", "30000000.00"]
