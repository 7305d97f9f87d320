"""What spiders share that visit one page after the other."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

from scrapy.http import Request

from scrapers.pages.page import Reading, SitePage
from scrapers.spiders.site_spider import SiteSpider
from store.spiders import SPIDERS, targets_of


class TargetsSpider(SiteSpider):
    """Base of the spiders whose targets have a page each."""

    def first_requests(self) -> Iterator[Request]:
        """Yield the first page that is not kept yet."""
        yield from self.visit(self.place.get("index", 0))

    def visit(self, index: int) -> Iterator[Request]:
        """Yield the request for a target's page, if there is such a target."""
        if index < len(self.targets):
            yield self.page_request(index)

    def page_request(self, index: int) -> Request:
        """Return the request for a target's page."""
        raise NotImplementedError

    def page_at(self, address: str, index: int, **kwargs: Any) -> Request:
        """Return the request for an address that holds a target."""
        return self.get(
            address,
            {},
            errback=self.note_and_go_on,
            cb_kwargs={"index": index},
            **kwargs,
        )

    async def read_target(self, page: SitePage, index: int) -> Reading | None:
        """Read a target's page; None if it says nothing, which is noted."""
        asked = {SPIDERS[self.name].target: self.targets[index]}
        return await self.take(page, {"index": index + 1}, **asked)

    async def note_and_go_on(self, failure: Any) -> AsyncIterator[Request]:
        """Note why there is no page, and go on to the next."""
        self.note_failure(failure)
        for request in self.go_on(failure.request.cb_kwargs["index"]):
            yield request

    def go_on(self, index: int) -> Iterator[Request]:
        """Yield the request after a target's, unless the site wants us gone."""
        # Whoever is refused once does not knock on the other doors.
        if not self.findings.is_refused:
            yield from self.visit(index + 1)

    @property
    def targets(self) -> list[str]:
        """What the run is asked for."""
        return targets_of(self.name, self.arguments)
