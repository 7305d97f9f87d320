"""How often `readProduct` is right on real shop pages, and how long it takes.

Run with `python -m bench.extension`; the pages lie in `../shared/pages/shops`.
"""

import gzip
import json
import re
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route, sync_playwright
from rich.console import Console, RenderableType
from rich.table import Table

from scrapers.browser import browser_launch_options
from store.settings import Settings

ROOT = Path(__file__).parents[1]
PAGES = ROOT.parent / "shared" / "pages"
FIELDS = ("price", "currency", "brand", "gtin", "availability", "sku")
# What the annotators wrote, by ISO 4217; "$" depends on the shop's country.
SIGNS = {
    "€": "EUR",
    "£": "GBP",
    "₹": "INR",
    "zł": "PLN",
    "тг.": "KZT",
    "Kn": "HRK",
    "Lei": "RON",
    "원~": "KRW",
    "ر.س": "SAR",
}
DOLLARS = {"bestbuy.ca": "CAD", "gomaji.com": "TWD", "stockcenter.com.ar": "ARS"}
# One price was annotated as it is written there, with a point between thousands.
AS_WRITTEN = {"2.449": 2449.0}


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


def right(page: Annotated, product: dict[str, Any] | None) -> dict[str, bool]:
    """Return for each annotated field whether it was read as people read it."""
    found = product or {}
    return {
        field: _same(field, found.get(field), page)
        for field in FIELDS
        if page.truth.get(field)
    }


def rates(outcomes: list[dict[str, bool]]) -> dict[str, float]:
    """Return the percentage of right answers by field."""
    return {
        field: 100 * statistics.mean(o[field] for o in outcomes if field in o)
        for field in FIELDS
    }


def _same(field: str, found: Any, page: Annotated) -> bool:
    expected = [value.strip() for value in page.truth[field]]
    if field == "price":
        return found in [AS_WRITTEN.get(v) or float(v) for v in expected]
    if field == "currency":
        return bool(found == _currency(expected[0], page.url))
    if field == "gtin":
        return str(found).lstrip("0") in [v.lstrip("0") for v in expected]
    return _letters(found) in [_letters(v) for v in expected]


def _currency(sign: str, url: str) -> str:
    if sign != "$":
        return SIGNS.get(sign, sign)
    return next((code for shop, code in DOLLARS.items() if shop in url), "USD")


def _letters(value: Any) -> str:
    return re.sub(r"\W", "", str(value or "").lower())


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


def _read(page: Page, saved: Annotated) -> tuple[dict[str, Any] | None, float]:
    show(page, saved.html, saved.url)
    script = (ROOT / "extension" / "content" / "product.js").read_text("utf-8")
    answered = page.evaluate(
        f"""() => {{ {script}; const start = performance.now();
        const product = readProduct(document);
        return [product, performance.now() - start] }}"""
    )
    return answered[0], answered[1]


def run() -> RenderableType:
    """Return a table of what was read right, a field a row."""
    if not PAGES.is_dir():
        return "extension: no ../shared/pages beside this checkout"
    with sync_playwright() as playwright:
        options = browser_launch_options(Settings())
        browser = playwright.chromium.launch(**options)
        page = browser.new_context(java_script_enabled=False).new_page()
        saved = list(annotated(PAGES))
        answers = [_read(page, one) for one in saved]
        browser.close()
    outcomes = [
        right(one, product) for one, (product, _) in zip(saved, answers, strict=True)
    ]
    times = [milliseconds for _, milliseconds in answers]
    table = Table("field", "right, %", "pages", title="readProduct, annotated pages")
    for field, rate in rates(outcomes).items():
        of = sum(field in outcome for outcome in outcomes)
        table.add_row(field, f"{rate:.1f}", str(of))
    table.caption = (
        f"median {statistics.median(times):.0f} ms, most {max(times):.0f} ms"
    )
    return table


if __name__ == "__main__":
    Console().print(run())
