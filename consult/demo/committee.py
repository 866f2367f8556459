"""What the committee of the demonstration says, member by member. Every word is invented."""

from consult.selection.model import Outcome

RECUSALS = (
    ("deport", "mutualiser-ressources", "Je préside une structure de mutualisation qui pourrait porter ce service."),
    ("deport", "tiers-lieux", "Mon association anime un tiers-lieu."),
)
"""Who keeps out of what, and why: member, proposition, reason."""

OPINIONS = (
    (
        "comite",
        "signalement-incidents",
        "favourable",
        "Simple, visible, déjà éprouvé. À proposer d’abord aux petites communes.",
    ),
    ("deport", "signalement-incidents", "favourable", "Demander que les signalements restent lisibles par les habitants."),
    ("comite", "mutualiser-ressources", "reserved", "Plusieurs outils existent : partir de l’un d’eux."),
    ("comite", "tiers-lieux", "unfavourable", "La demande porte sur l’animation plus que sur un service numérique."),
    ("comite", "mobilite", "reserved", "Attendre que les compétences soient fixées."),
    ("deport", "mobilite", "favourable", "Le besoin rural est fort, même sans réponse immédiate."),
    ("comite", "bibliotheques", "reserved", "Consulter d’abord les bibliothèques départementales."),
    ("deport", "cimetieres", "unfavourable", "L’offre existante suffit."),
)
"""What members think of some propositions: member, proposition, opinion, notes."""

COSTS = (
    ("relation-usagers", 420_000),
    ("collaborer-a-distance", 250_000),
    ("gestion-documents", 380_000),
    ("signalement-incidents", 180_000),
    ("mobilite", 650_000),
    ("cimetieres", 90_000),
)
"""What some would cost, in euros: proposition, estimate."""

EXPLANATIONS = {
    Outcome.RETAINED: "Texte fictif. Elle est moins bien classée, mais peu coûteuse, et les petites collectivités "
    "y gagnent le plus : le comité la préfère à une proposition mieux classée dont les conditions ne sont pas encore réunies.",
    Outcome.DEFERRED: "Texte fictif. Son rang dit l’attente, que le comité reconnaît. Il la reporte parce que des "
    "partenaires doivent être consultés d’abord, et la reprendra à la prochaine séance.",
    Outcome.NOT_RETAINED: "Texte fictif. Malgré son rang, des services existants répondent déjà au besoin : le comité préfère "
    "aider les collectivités à les trouver.",
}
"""Why a decision departs from the ranking, by what is decided."""

CORRECTION = (
    "cimetieres",
    "deferred",
    "Texte fictif. Des collectivités ont signalé que les logiciels cités ne couvrent pas le plan du cimetière. Le comité "
    "reporte sa décision au lieu d’écarter la proposition, et la reprendra après l’avoir vérifié.",
)
"""The decision corrected after the proclamation: proposition, what is decided from then on, reason."""
