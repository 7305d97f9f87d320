"""What a crawl may be asked for, read from what people type or paste."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from store.errors import RequestError

VIDEO = re.compile(r"(?:/video/|^)(\d{6,25})(?=$|[/?#])")
EBAY_ITEM = re.compile(r"(?:/itm/(?:[^/?#]*/)?|^)(\d{9,15})(?=$|[/?#])")
POSHMARK_LISTING = re.compile(r"(?:/listing/(?:[^/?#]*-)?|^)([0-9a-f]{24})(?=$|[/?#])")


def as_it_is(text: str) -> list[str]:
    """Return a text as the one thing it names.

    >>> as_it_is("oak, brass"), as_it_is("")
    (['oak, brass'], [])
    """
    return [text] if text else []


def hashtags(text: str) -> list[str]:
    """Return the hashtags of a text, each once.

    >>> hashtags("#Lamp, leggings,lamp")
    ['lamp', 'leggings']
    """
    return _each_once(
        name.strip().removeprefix("#").lower() for name in text.split(",")
    )


def videos(text: str) -> list[str]:
    """Return the ids of TikTok's videos; whose they are is left out.

    >>> videos("https://www.tiktok.com/@someone/video/7400000000000000001?lang=en")
    ['7400000000000000001']
    """
    return _found(VIDEO, "a TikTok video", text)


def ebay_items(text: str) -> list[str]:
    """Return the numbers of eBay's listings.

    >>> ebay_items("226771798286, https://www.ebay.com/itm/a-lamp/133588510845?hash=x")
    ['226771798286', '133588510845']
    """
    return _found(EBAY_ITEM, "an eBay listing", text)


def poshmark_listings(text: str) -> list[str]:
    """Return the ids of Poshmark's listings.

    >>> poshmark_listings("https://poshmark.com/listing/Lamp-5ebb4c2f9d3f4b0001a1b2c3")
    ['5ebb4c2f9d3f4b0001a1b2c3']
    """
    return _found(POSHMARK_LISTING, "a Poshmark listing", text)


def countries(text: str) -> list[str]:
    """Return a country's code in capitals.

    >>> countries("us")
    ['US']
    """
    if text and not re.fullmatch(r"[A-Za-z]{2}", text):
        raise RequestError(f"{text!r} is no country: give two letters, such as US")
    return as_it_is(text.upper())


def addresses(text: str) -> list[str]:
    """Return a web address without its fragment.

    >>> addresses("https://shop.example/p/lamp#reviews")
    ['https://shop.example/p/lamp']
    """
    if not text:
        return []
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or parts.scheme not in {"http", "https"} or "@" in parts.netloc:
        raise RequestError(f"{text!r} is no web address (http:// or https://)")
    return [parts._replace(fragment="").geturl()]


def _found(pattern: re.Pattern[str], what: str, text: str) -> list[str]:
    parts = [part.strip() for part in text.split(",")]
    found = [(part, pattern.search(part)) for part in parts if part]
    for part, match in found:
        if match is None:
            raise RequestError(f"{part!r} is neither the id nor the address of {what}")
    return _each_once(match.group(1) for _, match in found if match)


def _each_once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(name for name in names if name))
