"""Second-hand offers that are not the thing itself, as sellers write them."""

from dataclasses import dataclass

import numpy as np

from sample.market import SampleProduct

SAME = (
    "{title} size M", "{title} barely used", "{title} gift", "NWT {title}",
    "{title} new in box", "{title} w/ original box and receipt", "{title} no box",
    "{title} free shipping", "Authentic {title} EUC", "{title} - bundle to save!",
)  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """One kind of offer: how it is written, and its price beside the thing's."""

    titles: tuple[str, ...]
    price_rate: float


KINDS: dict[str, Kind] = {
    "lot": Kind(("Lot of 3 {title}", "{title} job lot", "2x {title}"), 2.2),
    "box_only": Kind(
        ("{title} EMPTY BOX", "Box only for {title}", "{title} packaging only"), 0.12
    ),
    "part": Kind(
        ("{title} replacement strap", "Spare part for {title}", "{title} lid only"), 0.2
    ),
    "accessory": Kind(
        ("Case for {title}", "{title} compatible charger", "Cover fits {title}"), 0.2
    ),
    "child_size": Kind(
        ("{title} kids size 8", "Girls {title} 10-12Y", "{title} toddler 3T"), 0.6
    ),
    "replica": Kind(("{title} dupe", "Inspired by {title}", "{title} look alike"), 0.3),
    "wanted": Kind(("WTB {title}", "Looking for {title}", "ISO {title}"), 1.0),
    "broken": Kind(
        ("{title} for parts not working", "Broken {title} as is", "{title} defekt"),
        0.25,
    ),
    "other_model": Kind(("{model}", "{model} size M"), 1.0),
    "other_brand": Kind(("{rival}", "{rival} like new"), 0.9),
}


def same_title(rng: np.random.Generator, product: SampleProduct) -> str:
    """Return a title of an offer of the thing itself."""
    return SAME[rng.integers(len(SAME))].format(title=product.title)


def other_title(
    rng: np.random.Generator, product: SampleProduct, kind: str, rival: str
) -> str:
    """Return a title of an offer of another kind.

    Parameters
    ----------
    rival : str
        Another brand.
    """
    titles = KINDS[kind].titles
    name, number = product.title.rsplit(" ", 1)
    return titles[rng.integers(len(titles))].format(
        title=product.title,
        model=f"{name} {int(number) + int(rng.integers(1, 30))}",
        rival=product.title.replace(product.brand, rival),
    )
