"""Saved pages of real shops, from `../shared/pages`, and how a browser is shown one."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, Route

PAGES = Path(__file__).parents[2] / "shared" / "pages"
# Saved pages that are no product, and an address of their kind.
OTHERS = {
    "ebay/*.html.gz": "https://www.ebay.com/sch/i.html?_nkw=x",
    "tiktok/*.html.gz": "https://www.tiktok.com/shop/s/x",
    "shops/*amazon_debug*.gz": "https://www.amazon.com/gp/bestsellers",
    "shops/*walmart_debug*.gz": "https://www.walmart.com/blocked",
}


@dataclass(frozen=True)
class Annotated:
    """A saved page and what people read on it."""

    url: str
    html: bytes
    truth: dict[str, list[str]]


def annotated(pages: Path) -> Iterator[Annotated]:
    """Yield the annotated pages."""
    folder = pages / "shops" / "peb"
    truths = json.loads((folder / "GROUND_TRUTH.json").read_text(encoding="utf-8"))
    for truth in truths.values():
        html = gzip.decompress((folder / truth["file"]).read_bytes())
        yield Annotated(truth["url"], html, truth)


def others(pages: Path) -> Iterator[Annotated]:
    """Yield saved pages that are no product: lists, searches, videos, blocks."""
    for pattern, url in OTHERS.items():
        for file in sorted(pages.glob(pattern)):
            if "ebay_page" not in file.name:
                yield Annotated(url, gzip.decompress(file.read_bytes()), {})


def show(page: Page, html: bytes, url: str) -> None:
    """Show a saved page at its address; its policy keeps all else from loading."""

    def answer(route: Route) -> None:
        route.fulfill(
            body=html,
            content_type="text/html; charset=utf-8",
            headers={"Content-Security-Policy": "default-src 'none'"},
        )

    page.route("**/*", answer)
    page.goto(url, wait_until="domcontentloaded")
    page.unroute_all()
