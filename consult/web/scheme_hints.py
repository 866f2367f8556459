"""What the rules of the schemes suggest for a contribution on the triage desk. A person decides."""

from collections.abc import Mapping, Sequence
from datetime import date

from flask import request

from consult.contributions.model import Contribution
from consult.triage.eligibility import Answer, Project
from consult.triage.scheme_queries import Published, answers
from consult.web import words
from consult.web.forms.triage import ReorientForm
from consult.web.scheme_answers import Told
from consult.web.scheme_words import Names, said

BEST_FIRST = (Answer.APPLIES, Answer.UNKNOWN, Answer.DOES_NOT)


def hints(opened: Contribution, schemes: Sequence[Published], themes: Mapping[str, str], today: date) -> Sequence[Told]:
    """What each scheme would answer to its collectivité today, those that would apply first; nothing for a partner's.

    A contribution may have several themes: the one that suits a scheme best counts. `themes` are labels by slug.
    """
    place = opened.collectivite
    if place is None:
        return []
    names = Names({one.scheme.code: one.scheme.name for one in schemes}, themes)
    slugs: Sequence[str | None] = [theme.slug for theme in opened.themes] or [None]
    projects = [Project(place.kind, place.population, slug, today) for slug in slugs]
    judged = [(project, answers(schemes, project)) for project in projects]
    found = []
    for one in schemes:
        every = [(project, by_code[one.scheme.code]) for project, by_code in judged]
        project, best = min(every, key=lambda told: BEST_FIRST.index(told[1].answer))
        found.append(Told(one.scheme, best, [said(cause, project, names) for cause in best.causes]))
    return sorted(found, key=lambda told: BEST_FIRST.index(told.judgement.answer))


def prefill(form: ReorientForm, found: Sequence[Told]) -> None:
    """Take up the hint that the address names: its scheme is chosen, and a reason begun, which a person completes."""
    chosen = next((one for one in found if request.args.get("guichet") == str(one.scheme.id)), None)
    if chosen is None or form.errors or form.reason.data:
        return
    form.scheme.data = str(chosen.scheme.id)
    rule = chosen.judgement.rule
    told = f" Pour qui : {rule.who} Financement : {rule.funding}" if rule else ""
    form.reason.data = words.typo(f"Le guichet « {chosen.scheme.name} » convient mieux à ce projet.{told}")
