"""The company of the demonstration: its acts, one method each, called with the clock held at the instant of the act.

Nothing is written to the base here: each method calls an action of a room, so the demonstration cannot describe a state that
the rules forbid.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from consult.accounts import actions as accounts
from consult.accounts.attachments import actions as attachments
from consult.accounts.queries import actor_of_person
from consult.calendar import actions as calendar
from consult.calendar import queries as calendars
from consult.calendar.file import read_edition
from consult.calendar.rules import Stage
from consult.contributions import actions as contributions
from consult.contributions.actions import ContributionDraft
from consult.contributions.model import ContributionType
from consult.ground import clock
from consult.ground.actor import OPERATOR, Actor, Profile, Role
from consult.interests.queries import volunteers_of
from consult.proposals import actions as proposals
from consult.proposals.actions import ProposalDraft
from consult.selection import actions as selection
from consult.selection import corrections, opinions, recusals
from consult.selection.desk import deliberation
from consult.selection.model import Outcome, Stance
from consult.selection.rules import departures
from consult.triage import actions as triage
from consult.triage import schemes
from consult.triage.file import read_schemes
from consult.voting import actions as voting
from consult.voting.queries import ranked

EDITION_FILE = Path(__file__).parent / "edition-2021.toml"
DOMAIN = "demo.exemple.fr"
SEEN = "Personne et collectivité de démonstration"

Text = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Company:
    """Who acts, and what they have made so far: rows by the name the scenario gives them."""

    ids: dict[str, int]
    known: dict[str, Actor] = field(default_factory=dict)
    """Who has been asked for already; forgotten when something about them changes."""

    def actor(self, name: str) -> Actor:
        """The person the scenario calls so. Raises KeyError when they have not come yet."""
        if name not in self.known:
            found = actor_of_person(self.ids[f"person:{name}"])
            if found is None:
                raise KeyError(name)
            self.known[name] = found
        return self.known[name]

    # ── the setting ──────────────────────────────────────────────────────────────────

    def announce(self) -> None:
        """The edition and its schemes, as announced in January 2021."""
        at = clock.now()
        edition = calendar.create_edition(OPERATOR, replace(read_edition(EDITION_FILE), is_fictitious=True), at=at)
        self.ids["edition"] = edition.id
        for draft in read_schemes(EDITION_FILE):
            self.ids[f"scheme:{draft.code}"] = schemes.add_scheme(OPERATOR, edition.id, draft, at=at).id

    def open_account(self, name: str, full_name: str, profile: Profile, function: str) -> None:
        """Someone gets an account and says who they are."""
        self.ids[f"person:{name}"] = accounts.find_or_create_person(f"{name}@{DOMAIN}", at=clock.now())
        draft = accounts.AccountDraft(full_name, profile, function)
        accounts.complete_account(self.actor(name), draft, at=clock.now())
        self.known.pop(name)

    def grant(self, name: str, role: Role) -> None:
        """Someone joins the team."""
        accounts.grant_role(OPERATOR, f"{name}@{DOMAIN}", role, reason="Équipe de la démonstration", at=clock.now())
        self.known.pop(name, None)

    def attach(self, name: str, siren: str, *, verified: bool = True) -> None:
        """Someone asks to speak for a collectivité; a moderator checks within two hours."""
        at = clock.now()
        attachment_id = attachments.ask_attachment(self.actor(name), siren, at=at)
        if verified:
            attachments.verify_attachment(self.actor("moderation"), attachment_id, reason=SEEN, at=at + timedelta(hours=2))
        self.known.pop(name)

    def arrive(self, siren: str, profile: Profile, function: str) -> None:
        """Someone invented comes for this real collectivité."""
        self.open_account(siren, "Personne fictive", profile, function)
        self.attach(siren, siren)

    # ── stage 1 and triage ───────────────────────────────────────────────────────────

    def publish(self, speaker: str, text: Text) -> None:
        """A contribution."""
        draft = ContributionDraft(
            type=ContributionType(text["type"]),
            title=text["title"],
            situation=text["situation"],
            audience=text["audience"],
            effects=text["effects"],
            themes=tuple(text["themes"]),
            url=text.get("url", ""),
            repository=text.get("repository", ""),
            licence=text.get("licence", ""),
            users=text.get("users", ""),
            funding_sought=text.get("funding_sought"),
            funding_purpose=text.get("funding_purpose", ""),
            partner=text.get("partner", ""),
        )
        found = contributions.publish(self.actor(speaker), self.ids["edition"], draft, at=clock.now())
        self.ids[f"contribution:{text['key']}"] = found.id

    def withdraw(self, speaker: str, text: Text) -> None:
        """Its collectivité takes it back."""
        contributions.withdraw(
            self.actor(speaker), self.ids[f"contribution:{text['key']}"], reason=text["outcome"]["reason"], at=clock.now()
        )

    def say_me_too(self, speaker: str, key: str) -> None:
        """« Nous aussi. »"""
        contributions.say_me_too(self.actor(speaker), self.ids[f"contribution:{key}"], at=clock.now())

    def propose(self, text: Text) -> None:
        """A moderator writes a proposition."""
        draft = ProposalDraft(text["title"], text["summary"], text["changes"], text["for_whom"], is_fictitious=text["fictive"])
        found = proposals.create(self.actor("moderation"), self.ids["edition"], draft, at=clock.now())
        self.ids[f"proposal:{text['key']}"] = found.id

    def examine(self, text: Text) -> None:
        """A moderator says what becomes of a contribution."""
        moderator, outcome, at = self.actor("moderation"), text["outcome"], clock.now()
        contribution_id = self.ids[f"contribution:{text['key']}"]
        if outcome["kind"] == "grouped":
            proposal_ids = [self.ids[f"proposal:{key}"] for key in outcome["proposals"]]
            triage.group(moderator, [contribution_id], proposal_ids, at=at)
        elif outcome["kind"] == "reoriented":
            scheme_id = self.ids[f"scheme:{outcome['scheme']}"]
            triage.reorient(moderator, contribution_id, scheme_id, reason=outcome["reason"], at=at)
        else:
            triage.declare_ineligible(moderator, contribution_id, reason=outcome["reason"], at=at)

    # ── stage 2 and selection ────────────────────────────────────────────────────────

    def move(self, stage: Stage, *, opens_at: datetime | None = None, closes_at: datetime, reason: str) -> None:
        """A date moves."""
        edition = calendars.edition("2021")
        now = edition.calendar.window(stage)
        moved = replace(now, opens_at=opens_at or now.opens_at, closes_at=closes_at)
        calendar.move_window(self.actor("pilotage"), edition.id, moved, reason=reason, at=clock.now())

    def support(self, speaker: str, key: str) -> None:
        """A support."""
        voting.give_support(self.actor(speaker), self.ids[f"proposal:{key}"], at=clock.now())

    def decide(self, text: Text) -> None:
        """The committee decides of a proposition, in private."""
        selection.decide(
            self.actor("comite"),
            self.ids[f"proposal:{text['key']}"],
            Outcome(text["decision"]),
            reason=text["reason"],
            at=clock.now(),
        )

    def recuse(self, name: str, key: str, reason: str) -> None:
        """A member of the committee keeps out of a proposition."""
        recusals.recuse(self.actor(name), self.ids[f"proposal:{key}"], reason=reason, at=clock.now())

    def think(self, name: str, key: str, stance: str, notes: str) -> None:
        """A member of the committee says what they think of a proposition."""
        opinions.give_opinion(self.actor(name), self.ids[f"proposal:{key}"], Stance(stance), notes=notes, at=clock.now())

    def explain(self, explanations: dict[Outcome, str]) -> None:
        """The committee says of each decision that departs from the ranking why it does."""
        edition, at, member = calendars.edition("2021"), clock.now(), self.actor("comite")
        prepared = {line.proposal_id: line for line in deliberation(edition.id)}
        outcomes = {line.proposal_id: line.outcome for line in prepared.values() if line.outcome}
        for proposal_id in departures(ranked(edition, at=at), outcomes):
            line, outcome = prepared[proposal_id], outcomes[proposal_id]
            why = line.explanation or explanations[outcome]
            selection.decide(member, proposal_id, outcome, reason=line.reason, explanation=why, seen=line.version, at=at)

    def estimate(self, key: str, euros: int) -> None:
        """The team says what the service of a proposition would cost."""
        opinions.estimate_cost(self.actor("pilotage"), self.ids[f"proposal:{key}"], Decimal(euros), at=clock.now())

    def correct_decision(self, key: str, outcome: str, reason: str) -> None:
        """The committee corrects a proclaimed decision, in public."""
        proposal_id = self.ids[f"proposal:{key}"]
        told = volunteers_of(proposal_id)
        corrections.correct_decision(
            self.actor("comite"), proposal_id, Outcome(outcome), reason=reason, also_told=told, at=clock.now()
        )

    def proclaim(self) -> None:
        """The committee proclaims every decision at once."""
        selection.proclaim(self.actor("comite"), self.ids["edition"], at=clock.now())
