"""What a crawl has found so far: items, pages, and the first thing that went wrong."""

from dataclasses import dataclass, field

from scrapers.pages.page import Item, Reading
from store.errors import CrawlError, FailedError


@dataclass
class Findings:
    """Gathered by a spider while it runs; judged when it ends."""

    items: list[Item] = field(default_factory=list)
    page_count: int = 0
    error: CrawlError | None = None

    def add(self, reading: Reading) -> None:
        """Take what a page said."""
        self.items.extend(reading.items)

    def refuse(self, error: CrawlError) -> None:
        """Note an error; the first one is the run's, later ones follow from it."""
        self.error = self.error or error

    def end(self, reason: str) -> None:
        """Note how the crawl ended.

        Parameters
        ----------
        reason : str
            Scrapy's finish reason; only ``finished`` is an end of its own accord.
        """
        if reason == "closespider_timeout":
            self.refuse(FailedError("the crawl took longer than its time-out allows"))
        elif reason != "finished":
            self.refuse(FailedError(f"the crawl was stopped before its end: {reason}"))
        elif not self.page_count:
            self.refuse(FailedError("nothing was fetched"))

    @property
    def outcome(self) -> str:
        """The run's typed outcome."""
        if self.error:
            return self.error.outcome
        return "ok" if self.items else "empty"

    @property
    def message(self) -> str:
        """What happened, in words."""
        if self.error:
            return str(self.error)
        if not self.items:
            return "the site says that there is nothing"
        return f"{len(self.items)} items on {self.page_count} pages"
