"""Collectivités that merge once services are tracked: who bears them, who speaks for their use, and what counts once."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from consult.calendar.rules import Stage
from consult.ground.actor import Actor, Role
from consult.ground.clock import paris_day
from consult.ground.database import reading, transaction
from consult.ground.refusals import Reason
from consult.interests.model import Level
from consult.interests.publishing import accept
from consult.journal.model import Event, EventKind
from consult.outbox.model import Notice
from consult.services.actions import ServiceDraft, create, set_milestone
from consult.services.adoption import mine
from consult.services.deployments import declare_deployment
from consult.services.model import Bearer, Deployment, DeploymentStatus, Service
from consult.services.queries import bearers, sheet
from tests.interests.test_actions import told
from tests.register.conftest import bases, empty  # noqa: F401 - a base whose register may be changed
from tests.register.samples import GRAMAT
from tests.services.test_deployments import DRAFT, sums
from tests.support.acts import refusal
from tests.support.retained import proposal
from tests.support.vintages import BEFORE, MIERS, PADIRAC, bring, merged, without
from tests.support.volunteers import interest
from tests.support.world import World, during
from tests.voting.conftest import small  # noqa: F401

AT = during(Stage.TRACKING)
MERGE, AFTER = AT + timedelta(days=30), AT + timedelta(days=31)
BORN, TODAY = paris_day(AT), paris_day(AFTER)
INTO_GRAMAT = (*without(BEFORE, GRAMAT, MIERS), merged(GRAMAT, MIERS))
"""Gramat has taken Miers in."""
TRIAL, IN_USE, ENDED = DeploymentStatus.TRIAL, DeploymentStatus.IN_USE, DeploymentStatus.ENDED


@pytest.fixture
def moderator(small: World) -> Actor:  # noqa: F811
    return small.person(None, Role.MODERATOR)


@pytest.fixture
def service(small: World, moderator: Actor) -> Service:  # noqa: F811
    return create(moderator, proposal(small.edition()).id, DRAFT, at=AT)


def uses() -> dict[str, DeploymentStatus]:
    reading().expire_all()
    return {one.siren: one.status for one in reading().scalars(select(Deployment))}


class TestUses:
    def test_the_successor_says_what_a_use_becomes_and_it_stays_who_s_it_was(
        self,
        small: World,  # noqa: F811
        service: Service,
        moderator: Actor,
        tmp_path: Path,
    ) -> None:
        declare_deployment(small.person(MIERS.siren), service.id, MIERS.siren, status=TRIAL, since=BORN, at=AT)
        bring(tmp_path, INTO_GRAMAT, at=MERGE)
        assert uses() == {MIERS.siren: TRIAL}
        heir, said = small.person(GRAMAT.siren, email="gramat@exemple.invalid"), mine(service.id, GRAMAT.siren)
        assert said is not None
        assert said.status is TRIAL
        assert mine(service.id, PADIRAC.siren) is None
        assert sheet(service.edition_id, service.number, GRAMAT.siren).mine
        assert not sheet(service.edition_id, service.number, PADIRAC.siren).mine
        declare_deployment(heir, service.id, GRAMAT.siren, status=IN_USE, since=TODAY, at=AFTER)
        assert uses() == {MIERS.siren: IN_USE}
        assert sums(service) == (0, 1)
        declare_deployment(moderator, service.id, MIERS.siren, status=ENDED, since=TODAY, at=AFTER)
        assert told(Notice.DEPLOYMENT_DECLARED) == ["gramat@exemple.invalid"]
        stranger = small.person(PADIRAC.siren)
        assert (
            refusal(declare_deployment, stranger, service.id, MIERS.siren, status=TRIAL, since=TODAY, at=AFTER)
            is Reason.NOT_YOURS
        )

    @pytest.mark.parametrize(
        ("absorbed", "own", "left"),
        [
            pytest.param(IN_USE, IN_USE, GRAMAT, id="the successor's own"),
            pytest.param(TRIAL, IN_USE, GRAMAT, id="in use before on trial"),
            pytest.param(IN_USE, TRIAL, MIERS, id="in use, though absorbed"),
        ],
    )
    def test_where_both_have_it_one_counts(
        self,
        small: World,  # noqa: F811
        service: Service,
        tmp_path: Path,
        absorbed: DeploymentStatus,
        own: DeploymentStatus,
        left: object,
    ) -> None:
        for row, status in ((MIERS, absorbed), (GRAMAT, own), (PADIRAC, TRIAL)):
            declare_deployment(small.person(row.siren), service.id, row.siren, status=status, since=BORN, at=AT)
        report = bring(tmp_path, INTO_GRAMAT, at=MERGE)
        assert report.effects["deployments_ended"] == 1
        found = uses()
        (ended,) = (siren for siren, status in found.items() if status is ENDED)
        assert {left.siren, ended} == {MIERS.siren, GRAMAT.siren}  # type: ignore[attr-defined]
        assert sum(sums(service)) == 2
        event = reading().scalars(select(Event).where(Event.kind == EventKind.DEPLOYMENT_MERGED)).one()
        assert (event.siren, event.subject, event.data["kept"]) == (ended, "service:1", left.siren)  # type: ignore[attr-defined]
        said = mine(service.id, GRAMAT.siren)
        assert said is not None
        assert said.status in (TRIAL, IN_USE), "its people speak of the one that counts"


class TestBearers:
    def test_the_successor_bears_it_and_its_people_are_told(
        self,
        small: World,  # noqa: F811
        service: Service,
        tmp_path: Path,
    ) -> None:
        with transaction() as session:
            session.add_all(Bearer(service_id=service.id, siren=row.siren, since=AT) for row in (MIERS, PADIRAC))
        small.person(GRAMAT.siren, email="gramat@exemple.invalid")
        report = bring(tmp_path, INTO_GRAMAT, at=MERGE)
        assert report.effects["bearers_moved"] == 1
        assert bearers(reading(), service.id) == {GRAMAT.siren, PADIRAC.siren}
        assert told(Notice.BEARER_ADDED) == ["gramat@exemple.invalid"]
        events = reading().scalars(select(Event).where(Event.kind.in_((EventKind.BEARER_ADDED, EventKind.BEARER_REMOVED))))
        assert [(one.kind, one.siren, one.data["reason"]) for one in events] == [
            (EventKind.BEARER_ADDED, GRAMAT.siren, "Miers ne figure plus au registre."),
            (EventKind.BEARER_REMOVED, MIERS.siren, "Miers ne figure plus au registre."),
        ]
        set_milestone(small.person(GRAMAT.siren), service.id, title="Une page", due_on=TODAY, at=AFTER)

    def test_who_bears_it_already_bears_it_once(self, small: World, service: Service, tmp_path: Path) -> None:  # noqa: F811
        with transaction() as session:
            session.add_all(Bearer(service_id=service.id, siren=row.siren, since=AT) for row in (MIERS, GRAMAT))
        bring(tmp_path, INTO_GRAMAT, at=MERGE)
        assert bearers(reading(), service.id) == {GRAMAT.siren}

    def test_a_service_born_later_is_borne_by_who_stands_for_its_pilots(
        self,
        small: World,  # noqa: F811
        moderator: Actor,
        tmp_path: Path,
    ) -> None:
        found = proposal(small.edition())
        pilot = interest(found, small.person(MIERS.siren), Level.PILOTE)
        accept(moderator, pilot.id, at=AT)
        bring(tmp_path, INTO_GRAMAT, at=MERGE)
        made = create(moderator, found.id, ServiceDraft("Séance claire", "Un service.", "Une raison."), at=AFTER)
        assert bearers(reading(), made.id) == {GRAMAT.siren}
