"""The forms of the triage desk: group, take out, reorient, declare ineligible; and the one that writes a proposition."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import SelectField, SelectMultipleField, StringField, TextAreaField, ValidationError

from consult.proposals.actions import ProposalDraft
from consult.proposals.model import Proposal
from consult.proposals.queries import ProposalRef
from consult.triage.model import Scheme
from consult.web import words
from consult.web.forms.base import Act, Form, at_most, required
from consult.web.forms.inputs import NumberField, TicksField, one_line, reference, seen_reference


class GroupForm(Act):
    """Which contributions, into which propositions: existing ones, a new one, or both."""

    file = NumberField()
    """The number of the open file, to come back to it when something is to be corrected."""
    contributions = SelectMultipleField("Contributions", coerce=reference, validate_choice=False)
    revisions = SelectMultipleField("Vu", coerce=seen_reference, validate_choice=False)
    """Which revision of each contribution the page showed."""
    proposals = TicksField("Propositions existantes", coerce=reference)
    title = StringField("Titre d’une nouvelle proposition", [at_most(250)], filters=[one_line])
    summary = TextAreaField(
        "Son résumé",
        [at_most(1000)],
        description="Une ou deux phrases, que tout le monde comprend. Le reste s’écrira ensuite.",
        render_kw={"rows": 3},
    )

    def offer(self, proposals: Sequence[ProposalRef], near: Mapping[int, int] | None = None) -> None:
        """Give the propositions to choose from. `near`: how many look-alikes of the open file each one answers, by id."""
        self.proposals.choices = [(one.number, _named(one, (near or {}).get(one.id, 0))) for one in proposals]

    def validate_contributions(self, field: Any) -> None:
        """At least one."""
        if not field.data:
            raise ValidationError("Cochez au moins une contribution dans la file.")

    def validate_proposals(self, field: Any) -> None:
        """At least one, unless a new one is written."""
        if not field.data and not self.title.data:
            raise ValidationError("Choisissez une proposition, ou écrivez-en une nouvelle.")

    def validate_summary(self, field: Any) -> None:
        """A new proposition says in a sentence what it proposes."""
        if self.title.data and not field.data:
            raise ValidationError("Résumez la nouvelle proposition en une phrase.")

    def draft(self, *, is_fictitious: bool = False) -> ProposalDraft | None:
        """The new proposition, if one is written."""
        if not self.title.data:
            return None
        return ProposalDraft(self.title.data, self.summary.data, is_fictitious=is_fictitious)


def _named(proposal: ProposalRef, near: int) -> str:
    name = f"n°{words.NBSP}{proposal.number}, {proposal.title}"
    return f"{name} ({words.plural(near, 'texte semblable', 'textes semblables')})" if near else name


class UngroupForm(Act):
    """Out of which proposition."""

    revision = NumberField()
    proposal = NumberField("Proposition", required("Dites de quelle proposition la sortir."))


def _reason(description: str) -> TextAreaField:
    return TextAreaField(
        "Raison",
        [*required("Écrivez la raison : elle est publique, et envoyée à l’auteur."), at_most(2000)],
        description=description,
        render_kw={"rows": 4},
    )


class ReorientForm(Act):
    """To which scheme, and why."""

    revision = NumberField()
    scheme = SelectField("Guichet", required("Choisissez un guichet."))
    reason = _reason("Publique, et envoyée telle quelle à l’auteur : pourquoi ce guichet, et comment s’y adresser.")

    def offer(self, schemes: Sequence[tuple[Scheme, str]]) -> None:
        """Give the schemes to choose from, each with where it stands today."""
        self.scheme.choices = [
            ("", "Choisir…"),
            *((str(scheme.id), f"{scheme.name} ({state})") for scheme, state in schemes),
        ]


class IneligibleForm(Act):
    """Why it does not belong to this consultation."""

    revision = NumberField()
    reason = _reason("Publique, et envoyée telle quelle à l’auteur : la règle qui l’explique, et où s’adresser sinon.")


class ProposalForm(Form):
    """What is put to the vote."""

    revision = NumberField()
    """Which revision of the proposition the form was drawn from."""

    title = StringField(
        "Titre",
        [*required("Donnez un titre à la proposition."), at_most(250)],
        description="Un verbe, puis ce que la collectivité pourrait faire. Exemple : « Faciliter le signalement d’incidents ».",
        filters=[one_line],
    )
    summary = TextAreaField(
        "Résumé",
        [*required("Résumez la proposition en une ou deux phrases."), at_most(1000)],
        description="C’est ce que lisent ceux qui votent dans la liste.",
        render_kw={"rows": 3},
    )
    changes = TextAreaField("Ce que cela changerait", [at_most(3000)], render_kw={"rows": 5})
    for_whom = TextAreaField("Pour qui", [at_most(1000)], render_kw={"rows": 3})

    def draft(self, *, is_fictitious: bool = False) -> ProposalDraft:
        """What the actions take."""
        return ProposalDraft(
            self.title.data, self.summary.data, self.changes.data or "", self.for_whom.data or "", is_fictitious=is_fictitious
        )


class CorrectionForm(ProposalForm):
    """A proposition, once the vote has opened: what is corrected is public, with its reason."""

    reason = TextAreaField(
        "Raison de la correction",
        [*required("Écrivez la raison : elle est publique."), at_most(1000)],
        description="Publique, avec la date, et les mots d’avant et d’après.",
        render_kw={"rows": 3},
    )


class WithdrawalForm(Form):
    """Why a proposition is withdrawn before the vote."""

    reason = TextAreaField(
        "Raison du retrait",
        [*required("Écrivez la raison : elle est publique."), at_most(1000)],
        description="Publique, avec la date, à la place de la proposition.",
        render_kw={"rows": 4},
    )


FIELDS = ("title", "summary", "changes", "for_whom", "revision")


def correction_form(proposal: Proposal) -> CorrectionForm:
    """The form, filled in with the proposition as it stands."""
    return CorrectionForm(data={name: getattr(proposal, name) for name in FIELDS})


def proposal_form(proposal: Proposal | None = None) -> ProposalForm:
    """The form, filled in with a proposition when one is corrected."""
    return ProposalForm(data={name: getattr(proposal, name) for name in FIELDS} if proposal else None)
