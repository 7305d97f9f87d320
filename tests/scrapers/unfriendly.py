"""A site that refuses, breaks and misleads, each in its own way."""

import json
import time
from pathlib import Path

from flask import Flask, Response, redirect, request

PAGES = Path(__file__).parents[1] / "pages"
CARDS = (PAGES / "ebay-search-cards.html").read_bytes()
EMPTY_SCRIPT = """<!doctype html><html><head><title>Clips</title>
<link rel="icon" href="data:,"></head><body><script>
fetch("/api/challenge/detail/?challengeName=" + location.pathname.split("/").pop())
.then(() => fetch("/api/challenge/item_list/?challengeID=1"));
</script>%s</body></html>"""
COUNTERS = """<h1 data-e2e="challenge-title">#lamp</h1>
<h2 data-e2e="challenge-vvcount">924.2K videos</h2>"""
# What stands at an address where all is well, where there is nothing, and where a new
# layout has come.
GOOD = {
    "/sch/": "ebay-search-cards.html",
    "/itm/": "ebay-item.html",
    "/buy/browse/": "ebay-api-search.json",
    "/search": "poshmark-search.html",
    "/listing/": "poshmark-listing.html",
    "/vm-rest/": "poshmark-api-list.json",
    "/@/video/": "tiktok-video.html",
    "/v2/research/": "tiktok-research.json",
    "/creative_radar_api/": "tiktok-trending.json",
    "/p/": "product-page.html",
}
NOTHING = {
    "/sch/": "ebay-search-zero.html",
    "/itm/": "ebay-item-missing.html",
    "/buy/browse/": "ebay-api-empty.json",
    "/search": "poshmark-search-nothing.html",
    "/listing/": "poshmark-listing-missing.html",
    "/@/video/": "tiktok-video-removed.html",
    "/creative_radar_api/": "tiktok-trending-refused.json",
    "/p/": "product-page-missing.html",
}
RECORDED = {
    "blocked": "ebay-search-blocked.html",
    "signin-form": "ebay-search-signin.html",
    "cards-changed": "ebay-search-changed.html",
    "zero": "ebay-search-zero.html",
    "captcha": "tiktok-tag-captcha.html",
    "other-page": "tiktok-tag-other.html",
    "unknown-tag": "tiktok-tag-unknown.html",
}
STATUSES = {"forbidden": 403, "missing": 404, "gone": 410, "broken": 500, "auth": 401}
TOKEN = {"access_token": "t0ken", "expires_in": 7200, "token_type": "Bearer"}


def unfriendly_site(robots: str = "User-agent: *\nAllow: /\n") -> Flask:
    app = Flask(__name__)
    app.config["asked"] = asked = []

    @app.before_request
    def note():
        asked.append((request.path, request.headers.get("User-Agent")))

    @app.get("/robots.txt")
    def robots_txt():
        return Response(robots, mimetype="text/plain")

    @app.get("/api/<path:_>")
    def refuse_with_nothing(_):
        return Response(b"", mimetype="application/json")

    @app.route("/<mood>/<path:_>", methods=["GET", "POST"])
    def answer(mood, _):
        if "/oauth" in request.path:
            if not mood.startswith("token-"):
                return TOKEN
        elif mood.startswith("token-"):
            return Response(status=418)
        mood = mood.removeprefix("token-")
        if mood in STATUSES:
            return Response("<html><body>no</body></html>", STATUSES[mood])
        if mood in RECORDED:
            return (PAGES / RECORDED[mood]).read_text("utf-8")
        return globals()[f"_{mood.replace('-', '_')}"]()

    return app


def _recorded(table):
    for part, name in table.items():
        if part in request.path:
            return (PAGES / name).read_bytes()
    return (EMPTY_SCRIPT % COUNTERS).encode()


def _is_json():
    return any(
        part in request.path
        for part in ("/v2/", "/browse/", "/oauth", "_api/", "-rest/")
    )


def _served(body):
    kind = "application/json" if _is_json() else "text/html"
    return Response(body, mimetype=kind)


def _good():
    return _served(_recorded(GOOD))


def _nothing():
    if "/v2/" in request.path:
        return {"data": {"videos": [], "has_more": False}, "error": {"code": "ok"}}
    return _served(_recorded(NOTHING))


def _changed():
    if _is_json():
        return {"greeting": "hello"}
    return "<!doctype html><html><body><h1>All is new here</h1></body></html>"


def _too_many():
    return Response("<html></html>", 429, {"Retry-After": "120"})


def _too_many_briefly():
    return Response("<html></html>", 429, {"Retry-After": "1"})


def _keys():
    body = {"error": "invalid_client", "error_description": "client secret is wrong"}
    return Response(json.dumps(body), 401, mimetype="application/json")


def _quota():
    body = {"error": {"code": "daily_quota_limit_exceeded", "message": "too many"}}
    return Response(json.dumps(body), 429, mimetype="application/json")


def _empty():
    return _served(b"")


def _slow():
    time.sleep(6)
    return CARDS


def _cut_off():
    body = _recorded(GOOD)
    return _served(body[: len(body) // 2])


def _torn():
    # Promises more bytes than it sends, then hangs up.
    body = _recorded(GOOD)

    def part():
        yield body[: len(body) // 2]

    return Response(part(), headers={"Content-Length": str(len(body))})


def _large():
    def parts():
        for _ in range(20):
            yield b"<p>" + b"x" * 2**20

    return Response(parts(), mimetype="text/html")


def _loop():
    return redirect(request.url + "x")


def _sent_away():
    return redirect("/zero/signin/?ru=/sch/i.html")


def _charset():
    # A letter of Latin 1 that is no UTF-8, in a page that says it is UTF-8.
    body = _recorded(GOOD).replace(b"lamp", b"l\xe4mp").replace(b"id", b"\xefd")
    return Response(body, content_type="text/html; charset=utf-8")


def _binary():
    return Response(b"\x89PNG\r\n\x1a\n\0\0\0", mimetype="text/html")


def _no_counters():
    return EMPTY_SCRIPT % ""


def _only_counters():
    return EMPTY_SCRIPT % COUNTERS
