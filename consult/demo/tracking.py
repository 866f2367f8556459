"""Stage 4 in the demonstration: services from birth to deployments, with their news, their money and their delays."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from consult.contributions.files import arriving
from consult.contributions.store import Store
from consult.demo.cast import DEMO_SIREN
from consult.demo.company import Company, Text
from consult.demo.when import Step, day
from consult.following import actions as following
from consult.following.rules import Sort, Subject
from consult.ground import clock
from consult.ground.actor import Profile
from consult.services import actions as services
from consult.services import indicators, links, money, news
from consult.services.actions import ServiceDraft
from consult.services.indicator_rules import IndicatorDraft
from consult.services.links import Description
from consult.services.model import DeploymentStatus, MoneyKind, Phase
from consult.services.money import LineDraft
from consult.services.news import NewsDraft

PICTURES = Path(__file__).parent / "pictures"
TEAM = "moderation"

Arrival = Callable[[str, datetime, Profile, str], Iterator[Step]]


@dataclass(frozen=True, slots=True)
class Tracking:
    """Writes the steps of stage 4, and does them."""

    company: Company
    folder: Path
    """Where contents are kept."""

    # ── the steps ────────────────────────────────────────────────────────────────────

    def steps(self, texts: dict[str, Any], draw: Callable[[str], str], arrival: Arrival) -> Iterator[Step]:
        """Five services; one is transferred, one stops, as most do."""
        for text in texts["services"]:
            yield from self._life(text)
            yield from self._promises(text)
            yield from self._words(text)
            for rank, figure in enumerate(text["indicators"]):
                yield from self._figures(text["name"], rank, figure)
            for one in text["deployments"]:
                yield from self._deployments(text["name"], one, draw, arrival)
        for text in texts["follows"]:
            yield Step(day(text["on"], 18), partial(self.follow, text))

    def _life(self, text: Text) -> Iterator[Step]:
        yield Step(day(text["born_on"], 10), partial(self.bear, text))
        for step in text["phase_history"][1:]:
            yield Step(day(step["on"], 11), partial(self.enter, text["name"], step))
        yield Step(day(text["described_on"], 15), partial(self.describe, text))

    def _promises(self, text: Text) -> Iterator[Step]:
        name, born = text["name"], day(text["born_on"], 12)
        for rank, milestone in enumerate(text["milestones"]):
            yield Step(born + timedelta(minutes=rank), partial(self.promise, name, rank, milestone))
            for move in milestone.get("moves", ()):
                yield Step(day(move["on"], 16), partial(self.move, name, rank, move))
            if milestone["done_on"]:
                yield Step(day(milestone["done_on"], 17), partial(self.keep, name, rank, milestone))
            if dropped := milestone.get("dropped"):
                yield Step(day(dropped["on"], 16), partial(self.drop, name, rank, dropped["reason"]))

    def _words(self, text: Text) -> Iterator[Step]:
        for rank, line in enumerate(text["money"]):
            yield Step(day(line["on"], 14) + timedelta(minutes=rank), partial(self.spend, text["name"], line))
        for one in text["news"]:
            yield Step(day(one["on"], one["hour"]), partial(self.tell, text["name"], one))

    def _figures(self, name: str, rank: int, text: Text) -> Iterator[Step]:
        first = text["baseline_on"] or text["measures"][0]["on"]
        yield Step(day(first, 15) + timedelta(minutes=rank), partial(self.aim, name, rank, text))
        for one in text["measures"]:
            yield Step(day(one["on"], 17) + timedelta(minutes=rank), partial(self.measure, name, rank, one))

    def _deployments(self, name: str, text: Text, draw: Callable[[str], str], arrival: Arrival) -> Iterator[Step]:
        siren = text.get("siren") or draw(text["author_kind"])
        own, at = text.get("by") == "own", day(text["since"], 16)
        if own and siren not in DEMO_SIREN.values():
            yield from arrival(siren, at - timedelta(days=3), Profile.AGENT, "secrétaire de mairie")
        speaker = _account(siren) if own else TEAM
        yield Step(at, partial(self.deploy, name, siren, speaker, text))
        for then in text.get("then", ()):
            yield Step(day(then["since"], 16), partial(self.deploy, name, siren, speaker, then))

    # ── the acts ─────────────────────────────────────────────────────────────────────

    def bear(self, text: Text) -> None:
        """A service is born, for some of the contributions of its proposition; its accepted pilots bear it."""
        answered = [self.company.ids[f"contribution:{key}"] for key in text["contributions"]]
        draft = ServiceDraft(name=text["name"], summary=text["summary"], reason=text["reason"], contributions=answered)
        proposal_id = self.company.ids[f"proposal:{text['proposal']}"]
        found = services.create(self.company.actor(TEAM), proposal_id, draft, at=clock.now())
        self.company.ids[f"service:{text['name']}"] = found.id
        self.company.ids[f"number:{text['name']}"] = found.number

    def enter(self, name: str, step: Text) -> None:
        """A service enters a phase; one that stops says what was learnt."""
        phase, learnt = Phase(step["phase"]), step.get("learnt", "")
        actor, at = self.company.actor(TEAM), clock.now()
        services.enter_phase(actor, self._service(name), phase, reason=step["reason"], learnt=learnt, at=at)

    def describe(self, text: Text) -> None:
        """A service says where it is, and what its openness can be judged by."""
        said = Description(text["name"], text["summary"], **text["links"])
        links.describe(self.company.actor(TEAM), self._service(text["name"]), said, revision=0, at=clock.now())

    def promise(self, name: str, rank: int, text: Text) -> None:
        """A milestone is set."""
        due, actor = date.fromisoformat(text["due_on"]), self.company.actor(TEAM)
        found = services.set_milestone(actor, self._service(name), title=text["title"], due_on=due, at=clock.now())
        self.company.ids[f"milestone:{name}:{rank}"] = found.id

    def move(self, name: str, rank: int, text: Text) -> None:
        """Its day slips."""
        due, actor = date.fromisoformat(text["due_on"]), self.company.actor(TEAM)
        services.move_milestone(actor, self._milestone(name, rank), due_on=due, reason=text["reason"], at=clock.now())

    def keep(self, name: str, rank: int, text: Text) -> None:
        """A milestone is reached."""
        done, actor = date.fromisoformat(text["done_on"]), self.company.actor(TEAM)
        services.reach_milestone(actor, self._milestone(name, rank), done_on=done, at=clock.now())

    def drop(self, name: str, rank: int, reason: str) -> None:
        """A milestone is given up."""
        services.drop_milestone(self.company.actor(TEAM), self._milestone(name, rank), reason=reason, at=clock.now())

    def spend(self, name: str, text: Text) -> None:
        """An amount is said, by the agency or by the service's team."""
        on = date.fromisoformat(text["on"])
        draft = LineDraft(MoneyKind(text["kind"]), Decimal(text["amount"]), on, text["label"])
        money.add_line(self.company.actor(text.get("by", TEAM)), self._service(name), draft, at=clock.now())

    def aim(self, name: str, rank: int, text: Text) -> None:
        """A figure is followed: where it begins, where it wants to go."""
        draft = IndicatorDraft(
            text["name"],
            text["definition"],
            text["unit"],
            baseline=_decimal(text["baseline"]),
            baseline_on=_date(text["baseline_on"]),
            target=_decimal(text["target"]),
            target_on=_date(text["target_on"]),
        )
        found = indicators.set_indicator(self.company.actor(TEAM), self._service(name), draft, at=clock.now())
        self.company.ids[f"indicator:{name}:{rank}"] = found.id

    def measure(self, name: str, rank: int, text: Text) -> None:
        """Its value on a day."""
        actor, indicator_id = self.company.actor(TEAM), self.company.ids[f"indicator:{name}:{rank}"]
        said = {"day": date.fromisoformat(text["on"]), "value": Decimal(text["value"]), "note": text.get("note", "")}
        indicators.give_measure(actor, indicator_id, **said, at=clock.now())

    def tell(self, name: str, text: Text) -> None:
        """News, with a picture if there is one."""
        actor, store, shown = self.company.actor(text.get("by", TEAM)), Store(self.folder), text.get("pictures", {})
        draft = NewsDraft(text["title"], text["body"], list(shown.values()))
        opened = [(PICTURES / file).open("rb") for file in shown]
        try:
            with arriving(store, zip(opened, shown, strict=True)) as pictures:
                news.tell_news(actor, store, self._service(name), draft, pictures, at=clock.now())
        finally:
            for file in opened:
                file.close()

    def deploy(self, name: str, siren: str, speaker: str, text: Text) -> None:
        """A collectivité tries the service, uses it, or no longer does."""
        status, since = DeploymentStatus(text["status"]), date.fromisoformat(text["since"])
        actor, at = self.company.actor(speaker), clock.now()
        services.declare_deployment(actor, self._service(name), siren, status=status, since=since, at=at)

    def follow(self, text: Text) -> None:
        """Somebody follows a service, or a collectivité."""
        service = text.get("service")
        key = str(self.company.ids[f"number:{service}"]) if service else text["siren"]
        subject = Subject(*((Sort.SERVICE, key, self.company.ids["edition"]) if service else (Sort.COLLECTIVITE, key)))
        following.follow(self.company.actor(text["who"]), subject, at=clock.now())

    def _service(self, name: str) -> int:
        return self.company.ids[f"service:{name}"]

    def _milestone(self, name: str, rank: int) -> int:
        return self.company.ids[f"milestone:{name}:{rank}"]


def _account(siren: str) -> str:
    return next((name for name, own in DEMO_SIREN.items() if own == siren), siren)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
