"""Answers of TikTok's Research API, ``/v2/research/video/query/``."""

import re
from typing import Any

from scrapers.pages.dates import read_timestamp
from scrapers.pages.page import Item, JsonPage, Reading
from store.errors import BlockedError, ChangedError, FailedError, LoginWallError

KEYS = re.compile(r"token|scope|client|unauthor|permission", re.I)
QUOTA = re.compile(r"rate_limit|quota|limit_exceeded|too_many", re.I)


class TikTokResearchPage(JsonPage):
    """Videos as the Research API gives them; no author, no caption."""

    def read_json(self, data: dict[str, Any]) -> Reading:
        """Return the videos; see `SitePage.read`."""
        _refuse_error(data.get("error"))
        answer = data.get("data")
        if not isinstance(answer, dict) or "videos" not in answer:
            raise ChangedError("not an answer of the Research API: it has no videos")
        # The next page wants cursor and search_id both sent back.
        facts = {key: answer.get(key) for key in ("cursor", "has_more", "search_id")}
        return Reading([_video(video) for video in answer["videos"] or []], facts)


def _refuse_error(error: Any) -> None:
    if not isinstance(error, dict):
        if error:
            raise LoginWallError(f"the Research API gave no access: {error}")
        return
    code = str(error.get("code", "ok"))
    words = f"the Research API answered {code}: {error.get('message', '')}"
    if code == "ok":
        return
    if QUOTA.search(code):
        raise BlockedError(words)
    if KEYS.search(code):
        raise LoginWallError(words)
    raise FailedError(words)


def _video(data: dict[str, Any]) -> Item:
    # Old answers call it video_id; it exceeds 2^53, so it is text from here on.
    video_id = data.get("id") or data.get("video_id")
    if not video_id or data.get("view_count") is None:
        raise ChangedError("a video has no id or no view_count; ask for both fields")
    return {
        "video_id": str(video_id),
        "created_at": read_timestamp(data.get("create_time")),
        "view_count": data["view_count"],
        "like_count": data.get("like_count"),
        "comment_count": data.get("comment_count"),
        "share_count": data.get("share_count"),
        "hashtags": [name.lower() for name in data.get("hashtag_names") or []],
    }
