"""Pages that become another without a load, in a real Chromium."""

import pytest

from tests.extension.conftest import EXTENSION, make_card, name_key, product_page

pytestmark = pytest.mark.browser
HOST = "www.allbirds.com"
SCRIPT = (EXTENSION / "content" / "soft-navigation.js").read_text()


@pytest.fixture
def plain(plain_browser, shop):
    """A tab without the extension, with soft-navigation.js in it."""
    page = plain_browser.new_page()
    shop.put("127.0.0.1", "/", "<body></body>")
    page.goto(f"http://127.0.0.1:{shop.port}/")
    page.add_script_tag(content="window.readProduct = () => null;" + SCRIPT)
    yield page
    page.close()


def test_a_new_number_in_the_address_is_no_new_product(
    page, badge, shop, cards, choose
):
    """The number comes from the address, all the rest still from the last page."""
    first = product_page("Ribbed Leggings", sku=None)
    cards.cards = [make_card(name_key("Ribbed Leggings"))]
    page.goto(shop.put(HOST, "/p/leggings-1234567", first))
    badge.wait()
    page.evaluate("history.pushState({}, '', '/p/mug-7654321')")
    assert badge.stays_away(0.9)
    cards.cards.append(make_card(name_key("Heated Mug"), risk=0.12, risk_low=0.1))
    page.evaluate(
        """() => { const s = document.querySelector('script[type*=ld]');
        s.textContent = s.textContent.replaceAll('Ribbed Leggings', 'Heated Mug') }"""
    )
    badge.wait()
    assert badge.text(".badge .claim") == "12% of buyers regret it"


@pytest.mark.parametrize("has_api", [True, False])
def test_a_change_of_address_is_noticed(plain, has_api):
    plain.evaluate(
        """(hasApi) => {
          if (!hasApi) Object.defineProperty(window, 'navigation', {});
          softNavigation.watch(() => { window.seen = location.pathname });
          history.pushState({}, '', '/next');
        }""",
        has_api,
    )
    plain.wait_for_function("window.seen === '/next'", timeout=2000)


@pytest.mark.parametrize(
    ("product", "leftover"),
    [
        ({"title": "Mug", "sku": "1", "image": "a"}, True),
        ({"title": "Mug", "sku": "777", "image": "a"}, True),
        ({"title": "Mug", "sku": "777", "image": "b"}, False),
        ({"title": "Mug", "sku": "2", "image": "a"}, False),
        ({"title": "Jug", "sku": "1", "image": "a"}, False),
    ],
)
def test_what_is_left_of_the_last_page(plain, product, leftover):
    """The address holds 777."""
    plain.evaluate("history.replaceState({}, '', '/p/777')")
    before = {"title": "Mug", "sku": "1", "image": "a"}
    found = plain.evaluate(
        "([now, before]) => softNavigation.isLeftover(now, before)", [product, before]
    )
    assert found is leftover
    assert not plain.evaluate("(p) => softNavigation.isLeftover(p, null)", product)


def test_a_page_is_changed_once_it_changed(plain):
    asked = plain.evaluate(
        """async () => {
          const changes = softNavigation.changes();
          const turn = () => new Promise((done) => setTimeout(done));
          const asked = [changes.since(), changes.since()];
          document.body.append('words'); await turn();
          document.body.append('more words'); await turn();
          asked.push(changes.since(), changes.since());
          document.body.firstChild.data = 'other'; asked.push(changes.since());
          changes.stop();
          return asked;
        }"""
    )
    assert asked == [True, False, True, False, True]
