"""« Ce que vous pouvez faire aujourd’hui »: one title and one box for each moment of the process and each sort of person.

The title follows the moment; the box follows the moment and who reads it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from markupsafe import Markup

from consult.accounts.colleagues.invitation_queries import ReceivedInvitation
from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.contributions.model import Draft
from consult.ground.actor import Actor, Profile, Role
from consult.interests.drafts import Begun
from consult.interests.own import OwnFile
from consult.interests.rules import LIVE
from consult.opendata.figures import KeyFigures
from consult.services.of_collectivite import Borne
from consult.web import words

CAN_DO = "Ce que vous pouvez faire aujourd’hui"
LONGEST_TITLE = 120
"""Of a draft: it may be wrong, and too long."""


@dataclass(frozen=True, slots=True)
class Today:
    """What the home page says first. The first action is the advised one: (label, address)."""

    title: str
    text: Markup
    actions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything the box depends on."""

    edition: Edition
    actor: Actor
    at: datetime
    figures: KeyFigures
    supports: int | None
    """How many propositions the actor's collectivité supports; None without a collectivité."""
    invitations: Sequence[ReceivedInvitation] = ()
    """Those that wait for somebody who speaks for nobody yet."""
    drafts: Sequence[Draft] = ()
    """What the person has begun to write and not published, while it can be."""
    begun: Sequence[Begun] = ()
    """The candidatures that they have begun and not submitted."""
    offers: Sequence[OwnFile] = ()
    """The candidatures of the collectivité that they may speak for, once the committee has proclaimed."""
    borne: Sequence[Borne] = ()
    """The services of this edition that it bears."""

    def url(self, endpoint: str, **values: str) -> str:
        """The address of a page of the edition."""
        return url_for(endpoint, e=self.edition.slug, **values)  # type: ignore[arg-type]

    def close(self, stage: Stage) -> Markup:
        """When a stage closes, as a date that binds."""
        closes_at = self.edition.calendar.window(stage).closes_at
        return Markup("<strong>{}</strong> (heure de Paris)").format(words.closing(closes_at)) if closes_at else Markup()


def title(edition: Edition, at: datetime) -> str:
    """What the moment calls for, as the title of the home page."""
    stage = edition.calendar.stage_at(at)
    if stage is Stage.INTERESTS and edition.proclaimed_at is None:
        return "Le vote est clos, le comité de sélection délibère"
    return {
        None: "Des services numériques choisis par les collectivités",
        Stage.NEEDS: "De quels services numériques votre collectivité a‑t‑elle besoin ?",
        Stage.VOTING: "Votez pour les services numériques dont votre collectivité a besoin",
        Stage.INTERESTS: "Prenez part à la conception des services retenus",
        Stage.TRACKING: "Suivez les services que la consultation a fait naître",
    }[stage]


def today(situation: Situation) -> Today:
    """The box for this person at this moment."""
    if situation.invitations and not situation.actor.roles:
        return _invited(situation)
    for applies, box in _ABOUT_THE_PERSON:
        if applies(situation.actor):
            return box(situation)
    return _ABOUT_THE_MOMENT[situation.edition.calendar.stage_at(situation.at)](situation)


# ── what comes before the moment ─────────────────────────────────────────────────────────


def _team(s: Situation) -> Today:
    waiting = Markup("Votre bureau rassemble ce que votre rôle permet à ce moment.")
    desks = []
    if s.actor.has_role(Role.MODERATOR, Role.ADMINISTRATOR):
        waiting = Markup("<strong>{}</strong> à examiner, <strong>{}</strong> à vérifier.").format(
            words.plural(s.figures.awaiting, "contribution"), words.plural(s.figures.pending_attachments, "rattachement")
        )
        desks.append(("Ouvrir la modération", url_for("moderation.index")))
    if s.actor.has_role(Role.COMMITTEE):
        desks.append(("Ouvrir le bureau du comité", url_for("committee.index")))
    if s.actor.has_role(Role.ADMINISTRATOR):
        desks.append(("Ouvrir le pilotage", url_for("steering.index")))
    if s.actor.has_role(Role.OBSERVER):
        desks.append(("Lire le bilan", s.url("bilan.show")))
    return Today("Ce qui attend l’équipe", waiting, tuple(desks))


def _incomplete(_s: Situation) -> Today:
    text = Markup("Il manque votre nom, votre profil et votre fonction. C’est l’affaire d’une minute.")
    return Today("Dites-nous qui vous êtes", text, (("Compléter mon compte", url_for("account.show")),))


def _invited(s: Situation) -> Today:
    first = s.invitations[0]
    text = Markup("{} ({}) vous invite à parler au nom de <strong>{}</strong>, jusqu’au {}.").format(
        first.by_name, first.by_function, first.collectivite, words.instant(first.expires_at)
    )
    others = (("Voir toutes mes invitations", url_for("account.attachments")),) if len(s.invitations) > 1 else ()
    read = ("Lire l’invitation", url_for("invitations.show", invitation_id=first.id))
    return Today("Une invitation vous attend", text, (read, *others))


def _unattached(_s: Situation) -> Today:
    text = Markup("On agit ici au nom d’une collectivité. Cherchez la vôtre par son nom, son code postal ou son SIREN.")
    return Today("Choisissez votre collectivité", text, (("Choisir ma collectivité", url_for("account.attachments")),))


_ABOUT_THE_PERSON: tuple[tuple[Callable[[Actor], bool], Callable[[Situation], Today]], ...] = (
    (lambda actor: bool(actor.roles), _team),
    (lambda actor: actor.is_signed_in and not actor.is_complete, _incomplete),
    (lambda actor: actor.is_signed_in and not actor.mandate and actor.profile is not Profile.PARTENAIRE, _unattached),
)
"""The first that applies."""


# ── what the moment calls for ────────────────────────────────────────────────────────────


def _between(s: Situation) -> Today:
    actions = [("Voir le calendrier", s.url("calendar.show"))]
    if s.edition.calendar.has_opened(Stage.NEEDS, s.at):
        actions.append(("Lire les contributions", s.url("contributions.index")))
    text = Markup("Tout se lit ; rien ne se dépose aujourd’hui.")
    if following := s.edition.calendar.next_boundary(s.at):
        text += Markup(" Prochaine étape : <strong>{}</strong>, à partir du {}.").format(
            following.stage.label, words.instant(following.at)
        )
    return Today(CAN_DO, text, tuple(actions))


def _needs(s: Situation) -> Today:
    until, read = s.close(Stage.NEEDS), ("Lire les contributions", s.url("contributions.index"))
    need = ("Décrire un besoin", s.url("contributions.new", type="besoin"))
    service = ("Présenter un service", s.url("contributions.new", type="service"))
    begun, resume = _begun(s)
    if s.actor.profile is Profile.PARTENAIRE:
        text = Markup("En tant que partenaire, vous pouvez présenter un service existant, libre et réutilisable, jusqu’au {}.")
        return Today(CAN_DO, begun + text.format(until), (*resume, service, read))
    if s.actor.is_pending:
        text = Markup(
            "Votre rattachement à <strong>{}</strong> est encore à vérifier : l’équipe vous préviendra par courriel. "
            "D’ici là, vous pouvez lire ce que les autres collectivités ont écrit."
        )
        mine = ("Voir ma demande", url_for("account.attachments"))
        return Today(CAN_DO, text.format(s.actor.collectivite_name), (read, mine))
    if s.actor.is_verified:
        text = Markup(
            "Au nom de <strong>{}</strong>, décrivez un besoin ou présentez un service que vous avez déjà, jusqu’au {}. "
            "Cinq minutes suffisent ; vous pourrez corriger votre texte tant qu’il n’a pas été examiné."
        )
        return Today(CAN_DO, begun + text.format(s.actor.collectivite_name, until), (*resume, need, service))
    text = Markup(
        "Une collectivité peut décrire un besoin, ou présenter un service qu’elle a déjà, jusqu’au {}. Comptez cinq minutes."
    )
    return Today(CAN_DO, text.format(until), (need, service))


def _begun(s: Situation) -> tuple[Markup, tuple[tuple[str, str], ...]]:
    """The drafts that wait for their author, and the way back to them; nothing when there is none."""
    if not s.drafts:
        return Markup(), ()
    if len(s.drafts) > 1:
        said = Markup("Vous avez commencé <strong>{}</strong> : aucun n’est publié. ").format(
            words.plural(len(s.drafts), "brouillon")
        )
        return said, (("Reprendre un brouillon", s.url("drafts.index")),)
    (draft,) = s.drafts
    title = draft.data.get("title") or "Sans titre"
    cut = title if len(title) <= LONGEST_TITLE else f"{title[:LONGEST_TITLE]}…"
    said = Markup("Votre brouillon <strong>«\u00a0{}\u00a0»</strong> n’est pas publié. ").format(cut)
    return said, (("Reprendre mon brouillon", url_for("drafts.show", e=s.edition.slug, draft_id=draft.id)),)


def _voting(s: Situation) -> Today:
    until, all_of_them = s.close(Stage.VOTING), words.plural(s.figures.proposals, "proposition")
    see = (f"Voir les {all_of_them}" if s.figures.proposals > 1 else "Voir les propositions", s.url("proposals.index"))
    if s.actor.profile is Profile.PARTENAIRE:
        text = Markup("Les collectivités votent jusqu’au {}. Les partenaires ne votent pas ; tout se lit.")
        return Today(CAN_DO, text.format(until), (see,))
    rule = Markup(
        "Une collectivité donne une voix par proposition, quelle que soit sa taille ; elle peut changer d’avis jusqu’au {}."
    ).format(until)
    if s.supports is None:
        return Today(CAN_DO, rule, (see, ("Se connecter pour voter", url_for("sign_in.new"))))
    given = Markup("{} ne soutient encore <strong>aucune proposition</strong>. ").format(s.actor.collectivite_name)
    if s.supports:
        given = Markup("{} soutient <strong>{}</strong> sur {}. ").format(
            s.actor.collectivite_name, words.plural(s.supports, "proposition"), words.number(s.figures.proposals)
        )
    if s.actor.is_pending:
        rule += Markup(" Votre rattachement est à vérifier : vos soutiens sont enregistrés, et compteront quand il le sera.")
    return Today(CAN_DO, given + rule, (see, ("Notre bulletin", s.url("ballots.show"))))


def _interests(s: Situation) -> Today:
    until, results = s.close(Stage.INTERESTS), ("Lire les résultats du vote", s.url("results.show"))
    if s.edition.proclaimed_at is None:
        text = Markup(
            "Le comité de sélection examine les propositions. Ses décisions seront publiées toutes ensemble, avec leurs "
            "raisons. Les collectivités pourront alors se porter volontaires, jusqu’au {}."
        ).format(until)
        return Today(CAN_DO, text, (results, ("Relire les propositions", s.url("proposals.index"))))
    choose = ("Choisir une proposition retenue", s.url("decisions.show"))
    retained = Markup("<strong>{}</strong>. ").format(
        words.plural(s.figures.retained, "proposition retenue", "propositions retenues")
    )
    if s.actor.profile is Profile.PARTENAIRE:
        text = Markup("Les collectivités peuvent se porter volontaires jusqu’au {} ; les partenaires lisent tout.").format(
            until
        )
        return Today(CAN_DO, retained + text, (("Lire les décisions", s.url("decisions.show")), results))
    said, mine = _offered(s)
    text = Markup(
        "Une collectivité peut se porter volontaire pour en devenir territoire référent, jusqu’au {} : relire, participer à "
        "des ateliers, ou essayer le service chez elle."
    ).format(until)
    return Today(CAN_DO, said + retained + text, (*mine, choose, *(() if mine else (results,))))


def _offered(s: Situation) -> tuple[Markup, tuple[tuple[str, str], ...]]:
    """What the team asks of the collectivité, what one has begun, what it offered, and the way there; nothing otherwise."""
    if asked := next((file for file in s.offers if file.is_correction_asked and file.status in LIVE), None):
        said = Markup("L’équipe vous demande de corriger la candidature n°\u00a0{} de <strong>{}</strong>. ")
        way = ("Lire ce que l’équipe demande", url_for("interest_files.show", e=s.edition.slug, n=asked.number))
        return said.format(asked.number, s.actor.collectivite_name), (way,)
    if s.begun:
        said = Markup("Votre candidature pour <strong>«\u00a0{}\u00a0»</strong> n’est pas déposée. ").format(
            s.begun[0].proposal_title
        )
        return said, (("La reprendre", url_for("interests.new", e=s.edition.slug, n=s.begun[0].proposal_number)),)
    live = [file for file in s.offers if file.status in LIVE]
    if not live:
        return Markup(), ()
    said = Markup("<strong>{}</strong> est volontaire pour {}. ").format(
        s.actor.collectivite_name, words.plural(len(live), "proposition")
    )
    return said, (("Voir nos candidatures", s.url("interest_files.index")),)


def _tracking(s: Situation) -> Today:
    said, mine = _offered(s) if any(file.is_correction_asked for file in s.offers) else (Markup(), ())
    if s.borne:
        names = Markup(", ").join(Markup("«\u00a0{}\u00a0»").format(one.title) for one in s.borne)
        said += Markup("<strong>{}</strong> porte {} : dites où cela en est. ").format(s.actor.collectivite_name, names)
        mine += tuple(
            (f"Tenir à jour «\u00a0{one.title}\u00a0»", url_for("service_desk.show", e=s.edition.slug, n=one.number))
            for one in s.borne[:2]
        )
    text = Markup(
        "Chaque service dit où il en est, ce qui vient ensuite, son argent et qui l’utilise déjà. On peut remonter de chacun "
        "jusqu’aux contributions dont il est issu, et suivre ceux qui vous intéressent."
    )
    follow, read = ("Voir les services", s.url("services.index")), ("Lire le bilan", s.url("bilan.show"))
    if s.actor.is_verified and s.actor.siren:
        alike = url_for("collectivites.show", siren=s.actor.siren)
        read = ("Ce que font des collectivités comme la vôtre", f"{alike}#comme-elle")
    return Today(CAN_DO, said + text, (*mine, follow, read))


_ABOUT_THE_MOMENT: dict[Stage | None, Callable[[Situation], Today]] = {
    None: _between,
    Stage.NEEDS: _needs,
    Stage.VOTING: _voting,
    Stage.INTERESTS: _interests,
    Stage.TRACKING: _tracking,
}
