"""What a second-hand offer says, whatever the site: decided with plain values."""

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

Condition = Literal["new_without_tags", "used_good"]
TITLE_CHARACTERS = 80
# What these words are said of needs a pair of eyes before it is offered.
FAULTS = ("damage", "defect", "broken", "faulty", "stain", "torn", "worn", "fake")


@dataclass(frozen=True)
class Returned:
    """A thing that came back, and what is known of its price."""

    order_id: str
    """The order that it came back from."""

    product_id: str
    """The product."""

    title: str
    """As the shop shows it."""

    brand: str | None
    """Brand, where given."""

    gtin: str | None
    """Bar code, digits only."""

    reason: str | None
    """Why it came back, in the retailer's words."""

    purchased_at: datetime
    """When it was bought, UTC."""

    returned_at: datetime
    """When it came back, UTC."""

    list_price_usd: float | None = None
    """Price when new, US dollars."""

    resale_drop: float | None = None
    """1 minus resale price over list price."""

    resale_median_sold_usd: float | None = None
    """Median selling price with shipping, US dollars."""


@dataclass(frozen=True)
class ResaleOffer:
    """What is offered, in whatever form a site wants it."""

    title: str
    """One line of at most 80 characters."""

    description: str
    """What a buyer has to know."""

    price: Decimal
    """US dollars."""

    condition: Condition
    """As good as the return's own words allow; somebody has to look."""

    photo_urls: tuple[str, ...]
    """Where pictures are."""


def has_fault(reason: str | None) -> bool:
    """Tell whether a return's reason speaks of a fault.

    >>> has_fault("Arrived DAMAGED"), has_fault("changed mind"), has_fault(None)
    (True, False, False)
    """
    return any(word in (reason or "").lower() for word in FAULTS)


def resale_price(thing: Returned) -> Decimal | None:
    """Return the price to ask, US dollars; None where nothing says what it sells for.

    What others sold for goes first, then what the resale drop leaves of the list price;
    never more than it costs new.
    """
    price = thing.resale_median_sold_usd
    if price is None and thing.list_price_usd and thing.resale_drop is not None:
        price = thing.list_price_usd * (1 - thing.resale_drop)
    if price is None or price <= 0:
        return None
    bounded = min(price, thing.list_price_usd or price)
    return Decimal(str(bounded)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def resale_offer(thing: Returned, photo_url: str = "") -> ResaleOffer | None:
    """Return what to offer a thing for, None where no price can be named or it has a
    fault.

    Parameters
    ----------
    photo_url : str
        Address of its picture; ``{product_id}`` and ``{order_id}`` are filled in.
    """
    price = resale_price(thing)
    if price is None or has_fault(thing.reason):
        return None
    days = max((thing.returned_at - thing.purchased_at).days, 0)
    condition: Condition = "new_without_tags" if days <= 30 else "used_good"
    return ResaleOffer(
        title=_title(thing),
        description=_description(thing, days),
        price=price,
        condition=condition,
        photo_urls=_photos(thing, photo_url),
    )


def _title(thing: Returned) -> str:
    brand, title = thing.brand or "", thing.title
    full = title if brand.lower() in title.lower() else f"{brand} {title}"
    return " ".join(full.split())[:TITLE_CHARACTERS].rstrip()


def _description(thing: Returned, days: int) -> str:
    after = f"after {days} days" if days > 1 else "at once"
    lines = [f"{_title(thing)}.", f"Bought new from us and sent back {after}."]
    if thing.list_price_usd:
        lines.append(f"New it costs ${thing.list_price_usd:.2f}.")
    lines.append("Checked by us before it is sent.")
    return "\n".join(lines)


def _photos(thing: Returned, photo_url: str) -> tuple[str, ...]:
    if not photo_url:
        return ()
    names = {"{product_id}": thing.product_id, "{order_id}": thing.order_id}
    for name, value in names.items():
        photo_url = photo_url.replace(name, value)
    return (photo_url,)
