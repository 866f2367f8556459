"""A service's money in the base: what counts, what is told, what two people do at once, and what the base itself refuses."""

from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from consult.accounts.model import AttachmentStatus, MutedTopic, Topic
from consult.calendar.model import Edition
from consult.ground.actor import OPERATOR, Actor, Role
from consult.ground.database import reading, transaction
from consult.ground.refusals import NotFound, Reason
from consult.journal.model import PUBLIC_KINDS, Event, EventKind
from consult.outbox.model import Message, Notice
from consult.services.model import MoneyKind, MoneyLine, Publication, Service
from consult.services.money import cancel_line, publish_line, refuse_line, set_funding
from consult.services.money_rules import Funding
from tests.support.acts import last_event, refusal
from tests.support.letters import letters, text_of
from tests.support.money import AT, DAY, bear, line, service_of, stop, sums
from tests.support.stage_two import decide_attachment
from tests.support.together import together
from tests.support.world import GRAMAT, ROCAMADOUR, World

COST, STATE, OTHER, ENGAGED, PAID = MoneyKind
ENVELOPE = Decimal(1_000)


@pytest.fixture
def edition(world: World) -> Edition:
    return world.edition(envelope=ENVELOPE)


@pytest.fixture
def service(edition: Edition) -> Service:
    return service_of(edition)


@pytest.fixture
def moderator(world: World) -> Actor:
    return world.person(None, Role.MODERATOR)


@pytest.fixture
def bearer(world: World, service: Service) -> Actor:
    bear(service, ROCAMADOUR)
    return world.person(ROCAMADOUR, email="porteur@exemple.invalid")


def kept(one: MoneyLine) -> MoneyLine:
    """The line as it is in the base now."""
    reading().expire_all()
    return reading().get_one(MoneyLine, one.id)


def events() -> list[EventKind]:
    """What the journal says of money, in order."""
    kinds = reading().scalars(select(Event.kind).order_by(Event.id))
    return [kind for kind in kinds if kind.value.startswith(("money:", "funding:"))]


def test_the_agency_s_lines_count_at_once(service: Service, moderator: Actor) -> None:
    for kind, amount in ((COST, "1000"), (STATE, "500"), (OTHER, "499.99"), (ENGAGED, "300.50"), (PAID, "300.50")):
        assert line(service, kind, amount, by=moderator).standing is Publication.PUBLISHED
    assert sums(service) == tuple(map(Decimal, ("1000", "500", "499.99", "300.50", "300.50", "500")))
    event = last_event()
    assert (event.kind, event.subject, event.siren) == (EventKind.MONEY_PUBLISHED, "service:1", None)
    assert event.data["amount"] == "300.50"
    assert event.data["day"] == DAY.isoformat()
    assert event.data["sort"] == "paid"


def test_what_the_service_s_team_proposes_counts_once_published(service: Service, bearer: Actor, moderator: Actor) -> None:
    cost = line(service, COST, 1000, by=bearer)
    share = line(service, STATE, 400, by=bearer)
    assert (cost.standing, cost.siren, cost.published_at) == (Publication.PROPOSED, ROCAMADOUR, None)
    assert sums(service) == (0,) * 6
    assert refusal(publish_line, moderator, share.id, at=AT) is Reason.SHARE_OVER_THE_RATE
    publish_line(moderator, cost.id, at=AT)
    publish_line(moderator, share.id, at=AT)
    assert refusal(publish_line, moderator, share.id, at=AT) is Reason.ALREADY_DECIDED
    assert refusal(publish_line, bearer, share.id, at=AT) is Reason.NOT_YOUR_ROLE
    assert sums(service) == (1000, 400, 0, 0, 0, 400)
    assert (kept(share).published_at, kept(share).decided_by) == (AT, moderator.person_id)
    assert events() == [EventKind.MONEY_PROPOSED] * 2 + [EventKind.MONEY_PUBLISHED] * 2
    assert EventKind.MONEY_PROPOSED not in PUBLIC_KINDS


def test_whoever_proposed_is_told_of_the_answer_and_nobody_else(service: Service, bearer: Actor, moderator: Actor) -> None:
    published, refused = line(service, COST, "1250.5", "Étude", by=bearer), line(service, COST, 80, "Goûter", by=bearer)
    letters(AT)
    publish_line(moderator, published.id, at=AT)
    refuse_line(moderator, refused.id, reason="  Cette dépense n’est pas éligible. ", at=AT)
    first, second = letters(AT)
    assert [mail["To"] for mail in (first, second)] == ["porteur@exemple.invalid"] * 2
    subjects = [" ".join(mail["Subject"].split()) for mail in (first, second)]
    assert subjects == ["Ligne publiée : 1 250,50 €", "Ligne refusée : 80 €"]
    assert "Coût éligible : 1 250,50 €, le 2 juin 2021, « Étude »" in text_of(first)
    assert "/2021/services/1/argent" in text_of(first)
    assert "La raison : Cette dépense n’est pas éligible." in text_of(second)
    assert "/2021/services/1/gestion/argent" in text_of(second)
    assert kept(refused).reason == "Cette dépense n’est pas éligible."
    assert kept(refused).published_at is None
    assert sums(service)[0] == Decimal("1250.50")


def test_who_wants_no_mail_about_services_has_none(service: Service, bearer: Actor, moderator: Actor) -> None:
    proposed = line(service, COST, 10, by=bearer)
    with transaction() as session:
        session.add(MutedTopic(person_id=bearer.person_id, topic=Topic.SERVICES))
    publish_line(moderator, proposed.id, at=AT)
    assert reading().scalars(select(Message).where(Message.notice == Notice.MONEY_DECIDED)).all() == []


def test_a_proposal_is_taken_back_and_what_is_published_is_cancelled(service: Service, bearer: Actor, moderator: Actor) -> None:
    mistake = line(service, COST, 70, by=bearer)
    cancel_line(bearer, mistake.id, reason="Une erreur de frappe.", at=AT)
    assert (kept(mistake).standing, kept(mistake).published_at) == (Publication.CANCELLED, None)
    cost = line(service, COST, 1000)
    assert refusal(cancel_line, bearer, cost.id, reason="Une erreur.", at=AT) is Reason.NOT_YOUR_ROLE
    cancel_line(moderator, cost.id, reason="Saisie deux fois.", at=AT)
    assert refusal(cancel_line, moderator, cost.id, reason="Encore.", at=AT) is Reason.ALREADY_DECIDED
    assert (kept(cost).standing, kept(cost).published_at, kept(cost).reason) == (Publication.CANCELLED, AT, "Saisie deux fois.")
    assert sums(service) == (0,) * 6
    assert events() == [
        EventKind.MONEY_PROPOSED,
        EventKind.MONEY_TAKEN_BACK,
        EventKind.MONEY_PUBLISHED,
        EventKind.MONEY_CANCELLED,
    ]


def test_nothing_is_cancelled_that_the_rest_stands_on(service: Service) -> None:
    cost, share = line(service, COST, 1000), line(service, STATE, 500)
    more = line(service, COST, 10, "Un peu plus")
    engaged = line(service, ENGAGED, 200)
    paid = line(service, PAID, 200)
    for one, reason in (
        (cost, Reason.SHARE_OVER_THE_RATE),
        (share, Reason.ENGAGED_OVER_THE_SHARE),
        (engaged, Reason.PAID_OVER_THE_ENGAGED),
    ):
        assert refusal(cancel_line, OPERATOR, one.id, reason="Erreur.", at=AT) is reason
        assert kept(one).standing is Publication.PUBLISHED
    for one in (more, paid, engaged, share, cost):
        cancel_line(OPERATOR, one.id, reason="Erreur.", at=AT)
    assert sums(service) == (0,) * 6


def test_one_cent_above_the_rate_is_refused_and_exactly_at_it_is_not(service: Service) -> None:
    line(service, COST, "999.98")
    assert refusal(line, service, STATE, "500.00") is Reason.SHARE_OVER_THE_RATE
    line(service, STATE, "499.99")
    assert refusal(line, service, STATE, "0.01") is Reason.SHARE_OVER_THE_RATE
    assert sums(service)[1] == Decimal("499.99")


def test_the_envelope_is_that_of_all_the_services_of_the_edition(world: World, edition: Edition, service: Service) -> None:
    other, elsewhere = service_of(edition, "Une autre"), service_of(world.edition("2022", envelope=ENVELOPE))
    for one in (service, other, elsewhere):
        line(one, COST, 10_000)
    line(service, STATE, 600)
    assert refusal(line, other, STATE, "400.01") is Reason.ENVELOPE_EXCEEDED
    line(other, STATE, 400)
    line(elsewhere, STATE, 1_000)
    assert (sums(service)[-1], sums(elsewhere)[-1]) == (1_000, 1_000)


def test_without_an_envelope_only_the_rate_holds(world: World) -> None:
    service = service_of(world.edition("2022"))
    line(service, COST, 9_999_999_999)
    line(service, STATE, "4999999999.50")
    assert refusal(line, service, STATE, "0.01") is Reason.SHARE_OVER_THE_RATE


def test_a_line_sent_twice_is_kept_once(service: Service, bearer: Actor) -> None:
    first = line(service, COST, 100, by=bearer)
    assert refusal(line, service, COST, "100.00", by=bearer) is Reason.LINE_REPEATED
    line(service, COST, 100, "Une autre dépense", by=bearer)
    cancel_line(bearer, first.id, reason="Erreur.", at=AT)
    line(service, COST, 100, by=bearer)


def test_a_stopped_service_commits_nothing_more_and_is_still_paid(service: Service) -> None:
    for kind, amount in ((COST, 100), (STATE, 50), (ENGAGED, 40)):
        line(service, kind, amount)
    stop(service, DAY)
    later = AT + timedelta(days=3)
    tomorrow = DAY + timedelta(days=1)
    assert refusal(line, service, ENGAGED, 5, day=tomorrow, at=later) is Reason.SERVICE_STOPPED
    line(service, ENGAGED, 5, "Engagé le dernier jour", day=DAY, at=later)
    line(service, PAID, 45, day=tomorrow, at=later)
    assert sums(service)[3:5] == (45, 45)


def test_an_attachment_ended_in_between_no_longer_proposes(service: Service, bearer: Actor) -> None:
    decide_attachment(bearer, AttachmentStatus.ENDED)
    assert refusal(line, service, COST, 100, by=bearer) is Reason.NOT_OF_THE_SERVICE


def test_what_does_not_exist(service: Service) -> None:
    for act in (publish_line, partial(refuse_line, reason="Non."), partial(cancel_line, reason="Non.")):
        with pytest.raises(NotFound):
            act(OPERATOR, 999_999, at=AT)
    missing = Service(id=service.id + 999)
    with pytest.raises(NotFound):
        line(missing, COST, 1)


def test_two_commitments_that_together_exceed_the_envelope(app: Flask, edition: Edition) -> None:
    """Six services ask at once for 300 of the 1 000 that there are: three have it, and the sum is theirs."""
    services = [service_of(edition, f"Proposition {rank}") for rank in range(6)]
    for one in services:
        line(one, COST, 1_000)
    answers = together(app, [partial(line, one, STATE, 300) for one in services])
    assert answers.count(Reason.ENVELOPE_EXCEEDED) == 3
    shares = [sums(one) for one in services]
    assert sum(share[1] for share in shares) == shares[0][-1] == 900


def test_two_shares_of_one_service_that_together_exceed_its_rate(app: Flask, service: Service) -> None:
    line(service, COST, 1_000)
    answers = together(app, [partial(line, service, STATE, 300, f"Tranche {rank}") for rank in range(5)])
    assert answers.count(Reason.SHARE_OVER_THE_RATE) == 4
    assert sums(service)[1] == 300


def test_the_cost_goes_while_the_share_comes(app: Flask, world: World, edition: Edition) -> None:
    """Whichever is first, the other is refused."""
    for rank in range(4):
        service = service_of(edition, f"Proposition {rank}")
        cost = line(service, COST, 100)
        answers = together(
            app, [partial(cancel_line, OPERATOR, cost.id, reason="Erreur.", at=AT), partial(line, service, STATE, 50)]
        )
        assert answers.count(Reason.SHARE_OVER_THE_RATE) == 1
        assert sums(service)[:2] in ((0, 0), (100, 50))


def test_two_people_of_the_agency_publish_the_same_line(app: Flask, world: World, service: Service, bearer: Actor) -> None:
    proposed = line(service, COST, 100, by=bearer)
    team = [world.person(None, Role.MODERATOR) for _ in range(4)]
    answers = together(app, [partial(publish_line, one, proposed.id, at=AT) for one in team])
    assert answers.count(Reason.ALREADY_DECIDED) == 3
    assert sums(service)[0] == 100
    assert events().count(EventKind.MONEY_PUBLISHED) == 1


def test_the_envelope_goes_down_while_a_share_is_granted(app: Flask, edition: Edition, service: Service) -> None:
    line(service, COST, 2_000)
    now = Funding(ENVELOPE, Decimal("0.5"))
    less = partial(set_funding, OPERATOR, edition.id, Funding(Decimal(900), now.rate), seen=now, reason="Gel.", at=AT)
    answers = together(app, [less, partial(line, service, STATE, 1_000)])
    assert {Reason.ENVELOPE_BELOW_GRANTED, Reason.ENVELOPE_EXCEEDED} & set(answers)
    reading().expire_all()
    after = reading().get_one(Edition, edition.id)
    assert (after.envelope, after.granted) in ((900, 0), (1_000, 1_000))


@pytest.mark.parametrize(
    "wrong",
    [
        "UPDATE service SET state_share = 50001",
        "UPDATE service SET state_share = 0, engaged = 0, paid = 0, others = 100001",
        "UPDATE service SET engaged = 50001",
        "UPDATE service SET paid = 20001",
        "UPDATE service SET cost = 99999",
        "UPDATE service SET others = -1",
        "UPDATE edition SET granted = 100001",
        "UPDATE edition SET envelope = 49999",
        "UPDATE edition SET granted = -1",
        "UPDATE money_line SET amount = 0 WHERE id = (SELECT min(id) FROM money_line)",
        "UPDATE money_line SET standing = 'cancelled'",
        "UPDATE money_line SET published_at = NULL",
    ],
)
def test_the_base_itself_refuses_what_does_not_hold(service: Service, wrong: str) -> None:
    """Whoever writes, by whatever way."""
    for kind, amount in ((COST, 1_000), (STATE, 500), (ENGAGED, 200), (PAID, 200)):
        line(service, kind, amount)
    with pytest.raises(DBAPIError), transaction() as session:
        session.execute(text(wrong))


def test_an_envelope_and_a_rate_are_given_with_a_reason(world: World, edition: Edition, service: Service) -> None:
    now, then = Funding(ENVELOPE, Decimal("0.5")), Funding(Decimal("2000.50"), Decimal("0.3333"))
    administrator = world.person(None, Role.ADMINISTRATOR)
    set_funding(administrator, edition.id, then, seen=now, reason=" Loi de finances. ", at=AT)
    event = last_event()
    assert (event.kind, event.subject, event.edition_id) == (EventKind.FUNDING_SET, None, edition.id)
    assert event.data == {
        "before": {"envelope": "1000.00", "rate": "0.5"},
        "after": {"envelope": "2000.50", "rate": "0.3333"},
        "reason": "Loi de finances.",
    }
    assert refusal(set_funding, administrator, edition.id, then, seen=now, reason="Encore.", at=AT) is Reason.FUNDING_CHANGED
    reading().expire_all()
    assert reading().get_one(Service, service.id).rate == Decimal("0.5"), "a service keeps the rate it was born with"
    assert service_of(edition, "Une autre").rate == Decimal("0.3333")


def test_days_are_those_of_paris(service: Service) -> None:
    assert refusal(line, service, COST, 1, day=date(2021, 6, 3)) is Reason.DATE_TO_COME
    assert refusal(line, service, COST, 1, day=date(2021, 6, 1)) is Reason.DATE_BEFORE_BIRTH


def test_people_of_another_collectivite_write_nothing(world: World, service: Service, bearer: Actor) -> None:
    stranger = world.person(GRAMAT)
    proposed = line(service, COST, 100, by=bearer)
    assert refusal(line, service, COST, 1, by=stranger) is Reason.NOT_OF_THE_SERVICE
    assert refusal(cancel_line, stranger, proposed.id, reason="Non.", at=AT) is Reason.NOT_OF_THE_SERVICE
    assert kept(proposed).standing is Publication.PROPOSED
