"""eBay's search result page, ``/sch/i.html``."""

import re
from collections.abc import Iterator
from functools import cached_property

from lxml.html import HtmlElement
from parsel import Selector, SelectorList
from web_poet import field
from web_poet.fields import item_from_fields_sync

from scrapers.pages.counts import read_count
from scrapers.pages.ebay_card import CardLayout, EbayCard, ItemLayout
from scrapers.pages.listing import listing_item
from scrapers.pages.page import HtmlPage, Item, Reading
from scrapers.pages.walls import refuse_wall, text_of, visible_text
from store.errors import ChangedError, FailedError

# With their tags, for a search of all elements takes as long as to read ten listings.
HEADING = "h1.srp-controls__count-heading, h2.srp-controls__count-heading"
RESULTS = "ul.srp-results, div.srp-results"
FEWER_WORDS = re.compile(r"results matching fewer words", re.I)
CJK = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")


class EbaySearchPage(HtmlPage):
    """Listings that match the query; both layouts, any language and currency.

    Placeholders, carousels and everything after "Results matching fewer words" are
    not results.
    """

    def read_html(self) -> Reading:
        """Return the listings; see `SitePage.read`."""
        if not self._heading and not self._results:
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
        }
        return Reading(readable, facts)

    @field
    def result_count(self) -> int | None:
        """Number of results in the heading; eBay rounds it ("1,000+")."""
        bold = [visible_text(part) for part in self._heading.css(".BOLD")]
        numbers = [text for text in bold if re.fullmatch(r"[\d.,\s]+", text)]
        # "2002 results for 501", but "501 の結果 2,002 件": the query is bold as well.
        asked = (self.query or "").casefold()
        numbers = [n for n in numbers if n.casefold() != asked] or numbers
        if not numbers:
            return read_count(visible_text(self._heading))
        last = CJK.search(visible_text(self._heading))
        return read_count(numbers[-1 if last else 0])

    @field
    def query(self) -> str | None:
        """What was searched for, as the page's own form shows it."""
        return self.css("input[name=_nkw]::attr(value)").get()

    @field
    def items(self) -> list[Item]:
        """Every listing that matches all words."""
        cards = [card for card in self._cards() if card.is_result]
        return [listing_item(**item_from_fields_sync(card)) for card in cards]

    @field
    def next_url(self) -> str | None:
        """Address of the next page; eBay sometimes fills its pager by script."""
        return self.css("a.pagination__next::attr(href)").get()

    def _cards(self) -> Iterator[EbayCard]:
        language = self.css("html::attr(lang)").get("en")
        url = self.css("link[rel=canonical]::attr(href)").get(str(self.response.url))
        for part in self._parts("li", "div"):
            if _starts_fewer_words(part):
                return
            classes = part.get("class", "").split()
            if "s-card" in classes:
                yield CardLayout(part, language, url)
            elif "s-item" in classes:
                yield ItemLayout(part, language, url)

    def _parts(self, *tags: str) -> Iterator[HtmlElement]:
        for results in self._results:
            yield from results.root.iterchildren(*tags)

    @cached_property
    def _heading(self) -> SelectorList[Selector]:
        return self.css(HEADING)

    @cached_property
    def _results(self) -> SelectorList[Selector]:
        return self.css(RESULTS)

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


def _starts_fewer_words(part: HtmlElement) -> bool:
    classes = part.get("class", "").split()
    if "s-card" in classes or "s-item" in classes:
        return False
    if any("REWRITE_START" in name for name in classes):
        return True
    return bool(FEWER_WORDS.search(text_of(part)))
