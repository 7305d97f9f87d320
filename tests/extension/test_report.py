"""A report of a wrong card: filled in, and sent by nobody."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.extension.test_pre_purchase import HOST, listed

pytestmark = pytest.mark.browser


@pytest.fixture
def report(page, badge, browser, shop, cards, choose):  # noqa: PLR0917
    page.goto(listed(cards, shop, "Ribbed Leggings", 0.3))
    badge.wait_for(".badge").click(".badge")
    with browser.expect_page() as opened:
        badge.click(".origin .link")
    opened.value.wait_for_selector("#text")
    yield opened.value
    opened.value.close()


def test_it_is_filled_in_and_saved_here_alone(report, cards):
    asked = len(cards.seen)
    expect(report.locator("#hint")).to_contain_text(f"whoever runs {cards.url}")
    report.fill("#wrong", "It is another <b>product</b>")
    said = json.loads(report.input_value("#text"))
    assert said["wrong"] == "It is another <b>product</b>"
    assert (said["site"], said["product"]) == (HOST, "Ribbed Leggings")
    assert said["card"]["risk"]["risk"] == 0.4
    with report.expect_download() as download:
        report.click("#save")
    saved = Path(download.value.path()).read_text()
    assert json.loads(saved) == said
    assert (len(cards.seen), cards.sent) == (asked, [])
