"""How the demonstration's OIDC provider can be told to misbehave."""

from enum import StrEnum


class Fault(StrEnum):
    """What can be wrong with the answer to one sign-in."""

    STATE = "state"
    NONCE = "nonce"
    ISSUER = "issuer"
    AUDIENCE = "audience"
    AUTHORIZED_PARTY = "authorized_party"
    EXPIRED = "expired"
    ISSUED_LATER = "issued_later"
    FORGED = "forged"
    UNKNOWN_KEY = "unknown_key"
    ALG_NONE = "alg_none"
    ALG_HMAC = "alg_hmac"
    NO_SUBJECT = "no_subject"
    OTHER_SUBJECT = "other_subject"
    NO_EMAIL = "no_email"
    NOT_AN_EMAIL = "not_an_email"
    USERINFO_PLAIN = "userinfo_plain"
    USERINFO_FORGED = "userinfo_forged"
    USERINFO_AUDIENCE = "userinfo_audience"
    USERINFO_500 = "userinfo_500"
    DECLINED = "declined"
    OUT_OF_ORDER = "out_of_order"
    TOKEN_500 = "token_500"  # noqa: S105 - no password
    TOKEN_GARBAGE = "token_garbage"  # noqa: S105 - no password
    TOKEN_HUGE = "token_huge"  # noqa: S105 - no password
    TOKEN_REDIRECT = "token_redirect"  # noqa: S105 - no password
    TOKEN_SILENT = "token_silent"  # noqa: S105 - no password
    TOKEN_SLOW = "token_slow"  # noqa: S105 - no password

    @property
    def label(self) -> str:
        return {
            Fault.STATE: "un state qui n’est pas celui demandé",
            Fault.NONCE: "un nonce qui n’est pas celui demandé",
            Fault.ISSUER: "un autre émetteur",
            Fault.AUDIENCE: "un jeton pour un autre site",
            Fault.AUTHORIZED_PARTY: "un jeton pour plusieurs sites, remis à un autre",
            Fault.EXPIRED: "un jeton périmé",
            Fault.ISSUED_LATER: "un jeton émis demain",
            Fault.FORGED: "une signature contrefaite",
            Fault.UNKNOWN_KEY: "une clé que personne ne connaît",
            Fault.ALG_NONE: "un jeton sans signature",
            Fault.ALG_HMAC: "un jeton signé avec la clé publique",
            Fault.NO_SUBJECT: "pas d’identifiant",
            Fault.OTHER_SUBJECT: "les informations de quelqu’un d’autre",
            Fault.NO_EMAIL: "pas d’adresse",
            Fault.NOT_AN_EMAIL: "une adresse qui n’en est pas une",
            Fault.USERINFO_PLAIN: "des informations non signées",
            Fault.USERINFO_FORGED: "des informations à la signature contrefaite",
            Fault.USERINFO_AUDIENCE: "des informations pour un autre site",
            Fault.USERINFO_500: "une panne au moment des informations",
            Fault.DECLINED: "un refus",
            Fault.OUT_OF_ORDER: "une panne dite par le fournisseur",
            Fault.TOKEN_500: "une panne au moment du jeton",
            Fault.TOKEN_GARBAGE: "n’importe quoi à la place du jeton",
            Fault.TOKEN_HUGE: "un jeton démesuré",
            Fault.TOKEN_REDIRECT: "un jeton à aller chercher ailleurs",
            Fault.TOKEN_SILENT: "le silence à la place du jeton",
            Fault.TOKEN_SLOW: "un jeton qui vient goutte à goutte",
        }[self]
