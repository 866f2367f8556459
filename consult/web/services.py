"""Stage 4: the portfolio of services, and the page of each one."""

from collections.abc import Sequence

from flask import Blueprint, render_template
from markupsafe import Markup

from consult.calendar.model import Edition
from consult.following.rules import Sort
from consult.ground.clock import paris_day
from consult.interests.queries import referents
from consult.services import indicator_queries, news_queries, queries
from consult.services.model import Phase, PhaseStep
from consult.services.queries import Sheet
from consult.services.rules import Keeping, is_of_service, is_undone
from consult.web import doors, words
from consult.web.context import actor, edition, received_at
from consult.web.following import following_of
from consult.web.portfolio import at_a_glance
from consult.web.service_desk import silent_since
from consult.web.thread import chain_of_service

pages = Blueprint("services", __name__)


@pages.get("/<edition:e>/services")
@doors.public
def index(e: str) -> str:
    """Every service at a glance."""
    return at_a_glance(edition(e))


@pages.get("/<edition:e>/services/<int:n>")
@doors.public
def show(e: str, n: int) -> str:
    """One service: its phases, what it promises, who uses it, where it comes from."""
    the_edition = edition(e)
    return _page(the_edition, queries.sheet(the_edition.id, n, actor().siren))


def _page(the_edition: Edition, sheet: Sheet) -> str:
    service, today = sheet.service, paris_day(received_at())
    steps, bearers, last_news = queries.steps(service.id), queries.borne_by(service.id), news_queries.last_told(service.id)
    promises = queries.promises(service, today)
    return render_template(
        "services/show.html",
        sheet=sheet,
        service=service,
        phases=_phases(steps),
        learnt=steps[-1].learnt,
        promises=promises,
        next=next((one for one in promises if one.kept in (Keeping.LATE, Keeping.TO_COME)), None),
        late=any(one.kept is Keeping.LATE for one in promises),
        last_news=last_news,
        silent_since=silent_since(service, last_news.news.published_at if last_news else None, today),
        openness=[(label, getattr(service, name), missing) for name, label, missing in OPENNESS],
        bearers=bearers,
        writes=bool(is_of_service(actor(), {one.siren for one in bearers})),
        following=following_of(Sort.SERVICE, service.number, the_edition),
        links=chain_of_service(service.proposal_id, sheet.proposal_number, service=service.number),
        indicators=indicator_queries.followed(service.id),
        origins=queries.origins(service.id),
        referents=referents(service.proposal_id),
    )


OPENNESS = (
    ("site", "Le service", "Pas encore d’adresse"),
    ("repository", "Le code source", "Pas de dépôt public"),
    ("licence", "La licence", "Pas dite"),
    ("accessibility", "L’accessibilité", "Pas de déclaration"),
    ("security", "La sécurité", "Pas de fichier security.txt"),
    ("statistics", "Les statistiques", "Pas publiées"),
    ("contact", "À qui s’adresser", "Pas dit"),
)
"""What a service can be judged by, and what is said where it is missing."""


def _phases(steps: Sequence[PhaseStep]) -> list[dict[str, str]]:
    """The phases as a timeline shows them, each on the day it began: the last one is where the service stands. A stop that was
    undone is struck out, and followed by the day it was, and why.
    """
    last, shown = steps[-1], []
    for before, step in zip([None, *steps], steps, strict=False):
        undone = is_undone(step.phase, is_last=step is last)
        resumes = before is not None and before.phase is Phase.STOPPED
        state = "past" if step is not last else "stopped" if step.phase is Phase.STOPPED else "open"
        shown.append(
            {
                "name": Markup("<del>{}</del>").format(step.phase.label) if undone else step.phase.label,
                "date_text": words.day(step.entered_at if resumes else step.day or step.entered_at),
                "text": words.typo(f"{'Arrêt annulé, dit à tort : ' if resumes else ''}{step.reason}"),
                "state": state,
            }
        )
    return shown
