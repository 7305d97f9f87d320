"""The popup: this tab, what waits, the poll, what was seen."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.extension.badge import Badge
from tests.extension.conftest import make_card, name_key, product_page
from tests.extension.test_pre_purchase import HOST, add, listed
from tests.running import until

pytestmark = pytest.mark.browser
DAY_MS = 86_400_000
KEY = "a" * 64
MUG = {"key": KEY, "title": "Heated Mug", "addedAt": 0, "answer": None, "isSent": False}
TOKEN = re.compile("[0-9a-f]{32}")


@pytest.fixture(autouse=True)
def _chosen(choose):
    return


@pytest.fixture
def popup_beside(browser, worker):
    """The popup as it stands over a tab."""
    opened = []

    def popup_beside(page):
        tab = worker.evaluate(
            """async (host) => { const kept = await chrome.storage.session.get(null);
            return Object.keys(kept).filter((k) => kept[k].host === host).pop() }""",
            HOST,
        )
        popup = browser.new_page()
        opened.append(popup)
        address = worker.url.replace("background/worker.js", "popup/popup.html")
        popup.goto(f"{address}?tab={(tab or 'tab 0').removeprefix('tab ')}")
        popup.wait_for_selector("#recent li")
        return popup

    yield popup_beside
    for popup in opened:
        popup.close()


@pytest.fixture
def due(stored):
    """A product that went into the cart some weeks ago."""
    added = time.time() * 1000 - 22 * DAY_MS
    stored("purchases", [{**MUG, "addedAt": added}])
    return added


def test_nothing_of_a_shop_that_the_tab_has_left(
    page, badge, shop, cards, popup_beside
):
    page.goto(listed(cards, shop, "Ribbed Leggings", 0.3))
    badge.wait_for(".badge")
    page.goto(shop.put("news.example", "/", "<h1>News</h1>"))
    popup = popup_beside(page)
    expect(popup.locator("#here-title")).to_have_text("No shop that TrendGuard knows")
    expect(popup.locator("#here-card")).to_be_empty()
    expect(popup.locator("#here-switch")).to_be_hidden()


def test_it_shows_the_card_of_the_tab_and_lists_it(
    page, badge, shop, cards, popup_beside
):
    page.goto(listed(cards, shop, "Ribbed Leggings", 0.3))
    badge.wait_for(".badge")
    popup = popup_beside(page)
    expect(popup.locator("#here-title")).to_have_text(HOST)
    expect(popup.locator("#here-card")).to_contain_text("40% of buyers regret it")
    expect(popup.locator("#recent li")).to_contain_text("Ribbed Leggings")
    expect(popup.locator("#ask")).to_be_hidden()


def test_what_was_seen_is_bounded_and_may_be_off(  # noqa: PLR0917
    page, badge, shop, cards, choose, stored, popup_beside, own_page
):
    stored("recent", [{**make_card(f"{n:064}"), "byAgeBand": {}} for n in range(20)])
    address = listed(cards, shop, "Ribbed Leggings", 0.3)
    page.goto(address)
    badge.wait_for(".badge")
    assert [each["title"] for each in stored("recent")[:1]] == ["Ribbed Leggings"]
    assert len(stored("recent")) == 20
    assert not [each for each in stored("recent") if "url" in each or "address" in each]
    answered = {**MUG, "key": "b", "answer": "kept", "addedAt": time.time() * 1000}
    stored("purchases", [{**MUG, "addedAt": time.time() * 1000}, answered])
    options = own_page("options/options.html")
    options.uncheck("[data-setting=keepRecent]")
    until(lambda: stored("recent") == [], 3)
    until(lambda: [each["key"] for each in stored("purchases")] == ["b"], 3)
    page.goto(address)
    badge.wait_for(".badge")
    assert stored("recent") == []
    expect(popup_beside(page).locator("#recent li")).to_have_text("Not kept.")


def test_off_here_and_back_on(page, badge, shop, cards, popup_beside, stored):  # noqa: PLR0917
    page.goto(listed(cards, shop, "Ribbed Leggings", 0.3))
    badge.wait_for(".badge")
    popup = popup_beside(page)
    popup.click("#site-on")
    badge.goes()
    assert stored("settings")["offSites"] == [HOST]
    popup = popup_beside(page)
    # What is drawn meanwhile, for the tab has changed, does not undo the click.
    popup.click("#site-on")
    badge.wait_for(".badge")
    expect(popup.locator("#site-on")).to_be_checked()


def test_snooze_and_its_end(page, badge, shop, cards, popup_beside, stored):  # noqa: PLR0917
    page.goto(listed(cards, shop, "Ribbed Leggings", 0.3))
    badge.wait_for(".badge")
    popup = popup_beside(page)
    popup.click("#snooze >> text=1 day")
    expect(popup.locator("#snooze-state")).to_contain_text("Silent until")
    badge.goes()
    ends = stored("settings")["snoozedUntil"]
    assert ends == pytest.approx(time.time() * 1000 + DAY_MS, abs=60_000)
    popup.click("#snooze button")
    badge.wait_for(".badge")


def test_off_altogether(page, badge, shop, cards, popup_beside, stored):  # noqa: PLR0917
    page.goto(listed(cards, shop, "Ribbed Leggings", 0.3))
    badge.wait_for(".badge")
    popup_beside(page).click("#enabled")
    badge.goes()
    assert stored("settings")["enabled"] is False


def test_without_consent_it_leads_to_the_first_page(own_page, choose, browser):
    choose(agreed=False)
    popup = own_page("popup/popup.html")
    with browser.expect_page() as opened:
        popup.click("#welcome")
    assert opened.value.url.endswith("/welcome/welcome.html")
    opened.value.close()


def test_a_title_is_sent_by_a_click(page, shop, cards, popup_beside):
    address = shop.put(HOST, "/p/mug", product_page("Heated Mug"))
    cards.answers["POST /v1/risk"] = make_card(name_key("Heated Mug"))
    page.goto(address)
    until(lambda: len(cards.seen) >= 3, 5)
    page.wait_for_timeout(200)
    popup = popup_beside(page)
    expect(popup.locator("#here-card")).to_contain_text("Nothing is known")
    assert cards.sent == []
    popup.click("#ask")
    expect(popup.locator("#here-card")).to_contain_text("37% of buyers regret it")
    sent = {
        "title": "Heated Mug",
        "brand": "Lumenza",
        "price": 42.99,
        "currency": "USD",
    }
    assert cards.sent == [("POST /v1/risk", sent)]


def test_with_a_standing_choice_it_is_sent_by_itself(page, badge, shop, cards, choose):
    choose(sendTitles=True)
    cards.answers["POST /v1/risk"] = make_card(name_key("Heated Mug"))
    page.goto(shop.put(HOST, "/p/mug", product_page("Heated Mug")))
    badge.wait_for(".badge")
    assert [call for call, _ in cards.sent] == ["POST /v1/risk"]


def test_a_server_that_does_not_answer_is_named(page, shop, cards, popup_beside):
    page.goto(shop.put(HOST, "/p/mug", product_page("Heated Mug")))
    until(lambda: len(cards.seen) >= 3, 5)
    page.wait_for_timeout(200)
    popup = popup_beside(page)
    popup.click("#ask")
    expect(popup.locator("#state")).to_have_text("The server could not be reached.")


def test_adding_to_the_cart_is_noted_for_the_poll(page, badge, shop, cards, stored):
    add(page, badge, listed(cards, shop, "Ribbed Leggings", 0.3))
    until(lambda: stored("purchases"), 3)
    (noted,) = stored("purchases")
    assert (noted["title"], noted["answer"]) == ("Ribbed Leggings", None)


def test_too_early_nothing_is_asked(own_page, stored):
    stored("purchases", [{**MUG, "addedAt": time.time() * 1000 - 20 * DAY_MS}])
    popup = own_page("popup/popup.html")
    popup.wait_for_selector("#recent li")
    expect(popup.locator("#poll")).to_be_hidden()


def test_an_answer_stays_here_without_consent(own_page, stored, cards, due):
    popup = own_page("popup/popup.html")
    popup.get_by_role("button", name="Kept: Heated Mug").click()
    expect(popup.locator("#state")).to_have_text("Noted in this browser only.")
    assert cards.sent == []
    assert stored("purchases")[0]["answer"] == "kept"
    expect(popup.locator("#answered")).to_contain_text("Heated Mug")
    stored("installToken", "0123456789abcdef" * 2)
    popup.get_by_role("button", name="Take back: Heated Mug").click()
    expect(popup.locator("#answered")).to_be_hidden()
    assert cards.sent == []


def test_an_answer_is_sent_with_consent_and_taken_back(own_page, stored, cards, due):
    cards.answers |= {
        "POST /v1/outcomes": {"replaced": False},
        "DELETE /v1/outcomes": {"removed_count": 1},
    }
    popup = own_page("popup/popup.html")
    popup.check("#send-outcomes")
    popup.get_by_role("button", name="Regret it: Heated Mug").click()
    expect(popup.locator("#state")).to_have_text("Sent. Thank you.")
    ((call, body),) = cards.sent
    token = body.pop("install_token")
    assert TOKEN.fullmatch(token)
    assert (call, body) == (
        "POST /v1/outcomes",
        {"card_key": KEY, "answer": "regret", "consent": True, "days_owned": 22},
    )
    popup.get_by_role("button", name="Take back: Heated Mug").click()
    expect(popup.locator("#state")).to_have_text("Taken back.")
    assert cards.sent[1] == (
        "DELETE /v1/outcomes",
        {"install_token": token, "card_key": KEY},
    )
    assert stored("purchases") == []


def test_an_answer_given_at_once_obeys_the_box(own_page, stored, cards, due):
    stored("settings", stored("settings") | {"sendOutcomes": True})
    popup = own_page("popup/popup.html")
    expect(popup.locator("#send-outcomes")).to_be_checked()
    popup.evaluate(
        """() => {
             document.querySelector("#send-outcomes").click();
             document.querySelector("[aria-label='Kept: Heated Mug']").click();
        }"""
    )
    until(lambda: stored("purchases")[0]["answer"] == "kept", 3)
    assert cards.sent == []


def test_what_was_not_bought_is_forgotten(own_page, stored, due):
    popup = own_page("popup/popup.html")
    popup.get_by_role("button", name="Did not buy: Heated Mug").click()
    until(lambda: stored("purchases") == [], 3)


def test_hostile_titles_are_text(own_page, stored):
    title = "<img src=x onerror=\"document.title='owned'\">"
    stored(
        "purchases",
        [{**MUG, "title": title, "addedAt": time.time() * 1000 - 22 * DAY_MS}],
    )
    stored("pauses", [{"key": KEY, "title": title, "address": "http://x/", "until": 1}])
    popup = own_page("popup/popup.html")
    expect(popup.locator("#pauses .title")).to_have_text(title)
    expect(popup.locator("#poll .title")).to_have_text(title)
    assert popup.title() == "TrendGuard"


def test_other_tabs_are_none_of_its_business(page, browser, shop, cards, popup_beside):
    page.goto(listed(cards, shop, "Ribbed Leggings", 0.3))
    Badge(page).wait_for(".badge")
    popup = popup_beside(page)
    popup.goto(popup.url.split("?")[0])
    popup.wait_for_selector("#recent li")
    expect(popup.locator("#here-title")).to_have_text("No shop that TrendGuard knows")
    expect(popup.locator("#here-switch")).to_be_hidden()
