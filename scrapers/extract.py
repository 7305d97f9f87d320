"""Reading a saved page or response with the page objects the spiders use."""

import zlib
from pathlib import Path
from typing import Any

from web_poet import HttpResponse

from scrapers.bodies import utf8_body
from scrapers.pages.ebay_api import EbayApiPage
from scrapers.pages.ebay_item import EbayItemPage
from scrapers.pages.ebay_search import EbaySearchPage
from scrapers.pages.page import SitePage
from scrapers.pages.poshmark_api import PoshmarkApiPage
from scrapers.pages.poshmark_listing import PoshmarkListingPage
from scrapers.pages.poshmark_search import PoshmarkSearchPage
from scrapers.pages.product_page import ProductPage
from scrapers.pages.tiktok_api import TikTokApiPage
from scrapers.pages.tiktok_research import TikTokResearchPage
from scrapers.pages.tiktok_tag import TikTokTagPage
from scrapers.pages.tiktok_trending import TikTokTrendingPage
from scrapers.pages.tiktok_video import TikTokVideoPage
from store.errors import BadFileError, CrawlError, FailedError

KINDS: dict[str, type[SitePage]] = {
    "ebay-search": EbaySearchPage,
    "ebay-item": EbayItemPage,
    "ebay-api": EbayApiPage,
    "tiktok-tag": TikTokTagPage,
    "tiktok-video": TikTokVideoPage,
    "tiktok-api": TikTokApiPage,
    "tiktok-research": TikTokResearchPage,
    "tiktok-trending": TikTokTrendingPage,
    "poshmark-search": PoshmarkSearchPage,
    "poshmark-listing": PoshmarkListingPage,
    "poshmark-api": PoshmarkApiPage,
    "product-page": ProductPage,
}
GZIP = b"\x1f\x8b"
SITES = {
    "ebay": "https://www.ebay.com/",
    "tiktok": "https://www.tiktok.com/",
    "poshmark": "https://poshmark.com/",
    "product": "https://shop.example/",
}
LARGEST_BYTES = 64 * 2**20


def extract_file(kind: str, file: Path, url: str = "") -> dict[str, Any]:
    """Read one file as a page of `kind`.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    file : Path
        HTML or JSON, gzipped or not.
    url : str
        Where it came from; pages that tell their own address do not need it.

    Returns
    -------
    dict
        ``outcome`` and ``items``, what is known of the page as a whole, and a
        ``message`` where there are no items because of something.

    Raises
    ------
    BadFileError
        If there is no such file, or no such kind.
    """
    if kind not in KINDS:
        raise BadFileError(f"no such kind: {kind}; one of {', '.join(KINDS)}")
    try:
        body = file.read_bytes()
    except OSError as error:
        raise BadFileError(f"{file}: can't be read: {error.strerror}") from error
    try:
        whole = utf8_body(_unzipped(body))
        address = url or SITES[kind.split("-", maxsplit=1)[0]]
        response = HttpResponse(address, body=whole, encoding="utf-8")
        reading = KINDS[kind](response=response).read()
    except CrawlError as error:
        return {"outcome": error.outcome, "items": [], "message": str(error)}
    return {"outcome": reading.outcome, "items": reading.items, **reading.facts}


def _unzipped(body: bytes) -> bytes:
    if not body.startswith(GZIP):
        return body
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(body, LARGEST_BYTES)
    except zlib.error as error:
        raise FailedError(f"the gzip file is damaged: {error}") from error
    if unpacker.unconsumed_tail:
        raise FailedError(f"the page is larger than {LARGEST_BYTES} bytes")
    if not unpacker.eof:
        raise FailedError("the gzip file is cut off")
    return plain
