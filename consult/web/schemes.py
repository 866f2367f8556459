"""« Quelle aide pour mon projet ? »: what applies to a project, what does not and why; every scheme with its rules."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from consult.calendar.queries import themes
from consult.ground.clock import PARIS
from consult.triage.eligibility import Opening
from consult.triage.scheme_queries import histories
from consult.web import doors
from consult.web.context import actor, edition, received_at
from consult.web.scheme_answers import asked, told
from consult.web.scheme_words import Names

pages = Blueprint("schemes", __name__)


@pages.get("/<edition:e>/aides")
@doors.public
def index(e: str) -> ResponseReturnValue:
    """The question, its answer when one is asked, and each scheme with where it stands on that day in Paris."""
    the_edition, today = edition(e), received_at().astimezone(PARIS).date()
    every, known = themes(the_edition.id), histories(the_edition.id)
    found = [one.published for one in known]
    question = asked(every, actor(), today)
    groups = {state: [one for one in found if one.standing(question.day) is state] for state in Opening}
    page = render_template(
        "schemes/index.html",
        asked=question,
        form=question.form,
        answers=told(found, question.project, every) if question.project else {},
        groups=groups,
        today=today,
        themes={theme.slug: theme.label for theme in every},
        names=Names({one.scheme.code: one.scheme.name for one in found}, {theme.slug: theme.label for theme in every}),
        changes={one.scheme.id: one.changes for one in known},
    )
    return page, 422 if question.form.errors else 200
