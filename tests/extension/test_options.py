"""The options page, which asks for consent before anything is sent."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.running import until

pytestmark = pytest.mark.browser


@pytest.fixture
def options(page, worker, choose):
    choose(agreed=False)
    page.goto(worker.url.replace("background/worker.js", "options/options.html"))
    page.wait_for_selector("#off-sites li")
    return page


@pytest.fixture
def chosen(worker):
    """What is stored now."""
    return lambda: worker.evaluate("chrome.storage.local.get('settings')")["settings"]


def test_agreeing_and_withdrawing(options, chosen):
    assert "nothing is sent" in options.inner_text("#consent-state")
    options.click("#consent")
    expect(options.locator("#consent-state")).to_contain_text("You agreed")
    assert chosen()["agreed"] is True
    options.click("#consent")
    options.wait_for_selector("#consent.agree")
    assert chosen()["agreed"] is False


def test_the_off_switch_and_the_age_band_are_kept(options, chosen):
    options.uncheck("[data-setting=enabled]")
    options.select_option("#age-band", "25-29")
    options.wait_for_timeout(200)
    options.reload()
    options.wait_for_selector("#off-sites li")
    assert not options.is_checked("[data-setting=enabled]")
    assert options.input_value("#age-band") == "25-29"
    assert chosen()["ageBand"] == "25-29"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "shop",
        "ftp://example.com",
        "http://example.com",
        "https://user:pw@example.com",
        "https://example.com/path",
        "javascript:alert(1)",
        "http://127.0.0.1.evil.example",
    ],
)
def test_what_is_no_server_is_not_kept(options, chosen, address):
    before = chosen()["server"]
    options.fill("#server", address)
    options.click("#server-form button")
    expect(options.locator("#server-state")).to_contain_text("not the address")
    assert options.get_attribute("#server", "aria-invalid") == "true"
    assert chosen()["server"] == before


def test_a_server_on_this_computer_is_kept(options, chosen):
    options.fill("#server", "http://localhost:9999/")
    options.click("#server-form button")
    expect(options.locator("#server-state")).to_have_text("Saved.")
    assert chosen()["server"] == "http://localhost:9999"


def test_a_silent_site_can_be_turned_back_on(options, chosen, choose):
    choose(offSites=["a.example", "b.example"])
    options.reload()
    options.click("text=Turn back on: a.example")
    expect(options.locator("#off-sites li")).to_have_count(1)
    assert chosen()["offSites"] == ["b.example"]


def test_every_text_is_there(options):
    empty = options.evaluate(
        "[...document.querySelectorAll('[data-text]')].filter((e) => !e.textContent)"
        ".map((e) => e.dataset.text)"
    )
    assert empty == []


def test_the_language_is_the_shoppers(options, chosen, page):
    options.select_option("#language", "de")
    expect(options.locator("h1")).to_have_text("TrendGuard-Einstellungen")
    options.select_option("#language", "ar")
    expect(options.locator("html")).to_have_attribute("dir", "rtl")
    assert chosen()["language"] == "ar"


@pytest.mark.parametrize("name", ["nudges", "sendTitles", "sendOutcomes"])
def test_choices_are_kept(options, chosen, name):
    before = chosen().get(name, name == "nudges")
    options.locator(f"[data-setting={name}]").click()
    until(lambda: chosen().get(name, before) is not before, 3)


def test_my_data_is_saved_as_a_file(options, stored):
    stored("recent", [{"title": "Heated Mug"}])
    with options.expect_download() as download:
        options.click("#export")
    saved = json.loads(Path(download.value.path()).read_text())
    assert saved["recent"] == [{"title": "Heated Mug"}]
    assert saved["settings"]["agreed"] is False


def test_erasing_leaves_nothing_and_takes_answers_back(options, stored, cards, worker):
    cards.answers["DELETE /v1/outcomes"] = {"removed_count": 1}
    for name in ("recent", "pauses", "purchases", "caps", "installToken"):
        stored(name, "0123456789abcdef" * 2 if name == "installToken" else [])
    options.click("#erase")
    assert stored("recent") == []
    options.click("#erase")
    expect(options.locator("#data-state")).to_have_text("Erased.")
    assert cards.sent == [
        ("DELETE /v1/outcomes", {"install_token": "0123456789abcdef" * 2})
    ]
    assert worker.evaluate("chrome.storage.local.get(null)") in ({}, {"purchases": []})
    assert worker.evaluate("chrome.storage.session.get(null)") == {}


def test_erasing_says_when_the_server_was_away(options, stored, choose):
    choose(agreed=False, server="http://127.0.0.1:9")
    stored("installToken", "0123456789abcdef" * 2)
    options.click("#erase")
    options.click("#erase")
    expect(options.locator("#data-state")).to_contain_text("could not be reached")
    assert stored("installToken") is None


@pytest.mark.parametrize("address", ["", "shop", "http://shop.example", "127.0.0.1"])
def test_what_is_no_shop_is_not_asked_for(options, address):
    options.fill("#shop", address)
    options.click("#shop-form button")
    expect(options.locator("#shop-state")).to_contain_text("not the address")
