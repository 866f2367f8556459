"""Forms of attachments: asking, leaving, and what the team or a colleague decides."""

from typing import Any

from wtforms import RadioField, StringField, TextAreaField, ValidationError, validators

from consult.register.rules import is_siren
from consult.web.forms.base import Act, Form, at_most, required


def _is_siren(_form: Any, field: Any) -> None:
    if not is_siren(field.data):
        raise ValidationError("Ce n’est pas le SIREN d’une collectivité. Choisissez la vôtre dans la liste.")


def _unspaced(text: Any) -> Any:
    return "".join(text.split()) if isinstance(text, str) else text


class AttachmentForm(Form):
    """One of the collectivités that the search found."""

    siren = RadioField(
        "Votre collectivité",
        [validators.InputRequired("Choisissez votre collectivité dans la liste."), _is_siren],
        validate_choice=False,
        filters=[_unspaced],
    )


SENT_AS_IT_IS = "Elle est envoyée telle quelle à la personne."
TO_BE_WRITTEN = "Écrivez la raison : la personne la recevra par courriel."


class LeaveForm(Act):
    """Why a person leaves, if they care to say."""

    reason = TextAreaField(
        "Raison",
        [validators.Optional(), at_most(300)],
        description="Par exemple « je change de poste ». L’équipe peut la lire.",
        render_kw={"rows": 2},
    )


class EndingForm(Act):
    """Why somebody else's attachment is ended."""

    reason = TextAreaField(
        "Raison de la fin",
        [*required(TO_BE_WRITTEN), at_most(1000)],
        description=f"{SENT_AS_IT_IS} Dites ce qui a changé.",
        render_kw={"rows": 3},
    )


ACCEPTED_BECAUSE = (
    "Adresse publiée par la collectivité",
    "Personne jointe à la mairie ou au siège",
    "Arrêté, délibération ou contrat reçu",
    "Personne nommée sur le site de la collectivité",
)
"""What the team usually relies on: a button each."""


class AcceptanceForm(Act):
    """Why a request is accepted: what the button pressed says, or one's own words; and what was seen."""

    seen = TextAreaField(
        "Ce qui a été vu",
        [at_most(300)],
        description="L’adresse d’une page, la date d’un appel, le numéro d’un arrêté. Gardé au dossier, pour l’équipe.",
        render_kw={"rows": 2},
    )
    own_words = TextAreaField("Autre raison", [at_most(300)], description=SENT_AS_IT_IS, render_kw={"rows": 2})
    reason = StringField("Raison", [at_most(300)])

    def validate_own_words(self, field: Any) -> None:
        """A button without a reason of its own takes one's own words."""
        if not self.reason.data and not field.data:
            raise ValidationError(TO_BE_WRITTEN)

    @property
    def why(self) -> str:
        """The reason, whoever worded it."""
        return self.reason.data or self.own_words.data or ""


REFUSED_BECAUSE = {
    "inconnue": (
        "La collectivité ne la connaît pas",
        "La collectivité, que nous avons jointe, ne nous a pas confirmé que vous parlez pour elle."
        " Demandez-lui de nous écrire, ou de nous envoyer l’arrêté ou la délibération qui vous nomme.",
    ),
    "preuve": (
        "Rien ne le montre",
        "Rien ne nous montre que vous parlez pour cette collectivité. Écrivez-nous depuis une adresse qu’elle publie,"
        " ou faites-vous confirmer par un collègue déjà vérifié.",
    ),
    "homonyme": (
        "C’est sans doute une autre du même nom",
        "Plusieurs collectivités portent ce nom. D’après votre adresse, la vôtre est une autre :"
        " cherchez-la avec son département, et faites une nouvelle demande.",
    ),
    "structure": (
        "Elle parle pour une autre structure",
        "Vous parlez pour une structure qui n’est pas cette collectivité."
        " Si c’est une association ou une entreprise, changez votre profil pour « partenaire ».",
    ),
}
"""What the team usually answers, by a word: its name, and words to start from."""


class RefusalForm(Act):
    """Why a request is refused."""

    reason = TextAreaField(
        "Raison du refus",
        [*required(TO_BE_WRITTEN), at_most(1000)],
        description=f"{SENT_AS_IT_IS} Dites ce qui manque, et comment y remédier.",
        render_kw={"rows": 4},
    )


class ReopeningForm(Act):
    """Why a refusal is taken back."""

    reason = TextAreaField(
        "Raison de la réouverture",
        [*required(TO_BE_WRITTEN), at_most(1000)],
        description=f"{SENT_AS_IT_IS} Dites ce qui a changé depuis le refus.",
        render_kw={"rows": 3},
    )
