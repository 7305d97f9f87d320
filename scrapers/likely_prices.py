"""Which prices are within reason for what was asked."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from statistics import median

from sqlmodel import Session, col, select

from scrapers.pages.page import Item
from store.money import currency_exponents, to_minor
from store.tables import Listing

# A lot of ten, or a box alone, is still an offer; a decimal point or a currency that
# was misread moves a price a hundredfold.
MOST_TIMES = 50
LEAST_KNOWN = 10
NEWEST = 200


class LikelyPrices:
    """Judges prices beside those known for the same query, else those of the page.

    Parameters
    ----------
    asked : mapping of str to str
        ``query`` or ``product_id`` of the page.
    items : list of dict
        All of the page's items.
    """

    def __init__(
        self, session: Session, asked: Mapping[str, str], items: list[Item]
    ) -> None:
        self._session = session
        self._asked = asked
        self._items = items
        self._usual = cache(self._read_usual)

    def is_likely(self, price_minor: int, currency: str) -> bool:
        """Tell whether a price is within reason; with too few to compare, all are."""
        usual = self._usual(currency)
        if usual is None:
            return True
        return usual / MOST_TIMES <= price_minor <= usual * MOST_TIMES

    def _read_usual(self, currency: str) -> float | None:
        known = self._known(currency)
        if len(known) < LEAST_KNOWN:
            known = list(self._of_page(currency))
        return median(known) if len(known) >= LEAST_KNOWN else None

    def _known(self, currency: str) -> list[int]:
        for name in ("product_id", "query"):
            if value := self._asked.get(name):
                newest = (
                    select(Listing.price_minor)
                    .where(getattr(Listing, name) == value)
                    .where(Listing.currency == currency)
                    .order_by(col(Listing.observed_at).desc())
                    .limit(NEWEST)
                )
                return list(self._session.exec(newest))
        return []

    def _of_page(self, currency: str) -> list[int]:
        found = []
        for item in self._items:
            if item.get("currency") == currency and currency in currency_exponents():
                try:
                    found.append(to_minor(Decimal(item["price"]), currency))
                except (InvalidOperation, TypeError):
                    continue
        return found
