"""What the extension costs a page: the same pages in Chromium with it and without it.

A part of `python -m bench extension`. Pages stand at their own addresses where the
manifest names their shop, else at 127.0.0.1; their scripts are kept from running, so
that two visits differ by nothing but the extension. Cards come from a server here.
"""

import gzip
import json
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, Playwright
from rich.table import Table

from bench.saved_pages import show
from ml.card import Card, CardModel
from scrapers.browser import browser_launch_options
from store.keys import card_keys
from store.settings import Settings

EXTENSION = Path(__file__).parents[1] / "extension"
MANIFEST = json.loads((EXTENSION / "manifest.json").read_text("utf-8"))
LOCAL = "127.0.0.1"
# Long enough for the second look at a page and for a page's own late shifts.
SETTLE_MS = 900
# Runs before the page: adds up its layout shifts, notes when our element is painted.
WATCH = """
  window.shift = 0;
  new PerformanceObserver((list) => list.getEntries().forEach(
    (entry) => { window.shift += entry.value }))
    .observe({ type: 'layout-shift', buffered: true });
  new MutationObserver((changes) => {
    const html = document.documentElement;
    const ours = (c) => c.target === html && c.addedNodes[0]?.localName === 'div';
    if (changes.some(ours)) requestAnimationFrame(() => setTimeout(() => {
      window.paintedAt = performance.timeOrigin + performance.now() }));
  }).observe(document, { childList: true, subtree: true });
"""


@dataclass(frozen=True)
class Visited:
    """A saved page and the product on it, if it is one."""

    url: str
    html: bytes
    product: dict[str, Any] | None


@dataclass
class Cost:
    """What one visit showed."""

    shift: float
    script_ms: float = 0
    answer_to_paint_ms: float | None = None


@dataclass
class CardServer:
    """What it gives, and when it last gave something."""

    cards: list[dict[str, Any]] = field(default_factory=list)
    answered_at_ms: float = 0
    port: int = 0

    def answer(self, path: str) -> bytes:
        """Return the body of what lies at a path, JSON."""
        if path == "/v1/config":
            return b'{"prefix_length": 4}'
        prefix = path.removeprefix("/v1/cards/")
        found = [card for card in self.cards if card["key"].startswith(prefix)]
        return json.dumps({"cards": found}).encode()


@contextmanager
def serving() -> Iterator[CardServer]:
    """Serve on a free port of loopback."""
    state = CardServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = state.answer(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            state.answered_at_ms = time.time() * 1000

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((LOCAL, 0), Handler)
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield state
    server.shutdown()
    server.server_close()


@contextmanager
def browsing(playwright: Playwright, *, extended: bool) -> Iterator[BrowserContext]:
    """Open a Chromium with or without the extension, to which no host can be found."""
    options = browser_launch_options(Settings())
    loaded = [
        f"--disable-extensions-except={EXTENSION}",
        f"--load-extension={EXTENSION}",
    ]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=options.get("executable_path"),
            args=[
                *options["args"],
                "--headless=new",
                *(loaded if extended else []),
                f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {LOCAL}",
            ],
            ignore_default_args=["--disable-extensions"],
        )
        context.add_init_script(WATCH)
        yield context
        context.close()


def address(url: str) -> str:
    """Return where a page is shown: at its own address, if the extension runs there."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    matches = MANIFEST["content_scripts"][0]["matches"]
    named = [m.split("/")[2].removeprefix("*.") for m in matches if m.startswith("*")]
    if any(host == name or host.endswith(f".{name}") for name in named):
        return url
    return parts._replace(scheme="http", netloc=LOCAL).geturl()


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


def without(page: Page, visited: Visited) -> Cost:
    """Visit a page in the plain browser."""
    show(page, visited.html, address(visited.url))
    page.wait_for_timeout(SETTLE_MS)
    return Cost(page.evaluate("window.shift"))


def with_extension(page: Page, visited: Visited, server: CardServer) -> Cost:
    """Visit a page in the browser that has it, and wait for the badge."""
    server.cards = [card_for(visited.product)] if visited.product else []
    tools = page.context.new_cdp_session(page)
    tools.send("Profiler.enable")
    tools.send("Profiler.setSamplingInterval", {"interval": 100})
    tools.send("Profiler.start")
    show(page, visited.html, address(visited.url))
    painted = None
    if visited.product:
        painted = _painted_at_ms(page) - server.answered_at_ms
    page.wait_for_timeout(SETTLE_MS)
    profile = tools.send("Profiler.stop")["profile"]
    return Cost(page.evaluate("window.shift"), own_ms(profile), painted)


def _painted_at_ms(page: Page) -> float:
    for _ in range(200):
        if at := page.evaluate("window.paintedAt ?? 0"):
            return float(at)
        page.wait_for_timeout(50)
    raise TimeoutError(f"no badge on {page.url}")


def own_ms(profile: dict[str, Any]) -> float:
    """Return how long a frame of the extension was on the stack, milliseconds."""
    nodes = {node["id"]: node for node in profile["nodes"]}
    above = {child: n["id"] for n in nodes.values() for child in n.get("children", [])}

    def is_own(node: int | None) -> bool:
        while node is not None:
            if nodes[node]["callFrame"]["url"].startswith("chrome-extension://"):
                return True
            node = above.get(node)
        return False

    own = {node for node in nodes if is_own(node)}
    samples = zip(profile["samples"], profile["timeDeltas"], strict=True)
    return sum(delta for node, delta in samples if node in own) / 1000


def agree(context: BrowserContext, port: int) -> None:
    """Choose this server and agree, as on the first page."""
    workers = context.service_workers
    worker = workers[0] if workers else context.wait_for_event("serviceworker")
    settings = {
        "server": f"http://{LOCAL}:{port}",
        "agreed": True,
        "enabled": True,
        "ageBand": "",
        "offSites": [],
    }
    worker.evaluate("(settings) => chrome.storage.local.set({ settings })", settings)


def measure(playwright: Playwright, pages: list[Visited]) -> list[tuple[Cost, Cost]]:
    """Visit each page in both browsers; return without and with."""
    with browsing(playwright, extended=False) as context:
        page = context.new_page()
        plain = [without(page, one) for one in pages]
    with serving() as server, browsing(playwright, extended=True) as context:
        agree(context, server.port)
        page = context.new_page()
        ours = [with_extension(page, one, server) for one in pages]
    return list(zip(plain, ours, strict=True))


def scripts_size() -> int:
    """Return what the content scripts weigh together, gzip, bytes."""
    names = MANIFEST["content_scripts"][0]["js"]
    together = b"".join((EXTENSION / name).read_bytes() for name in names)
    return len(gzip.compress(together, 9))


def cost_table(playwright: Playwright, pages: list[Visited]) -> Table:
    """Return a table of what the extension adds to product pages and to others."""
    table = Table(
        "pages",
        "number",
        "layout shift without",
        "with",
        "our scripts, median ms",
        "most ms",
        "answer to badge, median ms",
        "most ms",
        title="the extension's cost",
    )
    costs = list(zip(pages, measure(playwright, pages), strict=True))
    for kind, is_product in (("product", True), ("other", False)):
        chosen = [pair for page, pair in costs if bool(page.product) is is_product]
        table.add_row(kind, *_row(chosen))
    table.caption = f"content scripts {scripts_size() / 1000:.1f} kB compressed"
    return table


def _row(pairs: list[tuple[Cost, Cost]]) -> list[str]:
    scripts = [ours.script_ms for _, ours in pairs]
    paints = [
        ours.answer_to_paint_ms
        for _, ours in pairs
        if ours.answer_to_paint_ms is not None
    ]
    return [
        str(len(pairs)),
        f"{sum(plain.shift for plain, _ in pairs):.3f}",
        f"{sum(ours.shift for _, ours in pairs):.3f}",
        f"{statistics.median(scripts):.1f}",
        f"{max(scripts):.1f}",
        f"{statistics.median(paints):.0f}" if paints else "",
        f"{max(paints):.0f}" if paints else "",
    ]
