"""One result of an eBay search page, in the layout of 2025 on and the one before."""

import re
from functools import cached_property
from typing import ClassVar

from parsel import Selector, SelectorList
from web_poet import SelectorExtractor, field

from scrapers.pages.amounts import Amount, read_amount
from scrapers.pages.dates import read_date
from scrapers.pages.page import Item
from scrapers.pages.walls import visible_text

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


class EbayCard(SelectorExtractor[Item]):
    """A result as both layouts show it; subclasses say where each thing stands."""

    TITLE: ClassVar[str]
    CAPTION: ClassVar[str]
    ROWS: ClassVar[str]
    PRICE: ClassVar[str]
    CONDITION: ClassVar[str]

    def __init__(self, selector: Selector, language: str, url: str) -> None:
        super().__init__(selector)
        self.language = language
        self.page_url = url

    @property
    def is_result(self) -> bool:
        """Whether it is an offer at all, and not one of eBay's placeholders."""
        return self.listing_id not in (None, PLACEHOLDER_ID)

    @field
    def listing_id(self) -> str | None:
        """EBay's number of the listing."""
        for address in self.selector.css("a::attr(href)").getall():
            if found := ITEM_ADDRESS.search(address):
                return found.group(1)
        return None

    @field
    def title(self) -> str | None:
        """As the seller wrote it, or as eBay translated it."""
        texts = (visible_text(part) for part in self.selector.css(self.TITLE))
        return next((text for text in texts if text), None)

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
        texts = [visible_text(part) for part in self.selector.css(self.CONDITION)]
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
        for address in self.selector.css("a::attr(href)").getall():
            if ITEM_ADDRESS.search(address):
                return address.split("?")[0]
        return None

    @cached_property
    def _rows(self) -> list[str]:
        return [visible_text(row) for row in self.selector.css(self.ROWS)]

    @cached_property
    def _prices(self) -> list[Amount]:
        for row in self.selector.css(self.ROWS):
            if texts := self._price_texts(row.css(self.PRICE)):
                amounts = [read_amount(text, self.page_url) for text in texts]
                return [amount for amount in amounts if amount]
        return []

    def _price_texts(self, parts: SelectorList[Selector]) -> list[str]:
        raise NotImplementedError

    @cached_property
    def _ending(self) -> tuple[str, str | None]:
        for caption in self.selector.css(self.CAPTION):
            text = visible_text(caption)
            day = read_date(text, self.language) if re.search(r"\d", text) else None
            if SOLD.search(text) or (day and self._is_positive(caption)):
                return "sold", day
            if ENDED.search(text) or day:
                return "ended", day
        return "active", None

    def _is_positive(self, caption: Selector) -> bool:
        # The colour tells a sale from an end where the words are in a language we
        # don't know.
        classes = " ".join(caption.xpath(".//@class | ./@class").getall()).lower()
        return "positive" in classes


class CardLayout(EbayCard):
    """``li.s-card``: seen from 2025-08 on."""

    TITLE = ".s-card__title > span:not(.clipped):not(.s-card__new-listing)"
    CAPTION = ".s-card__caption"
    ROWS = ".s-card__attribute-row"
    PRICE = ".s-card__price"
    CONDITION = ".s-card__subtitle"

    def _price_texts(self, parts: SelectorList[Selector]) -> list[str]:
        current = [p for p in parts if "strikethrough" not in p.attrib["class"]]
        # Only an accepted best offer strikes its sole price through.
        texts = [visible_text(part) for part in current or parts]
        is_range = len(texts) == 3 and not re.search(r"\d", texts[1])
        return [texts[0], texts[2]] if is_range else texts[:1]


class ItemLayout(EbayCard):
    """``li.s-item``: seen until 2025-05."""

    TITLE = (
        ".s-item__title > span:not(.clipped):not(.LIGHT_HIGHLIGHT), h3.s-item__title"
    )
    CAPTION = ".s-item__caption, .s-item__title--tag, .s-item__ended-date"
    ROWS = ".s-item__detail"
    PRICE = ".s-item__price"
    CONDITION = ".s-item__subtitle .SECONDARY_INFO, .s-item__subtitle"

    def _price_texts(self, parts: SelectorList[Selector]) -> list[str]:
        if not parts:
            return []
        # A range is one element: amount, the word between in a span, amount.
        between = visible_text(parts[0].css("span.DEFAULT"))
        text = visible_text(parts[0])
        if between and between in text:
            return [part.strip() for part in text.split(between, 1)]
        return RANGE.split(text)[:2]
