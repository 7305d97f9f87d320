"""What a product costs by its structured data: one offer of possibly many."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from scrapers.pages.amounts import read_amount
from scrapers.pages.schema_org import Thing, each, parts, text_of, types_of
from store.keys import canonical_url
from store.money import currency_exponents

# What is struck out, or for a part of the thing.
NOT_ASKED = re.compile(r"list|strikethrough|msrp|srp|minimumadvertised|unit", re.I)
AMOUNTS = ("product:sale_price:amount", "product:price:amount", "og:price:amount")
CODES = ("product:sale_price:currency", "product:price:currency", "og:price:currency")


@dataclass(frozen=True)
class Offer:
    """A price with its currency, None each where the page does not tell."""

    price: str | None = None
    currency: str | None = None
    availability: str | None = None


def offer_of(product: Thing, graph: dict[str, str], url: str) -> Offer:
    """Return what the page asks: the data's own offer, else Open Graph's.

    Parameters
    ----------
    product : dict
        As schema.org has it; may be empty.
    graph : dict of str to str
        Open Graph's properties.
    url : str
        The page's address: it decides among offers, and what a dollar is.
    """
    offers = list(_offers(product))
    chosen = _chosen(offers, url)
    beside = open_graph_offer(graph, url)
    if chosen is None:
        return beside or Offer(availability=_first_availability(offers))
    return Offer(
        chosen.price,
        chosen.currency or (beside.currency if beside else None),
        chosen.availability,
    )


def open_graph_offer(graph: dict[str, str], url: str) -> Offer | None:
    """Return the offer of Open Graph's properties, if there is one."""
    amount = next((graph[name] for name in AMOUNTS if name in graph), None)
    code = next((graph[name] for name in CODES if name in graph), None)
    price = _price(amount, code, url)
    if price is None:
        return None
    state = graph.get("product:availability") or graph.get("og:availability")
    return Offer(price, _currency(code, amount, url), _availability(state))


def _offers(product: Thing) -> Iterator[Thing]:
    for offer in parts(product, "offers"):
        yield offer
        yield from parts(offer, "offers")
    for variant in parts(product, "hasVariant", "model"):
        yield from parts(variant, "offers")


def _chosen(offers: list[Thing], url: str) -> Offer | None:
    here = canonical_url(url)
    priced = [(thing, offer) for thing in offers if (offer := _read(thing, url)).price]
    here_first = [
        o for t, o in priced if here and canonical_url(text_of(t, "url") or "") == here
    ]
    spans = [o for t, o in priced if "AggregateOffer" in types_of(t)]
    stocked = [o for _, o in priced if o.availability == "InStock"]
    one_here = here_first if len(here_first) == 1 else []
    every = [o for _, o in priced]
    return next(iter([*one_here, *spans, *stocked, *every]), None)


def _read(thing: Thing, url: str) -> Offer:
    code = text_of(thing, "priceCurrency")
    text = text_of(thing, "price", "lowPrice")
    if text is None:
        for part in parts(thing, "priceSpecification"):
            kind = " ".join(map(str, [*types_of(part), *each(part.get("priceType"))]))
            if not NOT_ASKED.search(kind) and (text := text_of(part, "price")):
                code = text_of(part, "priceCurrency") or code
                break
    state = _availability(text_of(thing, "availability"))
    return Offer(_price(text, code, url), _currency(code, text, url), state)


def _price(text: str | None, code: str | None, url: str) -> str | None:
    if not text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        amount = read_amount(f"{text} {code or ''}", url)
        value = Decimal(amount.value) if amount else Decimal(0)
    return format(value, "f") if value.is_finite() and value > 0 else None


def _currency(code: str | None, text: str | None, url: str) -> str | None:
    known = (code or "").strip().upper()
    if known in currency_exponents():
        return known
    amount = read_amount(f"{text or ''} {code or ''}", url)
    return amount.currency if amount else None


def _availability(text: str | None) -> str | None:
    word = (text or "").strip().rstrip("/").rsplit("/", 1)[-1].strip()
    plain = re.sub(r"[^a-z]", "", word.lower())
    return NAMES.get(plain, word or None)


def _first_availability(offers: list[Thing]) -> str | None:
    found = (_availability(text_of(offer, "availability")) for offer in offers)
    return next((state for state in found if state), None)


# As schema.org writes them, by what shops make of them.
NAMES = {
    name.lower(): name
    for name in (
        "InStock", "OutOfStock", "PreOrder", "BackOrder", "SoldOut", "Discontinued",
        "LimitedAvailability", "OnlineOnly", "InStoreOnly", "PreSale", "Reserved",
    )
} | {"instock": "InStock", "oos": "OutOfStock", "available": "InStock"}  # fmt: skip
