"""TikTok's Research API: a hashtag's videos by the day they were posted."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any

from scrapy.http import Request
from scrapy_poet.api import DummyResponse

from scrapers.access import ClientCredentials
from scrapers.pages.tiktok_research import TikTokResearchPage
from scrapers.spiders.api_spider import ApiSpider
from scrapers.windows import WINDOW_DAYS, Window, windows
from store.clock import utc_now
from store.errors import BlockedError, LoginWallError
from store.quota import DailyQuota
from store.settings import Settings
from store.spiders import targets_of

FIELDS = (
    "id,video_description,create_time,view_count,like_count,comment_count,"
    "share_count,hashtag_names"
)
QUERY = "/v2/research/video/query/"
MOST_VIDEOS = 100
TOO_MANY = 429


class TikTokResearchSpider(ApiSpider):
    """Videos of hashtags, one window of at most 30 days after the other."""

    name = "tiktok_research"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.access = tiktok_access(self.site_settings)
        self._quota = DailyQuota(
            self.keeper.database, self.name, self.site_settings.tiktok_daily_requests
        )
        self._windows = self._all_windows()

    def first_requests(self) -> Iterator[Request]:
        """Yield the first request for videos that are not kept yet."""
        settings = self.site_settings
        if not (settings.tiktok_client_key and settings.tiktok_client_secret):
            self.findings.refuse(
                LoginWallError(
                    "the Research API wants keys: set TRENDGUARD_TIKTOK_CLIENT_KEY and "
                    "TRENDGUARD_TIKTOK_CLIENT_SECRET"
                )
            )
            return
        yield from self._videos(self.place or {"index": 0})

    async def parse_videos(
        self, _: DummyResponse, page: TikTokResearchPage, place: dict[str, Any]
    ) -> AsyncIterator[Request]:
        """Read an answer, and ask for what follows."""
        reading = self.read(page)
        if reading is None:
            return
        following = _after(place, reading.facts)
        hashtag = self._windows[place["index"]].hashtag
        await self.keep(reading, following, hashtag=hashtag)
        for request in self._videos(following):
            yield request

    def after_refusal(self) -> Iterator[Request]:
        """Say how long a spent quota lasts; there is nothing else to fetch."""
        if self.findings.error and self.findings.error.status == TOO_MANY:
            self.findings.error = self._spent(f"{self.findings.error}: TikTok's")
        yield from ()

    def _videos(self, place: dict[str, Any]) -> Iterator[Request]:
        if place["index"] >= len(self._windows):
            return
        if self._quota.is_spent:
            self.findings.refuse(self._spent("our own (tiktok_daily_requests)"))
            return
        yield from self.with_token(partial(self._ask_videos, place))

    def _ask_videos(self, place: dict[str, Any]) -> Iterator[Request]:
        request = self.get(
            f"{self.site_settings.tiktok_api_url}{QUERY}",
            {"fields": FIELDS},
            method="POST",
            body=json.dumps(_question(self._windows[place["index"]], place)),
            headers={"Content-Type": "application/json"},
            callback=self.parse_videos,
            errback=self.note_api_failure,
            cb_kwargs={"place": place},
            # Every try is one of the day's.
            meta={"max_retry_times": 0},
        )
        yield self.ask(request)

    def _spent(self, whose: str) -> BlockedError:
        until = self._quota.until
        error = BlockedError(
            f"{whose} daily quota of the Research API is spent until "
            f"{until:%Y-%m-%d %H:%M} UTC"
        )
        error.retry_after_seconds = (until - utc_now()).total_seconds()
        return error

    def _all_windows(self) -> list[Window]:
        last_on = _day(self.arguments["end_date"]) or self.observed_at.date()
        earliest = last_on - timedelta(days=WINDOW_DAYS - 1)
        first_on = _day(self.arguments["start_date"]) or earliest
        return [
            window
            for hashtag in targets_of(self.name, self.arguments)
            for window in windows(hashtag, first_on, last_on)
        ]


def tiktok_access(settings: Settings) -> ClientCredentials:
    """Return the access to TikTok's API that the settings give."""
    return ClientCredentials(
        "TikTok",
        f"{settings.tiktok_api_url}/v2/oauth/token/",
        {
            "client_key": settings.tiktok_client_key,
            "client_secret": settings.tiktok_client_secret.get_secret_value(),
        },
    )


def _after(place: dict[str, Any], facts: dict[str, Any]) -> dict[str, Any]:
    # A cursor that stands still would be asked for till the quota is spent.
    if not facts["has_more"] or facts["cursor"] == place.get("cursor"):
        return {"index": place["index"] + 1}
    # The next answer is known by both.
    return {
        "index": place["index"],
        "cursor": facts["cursor"],
        "search_id": facts["search_id"],
    }


def _question(window: Window, place: dict[str, Any]) -> dict[str, Any]:
    named = {
        "operation": "EQ",
        "field_name": "hashtag_name",
        "field_values": [window.hashtag],
    }
    asked = {
        "query": {"and": [named]},
        "start_date": f"{window.first_on:%Y%m%d}",
        "end_date": f"{window.last_on:%Y%m%d}",
        "max_count": MOST_VIDEOS,
    }
    return asked | {key: place[key] for key in ("cursor", "search_id") if key in place}


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
