"""Everything a shopper sees, under axe: the extension itself, its shadow roots open."""

import json
import re
import shutil
import time

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.extension.conftest import (
    EXTENSION,
    browser_with,
    make_card,
    name_key,
    product_page,
    sure_card,
)
from tests.extension.test_cart_summary import THINGS, cart

pytestmark = pytest.mark.browser
HOST = "www.acehardware.com"
LOOKS = [("en", "light"), ("en", "dark"), ("ar", "light")]
PAGES = [
    "popup/popup.html",
    "options/options.html",
    "welcome/welcome.html",
    "report/report.html",
]
DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def browser(playwright, launch_options, shop_pages, tmp_path_factory):
    """A Chromium whose extension differs in two things: what is closed is open to
    tests, and one more shop was granted."""
    copy = tmp_path_factory.mktemp("copy") / "extension"
    shutil.copytree(EXTENSION, copy)
    corner = copy / "content/corner.js"
    corner.write_text(corner.read_text().replace('mode: "closed"', 'mode: "open"'))
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["host_permissions"].append("https://shop.example/*")
    manifest["permissions"].append("scripting")
    del manifest["optional_permissions"]
    (copy / "manifest.json").write_text(json.dumps(manifest))
    profile = tmp_path_factory.mktemp("profile")
    with browser_with(copy, playwright, launch_options, shop_pages, profile) as context:
        yield context


@pytest.fixture(scope="module")
def worker(browser):
    return (
        browser.service_workers[0]
        if browser.service_workers
        else browser.wait_for_event("serviceworker")
    )


@pytest.fixture
def check():
    def check(page, scheme):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()

    return check


def in_main(html):
    """The shop's own page is to be without fault, so that only ours are found."""
    return html.replace("<body>", "<body><main>").replace("</body>", "</main></body>")


NONE = {"evidence": "none", "risk": None, "risk_low": None, "risk_high": None}
CARDS = {
    "middle": {},
    "high": {"risk": 0.7, "risk_high": 0.8},
    "low": {"risk": 0.1, "risk_low": 0.05},
    "none": NONE | {"risk_by_age_band": {}},
}


@pytest.mark.parametrize("name", CARDS)
def test_badge_and_panel(page, shop, cards, choose, check, name):  # noqa: PLR0917
    cards.cards = [make_card(name_key("Mug")) | CARDS[name]]
    page.goto(shop.put(HOST, "/p/mug", in_main(product_page("Mug"))))
    page.click(".badge")
    for scheme in ("light", "dark"):
        check(page, scheme)


@pytest.mark.parametrize(("language", "scheme"), LOOKS)
@pytest.mark.parametrize("low", [0.55, 0.75], ids=["pre purchase", "cooling off"])
def test_nudges_at_adding(page, shop, cards, choose, check, language, scheme, low):  # noqa: PLR0917
    choose(language=language)
    cards.cards = [sure_card(name_key("Mug"), low)]
    page.goto(shop.put(HOST, "/p/mug", in_main(product_page("Mug"))))
    page.wait_for_selector(".badge")
    page.click("main > button")
    page.wait_for_selector(".nudge")
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.locator(".corner").get_attribute("lang") == language
    check(page, scheme)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_cart_summary(page, shop, cards, choose, check, scheme):  # noqa: PLR0917
    cards.cards = [make_card(name_key(title, "")) for title in THINGS]
    html = cart().replace("<!doctype html>", "<!doctype html><html lang=en>")
    html = html.replace("<input ", "<input aria-label=pieces ")
    html = html.replace("<h1>", "<main><h1>") + "</main>"
    html = re.sub(r"<a [^>]*><img alt=''></a>", "", html)
    page.goto(shop.put(HOST, "/cart", html))
    page.wait_for_selector(".nudge")
    check(page, scheme)


@pytest.mark.parametrize(("language", "scheme"), LOOKS)
@pytest.mark.parametrize("path", PAGES)
def test_own_pages(own_page, choose, stored, check, path, language, scheme):  # noqa: PLR0917
    choose(language=language, offSites=["a.example"])
    long_ago = time.time() * 1000 - 30 * DAY_MS
    thing = {"key": "k", "title": "Heated Mug", "addedAt": long_ago, "isSent": False}
    answered = {**thing, "key": "a", "answer": "kept"}
    stored("purchases", [{**thing, "answer": None}, answered])
    stored(
        "pauses",
        [{"key": "k", "title": "Heated Mug", "address": "http://x/", "until": 1}],
    )
    page = own_page(path)
    page.wait_for_load_state("networkidle")
    check(page, scheme)


def test_a_shop_that_was_allowed_is_watched_until_it_is_taken_away(
    own_page, browser, choose, cards
):
    cards.cards = [make_card(name_key("Mug"))]
    options = own_page("options/options.html")
    options.fill("#shop", "shop.example")
    options.click("#shop-form button")
    options.wait_for_selector("#shops li")
    shop_tab = browser.new_page()
    shop_tab.route(
        "https://shop.example/**",
        lambda route: route.fulfill(body=product_page("Mug"), content_type="text/html"),
    )
    shop_tab.goto("https://shop.example/p/mug")
    shop_tab.wait_for_selector(".badge")
    options.click("#shops button")
    options.wait_for_selector("#shops:not(:has(li))", state="attached")
    shop_tab.reload()
    shop_tab.wait_for_timeout(500)
    assert shop_tab.locator(".badge").count() == 0
    shop_tab.close()
