"""What speaks of money, and who may tell, publish, refuse, take back and read the news of a service, at the exact instants."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import pytest

from consult.calendar.rules import Calendar, Stage
from consult.contributions.file_types import FileType
from consult.ground.actor import VISITOR, Actor, Mandate, Profile, Role, Standing
from consult.ground.refusals import Reason
from consult.services.model import Publication
from consult.services.news_rules import (
    MOST_PICTURE_BYTES,
    is_acceptable_picture,
    leaves_money,
    may_publish,
    may_read,
    may_refuse,
    may_take_back,
    may_tell,
    speaks_of_money,
    standing_of,
)
from tests.support.world import GRAMAT, ROCAMADOUR, WINDOWS, just_before, opening_of

CALENDAR = Calendar(WINDOWS)
OPENING = opening_of(Stage.TRACKING)
MANDATE = Mandate(1, ROCAMADOUR, Standing.VERIFIED, "Rocamadour (Lot)", "commune")
BEARER = Actor(person_id=1, name="Fictif", profile=Profile.AGENT, function="secrétaire", mandate=MANDATE)
STRANGER = replace(BEARER, mandate=replace(MANDATE, siren=GRAMAT))
MODERATOR = Actor(person_id=2, roles=frozenset({Role.MODERATOR}))
BEARERS = frozenset({ROCAMADOUR})


@pytest.mark.parametrize(
    "text",
    ["12 500 €", "12,5 k€", "1,3 M€", "30 euros", "un euro", "300 EUR", "12 k€ de plus", "deux millions d’euros", "5 keuros"],
)
def test_an_amount_is_left_to_the_agency(text: str) -> None:
    assert leaves_money(MODERATOR, text)
    assert leaves_money(BEARER, "Un jalon", text).reason is Reason.MONEY_IS_THE_AGENCY_S
    assert leaves_money(BEARER, "L’Eure", "tient 12 conseils")


@pytest.mark.parametrize("text", ["12 500 €", "12,5 k€", "30 euros"])
def test_an_amount_is_money(text: str) -> None:
    assert speaks_of_money("Un titre", f"Le service a reçu {text}.")


@pytest.mark.parametrize(
    "text",
    [
        "5000euros",
        "50keuros",
        "5000EUR",
        "EUR5000",
        "12 500 &euro;",
        "12 500 &#8364;",
        "30 eu**ros**",
        "30 e&#117;ros",
        "30 eu\\ros",
    ],
)
def test_an_amount_is_money_however_it_is_typed(text: str) -> None:
    assert speaks_of_money(f"Le service a reçu {text}.")


@pytest.mark.parametrize(
    "text",
    [
        "L’Eure est équipée",
        "Une directive européenne",
        "300 conseils",
        "Eurométropole de Metz",
        "L’heure d’entrer",
        "10 chasseurs",
        "Eurasie",
        "&Eacute;lus",
    ],
)
def test_the_eure_is_no_money(text: str) -> None:
    assert not speaks_of_money(text)


def test_what_waits() -> None:
    assert standing_of(BEARER, "Un titre", "Six conseils.") is Publication.PUBLISHED
    assert standing_of(BEARER, "Un titre", "6 €.") is Publication.PROPOSED
    assert standing_of(BEARER, "Un titre", "Six conseils.", "Un graphique en euros") is Publication.PROPOSED
    assert standing_of(MODERATOR, "Un titre", "6 €.") is Publication.PUBLISHED


@pytest.mark.parametrize(
    ("size", "type_", "reason"),
    [
        pytest.param(MOST_PICTURE_BYTES, FileType.PNG, None, id="a PNG, of the heaviest"),
        pytest.param(MOST_PICTURE_BYTES + 1, FileType.PNG, Reason.PICTURE_TOO_BIG, id="a byte too many"),
        pytest.param(10, FileType.JPEG, None, id="a JPEG"),
        pytest.param(10, FileType.PDF, Reason.NOT_A_PICTURE, id="a PDF"),
        pytest.param(10, None, Reason.NOT_A_PICTURE, id="nothing known"),
    ],
)
def test_what_is_a_picture(size: int, type_: FileType | None, reason: Reason | None) -> None:
    assert is_acceptable_picture(size, type_).reason is reason


@pytest.mark.parametrize(
    ("actor", "at", "descriptions", "reason"),
    [
        pytest.param(BEARER, just_before(OPENING), [], Reason.STAGE_CLOSED, id="one second early"),
        pytest.param(BEARER, OPENING, [], None, id="its own people, at the opening instant"),
        pytest.param(MODERATOR, OPENING, ["Une salle."] * 3, None, id="the agency, with three pictures"),
        pytest.param(STRANGER, OPENING, [], Reason.NOT_OF_THE_SERVICE, id="people of another collectivité"),
        pytest.param(VISITOR, OPENING, [], Reason.SIGN_IN, id="a visitor"),
        pytest.param(BEARER, OPENING, ["Une salle."] * 4, Reason.TOO_MANY_PICTURES, id="four pictures"),
        pytest.param(BEARER, OPENING, ["Une salle.", " "], Reason.PICTURE_UNDESCRIBED, id="one is not described"),
    ],
)
def test_who_tells(actor: Actor, at: datetime, descriptions: list[str], reason: Reason | None) -> None:
    answer = may_tell(actor, calendar=CALENDAR, bearers=BEARERS, descriptions=descriptions, at=at)
    assert answer.reason is reason


@pytest.mark.parametrize("standing", list(Publication))
def test_the_agency_answers_what_waits(standing: Publication) -> None:
    said: dict[str, Any] = {"calendar": CALENDAR, "standing": standing, "at": OPENING}
    reason = None if standing is Publication.PROPOSED else Reason.NEWS_NOT_WAITING
    assert may_publish(MODERATOR, **said).reason is reason
    assert may_refuse(MODERATOR, **said, reason="x").reason is reason
    assert may_publish(BEARER, **said).reason is Reason.NOT_YOUR_ROLE
    assert may_publish(MODERATOR, **said | {"at": just_before(OPENING)}).reason is Reason.STAGE_CLOSED


def test_a_refusal_has_a_reason() -> None:
    answer = may_refuse(MODERATOR, calendar=CALENDAR, standing=Publication.PROPOSED, reason=" ", at=OPENING)
    assert answer.reason is Reason.REASON_MISSING


@pytest.mark.parametrize(
    ("actor", "standing", "said", "reason"),
    [
        pytest.param(BEARER, Publication.PUBLISHED, "x", None, id="what is read"),
        pytest.param(BEARER, Publication.PROPOSED, "x", None, id="what waits"),
        pytest.param(BEARER, Publication.REFUSED, "x", Reason.NEWS_NOT_READ, id="what was refused"),
        pytest.param(BEARER, Publication.CANCELLED, "x", Reason.NEWS_NOT_READ, id="twice"),
        pytest.param(MODERATOR, Publication.PUBLISHED, "x", None, id="by the agency"),
        pytest.param(STRANGER, Publication.PUBLISHED, "x", Reason.NOT_OF_THE_SERVICE, id="by somebody else"),
        pytest.param(BEARER, Publication.PUBLISHED, " ", Reason.REASON_MISSING, id="without a reason"),
    ],
)
def test_who_takes_back_what(actor: Actor, standing: Publication, said: str, reason: Reason | None) -> None:
    answer = may_take_back(
        actor, calendar=CALENDAR, bearers=BEARERS, by_agency=False, standing=standing, reason=said, at=OPENING
    )
    assert answer.reason is reason


@pytest.mark.parametrize("standing", [Publication.PUBLISHED, Publication.PROPOSED])
def test_what_the_agency_wrote_only_the_agency_takes_back(standing: Publication) -> None:
    about = partial(may_take_back, calendar=CALENDAR, bearers=BEARERS, by_agency=True, standing=standing, reason="Une erreur.")
    assert about(MODERATOR, at=OPENING)
    assert about(BEARER, at=OPENING).reason is Reason.NOT_YOUR_ROLE
    assert about(STRANGER, at=OPENING).reason is Reason.NOT_OF_THE_SERVICE


@pytest.mark.parametrize("standing", list(Publication))
def test_who_reads_what(standing: Publication) -> None:
    for who in (VISITOR, STRANGER):
        assert may_read(who, bearers=BEARERS, standing=standing) is (standing is Publication.PUBLISHED)
    for who in (BEARER, MODERATOR):
        assert may_read(who, bearers=BEARERS, standing=standing)
