"""eBay's search result page, ``/sch/i.html``."""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import dropwhile, takewhile

from lxml.etree import _Element as Element
from web_poet import field
from web_poet.fields import item_from_fields_sync

from scrapers.pages.counts import read_count
from scrapers.pages.ebay_card import CardLayout, EbayCard, ItemLayout
from scrapers.pages.listing import listing_item
from scrapers.pages.page import HtmlPage, Item, Reading
from scrapers.pages.walls import refuse_wall, text_of, visible_text, with_class
from store.errors import ChangedError, FailedError

HEADING = "srp-controls__count-heading"
RESULTS = "srp-results"
FEWER_WORDS = re.compile(r"results matching fewer words", re.I)
CJK = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")


class EbaySearchPage(HtmlPage):
    """Listings that match the query; both layouts, any language and currency.

    Placeholders, carousels and everything after "Results matching fewer words" are
    not results.
    """

    def read_html(self) -> Reading:
        """Return the listings; see `SitePage.read`."""
        if self._heading is None and not self._results:
            refuse_wall(self.selector)
            if "error page" in visible_text(self.css("title")).lower():
                raise FailedError("eBay shows its error page")
            raise ChangedError("neither results nor their count are where they were")
        items = self.items
        readable = [item for item in items if item["title"] and item["price"]]
        self._refuse_strange(items, readable)
        facts = {
            "result_count": self.result_count,
            "query": self.query,
            "next_url": self.next_url,
            # Such as "See price", which is told in the cart only.
            "without_price": len(items) - len(readable),
            # Shown to who looks at the page, never kept: they are other things.
            "fewer_words": self.fewer_words,
        }
        return Reading(readable, facts)

    @field
    def result_count(self) -> int | None:
        """Number of results in the heading; eBay rounds it ("1,000+")."""
        if self._heading is None:
            return None
        bold = [text_of(part) for part in with_class(self._heading, "BOLD", "*")]
        numbers = [text for text in bold if re.fullmatch(r"[\d.,\s]+", text)]
        # "2002 results for 501", but "501 の結果 2,002 件": the query is bold as well.
        asked = (self.query or "").casefold()
        numbers = [n for n in numbers if n.casefold() != asked] or numbers
        if not numbers:
            return read_count(text_of(self._heading))
        last = CJK.search(text_of(self._heading))
        return read_count(numbers[-1 if last else 0])

    @field
    def query(self) -> str | None:
        """What was searched for, as the page's own form shows it."""
        fields = self.selector.root.iter("input")
        return next((f.get("value") for f in fields if f.get("name") == "_nkw"), None)

    @field
    def items(self) -> list[Item]:
        """Every listing that matches all words."""
        return _listings(takewhile(bool, self._cards))

    @field
    def fewer_words(self) -> list[Item]:
        """Listings that eBay adds where few match: not what was asked for."""
        return _listings(dropwhile(bool, self._cards))

    @field
    def next_url(self) -> str | None:
        """Address of the next page; eBay sometimes fills its pager by script."""
        links = with_class(self.selector.root, "pagination__next", "a")
        return links[0].get("href") if links else None

    @cached_property
    def _cards(self) -> list[EbayCard | None]:
        """Every card; None stands for the line that parts those that match."""
        return list(self._read_cards())

    def _read_cards(self) -> Iterator[EbayCard | None]:
        root = self.selector.root
        language = root.get("lang", "en")
        found = (e for e in root.iter("link") if e.get("rel") == "canonical")
        links = (link.get("href") for link in found)
        url = next(links, None) or str(self.response.url)
        for part in self._parts("li", "div"):
            classes = part.get("class", "").split()
            if _starts_fewer_words(part):
                yield None
            elif "s-card" in classes:
                yield CardLayout(part, language, url)
            elif "s-item" in classes:
                yield ItemLayout(part, language, url)

    def _parts(self, *tags: str) -> Iterator[Element]:
        for results in self._results:
            yield from results.iterchildren(*tags)

    @cached_property
    def _heading(self) -> Element | None:
        return next(iter(self._of_class(HEADING, "h1", "h2")), None)

    @cached_property
    def _results(self) -> list[Element]:
        return self._of_class(RESULTS, "ul")

    def _of_class(self, name: str, *likely_tags: str) -> list[Element]:
        root = self.selector.root
        return with_class(root, name, *likely_tags) or with_class(root, name, "*")

    def _refuse_strange(self, items: list[Item], readable: list[Item]) -> None:
        if not items and self.result_count and not self._has_answers():
            raise ChangedError(
                f"the page counts {self.result_count} results, but shows none where "
                "they were"
            )
        if len(readable) < len(items) / 2:
            raise ChangedError(
                f"{len(items) - len(readable)} of {len(items)} listings have no title "
                "or price where they were"
            )

    def _has_answers(self) -> bool:
        # A heading that counts only what matches fewer words.
        return any(map(_starts_fewer_words, self._parts("li")))


def _listings(cards: Iterable[EbayCard | None]) -> list[Item]:
    results = [card for card in cards if card and card.is_result]
    return [listing_item(**item_from_fields_sync(card)) for card in results]


def _starts_fewer_words(part: Element) -> bool:
    classes = part.get("class", "").split()
    if "s-card" in classes or "s-item" in classes:
        return False
    if any("REWRITE_START" in name for name in classes):
        return True
    return bool(FEWER_WORDS.search(text_of(part)))
