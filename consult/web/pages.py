"""The pages that only say something: help, accessibility, legal notice, privacy, site map, contact."""

from flask import Blueprint, render_template

from consult.web import doors

pages = Blueprint("pages", __name__)


@pages.get("/aide")
@doors.public
def help() -> str:  # noqa: A001 - the page is called help
    """How to take part, stage by stage."""
    return render_template("pages/help.html")


@pages.get("/accessibilite")
@doors.public
def accessibility() -> str:
    """The accessibility statement."""
    return render_template("pages/accessibility.html")


@pages.get("/mentions-legales")
@doors.public
def legal() -> str:
    """Who runs the site."""
    return render_template("pages/legal.html")


@pages.get("/donnees-personnelles")
@doors.public
def privacy() -> str:
    """What is known of people, why, and for how long."""
    return render_template("pages/privacy.html")


@pages.get("/plan-du-site")
@doors.public
def sitemap() -> str:
    """Every page, in one."""
    return render_template("pages/sitemap.html")


@pages.get("/contact")
@doors.public
def contact() -> str:
    """How to write to the team."""
    return render_template("pages/contact.html")
