"""Stage 3 in the demonstration: collectivités volunteer, the team reads and answers them together, all meet in workshops."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from consult.demo.cast import DEMO_SIREN
from consult.demo.company import Company, Text
from consult.demo.when import Step, day, working_hour
from consult.ground import clock
from consult.ground.actor import Actor, Profile
from consult.ground.clock import PARIS, paris
from consult.interests import actions as interests
from consult.interests import corrections, grid, messages, preparing, publishing, readings
from consult.interests.actions import InterestDraft
from consult.interests.charter_rules import charter_name
from consult.interests.grid_rules import CriterionDraft
from consult.interests.model import InterestStatus, Level
from consult.workshops import actions as workshops
from consult.workshops import seats
from consult.workshops.rules import WorkshopDraft

FIRST = paris(2021, 5, 5, 9, 15)
GRID = paris(2021, 4, 28, 15)
READ = paris(2021, 6, 3, 10)
PREPARED = paris(2021, 6, 4, 10)
PUBLISHED = paris(2021, 6, 4, 17)

FITS = "Texte fictif. La candidature répond à ce que la proposition attend de ses territoires référents."

Arrival = Callable[[str, datetime, Profile, str], Iterator[Step]]


@dataclass(frozen=True, slots=True)
class Referents:
    """Writes the steps of stage 3, and does them."""

    company: Company
    texts: dict[str, Any]
    speakers: dict[int, str]
    """Who speaks for each interest, by its rank in the texts."""

    # ── the steps ────────────────────────────────────────────────────────────────────

    def steps(self, draw: Callable[[str], str], arrival: Arrival) -> Iterator[Step]:
        """Volunteers in May, answers published together on 4 June, workshops."""
        yield from self._volunteers(draw, arrival)
        yield from self._instruction(self.texts["instruction"])
        for text in self.texts["workshops"]:
            yield from self._workshop(text)

    def _volunteers(self, draw: Callable[[str], str], arrival: Arrival) -> Iterator[Step]:
        written = self.texts["interests"]
        for rank, text in enumerate(written):
            at = working_hour(FIRST + rank * timedelta(days=25) / len(written))
            speaker = text.get("speaker") or draw(text["author_kind"])
            self.speakers[rank] = speaker
            if speaker not in DEMO_SIREN:
                yield from arrival(speaker, at - timedelta(days=2), Profile.AGENT, text["referent_function"])
            yield Step(at, partial(self.volunteer, rank, text))

    def _instruction(self, text: Text) -> Iterator[Step]:
        yield Step(GRID, partial(self.set_grid, text))
        for one in text["messages"]:
            yield Step(day(one["on"], one["hour"]), partial(self.write, one))
        for order, one in enumerate(text["readings"]):
            yield Step(READ + timedelta(minutes=12 * order), partial(self.read, one))
        for status in (InterestStatus.ACCEPTED, InterestStatus.WAITLISTED, InterestStatus.DECLINED):
            ranks = [rank for rank, one in enumerate(self.texts["interests"]) if one["answer"] == status.value]
            together = [ranks] if status is InterestStatus.ACCEPTED else [[rank] for rank in ranks]
            for those in together:
                yield Step(PREPARED + timedelta(minutes=those[0]), partial(self.prepare, those, status))
        yield Step(PUBLISHED, self.publish)
        gone, later = text["withdrawn"], text["answered_later"]
        yield Step(day(gone["on"], 10), partial(self.withdraw, gone["interest"], gone["reason"]))
        yield Step(day(later["on"], 11), partial(self.accept, later["interest"]))

    def _workshop(self, text: Text) -> Iterator[Step]:
        announced = day(text["announced_on"], 9)
        yield Step(announced, partial(self.announce, text))
        if moved := text.get("moved"):
            yield Step(day(moved["on"], 15), partial(self.move, text, moved))
        for rank, seat in enumerate(text["seats"]):
            yield Step(announced + timedelta(hours=5, minutes=20 * rank), partial(self.sit, text["key"], seat))
        if text.get("noted_on"):
            yield Step(day(text["noted_on"], 11), partial(self.note, text))

    # ── the acts ─────────────────────────────────────────────────────────────────────

    def volunteer(self, rank: int, text: Text) -> None:
        """A collectivité declares its interest."""
        proposal_id = self.company.ids[f"proposal:{text['proposal']}"]
        found = interests.declare(self._speaker(rank), proposal_id, _offered(text), at=clock.now())
        self.company.ids[f"interest:{rank}"] = found.id

    def write(self, text: Text) -> None:
        """The team writes inside a file, or its collectivité answers."""
        interest_id, at = self._interest(text["interest"]), clock.now()
        if reply := text.get("reply"):
            messages.reply(self._speaker(text["interest"]), interest_id, reply, at=at)
            if "motivation_adds" in text:
                self._correct(text)
        else:
            messages.ask(self.company.actor("moderation"), interest_id, text["body"], text["asks_correction"], at=at)

    def _correct(self, text: Text) -> None:
        rank = text["interest"]
        written = self.texts["interests"][rank]
        draft = _offered(written | {"motivation": written["motivation"] + text["motivation_adds"]})
        corrections.correct(self._speaker(rank), self._interest(rank), draft, read=0, at=clock.now())

    def set_grid(self, text: Text) -> None:
        """The grid by which candidatures are read, in public before the first one comes."""
        criteria = [CriterionDraft(**one) for one in text["criteria"]]
        edition_id, at = self.company.ids["edition"], clock.now()
        grid.set_grid(self.company.actor("pilotage"), edition_id, criteria, reason=text["grid_reason"], at=at)
        for rank, one in enumerate(grid.criteria_of(edition_id)):
            self.company.ids[f"criterion:{rank}"] = one.id

    def read(self, text: Text) -> None:
        """A member of the team gives a candidature points."""
        points = {self.company.ids[f"criterion:{rank}"]: given for rank, given in enumerate(text["points"])}
        reader, interest_id = self.company.actor(text["reader"]), self._interest(text["interest"])
        readings.read(reader, interest_id, points, note=text["note"], at=clock.now())

    def prepare(self, ranks: Sequence[int], answer: InterestStatus) -> None:
        """The team prepares the same answer to some files, in private."""
        ids = [self._interest(rank) for rank in ranks]
        reason = self.texts["interests"][ranks[0]].get("answer_reason", FITS)
        edition_id = self.company.ids["edition"]
        preparing.prepare(self.company.actor("moderation"), edition_id, ids, answer, reason=reason, at=clock.now())

    def publish(self) -> None:
        """Every answer prepared is published at once."""
        publishing.publish(self.company.actor("pilotage"), self.company.ids["edition"], at=clock.now())

    def withdraw(self, rank: int, reason: str) -> None:
        """A collectivité gives its place back; the first that waits takes it."""
        interests.withdraw(self._speaker(rank), self._interest(rank), reason=reason, at=clock.now())

    def accept(self, rank: int) -> None:
        """The team accepts one that came too late for the others."""
        publishing.accept(self.company.actor("moderation"), self._interest(rank), reason=FITS, at=clock.now())

    def announce(self, text: Text) -> None:
        """A workshop is announced."""
        proposal_id = self.company.ids[f"proposal:{text['proposal']}"]
        found = workshops.announce(self.company.actor("moderation"), proposal_id, _drafted(text), at=clock.now())
        self.company.ids[f"workshop:{text['key']}"] = found.id

    def move(self, text: Text, moved: Text) -> None:
        """It is moved to another day."""
        workshop_id, moderator = self.company.ids[f"workshop:{text['key']}"], self.company.actor("moderation")
        workshops.change(moderator, workshop_id, _drafted(text | moved), read=0, reason=moved["reason"], at=clock.now())

    def sit(self, key: str, seat: str) -> None:
        """Somebody takes a seat: one of the accounts, or the people of an interest."""
        sort, _, rank = seat.partition(":")
        actor = self._speaker(int(rank)) if rank else self.company.actor(sort)
        seats.take(actor, self.company.ids[f"workshop:{key}"], at=clock.now())

    def note(self, text: Text) -> None:
        """What was said is published."""
        workshop_id = self.company.ids[f"workshop:{text['key']}"]
        workshops.publish_notes(self.company.actor("moderation"), workshop_id, text["notes"], at=clock.now())

    def _interest(self, rank: int) -> int:
        return self.company.ids[f"interest:{rank}"]

    def _speaker(self, rank: int) -> Actor:
        return self.company.actor(self.speakers[rank])


def _offered(text: Text) -> InterestDraft:
    people = {name: text[name] for name in ("referent_name", "referent_function", "sponsor_name", "sponsor_function")}
    said = {"availability": text["availability"], "motivation": text["motivation"]}
    return InterestDraft(level=Level(text["level"]), charter=charter_name("2021", 1), **people, **said)


def _drafted(text: Text) -> WorkshopDraft:
    def local(instant: str) -> datetime:
        return datetime.fromisoformat(instant).replace(tzinfo=PARIS)

    return WorkshopDraft(
        title=text["title"],
        about=text["about"],
        starts_at=local(text["starts"]),
        ends_at=local(text["ends"]),
        place=text["place"],
        link=text["link"],
        capacity=text["capacity"],
    )
