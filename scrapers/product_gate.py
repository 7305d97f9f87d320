"""Is this shop's page the product that is watched, and what of it may be kept."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from rapidfuzz.fuzz import token_set_ratio
from sqlmodel import Session

from scrapers.judged import Drop, Judged
from scrapers.pages.page import Item
from scrapers.times import read_time
from store.keys import canonical_gtin, normal_name
from store.settings import Settings
from store.tables import Product, Review

CLOCK_SLACK = timedelta(days=1)
# Words in common, 0-100; a shop puts size and colour into some titles.
ALIKE = 80


class ProductGate:
    """Judges a product page: its reviews are kept, its price has no place in the store.

    Parameters
    ----------
    observed_at : datetime
        When the page was seen.
    """

    def __init__(
        self, session: Session, settings: Settings, observed_at: datetime
    ) -> None:
        self._session = session
        self._settings = settings
        self._observed_at = observed_at

    def judge(self, items: list[Item], asked: Mapping[str, str]) -> Judged:
        """Judge a page's product, which comes first, and its reviews.

        Parameters
        ----------
        asked : mapping of str to str
            ``product_id`` of the watched product.
        """
        judged = Judged()
        product = self._session.get(Product, asked.get("product_id") or "")
        if product is None or not is_same(product, items[0]):
            reason = "other_product" if product else "no_product"
            judged.drops.extend(Drop(reason, item) for item in items)
            return judged
        self._judge_reviews(judged, product.product_id, items[1:])
        return judged

    def _judge_reviews(
        self, judged: Judged, product_id: str, reviews: list[Item]
    ) -> None:
        kept = []
        for review in reviews:
            if reason := self._reason(review):
                judged.drops.append(Drop(reason, review))
            else:
                kept.append(review)
        texts = [
            {
                "product_id": product_id,
                "reviewed_at": review["reviewed_at"],
                "rating": review["rating"],
                "text": review["review_text"],
            }
            for review in kept
        ]
        # The import takes half a second to import: only reviews pay.
        from store.importing.reviews import read_reviews  # noqa: PLC0415

        rows, faults = read_reviews(self._session, self._settings, texts)
        for row in rows.to_pylist():
            judged.keep(Review, row)
        judged.drops.extend(Drop("review_unreadable", kept[place]) for place in faults)

    def _reason(self, review: Item) -> str | None:
        if not review["reviewed_at"]:
            return "review_without_date"
        if not (review["review_text"] or review["rating"]):
            return "review_empty"
        try:
            moment = read_time(review["reviewed_at"])
        except ValueError:
            return "review_unreadable"
        late = moment > self._observed_at + CLOCK_SLACK
        return "date_in_future" if late else None


def is_same(product: Product, item: Item) -> bool:
    """Tell whether a page's product is the one of the catalogue.

    What is surest decides: the GTIN, then the shop's own number, then the names.
    Numbers in names have to agree: "No. 239" is not "No. 252".
    """
    known = canonical_gtin(product.gtin or "")
    seen = canonical_gtin(item["gtin"] or "")
    if known and seen:
        return known == seen
    if item["sku"] == product.product_id:
        return True
    return _are_brands_alike(product.brand, item["brand"]) and _are_titles_alike(
        normal_name(product.brand, product.title),
        normal_name(item["brand"] or product.brand, item["product_title"]),
    )


def _are_brands_alike(known: str | None, seen: str | None) -> bool:
    one, other = (set(normal_name(None, name or "").split()) for name in (known, seen))
    return one <= other or other <= one


def _are_titles_alike(known: str, seen: str) -> bool:
    numbers = [
        {w for w in name.split() if any(map(str.isdigit, w))} for name in (known, seen)
    ]
    if all(numbers) and numbers[0].isdisjoint(numbers[1]):
        return False
    return token_set_ratio(known, seen) >= ALIKE
