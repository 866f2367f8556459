"""Everything that somebody may want to lay hands on, and the request that would: one of each, each somebody's.

A commune, Rocamadour, with its people, contributions, votes and candidature; the team, with its desks. `deeds()` gives, for
each address that writes, a request that its rightful author may send as it stands, all of them one after the other: whoever
else sends it must be refused.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from sqlalchemy import func, select

from consult.accounts.colleagues.invitations import invite
from consult.accounts.domains.actions import add_domain
from consult.accounts.model import (
    Attachment,
    AttachmentStatus,
    Identity,
    OfficialMailbox,
    PersonSession,
    SecondFactor,
    SessionWay,
)
from consult.calendar.rules import Stage
from consult.contributions.actions import say_me_too
from consult.contributions.drafts import start_draft
from consult.contributions.files import arriving
from consult.contributions.model import ContributionType
from consult.ground.actor import Actor, Profile, Role
from consult.ground.clock import paris
from consult.ground.database import reading, transaction
from consult.interests.actions import InterestDraft, declare
from consult.interests.charter_rules import charter_name
from consult.interests.drafts import keep
from consult.interests.files import documents_of, join_documents
from consult.interests.messages import ask
from consult.interests.model import Level
from consult.interests.rules import CHARTER
from consult.selection.recusals import recuse
from consult.services.actions import ServiceDraft, create, declare_deployment, set_milestone
from consult.services.model import DeploymentStatus, DeploymentStep
from consult.services.news import NewsDraft, tell_news
from consult.triage.actions import declare_ineligible
from consult.triage.contests import contest
from consult.triage.reports import report
from consult.triage.scheme_queries import histories
from consult.voting.actions import give_support
from consult.workshops.seats import take
from tests.support import documents, retained
from tests.support.figures import figures
from tests.support.meetings import meetings
from tests.support.money import COST, line, proposed_line
from tests.support.stage_one import DURING_NEEDS, group, need, proposal, scheme
from tests.support.stage_two import CLOSED, DURING_VOTE
from tests.support.world import CAUVALDOR, CORSE, GRAMAT, LOT, OCCITANIE, ROCAMADOUR, World, during

DURING_INTERESTS = paris(2021, 5, 10, 10)
DURING_TRACKING = during(Stage.TRACKING) + timedelta(hours=12)
TODAY = DURING_TRACKING.date().isoformat()
INTEREST = InterestDraft(Level.ATELIER, "", "", "", "", "", "Nous avons des idées.", CHARTER)
NEED = {"type": "besoin", "title": "Titre d’un autre", "situation": "Dite par un autre.", "themes": ["mobilite-transports"]}
PROPOSAL = {"title": "Faciliter le signalement", "summary": "En deux minutes.", "changes": "", "for_whom": ""}
REASON = {"reason": "Parce que."}

VISITOR = "a visitor"
PENDING = "somebody whose attachment is pending"
ELSEWHERE = "somebody of another collectivité"
WEAK = "an administrator without the second factor"
AT_HOME = frozenset({ELSEWHERE})
"""Those whom the same request would serve for their own collectivité."""


@dataclass(frozen=True)
class Deed:
    """A request that writes, sent at an instant by its rightful author, a name of `Premises.people`."""

    endpoint: str
    path: str
    by: str
    typed: dict[str, Any] = field(default_factory=dict)
    at: datetime = DURING_NEEDS
    also: frozenset[str] = frozenset()
    """Who else may send it as it stands, for themselves."""


class Premises:
    """The world of these requests."""

    def __init__(self, world: World) -> None:
        edition, undecided, decided = world.edition(), world.edition("2022"), world.edition("2023")
        person = world.person
        self.people = {
            "owner": person(ROCAMADOUR, email="proprietaire@exemple.fr"),
            "colleague": person(ROCAMADOUR, Role.OBSERVER, email="collegue@exemple.fr"),
            "another colleague": person(ROCAMADOUR),
            **{f"asker {rank}": person(ROCAMADOUR, status=AttachmentStatus.PENDING) for rank in range(5)},
            **{f"invitee {rank}": person(None, email=f"invitee-{rank}@exemple.fr") for rank in range(3)},
            "team": person(None, Role.ADMINISTRATOR, Role.MODERATOR, Role.COMMITTEE),
            "member": person(None, Role.COMMITTEE),
        }
        self.strangers: dict[str, Actor | None] = {
            VISITOR: None,
            "a signed-in stranger": person(None),
            PENDING: person(ROCAMADOUR, status=AttachmentStatus.PENDING),
            "somebody refused": person(ROCAMADOUR, status=AttachmentStatus.REFUSED),
            "a partner": person(None, profile=Profile.PARTENAIRE),
            ELSEWHERE: person(GRAMAT),
            "an observer": person(None, Role.OBSERVER),
            WEAK: person(None, Role.ADMINISTRATOR, Role.MODERATOR, Role.COMMITTEE),
        }
        owner, team = self.people["owner"], self.people["team"]
        self.mine = [need(owner, edition) for _ in range(6)]
        self.others, self.shared = need(person(CAUVALDOR), edition), need(person(CAUVALDOR), edition)
        say_me_too(owner, self.shared.id, at=DURING_NEEDS)
        (self.document,) = documents.join(owner, self.mine[1], "plan.pdf")
        self.draft = start_draft(owner, edition.id, ContributionType.NEED, {"title": "Un besoin"}, at=DURING_NEEDS)
        self.doomed = start_draft(owner, edition.id, ContributionType.NEED, {"title": "Un autre"}, at=DURING_NEEDS)
        (self.draft_document,) = documents.join(owner, self.draft, "plan.pdf")
        self.contested = need(owner, edition)
        declare_ineligible(team, self.contested.id, reason="Hors du champ.", at=DURING_NEEDS)
        self.contest = contest(owner, self.contested.id, text="Elle est dans le champ.", at=DURING_NEEDS)
        report(owner, self.others.id, text="Une publicité.", at=DURING_NEEDS)
        self.scheme = scheme(edition)
        self.rule = histories(edition.id)[0].in_force[0]
        self.proposal = proposal(edition)
        self.unanswering = proposal(edition)
        group(self.mine[0], self.proposal)
        give_support(owner, self.proposal.id, at=DURING_VOTE)
        self.undecided, self.recused = proposal(undecided), person(None, Role.COMMITTEE)
        recuse(self.recused, self.undecided.id, reason="Un intérêt direct.", at=CLOSED)
        self.kept, self.candidates = retained.proposal(decided), retained.proposal(decided, "Gérer les documents")
        self.interest = declare(owner, self.kept.id, replace(INTEREST, charter=charter_name("2023", 1)), at=DURING_INTERESTS)
        ask(team, self.interest.id, "Combien de conseils ?", True, at=DURING_INTERESTS)
        with arriving(documents.store(), [(BytesIO(documents.pdf()), "deliberation.pdf")]) as arrivals:
            join_documents(owner, documents.store(), self.interest.id, arrivals, at=DURING_INTERESTS)
        self.deliberation = documents_of(self.interest.id)[0].id
        keep(owner, self.candidates.id, {"motivation": "Nous avons"}, revision=0, at=DURING_INTERESTS)
        draft = ServiceDraft("Séance claire", "Préparer une séance.", "Un besoin partagé.", bearers=[OCCITANIE])
        self.service = create(team, self.kept.id, draft, at=DURING_TRACKING)
        day = DURING_TRACKING.date()
        self.milestone, self.promised = (
            set_milestone(team, self.service.id, title="Jalon", due_on=day, at=DURING_TRACKING) for _ in range(2)
        )
        self.news = [
            tell_news(teller, documents.store(), self.service.id, NewsDraft("Trois mois", said), at=DURING_TRACKING).id
            for teller in [person(OCCITANIE)]
            for said in ("Six conseils.", "Il reste 300 €.", "Il reste 200 €.")
        ]
        declare_deployment(team, self.service.id, CORSE, status=DeploymentStatus.TRIAL, since=day, at=DURING_TRACKING)
        self.cost = line(self.service, COST, 1_000, by=team, day=day, at=DURING_TRACKING)
        self.proposed = proposed_line(self.service, ROCAMADOUR, at=DURING_TRACKING)
        self.indicators, self.measure = figures(self.service, team, at=DURING_TRACKING)
        self.meeting, self.other_meeting, self.past_meeting = meetings(team, self.kept.id, at=DURING_INTERESTS)
        take(owner, self.meeting.id, at=DURING_INTERESTS)
        theirs = declare_deployment(
            person(CAUVALDOR), self.service.id, CAUVALDOR, status=DeploymentStatus.TRIAL, since=day, at=DURING_TRACKING
        )
        self.awaiting = f"{theirs.id}-{reading().scalar(select(func.max(DeploymentStep.id)))}"
        self.invitations = [invite(owner, f"invitee-{rank}@exemple.fr", at=DURING_NEEDS) for rank in range(3)]
        add_domain(team, "mairie-rocamadour.fr", ROCAMADOUR, note="", at=DURING_NEEDS)
        self._add_rows()

    def _add_rows(self) -> None:
        owner, colleague = self.people["owner"].person_id, self.people["colleague"].person_id
        self.identity = Identity(
            person_id=owner, issuer="https://exemple.fr", subject="x", linked_at=DURING_NEEDS, seen_at=DURING_NEEDS
        )
        self.session = PersonSession(key_hash="0" * 64, person_id=owner, opened_at=DURING_TRACKING, way=SessionWay.CODE)
        factor = SecondFactor(person_id=colleague, secret="A" * 32, confirmed_at=DURING_NEEDS, last_step=1)
        mailbox = OfficialMailbox(siren=ROCAMADOUR, email="mairie@exemple.fr", loaded_at=DURING_NEEDS)
        with transaction() as session:
            session.add_all([self.identity, self.session, factor, mailbox])

    def attachment_of(self, actor: Actor | None) -> int:
        """The attachment of one of these people, whatever its status."""
        assert actor is not None
        found = reading().scalar(select(Attachment.id).where(Attachment.person_id == actor.person_id))
        assert found is not None
        return found

    def deeds(self) -> list[Deed]:
        """One request for each address that writes to what is somebody's."""
        return [
            *self._stage_one(),
            *self._meetings(),
            *self._money(),
            *self._told(),
            *self._later_stages(),
            *self._accounts(),
            *self._steering(),
        ]

    def _stage_one(self) -> list[Deed]:
        grouped, *mine = (one.number for one in self.mine)
        written, desk, number = "/2021/contributions", "/moderation/2021/contributions", self.proposal.number
        drafted = f"{written}/brouillons/{self.draft.id}/documents"
        into = {"contributions": [str(mine[2])], "proposals": [str(number)]}
        return [
            Deed("files.join", f"{written}/{mine[0]}/documents", "owner", documents.sent()),
            Deed(
                "drafts.update", f"{written}/brouillons/{self.doomed.id}", "owner", NEED | {"act": "brouillon", "revision": "1"}
            ),
            Deed("drafts.remove", f"{written}/brouillons/{self.doomed.id}/suppression", "owner"),
            Deed("files.join_to_draft", drafted, "owner", documents.sent()),
            Deed("files.remove_from_draft", f"{drafted}/{self.draft_document.id}/retrait", "owner"),
            Deed("files.remove", f"{written}/{mine[0]}/documents/{self.document.id}/retrait", "owner"),
            Deed("contributions.update", f"{written}/{mine[0]}/modifier", "owner", NEED),
            Deed("contributions.withdraw", f"{written}/{mine[1]}/retrait", "owner", REASON),
            Deed("contributions.withdraw_me_too", f"{written}/{self.shared.number}/nous-aussi/retrait", "owner"),
            Deed("contributions.say_me_too", f"{written}/{self.others.number}/nous-aussi", "owner", also=AT_HOME),
            Deed("moderation.group", f"{desk}/regrouper", "team", into),
            Deed("moderation.reorient", f"{desk}/{mine[3]}/reorienter", "team", {"scheme": str(self.scheme.id), **REASON}),
            Deed("moderation.declare_ineligible", f"{desk}/{mine[4]}/non-recevable", "team", REASON),
            Deed("moderation_files.reopen", f"{desk}/{mine[3]}/reouverture", "team", REASON),
            Deed("moderation_files.question", f"{desk}/{mine[0]}/question", "team", {"text": "Depuis quand ?"}),
            Deed("moderation_files.hide", f"{desk}/{mine[0]}/masquer", "team", REASON),
            Deed("moderation_files.show", f"{desk}/{mine[0]}/afficher", "team", REASON),
            Deed(
                "moderation_files.answer",
                f"{desk}/{self.contested.number}/contestations/{self.contest.id}",
                "team",
                {"upheld": "oui", "answer": "C’est juste."},
            ),
            Deed("contribution_voices.answer", f"{written}/{mine[0]}/reponse", "owner", {"text": "Depuis mars."}),
            Deed("contribution_voices.contest", f"{written}/{mine[4]}/contestation", "owner", {"text": "Elle est utile."}),
            Deed("moderation_files.presence", f"{desk}/{mine[0]}/presence", "team"),
            Deed(
                "moderation_bulk.group",
                "/moderation/2021/lot/regrouper",
                "team",
                {"contributions": into["contributions"], "title": "Une autre", "summary": "En une phrase."},
            ),
            Deed(
                "moderation_bulk.reorient",
                "/moderation/2021/lot/reorienter",
                "team",
                {"contributions": [str(self.others.number)], "scheme": str(self.scheme.id), **REASON},
            ),
            Deed(
                "moderation_bulk.declare_ineligible",
                "/moderation/2021/lot/non-recevable",
                "team",
                {"contributions": [str(self.shared.number)], **REASON},
            ),
            Deed("moderation_reports.settle", "/moderation/2021/signalements/1", "team", {"answer": "Rien d’anormal."}),
            Deed("moderation.ungroup", f"{desk}/{grouped}/degrouper", "team", {"proposal": str(number)}),
            Deed("proposals.create", "/moderation/2021/propositions/nouvelle", "team", PROPOSAL),
            Deed(
                "proposals.correct",
                f"/moderation/2021/propositions/{number}/correction",
                "team",
                {**PROPOSAL, "title": "Faciliter les signalements", **REASON},
                at=DURING_VOTE,
            ),
            Deed("proposals.update", f"/moderation/2021/propositions/{number}", "team", PROPOSAL),
            Deed("proposals.withdraw", f"/moderation/2021/propositions/{self.unanswering.number}/retrait", "team", REASON),
        ]

    def _figures(self) -> list[Deed]:
        desk, at = f"/2023/services/{self.service.number}/gestion/indicateurs", DURING_TRACKING
        one, other = (f"{desk}/{indicator.id}" for indicator in self.indicators)
        typed = {"name": "Communes actives", "definition": "Chaque mois.", "target": "120"}
        return [
            Deed("service_indicators.desk", desk, "team", typed, at=at),
            Deed("service_indicators.measure", other, "team", {"day": TODAY, "value": "12,5"}, at=at),
            Deed("service_indicators.correct", f"{one}/mesures/{self.measure.id}", "team", {"value": "3", **REASON}, at=at),
            Deed("service_indicators.change", f"{one}/modifier", "team", typed | REASON, at=at),
            Deed("service_indicators.end", f"{one}/fin", "team", REASON, at=at),
        ]

    def _money(self) -> list[Deed]:
        desk, at = f"/2023/services/{self.service.number}/gestion/argent", DURING_TRACKING
        typed = {"sort": "cost", "amount": "12 500,50", "day": TODAY, "label": "Développement"}
        funding = {"envelope": "200 000", "rate": "60 %", "seen": ";0.5", "confirm": "y", **REASON}
        return [
            *self._figures(),
            Deed("service_money.desk", desk, "team", typed, at=at),
            Deed("service_money.cancel", f"{desk}/{self.cost.id}/annulation", "team", REASON, at=at),
            Deed("steering_money.line", f"/pilotage/2023/argent/{self.proposed.id}", "team", {"answer": "publish"}, at=at),
            Deed("steering_money.funding", "/pilotage/2023/enveloppe", "team", funding, at=at),
        ]

    def _told(self) -> list[Deed]:
        service, desk, at = f"/2023/services/{self.service.number}/gestion", "/pilotage/2023/actualites", DURING_TRACKING
        told, published, refused = self.news
        promise, later = f"{service}/jalons/{self.promised.id}", (DURING_TRACKING.date() + timedelta(days=90)).isoformat()
        said = {"revision": "0", "name": "Séance claire", "summary": "Préparer une séance.", "site": "https://exemple.fr"}
        return [
            Deed("service_promises.move", f"{promise}/report", "team", {"due_on": later, **REASON}, at=at),
            Deed("service_promises.drop", f"{promise}/abandon", "team", REASON, at=at),
            Deed("service_about.description", f"{service}/presentation", "team", said, at=at),
            Deed("service_about.bearers", f"{service}/porteurs", "team", {"siren": LOT, **REASON}, at=at),
            Deed("service_about.remove", f"{service}/porteurs/{OCCITANIE}/retrait", "team", REASON, at=at),
            Deed("news_desk.write", f"{service}/actualites", "team", {"title": "Un titre", "body": "Un texte."}, at=at),
            Deed("news_desk.take_back", f"{service}/actualites/{told}/retrait", "team", REASON, at=at),
            Deed("news_desk.publish", f"{desk}/{published}/publication", "team", at=at),
            Deed("news_desk.refuse", f"{desk}/{refused}/refus", "team", REASON, at=at),
        ]

    def _meetings(self) -> list[Deed]:
        mine, other, past = (one.number for one in (self.meeting, self.other_meeting, self.past_meeting))
        meeting, desk, at = "/2023/ateliers", "/pilotage/2023/ateliers", DURING_INTERESTS
        told = {"title": "Atelier", "starts_at": "2021-05-20T10:00", "ends_at": "2021-05-20T12:00", "place": "Cahors"}
        return [
            Deed("workshops.attend", f"{meeting}/{other}/inscription", "owner", at=at),
            Deed("workshops.give_up", f"{meeting}/{mine}/desistement", "owner", at=at),
            Deed("steering_workshops.new", f"{desk}/nouveau", "team", {"proposal": str(self.kept.id), **told}, at=at),
            Deed("steering_workshops.change", f"{desk}/{mine}/modifier", "team", {"read": "0", **told, **REASON}, at=at),
            Deed("steering_workshops.cancel", f"{desk}/{mine}/annulation", "team", REASON, at=at),
            Deed("steering_workshops.notes", f"{desk}/{past}/compte-rendu", "team", {"notes": "On a parlé."}, at=at),
        ]

    def _later_stages(self) -> list[Deed]:
        vote = f"/2021/propositions/{self.proposal.number}/soutien"
        file = f"/2023/propositions/{self.kept.number}/candidature"
        fresh = f"/2023/propositions/{self.candidates.number}/candidature"
        kept = f"/2023/candidatures/{self.interest.number}"
        typed = {"level": "atelier", "motivation": "Nous avons des idées.", "charter": "2023-1"}
        charter = dict.fromkeys(("preamble", "relecture", "atelier", "pilote"), "Tout autre chose.") | {"read": "1", **REASON}
        service, desk = f"/2023/services/{self.service.number}", f"/2023/services/{self.service.number}/gestion"
        use = {"status": "trial", "since": TODAY}
        stop = {"phase": "stopped", "learnt": "Ceci.", **REASON}
        decision = {"outcome": "retained", **REASON}
        born = {"proposal": str(self.candidates.id), "name": "Autre service", "summary": "Un autre.", **REASON}
        moved = {"opens_at": "2021-03-15T12:00", "closes_at": "2021-04-30T12:00", "step": "confirmed", **REASON}
        ruled = {"voter_kinds": ["commune"], "tallies": "hidden", "read": "1", "step": "confirmed", **REASON}
        schemes = "/pilotage/2021/guichets"
        sheet = f"/comite/2022/propositions/{self.undecided.number}"
        rule = {"who": "Tous.", "purpose": "Tout.", "funding": "Un peu.", "source": "Le site.", **REASON}
        return [
            Deed("ballots.withdraw", f"{vote}/retrait", "owner", at=DURING_VOTE),
            Deed("ballots.give", vote, "owner", at=DURING_VOTE, also=AT_HOME | {PENDING}),
            Deed("steering_schemes.new", f"{schemes}/nouveau", "team", {"name": "Axe 2", "code": "axe2"}),
            Deed("steering_schemes.add_rule", f"{schemes}/1/regles/nouvelle", "team", rule),
            Deed("steering_schemes.correct_rule", f"{schemes}/1/regles/{self.rule.id}", "team", rule),
            Deed("steering_rules.change", "/pilotage/2021/regles", "team", ruled),
            Deed("steering.move", "/pilotage/2021/calendrier/voting", "team", moved, at=DURING_VOTE),
            Deed("committee.opine", f"{sheet}/avis", "team", {"stance": "favourable"}, at=CLOSED),
            Deed("committee.estimate", f"{sheet}/cout", "team", {"cost": "120 000"}, at=CLOSED),
            Deed("committee.decide", sheet, "team", decision, at=CLOSED),
            Deed("committee.recuse", f"{sheet}/deport", "member", REASON, at=CLOSED),
            Deed(
                "committee.lift", f"{sheet}/deport/levee", "team", REASON | {"member": str(self.recused.person_id)}, at=CLOSED
            ),
            Deed("committee.proclaim", "/comite/2022/proclamation", "team", {"confirm": "y"}, at=CLOSED),
            Deed(
                "committee.correct", f"{sheet}/correction", "team", REASON | {"confirm": "y", "outcome": "deferred"}, at=CLOSED
            ),
            Deed(
                "steering_rules.instruction",
                "/pilotage/2021/regles/candidatures",
                "team",
                {"instruction": "everyone", **REASON},
            ),
            Deed("charters.change", "/pilotage/2021/charte", "team", charter),
            Deed("interests.throw_away", f"{fresh}/abandon", "owner", at=DURING_INTERESTS),
            Deed("interest_files.reply", f"{kept}/messages", "owner", {"body": "Nous répondons."}, at=DURING_INTERESTS),
            Deed("interest_files.correct", f"{kept}/correction", "owner", typed, at=DURING_INTERESTS),
            Deed("interest_files.join", f"{kept}/documents", "owner", documents.sent(), at=DURING_INTERESTS),
            Deed("interest_files.remove", f"{kept}/documents/{self.deliberation}/retrait", "owner", at=DURING_INTERESTS),
            Deed("interests.declare", fresh, "owner", typed, at=DURING_INTERESTS, also=AT_HOME),
            Deed("interests.withdraw", f"{file}/retrait", "owner", REASON, at=DURING_INTERESTS),
            *self._instruction(),
            Deed("service_deployments.declare", f"{service}/deploiement", "owner", use, at=DURING_TRACKING, also=AT_HOME),
            Deed("steering_services.new", "/pilotage/2023/services/nouveau", "team", born, at=DURING_TRACKING),
            Deed("service_desk.phase", f"{desk}/phase", "team", stop, at=DURING_TRACKING),
            Deed("service_promises.undo_stop", f"{desk}/phase/annulation", "team", REASON, at=DURING_TRACKING),
            Deed("service_desk.milestone", f"{desk}/jalons", "team", {"title": "Autre", "due_on": TODAY}, at=DURING_TRACKING),
            Deed(
                "service_desk.reached",
                f"{desk}/jalons/{self.milestone.id}",
                "team",
                {"done_on": TODAY},
                at=DURING_TRACKING,
            ),
            Deed("service_deployments.desk", f"{desk}/deploiements", "team", {"siren": LOT, **use}, at=DURING_TRACKING),
            Deed(
                "service_deployments.confirm",
                f"{desk}/deploiements/confirmation",
                "team",
                {"seen": self.awaiting},
                at=DURING_TRACKING,
            ),
            Deed(
                "service_deployments.unconfirm",
                f"{desk}/deploiements/{self.awaiting.partition('-')[0]}/retrait",
                "team",
                REASON,
                at=DURING_TRACKING,
            ),
        ]

    def _instruction(self) -> list[Deed]:
        desk, at = "/pilotage/2023/candidatures", DURING_INTERESTS
        accepted = {"answer": "accepted", **REASON}
        grid = {"label_1": "Le besoin est réel", "weight_1": "3", **REASON}
        return [
            Deed("steering_interests.read", f"{desk}/2/lecture", "team", {"note": "Un vrai besoin."}, at=at),
            Deed("steering_interests.ask", f"{desk}/2/message", "team", {"body": "Qui viendra ?"}, at=at),
            Deed("steering_interests.prepare", f"{desk}/2", "team", accepted, at=at),
            Deed("steering_interests.set_back", f"{desk}/2/reprise", "team", at=at),
            Deed("steering_answers.prepare_all", f"{desk}/lot", "team", {"interests": ["2"], **accepted}, at=at),
            Deed("steering_answers.publish", f"{desk}/publication", "team", {"confirm": "y"}, at=at),
            Deed("steering_grid.change", "/pilotage/2023/criteres", "team", grid, at=at),
        ]

    def _accounts(self) -> list[Deed]:
        taken_back, by_mailbox, vouched = (self.attachment_of(self.people[f"asker {rank}"]) for rank in range(3))
        own, held = (self.attachment_of(self.people[name]) for name in ("owner", "colleague"))
        accepted, declined, revoked = self.invitations
        mine = "/compte/rattachements"
        return [
            Deed("account.withdraw_attachment", f"{mine}/{taken_back}/retrait", "asker 0"),
            Deed("mailbox_codes.act", f"{mine}/{by_mailbox}/boite", "asker 1"),
            Deed("colleagues.vouch", f"{mine}/{vouched}/confirmation", "owner"),
            Deed("attachments.end_now", f"{mine}/{held}/fin", "owner", REASON),
            Deed("invitations.accept", f"/invitations/{accepted}/acceptation", "invitee 0"),
            Deed("invitations.decline", f"/invitations/{declined}/refus", "invitee 1"),
            Deed("colleagues.revoke", f"/compte/collectivite/invitations/{revoked}/retrait", "owner"),
            Deed("mandates.choose", "/compte/mandat", "owner", {"attachment": str(own)}),
            Deed("oidc.unlink", f"/compte/identites/{self.identity.id}/retrait", "owner"),
            Deed("sessions.close", f"/compte/sessions/{self.session.id}/fermeture", "owner"),
        ]

    def _steering(self) -> list[Deed]:
        asked, unsure = (self.attachment_of(self.people[f"asker {rank}"]) for rank in (3, 4))
        refused = self.attachment_of(self.strangers["somebody refused"])
        held, colleague = self.attachment_of(self.people["another colleague"]), self.people["colleague"].person_id
        desk, domain = "/moderation/rattachements", "/pilotage/domaines/mairie-rocamadour.fr"
        granted = {"email": "invitee-0@exemple.fr", "role": "administrator", **REASON}
        another = {"domain": "mairie-gramat.fr", "siren": GRAMAT, "note": "Site de la mairie"}
        return [
            Deed("moderation_attachments.verify", f"{desk}/{asked}/verification", "team", REASON),
            Deed("moderation_attachments.refuse", f"{desk}/{unsure}/refus", "team", REASON),
            Deed("moderation_attachments.end", f"{desk}/{held}/fin", "team", REASON),
            Deed("moderation_attachments.reopen", f"{desk}/{refused}/reouverture", "team", REASON),
            Deed("domains.add", "/pilotage/domaines", "team", another),
            Deed("domains.remove", f"{domain}/retrait", "team", REASON),
            Deed("steering_roles.grant", "/pilotage/roles", "team", granted),
            Deed("steering_roles.revoke", f"/pilotage/roles/{colleague}/observer/retrait", "team", REASON),
            Deed("steering_roles.remove_second_factor", f"/pilotage/roles/{colleague}/second-facteur", "team", REASON),
        ]
