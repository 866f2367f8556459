"""The forms of stage 1: a need, an existing service, a withdrawal; and the filters of the list."""

from collections.abc import Sequence
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, SearchField, StringField, TextAreaField, ValidationError

from consult.calendar.model import Theme
from consult.contributions.actions import ContributionDraft
from consult.contributions.model import Contribution
from consult.contributions.queries import Sort
from consult.contributions.rules import RECEIVED, ContributionType
from consult.ground.actor import Actor, Profile
from consult.ground.pasted import html_to_text
from consult.register.rules import Kind, Stratum
from consult.web.forms.base import Form, at_most, required
from consult.web.forms.inputs import EurosField, QuickSelectField, TicksField, one_line, web_address, with_scheme
from consult.web.words import typo

MOST_THEMES = 3
LONGEST_TITLE = 120
LONGEST_IMPORTED_TITLE = 250
"""What came from elsewhere with a longer title keeps it when the rest is corrected."""

SORTS = (Sort.RECENT, Sort.OLDEST, Sort.SHARED)


def _one_to_three(_form: Any, field: Any) -> None:
    if not field.data:
        raise ValidationError("Choisissez un thème au moins.")
    if len(field.data) > MOST_THEMES:
        raise ValidationError(f"Choisissez trois thèmes au plus : vous en avez coché {len(field.data)}.")


def _title(description: str) -> StringField:
    rules = [*required("Donnez un titre à votre contribution."), at_most(LONGEST_TITLE)]
    return StringField("Titre", rules, description=description, filters=[one_line])


def _plain(text: Any) -> Any:
    """What was pasted as HTML, as the text that was meant."""
    return html_to_text(text) if isinstance(text, str) else text


def _text(label: str, most: int, description: str, missing: str = "", rows: int = 3) -> TextAreaField:
    rules = [*(required(missing) if missing else []), at_most(most)]
    return TextAreaField(label, rules, description=description, filters=[_plain], render_kw={"rows": rows})


def _themes() -> TicksField:
    return TicksField("Thèmes", [_one_to_three], description="De un à trois.")


class NeedForm(Form):
    """A need met by a collectivité: five minutes."""

    type = HiddenField()
    title = _title(
        "Ce que vous voudriez pouvoir faire, en une phrase. Exemple : « Signaler un nid-de-poule sans appeler la mairie »."
    )
    situation = _text(
        "Votre situation",
        4000,
        "Comment faites-vous aujourd’hui, et qu’est-ce qui ne va pas ?",
        "Décrivez votre situation, même en deux phrases.",
        rows=7,
    )
    audience = _text("Qui est concerné", 1000, "Les habitants, les agents d’accueil, les élus… et combien à peu près.")
    effects = _text("Ce que cela changerait", 2000, "À quoi verriez-vous que le problème est résolu ?")
    themes = _themes()

    def draft(self) -> ContributionDraft:
        """What the action takes."""
        return ContributionDraft(type=ContributionType.NEED, **_typed(self))


class ServiceForm(Form):
    """A service that a collectivité or a partner already runs, and that others could take up."""

    type = HiddenField()
    partner = StringField(
        "Votre organisation",
        [*required("Écrivez le nom de votre organisation : elle sera publique."), at_most(120)],
        description="L’association, l’entreprise ou la structure qui propose ce service. Elle sera publique.",
        filters=[one_line],
        render_kw={"autocomplete": "organization"},
    )
    title = _title("Ce que fait ce service, en une phrase. Exemple : « Application de signalement ouverte ».")
    situation = _text(
        "Ce que fait ce service aujourd’hui",
        4000,
        "Depuis quand existe-t-il, comment fonctionne-t-il, qu’est-ce qui l’empêche de s’étendre ?",
        "Décrivez ce service, même en deux phrases.",
        rows=7,
    )
    audience = _text("À qui il s’adresse", 1000, "Les habitants, les agents d’accueil, les élus…")
    effects = _text("Ce qu’il a changé", 2000, "Des faits ou des chiffres, si vous en avez.")
    users = _text("Qui l’utilise", 1000, "Les collectivités qui s’en servent déjà, ou leur nombre.", rows=2)
    url = StringField(
        "Adresse du service",
        [at_most(500), web_address],
        description="Là où l’on peut le voir ou l’essayer. Exemple : https://service.exemple.fr",
        filters=[with_scheme],
        render_kw={"inputmode": "url", "autocapitalize": "none", "spellcheck": "false"},
    )
    repository = StringField(
        "Adresse du code source",
        [at_most(500), web_address],
        description="Le dépôt où l’on peut le lire, s’il est ouvert.",
        filters=[with_scheme],
        render_kw={"inputmode": "url", "autocapitalize": "none", "spellcheck": "false"},
    )
    licence = StringField("Licence", [at_most(120)], description="Par exemple AGPL-3.0 ou EUPL-1.2.", filters=[one_line])
    funding_sought = EurosField(
        "Financement recherché",
        description="En euros. Exemple : 12 000",
        render_kw={"inputmode": "decimal", "autocomplete": "off", "class": "input-short"},
    )
    funding_purpose = _text("À quoi servirait ce financement", 1000, "Ce qu’il permettrait de faire, pour qui.", rows=2)
    themes = _themes()

    def validate_funding_purpose(self, field: Any) -> None:
        """A sum without a purpose cannot be examined."""
        if self.funding_sought.data and not field.data:
            raise ValidationError("Dites à quoi servirait cette somme.")

    def draft(self) -> ContributionDraft:
        """What the action takes."""
        return ContributionDraft(
            type=ContributionType.EXISTING_SERVICE,
            **_typed(self),
            url=self.url.data or "",
            repository=self.repository.data or "",
            licence=self.licence.data or "",
            users=self.users.data or "",
            funding_sought=self.funding_sought.data,
            funding_purpose=self.funding_purpose.data or "",
            partner=self.partner.data if "partner" in self else "",
        )


def _typed(form: NeedForm | ServiceForm) -> dict[str, Any]:
    """What both forms ask."""
    return {
        "title": form.title.data,
        "situation": form.situation.data,
        "audience": form.audience.data or "",
        "effects": form.effects.data or "",
        "themes": tuple(form.themes.data),
    }


def contribution_form(
    type_: ContributionType,
    actor: Actor,
    themes: Sequence[Theme],
    contribution: Contribution | None = None,
    typed: MultiDict[str, Any] | None = None,
) -> NeedForm | ServiceForm:
    """The form of this type for this person: what the request sends, or the contribution that is corrected, or what was
    `typed` in a draft, right or wrong."""
    kind = NeedForm if type_ is ContributionType.NEED else ServiceForm
    sent = {} if typed is None else {"formdata": typed}
    form = kind(data=_values(contribution) if contribution else None, **sent)
    if contribution and len(contribution.title) > LONGEST_TITLE:
        form.title.validators = [*required("Donnez un titre à votre contribution."), at_most(LONGEST_IMPORTED_TITLE)]
        form.title.flags.maxlength = LONGEST_IMPORTED_TITLE
    form.type.data = type_.slug
    form.themes.choices = [(theme.slug, theme.label) for theme in themes]
    if "partner" in form and actor.profile is not Profile.PARTENAIRE:
        del form.partner
    return form


def _values(contribution: Contribution) -> dict[str, Any]:
    fields = ("partner", "title", "situation", "audience", "effects", "users", "url", "repository", "licence")
    values = {name: getattr(contribution, name) for name in (*fields, "funding_sought", "funding_purpose")}
    return values | {"themes": [theme.slug for theme in contribution.themes]}


class WithdrawalForm(Form):
    """Why a contribution is withdrawn."""

    reason = TextAreaField(
        "Raison du retrait",
        [*required("Écrivez la raison : elle sera publique."), at_most(1000)],
        description="Elle sera publique, à la place de l’examen. Par exemple : « Le besoin est satisfait depuis mars ».",
        render_kw={"rows": 3},
    )


class FiltersForm(Form):
    """The filters of the list, typed in its address. A value that does not exist is left out, and said."""

    class Meta(Form.Meta):
        csrf = False

    q = SearchField("Rechercher", render_kw={"autocomplete": "off"})
    type = QuickSelectField("Type")
    theme = QuickSelectField("Thème")
    statut = QuickSelectField("État")
    texte = QuickSelectField("Texte")
    nature = QuickSelectField("Nature")
    region = QuickSelectField("Région")
    departement = QuickSelectField("Département")
    population = QuickSelectField("Population")
    collectivite = StringField(
        "SIREN d’une collectivité",
        description="Neuf chiffres, que donne la page de la collectivité.",
        filters=[lambda typed: "".join((typed or "").split())],
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    tri = QuickSelectField("Trier")

    def offer(
        self, themes: Sequence[Theme], departements: Sequence[tuple[str, str]], regions: Sequence[tuple[str, str]]
    ) -> None:
        """Give each list its choices; "" keeps everything."""
        self.type.choices = [("", "Besoins et services"), *((type_.slug, type_.plural) for type_ in ContributionType)]
        self.theme.choices = [("", "Tous les thèmes"), *((theme.slug, theme.label) for theme in themes)]
        self.statut.choices = [("", "Tous les états"), *((status.slug, status.label) for status in RECEIVED)]
        self.texte.choices = [("", "Lisible ou masqué"), ("masque", "Masqué par l’équipe")]
        self.nature.choices = [("", "Toutes les collectivités"), *((kind.value, kind.plural.capitalize()) for kind in Kind)]
        self.region.choices = [("", "Toutes les régions"), *((code, typo(name)) for code, name in regions)]
        self.population.choices = [("", "Toutes les tailles"), *((band.value, band.label.capitalize()) for band in Stratum)]
        self.departement.choices = [("", "Toute la France"), *((code, typo(f"{name} ({code})")) for code, name in departements)]
        self.tri.choices = [(sort.value, sort.label.capitalize()) for sort in SORTS]
