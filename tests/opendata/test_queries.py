"""The files of an edition, record by record; what is secret, and what is nobody's business."""

import csv
import io
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pytest

from consult.accounts.model import AttachmentStatus
from consult.calendar import queries as calendars
from consult.calendar.actions import move_window
from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.contributions.actions import say_me_too
from consult.ground.actor import OPERATOR, Actor, Role
from consult.ground.clock import paris
from consult.ground.database import reading
from consult.ground.refusals import NotFound, Reason, Refused
from consult.interests.actions import InterestDraft, declare, withdraw
from consult.interests.model import Level
from consult.interests.publishing import accept
from consult.interests.rules import CHARTER
from consult.opendata import queries
from consult.opendata import reading as lines_read
from consult.opendata.queries import sizes
from consult.opendata.reading import Asked
from consult.opendata.rules import OF_THE_VOTE
from consult.opendata.schema import FILES
from consult.proposals.model import Proposal
from consult.selection.actions import decide, proclaim
from consult.selection.corrections import correct_decision
from consult.selection.model import Outcome
from consult.selection.recusals import recuse
from consult.services.actions import ServiceDraft, create, declare_deployment, enter_phase, reach_milestone, set_milestone
from consult.services.model import DeploymentStatus, Phase
from consult.triage.actions import reorient
from consult.voting.actions import give_support
from consult.voting.queries import ranked
from tests.support import stage_one
from tests.support.world import (
    CAUVALDOR,
    GRAMAT,
    LOT,
    OCCITANIE,
    ROCAMADOUR,
    World,
    closing_of,
    during,
    just_before,
    opening_of,
    window,
)

BASE = "https://consultation.exemple.fr"
CLOSE = closing_of(Stage.VOTING)
COMMITTEE = CLOSE + timedelta(hours=1)
INTERESTS = during(Stage.INTERESTS)
TRACKING = during(Stage.TRACKING)
LATER = paris(2021, 12, 1)


def read(name: str, at: datetime = LATER, edition: str = "2021") -> list[dict[str, str]]:
    """A file as another program reads it."""
    reading().expire_all()
    text = "".join(queries.csv(name, Asked(calendars.edition(edition), at, BASE)))
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


@dataclass(frozen=True)
class Story:
    """One need that travelled, its two propositions, and those who act on them."""

    world: World
    edition: Edition
    first: Proposal
    second: Proposal
    moderator: Actor
    judge: Actor


@pytest.fixture
def story(world: World) -> Story:
    """One need that travelled the four stages, and others beside it, in two editions."""
    edition, other = world.edition(), world.edition("2020")
    agent, neighbour = world.person(ROCAMADOUR), world.person(GRAMAT)
    moderator, judge = world.person(None, Role.MODERATOR), world.person(None, Role.COMMITTEE)
    need = stage_one.need(agent, edition, title='=Signaler; un "nid"-de-poule')
    lost = stage_one.service(neighbour, edition)
    stage_one.need(agent, other, title="D’une autre édition")
    say_me_too(neighbour, need.id, at=stage_one.DURING_NEEDS)
    first, second = stage_one.proposal(edition, "Signaler"), stage_one.proposal(edition, "Documents")
    elsewhere = stage_one.proposal(other, "Ailleurs")
    stage_one.group(need, first, second)
    reorient(moderator, lost.id, stage_one.scheme(edition).id, reason="+ adapté ailleurs", at=stage_one.DURING_NEEDS)
    at = during(Stage.VOTING)
    for siren in (ROCAMADOUR, GRAMAT, OCCITANIE):
        give_support(world.person(siren), first.id, at=at)
    give_support(agent, second.id, at=at)
    give_support(agent, elsewhere.id, at=at)
    give_support(world.person(LOT, status=AttachmentStatus.PENDING), second.id, at=at)
    return Story(world, edition, first, second, moderator, judge)


def decide_both(story: Story) -> None:
    """The committee retains the first proposition, not the second."""
    decide(story.judge, story.first.id, Outcome.RETAINED, reason="Raison de first.", at=COMMITTEE)
    decide(story.judge, story.second.id, Outcome.NOT_RETAINED, reason="Raison de second.", at=COMMITTEE)


def test_contributions(story: Story) -> None:
    need, service = read("contributions")
    assert need["title"] == '\'=Signaler; un "nid"-de-poule'
    assert need["situation"] == "Les habitants téléphonent.\n\nNous notons sur un carnet."
    assert {name: need[name] for name in FILES["contributions"].headers if name not in ("title", "situation")} == {
        "number": "1",
        "type": "need",
        "audience": "Les habitants.",
        "effects": "Moins d’appels.",
        "themes": "mobilite-transports",
        "status": "grouped",
        "status_reason": "",
        "scheme": "",
        "proposals": "1|2",
        "collectivite_siren": ROCAMADOUR,
        "collectivite_name": "Rocamadour",
        "collectivite_kind": "commune",
        "insee": "46240",
        "departement": "46",
        "region": "76",
        "population_stratum": "lt2000",
        "profile": "agent",
        "function": "secrétaire de mairie",
        "me_too_count": "1",
        "published_at": "2021-01-26T09:00:00+01:00",
        "url": f"{BASE}/2021/contributions/1",
    }
    assert (service["type"], service["status"], service["status_reason"], service["scheme"]) == (
        "existing_service",
        "reoriented",
        "'+ adapté ailleurs",
        "axe3",
    )
    assert service["themes"] == "mobilite-transports|inclusion-numerique"


def test_before_the_close_nothing_says_who_leads(story: Story) -> None:
    at = just_before(CLOSE)
    assert [(row["supports"], row["rank"], row["decision"]) for row in read("proposals", at)] == [("", "", "")] * 2
    with pytest.raises(Refused) as refused:
        read("supports", at)
    assert refused.value.reason is Reason.VOTE_NOT_OVER
    assert sizes(calendars.edition("2021"), at)["supports"] is None


def test_at_the_close_the_ballot_file_recounts_to_the_ranking(story: Story) -> None:
    ballots = read("supports", CLOSE)
    assert [(row["proposal"], row["collectivite_siren"]) for row in ballots] == [
        *(("1", siren) for siren in sorted((ROCAMADOUR, GRAMAT, OCCITANIE))),
        ("2", ROCAMADOUR),
    ]
    assert {row["departement"] for row in ballots} == {"46", ""}
    assert all(len(row["receipt"]) == 14 for row in ballots)
    edition = calendars.edition("2021")
    recounted = {row["number"]: (row["supports"], row["rank"]) for row in read("proposals", CLOSE)}
    assert recounted == {"1": ("3", "1"), "2": ("1", "2")}
    assert recounted == {str(one.tally.number): (str(one.tally.supports), str(one.rank)) for one in ranked(edition, at=CLOSE)}


def test_no_decision_before_the_proclamation(story: Story) -> None:
    decide_both(story)
    assert [(row["decision"], row["decision_reason"]) for row in read("proposals", COMMITTEE)] == [("", "")] * 2
    proclaim(story.judge, story.edition.id, at=COMMITTEE)
    assert [
        (row["supports"], row["rank"], row["decision"], row["decision_reason"]) for row in read("proposals", COMMITTEE)
    ] == [
        ("3", "1", "retained", "Raison de first."),
        ("1", "2", "not_retained", "Raison de second."),
    ]


def test_a_correction_stands_beside_the_decision_it_corrects(story: Story) -> None:
    recuse(story.world.person(None, Role.COMMITTEE), story.first.id, reason="Un lien.", at=COMMITTEE)
    decide_both(story)
    columns = ("decision", "decision_explanation", "recusals", "current_decision", "correction_reason", "corrected_at")
    assert {row[name] for row in read("proposals", COMMITTEE) for name in columns} == {""}
    proclaim(story.judge, story.edition.id, at=COMMITTEE)
    correct_decision(story.judge, story.second.id, Outcome.DEFERRED, reason="=Une raison.", at=INTERESTS)
    assert [tuple(row[name] for name in columns) for row in read("proposals", INTERESTS)] == [
        ("retained", "", "1", "retained", "", ""),
        ("not_retained", "", "0", "deferred", "'=Une raison.", "2021-05-01T18:00:00+02:00"),
    ]


@pytest.fixture
def retained(story: Story) -> Story:
    """The same, with its first proposition retained."""
    decide_both(story)
    proclaim(story.judge, story.edition.id, at=COMMITTEE)
    return story


def test_interests_are_those_that_live_and_name_nobody(retained: Story) -> None:
    world, first = retained.world, retained.first
    draft = InterestDraft(Level.PILOTE, "Camille", "agent", "Dominique", "maire", "Souvent", "Parce que", CHARTER)
    accepted = declare(world.person(GRAMAT), first.id, draft, at=INTERESTS)
    declare(world.person(CAUVALDOR), first.id, replace(draft, level=Level.ATELIER), at=INTERESTS)
    gone_by = world.person(LOT)
    gone = declare(gone_by, first.id, draft, at=INTERESTS)
    withdraw(gone_by, gone.id, reason="Non", at=INTERESTS)
    accept(retained.moderator, accepted.id, at=INTERESTS)
    rows = read("interests")
    assert [(row["number"], row["collectivite_name"], row["level"], row["status"]) for row in rows] == [
        ("1", "Gramat", "pilote", "accepted"),
        ("2", rows[1]["collectivite_name"], "atelier", "submitted"),
    ]
    assert (rows[0]["proposal"], rows[0]["charter"], rows[0]["departement"]) == ("1", CHARTER, "46")
    assert not any("Camille" in text or "Parce que" in text for row in rows for text in row.values())


def test_services_and_what_hangs_on_them(retained: Story) -> None:
    moderator, first = retained.moderator, retained.first
    service = create(moderator, first.id, ServiceDraft("Réverbère", "@Fictif", "Raison"), at=TRACKING)
    enter_phase(moderator, service.id, Phase.CONSTRUCTION, reason="Confirmé", at=TRACKING + timedelta(days=30))
    milestone = set_milestone(moderator, service.id, title="Essai", due_on=date(2021, 9, 15), at=TRACKING)
    reach_milestone(moderator, milestone.id, done_on=date(2021, 9, 22), at=paris(2021, 9, 22, 9))
    set_milestone(moderator, service.id, title="Audit", due_on=date(2021, 12, 3), at=TRACKING)
    for siren in (OCCITANIE, GRAMAT):
        declare_deployment(moderator, service.id, siren, status=DeploymentStatus.TRIAL, since=date(2021, 6, 2), at=TRACKING)
    (row,) = read("services")
    assert {name: row[name] for name in FILES["services"].headers[:12]} == {
        "number": "1",
        "name": "Réverbère",
        "summary": "'@Fictif",
        "proposal": "1",
        "born_at": "2021-06-02T00:00:00+02:00",
        "reason": "Raison",
        "phase": "construction",
        "phase_entered_at": "2021-07-02T00:00:00+02:00",
        "phase_reason": "Confirmé",
        "deployments": "2",
        "url": f"{BASE}/2021/services/1",
        "contributions": "1",
    }
    assert [(one["title"], one["due_on"], one["done_on"]) for one in read("milestones")] == [
        ("Essai", "2021-09-15", "2021-09-22"),
        ("Audit", "2021-12-03", ""),
    ]
    assert [
        (one["collectivite_siren"], one["departement"], one["status"], one["since"]) for one in read("deployments")
    ] == sorted([(GRAMAT, "46", "trial", "2021-06-02"), (OCCITANIE, "", "trial", "2021-06-02")])


def test_calendar_changes(story: Story) -> None:
    at = during(Stage.VOTING)
    moved = replace(window(Stage.VOTING), closes_at=CLOSE - timedelta(days=1))
    move_window(OPERATOR, story.edition.id, moved, reason="-1 jour", at=at)
    assert read("calendar_changes", at) == [
        {
            "changed_at": "2021-03-16T12:00:00+01:00",
            "stage": "voting",
            "old_opens_at": "2021-03-15T12:00:00+01:00",
            "old_closes_at": "2021-04-30T18:00:00+02:00",
            "new_opens_at": "2021-03-15T12:00:00+01:00",
            "new_closes_at": "2021-04-29T18:00:00+02:00",
            "reason": "'-1 jour",
            "tallies_readable_since": "",
        }
    ]


def test_no_file_holds_a_person_or_an_address(retained: Story) -> None:
    for name in FILES:
        text = str(read(name))
        assert "@exemple.invalid" not in text
        assert "Personne Fictive" not in text


def test_each_file_has_as_many_records_as_the_page_says(retained: Story) -> None:
    said = sizes(calendars.edition("2021"), LATER)
    assert {name: len(read(name)) for name in FILES} == said
    assert said["contributions"] == 2


def test_batches_join_without_a_gap(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = {name: read(name) for name in FILES}
    monkeypatch.setattr(lines_read, "BATCH", 1)
    assert {name: read(name) for name in FILES} == whole


def test_unknown_files(story: Story) -> None:
    with pytest.raises(NotFound):
        read("people")


def test_an_edition_that_has_not_begun_has_empty_files(world: World) -> None:
    world.edition()
    assert {name: len(read(name, opening_of(Stage.NEEDS))) for name in FILES if name not in OF_THE_VOTE} == {
        name: 0 for name in FILES if name not in OF_THE_VOTE
    }
