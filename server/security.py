"""Who may call from a browser, and what an answer forbids the browser to do."""

import re

from flask import Flask, Response, request
from flask_cors import CORS

from store.settings import Settings

EXTENSIONS = (
    r"^chrome-extension://[a-p]{32}$",
    r"^moz-extension://[0-9a-f-]{36}$",
)
NOTHING = "default-src 'none'; frame-ancestors 'none'"
# Swagger's page starts itself by an inline script; it loads only our own files.
DOCS = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "style-src 'self' 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'"
)


def register_security(app: Flask, settings: Settings) -> None:
    """Bound bodies, name the origins that may call, set the headers."""
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    exact = [f"^{re.escape(origin)}$" for origin in settings.cors_origins]
    CORS(
        app,
        # Admin calls are not for pages of other origins at all.
        resources={r"/v1/(?!admin).*": {"origins": [*EXTENSIONS, *exact]}},
        methods=["GET", "POST"],
        allow_headers=["Content-Type", "If-None-Match"],
        expose_headers=["ETag"],
        max_age=86_400,
    )
    app.after_request(_headers)


def _headers(answer: Response) -> Response:
    docs = request.path.startswith("/docs")
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Content-Security-Policy"] = DOCS if docs else NOTHING
    if not docs:
        answer.headers.setdefault("Cache-Control", "no-store")
    return answer
