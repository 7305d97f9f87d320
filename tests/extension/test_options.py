"""The options page, which asks for consent before anything is sent."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(options, scheme):
    options.emulate_media(color_scheme=scheme)
    found = Axe().run(options)
    assert found.violations_count == 0, found.generate_report()
