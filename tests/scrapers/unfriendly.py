"""A site that refuses, breaks and misleads, each in its own way."""

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
RECORDED = {
    "blocked": "ebay-search-blocked.html",
    "signin-form": "ebay-search-signin.html",
    "changed": "ebay-search-changed.html",
    "zero": "ebay-search-zero.html",
    "captcha": "tiktok-tag-captcha.html",
    "other-page": "tiktok-tag-other.html",
    "unknown-tag": "tiktok-tag-unknown.html",
}
STATUSES = {"forbidden": 403, "missing": 404, "gone": 410, "broken": 500, "auth": 401}


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

    @app.get("/<mood>/<path:_>")
    def answer(mood, _):
        if mood in STATUSES:
            return Response("<html><body>no</body></html>", STATUSES[mood])
        if mood in RECORDED:
            return (PAGES / RECORDED[mood]).read_text("utf-8")
        return globals()[f"_{mood.replace('-', '_')}"]()

    return app


def _too_many():
    return Response("<html></html>", 429, {"Retry-After": "120"})


def _too_many_briefly():
    return Response("<html></html>", 429, {"Retry-After": "1"})


def _empty():
    return Response(b"", mimetype="text/html")


def _slow():
    time.sleep(6)
    return CARDS


def _cut_off():
    return Response(CARDS[:3000], mimetype="text/html")


def _torn():
    # Promises more bytes than it sends, then hangs up.
    def part():
        yield CARDS[:3000]

    return Response(part(), headers={"Content-Length": str(len(CARDS))})


def _large():
    def parts():
        for _ in range(100):
            yield b"<p>" + b"x" * 2**20

    return Response(parts(), mimetype="text/html")


def _loop():
    return redirect(request.url + "x")


def _signin():
    return redirect("/zero/signin/?ru=/sch/i.html")


def _charset():
    body = CARDS.decode().replace("Walnut", "Ünal").encode("latin-1")
    return Response(body, content_type="text/html; charset=utf-8")


def _binary():
    return Response(b"\x89PNG\r\n\x1a\n\0\0\0", mimetype="text/html")


def _no_counters():
    return EMPTY_SCRIPT % ""


def _only_counters():
    return EMPTY_SCRIPT % COUNTERS


def _cards():
    return Response(CARDS, mimetype="text/html")
