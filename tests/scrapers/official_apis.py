"""eBay's and TikTok's official APIs as far as the spiders know them, on loopback."""

import time
from datetime import date

from flask import Flask, Response, request

TOTAL = 150
VIDEOS_A_PAGE = 100
PAUSE_SECONDS = 0.1


def browse_api(refuses: dict[int, int]) -> Flask:
    """A marketplace with `TOTAL` lamps; answers offsets in `refuses` with a status."""
    app = Flask(__name__)
    app.config["asked"] = asked = []
    app.after_request(_may_be_cached)

    @app.post("/identity/v1/oauth2/token")
    def token():
        asked.append(("token", dict(request.form), dict(request.headers)))
        if request.authorization.password != "s3cret":
            return {"error": "invalid_client", "error_description": "no"}, 401
        return {"access_token": "t0ken", "expires_in": 7200}

    @app.get("/buy/browse/v1/item_summary/search")
    def search():
        offset, limit = int(request.args["offset"]), int(request.args["limit"])
        asked.append(("search", dict(request.args), dict(request.headers)))
        if offset in refuses:
            return Response(status=refuses[offset])
        found = range(offset, min(offset + limit, TOTAL))
        answer = {"total": TOTAL, "offset": offset, "limit": limit}
        if offset + limit < TOTAL:
            answer["next"] = f"{request.base_url}?offset={offset + limit}"
        return answer | {"itemSummaries": [_lamp(number) for number in found]}

    return app


def _may_be_cached(response: Response) -> Response:
    # What a careless spider would write to its cache, token and all.
    response.headers["Cache-Control"] = "max-age=600"
    return response


def _lamp(number: int) -> dict:
    return {
        "itemId": f"v1|{700_000_000_000 + number}|0",
        "title": f"Walnut lamp {number}",
        "price": {"value": f"{20 + number % 7}.50", "currency": "USD"},
    }


def research_api(pages: int, most_requests: int = 1000) -> Flask:
    """A hashtag with `pages` of videos in every window, until the day's quota."""
    app = Flask(__name__)
    app.config["asked"] = asked = []
    app.after_request(_may_be_cached)

    @app.post("/v2/oauth/token/")
    def token():
        return {"access_token": "t0ken", "expires_in": 7200}

    @app.post("/v2/research/video/query/")
    def query():
        time.sleep(PAUSE_SECONDS)
        body = request.get_json()
        asked.append((body, dict(request.headers)))
        if len(asked) > most_requests:
            return {"error": {"code": "daily_quota_limit_exceeded"}}, 429
        first, cursor = body["start_date"], body.get("cursor", 0)
        if cursor and body.get("search_id") != f"s{first}":
            return {"error": {"code": "invalid_params", "message": "search_id"}}, 400
        number = cursor // VIDEOS_A_PAGE
        data = {
            "videos": [_video(first, number)],
            "cursor": cursor + VIDEOS_A_PAGE,
            "has_more": number + 1 < pages,
            "search_id": f"s{first}",
        }
        return {"data": data, "error": {"code": "ok", "message": ""}}

    return app


def _video(first: str, number: int) -> dict:
    day = date.fromisoformat(first).toordinal()
    return {
        "id": 7_000_000_000_000_000_000 + day * 1000 + number,
        "create_time": 1_771_567_930,
        "view_count": 1000 + number,
        "like_count": 10,
        "comment_count": 1,
        "share_count": 2,
        "hashtag_names": ["lamp", "desk"],
    }
