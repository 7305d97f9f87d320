"""How many items of a crawl had which fields: a page that changed has fewer."""

from collections.abc import Iterable, Mapping

from scrapers.pages.page import Item

Coverage = Mapping[str, Mapping[str, int]]
ALL = "*"


def covered(before: Coverage, items: Iterable[Item]) -> dict[str, dict[str, int]]:
    """Return how many items of each kind had each field, those before included.

    >>> lamp = {"listing_id": "1", "price": "9.99", "sold_at": None}
    >>> covered({}, [lamp, lamp])
    {'listing': {'*': 2, 'listing_id': 2, 'price': 2, 'sold_at': 0}}
    """
    counts = {kind: dict(fields) for kind, fields in before.items()}
    for item in items:
        fields = counts.setdefault(kind_of(item), {ALL: 0})
        fields[ALL] += 1
        for name, value in item.items():
            # A zero or a "no" says something.
            is_bare = value is None or (isinstance(value, str | list) and not value)
            fields[name] = fields.get(name, 0) + (not is_bare)
    return counts


def kind_of(item: Item) -> str:
    """Return what an item is, by what it is known by.

    >>> kind_of({"video_id": "7", "hashtags": []}), kind_of({"hashtag": "lamp"})
    ('video', 'hashtag')
    """
    ids = [name for name in item if name.endswith("_id") and name != "product_id"]
    return ids[0].removesuffix("_id") if ids else next(iter(item), "item")
