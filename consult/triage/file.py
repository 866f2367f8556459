"""The schemes of an edition's TOML file: `[[schemes]]`, each with its `[[schemes.rules]]`.

What all the rules of a scheme share may be said once, beside its code and its name; a scheme without rules of its own has
the one that this makes.
"""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from consult.calendar.file import EditionFileError, contents
from consult.register.rules import Kind
from consult.triage.eligibility import Terms, TermsError
from consult.triage.schemes import SchemeDraft


def read_schemes(path: Path) -> list[SchemeDraft]:
    """The schemes that an edition's file lists, in order. Raises EditionFileError, or OSError when it cannot be read."""
    told = contents(path)
    listed = told.get("schemes", ())
    codes = {one.get("code") for one in listed}
    themes = {one.get("slug") for one in told.get("themes", ())}
    drafts = []
    for one in listed:
        try:
            drafts.append(_scheme(one, codes, themes))
        except KeyError as error:
            raise EditionFileError(f"{path.name}, guichet « {one.get('code', '?')} » : il manque {error}.") from None
        except (TypeError, ValueError) as error:
            raise EditionFileError(f"{path.name}, guichet « {one.get('code', '?')} » : {error}") from None
    return drafts


def _scheme(told: Mapping[str, Any], codes: Collection[str], themes: Collection[str]) -> SchemeDraft:
    common = {name: value for name, value in told.items() if name not in {"code", "name", "rules"}}
    rules = tuple(_terms(common | rule, codes, themes) for rule in told.get("rules", [{}]))
    return SchemeDraft(str(told["code"]), str(told["name"]), rules)


def _terms(told: Mapping[str, Any], codes: Collection[str], themes: Collection[str]) -> Terms:
    """Raises TypeError for a name that no rule has, ValueError for a value that it cannot have."""
    values = dict(told)
    for name in ("opens_on", "closes_on"):
        if name in values and type(values[name]) is not date:
            raise TermsError(f"« {values[name]} » n’est pas une date.")
    for name in ("min_population", "max_population"):
        if name in values and type(values[name]) is not int:
            raise TermsError(f"« {values[name]} » n’est pas un nombre d’habitants.")
    for name in ("kinds", "exempt_kinds"):
        values[name] = tuple(Kind(kind) for kind in values.get(name, ()))
    for name, known in (("themes", themes), ("unless", codes)):
        values[name] = tuple(values.get(name, ()))
        if unknown := [each for each in values[name] if each not in known]:
            raise TermsError(f"{name} : « {unknown[0]} » n’est pas dans ce fichier.")
    if "rate" in values:
        values["rate"] = Decimal(str(values["rate"]))
    return Terms(**values)
