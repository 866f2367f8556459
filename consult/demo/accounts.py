"""The accounts of the demonstration, offered in one click at `/connexion`. Every person is invented."""

from dataclasses import dataclass

from consult.ground.actor import Profile

DOMAIN = "demo.exemple.fr"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """Who this is, for who chooses (`label`, `description`), and what they say of themselves in their account."""

    label: str
    description: str
    name: str
    profile: Profile
    function: str


DEMO_ACCOUNTS = {
    "agent": DemoAccount(
        "Agente d’une commune",
        "Rattachée à Rocamadour (Lot) : écrit, soutient et se porte volontaire en son nom.",
        "Jeanne Fictive",
        Profile.AGENT,
        "secrétaire de mairie",
    ),
    "elu": DemoAccount(
        "Élu d’une autre commune",
        "Rattaché à Vitré (Ille-et-Vilaine) et à son agglomération : choisit en haut de page pour laquelle il agit.",
        "Malik Fictif",
        Profile.ELU,
        "adjoint au numérique",
    ),
    "collegue": DemoAccount(
        "Collègue de l’agente",
        "De la même commune : à deux, une seule voix par proposition.",
        "Odile Fictive",
        Profile.ELU,
        "maire",
    ),
    "epci": DemoAccount(
        "Communauté de communes",
        "Rattaché à Causses et Vallée de la Dordogne (Lot).",
        "Baptiste Fictif",
        Profile.AGENT,
        "chargé de mission numérique",
    ),
    "departement": DemoAccount(
        "Département",
        "Rattachée au département du Lot.",
        "Inès Fictive",
        Profile.AGENT,
        "directrice des systèmes d’information",
    ),
    "attente": DemoAccount(
        "Rattachement en attente",
        "A demandé à parler pour Figeac (Lot) : ses soutiens compteront une fois la demande vérifiée.",
        "Louise Fictive",
        Profile.AGENT,
        "responsable informatique",
    ),
    "partenaire": DemoAccount(
        "Partenaire",
        "Une association : propose des services existants, ne vote pas.",
        "Simon Fictif",
        Profile.PARTENAIRE,
        "délégué d’une association fictive",
    ),
    "moderation": DemoAccount(
        "Modération",
        "Examine les contributions, les regroupe, vérifie les rattachements.",
        "Claire Fictive",
        Profile.AGENT,
        "équipe de la consultation",
    ),
    "comite": DemoAccount(
        "Comité de sélection",
        "Décide, avec des raisons publiques, des propositions retenues.",
        "Hugo Fictif",
        Profile.AGENT,
        "membre du comité de sélection",
    ),
    "deport": DemoAccount(
        "Comité, membre déportée",
        "S’est déportée de deux propositions : n’en lit pas la délibération et ne proclame pas.",
        "Sophie Fictive",
        Profile.AGENT,
        "membre du comité de sélection",
    ),
    "pilotage": DemoAccount(
        "Pilotage",
        "Tient le calendrier, les règles et les rôles.",
        "Nadia Fictive",
        Profile.AGENT,
        "responsable de la consultation",
    ),
    "observation": DemoAccount(
        "Observation",
        "Lit les statistiques, ne change rien.",
        "Paul Fictif",
        Profile.AGENT,
        "association d’élus fictive",
    ),
}
"""By what stands before the @ of their address."""


def demo_address(name: str) -> str:
    """The address of a demonstration account."""
    return f"{name}@{DOMAIN}"
