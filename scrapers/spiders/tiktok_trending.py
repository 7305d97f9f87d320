"""TikTok's Creative Center, where it answers without a log-in."""

from collections.abc import Iterator

from scrapy.http import Request
from scrapy_poet.api import DummyResponse

from scrapers.pages.tiktok_trending import TikTokTrendingPage
from scrapers.spiders.site_spider import SiteSpider

LISTED = "/creative_radar_api/v1/popular_trend/hashtag/list"
SHOWN = "/business/creativecenter/inspiration/popular/hashtag/pc/en"
MOST_HASHTAGS = "50"


class TikTokTrendingSpider(SiteSpider):
    """A country's popular hashtags; they are watched, their counts are not kept."""

    name = "tiktok_trending"

    def first_requests(self) -> Iterator[Request]:
        """Yield the one request, unless its answer is kept already."""
        if self.place:
            return
        base = self.site_settings.tiktok_ads_url
        query = {
            "page": "1",
            "limit": MOST_HASHTAGS,
            "period": self.arguments["period"],
            "country_code": self.arguments["country"],
            "sort_by": "popular",
        }
        yield self.get(
            f"{base}{LISTED}",
            query,
            headers={"Referer": f"{base}{SHOWN}"},
            callback=self.parse_hashtags,
        )

    async def parse_hashtags(self, _: DummyResponse, page: TikTokTrendingPage) -> None:
        """Read the list."""
        await self.take(page, {"is_done": True})
