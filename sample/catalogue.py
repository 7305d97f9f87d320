"""Products of the made-up market: names, prices, and the hashtags they ride on."""

from decimal import Decimal

import numpy as np

from sample.market import SampleProduct

KINDS: dict[str, tuple[float, tuple[str, ...]]] = {
    "fashion": (42, ("Leggings", "Hoodie", "Corset", "Cardigan", "Jumpsuit")),
    "beauty": (24, ("Blush", "Lip Oil", "Hair Wand", "Face Mask", "Brow Gel")),
    "home": (55, ("Sunset Lamp", "Cloud Pillow", "Mini Waffle Iron", "Neon Sign")),
    "gadgets": (68, ("Phone Projector", "Heated Mug", "Desk Vacuum", "Pocket Printer")),
    "bags": (160, ("Tote", "Crossbody", "Belt Bag", "Travel Backpack")),
}
STYLES = (
    "Ribbed", "Velvet", "Glossy", "Vintage", "Butter", "Frosted", "Marble", "Cosmic",
    "Sculpted", "Airy", "Retro", "Pastel", "Quilted", "Satin", "Crystal", "Smoky",
)  # fmt: skip
BRANDS = (
    "Lumenza", "Norvelle", "Kattara", "Pinecroft", "Oriviel", "Brisko", "Talmira",
    "Zephyne", "Maribel & Oak", "Fennrow", "Hollin", "Quaverly",
)  # fmt: skip
LUXURY = frozenset({"Norvelle", "Oriviel", "Maribel & Oak"})


def make_products(rng: np.random.Generator, count: int) -> list[SampleProduct]:
    """Draw products; about three in four ride on a hashtag of their kind's name."""
    tags = _hashtags(rng)
    return [_product(rng, number, tags) for number in range(count)]


def hashtag_of(product: SampleProduct) -> str:
    """Return the hashtag that people use for it, or ``""`` where none trends."""
    return product.hashtags[0] if product.hashtags else ""


def _hashtags(rng: np.random.Generator) -> dict[tuple[str, str], str]:
    # All ribbed leggings trend under one name, whoever makes them.
    tags = {}
    for _, nouns in KINDS.values():
        for noun in nouns:
            for style in STYLES:
                word = f"{style}{noun}".replace(" ", "").lower()
                suffix = ("", "tok", "tiktok")[rng.integers(3)]
                tags[style, noun] = f"{word}{suffix}" if rng.random() < 0.75 else ""
    return tags


def _product(
    rng: np.random.Generator, number: int, tags: dict[tuple[str, str], str]
) -> SampleProduct:
    category = list(KINDS)[rng.integers(len(KINDS))]
    typical, nouns = KINDS[category]
    noun, style = nouns[rng.integers(len(nouns))], STYLES[rng.integers(len(STYLES))]
    brand = BRANDS[rng.integers(len(BRANDS))]
    price = typical * rng.lognormal(0, 0.35) * (2.5 if brand in LUXURY else 1)
    title = f"{brand} {style} {noun} No. {number + 1}"
    hashtag = tags[style, noun]
    return SampleProduct(
        product_id=f"P{number:05d}",
        slug=title.lower().replace(" & ", "-").replace(". ", "-").replace(" ", "-"),
        title=title,
        brand=brand,
        category=category,
        list_price=Decimal(int(price)) + Decimal("0.99"),
        currency="USD",
        gtin=_gtin(2_000_000_000_00 + number),
        hashtags=(hashtag,) if hashtag else (),
    )


def _gtin(number: int) -> str:
    body = f"{number:012d}"
    weighted = sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(body))
    return body + str(-weighted % 10)
