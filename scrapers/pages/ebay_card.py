"""One result of an eBay search page, in the layout of 2025 on and the one before."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import ClassVar

from lxml.etree import _Element as Element
from web_poet import Extractor, field

from scrapers.pages.amounts import Amount, read_amount
from scrapers.pages.dates import read_date
from scrapers.pages.page import Item
from scrapers.pages.walls import text_of, with_class

PLACEHOLDER_ID = "123456"
ITEM_ADDRESS = re.compile(r"/itm/(?:[^/?#]+/)?(\d+)")
SOLD = re.compile(
    r"^(?:sold|verkauft|vendidos?|vendu|venduto|verkocht|sprzedan|продан|販売済|売却済"
    r"|已售|판매됨|판매 완료)",
    re.I,
)
ENDED = re.compile(
    r"^(?:ended|beendet|finalizad|terminad|termin[ée]|be[ëe]indigd|zakończon|заверш"
    r"|終了|已结束|已結束|종료)",
    re.I,
)
BEST_OFFER_ACCEPTED = re.compile(
    r"best offer accepted|preisvorschlag angenommen|mejor oferta aceptada"
    r"|offre directe acceptée|migliore offerta accettata"
    r"|proposta (?:di acquisto )?accettata|ベストオファー成立",
    re.I,
)
DELIVERY = re.compile(
    r"delivery|shipping|postage|versand|lieferung|envío|livraison|spedizione"
    r"|verzend|wysył|dostaw|доставк|送料|運費|运费|배송|frete",
    re.I,
)
FREE = re.compile(
    r"\bfree\b|gratis|gratuit|kostenlos|bezpłatn|darmow|бесплатн|無料|免运费|免費|무료",
    re.I,
)
# The word or mark between the ends of a range.
RANGE = re.compile(r"\s(?:to|bis|a|à|[-~\u2013\uff5e])\s")
CONDITION = re.compile(
    r"new\b|used\b|owned|refurbished|open box|parts|certified|excellent|good\b|like new"
    r"|neu\b|gebraucht|generalüberholt|nuev[oa]|usad[oa]|segunda mano|reacondicionad"
    r"|repuestos|abierta|neuf|occasion|reconditionn|nuovo|ricondizionat|nieuw|tweedehands"
    r"|nowy|używan|新品|中古|開封|ジャンク|整備|새 ?상품|중고|全新|二手",
    re.I,
)


class EbayCard(Extractor[Item]):
    """A result as both layouts show it; subclasses say where each thing stands.

    Parameters
    ----------
    element : lxml.etree.Element
        The result. Its parts are found in one pass: there are sixty of them on a page,
        and to search each by selectors takes longer than to parse the page.
    """

    CAPTIONS: ClassVar[tuple[str, ...]]
    ROW: ClassVar[str]
    PRICE: ClassVar[str]

    def __init__(self, element: Element, language: str, url: str) -> None:
        self.language = language
        self.page_url = url
        self._addresses: list[str] = []
        self._by_class: defaultdict[str, list[Element]] = defaultdict(list)
        for part in element.iter("*"):
            for name in part.get("class", "").split():
                self._by_class[name].append(part)
            if part.tag == "a":
                self._addresses.append(part.get("href", ""))

    @property
    def is_result(self) -> bool:
        """Whether it is an offer at all, and not one of eBay's placeholders."""
        return self.listing_id not in (None, PLACEHOLDER_ID)

    @field
    def listing_id(self) -> str | None:
        """EBay's number of the listing."""
        return self._address[1] if self._address else None

    @field
    def title(self) -> str | None:
        """As the seller wrote it, or as eBay translated it."""
        return next(filter(None, map(text_of, self._titles())), None)

    @field
    def price(self) -> str | None:
        """Price, or the lower end of a range; the asking price of a best offer."""
        return self._prices[0].value if self._prices else None

    @field
    def price_max(self) -> str | None:
        """Upper end of a range."""
        return self._prices[1].value if len(self._prices) > 1 else None

    @field
    def currency(self) -> str | None:
        """ISO 4217 code of the price shown, which may be a converted one."""
        return self._prices[0].currency if self._prices else None

    @field
    def shipping(self) -> str | None:
        """Delivery cost; ``0`` is free, None is not told."""
        for row in self._rows:
            if not DELIVERY.search(row):
                continue
            amount = read_amount(row, self.page_url)
            if amount and amount.currency and amount.currency == self.currency:
                return amount.value
            # Any other number is one of days.
            if FREE.search(row) and not (amount and amount.currency):
                return "0"
        return None

    @field
    def condition(self) -> str | None:
        """In the site's words."""
        texts = [text_of(part) for part in self._conditions()]
        texts = [text.split(" ·")[0].strip() for text in texts if text]
        known = (text for text in texts if CONDITION.search(text) and len(text) < 40)
        return next(known, texts[0] if texts else None)

    @field
    def status(self) -> str:
        """``sold`` and ``ended`` (not sold) only if the caption says so."""
        return self._ending[0]

    @field
    def sold_at(self) -> str | None:
        """ISO date of the sale."""
        status, day = self._ending
        return day if status == "sold" else None

    @field
    def best_offer_accepted(self) -> bool:
        """Sold below the price shown, for an amount that eBay keeps to itself."""
        return any(BEST_OFFER_ACCEPTED.search(row) for row in self._rows)

    @field
    def url(self) -> str | None:
        """Address of the item page, without eBay's tracking."""
        return self._address[0].split("?")[0] if self._address else None

    @cached_property
    def _address(self) -> tuple[str, str] | None:
        for address in self._addresses:
            if found := ITEM_ADDRESS.search(address):
                return address, found.group(1)
        return None

    @cached_property
    def _rows(self) -> list[str]:
        return [text_of(row) for row in self._by_class[self.ROW]]

    @cached_property
    def _prices(self) -> list[Amount]:
        parts = self._by_class[self.PRICE]
        for row in self._by_class[self.ROW]:
            if within := [part for part in parts if row in part.iterancestors()]:
                texts = self._price_texts(within)
                amounts = [read_amount(text, self.page_url) for text in texts]
                return [amount for amount in amounts if amount]
        return []

    def _titles(self) -> Iterable[Element]:
        raise NotImplementedError

    def _conditions(self) -> Iterable[Element]:
        raise NotImplementedError

    def _price_texts(self, parts: list[Element]) -> list[str]:
        raise NotImplementedError

    @cached_property
    def _ending(self) -> tuple[str, str | None]:
        for name in self.CAPTIONS:
            for caption in self._by_class[name]:
                if ending := self._read_caption(caption):
                    return ending
        return "active", None

    def _read_caption(self, caption: Element) -> tuple[str, str | None] | None:
        text = text_of(caption)
        day = read_date(text, self.language) if re.search(r"\d", text) else None
        if SOLD.search(text) or (day and _is_positive(caption)):
            return "sold", day
        return ("ended", day) if ENDED.search(text) or day else None


def _is_positive(caption: Element) -> bool:
    # The colour tells a sale from an end where the words are in a language we don't
    # know.
    return any(
        "positive" in part.get("class", "").lower() for part in caption.iter("*")
    )


class CardLayout(EbayCard):
    """``li.s-card``: seen from 2025-08 on."""

    CAPTIONS = ("s-card__caption",)
    ROW = "s-card__attribute-row"
    PRICE = "s-card__price"

    def _titles(self) -> Iterable[Element]:
        asides = {"clipped", "s-card__new-listing"}
        return _spans_of(self._by_class["s-card__title"], asides)

    def _conditions(self) -> Iterable[Element]:
        return self._by_class["s-card__subtitle"]

    def _price_texts(self, parts: list[Element]) -> list[str]:
        current = [part for part in parts if "strikethrough" not in part.get("class")]
        # Only an accepted best offer strikes its sole price through.
        texts = [text_of(part) for part in current or parts]
        is_range = len(texts) == 3 and not re.search(r"\d", texts[1])
        return [texts[0], texts[2]] if is_range else texts[:1]


class ItemLayout(EbayCard):
    """``li.s-item``: seen until 2025-05."""

    CAPTIONS = ("s-item__caption", "s-item__title--tag", "s-item__ended-date")
    ROW = "s-item__detail"
    PRICE = "s-item__price"

    def _titles(self) -> Iterable[Element]:
        titles = self._by_class["s-item__title"]
        yield from _spans_of(titles, {"clipped", "LIGHT_HIGHLIGHT"})
        yield from (title for title in titles if title.tag == "h3")

    def _conditions(self) -> Iterable[Element]:
        subtitles = self._by_class["s-item__subtitle"]
        for subtitle in subtitles:
            yield from with_class(subtitle, "SECONDARY_INFO", "*")
        yield from subtitles

    def _price_texts(self, parts: list[Element]) -> list[str]:
        # A range is one element: amount, the word between in a span, amount.
        words = with_class(parts[0], "DEFAULT", "span")
        between = text_of(words[0]) if words else ""
        text = text_of(parts[0])
        if between and between in text:
            return [part.strip() for part in text.split(between, 1)]
        return RANGE.split(text)[:2]


def _spans_of(titles: list[Element], asides: set[str]) -> Iterator[Element]:
    for title in titles:
        for span in title.iterchildren("span"):
            if asides.isdisjoint(span.get("class", "").split()):
                yield span
