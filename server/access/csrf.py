"""No other site's page may act with the cookie of somebody who is logged in here.

After the OWASP cheat sheet on cross-site request forgery: a token bound to the session,
and the browser's own word on where the request comes from.
"""

import hmac

from flask import request

from server.access.sessions import own_origin
from store.errors import ForbiddenError
from store.settings import Settings

HEADER = "X-CSRF-Token"
# Of forms, which can set no header.
FIELD = "csrf_token"


def refuse_foreign(settings: Settings) -> None:
    """Refuse what a page of another origin sends.

    Raises
    ------
    ForbiddenError
        If the browser says so; who is no browser says nothing, and has no cookie that
        somebody else could use.
    """
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin", own_origin(settings))
    if site not in ("same-origin", "none") or origin != own_origin(settings):
        raise ForbiddenError(
            "this comes from a page of another origin; behind a proxy, "
            "TRENDGUARD_PUBLIC_URL says what the own one is"
        )


def refuse_forged(settings: Settings, csrf_token: str) -> None:
    """Refuse what changes something by a cookie without the session's CSRF token.

    Raises
    ------
    ForbiddenError
        If the token is missing or wrong, or the page is another origin's.
    """
    refuse_foreign(settings)
    sent = request.headers.get(HEADER) or request.form.get(FIELD, "")
    if not hmac.compare_digest(sent.encode(), csrf_token.encode()):
        raise ForbiddenError(
            f"with a session this needs its CSRF token (GET /v1/admin/session has it) "
            f"in the header {HEADER}, or in a form's field {FIELD}"
        )
