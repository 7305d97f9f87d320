"""Answers of TikTok's web API: ``challenge/detail`` and ``challenge/item_list``."""

from typing import Any

from scrapers.pages.page import JsonPage, Reading
from scrapers.pages.tiktok_json import challenge_item, refuse_status_code, video_item
from store.errors import BlockedError, ChangedError


class TikTokApiPage(JsonPage):
    """A hashtag's totals, or a page of its videos."""

    def read_body(self) -> Reading:
        """Refuse what is no JSON of the site's, then read it."""
        # TikTok refuses with an empty 200.
        if not self.response.text.strip():
            raise BlockedError("TikTok answered with nothing, which is a refusal")
        return super().read_body()

    def read_json(self, data: dict[str, Any]) -> Reading:
        """Return the hashtag or the videos; see `SitePage.read`."""
        refuse_status_code(data)
        if "challengeInfo" in data:
            return Reading([challenge_item(data["challengeInfo"] or {})])
        if "itemInfo" in data:
            return Reading([video_item((data["itemInfo"] or {}).get("itemStruct", {}))])
        videos = data.get("itemList", data.get("item_list"))
        if "itemList" not in data and "item_list" not in data:
            if "hasMore" not in data:
                raise BlockedError("TikTok answered without hashtag and videos")
            videos = []
        if not isinstance(videos or [], list):
            raise ChangedError("the list of videos is no list")
        facts = {"has_more": bool(data.get("hasMore")), "cursor": data.get("cursor")}
        return Reading([video_item(video) for video in videos or []], facts)
