"""TikTok's own JSON objects, which its pages, its web API and its older state share."""

import json
import re
from typing import Any

from parsel import Selector

from scrapers.pages.dates import read_timestamp
from scrapers.pages.page import Item
from store.errors import BlockedError, ChangedError, NotFoundError

COUNTERS = {
    "playCount": "view_count",
    "diggCount": "like_count",
    "commentCount": "comment_count",
    "shareCount": "share_count",
    "collectCount": "collect_count",
}
HASHTAG = 1  # type of a textExtra entry; 0 is a mention of a person
MISSING = {10201, 10204, 10205}
PRIVATE = {10216, 10222}


def page_scope(selector: Selector) -> dict[str, Any]:
    """Return the state a page was sent with; empty if it carries none.

    Raises
    ------
    ChangedError
        If the state is there but is not JSON.
    """
    query = "#__UNIVERSAL_DATA_FOR_REHYDRATION__::text"
    text = selector.css(query).get() or selector.css("#SIGI_STATE::text").get()
    if not text:
        return {}
    try:
        data = json.loads(text)
    except ValueError as error:
        raise ChangedError(f"the page's state is not JSON: {error}") from error
    scope = data.get("__DEFAULT_SCOPE__", data)
    return scope if isinstance(scope, dict) else {}


def refuse_status_code(data: dict[str, Any]) -> None:
    """Raise if TikTok's own status says that this is no content.

    Raises
    ------
    NotFoundError
        If the thing does not exist, or only its owner may see it.
    BlockedError
        For any other status: the web API refuses with them.
    """
    code = int(data.get("statusCode", data.get("status_code", 0)) or 0)
    words = data.get("statusMsg") or data.get("status_msg") or ""
    if not code:
        return
    if code in MISSING or re.search(r"n['o]t exist|not found", words):
        raise NotFoundError(f"TikTok answered {code}: {words or 'no such thing'}")
    if code in PRIVATE:
        raise NotFoundError(f"TikTok answered {code}: it is private")
    raise BlockedError(f"TikTok answered status {code}: {words or 'no reason given'}")


def video_item(data: dict[str, Any]) -> Item:
    """Return a video's counters; its author and caption are left where they are.

    Raises
    ------
    ChangedError
        If it has no id or no play count.
    """
    # statsV2 is the more exact of the two where they differ.
    stats = (data.get("stats") or {}) | (data.get("statsV2") or {})
    counts = {name: _whole(stats.get(key)) for key, name in COUNTERS.items()}
    if not data.get("id") or counts["view_count"] is None:
        raise ChangedError("a video has no id or no play count where they were")
    return {
        "video_id": str(data["id"]),
        "created_at": read_timestamp(data.get("createTime")),
        **counts,
        "hashtags": _hashtags(data),
    }


def challenge_item(info: dict[str, Any]) -> Item:
    """Return a hashtag's totals from a ``challengeInfo``.

    Raises
    ------
    NotFoundError
        If it is empty: that is how TikTok says that it knows no such hashtag.
    ChangedError
        If there are totals, but none that we know.
    """
    challenge = info.get("challenge") or {}
    stats = (info.get("stats") or {}) | (info.get("statsV2") or {})
    name = challenge.get("title") or challenge.get("challengeName")
    if not name or not stats:
        raise NotFoundError("TikTok knows no such hashtag")
    views, videos = _whole(stats.get("viewCount")), _whole(stats.get("videoCount"))
    if views is None and videos is None:
        raise ChangedError("the hashtag's totals are not where they were")
    return {
        "hashtag": str(name).removeprefix("#").lower(),
        "view_count": views,
        "video_count": videos,
        "challenge_id": str(challenge["id"]) if challenge.get("id") else None,
    }


def _whole(value: Any) -> int | None:
    text = str(value)
    return int(text) if re.fullmatch(r"-?\d+", text) else None


def _hashtags(data: dict[str, Any]) -> list[str]:
    # `challenges` may be shorter than the hashtags of the text, or the other way round.
    blocks = [data, *(data.get("contents") or [])]
    extras = [extra for block in blocks for extra in block.get("textExtra") or []]
    names = [e.get("hashtagName") for e in extras if e.get("type") == HASHTAG]
    names += [challenge.get("title") for challenge in data.get("challenges") or []]
    return list(dict.fromkeys(name.lower() for name in names if name))
