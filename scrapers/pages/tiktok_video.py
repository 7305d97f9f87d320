"""TikTok's page of one video, ``/@<user>/video/<id>``."""

from typing import Any

from scrapers.pages.page import HtmlPage, Reading
from scrapers.pages.tiktok_json import page_scope, refuse_status_code, video_item
from scrapers.pages.walls import refuse_wall
from store.errors import ChangedError


class TikTokVideoPage(HtmlPage):
    """A video's counters and hashtags; no author, no caption."""

    def read_html(self) -> Reading:
        """Return the video; see `SitePage.read`."""
        detail = self._detail()
        refuse_status_code(detail)
        video = (detail.get("itemInfo") or {}).get("itemStruct")
        if not video:
            raise ChangedError("the page's state has no video where it was")
        return Reading([video_item(video)])

    def _detail(self) -> dict[str, Any]:
        scope = page_scope(self.selector)
        if detail := scope.get("webapp.video-detail"):
            return dict(detail)
        if module := scope.get("ItemModule"):
            return {"itemInfo": {"itemStruct": next(iter(module.values()), None)}}
        refuse_wall(self.selector)
        address = scope.get("seo.abtest", {}).get("canonical", "another page")
        raise ChangedError(f"not a video page: {address}")
