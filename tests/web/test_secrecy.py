"""A hidden tally cannot be learnt: with the same voters, whatever they chose, every page says the same, byte for byte.

Two worlds are compared that differ only by what the collectivités support. Whoever reads, from outside or from a desk, must
receive the same answers to the last second: pages, orders, exports, headers. The collectivités' own ballots are left out: they
are their own.
"""

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from flask import Flask
from sqlalchemy import case, update

from consult.accounts.model import AttachmentStatus
from consult.ground.actor import Actor, Profile, Role
from consult.ground.database import transaction
from consult.voting.actions import give_support
from consult.voting.model import Support
from consult.voting.results import forget
from tests.support.addresses import READ
from tests.support.commands import Operator
from tests.support.page import PageClient
from tests.support.stage_one import group, need
from tests.support.stage_two import CLOSED, DURING_VOTE, propositions
from tests.support.world import CAUVALDOR, CORSE, GRAMAT, LOT, OCCITANIE, ROCAMADOUR, SAINT_ETIENNE, World, just_before

Hold = Callable[[datetime], None]
LAST_SECOND = just_before(CLOSED)
VOTERS = (GRAMAT, SAINT_ETIENNE, CAUVALDOR, LOT, OCCITANIE, CORSE)
EVERYWHERE = tuple(
    dict.fromkeys(
        [re.sub(r"/(\d{9})$", f"/{GRAMAT}", path).replace("/12", "/1").replace("/3", "/1") for path in READ]
        + ["/2021/propositions/2", "/2021/propositions/3", "/2021/propositions?tri=soutiens", "/comite/2021/propositions/1"]
        + ["/comite/2021/", "/comite/2021/proclamation", "/2021/contributions?tri=partage", f"/collectivites/{ROCAMADOUR}"]
    )
)
NOT_COMPARED = ("/connexion", "/compte/donnees")  # signs in; says one more each time that one downloaded one’s own data
RANDOM = re.compile(rb'name="csrf_token"[^>]*value="[^"]*"|value="[^"]*"[^>]*name="csrf_token"')


class Elections:
    """One edition in which six collectivités voted, most of them for the first proposition, or, turned over, for the third."""

    def __init__(self, world: World) -> None:
        self.edition = world.edition()
        self.first, self.second, self.third = propositions(self.edition)
        voters = [world.person(siren) for siren in VOTERS]
        voters.append(world.person(ROCAMADOUR, status=AttachmentStatus.PENDING))
        group(need(voters[0], self.edition), self.first)
        for rank, voter in enumerate(voters):
            give_support(voter, self.first.id, at=DURING_VOTE)
            if rank % 3 == 0:
                give_support(voter, self.second.id, at=DURING_VOTE)
        self.readers: dict[str, Actor | None] = {
            "visitor": None,
            "agent of a collectivité that did not vote": world.person(ROCAMADOUR),
            "someone who claims to be of one that did": world.person(GRAMAT, status=AttachmentStatus.PENDING),
            "someone refused by one that did": world.person(GRAMAT, status=AttachmentStatus.REFUSED),
            "partner": world.person(None, profile=Profile.PARTENAIRE),
            **{role.value: world.person(None, role) for role in Role},
            "every role at once": world.person(None, *Role),
        }

    def turn_over(self) -> None:
        """Every support for the first proposition goes to the third, and back; turnout stays what it was."""
        swapped = case(
            (Support.proposal_id == self.first.id, self.third.id),
            (Support.proposal_id == self.third.id, self.first.id),
            else_=Support.proposal_id,
        )
        with transaction() as session:
            session.execute(update(Support).where(Support.siren != ROCAMADOUR).values(proposal_id=swapped))
        forget()  # no act of the site swaps supports, so no result that a process keeps looks for it


def clients(app: Flask, readers: dict[str, Actor | None]) -> dict[str, PageClient]:
    """A browser for each reader."""
    return {name: PageClient(app).sign_in(actor) if actor else PageClient(app) for name, actor in readers.items()}


def answers(browsers: dict[str, PageClient]) -> dict[tuple[str, str], bytes]:
    """What each reader receives at each address, status and headers included, without what is drawn at random."""
    found: dict[tuple[str, str], bytes] = {}
    for reader, browser in browsers.items():
        for path in EVERYWHERE:
            if not path.startswith(NOT_COMPARED):
                answer = browser.http.get(path, buffered=True)
                headers = "\n".join(f"{name}: {value}" for name, value in answer.headers if name != "Set-Cookie")
                found[reader, path] = f"{answer.status_code}\n{headers}\n".encode() + RANDOM.sub(b"", answer.get_data())
    return found


def test_no_answer_depends_on_what_is_supported(app: Flask, world: World, hold: Hold) -> None:
    elections = Elections(world)
    hold(LAST_SECOND)
    browsers = clients(app, elections.readers)
    before = answers(browsers)
    elections.turn_over()
    after = answers(browsers)
    assert [key for key in before if before[key] != after[key]] == []
    assert sum(answer.startswith(b"200") for answer in before.values()) > 200, "the pages were read, not refused"
    assert not [key for key, answer in before.items() if answer.startswith(b"5")]


def test_the_comparison_sees_what_a_visible_tally_would_show(app: Flask, world: World, hold: Hold) -> None:
    elections = Elections(world)
    hold(CLOSED)
    browsers = clients(app, {"visitor": None})
    before = answers(browsers)
    elections.turn_over()
    after = answers(browsers)
    assert before["visitor", "/2021/resultats"] != after["visitor", "/2021/resultats"]
    assert before["visitor", "/2021/donnees/supports.csv"] != after["visitor", "/2021/donnees/supports.csv"]


def test_no_command_depends_on_it_either(world: World, operator: Operator, hold: Hold, tmp_path: Path) -> None:
    elections = Elections(world)
    hold(LAST_SECOND)
    said = []
    for folder in ("before", "after"):
        ended = operator("tally", "2021", "--json")
        assert (ended.code, ended.said) == (1, "")
        exported = operator("export", "2021", "--to", str(tmp_path / folder))
        files = {file.name: file.read_bytes() for file in sorted((tmp_path / folder).rglob("*")) if file.is_file()}
        said.append((ended.errors, exported.code, files))
        elections.turn_over()
    assert said[0] == said[1]


def test_no_e_mail_goes_to_anyone_outside_the_collectivite(world: World) -> None:
    from sqlalchemy import select

    from consult.accounts.model import Attachment, Person
    from consult.ground.database import reading
    from consult.outbox.model import Message, Notice

    elections = Elections(world)
    told = set(reading().scalars(select(Message.recipient).where(Message.notice == Notice.SUPPORT_CHANGED)))
    outsiders = [actor.person_id for name, actor in elections.readers.items() if actor and name != OWN]
    assert told
    assert not told & set(reading().scalars(select(Person.email).where(Person.id.in_(outsiders))))
    assert told <= set(reading().scalars(select(Person.email).join(Attachment, Attachment.person_id == Person.id)))


OWN = "agent of a collectivité that did not vote"
