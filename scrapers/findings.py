"""How a crawl is going: pages, items, and the first thing that went wrong."""

from dataclasses import dataclass, field

from store.errors import (
    BlockedError,
    ConflictError,
    CrawlError,
    FailedError,
    LoginWallError,
)


@dataclass
class Findings:
    """Gathered by a spider while it runs; judged when it ends."""

    item_count: int = 0
    """Items that pages had, kept or dropped."""

    page_count: int = 0
    """Pages that came, readable or not."""

    error: CrawlError | None = None
    """The first thing that went wrong."""

    notes: list[str] = field(default_factory=list)
    """What else is to be told: refusals that something else made up for."""

    conflict: ConflictError | None = None
    """Why nothing more may be kept: somebody ended the run."""

    def refuse(self, error: CrawlError) -> None:
        """Note an error; the first one is the run's, later ones follow from it."""
        self.error = self.error or error

    def set_aside(self, instead: str) -> None:
        """Make the refusal a note.

        Parameters
        ----------
        instead : str
            What makes up for it.
        """
        self.notes.append(f"{self.error}: {instead}")
        self.error = None

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
        return "ok" if self.item_count else "empty"

    @property
    def retry_after_seconds(self) -> float | None:
        """The pause that the site asked for, where it did."""
        return self.error.retry_after_seconds if self.error else None

    @property
    def message(self) -> str:
        """What happened, in words."""
        return "; ".join([self._words, *self.notes])

    @property
    def is_refused(self) -> bool:
        """Whether the site wants us gone: nothing more is asked of it."""
        return isinstance(self.error, BlockedError | LoginWallError)

    @property
    def _words(self) -> str:
        found = f"{self.item_count} items on {self.page_count} pages"
        if self.error:
            return (
                f"{self.error} (after {found})" if self.item_count else f"{self.error}"
            )
        if not self.item_count:
            return "the site says that there is nothing"
        return found
