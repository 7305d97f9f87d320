"""Is it another model? The numbers and versions in titles, and what they count."""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ml.matching.words import fold

Numbers = dict[str, frozenset[str]]
# What is counted after these is how large, how many, how old or how dear it is.
MEASURES = frozenset(
    """
    size sz us uk eu fr it cm mm m l ml oz fl inch in x w h d age aged men mens women
    womens kids gr grosse talla taille taglia of lot set pack pcs waist length year
    only for worn used usd $ £ € dollars from to and approx about new
    """.split()  # noqa: SIM905
)
UNITS = frozenset(
    """
    cm mm m ml l oz fl g kg lb lbs inch in x pcs pack pc w v mah gb tb k y yrs years
    months mo t day days hours usd times count ct xl
    """.split()  # noqa: SIM905
)
# How much a thing holds is part of what it is.
CAPACITIES = frozenset(["oz", "ml", "gb", "tb", "mah", "qt", "litre", "liter"])
_VARIANT = re.compile(r"\b(?:pro|max|plus|mini|lite|ultra|se)\b")
_SIZE = re.compile(r"\bplus size\b|\b(?:size|sz) \w+")
_DIGIT = re.compile(r"\d")
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+|[$£€%#]")


def numbers(title: str) -> Numbers:
    """Return the model numbers of a title by what stands before them.

    >>> numbers("Lumenza Tote No. 17 size 8")
    {'no': frozenset({'17'})}
    >>> numbers("Tumbler 40oz")
    {'oz': frozenset({'40'})}
    >>> numbers("Sony WH-1000XM4")
    {'wh': frozenset({'1000'}), '1000xm': frozenset({'4'})}
    """
    found: dict[str, set[str]] = {}
    if not _DIGIT.search(title):
        return {}
    tokens = _TOKEN.findall(fold(title))
    for at, token in enumerate(tokens):
        if not token[0].isdigit():
            continue
        before = tokens[at - 1] if at else ""
        after = tokens[at + 1] if at + 1 < len(tokens) else ""
        if after in CAPACITIES:
            found.setdefault(after, set()).add(token)
            continue
        if before in MEASURES or after in UNITS or after == "%":
            continue
        if at > 1 and len(before) < 3 and tokens[at - 2][0].isdigit():
            before = tokens[at - 2] + before
        found.setdefault(before, set()).add(token)
    return {before: frozenset(said) for before, said in found.items()}


def variants(title: str) -> frozenset[str]:
    """Return the words that tell a larger or lesser version of a thing.

    >>> sorted(variants("Phone 12 Pro Max")), sorted(variants("Leggings plus size XL"))
    (['max', 'pro'], [])
    """
    text = fold(title)
    if not _VARIANT.search(text):
        return frozenset()
    return frozenset(_VARIANT.findall(_SIZE.sub(" ", text)))


def other_model(product: str, offer: str) -> bool:
    """Tell whether an offer's numbers or version are another model's.

    An offer that leaves a number out may still be of the product; one that has another
    number in its place is not.

    >>> other_model("Lumenza Tote No. 17", "Lumenza tote no 18")
    True
    >>> other_model("Lumenza Tote No. 17", "Lumenza tote size 18")
    False
    """
    return bool(other_models([product], [0], [offer])[0])


def other_models(
    products: Sequence[str], which: npt.ArrayLike, offers: Sequence[str]
) -> npt.NDArray[np.bool_]:
    """Tell `other_model` of many pairs; `which` are the products' positions."""
    asked = np.asarray(which).tolist()
    wanted = {at: (numbers(products[at]), variants(products[at])) for at in {*asked}}
    pairs = zip(asked, offers, strict=True)
    differ = (_differ(wanted[at], offer) for at, offer in pairs)
    return np.fromiter(differ, dtype=np.bool_, count=len(offers))


def _differ(product: tuple[Numbers, frozenset[str]], offer: str) -> bool:
    wanted, version = product
    if variants(offer) != version:
        return True
    if not wanted:
        return False
    said = numbers(offer)
    return any(
        before in said and values.isdisjoint(said[before])
        for before, values in wanted.items()
    )
