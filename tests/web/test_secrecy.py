"""A hidden tally cannot be learnt: with the same voters, whatever they chose, every page says the same, byte for byte.

Two worlds are compared that differ only by what the collectivités support. Whoever reads, from outside or from a desk, must
receive the same answers to the last second: pages, orders, exports, headers. The collectivités' own ballots are left out: they
are their own.
"""

import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import case, select, update
from werkzeug.test import TestResponse

from consult.accounts.model import Attachment, AttachmentStatus, Person
from consult.ground.actor import Actor, Profile, Role
from consult.ground.database import reading, transaction
from consult.outbox.model import Message, Notice
from consult.voting.actions import give_support, withdraw_support
from consult.voting.model import Support
from consult.voting.results import forget
from tests.support.addresses import READ
from tests.support.commands import Operator
from tests.support.engines import Engines
from tests.support.journal import seal_now
from tests.support.letters import letters
from tests.support.page import PageClient
from tests.support.stage_one import group, need
from tests.support.stage_two import CLOSED, DURING_VOTE, propositions
from tests.support.statements import count_statements
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
NOT_COMPARED = ("/connexion", "/compte/donnees", "/compte/sessions")
"""Signs in; says one more each time that one downloaded one’s own data; says when one signed in, by the world's clock."""
OWN = "agent of a collectivité that did not vote"
CLAIMANT = "someone who claims to be of one that did"
EVERY_ROLE = "every role at once"
RANDOM = re.compile(
    rb'name="csrf_token"[^>]*value="[^"]*"|value="[^"]*"[^>]*name="csrf_token"'
    rb"|\b[0-9a-f]{64}\b|[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}"
)
"""Tokens of forms, seals, receipts."""


class Elections:
    """One edition in which seven collectivités voted. Turned over, they support other propositions, and not as many."""

    def __init__(self, world: World, *, turned_over: bool = False) -> None:
        self.edition = world.edition()
        self.first, self.second, self.third = propositions(self.edition)
        voters = [world.person(siren) for siren in VOTERS]
        give_support(world.person(ROCAMADOUR, status=AttachmentStatus.PENDING), self.second.id, at=DURING_VOTE)
        group(need(voters[0], self.edition), self.first)
        most, some, few = (self.third, self.first, 2) if turned_over else (self.first, self.second, 3)
        for rank, voter in enumerate(voters):
            give_support(voter, most.id, at=DURING_VOTE)
            if rank % few == 0:
                give_support(voter, some.id, at=DURING_VOTE)
        if turned_over:
            withdraw_support(voters[0], some.id, at=DURING_VOTE)
        seal_now(self.edition, at=DURING_VOTE)
        self.readers: dict[str, Actor | None] = {
            "visitor": None,
            OWN: world.person(ROCAMADOUR),
            CLAIMANT: world.person(GRAMAT, status=AttachmentStatus.PENDING),
            "someone refused by one that did": world.person(GRAMAT, status=AttachmentStatus.REFUSED),
            "partner": world.person(None, profile=Profile.PARTENAIRE),
            **{role.value: world.person(None, role) for role in Role},
            EVERY_ROLE: world.person(None, *Role),
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


Answers = dict[tuple[str, str], bytes]


def answers(browsers: dict[str, PageClient]) -> Answers:
    """What each reader receives at each address, status and headers included, without what is drawn at random."""
    return {
        (reader, path): heard(browser.http.get(path, buffered=True))
        for reader, browser in browsers.items()
        for path in EVERYWHERE
        if not path.startswith(NOT_COMPARED)
    }


def heard(answer: TestResponse) -> bytes:
    """An answer, its headers and its bytes, without what is drawn at random."""
    headers = "\n".join(f"{name}: {value}" for name, value in answer.headers if name != "Set-Cookie")
    return f"{answer.status_code}\n{headers}\n".encode() + RANDOM.sub(b"", answer.get_data())


def crawl(browser: PageClient) -> Answers:
    """Every page that links lead to, the first two of each shape, with the number of statements that each costs."""
    found: Answers = {}
    ahead, shapes = ["/", *EVERYWHERE], Counter[str]()
    while ahead:
        path = ahead.pop(0)
        shape = re.sub(r"[0-9]+", "0", re.sub(r"=[^&]*", "", path))
        if ("crawl", path) in found or shapes[shape] == 2 or path.startswith(NOT_COMPARED):
            continue
        shapes[shape] += 1
        with count_statements() as sent:
            answer = browser.http.get(path, buffered=True)
        found["crawl", path] = heard(answer) + f"\n{len(sent)} statements".encode()
        if answer.mimetype == "text/html":
            links = BeautifulSoup(answer.get_data(as_text=True), "html.parser").find_all("a", href=True)
            ahead += [str(link["href"]).partition("#")[0] for link in links if str(link["href"]).startswith("/")]
    return found


def probes(browsers: dict[str, PageClient]) -> Answers:
    """What each reader is answered when they try every act of the vote on every proposition, allowed or not, several times."""
    found: Answers = {}
    for reader, browser in browsers.items():
        for turn, act in enumerate(("soutien/retrait", "soutien", "soutien", "soutien/retrait", "soutien/retrait")):
            for number in (1, 2, 3):
                path = f"/2021/propositions/{number}/{act}"
                with count_statements() as sent:
                    answer = browser.http.post(path, data={"csrf_token": browser.csrf_token()}, buffered=True)
                    after = browser.http.get(f"/2021/propositions/{number}", buffered=True)
                said = heard(answer) + heard(after)
                found[reader, f"{turn} {path}"] = said + f"\n{len(sent)} statements".encode()
    return found


def differing(before: Answers, after: Answers) -> list[tuple[str, str]]:
    """Where two elections answer differently."""
    assert before.keys() == after.keys()
    return [key for key in before if before[key] != after[key]]


Ask = Callable[[Elections], Answers]


def of_both(engines: Engines, app: Flask, hold: Hold, ask: Ask) -> tuple[Answers, Answers]:
    """What is answered in two bases that differ only by what collectivités support, at the last second of the vote."""
    said = []
    for turned_over in (False, True):
        engines.clean(app)
        forget()
        elections = Elections(World(app), turned_over=turned_over)
        hold(LAST_SECOND)
        said.append(ask(elections))
    return said[0], said[1]


def test_no_answer_depends_on_what_is_supported(engines: Engines, app: Flask, hold: Hold) -> None:
    before, after = of_both(engines, app, hold, lambda elections: answers(clients(app, elections.readers)))
    assert differing(before, after) == []
    assert sum(answer.startswith(b"200") for answer in before.values()) > 200, "the pages were read, not refused"
    assert not [key for key, answer in before.items() if answer.startswith(b"5")]


@pytest.mark.parametrize("reader", ["visitor", EVERY_ROLE, CLAIMANT])
def test_no_page_that_links_lead_to_does_either_nor_what_it_costs(
    engines: Engines, app: Flask, hold: Hold, reader: str
) -> None:
    before, after = of_both(
        engines, app, hold, lambda elections: crawl(clients(app, {reader: elections.readers[reader]})[reader])
    )
    assert differing(before, after) == []
    assert {path for _, path in before} - {"/", *EVERYWHERE}, "links were followed"


def test_no_act_tells_it_to_who_tries_all_of_them(engines: Engines, app: Flask, hold: Hold) -> None:
    """Whoever votes for their own collectivité is answered of their own ballot, which is the same in both."""
    others = (CLAIMANT, "someone refused by one that did", "visitor", "partner", EVERY_ROLE)

    def ask(elections: Elections) -> Answers:
        return probes(clients(app, {name: elections.readers[name] for name in others}))

    before, after = of_both(engines, app, hold, ask)
    assert differing(before, after) == []
    assert any(answer.startswith(b"303") for answer in before.values())
    assert any(answer.startswith(b"409") for answer in before.values())


def test_no_letter_to_who_claims_to_belong_tells_it(engines: Engines, app: Flask, hold: Hold) -> None:
    def ask(elections: Elections) -> Answers:
        claimant = elections.readers[CLAIMANT]
        assert claimant is not None
        for proposal in (elections.first, elections.second, elections.third):
            give_support(claimant, proposal.id, at=LAST_SECOND)
        address = reading().scalar(select(Person.email).where(Person.id == claimant.person_id))
        sent = [letter for letter in letters(LAST_SECOND) if letter["To"] == address]
        return {
            (str(rank), "letter"): RANDOM.sub(b"", f"{letter['Subject']}\n{letter.get_content()}".encode())
            for rank, letter in enumerate(sent)
        }

    before, after = of_both(engines, app, hold, ask)
    assert len(before) == 3
    assert differing(before, after) == []


def test_the_comparison_sees_what_a_visible_tally_would_show(app: Flask, world: World, hold: Hold) -> None:
    elections = Elections(world)
    hold(CLOSED)
    browsers = clients(app, {"visitor": None})
    before = answers(browsers)
    elections.turn_over()
    after = answers(browsers)
    assert before["visitor", "/2021/resultats"] != after["visitor", "/2021/resultats"]
    assert before["visitor", "/2021/donnees/supports.csv"] != after["visitor", "/2021/donnees/supports.csv"]


def test_no_command_depends_on_it_either(engines: Engines, app: Flask, operator: Operator, hold: Hold, tmp_path: Path) -> None:
    folders = iter(("before", "after"))

    def ask(_elections: Elections) -> Answers:
        folder = tmp_path / next(folders)
        refused = [("tally", "2021"), ("tally", "2021", "--json"), ("tally", "2021", "--journal"), ("compare", "2021")]
        found: Answers = {}
        for command in refused:
            ended = operator(*command)
            assert (ended.code, ended.said) == (1, ""), command
            found["command", " ".join(command)] = ended.errors.encode()
        exported = operator("export", "2021", "--to", str(folder))
        found["command", "export"] = f"{exported.code}".encode()
        found |= {("file", file.name): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}
        return found

    before, after = of_both(engines, app, hold, ask)
    assert differing(before, after) == []


def test_no_e_mail_goes_to_anyone_outside_the_collectivite(world: World) -> None:
    elections = Elections(world)
    told = set(reading().scalars(select(Message.recipient).where(Message.notice == Notice.SUPPORT_CHANGED)))
    outsiders = [actor.person_id for name, actor in elections.readers.items() if actor and name != OWN]
    assert told
    assert not told & set(reading().scalars(select(Person.email).where(Person.id.in_(outsiders))))
    assert told <= set(reading().scalars(select(Person.email).join(Attachment, Attachment.person_id == Person.id)))
