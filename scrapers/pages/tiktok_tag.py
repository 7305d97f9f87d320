"""TikTok's page of one hashtag, ``/tag/<name>``, with what its scripts fetched."""

import re
from typing import Any
from urllib.parse import unquote, urlsplit

import attrs
from web_poet import HttpResponse

from scrapers.pages.counts import read_count
from scrapers.pages.page import HtmlPage, Item, Reading
from scrapers.pages.tiktok_api import TikTokApiPage
from scrapers.pages.tiktok_json import challenge_item, page_scope, refuse_status_code
from scrapers.pages.walls import body_text, refuse_wall
from store.errors import BlockedError, ChangedError, CrawlError, NotFoundError

TITLE = "[data-e2e=challenge-title]"
# Named after views, yet it counts videos.
VIDEO_COUNT = "[data-e2e=challenge-vvcount]"
UNKNOWN = re.compile(
    r"couldn['\u2019]t find this hashtag|hashtag (?:not found|doesn)", re.I
)
TAG_ADDRESS = re.compile(r"/tag/([^/?#]+)")


class FetchedAnswers(tuple[HttpResponse, ...]):
    """The answers that a page's own scripts fetched."""


@attrs.define
class TikTokTagPage(HtmlPage):
    """A hashtag's totals and videos.

    Parameters
    ----------
    response : HttpResponse
        The page as rendered.
    answers : FetchedAnswers
        The answers of ``challenge/detail`` and ``challenge/item_list`` that the page
        itself fetched; only they have view counts.
    """

    answers: FetchedAnswers = attrs.field(factory=FetchedAnswers)

    def read_html(self) -> Reading:
        """Return the hashtag, then its videos; see `SitePage.read`."""
        readings, refusals = self._read_answers()
        found = [item for reading in readings for item in reading.items]
        videos = [item for item in found if "video_id" in item]
        hashtag = next((item for item in found if "hashtag" in item), None)
        hashtag = hashtag or self._from_state() or self._from_counters()
        if hashtag is None:
            self._refuse(refusals)
            return Reading([])
        return Reading([hashtag, *videos], {"refused_answers": len(refusals)})

    def _read_answers(self) -> tuple[list[Reading], list[CrawlError]]:
        readings, refusals = [], []
        for answer in self.answers:
            try:
                readings.append(TikTokApiPage(answer).read())
            except CrawlError as error:
                refusals.append(error)
        return readings, refusals

    def _from_state(self) -> Item | None:
        # Pages of 2024 and before carried the totals themselves.
        scope = page_scope(self.selector)
        detail: dict[str, Any] = (
            scope.get("webapp.challenge-detail") or scope.get("ChallengePage") or {}
        )
        if not detail:
            return None
        refuse_status_code(detail)
        return challenge_item(detail.get("challengeInfo") or {})

    def _from_counters(self) -> Item | None:
        title, counter = self.first_text(TITLE), self.first_text(VIDEO_COUNT)
        if not title and not counter:
            return self._from_description()
        count = read_count(counter or "")
        if not title or count is None:
            raise ChangedError("the hashtag's name or counter is not where it was")
        return _hashtag(title, counter or "", count)

    def _from_description(self) -> Item | None:
        # "name |20.2M videos Watch the latest videos about ..."
        query = 'meta[property="og:description"]::attr(content)'
        name, bar, rest = self.css(query).get("").partition("|")
        count = read_count(rest) if re.match(r"\s*\d", rest) else None
        if not bar or count is None or self._asked is None:
            return None
        return _hashtag(name.strip(), rest.split("Watch")[0], count)

    @property
    def _asked(self) -> str | None:
        """The hashtag of the page's own address."""
        scope = page_scope(self.selector)
        addresses = (
            scope.get("seo.abtest", {}).get("canonical"),
            self.css("link[rel=canonical]::attr(href)").get(),
            urlsplit(str(self.response.url)).path,
        )
        # What the page says of itself goes before where we asked for it.
        address = next(address for address in addresses if address is not None)
        found = TAG_ADDRESS.search(address)
        return unquote(found.group(1)) if found else None

    def _refuse(self, refusals: list[CrawlError]) -> None:
        not_found = [e for e in refusals if isinstance(e, NotFoundError)]
        if not_found or UNKNOWN.search(body_text(self.selector)):
            raise NotFoundError("TikTok knows no such hashtag")
        refuse_wall(self.selector)
        if refusals:
            raise refusals[0]
        if self._asked is None:
            raise ChangedError("not a hashtag's page")
        raise BlockedError("the page came without its counters and fetched none")


def _hashtag(name: str, counter: str, count: int) -> Item:
    # Until 2023 the counter was what its name says.
    is_views = re.search(r"\bviews?\b", counter, re.I)
    return {
        "hashtag": name.removeprefix("#").lower(),
        "view_count": count if is_views else None,
        "video_count": None if is_views else count,
        "challenge_id": None,
    }
