"""Examples beside the form, theme by theme: short, invented, and said to be. What is not in an edition's themes is left out."""

from collections.abc import Sequence
from dataclasses import dataclass

from consult.contributions.rules import ContributionType


@dataclass(frozen=True, slots=True)
class Example:
    """What a fictitious collectivité could have written."""

    theme: str
    """The theme's name, in the words of the edition; empty for one that suits any."""
    title: str
    situation: str


_NEEDS = {
    "citoyennete": (
        "Demander leur avis aux habitants avant un projet d’aménagement",
        "Nous réunissons une trentaine de personnes, toujours les mêmes. Ceux qui travaillent le soir ne viennent pas.",
    ),
    "culture-sport-tourisme": (
        "Réserver la salle des fêtes et le gymnase sans passer à la mairie",
        "Les associations appellent, nous notons dans un cahier. Il y a deux ou trois doubles réservations par an.",
    ),
    "demarches-aides": (
        "Savoir à quelles aides notre projet a droit",
        "Nous trouvons les aides par hasard, souvent trop tard, et remplissons quatre fois les mêmes renseignements.",
    ),
    "donnees-dematerialisation": (
        "Retrouver une délibération ancienne en une minute",
        "Elles sont dans des classeurs et sur trois ordinateurs. Chaque demande prend une demi-journée.",
    ),
    "economie-locale": (
        "Dire aux habitants ce que vendent les producteurs d’ici",
        "Le marché a lieu le mardi matin. Ceux qui travaillent ne savent pas où acheter le reste de la semaine.",
    ),
    "education-emploi": (
        "Inscrire les enfants à la cantine et à la garderie d’un seul geste",
        "Les parents remplissent une feuille par service ; l’agent d’accueil recopie tout chaque lundi.",
    ),
    "energies-dechets": (
        "Suivre la consommation de nos bâtiments",
        "Nous recevons les factures deux mois après. Une fuite de chauffage à l’école a duré tout un hiver.",
    ),
    "environnement-agriculture": (
        "Signaler un dépôt sauvage avec sa place sur la carte",
        "On nous dit « près du petit pont ». Il y en a trois. L’agent fait le tour de la commune.",
    ),
    "patrimoine-equipements": (
        "Savoir dans quel état sont nos bâtiments",
        "Le carnet d’entretien est dans la tête de l’agent technique, qui part à la retraite l’an prochain.",
    ),
    "inclusion-numerique": (
        "Orienter vers quelqu’un qui aide à faire ses démarches",
        "Une personne sur cinq n’y arrive pas seule. L’accueil aide comme il peut, sans savoir qui fait quoi autour.",
    ),
    "mobilite-transports": (
        "Signaler un nid-de-poule sans appeler la mairie",
        "Les habitants téléphonent, nous notons sur un carnet, et personne ne sait si c’est réparé.",
    ),
    "solidarite-accessibilite": (
        "Prendre des nouvelles des personnes isolées pendant la canicule",
        "La liste est sur papier. Deux bénévoles appellent les mêmes personnes, d’autres ne sont jamais appelées.",
    ),
    "tiers-lieux-revitalisation": (
        "Montrer les locaux vides du bourg à qui cherche à s’installer",
        "Six commerces sont fermés. On nous demande, et nous ne savons ni les loyers ni à qui écrire.",
    ),
    "urbanisme-logement": (
        "Suivre une demande d’urbanisme sans téléphoner",
        "La moitié des appels du service demandent seulement où en est un dossier.",
    ),
}
_SERVICES = {
    "demarches-aides": (
        "Un formulaire de demande d’aide qui ne redemande rien",
        "Ouvert depuis deux ans, il sert à douze associations. Nous n’avons pas le temps d’écrire comment l’installer.",
    ),
    "education-emploi": (
        "Les menus de la cantine, publiés d’un geste",
        "La cuisinière les écrit une fois ; ils paraissent sur le site et à l’école. Trois communes voisines le demandent.",
    ),
    "environnement-agriculture": (
        "Un carnet d’observation de la nature, tenu par les habitants",
        "Deux cents relevés par an, vérifiés par une association. Il faudrait le rendre facile à reprendre ailleurs.",
    ),
    "mobilite-transports": (
        "Une application ouverte pour signaler un incident",
        "Une photo, une place sur la carte, une réponse en trois jours. Le code est ouvert, l’installation difficile.",
    ),
}
_NAMED = {ContributionType.NEED: _NEEDS, ContributionType.EXISTING_SERVICE: _SERVICES}
_ANY = {
    ContributionType.NEED: Example("", *_NEEDS["mobilite-transports"]),
    ContributionType.EXISTING_SERVICE: Example("", *_SERVICES["mobilite-transports"]),
}


def examples_of(type_: ContributionType, themes: Sequence[tuple[str, str]]) -> Sequence[Example]:
    """The examples of these themes (slug, name), in their order; one that suits any when none of them has its own."""
    named = _NAMED[type_]
    found = [Example(name, *named[slug]) for slug, name in themes if slug in named]
    return found or [_ANY[type_]]
