"""The cart in a line: read and reckoned in the browser, told once."""

import pytest

from tests.extension.conftest import make_card, name_key, sure_card

pytestmark = pytest.mark.browser
HOST = "www.acehardware.com"
THINGS = {"Ribbed Leggings": 1, "Heated Mug": 2, "Plain Socks of Wool": 1}


def cart(things=THINGS, aside=""):
    rows = "".join(
        f"<li class=line><a href='/p/{at}'><img alt=''></a>"
        f"<a href='/p/{at}'>{title}</a><input type=number value={quantity}></li>"
        for at, (title, quantity) in enumerate(things.items())
    )
    return f"<!doctype html><title>cart</title><h1>Cart</h1><ul>{rows}</ul>{aside}"


@pytest.fixture
def cart_page(shop, cards, choose):
    """A cart whose things all trend; one is surely over a half."""
    lows = [0.51, 0.3, 0.1]
    cards.cards = [
        sure_card(name_key(title, ""), low)
        for title, low in zip(THINGS, lows, strict=True)
    ]
    cards.rules |= {"pre_purchase_risk_low": 0.9, "cooling_off_risk_low": 0.95}
    return shop.put(HOST, "/cart", cart())


def test_it_counts_pieces(page, badge, cart_page):
    page.goto(cart_page)
    badge.wait_for(".nudge.cart_summary")
    assert badge.text(".nudge h2") == "In your cart"
    assert badge.text(".nudge .line") == "4 trending items, 1 over 50%"
    badge.click(".nudge .doors button")
    badge.goes()


def test_only_prefixes_leave_the_browser(page, badge, cart_page, cards):
    page.goto(cart_page)
    badge.wait_for(".nudge")
    assert cards.sent == []
    sent = "\n".join(cards.seen).lower()
    assert "mug" not in sent
    assert "acehardware" not in sent


def test_titles_are_sent_by_a_standing_choice_alone(
    page, badge, cart_page, cards, choose
):
    choose(sendTitles=True)
    unknown = {"A Thing Unknown": 1}
    page.goto(page_of(unknown, cart_page, page))
    page.wait_for_timeout(600)
    assert cards.sent == [("POST /v1/risk", {"title": "A Thing Unknown"})]


def page_of(things, address, page):
    page.route(
        address,
        lambda route: route.fulfill(body=cart(things), content_type="text/html"),
    )
    return address


def test_what_is_saved_for_later_is_not_in_it(page, badge, cart_page, shop):
    aside = (
        "<div class=saved-items><li><a href='/p/9'>Ribbed Leggings again</a>"
        "<input type=number value=9></li></div>"
    )
    shop.put(HOST, "/cart", cart(aside=aside))
    page.goto(cart_page)
    badge.wait_for(".nudge")
    assert badge.text(".nudge .line").startswith("4 trending items")


def test_sure_things_in_it_are_named_as_the_server_would(page, badge, cart_page, cards):
    cards.rules |= {"pre_purchase_risk_low": 0.5}
    page.goto(cart_page)
    badge.wait_for(".nudge.pre_purchase")
    assert badge.text(".nudge .line") == "Likely 51% of its buyers or more regret it."
    assert badge.count(".nudge .doors button") == 1  # there is no panel to open


def test_a_sample_model_says_so(page, badge, cart_page, cards):
    cards.cards = [make_card(name_key(title, "")) for title in THINGS]
    page.goto(cart_page)
    badge.wait_for(".nudge.cart_summary")
    assert "made-up orders" in badge.text(".nudge")


@pytest.mark.parametrize(
    ("path", "things"),
    [
        ("/cart", {"Plain Socks of Wool": 1}),
        ("/p/cart-for-tools", THINGS),
        ("/cart", {}),
    ],
    ids=["one thing, no risk", "not a cart", "empty"],
)
def test_where_there_is_nothing_to_say_nothing_is_said(  # noqa: PLR0917
    page, badge, cart_page, shop, path, things
):
    page.goto(shop.put(HOST, path, cart(things)))
    assert badge.stays_away(1)


def test_it_is_not_told_again(page, badge, cart_page, stored):
    page.goto(cart_page)
    badge.wait_for(".nudge")
    stored("caps", {"told": [{**each, "host": "x"} for each in stored("caps")["told"]]})
    page.reload()
    assert badge.stays_away(0.8)


def test_a_slow_server_is_silence_in_the_cart_too(page, badge, cart_page, cards):
    cards.delay_seconds = 1.2
    page.goto(cart_page)
    assert badge.stays_away(2.5)
    assert page.inner_text("h1") == "Cart"
