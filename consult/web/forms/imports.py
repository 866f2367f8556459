"""The form that brings in a file of contributions."""

from collections.abc import Sequence

from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, StringField

from consult.calendar.model import Theme
from consult.contributions.imports import LONGEST_SOURCE, ImportOptions
from consult.web.forms.base import Form, at_most
from consult.web.forms.inputs import QuickSelectField, one_line


class ImportForm(Form):
    """A file, and how it is to be taken."""

    edition = HiddenField()
    file = FileField(
        "Fichier CSV",
        [FileRequired("Choisissez un fichier.")],
        description="Les colonnes de contributions.csv, ou celles d’un export de propositions Decidim. 20 Mo au plus.",
        render_kw={"accept": ".csv,text/csv"},
    )
    source = StringField(
        "D’où vient ce fichier",
        [at_most(LONGEST_SOURCE)],
        description="Un nom court, toujours le même : il évite d’importer deux fois. Vide : le site de ses adresses.",
        filters=[one_line],
    )
    theme = QuickSelectField(
        "Thème par défaut", default="", description="Pour les contributions dont le thème n’est pas de cette édition."
    )
    gathered_by = StringField(
        "SIREN de qui les a recueillies",
        [at_most(20)],
        description="La collectivité au nom de qui paraîtront celles qui ne nomment personne. Vide : « Participant anonyme ».",
        filters=[lambda typed: "".join((typed or "").split())],
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )

    def offer(self, themes: Sequence[Theme]) -> None:
        """The themes of the edition."""
        self.theme.choices = [("", "Aucun"), *((theme.slug, theme.label) for theme in themes)]

    def options(self) -> ImportOptions:
        """What the action takes."""
        return ImportOptions(self.source.data or "", self.theme.data or "", self.gathered_by.data or "")
