"""The badge shows exactly the card that the API gave, and says so to everyone."""

import gzip

import pytest

from store.keys import card_keys
from tests.extension.conftest import make_card, name_key, product_page

pytestmark = pytest.mark.browser
LEGGINGS = "Ribbed Leggings"
HOST = "www.acehardware.com"


@pytest.fixture
def leggings(shop, cards, choose):
    """A product's page whose card the server knows."""
    cards.cards = [make_card(name_key(LEGGINGS)), make_card("0" * 64, risk=0.9)]
    return shop.put(HOST, "/p/leggings", product_page(LEGGINGS))


def test_the_badge_says_the_risk_with_its_interval(page, badge, leggings):
    page.goto(leggings)
    badge.wait()
    assert badge.text(".badge .claim") == "37% of buyers regret it"
    assert badge.text(".badge .under").startswith("(between 31 and 44%)")
    assert badge.text(".badge .note") == "Sample model"
    assert badge.count(".corner.mid") == 1


def test_a_retailers_model_is_not_called_a_sample(page, badge, leggings, cards):
    cards.cards[0]["model"]["trained_on"] = "retailer"
    page.goto(leggings)
    badge.wait()
    assert badge.count(".note") == 0


def test_where_reasons_are_unknown_it_speaks_of_returns(
    page, badge, leggings, cards, choose
):
    cards.cards[0]["model"]["target"] = "returned"
    page.goto(leggings)
    badge.wait()
    assert badge.text(".badge .claim") == "37% of buyers return it"
    assert badge.attribute(".corner", "aria-label") == "TrendGuard: return risk"
    badge.click(".badge")
    assert badge.text(".panel h2") == "37% of buyers return it"
    assert "Every return counts" in badge.text(".panel")
    choose(ageBand="20-24")
    page.goto(leggings)
    badge.wait()
    assert badge.text(".badge .claim") == "52% of buyers like you return it"
    assert "regret" not in badge.text(".corner")


def test_a_card_of_an_older_server_speaks_of_regret(page, badge, leggings, cards):
    del cards.cards[0]["model"]["target"]
    page.goto(leggings)
    badge.wait()
    assert badge.text(".badge .claim") == "37% of buyers regret it"
    assert badge.attribute(".corner", "aria-label") == "TrendGuard: regret risk"


def test_a_target_that_is_none_refuses_the_card(page, badge, leggings, cards):
    cards.cards[0]["model"]["target"] = "delight"
    page.goto(leggings)
    assert badge.stays_away()


def test_an_age_band_picks_its_own_row_in_the_browser(
    page, badge, leggings, cards, choose
):
    choose(ageBand="20-24")
    page.goto(leggings)
    badge.wait()
    assert badge.text(".badge .claim") == "52% of buyers like you regret it"
    assert not any("20-24" in request for request in cards.seen)


def test_without_evidence_there_is_no_number(page, badge, leggings, cards):
    cards.cards[0] |= {
        "evidence": "none",
        "risk": None,
        "risk_low": None,
        "risk_high": None,
        "risk_by_age_band": {},
        "model": None,
    }
    page.goto(leggings)
    badge.wait()
    assert badge.text(".badge") == "Not enough evidence"


def test_the_panel_gives_reasons_with_dates(page, badge, leggings):
    page.goto(leggings)
    badge.wait()
    assert not badge.open()
    badge.click(".badge")
    assert badge.open()
    panel = badge.text(".panel")
    assert "peaked 9 days ago" in panel
    assert "+11 points" in panel
    assert "It costs $42.99, 28% under its list price of $60" in panel
    assert "Every return counts" not in panel
    assert "\N{MINUS SIGN}3 points" in panel
    assert "In decline, peak 9 days ago, about 5 days left" in panel
    assert badge.text(".life") == "Trended for 18 days, 60% of buyers kept it"
    assert badge.count(".life .spark circle") == 1
    assert "60% of buyers still had it after 180 days" in panel
    assert "$23.50, 52% below the list price" in panel
    assert "made-up orders" in panel


def test_the_keyboard_reaches_opens_and_closes_it(page, badge, leggings):
    page.goto(leggings)
    badge.wait()
    for _ in range(3):
        page.keyboard.press("Tab")
        if badge.focused(".badge"):
            break
    page.keyboard.press("Enter")
    assert badge.open()
    assert badge.focused(".close")
    assert badge.attribute(".badge", "aria-expanded") == "true"
    page.keyboard.press("Escape")
    assert not badge.open()
    assert badge.focused(".badge")


def test_a_screen_reader_hears_it_without_losing_its_place(page, badge, leggings):
    page.goto(leggings)
    badge.wait()
    page.wait_for_timeout(400)
    assert badge.attribute(".heard", "role") == "status"
    assert "37% of buyers regret it (between 31 and 44%)" in badge.text(".heard")
    assert page.evaluate("document.activeElement === document.body")


def test_the_way_out_is_in_sight_however_long_the_reasons(page, badge, leggings):
    page.set_viewport_size({"width": 360, "height": 560})
    page.goto(leggings)
    badge.wait()
    badge.click(".badge")
    panel, doors = badge.box(".panel"), badge.box(".doors")
    assert panel["top"] < doors["top"] < doors["bottom"] <= panel["bottom"]


def test_hide_takes_it_away_and_off_here_is_remembered(page, badge, leggings, worker):
    page.goto(leggings)
    badge.wait()
    badge.click(".badge")
    badge.click(".doors button:last-child")
    assert badge.stays_away(0.5)
    settings = worker.evaluate("chrome.storage.local.get('settings')")["settings"]
    assert settings["offSites"] == [HOST]
    page.reload()
    assert badge.stays_away()


def test_the_page_can_not_see_into_the_badge(page, badge, leggings):
    page.goto(leggings)
    badge.wait()
    assert page.evaluate("document.documentElement.lastElementChild.shadowRoot") is None
    assert page.evaluate("typeof readProduct + typeof badge") == "undefinedundefined"


def test_a_hostile_title_is_text(page, badge, shop, cards, choose):
    title = (
        "<img src=x onerror=\"document.title='owned'\">Mug\N{RIGHT-TO-LEFT OVERRIDE} 😀"
    )
    cards.cards = [make_card(name_key(title))]
    page.goto(shop.put(HOST, "/p/mug", product_page(title)))
    badge.wait()
    assert badge.text(".product") == title
    assert badge.count("img") == 0
    assert page.title() == "shop"


def test_nothing_on_the_page_moves(page, badge, leggings):
    page.add_init_script(
        """window.shift = 0;
        new PerformanceObserver((list) => list.getEntries().forEach((e) => {
          window.shift += e.value }))
          .observe({type: 'layout-shift', buffered: true});"""
    )
    page.goto(leggings)
    before = page.evaluate("document.body.getBoundingClientRect().toJSON()")
    badge.wait()
    badge.click(".badge")
    page.wait_for_timeout(300)
    assert page.evaluate("window.shift") == 0
    assert page.evaluate("document.body.getBoundingClientRect().toJSON()") == before
    assert page.evaluate("document.body.outerHTML.includes('TrendGuard')") is False


def test_a_shops_root_font_size_changes_nothing(page, badge, leggings, shop):
    page.goto(leggings)
    size = badge.wait().box(".badge")
    style = "<style>html{font-size:7px;zoom:1} div{display:none!important}</style>"
    shop.put(HOST, "/p/leggings", product_page(LEGGINGS) + style)
    page.goto(leggings)
    assert badge.wait().box(".badge") == size


def test_in_page_navigation_never_keeps_the_last_card(
    page, badge, shop, cards, leggings
):
    """The address changes first, the page's own data a while later."""
    cards.cards.append(make_card(name_key("Heated Mug"), risk=0.12, risk_low=0.1))
    page.goto(leggings)
    badge.wait()
    page.evaluate("history.pushState({}, '', '/p/mug')")
    page.wait_for_timeout(50)
    assert not badge.exists()
    page.wait_for_timeout(1000)
    assert not badge.exists()
    page.evaluate(
        """() => { const s = document.querySelector('script[type*=ld]');
        s.textContent = s.textContent.replaceAll('Ribbed Leggings', 'Heated Mug') }"""
    )
    badge.wait()
    assert badge.text(".badge .claim") == "12% of buyers regret it"


def test_in_page_navigation_to_an_unknown_page_shows_nothing(page, badge, leggings):
    page.goto(leggings)
    badge.wait()
    page.evaluate("history.pushState({}, '', '/help')")
    assert badge.stays_away(5)


def test_an_anchor_is_not_another_page(page, badge, leggings):
    page.goto(leggings)
    badge.wait()
    page.evaluate("location.hash = 'reviews'")
    page.wait_for_timeout(300)
    assert badge.exists()


REAL = {
    "ryancocuzzo__take-home-2026__allbirds-shoe": (
        "www.allbirds.com",
        "/products/mens-dasher-nz",
        {"brand": "Allbirds", "title": "Men's Dasher NZ"},
    ),
    "ryancocuzzo__take-home-2026__ace": (
        "www.acehardware.com",
        "/departments/tools/power-tools/cordless-drills/2385458",
        {"gtin": "885911325905"},
    ),
}


@pytest.mark.parametrize("name", REAL)
@pytest.mark.usefixtures("choose")
def test_real_shop_pages_under_their_own_names(page, badge, shared, shop, cards, name):  # noqa: PLR0917
    host, path, product = REAL[name]
    html = gzip.decompress((shared / "pages/shops" / f"{name}.html.gz").read_bytes())
    cards.cards = [make_card(card_keys(**product)[0])]
    page.goto(shop.put(host, path, html), wait_until="domcontentloaded")
    badge.wait(15)
    assert badge.text(".badge .claim") == "37% of buyers regret it"
