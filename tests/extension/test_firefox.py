"""The badge in a real Firefox, installed from the zip that `make extension` writes."""

import base64
import time

import pytest

from scripts.pack_extension import pack
from tests.extension import firefox as browsers
from tests.extension.conftest import make_card, name_key, product_page

pytestmark = pytest.mark.browser
BADGE = """
    const root = document.documentElement.lastElementChild.openOrClosedShadowRoot;
    return root?.querySelector(".badge .claim")?.textContent ?? null;
"""


@pytest.fixture(scope="module")
def firefox(tmp_path_factory):
    path = browsers.find()
    if path is None:
        pytest.skip("there is no Firefox here: install firefox or firefox-esr")
    package = pack("firefox", tmp_path_factory.mktemp("dist"))
    with browsers.running(path, tmp_path_factory.mktemp("firefox")) as firefox:
        firefox.extension = firefox.install(package)
        yield firefox


@pytest.fixture
def agreed(firefox, cards):
    """Settings as the options page keeps them, set from that page."""
    host = firefox.run(
        "return WebExtensionPolicy.getByID(args[0]).mozExtensionHostname",
        firefox.extension,
        context="chrome",
    )
    firefox.goto(f"moz-extension://{host}/options/options.html")
    firefox.run(
        """const { storage } = window.wrappedJSObject.browser;
        const settings = Cu.cloneInto(args[0], window);
        await storage.session.clear();
        await storage.local.set(settings);""",
        {
            "settings": {
                "server": cards.url,
                "agreed": True,
                "enabled": True,
                "ageBand": "",
                "offSites": [],
            }
        },
    )


def wait_for_badge(firefox, seconds=6):
    deadline = time.monotonic() + seconds
    while (claim := firefox.run(BADGE)) is None and time.monotonic() < deadline:
        time.sleep(0.05)
    return claim


@pytest.mark.usefixtures("agreed")
def test_the_badge_comes_and_goes_with_the_product(firefox, shop, cards, tmp_path):
    cards.cards = [make_card(name_key("Ribbed Leggings"))]
    shop.put("127.0.0.1", "/p/leggings", product_page("Ribbed Leggings"))
    firefox.goto(f"http://127.0.0.1:{shop.port}/p/leggings")
    assert wait_for_badge(firefox) == "37% of buyers regret it"
    (tmp_path / "firefox.png").write_bytes(base64.b64decode(firefox.screenshot()))
    assert (
        firefox.run("return document.documentElement.lastElementChild.shadowRoot")
        is None
    )
    firefox.run("window.wrappedJSObject.history.pushState(null, '', '/p/mug')")
    deadline = time.monotonic() + 2
    while firefox.run(BADGE) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert firefox.run(BADGE) is None


@pytest.mark.usefixtures("agreed")
def test_a_page_that_is_no_product_has_none(firefox, shop, cards):
    shop.put("127.0.0.1", "/help", "<h1>Help</h1>")
    firefox.goto(f"http://127.0.0.1:{shop.port}/help")
    assert wait_for_badge(firefox, 1) is None
    assert cards.seen == []
