"""The front page, and the home of each edition: where we are, what one can do now, three figures."""

from flask import Blueprint, render_template, url_for

from consult.accounts.colleagues.invitation_queries import invitations_for
from consult.calendar import queries as calendars
from consult.calendar.model import Edition
from consult.calendar.rules import Stage, Verb
from consult.contributions.drafts import own_drafts
from consult.interests.drafts import all_started
from consult.interests.own import own_files
from consult.opendata.figures import KeyFigures, key_figures
from consult.services.of_collectivite import borne
from consult.voting.queries import ballot
from consult.web import doors, words
from consult.web.context import actor, edition, latest_edition, received_at
from consult.web.ribbon import ribbon
from consult.web.today import Situation, title, today

pages = Blueprint("home", __name__)
editions = Blueprint("editions", __name__)


@pages.get("/")
@doors.public
def index() -> str:
    """The latest edition; on a site without one, what is coming."""
    latest = latest_edition()
    return _home(latest.slug) if latest else render_template("home/empty.html")


@editions.get("/<edition:slug>/")
@doors.public
def show(slug: str) -> str:
    """An edition's home; past editions stay readable."""
    return _home(slug)


def _home(slug: str) -> str:
    the_edition, at, who = edition(slug), received_at(), actor()
    figures = key_figures(the_edition.id)
    supports = len(ballot(the_edition.id, who)) if who.siren else None
    invitations = invitations_for(who.person_id, at=at) if who.person_id and not who.mandate else ()
    writes = who.is_complete and the_edition.calendar.permits(Verb.SUBMIT_CONTRIBUTION, at)
    drafts = own_drafts(who, the_edition.id) if writes else ()
    volunteers = who.is_verified and the_edition.calendar.permits(Verb.DECLARE_INTEREST, at)
    begun = [one for one in all_started(who, the_edition.id) if one.siren == who.siren] if volunteers else []
    offers = own_files(the_edition.id, who.siren or "") if who.is_verified and the_edition.proclaimed_at else ()
    tracked = who.is_verified and the_edition.calendar.has_opened(Stage.TRACKING, at)
    bears = [one for one in borne(who.siren or "").items if one.edition_id == the_edition.id] if tracked else ()
    return render_template(
        "home/show.html",
        title=title(the_edition, at),
        stages=ribbon(the_edition, at),
        today=today(Situation(the_edition, who, at, figures, supports, invitations, drafts, begun, offers, bears)),
        figures=_three(the_edition, figures),
        others=[other for other in calendars.editions() if other.slug != slug],
    )


def _three(the_edition: Edition, figures: KeyFigures) -> list[dict[str, object]]:
    """Three figures, those of the stages reached: the latest three of what the edition has to show."""
    calendar, at, e = the_edition.calendar, received_at(), the_edition.slug
    three: list[dict[str, object]] = [
        {
            "value": figures.contributions,
            "label": "contributions reçues" if figures.contributions > 1 else "contribution reçue",
            "url": url_for("outcomes.show", e=e),
            "link_text": "Que sont-elles devenues ?",
        },
        {
            "value": figures.proposals,
            "label": "propositions" if figures.proposals > 1 else "proposition",
            "url": url_for("proposals.index", e=e),
            "link_text": "Les lire",
        },
    ]
    if calendar.has_opened(Stage.VOTING, at):
        three.append(
            {
                "value": figures.voters,
                "label": "collectivités ont voté" if figures.voters > 1 else "collectivité a voté",
                "note": f"dont {words.number(figures.small_voters)} de moins de 3{words.NARROW}500 habitants",
                "url": url_for("results.show", e=e),
                "link_text": "Participation et résultats",
            }
        )
    else:
        three.append(
            {
                "value": figures.contributions - figures.awaiting,
                "label": "déjà examinées",
                "url": url_for("contributions.index", e=e),
                "link_text": "Toutes les contributions",
            }
        )
    if calendar.has_opened(Stage.TRACKING, at):
        three[1] = {
            "value": figures.services,
            "label": "services lauréats" if figures.services > 1 else "service lauréat",
            "note": words.plural(figures.deployments, "déploiement"),
            "url": url_for("services.index", e=e),
            "link_text": "Où en sont-ils ?",
        }
    return three
