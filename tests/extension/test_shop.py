"""The extension in the sample market's shop, as in the demo."""

from types import SimpleNamespace

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from werkzeug.serving import make_server

from sample.catalogue import make_products
from sample.sites.shop import shop_site
from store.keys import card_keys
from tests.extension.conftest import EXTENSION, make_card
from sample.sites.serve import answering

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def market():
    return SimpleNamespace(products=make_products(np.random.default_rng(7), 30))


@pytest.fixture(scope="module")
def address(market):
    """The shop's address, served for the time of these tests."""
    server = make_server("127.0.0.1", 0, shop_site(market), threaded=True)
    with answering(server) as url:
        yield url


def read_product(page):
    script = (EXTENSION / "content" / "product.js").read_text()
    return page.evaluate(f"() => {{ {script}; return readProduct(document) }}")


@pytest.mark.usefixtures("choose")
def test_the_badge_shows_the_card_of_the_product(page, badge, market, address, cards):
    product = market.products[3]
    cards.cards = [make_card(card_keys(gtin=product.gtin)[0])]
    page.goto(f"{address}/p/{product.slug}")
    badge.wait()
    assert badge.text(".badge .claim") == "37% of buyers regret it"
    assert badge.text(".product") == product.title


def test_every_product_page_is_read_right(page, market, address):
    for product in market.products[:5]:
        page.goto(f"{address}/p/{product.slug}")
        found = read_product(page)
        assert found["title"] == product.title
        assert found["price"] == float(product.list_price)
        assert found["url"] == f"{address}/p/{product.slug}"
        assert (found["brand"], found["gtin"], found["sku"], found["currency"]) == (
            product.brand,
            product.gtin,
            product.product_id,
            product.currency,
        )


def test_lists_are_no_products(page, market, address):
    for path in ("/", f"/c/{market.products[0].category}"):
        page.goto(address + path)
        assert page.locator(".card").count() > 1
        assert read_product(page) is None


def test_the_shop_loads_nothing_from_elsewhere(page, market, address):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    for path in ("/", f"/p/{market.products[0].slug}"):
        page.goto(address + path)
    assert [u for u in asked if not u.startswith((address, "data:"))] == []


def test_unknown_pages_are_not_found(market):
    client = shop_site(market).test_client()
    assert client.get("/p/nothing").status_code == 404
    assert client.get("/c/nothing").status_code == 404
    assert b"Allow: /" in client.get("/robots.txt").data


def test_axe_finds_nothing(page, market, address):
    for path in ("/", f"/p/{market.products[0].slug}"):
        page.goto(address + path)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
