"""Who may call from a browser, under which name, and what an answer forbids the browser
to do.
"""

import re

from flask import Flask, Response, request
from flask_cors import CORS
from werkzeug.middleware.proxy_fix import ProxyFix

from store.settings import Settings

EXTENSIONS = (
    r"^chrome-extension://[a-p]{32}$",
    r"^moz-extension://[0-9a-f-]{36}$",
)
# What operators and retailers' servers call is not for pages of other origins at all.
FOR_BROWSERS = r"/v1/(?!admin|score).*"
NOTHING = "default-src 'none'; frame-ancestors 'none'"
# Swagger's page starts itself by an inline script; it loads only our own files.
DOCS = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "style-src 'self' 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'"
)
# Nothing inline, nothing from elsewhere.
DASHBOARD = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
POLICIES = {"/docs": DOCS, "/dashboard": DASHBOARD}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    # Does not touch what is fetched with CORS, as the extension does.
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
TWO_YEARS_SECONDS = 63_072_000


def register_security(app: Flask, settings: Settings) -> None:
    """Name the hosts and origins that may be called and call, set the headers."""
    app.config["TRUSTED_HOSTS"] = list(settings.trusted_hosts) or None
    exact = [f"^{re.escape(origin)}$" for origin in settings.cors_origins]
    CORS(
        app,
        resources={FOR_BROWSERS: {"origins": [*EXTENSIONS, *exact]}},
        methods=["GET", "POST", "DELETE"],
        allow_headers=["Content-Type", "If-None-Match"],
        expose_headers=["ETag", "Retry-After"],
        max_age=86_400,
    )
    app.after_request(_headers)


def register_proxies(app: Flask, settings: Settings) -> None:
    """Believe the proxies that are named what they say of the browser's address."""
    if proxies := settings.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=0
        )


def _headers(answer: Response) -> Response:
    place = next((path for path in POLICIES if request.path.startswith(path)), "")
    answer.headers.update(HEADERS)
    answer.headers.setdefault("Content-Security-Policy", POLICIES.get(place, NOTHING))
    if place == "/dashboard":
        # Without a word of where it comes from a form would be refused as a stranger's.
        answer.headers["Referrer-Policy"] = "same-origin"
    if request.is_secure:
        answer.headers["Strict-Transport-Security"] = f"max-age={TWO_YEARS_SECONDS}"
    if place != "/docs":
        answer.headers.setdefault("Cache-Control", "no-store")
    return answer
