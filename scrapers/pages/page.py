"""What every page object shares: it reads one answer whole, or raises why it can't."""

import json
from abc import abstractmethod
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from lxml import etree
from parsel import Selector
from web_poet import HttpResponse, WebPage

from scrapers.pages.walls import refuse_wrong_body, visible_text
from store.errors import BlockedError, ChangedError, FailedError

Item = dict[str, Any]


@dataclass(frozen=True)
class Reading:
    """What a page says.

    Attributes
    ----------
    items : list of dict
        Strings, integers and None only; the pipeline gives them types.
    facts : dict
        What is true of the page as a whole, such as ``result_count``.
    answer : HttpResponse, optional
        What it was read from, where a crawl read it.
    """

    items: list[Item]
    facts: dict[str, Any] = field(default_factory=dict)
    answer: HttpResponse | None = field(default=None, compare=False, repr=False)

    @property
    def outcome(self) -> str:
        """``ok``, or ``empty`` for a page that says that there is nothing."""
        return "ok" if self.items else "empty"


class SitePage(WebPage[Item]):
    """A page of one site; `read` is all that callers need."""

    def read(self) -> Reading:
        """Return all the page says.

        Raises
        ------
        CrawlError
            Of the kind that says why the page yields nothing.
        """
        try:
            return self.read_body()
        except (LookupError, TypeError, AttributeError, ValueError) as error:
            raise ChangedError(
                f"the answer is not built as we know it: {type(error).__name__}: "
                f"{error}"
            ) from error

    @abstractmethod
    def read_body(self) -> Reading:
        """Read the response; `read` turns what it stumbles over into an outcome."""


class HtmlPage(SitePage):
    """A page in HTML, checked to be whole before anything is read from it."""

    def read_body(self) -> Reading:
        """Check that the page is whole, then read it."""
        refuse_wrong_body(bytes(self.response.body))
        return self.read_html()

    @cached_property
    def selector(self) -> Selector:
        """The parsed page.

        Made from its bytes, of plain elements: to decode it first and to make lxml's
        HTML elements takes as long as to parse it.
        """
        parser = etree.HTMLParser(
            recover=True, encoding=self.response.encoding, huge_tree=True
        )
        root = etree.fromstring(bytes(self.response.body), parser)
        return Selector(root=root if root is not None else etree.Element("html"))

    @abstractmethod
    def read_html(self) -> Reading:
        """Read a body that is complete HTML."""

    def texts(self, query: str) -> list[str]:
        """Return the text of every element that a CSS query selects, tidied."""
        return [t for t in map(visible_text, self.css(query)) if t]

    def first_text(self, *queries: str) -> str | None:
        """Return the first non-empty text that any of the queries selects."""
        for query in queries:
            if found := self.texts(query):
                return found[0]
        return None


class JsonPage(SitePage):
    """An answer in JSON."""

    def read_body(self) -> Reading:
        """Parse the answer, then read it."""
        data = parse_json(self.response.text)
        if not isinstance(data, dict):
            raise FailedError("the answer is JSON, but not an object")
        return self.read_json(data)

    @abstractmethod
    def read_json(self, data: dict[str, Any]) -> Reading:
        """Read the parsed answer."""


def parse_json(text: str) -> Any:
    """Parse a JSON body; whole numbers of any size stay exact.

    Raises
    ------
    BlockedError
        If HTML came where JSON was asked for.
    FailedError
        If it is empty, or no (or only half a) JSON document.
    """
    if not text.strip():
        raise FailedError("the answer is empty")
    if text.lstrip().startswith("<"):
        raise BlockedError("HTML came where JSON was expected")
    try:
        return json.loads(text)
    except ValueError as error:
        raise FailedError(f"not JSON, or cut off: {error}") from error
