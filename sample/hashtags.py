"""Other hashtags of the made-up market: some name a product in another way, some only
look as if they did.
"""

import numpy as np

from sample.catalogue import BRANDS, KINDS, STYLES, hashtag_of
from sample.market import SampleProduct

# Of everything, and so of nothing.
CROWDED = (
    "fyp", "foryoupage", "viral", "tiktokmademebuyit", "tiktokshopfinds", "musthaves",
    "ootd", "grwm", "giftideas", "haul2026",
)  # fmt: skip
# A word or two of a title, but of something else.
LOOK_ALIKES = (
    "butterchicken", "cloudatlas", "sunsetbeach", "minicooper", "velvetsofa",
    "maskgirl", "deskjob", "hairtutorial", "pocketmonsters", "vintagecars",
    "neongenesis", "ribbedcurtain", "phonewallpaper", "heatedblanket", "lipsync",
    "glossypaint",
)  # fmt: skip
SUFFIXES = ("review", "haul", "unboxing", "2026", "tiktokshop", "dupe", "lovers")
ALIAS_COUNT = 12


def other_hashtags(
    rng: np.random.Generator, products: list[SampleProduct]
) -> dict[str, tuple[str, ...]]:
    """Return further hashtags and the products that each speaks of, often none."""
    # The name of a kind, a style or a maker alone means hundreds of things.
    nouns = [noun for _, found in KINDS.values() for noun in found[:2]]
    empty = (*CROWDED, *LOOK_ALIKES, *nouns, *STYLES[:6], *BRANDS[:4])
    known = {hashtag_of(p) for p in products}
    found: dict[str, tuple[str, ...]] = {_tag(word): () for word in empty}
    named = [p for p in products if hashtag_of(p)]
    for _ in range(ALIAS_COUNT if named else 0):
        product = named[rng.integers(len(named))]
        for alias, words in _aliases(rng, product).items():
            found.setdefault(alias, _ids(products, words))
    return {tag: ids for tag, ids in found.items() if tag not in known}


def _aliases(
    rng: np.random.Generator, product: SampleProduct
) -> dict[str, tuple[str, ...]]:
    thing = product.title.removeprefix(product.brand).split(" No. ")[0].strip()
    noun = thing.split(" ", 1)[1]
    suffix = SUFFIXES[rng.integers(len(SUFFIXES))]
    # What people call an imitation of it is not it.
    really = (thing,) if suffix != "dupe" else ()
    return {
        _slip(rng, _tag(thing)): (thing,),
        _tag(thing) + ("es" if thing.endswith("x") else "s"): (thing,),
        _tag(thing) + suffix: really,
        _tag(product.brand + noun): (product.brand, noun),
        _tag(product.brand + thing): (product.brand, thing),
    }


def _slip(rng: np.random.Generator, tag: str) -> str:
    """Return it with two neighbouring letters in each other's place."""
    at = int(rng.integers(1, len(tag) - 2))
    return tag[:at] + tag[at + 1] + tag[at] + tag[at + 2 :]


def _ids(products: list[SampleProduct], words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(
        p.product_id
        for p in products
        if words and all(f" {word} " in f" {p.title} " for word in words)
    )


def _tag(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))
