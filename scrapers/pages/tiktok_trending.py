"""TikTok's Creative Center: the hashtags it says are popular in a country."""

from collections.abc import Iterator
from typing import Any

from parsel import Selector

from scrapers.pages.page import Item, JsonPage, Reading, parse_json
from scrapers.pages.walls import refuse_wall
from store.errors import ChangedError, FailedError, LoginWallError

NO_PERMISSION = {40100, 40101}
STATE = "script#__NEXT_DATA__::text"


class TikTokTrendingPage(JsonPage):
    """Popular hashtags, from the API's answer or from the page's state.

    Their counts are of the period and country asked for, no totals.
    """

    def read_body(self) -> Reading:
        """Read the state of a page, or the answer as it is."""
        text = self.response.text
        if text.lstrip().startswith("<"):
            return self._read_page(Selector(text))
        return super().read_body()

    def read_json(self, data: dict[str, Any]) -> Reading:
        """Return the hashtags; see `SitePage.read`."""
        _refuse_code(data)
        answer = data["data"]
        more = (answer.get("pagination") or {}).get("has_more")
        return _reading(answer["list"], {"has_more": bool(more)})

    def _read_page(self, selector: Selector) -> Reading:
        state = selector.css(STATE).get()
        if state is None:
            refuse_wall(selector)
            raise ChangedError("neither the API's answer nor a page with its state")
        return _reading(list(_entries(parse_json(state))), {})


def _refuse_code(data: dict[str, Any]) -> None:
    code, words = int(data["code"]), data.get("msg", "")
    if code in NO_PERMISSION:
        raise LoginWallError(f"Creative Center wants a log-in: {code} {words}")
    if code:
        raise FailedError(f"Creative Center answered {code}: {words}")


def _entries(state: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for query in state["props"]["pageProps"]["dehydratedState"]["queries"]:
        for page in (query["state"].get("data") or {}).get("pages") or []:
            yield from page.get("list") or []


def _reading(entries: list[dict[str, Any]], facts: dict[str, Any]) -> Reading:
    return Reading([_hashtag(entry) for entry in entries], facts)


def _hashtag(entry: dict[str, Any]) -> Item:
    # The API and the page's state spell the names differently.
    name = entry.get("hashtag_name") or entry.get("hashtagName")
    if not name:
        raise ChangedError("an entry has no hashtag where it was")
    return {
        "trending_hashtag": str(name).removeprefix("#").lower(),
        "rank": entry.get("rank"),
        "period_view_count": entry.get("video_views", entry.get("videoViews")),
        "period_video_count": entry.get("publish_cnt", entry.get("publishCnt")),
        "industry": _industry(entry),
    }


def _industry(entry: dict[str, Any]) -> str | None:
    info = entry.get("industry_info") or entry.get("industryInfo") or {}
    value = info.get("value")
    return str(value) if value else None
