"""What the team types of a workshop: when, where, how many; why it is cancelled; what was said."""

from collections.abc import Sequence
from typing import ClassVar

from wtforms import SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from consult.ground.refusals import Reason
from consult.web.forms.base import Form, at_most, required
from consult.web.forms.dates import ParisInstantField, filled
from consult.web.forms.inputs import NumberField, one_line, web_address, with_scheme
from consult.web.forms.steering import MaximumField
from consult.workshops.rules import WorkshopDraft


class _Told(Form):
    """What a workshop says, whether it is new or changes."""

    refused_at: ClassVar = {
        Reason.WORKSHOP_INVERTED: "ends_at",
        Reason.WORKSHOP_IN_THE_PAST: "starts_at",
        Reason.WORKSHOP_NOWHERE: "place",
        Reason.CAPACITY_BELOW_SEATS: "capacity",
        Reason.REASON_MISSING: "reason",
    }

    title = StringField(
        "Titre",
        description="Ce qu’on y fera, en quelques mots.",
        validators=[*required("Donnez un titre à cet atelier."), at_most(160)],
        filters=[one_line],
    )
    about = TextAreaField(
        "À quoi il sert",
        description="L’ordre du jour, ce qu’il faut préparer. Public, en Markdown.",
        validators=[Optional(), at_most(4000)],
        render_kw={"rows": 5},
    )
    starts_at = ParisInstantField("Début (heure de Paris)", validators=[filled("Donnez la date et l’heure du début.")])
    ends_at = ParisInstantField("Fin (heure de Paris)", validators=[filled("Donnez la date et l’heure de la fin.")])
    place = StringField(
        "Lieu",
        description="Une adresse où l’on peut aller. Public. Vide si l’atelier n’a lieu qu’en ligne.",
        validators=[at_most(300)],
        filters=[one_line],
    )
    link = StringField(
        "Lien de la réunion",
        description="Montré seulement à l’équipe et à qui a sa place.",
        validators=[at_most(500), web_address],
        filters=[with_scheme],
        render_kw={"inputmode": "url", "autocapitalize": "none", "spellcheck": "false"},
    )
    capacity = MaximumField(
        "Nombre de places",
        [Optional()],
        description="Vide : sans limite.",
        render_kw={"class": "input-short", "inputmode": "numeric"},
    )

    def draft(self) -> WorkshopDraft:
        """What was typed."""
        return WorkshopDraft(
            title=self.title.data,
            about=self.about.data or "",
            starts_at=self.starts_at.data,
            ends_at=self.ends_at.data,
            place=self.place.data or "",
            link=self.link.data or "",
            capacity=self.capacity.data,
        )


class WorkshopForm(_Told):
    """A workshop to announce."""

    proposal = SelectField("Proposition retenue", coerce=int, validators=required("Choisissez une proposition retenue."))

    def offer(self, proposals: Sequence[tuple[int, str]]) -> None:
        """The retained propositions to choose from: (id, words)."""
        self.proposal.choices = [SelectChoice(*choice) for choice in proposals]


class WorkshopChangeForm(_Told):
    """A workshop that changes. `read`: the revision that the page showed."""

    reason = TextAreaField(
        "Pourquoi ce changement ?",
        description="Publique, et envoyée aux personnes inscrites. Indispensable si la date, le lieu ou le lien changent.",
        validators=[Optional(), at_most(1000)],
        render_kw={"rows": 3},
    )
    read = NumberField()

    @classmethod
    def of(cls, draft: WorkshopDraft, *, read: int) -> "WorkshopChangeForm":
        """The form as the workshop now fills it."""
        return cls(obj=draft, read=read)


class CancelForm(Form):
    """A workshop that will not take place."""

    reason = TextAreaField(
        "Pourquoi ?",
        description="Publique, et envoyée aux personnes inscrites.",
        validators=[*required("Dites pourquoi, en une phrase."), at_most(1000)],
        render_kw={"rows": 3},
    )


class NotesForm(Form):
    """What was said. `read`: the revision that the page showed."""

    notes = TextAreaField(
        "Compte rendu",
        description="Public, en Markdown. Ce qui a été dit et décidé, sans nommer personne.",
        validators=[*required("Écrivez ce qui a été dit."), at_most(20_000)],
        render_kw={"rows": 14},
    )
    read = NumberField()
