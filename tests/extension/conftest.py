"""A real Chromium with the unpacked extension, a card server and a shop beside it."""

import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from bench.saved_pages import show
from ml.card import BandRisk, Card, CardModel, Kept, Reason, Resale, Sentiment
from store.keys import card_keys
from tests.extension.badge import Badge
from tests.extension.servers import (
    CardServer,
    ShopServer,
    card_handler,
    serving,
    shop_handler,
)

EXTENSION = Path(__file__).parents[2] / "extension"
PRODUCT_JS = EXTENSION / "content" / "product.js"
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="package")
def playwright(launch_options):
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def plain_browser(playwright, launch_options):
    """A Chromium without the extension."""
    browser = playwright.chromium.launch(**launch_options)
    yield browser
    browser.close()


@pytest.fixture(scope="package")
def read(plain_browser):
    """Read a page's product as the extension would, at an address of one's choice."""
    page = plain_browser.new_context(java_script_enabled=False).new_page()
    script = PRODUCT_JS.read_text()

    def read(html: bytes, url: str = "http://127.0.0.1/saved.html"):
        show(page, html, url)
        return page.evaluate(f"() => {{ {script}; return readProduct(document) }}")

    yield read
    page.close()


@pytest.fixture(scope="package")
def shop_pages():
    """The one shop server of the session, under every host's name."""
    shop = ShopServer()
    with serving(shop_handler(shop)) as port:
        shop.port = port
        yield shop


@contextmanager
def browser_with(extension, playwright, launch_options, shop_pages, profile):
    """A Chromium with an extension; every host's name leads to the shop server."""
    rules = f"MAP * 127.0.0.1:{shop_pages.port}, EXCLUDE 127.0.0.1, EXCLUDE localhost"
    context = playwright.chromium.launch_persistent_context(
        profile,
        executable_path=launch_options.get("executable_path"),
        headless=True,
        args=[
            *launch_options["args"],
            "--headless=new",
            f"--disable-extensions-except={extension}",
            f"--load-extension={extension}",
            f"--host-resolver-rules={rules}",
        ],
        ignore_default_args=["--disable-extensions"],
    )
    yield context
    context.close()


@pytest.fixture(scope="package")
def browser(playwright, launch_options, shop_pages, tmp_path_factory):
    """A Chromium with the extension."""
    profile = tmp_path_factory.mktemp("profile")
    with browser_with(
        EXTENSION, playwright, launch_options, shop_pages, profile
    ) as context:
        yield context


@pytest.fixture(scope="package")
def worker(browser):
    """The extension's service worker."""
    return (
        browser.service_workers[0]
        if browser.service_workers
        else (browser.wait_for_event("serviceworker"))
    )


@pytest.fixture
def cards():
    """A card server of this test's own."""
    state, wake = CardServer(), threading.Event()
    with serving(card_handler(state, wake)) as port:
        state.url = f"http://127.0.0.1:{port}"
        yield state
        wake.set()


@pytest.fixture
def shop(shop_pages):
    """The shop server, empty."""
    shop_pages.pages.clear()
    return shop_pages


@pytest.fixture
def choose(worker, cards):
    """Set what the shopper chose; by default agreed and with this test's server."""

    def choose(**changes):
        chosen = {
            "server": cards.url,
            "agreed": True,
            "enabled": True,
            "ageBand": "",
            "offSites": [],
            "language": "en",
        }
        worker.evaluate(
            """async (settings) => {
                 await chrome.storage.session.clear();
                 await chrome.alarms.clearAll();
                 const { settings: _, ...rest } = await chrome.storage.local.get(null);
                 await chrome.storage.local.remove(Object.keys(rest));
                 await chrome.storage.local.set({ settings });
            }""",
            chosen | changes,
        )

    choose()
    return choose


@pytest.fixture
def page(browser):
    """A new tab."""
    page = browser.new_page()
    page.emulate_media(reduced_motion="reduce")
    yield page
    page.close()


@pytest.fixture
def stored(worker):
    """What the extension keeps under a name, and a way to put something there."""

    def stored(name, value=None):
        if value is not None:
            worker.evaluate(
                "([name, value]) => chrome.storage.local.set({ [name]: value })",
                [name, value],
            )
        return worker.evaluate("(n) => chrome.storage.local.get(n)", name).get(name)

    return stored


@pytest.fixture
def own_page(page, worker):
    """Open a page of the extension's own in the tab."""

    def own_page(path):
        page.goto(worker.url.replace("background/worker.js", path))
        page.wait_for_selector("html[dir]", state="attached")
        return page

    return own_page


@pytest.fixture
def badge(page):
    """The badge of that tab."""
    return Badge(page)


def make_card(key: str, **changes) -> dict:
    """Return a full card as the API gives it."""
    card = Card(
        key=key,
        risk=0.37,
        risk_low=0.31,
        risk_high=0.44,
        evidence="enough",
        risk_by_age_band={"20-24": BandRisk(risk=0.52, risk_low=0.45, risk_high=0.6)},
        stage="Decline",
        trended_days=18,
        days_since_peak=9,
        expected_days_left=5,
        kept_180_days=Kept(share=0.6, low=0.55, high=0.65, n=812),
        resale=Resale(drop=0.52, median_ask=23.5, n=31, as_of=NOW),
        sentiment=Sentiment(score=0.1, n=45),
        reasons=[
            Reason(
                code="trend",
                text="Its hashtag peaked 9 days ago and has lost half its views",
                effect=0.11,
                source="TikTok hashtag counts",
                as_of=NOW - timedelta(days=1),
            ),
            Reason(
                code="price",
                text="It costs $42.99, 28% under its list price of $60 "
                "(category Clothing, brand Lumenza)",
                effect=0.04,
                source="the product page",
                as_of=NOW,
            ),
            Reason(
                code="sentiment",
                text="Reviews speak well of the fit",
                effect=-0.03,
                source="45 reviews",
                as_of=NOW - timedelta(days=3),
            ),
        ],
        model=CardModel(version="2026-11-20", trained_on="sample", target="regret"),
        computed_at=NOW,
        expires_at=NOW + timedelta(days=1),
    )
    return card.model_dump(mode="json") | changes


def product_page(title="Ribbed Leggings", **changes) -> str:
    """Return a shop page about one product, in JSON-LD and in sight."""
    import json

    facts = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": title,
        "brand": {"@type": "Brand", "name": "Lumenza"},
        "sku": title[:20],
        "offers": {"@type": "Offer", "price": "42.99", "priceCurrency": "USD"},
    } | changes
    script = json.dumps(facts).replace("<", "\\u003c")
    return (
        f'<!doctype html><html lang="en"><title>shop</title><body><h1>A product</h1>'
        f'<script type="application/ld+json">{script}</script>'
        f"<p>words</p><button>Add to bag</button></body></html>"
    )


def sure_card(key: str, risk_low: float, **changes) -> dict:
    """Return a retailer's card whose risk is at least so high."""
    card = make_card(key, risk=risk_low + 0.1, risk_low=risk_low, risk_high=0.99)
    card["risk_by_age_band"] = {}
    card["model"]["trained_on"] = "retailer"
    return card | changes


def name_key(title: str, brand: str = "Lumenza") -> str:
    """Return the key that brand and title give."""
    return card_keys(brand=brand, title=title)[0]
