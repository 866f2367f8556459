"""The ballots in the researchers' format, read back by their own tool: the same counts, in an order that tells nothing."""

from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import update

from consult.accounts.model import AttachmentStatus
from consult.calendar import queries as calendars
from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.ground.actor import Role
from consult.ground.database import reading, transaction
from consult.ground.refusals import Reason, Refused
from consult.opendata import pabulib
from consult.opendata.reading import Asked
from consult.proposals.model import Proposal
from consult.selection.actions import decide, proclaim
from consult.selection.model import Outcome
from consult.voting.actions import give_support
from consult.voting.pabulib import election
from tests.support.page import PageClient
from tests.support.stage_two import CLOSED, DURING_VOTE, fresh, propositions, tallies
from tests.support.world import CAUVALDOR, GRAMAT, LOT, OCCITANIE, ROCAMADOUR, World, closing_of, just_before

LATER = closing_of(Stage.VOTING)


def text(edition: Edition, at=CLOSED) -> str:
    reading().expire_all()
    return "".join(pabulib.election(Asked(calendars.edition(edition.slug), at, "https://exemple.invalid")))


@pytest.fixture
def edition(world: World) -> Edition:
    edition, other = world.edition(), world.edition("2020")
    first, second, _ = propositions(edition)
    (elsewhere,) = propositions(other, 1)
    for siren in (OCCITANIE, ROCAMADOUR, GRAMAT, CAUVALDOR):
        give_support(world.person(siren), first.id, at=DURING_VOTE)
    give_support(world.person(ROCAMADOUR), second.id, at=DURING_VOTE)
    give_support(world.person(ROCAMADOUR), elsewhere.id, at=DURING_VOTE)
    give_support(world.person(LOT, status=AttachmentStatus.PENDING), second.id, at=DURING_VOTE)
    return edition


def test_the_researchers_tool_counts_the_same(edition: Edition, tmp_path: Path) -> None:
    from pabutools.election import parse_pabulib

    file = tmp_path / "2021.pb"
    file.write_text(text(edition), encoding="utf-8")
    instance, profile = parse_pabulib(str(file))
    counts = {int(project.name): sum(project in ballot for ballot in profile) for project in instance}
    assert counts == tallies(edition) == {1: 4, 2: 1, 3: 0}
    assert {int(one.name): int(instance.project_meta[one]["votes"]) for one in instance} == counts
    assert (instance.meta["num_projects"], instance.meta["num_votes"]) == ("3", str(profile.num_ballots())) == ("3", "4")
    assert instance.budget_limit == 3
    assert {project.cost for project in instance} == {1}
    assert list(instance.meta)[-3:] == ["edition", "language", "comment"]  # in the order of pabulib.org/format
    assert instance.meta["comment"].startswith("#1: ")
    assert (instance.meta["date_begin"], instance.meta["date_end"]) == ("15.03.2021", "30.04.2021")


def test_voters_come_by_siren_with_what_the_register_said(edition: Edition) -> None:
    votes = text(edition).partition("VOTES\n")[2].splitlines()
    assert votes[0] == "voter_id;vote;collectivite_kind;departement;population_stratum;population"
    assert [line.split(";")[0] for line in votes[1:]] == sorted((OCCITANIE, ROCAMADOUR, GRAMAT, CAUVALDOR))
    (rocamadour,) = [line for line in votes if line.startswith(ROCAMADOUR)]
    assert rocamadour.startswith(f"{ROCAMADOUR};1,2;commune;46;lt2000;")
    assert rocamadour.rpartition(";")[2].isdigit()
    (region,) = [line for line in votes if line.startswith(OCCITANIE)]
    assert region.startswith(f"{OCCITANIE};1;region;;")


def test_costs_are_given_when_each_has_one_and_there_is_an_envelope(edition: Edition, tmp_path: Path) -> None:
    with transaction() as session:
        session.execute(update(Proposal).where(Proposal.edition_id == edition.id).values(cost=Decimal("1500.50")))
    assert "1500.50" not in text(edition)
    with transaction() as session:
        session.execute(update(Edition).where(Edition.id == edition.id).values(envelope=Decimal("100000")))
    file = tmp_path / "2021.pb"
    file.write_text(text(edition), encoding="utf-8")
    found = election(file).budget
    assert found is not None
    assert (found.envelope, set(found.costs.values())) == (10_000_000, {150_050})


def test_what_is_selected_is_said_after_the_proclamation(world: World, edition: Edition) -> None:
    assert "project_id;cost;votes;name\n" in text(edition)
    member = world.person(None, Role.COMMITTEE)
    for rank, number in enumerate(propositions_ids(edition)):
        outcome = Outcome.NOT_RETAINED if rank else Outcome.RETAINED
        decide(member, number, outcome, reason="Une raison fictive.", at=CLOSED)
    proclaim(member, edition.id, at=LATER)
    said = text(fresh(edition))
    assert "project_id;cost;votes;name;selected\n1;1;4;Signaler un incident;1\n2;1;1;" in said


def propositions_ids(edition: Edition) -> list[int]:
    from sqlalchemy import select

    return list(reading().scalars(select(Proposal.id).where(Proposal.edition_id == edition.id).order_by(Proposal.number)))


def test_a_title_that_would_break_the_format(world: World, tmp_path: Path) -> None:
    edition = world.edition()
    first, *_ = propositions(edition)
    with transaction() as session:
        session.execute(update(Proposal).where(Proposal.id == first.id).values(title='=Un ; « titre »\nen "deux" lignes'))
    file = tmp_path / "2021.pb"
    file.write_text(text(edition), encoding="utf-8")
    assert election(file).titles[1] == '\'=Un ; « titre » en "deux" lignes'
    assert len(election(file).names) == 3


def test_batches_join_without_a_gap(edition: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = text(edition)
    monkeypatch.setattr(pabulib, "BATCH", 1)
    assert text(edition) == whole


def test_it_waits_for_the_close(edition: Edition) -> None:
    with pytest.raises(Refused) as refused:
        text(edition, just_before(CLOSED))
    assert refused.value.reason is Reason.VOTE_NOT_OVER


def test_it_is_under_the_name_of_its_edition_alone(edition: Edition, client: PageClient, hold) -> None:
    hold(CLOSED)
    answer = client.http.get("/2021/donnees/2021.pb")
    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''2021.pb"
    assert answer.get_data(as_text=True) == text(edition)
    client.get("/2021/donnees/2020.pb", 404)
