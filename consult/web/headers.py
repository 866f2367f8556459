"""What every answer's headers say: what a browser may load, keep and tell others."""

from flask import Flask, Response, redirect, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.middleware.proxy_fix import ProxyFix

from consult.config import Settings

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
    )
)


def content_security_policy(settings: Settings) -> str:
    """The policy of this site's pages. Chromium holds `form-action` against redirections too: a form may lead to the provider
    that people sign in through, where there is one."""
    form_action = " ".join(["form-action 'self'", *([settings.oidc.origin] if settings.oidc else [])])
    return CONTENT_SECURITY_POLICY.replace("form-action 'self'", form_action)


ON_EVERY_ANSWER = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

HSTS = "max-age=31536000; includeSubDomains"


def init_app(app: Flask, settings: Settings) -> None:
    """Send http to https where the site is served over https, and dress every answer."""
    proxies = settings.trusted_proxies
    if proxies:  # otherwise every visitor has the proxy's address, and every request comes by http
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]

    @app.before_request
    def _to_https() -> ResponseReturnValue | None:
        if settings.is_secure and not request.is_secure and request.path != "/sante":
            return redirect(settings.base_url + request.full_path.rstrip("?"), 301 if request.method == "GET" else 308)
        return None

    on_every_answer = ON_EVERY_ANSWER | {"Content-Security-Policy": content_security_policy(settings)}

    @app.after_request
    def _dress(response: Response) -> Response:
        for name, value in on_every_answer.items():
            response.headers.setdefault(name, value)
        if settings.is_secure:
            response.headers["Strict-Transport-Security"] = HSTS
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store" if _is_personal() else "no-cache"
            response.vary.add("Cookie")
        return response


def _is_personal() -> bool:
    return bool(getattr(current_user, "is_authenticated", False))
