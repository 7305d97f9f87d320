"""The first page: consent before anything is sent."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.fixture
def welcome(own_page, choose):
    choose(agreed=False)
    page = own_page("welcome/welcome.html")
    page.wait_for_selector("#consent-section h2")
    return page


def test_it_opens_by_itself_at_the_first_run(browser):
    assert [p for p in browser.pages if p.url.endswith("/welcome/welcome.html")]


def test_it_says_what_is_sent_and_what_never(welcome):
    words = welcome.inner_text("#consent-section")
    assert "first few characters of the fingerprint" in words
    assert "never sent" in words
    assert "network address" in words


def test_agreeing_and_not_now(welcome, stored):
    welcome.click("#later")
    expect(welcome.locator("#state")).to_contain_text("nothing is sent")
    assert stored("settings")["agreed"] is False
    welcome.click("#agree")
    expect(welcome.locator("#state")).to_contain_text("You agreed")
    assert stored("settings")["agreed"] is True
