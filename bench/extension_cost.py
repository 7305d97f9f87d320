"""What the extension costs a page: the same pages in Chromium with it and without it.

A part of `python -m bench extension`. Pages stand at their own addresses where the
manifest names their shop, else at 127.0.0.1; their scripts are kept from running, so
that two visits differ by nothing but the extension. Cards come from a server here.
The peer of the scripts' time is an extension like ours whose scripts are empty files.
"""

import gzip
import statistics
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Playwright
from rich.table import Table

from bench.card_server import CardServer, serving
from bench.extended_browser import (
    EXTENSION,
    SCRIPTS,
    WORLD,
    address,
    agree,
    browsing,
    emptied,
)
from bench.main_thread import extension_ms, traced
from bench.saved_pages import show
from ml.card import Card, CardModel
from store.keys import card_keys

RUNS = 3
# Long enough for the second look at a page and for a page's own late shifts.
SETTLE_MS = 900
# What comes after the badge: its words for who listens.
AFTER_BADGE_MS = 300
# Runs before the page. Content scripts start when the page is parsed: a layout shift
# before that is none of theirs.
WATCH = """
  window.shift = window.lateShift = 0;
  const parsedAt = () =>
    performance.getEntriesByType('navigation')[0].domContentLoadedEventStart;
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
    window.shift += entry.value;
    const isLate = parsedAt() > 0 && entry.startTime >= parsedAt();
    if (isLate) window.lateShift += entry.value;
  })).observe({ type: 'layout-shift', buffered: true });
  const afterPaint = new MessageChannel();
  afterPaint.port1.onmessage = () => {
    window.paintedAt = performance.timeOrigin + performance.now() };
  new MutationObserver((changes) => {
    const html = document.documentElement;
    const ours = (c) => c.target === html && c.addedNodes[0]?.localName === 'div';
    if (changes.some(ours))
      requestAnimationFrame(() => afterPaint.port2.postMessage(null));
  }).observe(document, { childList: true, subtree: true });
"""


@dataclass(frozen=True)
class Visited:
    """A saved page and the product on it, if it is one."""

    url: str
    html: bytes
    product: dict[str, Any] | None


@dataclass(frozen=True)
class Cost:
    """What one visit showed; `late_shift` is that after the page was parsed."""

    shift: float
    late_shift: float
    script_ms: float
    answer_to_paint_ms: float | None


@dataclass(frozen=True)
class Costs:
    """What visits of one page cost: with the extension, an empty one, none."""

    ours: list[Cost]
    empty: Cost
    none: Cost

    @property
    def script_ms(self) -> float:
        """The median of the runs, milliseconds."""
        return statistics.median(cost.script_ms for cost in self.ours)


def card_for(product: dict[str, Any]) -> dict[str, Any]:
    """Return a card that the extension finds for a product."""
    now = datetime.now(UTC)
    card = Card(
        key=card_keys(title=product["title"], brand=product["brand"])[-1],
        risk=0.37,
        risk_low=0.31,
        risk_high=0.44,
        evidence="enough",
        model=CardModel(version="bench", trained_on="sample", target="regret"),
        computed_at=now,
        expires_at=now + timedelta(days=1),
    )
    return card.model_dump(mode="json")


def visit(page: Page, visited: Visited, server: CardServer | None) -> Cost:
    """Visit a page, and wait for the badge if there is a server of cards."""
    painted = None
    with traced(page) as events:
        show(page, visited.html, address(visited.url))
        if server and visited.product:
            painted = _painted_at_ms(page) - server.answered_at_ms
        page.wait_for_timeout(SETTLE_MS if painted is None else AFTER_BADGE_MS)
    shift, late = page.evaluate("[window.shift, window.lateShift]")
    return Cost(shift, late, extension_ms(events, WORLD), painted)


def _painted_at_ms(page: Page) -> float:
    for _ in range(200):
        if at := page.evaluate("window.paintedAt ?? 0"):
            return float(at)
        page.wait_for_timeout(50)
    raise TimeoutError(f"no badge on {page.url}")


def visit_all(
    playwright: Playwright,
    pages: list[Visited],
    extension: Path | None,
    server: CardServer | None = None,
) -> list[Cost]:
    """Visit each page in a fresh browser."""
    with browsing(playwright, extension) as context:
        context.add_init_script(WATCH)
        if server:
            agree(context, server.port)
        page = context.new_page()
        costs = []
        for one in pages:
            if server:
                server.cards = [card_for(one.product)] if one.product else []
            costs.append(visit(page, one, server))
        return costs


def measure(playwright: Playwright, pages: list[Visited]) -> list[Costs]:
    """Visit each page in every browser, in ours some times over."""
    with serving() as server, emptied() as empty:
        runs = [visit_all(playwright, pages, EXTENSION, server) for _ in range(RUNS)]
        empties = visit_all(playwright, pages, empty)
        none = visit_all(playwright, pages, None)
    ours = map(list, zip(*runs, strict=True))
    return [Costs(*one) for one in zip(ours, empties, none, strict=True)]


def scripts_size() -> int:
    """Return what the content scripts weigh together, gzip, bytes."""
    together = b"".join((EXTENSION / name).read_bytes() for name in SCRIPTS)
    return len(gzip.compress(together, 9))


def cost_table(playwright: Playwright, pages: list[Visited]) -> Table:
    """Return a table of what the extension adds to product pages and to others."""
    costs = list(zip(pages, measure(playwright, pages), strict=True))
    groups = [
        [one for page, one in costs if bool(page.product) is is_product]
        for is_product in (True, False)
    ]
    table = Table(
        "",
        "product pages",
        "others",
        title=f"the extension's cost, {RUNS} visits of each page",
        caption=f"content scripts {scripts_size() / 1000:.2f} kB compressed",
    )
    for (name, *first), (_, *second) in zip(*map(_rows, groups), strict=True):
        table.add_row(name, *first, *second)
    return table


def _rows(pages: list[Costs]) -> list[tuple[str, str]]:
    ours = [cost for page in pages for cost in page.ours]
    paints = [c.answer_to_paint_ms for c in ours if c.answer_to_paint_ms is not None]
    return [
        ("pages", str(len(pages))),
        ("our scripts, ms, median / most", _spread([p.script_ms for p in pages])),
        (
            "empty scripts, ms, median / most",
            _spread([p.empty.script_ms for p in pages]),
        ),
        ("answer to badge, ms, median / most", _spread(paints)),
        (
            "layout shift once our scripts may run, a visit, with / without",
            f"{sum(c.late_shift for c in ours) / RUNS:.3f} / "
            f"{sum(p.none.late_shift for p in pages):.3f}",
        ),
        (
            "layout shift before, a visit, with / without",
            f"{sum(c.shift - c.late_shift for c in ours) / RUNS:.3f} / "
            f"{sum(p.none.shift - p.none.late_shift for p in pages):.3f}",
        ),
    ]


def _spread(values: list[float]) -> str:
    return f"{statistics.median(values):.1f} / {max(values):.1f}" if values else ""
