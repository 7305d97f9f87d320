"""A site in the shape of TikTok: tag pages whose counters only their scripts know."""

import hashlib
from typing import Any

from flask import Flask, Response, jsonify, render_template, request

from sample.market import MarketView, SampleVideo
from store.clock import utc_now

ROBOTS = "User-agent: *\nDisallow: /search\nDisallow: /inbox\n"
PAGE_SIZE = 30


def tiktok_site(market: MarketView) -> Flask:
    """Return the site; an unknown hashtag gets a page, but no totals."""
    app = Flask(__name__, template_folder="templates")
    hashtags = {challenge_id(name): name for name in market.hashtags}

    @app.get("/robots.txt")
    def robots() -> Response:
        return Response(ROBOTS, mimetype="text/plain")

    @app.get("/tag/<name>")
    def tag(name: str) -> str:
        return render_template("tiktok_tag.html", name=name, address=request.base_url)

    @app.get("/api/challenge/detail/")
    def detail() -> Response:
        name = request.args.get("challengeName", "").lower()
        if name not in market.hashtags:
            return jsonify(statusCode=0, challengeInfo={})
        now = utc_now()
        stats = {
            "videoCount": market.video_count(name, now),
            "viewCount": market.view_count(name, now),
        }
        challenge = {"id": challenge_id(name), "title": name, "desc": ""}
        info = {
            "challenge": challenge,
            "stats": stats,
            "statsV2": {key: str(value) for key, value in stats.items()},
        }
        return jsonify(statusCode=0, challengeInfo=info)

    @app.get("/api/challenge/item_list/")
    def item_list() -> Response:
        name = hashtags.get(request.args.get("challengeID", ""))
        start = request.args.get("cursor", 0, type=int)
        videos = market.videos(name) if name else []
        part = videos[start : start + PAGE_SIZE]
        return jsonify(
            statusCode=0,
            itemList=[_item(video) for video in part],
            hasMore=start + PAGE_SIZE < len(videos),
            cursor=str(start + len(part)),
        )

    return app


def challenge_id(name: str) -> str:
    """Return the number that the site knows a hashtag by."""
    digest = hashlib.sha256(name.encode()).digest()
    return str(int.from_bytes(digest[:6]))


def _item(video: SampleVideo) -> dict[str, Any]:
    # An author and a caption are there so that a test can see them left out.
    counts = {
        "playCount": video.views,
        "diggCount": video.likes,
        "commentCount": video.comments,
        "shareCount": video.shares,
    }
    return {
        "id": video.video_id,
        "desc": f"you need this #{video.hashtag}",
        "createTime": int(video.created_at.timestamp()),
        "author": {"id": "1", "uniqueId": "sample.person", "nickname": "Sam Ple"},
        "stats": counts | {"collectCount": "0"},
        "statsV2": {key: str(value) for key, value in counts.items()},
        "challenges": [{"id": challenge_id(video.hashtag), "title": video.hashtag}],
        "textExtra": [
            {"type": 1, "hashtagName": video.hashtag},
            {"type": 0, "userUniqueId": "other.person"},
        ],
    }
