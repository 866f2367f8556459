"""The edition 2021, act by act: real dates, real titles, real collectivités; every other word invented and marked so.

The steps are written once, in an order and with a chance that never change; `rehearsal.play` does those that have come due.
"""

import json
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

from consult.calendar.rules import Stage
from consult.demo.accounts import DEMO_ACCOUNTS
from consult.demo.cast import DEMO_SIREN, SECOND_SIREN, SHARES, cast
from consult.demo.committee import CORRECTION, COSTS, EXPLANATIONS, OPINIONS, RECUSALS
from consult.demo.company import Company, Text
from consult.demo.referents import Referents
from consult.demo.rehearsal import ANNOUNCED
from consult.demo.tracking import Tracking
from consult.demo.when import Step, working_hour
from consult.ground.actor import Profile, Role
from consult.ground.clock import paris

VOTE_OPENS = paris(2021, 3, 15, 12)
LAST_TRIAGE = paris(2021, 3, 15, 11)
EXTENDED = paris(2021, 4, 13, 10)
VOTE_CLOSES = paris(2021, 4, 30, 18)
COMMITTEE = paris(2021, 5, 3, 14)
PROCLAIMED = paris(2021, 5, 3, 17)

TEAM = {
    "pilotage": Role.ADMINISTRATOR,
    "moderation": Role.MODERATOR,
    "comite": Role.COMMITTEE,
    "deport": Role.COMMITTEE,
    "observation": Role.OBSERVER,
}


@cache
def texts() -> dict[str, Any]:
    """The words of the demonstration."""
    found: dict[str, Any] = json.loads((Path(__file__).parent / "texts.json").read_text("utf-8"))
    return found


def scenario(ids: dict[str, int], folder: Path) -> Sequence[Step]:
    """Every step, in order. `ids` remembers the rows made, from one play to the next; pictures are kept in `folder`."""
    written = list(Scenario(Company(ids), folder).steps())
    return sorted(written, key=lambda step: (not step.is_setting, step.at))


class Scenario:
    """Writes the steps. Chance is drawn from one seed, in one order, so every demonstration is the same."""

    def __init__(self, company: Company, folder: Path) -> None:
        self.company = company
        self.folder = folder
        self.chance = random.Random("edition 2021")  # noqa: S311 - a stage set, not a secret
        sorts = cast()
        self.next_of = {sort: sorts.drawn(sort) for sort in sorts.by_kind}
        self.arrived: dict[str, datetime] = dict.fromkeys(DEMO_SIREN.values(), ANNOUNCED)
        """When somebody came for a collectivité, by SIREN."""
        self.published: dict[str, datetime] = {}
        """When a contribution was published, by key."""
        self.author: dict[str, str] = {}
        """The SIREN of its author, by key."""

    def steps(self) -> Iterator[Step]:
        """All steps, each part in the order of the process."""
        yield from self._setting()
        yield from self._contributions()
        yield from self._me_too()
        yield from self._triage()
        yield from self._extension()
        yield from self._votes()
        yield from self._committee()
        yield from Referents(self.company, texts(), {}).steps(self._draw, self._arrival)
        yield from Tracking(self.company, self.folder).steps(texts(), self._draw, self._arrival)

    def _setting(self) -> Iterator[Step]:
        company = self.company
        yield Step(ANNOUNCED, company.announce, is_setting=True)
        for name, account in DEMO_ACCOUNTS.items():
            open_account = partial(company.open_account, name, account.name, account.profile, account.function)
            yield Step(ANNOUNCED, open_account, is_setting=True)
        for name, role in TEAM.items():
            yield Step(ANNOUNCED, partial(company.grant, name, role), is_setting=True)
        for name, siren in DEMO_SIREN.items():
            attach = partial(company.attach, name, siren, verified=name != "attente")
            yield Step(ANNOUNCED, attach, is_setting=True)
        for name, siren in SECOND_SIREN.items():
            yield Step(ANNOUNCED, partial(company.attach, name, siren), is_setting=True)

    def _draw(self, sort: str) -> str:
        """The next collectivité of a sort."""
        return next(self.next_of[sort])

    def _arrival(self, siren: str, at: datetime, profile: Profile, function: str) -> Iterator[Step]:
        """Somebody comes for this collectivité, unless somebody already has."""
        if siren not in self.arrived:
            self.arrived[siren] = at
            yield Step(at, partial(self.company.arrive, siren, profile, function))

    def _speaker(self, siren: str) -> str:
        return next((name for name, own in DEMO_SIREN.items() if own == siren), siren)

    # ── stage 1 and triage ───────────────────────────────────────────────────────────

    def _contributions(self) -> Iterator[Step]:
        """Spread over the working hours of the stage; a few are written by the demo accounts."""
        demo = {"commune_tiny": "agent", "commune_large": "elu", "epci": "epci", "departement": "departement"}
        written = texts()["contributions"]
        for rank, text in enumerate(written):
            key, sort = text["key"], text["author_kind"]
            at = self.published[key] = working_hour(paris(2021, 1, 26, 9, 40) + rank * timedelta(days=47) / len(written))
            if sort is None:
                speaker = "partenaire"
            elif sort in demo and text["outcome"]["kind"] == "grouped":
                speaker = demo.pop(sort)
                self.author[key] = DEMO_SIREN[speaker]
            else:
                speaker = self.author[key] = next(self.next_of[sort])
                profile = Profile(text["profile"])
                yield from self._arrival(speaker, at - timedelta(days=1), profile, text["function"])
            yield Step(at, partial(self.company.publish, speaker, text))
            if text["outcome"]["kind"] == "withdrawn":
                yield Step(working_hour(at + timedelta(days=6)), partial(self.company.withdraw, speaker, text))

    def _me_too(self) -> Iterator[Step]:
        """« Nous aussi », from collectivités that came for a contribution of their own."""
        sayers, close = sorted(set(self.author.values())), LAST_TRIAGE
        for text in texts()["contributions"]:
            key = text["key"]
            if text["outcome"]["kind"] in {"withdrawn", "ineligible"}:
                continue
            for siren in self.chance.sample(sayers, self.chance.choice((0, 0, 1, 2, 3, 4, 5, 7))):
                earliest = max(self.published[key], self.arrived[siren] + timedelta(days=1))
                at = earliest + (close - earliest) * self.chance.random() * 0.8
                if siren != self.author.get(key) and earliest < close:
                    yield Step(at, partial(self.company.say_me_too, self._speaker(siren), key))

    def _triage(self) -> Iterator[Step]:
        """A contribution is examined within a fortnight; a proposition is written with the first one it answers."""
        answered = defaultdict(list)
        for text in texts()["contributions"]:
            at = self._examined_at(text)
            for key in text["outcome"].get("proposals", ()):
                answered[key].append(at)
            if text["outcome"]["kind"] in {"grouped", "reoriented", "ineligible"}:
                yield Step(at, partial(self.company.examine, text))
        for rank, text in enumerate(texts()["proposals"]):
            at = min(answered[text["key"]]) - timedelta(minutes=60 - rank)
            yield Step(at, partial(self.company.propose, text))

    def _examined_at(self, text: Text) -> datetime:
        at = min(working_hour(self.published[text["key"]] + timedelta(days=12)), LAST_TRIAGE)
        if text["outcome"].get("scheme") == "axe3-guichets":
            at = max(at, paris(2021, 3, 2, 10))  # this scheme opened on 1 March
        return at

    # ── stage 2 and selection ────────────────────────────────────────────────────────

    def _extension(self) -> Iterator[Step]:
        """The vote is extended by a fortnight, as it was in 2021; the next stage moves first."""
        reason = "Le vote est prolongé de deux semaines, pour que les conseils aient le temps de se réunir (raison fictive)."
        move = partial(self.company.move, reason=reason)
        yield Step(EXTENDED, partial(move, Stage.INTERESTS, opens_at=VOTE_CLOSES, closes_at=paris(2021, 6, 1)))
        yield Step(EXTENDED, partial(move, Stage.VOTING, closes_at=VOTE_CLOSES))

    def _votes(self) -> Iterator[Step]:
        """Authors vote, and newcomers of every sort; more in the first days and in the last."""
        voters = sorted(set(self.author.values()) - set(DEMO_SIREN.values()))
        voters += [next(self.next_of[sort]) for sort, count in SHARES for _ in range(count)]
        for siren in dict.fromkeys(voters):
            at = working_hour(VOTE_OPENS + (VOTE_CLOSES - VOTE_OPENS) * self.chance.betavariate(0.6, 0.9))
            at = min(max(at, VOTE_OPENS + timedelta(minutes=self.chance.randint(4, 300))), VOTE_CLOSES - timedelta(hours=1))
            profile = self.chance.choice((Profile.AGENT, Profile.AGENT, Profile.ELU))
            function = "maire ou président" if profile is Profile.ELU else "secrétaire général"
            yield from self._arrival(siren, at - timedelta(days=2), profile, function)
            for order, key in enumerate(self._choice()):
                yield Step(at + timedelta(minutes=order), partial(self.company.support, self._speaker(siren), key))
        for name, key, at in DEMO_SUPPORTS:
            yield Step(at, partial(self.company.support, name, key))

    def _choice(self) -> Sequence[str]:
        """From one to six propositions; those that will be retained are liked more."""
        keys = [text["key"] for text in texts()["proposals"]]
        weights = [(1 if text["fictive"] else 3) + rank % 5 for rank, text in enumerate(texts()["proposals"])]
        return list(dict.fromkeys(self.chance.choices(keys, weights, k=self.chance.choice((1, 1, 2, 2, 3, 3, 4, 6)))))

    def _committee(self) -> Iterator[Step]:
        """The committee of 3 May 2021 deliberates, decides, explains, then proclaims everything at once."""
        company = self.company
        for name, key, reason in RECUSALS:
            yield Step(paris(2021, 5, 3, 9), partial(company.recuse, name, key, reason))
        for rank, (name, key, stance, notes) in enumerate(OPINIONS):
            yield Step(paris(2021, 5, 3, 9, 30) + timedelta(minutes=4 * rank), partial(company.think, name, key, stance, notes))
        for rank, (key, euros) in enumerate(COSTS):
            yield Step(paris(2021, 5, 3, 12) + timedelta(minutes=rank), partial(company.estimate, key, euros))
        for rank, text in enumerate(texts()["proposals"]):
            yield Step(COMMITTEE + timedelta(minutes=5 * rank), partial(company.decide, text))
        yield Step(PROCLAIMED - timedelta(minutes=30), partial(company.explain, EXPLANATIONS))
        yield Step(PROCLAIMED, company.proclaim)
        yield Step(paris(2021, 5, 12, 11), partial(company.correct_decision, *CORRECTION))


DEMO_SUPPORTS = (
    ("agent", "signalement-incidents", paris(2021, 3, 17, 10, 4)),
    ("agent", "instances-deliberatives", paris(2021, 3, 17, 10, 6)),
    ("collegue", "relation-usagers", paris(2021, 3, 25, 16, 30)),
    ("elu", "participation-citoyenne", paris(2021, 3, 30, 9, 12)),
    ("elu", "transition-ecologique", paris(2021, 3, 30, 9, 15)),
    ("epci", "ouvrir-donnees", paris(2021, 3, 24, 11)),
    ("epci", "mutualiser-ressources", paris(2021, 3, 24, 11, 2)),
    ("epci", "mobilite", paris(2021, 3, 31, 14, 45)),
    ("departement", "accompagnement-social", paris(2021, 3, 22, 15, 20)),
    ("attente", "gestion-documents", paris(2021, 3, 26, 12, 10)),
)
"""What the demo accounts support."""
