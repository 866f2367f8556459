"""The open data files: their columns, what each one means, and when each file is complete. Names stay once they are out."""

from collections.abc import Mapping

from consult.opendata.columns import (
    ADDRESS,
    CODE,
    INSTANT,
    KINDS,
    LIST,
    NUMBER,
    STRATA,
    TEXT,
    WHERE,
    WHO,
    Column,
    DataFile,
)
from consult.opendata.service_schema import SERVICE_FILES
from consult.voting.chain import Act

LICENCE = "Licence Ouverte 2.0 (Etalab)"

ACTS = ", ".join(f"{act.value} ({act.label})" for act in Act)

FILES: Mapping[str, DataFile] = {
    file.name: file
    for file in (
        DataFile(
            "contributions",
            "une contribution reçue, quoi qu’elle soit devenue",
            "Complet quand toutes les contributions ont reçu leur réponse.",
            (
                Column("number", NUMBER, "Numéro de la contribution dans l’édition"),
                Column("type", CODE, "need (besoin) ou existing_service (service existant)"),
                Column("title", TEXT, "Titre"),
                Column("situation", TEXT, "La situation, telle qu’elle a été écrite"),
                Column("audience", TEXT, "Pour qui"),
                Column("effects", TEXT, "Effets attendus"),
                Column("themes", LIST, "Thèmes de la contribution"),
                Column(
                    "status",
                    CODE,
                    "published (en attente), reoriented (réorientée), ineligible (non recevable), grouped (regroupée), "
                    "withdrawn (retirée)",
                ),
                Column("status_reason", TEXT, "Raison donnée, s’il y en a une"),
                Column("scheme", CODE, "Guichet vers lequel elle a été réorientée"),
                Column("proposals", LIST, "Numéros des propositions qui lui répondent"),
                *WHO,
                Column("insee", CODE, "Code INSEE de la collectivité"),
                *WHERE,
                Column("profile", CODE, "elu, agent ou partenaire"),
                Column("function", TEXT, "Fonction de la personne, telle qu’elle l’a dite"),
                Column("me_too_count", NUMBER, "Collectivités qui ont dit « nous aussi »"),
                Column("published_at", INSTANT, "Publication"),
                Column("url", ADDRESS, "Page de la contribution"),
            ),
        ),
        DataFile(
            "proposals",
            "une proposition soumise au vote",
            "Complet à la proclamation. Avant la clôture du vote, supports et rank sont vides.",
            (
                Column("number", NUMBER, "Numéro de la proposition dans l’édition"),
                Column("title", TEXT, "Titre"),
                Column("summary", TEXT, "Résumé"),
                Column("contributions", LIST, "Numéros des contributions auxquelles elle répond"),
                Column("supports", NUMBER, "Soutiens comptés ; vide tant que le vote est secret"),
                Column("rank", NUMBER, "Rang au vote ; vide jusqu’à sa clôture"),
                Column(
                    "decision",
                    CODE,
                    "retained (retenue), not_retained (non retenue), deferred (reportée) ; vide jusqu’à la proclamation",
                ),
                Column("decision_reason", TEXT, "Raison de la décision ; vide jusqu’à la proclamation"),
                Column("url", ADDRESS, "Page de la proposition"),
                Column("decision_explanation", TEXT, "Pourquoi la décision s’écarte du classement, quand elle s’en écarte"),
                Column("recusals", NUMBER, "Membres du comité qui se sont déportés ; vide jusqu’à la proclamation"),
                Column("current_decision", CODE, "Ce qui est décidé maintenant : decision, ou ce qu’une correction en a fait"),
                Column("correction_reason", TEXT, "Raison de la dernière correction ; vide sans correction"),
                Column("corrected_at", INSTANT, "Instant de la dernière correction"),
            ),
        ),
        DataFile(
            "supports",
            "un soutien compté : c’est l’urne, dépouillée. Recomptez-la et vous devez trouver le résultat proclamé",
            "Publié à la clôture du vote, complet à la proclamation.",
            (
                Column("proposal", NUMBER, "Numéro de la proposition soutenue"),
                Column("collectivite_siren", CODE, "SIREN de la collectivité qui l’a donné, même si elle a fusionné ensuite"),
                Column("collectivite_kind", CODE, f"Sa nature au moment du vote : {KINDS}"),
                Column("departement", CODE, "Son département au moment du vote ; vide pour une région"),
                Column("population_stratum", CODE, f"Sa tranche de population au moment du vote : {STRATA}"),
                Column("given_at", INSTANT, "Quand le soutien a été donné"),
                Column("receipt", CODE, "Référence remise à la collectivité"),
            ),
        ),
        DataFile(
            "vote_journal",
            "un acte du vote, dans l’ordre où il a été scellé. Le sceau porte sur la ligne et sur le sceau d’avant : une ligne "
            "modifiée, retirée, ajoutée ou déplacée se voit",
            "Publié à la clôture du vote, complet à la proclamation. Sans sceau, une ligne n’est pas encore scellée.",
            (
                Column("position", NUMBER, "Rang de la ligne, à partir de 1 ; vide si elle n’est pas encore scellée"),
                Column("at", INSTANT, "Quand c’est arrivé"),
                Column("act", CODE, f"Ce qui est arrivé : {ACTS}"),
                Column("proposal", NUMBER, "Numéro de la proposition ; vide pour la proclamation"),
                Column("collectivite_siren", CODE, "SIREN de la collectivité qui a donné le soutien"),
                Column("collectivite_kind", CODE, f"Sa nature quand elle l’a donné : {KINDS}"),
                Column("departement", CODE, "Son département quand elle l’a donné ; vide pour une région"),
                Column("population_stratum", CODE, f"Sa tranche de population quand elle l’a donné : {STRATA}"),
                Column(
                    "receipt",
                    CODE,
                    "Référence du soutien ; pour worded et corrected, empreinte SHA-256 des cellules number, title, summary et "
                    "contributions de proposals.csv ; pour decided, de number, supports, rank, decision, decision_reason, "
                    "decision_explanation et recusals ; pour revised, de number, current_decision, correction_reason et "
                    "corrected_at",
                ),
                Column("replaces", CODE, "Référence du soutien dont celui-ci prend la place, et qui ne compte plus"),
                Column(
                    "counts",
                    CODE,
                    "Ce que vaut le soutien après l’acte : counted (compté), pending (à vérifier), void (non compté)",
                ),
                Column(
                    "seal",
                    CODE,
                    "SHA-256 du sceau d’avant, d’une virgule et de la ligne sans son sceau ; le premier sceau d’avant est le "
                    "SHA-256 du nom de l’édition dans ses adresses",
                ),
            ),
        ),
        DataFile(
            "interests",
            "une collectivité volontaire pour une proposition retenue, et dont la candidature est en cours ou acceptée",
            "Complet quand toutes les candidatures ont reçu leur réponse.",
            (
                Column("number", NUMBER, "Numéro de la candidature dans l’édition"),
                Column("proposal", NUMBER, "Numéro de la proposition"),
                *WHO,
                *WHERE,
                Column("level", CODE, "relecture, atelier ou pilote"),
                Column("status", CODE, "submitted (en examen), accepted (acceptée) ou waitlisted (en liste d’attente)"),
                Column("charter", CODE, "Version de la charte acceptée"),
                Column("submitted_at", INSTANT, "Dépôt"),
                Column("decided_at", INSTANT, "Réponse de l’équipe"),
                Column("waiting_rank", NUMBER, "Place sur la liste d’attente ; vide hors d’elle"),
            ),
        ),
        *SERVICE_FILES,
        DataFile(
            "calendar_changes",
            "une date de l’édition qui a changé",
            "Change à chaque date déplacée.",
            (
                Column("changed_at", INSTANT, "Quand la date a été changée"),
                Column("stage", CODE, "needs (recueil), voting (vote), interests (territoires référents), tracking (services)"),
                Column("old_opens_at", INSTANT, "Ouverture, avant"),
                Column("old_closes_at", INSTANT, "Fermeture, avant ; vide si sans fin"),
                Column("new_opens_at", INSTANT, "Ouverture, après"),
                Column("new_closes_at", INSTANT, "Fermeture, après ; vide si sans fin"),
                Column("reason", TEXT, "Raison donnée"),
                Column(
                    "tallies_readable_since",
                    INSTANT,
                    "Si ce changement a rouvert un vote secret jusqu’à sa fermeture : dès quand on pouvait lire les soutiens",
                ),
            ),
        ),
    )
}
