"""How often `readProduct` is right on real shop pages, and how long it takes.

Run with `python -m bench.extension`; the pages lie in `../shared/pages/shops`.
"""

import re
import statistics
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright
from rich.console import Console, Group, RenderableType
from rich.table import Table

from bench.extension_cost import Visited, cost_table
from bench.saved_pages import PAGES, Annotated, annotated, others, show
from scrapers.browser import browser_launch_options
from store.settings import Settings

ROOT = Path(__file__).parents[1]
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
# What readProduct answered, and how long it took in milliseconds.
Answer = tuple[dict[str, Any] | None, float]


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


def _read(page: Page, saved: Annotated) -> Answer:
    show(page, saved.html, saved.url)
    script = (ROOT / "extension" / "content" / "product.js").read_text("utf-8")
    answered = page.evaluate(
        f"""() => {{ {script}; const start = performance.now();
        const product = readProduct(document);
        return [product, performance.now() - start] }}"""
    )
    return answered[0], answered[1]


def run() -> RenderableType:
    """Return what was read right, a field a row, and what it costs a page."""
    if not PAGES.is_dir():
        return "extension: no ../shared/pages beside this checkout"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**browser_launch_options(Settings()))
        page = browser.new_context(java_script_enabled=False).new_page()
        saved = [*annotated(PAGES), *others(PAGES)]
        answers = [_read(page, one) for one in saved]
        browser.close()
        visited = [
            Visited(one.url, one.html, product)
            for one, (product, _) in zip(saved, answers, strict=True)
        ]
        cost = cost_table(playwright, visited)
    return Group(_reading(saved, answers), cost)


def _reading(saved: list[Annotated], answers: list[Answer]) -> Table:
    pairs = list(zip(saved, answers, strict=True))
    outcomes = [right(one, product) for one, (product, _) in pairs if one.truth]
    table = Table("field", "right, %", "pages", title="readProduct, annotated pages")
    for field, rate in rates(outcomes).items():
        of = sum(field in outcome for outcome in outcomes)
        table.add_row(field, f"{rate:.1f}", str(of))
    no_products = [product for one, (product, _) in pairs if not one.truth]
    seen = sum(product is not None for product in no_products)
    table.add_row("taken for a product", str(seen), f"{len(no_products)} others")
    for kind, is_product in (("product pages", True), ("other pages", False)):
        times = [ms for one, (_, ms) in pairs if bool(one.truth) is is_product]
        table.add_row(
            f"ms on {kind}", f"{statistics.median(times):.1f}", f"most {max(times):.1f}"
        )
    return table


if __name__ == "__main__":
    Console().print(run())
