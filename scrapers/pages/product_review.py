"""What buyers wrote on a product page; who they are is left where it is."""

from decimal import Decimal, InvalidOperation

from scrapers.pages.dates import read_date
from scrapers.pages.page import Item
from scrapers.pages.schema_org import Thing, parts, text_of

MOST_STARS = 5


def review_items(product: Thing) -> list[Item]:
    """Return a product's reviews, those of its variants too, in the page's order."""
    owners = [product, *parts(product, "hasVariant")]
    found = [review for owner in owners for review in parts(owner, "review", "reviews")]
    return [_item(review) for review in found]


def _item(review: Thing) -> Item:
    rating = next(iter(parts(review, "reviewRating")), {})
    return {
        "review_text": text_of(review, "reviewBody", "description"),
        "rating": _stars(rating),
        "reviewed_at": _moment(text_of(review, "datePublished", "dateCreated")),
    }


def _stars(rating: Thing) -> str | None:
    """Return a rating on the scale of five that the store has."""
    try:
        value = Decimal((text_of(rating, "ratingValue") or "").replace(",", "."))
        best = Decimal(text_of(rating, "bestRating") or MOST_STARS)
        stars = value * MOST_STARS / best
    except (InvalidOperation, ZeroDivisionError):
        return None
    return format(stars.normalize(), "f") if 0 <= stars <= MOST_STARS else None


def _moment(text: str | None) -> str | None:
    if text and text[:4].isdigit() and text[4:5] == "-":
        return text
    return read_date(text) if text else None
