"""Who the demonstration's OIDC provider knows. Everybody is invented; their collectivités are real, and nobody else's there."""

from dataclasses import dataclass
from typing import Any


def luhn_key(digits: str) -> str:
    """The digit that makes these a number whose Luhn key is right."""
    doubled = (int(digit) * (2 - rank % 2) for rank, digit in enumerate(reversed(digits)))
    return str(-sum(value - 9 if value > 9 else value for value in doubled) % 10)


def siret_of(siren: str, establishment: int = 1) -> str:
    """The SIRET of one of its establishments."""
    digits = f"{siren}{establishment:04}"
    return digits + luhn_key(digits)


@dataclass(frozen=True, slots=True)
class Somebody:
    """An invented person, as the provider knows them."""

    subject: str
    label: str
    given_name: str
    usual_name: str
    email: str
    siret: str | None
    is_email_verified: bool = True

    def claims(self) -> dict[str, Any]:
        """What the provider says of them. ProConnect says nothing of the address being verified; this one may."""
        known = {"given_name": self.given_name, "usual_name": self.usual_name, "email": self.email, "siret": self.siret}
        return {name: value for name, value in known.items() if value} | {"email_verified": self.is_email_verified}


MARTEL = "214601858"
QUERCY_BLANC = "200039519"
COMPANY = "90000000" + luhn_key("90000000")
STATE_SERVICE = "13000000" + luhn_key("13000000")
"""These last two numbers are those of nobody."""

PEOPLE = (
    Somebody("agente-martel", "Agente de Martel (Lot)", "Solène", "Fictive", "solene@martel.exemple.fr", siret_of(MARTEL)),
    Somebody(
        "elu-quercy",
        "Élu de la communauté de communes du Quercy Blanc (Lot)",
        "Farid",
        "Fictif",
        "farid@quercy-blanc.exemple.fr",
        siret_of(QUERCY_BLANC),
    ),
    Somebody("salariee", "Salariée d’une entreprise", "Maud", "Fictive", "maud@entreprise.exemple.fr", siret_of(COMPANY)),
    Somebody("sans-siret", "Quelqu’un dont l’établissement n’est pas dit", "Yann", "Fictif", "yann@exemple.fr", None),
    Somebody(
        "etat", "Agente d’un service de l’État", "Agnès", "Fictive", "agnes@service-etat.exemple.fr", siret_of(STATE_SERVICE)
    ),
    Somebody(
        "deja-inscrit",
        "Quelqu’un dont l’adresse a déjà un compte, sans que le fournisseur la garantisse",
        "Baptiste",
        "Fictif",
        "epci@demo.exemple.fr",
        None,
        is_email_verified=False,
    ),
)
