"""The nudge at adding to the cart: seldom, in nobody's way, easily refused."""

import time

import pytest

from tests.extension.badge import Badge
from tests.extension.conftest import name_key, product_page, sure_card
from tests.running import until

pytestmark = pytest.mark.browser
HOST = "www.acehardware.com"
LEGGINGS = "Ribbed Leggings"
DAY_MS = 86_400_000


def listed(cards, shop, title, risk_low=0.55, host=HOST, **changes):
    """Return the page of a product that the server knows."""
    cards.cards.append(sure_card(name_key(title), risk_low, **changes))
    path = "/p/" + title.lower().replace(" ", "-")
    return shop.put(host, path, product_page(title))


@pytest.fixture(autouse=True)
def _chosen(choose):
    return


@pytest.fixture
def leggings(shop, cards):
    return listed(cards, shop, LEGGINGS)


def add(page, badge, address):
    page.goto(address)
    badge.wait_for(".badge")
    page.click("body > button")


def test_it_asks_once_more_and_the_click_arrives(page, badge, leggings, shop):
    shop.put(
        HOST,
        "/p/ribbed-leggings",
        product_page(LEGGINGS).replace(
            "<button>", "<button onclick='window.bought=1'>"
        ),
    )
    add(page, badge, leggings)
    badge.wait_for(".nudge.pre_purchase")
    assert badge.text(".nudge h2") == "Still want it?"
    assert badge.text(".nudge .line") == "Likely 55% of its buyers or more regret it."
    assert page.evaluate("window.bought") == 1
    assert page.evaluate("document.activeElement.tagName") == "BUTTON"
    assert not badge.focused(".nudge .close")
    page.wait_for_timeout(250)
    assert "Still want it?" in badge.text(".heard")


@pytest.mark.parametrize(
    "changes",
    [
        {"risk_low": 0.45},
        {"evidence": "none", "risk": None, "risk_high": None, "risk_low": None},
        {"model": {"version": "1", "trained_on": "sample", "target": "regret"}},
    ],
    ids=["not sure enough", "no evidence", "sample model"],
)
def test_it_says_nothing_that_the_evidence_does_not_bear(
    page, badge, shop, cards, changes
):
    address = listed(cards, shop, LEGGINGS)
    cards.cards[0] |= changes
    add(page, badge, address)
    assert not badge.has(".nudge")


def test_a_server_without_rules_nudges_nobody(page, badge, leggings, cards):
    cards.rules = None
    add(page, badge, leggings)
    assert not badge.has(".nudge")


def test_the_servers_own_thresholds_count(page, badge, leggings, cards):
    cards.rules |= {"pre_purchase_risk_low": 0.6}
    add(page, badge, leggings)
    assert not badge.has(".nudge")


def test_a_no_makes_it_quiet_and_longer_each_time(page, badge, leggings, stored):
    add(page, badge, leggings)
    badge.wait_for(".nudge").click(".nudge .close")
    assert not badge.has(".nudge", 100)
    assert badge.count(".badge") == 1
    now = time.time() * 1000
    assert stored("caps")["quietUntil"] == pytest.approx(now + DAY_MS, abs=60_000)
    stored("caps", {"told": [], "refusals": 3, "quietUntil": 0})
    add(page, badge, leggings)
    badge.wait_for(".nudge").click(".nudge .close")
    page.wait_for_timeout(100)
    assert stored("caps")["quietUntil"] == pytest.approx(now + 8 * DAY_MS, abs=60_000)
    stored("caps", stored("caps") | {"told": []})
    add(page, badge, leggings)
    assert not badge.has(".nudge")


def test_escape_in_it_refuses_it(page, badge, leggings, stored):
    add(page, badge, leggings)
    badge.wait_for(".nudge")
    for _ in range(4):
        page.keyboard.press("Tab")
        if badge.focused(".nudge .close"):
            break
    page.keyboard.press("Escape")
    until(lambda: stored("caps")["refusals"] == 1, 3)
    assert badge.count(".nudge") == 0


def test_of_one_product_it_speaks_once(page, badge, leggings, stored):
    add(page, badge, leggings)
    badge.wait_for(".nudge")
    told = stored("caps")["told"]
    stored("caps", {"told": [{**told[0], "at": told[0]["at"] - 2 * DAY_MS}]})
    add(page, badge, leggings)
    assert not badge.has(".nudge")
    stored("caps", {"told": [{**told[0], "at": told[0]["at"] - 8 * DAY_MS}]})
    add(page, badge, leggings)
    badge.wait_for(".nudge")


def test_it_comes_once_a_day_and_site_and_thrice_a_day(
    page, badge, shop, cards, stored
):
    add(page, badge, listed(cards, shop, "First Thing"))
    badge.wait_for(".nudge")
    add(page, badge, listed(cards, shop, "Second Thing"))
    assert not badge.has(".nudge")
    for host in ("a.acehardware.com", "b.acehardware.com"):
        add(page, badge, listed(cards, shop, f"A Thing of {host}", host=host))
        badge.wait_for(".nudge")
    add(page, badge, listed(cards, shop, "Last Thing", host="c.acehardware.com"))
    assert not badge.has(".nudge")
    assert len(stored("caps")["told"]) == 3


def test_the_switch_of_nudges_leaves_the_badge(page, badge, leggings, choose):
    choose(nudges=False)
    add(page, badge, leggings)
    assert not badge.has(".nudge")
    assert badge.count(".badge") == 1


@pytest.mark.parametrize(
    "changes",
    [{"enabled": False}, {"snoozedUntil": 9e15}, {"offSites": [HOST]}],
    ids=["off", "snoozed", "off here"],
)
def test_where_it_is_off_there_is_nothing(page, badge, leggings, choose, changes):
    choose(**changes)
    page.goto(leggings)
    page.click("body > button")
    assert badge.stays_away(0.8)


def test_off_on_this_site_stands_in_it(page, badge, leggings, stored):
    add(page, badge, leggings)
    badge.wait_for(".nudge").click(".nudge .off button")
    badge.goes()
    until(lambda: stored("settings")["offSites"] == [HOST], 3)


def test_why_opens_the_panel(page, badge, leggings, stored):
    add(page, badge, leggings)
    badge.wait_for(".nudge").click(".nudge .doors button:last-child")
    assert badge.wait_for(".panel").open()
    assert badge.count(".nudge") == 0


def test_the_worker_may_die_between_card_and_click(page, badge, leggings, worker):
    page.goto(leggings)
    badge.wait_for(".badge")
    kill_workers(page.context)
    page.click("body > button")
    badge.wait_for(".nudge")


def kill_workers(browser):
    """End the extension's worker, as the browser does when it idles."""
    page = browser.new_page()
    tools = page.context.new_cdp_session(page)
    tools.send("ServiceWorker.enable")
    tools.send("ServiceWorker.stopAllWorkers")
    page.close()


def test_two_tabs_keep_apart(page, badge, browser, shop, cards):
    mug = listed(cards, shop, "Heated Mug", 0.1)
    leggings = listed(cards, shop, LEGGINGS)
    page.goto(mug)
    badge.wait_for(".badge")
    other = browser.new_page()
    add(other, Badge(other), leggings)
    Badge(other).wait_for(".nudge")
    page.bring_to_front()
    page.click("body > button")
    assert not badge.has(".nudge")
    assert badge.text(".badge .claim") == "20% of buyers regret it"
    other.close()


def test_a_soft_navigation_takes_the_nudge_along(page, badge, leggings):
    add(page, badge, leggings)
    badge.wait_for(".nudge")
    page.evaluate("history.pushState({}, '', '/p/another')")
    page.wait_for_timeout(50)
    assert not badge.exists()
    page.click("body > button")
    assert not badge.has(".nudge")


@pytest.mark.parametrize(
    "title",
    [
        "<script>document.title='owned'</script> Mug",
        "\N{RIGHT-TO-LEFT OVERRIDE}guM 😀 كوب",
        "Mug " + "very " * 2000 + "long",
    ],
    ids=["script", "right to left", "ten thousand letters"],
)
def test_hostile_titles_are_text(page, badge, shop, cards, title):
    cards.cards = [sure_card(name_key(title), 0.75)]
    add(page, badge, shop.put(HOST, "/p/mug", product_page(title)))
    badge.wait_for(".nudge").click(".nudge .doors button.main")
    page.wait_for_timeout(200)
    assert badge.count("script") == 0
    assert page.title() == "shop"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
