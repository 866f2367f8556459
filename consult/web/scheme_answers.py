"""« Quelle aide pour mon projet ? »: what an address asks, and what schemes answer, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import request, url_for

from consult.calendar.model import Theme
from consult.ground.actor import Actor
from consult.register.queries import CollectiviteLine, lines, search
from consult.register.rules import Kind, is_siren
from consult.triage.eligibility import Answer, Judgement, Project
from consult.triage.model import Scheme
from consult.triage.scheme_queries import Published, answers
from consult.web.forms.schemes import HelpForm
from consult.web.scheme_words import Names, said

FIELDS = ("q", "siren", "nature", "population", "theme", "jour")
CANDIDATES = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks: a project, candidates to choose the collectivité among, or something to correct."""

    form: HelpForm
    day: date
    project: Project | None = None
    line: CollectiviteLine | None = None
    """The collectivité, when one was chosen."""
    candidates: Sequence[CollectiviteLine] = ()

    def url_for(self, line: CollectiviteLine) -> str:
        """The same question, about this collectivité."""
        theme, day = (request.args.get(name) or None for name in ("theme", "jour"))
        return url_for("schemes.index", e=(request.view_args or {})["e"], siren=line.siren, theme=theme, jour=day)


def asked(themes: Sequence[Theme], actor: Actor, today: date) -> Asked:
    """Read the address of the request; before anything is asked, the form holds the name of the actor's collectivité."""
    if not any(name in request.args for name in FIELDS):
        form = HelpForm(formdata=None, data={"q": actor.collectivite_name})
        form.offer(themes)
        return Asked(form, today)
    form = HelpForm(formdata=request.args)
    form.offer(themes)
    line = _picked(form)
    is_sound = form.validate()
    day = form.day(today)
    found = [line] if line else search(form.q.data, limit=CANDIDATES) if form.q.data and is_sound else []
    if form.q.data and is_sound and not found:
        form.q.errors = ["Aucune collectivité ne correspond. Essayez un seul mot du nom, ou le code postal de la mairie."]
    if form.errors:
        return Asked(form, day)
    one = _meant(found, form.q.data)
    if found and one is None:
        return Asked(form, day, candidates=found)
    kind, population = (one.kind, one.population) if one else (Kind(form.nature.data), form.population.data)
    return Asked(form, day, Project(kind, population, form.theme.data or None, day), one)


def _picked(form: HelpForm) -> CollectiviteLine | None:
    """The collectivité whose SIREN is in the address; its name is then what the form shows."""
    siren = request.args.get("siren", "")
    found = lines([siren]).get(siren) if is_siren(siren) else None
    if found:
        form.q.data = found.full_name
    elif siren and not form.q.data:
        form.q.data = siren
    return found


def _meant(found: Sequence[CollectiviteLine], typed: str) -> CollectiviteLine | None:
    """The only one it can be: alone, or with just the name that was typed."""
    named = [one for one in found if one.full_name == typed]
    return found[0] if len(found) == 1 else named[0] if len(named) == 1 else None


@dataclass(frozen=True, slots=True)
class Told:
    """What one scheme answers, in words."""

    scheme: Scheme
    judgement: Judgement
    reasons: Sequence[str]


def told(found: Sequence[Published], project: Project, themes: Sequence[Theme]) -> Mapping[Answer, Sequence[Told]]:
    """What each scheme answers, by answer: those that apply first."""
    judged = answers(found, project)
    names = Names({one.scheme.code: one.scheme.name for one in found}, {theme.slug: theme.label for theme in themes})
    every = [_told(one.scheme, judged[one.scheme.code], project, names) for one in found]
    return {answer: [one for one in every if one.judgement.answer is answer] for answer in Answer}


def _told(scheme: Scheme, judgement: Judgement, project: Project, names: Names) -> Told:
    return Told(scheme, judgement, [said(cause, project, names) for cause in judgement.causes])
