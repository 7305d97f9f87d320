"""What spiders of APIs share: no request without a token, refusals told apart."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from scrapy.http import Request, Response

from scrapers.access import API_META, ClientCredentials
from scrapers.spiders.site_spider import SiteSpider
from store.errors import CrawlError

Requests = Callable[[], Iterator[Request]]


class ApiSpider(SiteSpider):
    """Base of the spiders that ask an API with a token."""

    access: ClientCredentials

    def with_token(self, requests: Requests) -> Iterator[Request]:
        """Yield requests, after one for a token where there is none that holds."""
        if self.access.is_fresh:
            yield from requests()
            return
        yield self.access.request(
            callback=self.parse_token,
            errback=self.note_api_failure,
            cb_kwargs={"requests": requests},
        )

    def ask(self, request: Request) -> Request:
        """Return a request as the API wants it."""
        for name, value in self.access.headers.items():
            request.headers[name] = value
        request.meta.update(API_META)
        return request

    async def parse_token(
        self, response: Response, requests: Requests
    ) -> AsyncIterator[Request]:
        """Keep the token, and ask what it was wanted for."""
        try:
            self.access.take(response)
        except CrawlError as error:
            self.findings.refuse(error)
            requests = self.after_refusal
        for request in requests():
            yield request

    async def note_api_failure(self, failure: Any) -> AsyncIterator[Request]:
        """Note why the API gave nothing, and see what else can be done."""
        self.note_failure(failure)
        for request in self.after_refusal():
            yield request

    def after_refusal(self) -> Iterator[Request]:
        """Yield what is fetched instead; as a rule nothing is."""
        yield from ()
