"""What an administrator types to give the charter another version."""

from wtforms import TextAreaField

from consult.interests.charter_rules import LONGEST_PART, PARTS
from consult.interests.charters import Version
from consult.interests.model import Level
from consult.web.forms.base import Form, at_most, required
from consult.web.forms.inputs import NumberField


def _part(label: str, help_: str) -> TextAreaField:
    return TextAreaField(
        label,
        description=help_,
        validators=[*required("Dites à quoi la collectivité s’engage."), at_most(LONGEST_PART)],
    )


_LEVEL = "Ce que ce niveau demande en plus. Un tiret en début de ligne fait une liste."


class CharterForm(Form):
    """The whole charter, and why it changes."""

    preamble = _part("Pour toutes les collectivités", "Ce que chacune accepte, et ce à quoi l’équipe s’engage.")
    relecture = _part(Level.RELECTURE.label, _LEVEL)
    atelier = _part(Level.ATELIER.label, _LEVEL)
    pilote = _part(Level.PILOTE.label, _LEVEL)
    reason = TextAreaField(
        "Pourquoi change-t-elle ?",
        description="Publique, et gardée pour toujours avec les versions.",
        validators=[*required("Dites pourquoi la charte change : la raison est publique."), at_most(1000)],
        render_kw={"rows": 3},
    )
    read = NumberField()
    """The version that was on the page."""

    @classmethod
    def of(cls, version: Version) -> "CharterForm":
        """Filled in with a version."""
        return cls(formdata=None, data=dict(version.said) | {"read": str(version.number)})

    def said(self) -> dict[str, str]:
        """What was typed, by part."""
        return {part: self[part].data for part in PARTS}
