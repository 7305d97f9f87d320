"""Sleeping on it: an hour to a week, a reminder, and never in the way."""

import time

import pytest
from playwright.sync_api import expect

from tests.extension.test_pre_purchase import add, listed
from tests.running import until

pytestmark = pytest.mark.browser
HOUR_MS = 3_600_000


@pytest.fixture
def leggings(shop, cards, choose):
    return listed(cards, shop, "Ribbed Leggings", 0.75)


@pytest.fixture
def button_text(worker):
    return lambda: worker.evaluate("chrome.action.getBadgeText({})")


def test_it_proposes_a_pause_and_keeps_it(page, badge, leggings, stored, worker):
    add(page, badge, leggings)
    badge.wait_for(".nudge.cooling_off")
    assert badge.text(".nudge h2") == "Sleep on it?"
    assert "Likely 75% of its buyers or more regret it." in badge.text(".nudge")
    assert badge.text(".nudge select") == "1 hour6 hours1 day3 days7 days"
    assert badge._call(".nudge select", "function() { return this.value }") == "24"
    badge.click(".nudge .main")
    page.wait_for_timeout(300)
    assert "You will be reminded" in badge.text(".nudge")
    (pause,) = stored("pauses")
    assert (pause["title"], pause["address"]) == ("Ribbed Leggings", leggings)
    assert pause["until"] == pytest.approx(
        time.time() * 1000 + 24 * HOUR_MS, abs=60_000
    )
    alarm = worker.evaluate("chrome.alarms.get('reminder')")
    assert alarm["scheduledTime"] == pytest.approx(pause["until"], abs=1000)
    assert stored("caps")["refusals"] == 0


def test_from_the_smaller_nudge_one_may_sleep_too(page, badge, shop, cards, choose):
    add(page, badge, listed(cards, shop, "A Mug", 0.55))
    badge.wait_for(".nudge.pre_purchase").click(".nudge .main")
    assert badge.focused(".nudge select")


def test_thin_evidence_is_not_enough_for_a_pause(page, badge, shop, cards, choose):
    add(page, badge, listed(cards, shop, "A Mug", 0.75, evidence="thin"))
    badge.wait_for(".nudge.pre_purchase")


@pytest.mark.parametrize("hours", [0.001, 1, 168, 10_000])
def test_a_pause_lasts_an_hour_to_a_week(own_page, choose, stored, hours):
    page = own_page("popup/popup.html")
    page.evaluate(
        """async (hours) => { const { sleepOn } = await import('/lib/cooling-off.js');
        await sleepOn({ key: 'k', title: 't', address: 'http://x/' }, hours) }""",
        hours,
    )
    left = stored("pauses")[0]["until"] - time.time() * 1000
    assert left == pytest.approx(min(max(hours, 1), 168) * HOUR_MS, abs=60_000)


def test_when_it_is_over_the_button_and_the_popup_say_so(
    own_page, choose, stored, worker, button_text
):
    over = {"key": "k", "title": "A Mug", "address": "http://x/", "until": 1}
    stored("pauses", [over])
    worker.evaluate("chrome.alarms.create('reminder', { when: Date.now() + 50 })")
    page = own_page("popup/popup.html")
    until(lambda: button_text() == "1", 5)
    expect(page.locator("#pauses li.over")).to_contain_text("still want it?")
    page.get_by_role("button", name="Remove: A Mug").click()
    expect(page.locator("#pauses")).to_be_hidden()
    until(lambda: button_text() == "", 5)
    assert stored("pauses") == []


def test_a_pause_that_lasts_is_reminded_of_after_a_restart(
    own_page, choose, stored, worker
):
    """Some browsers forget alarms: what is kept is enough to set them again."""
    ends = time.time() * 1000 + HOUR_MS
    stored(
        "pauses", [{"key": "k", "title": "t", "address": "http://x/", "until": ends}]
    )
    worker.evaluate("chrome.alarms.clearAll()")
    own_page("popup/popup.html").evaluate(
        "async () => (await import('/lib/cooling-off.js')).setNext()"
    )
    alarm = worker.evaluate("chrome.alarms.get('reminder')")
    assert alarm["scheduledTime"] == pytest.approx(ends, abs=1000)


def test_no_more_than_thirty_are_kept(own_page, choose, stored):
    page = own_page("popup/popup.html")
    page.evaluate(
        """async () => { const { sleepOn } = await import('/lib/cooling-off.js');
        for (let i = 0; i < 33; i++)
          await sleepOn({ key: String(i), title: 't', address: 'http://x/' }, 24) }"""
    )
    assert len(stored("pauses")) == 30
