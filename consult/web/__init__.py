"""The pages: one file per family, on common doors, errors, headers and templating."""

from importlib import import_module

from flask import Blueprint, Flask

from consult.config import Settings
from consult.web import assets, context, doors, errors, headers, limits, session_cookie, templating

FAMILIES = (
    "home",
    "calendar",
    "pages",
    "health",
    "rehearsal",
    "sign_in",
    "oidc",
    "second_factor",
    "account",
    "attachments",
    "sessions",
    "addresses",
    "notifications",
    "following",
    "unsubscribe",
    "personal_data",
    "mandates",
    "colleagues",
    "invitations",
    "moderation",
    "moderation_files",
    "moderation_reports",
    "moderation_bulk",
    "moderation_attachments",
    "steering_roles",
    "domains",
    "mailbox_codes",
    "interests",
    "interest_files",
    "charters",
    "workshops",
    "services",
    "portfolio",
    "service_deployments",
    "service_money",
    "service_indicators",
    "collectivites",
    "data",
    "journal",
    "bilan",
    "steering",
    "steering_interests",
    "steering_answers",
    "steering_grid",
    "steering_workshops",
    "service_desk",
    "service_promises",
    "service_about",
    "service_news",
    "news_desk",
    "steering_services",
    "steering_money",
    "steering_schemes",
    "steering_rules",
    "imports",
    "feeds",
    "contributions",
    "look_alikes",
    "sharers",
    "drafts",
    "versions",
    "contribution_voices",
    "files",
    "outcomes",
    "schemes",
    "proposals",
    "ballots",
    "results",
    "references",
    "alternatives",
    "decisions",
    "committee",
    "rules",
)


def init_app(app: Flask, settings: Settings) -> None:
    """Bind every family of pages to the application. Raises `doors.UnmarkedViewError` for a view without a door."""
    assets.init_app(app, settings)
    context.init_app(app)
    session_cookie.init_app(app)
    templating.init_app(app, settings)
    errors.init_app(app)
    headers.init_app(app, settings)
    limits.init_app(app, settings)
    for family in FAMILIES:
        module = import_module(f"consult.web.{family}")
        for blueprint in (value for value in vars(module).values() if isinstance(value, Blueprint)):
            app.register_blueprint(blueprint)
    doors.check_every_view(app)
