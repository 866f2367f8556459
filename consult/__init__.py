"""Consult: a national consultation of collectivités, from the first need to the service in use.

This package is read from the ground up: `ground`, `journal` and `outbox` carry everything; then come the rooms, in the
order of the process — calendar, register, accounts, contributions, proposals, triage, voting, selection, interests,
workshops, services, following, opendata — each of which may use the ones before it; `web`, `cli` and `demo` are the edges.
Proposals stand before triage, because grouping is an act of triage on both a contribution and a proposition.
"""

import os
from inspect import iscoroutinefunction
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask

from consult import tables  # noqa: F401 - relationships need every table
from consult.config import Settings, from_environment
from consult.extensions import csrf, limiter, login
from consult.ground import clock, vault
from consult.ground.database import db, engine_options

ROOT = Path(__file__).parent.parent


def create_app(settings: Settings | None = None) -> Flask:
    """The application. Without settings, they come from the environment (raises `config.SettingError`)."""
    settings = settings or from_environment(os.environ)
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder=None)
    app.config.from_mapping(flask_settings(settings))
    app.extensions["consult"] = settings
    vault.use(settings.secret_key, settings.secret_key_fallbacks)
    if settings.now:
        clock.rehearse(settings.now)

    from consult import web  # noqa: PLC0415 - the edge knows the application, not the reverse

    db.init_app(app)
    # It would also close async sessions after each request, on an event loop made for that; there are none here.
    app.teardown_appcontext_funcs[:] = [each for each in app.teardown_appcontext_funcs if not iscoroutinefunction(each)]
    login.init_app(app)
    web.init_app(app, settings)  # before what may refuse a request: the page that says so needs its instant
    csrf.init_app(app)
    limiter.init_app(app)
    return app


def flask_settings(settings: Settings) -> dict[str, object]:
    """Our settings, in the words of Flask and its extensions."""
    return {
        "SECRET_KEY": settings.secret_key,
        "SECRET_KEY_FALLBACKS": list(settings.secret_key_fallbacks),
        "SQLALCHEMY_ENGINES": {"default": engine_options(settings.database_url)},
        "SESSION_COOKIE_NAME": "__Host-session" if settings.is_secure else "session",
        "SESSION_COOKIE_SECURE": settings.is_secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": 14 * 24 * 3600,
        "SESSION_REFRESH_EACH_REQUEST": False,  # its end never moves, and what a shared cache may keep must carry no cookie
        "MAX_CONTENT_LENGTH": 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
        "TRUSTED_HOSTS": [urlsplit(settings.base_url).hostname, "127.0.0.1", "localhost"] if settings.is_secure else None,
        # The token and SameSite suffice; proxies of mairies and privacy tools strip the Referer that "strict" demands.
        "WTF_CSRF_SSL_STRICT": False,
        "WTF_CSRF_TIME_LIMIT": None,  # a form left open over lunch still works; the token lives as long as the session
        "WTF_I18N_ENABLED": False,  # WTForms' own French messages, chosen by our form class
        "RATELIMIT_STORAGE_URI": settings.redis_url or "memory://",
        "RATELIMIT_STORAGE_OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1} if settings.redis_url else {},
        "RATELIMIT_ENABLED": settings.rate_limits,
        "RATELIMIT_HEADERS_ENABLED": True,
        "RATELIMIT_SWALLOW_ERRORS": False,
        "BOOTSTRAP_SERVE_LOCAL": True,
    }
