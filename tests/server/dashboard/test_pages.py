"""Every page in a real browser: nothing for axe to find, no room wasted or missing."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.server.dashboard.conftest import PLACES, enter

pytestmark = pytest.mark.browser
WIDTHS = {"phone": 360, "desktop": 1280}
# Of fewer days and one category: fewer rows for axe to look at.
FEW = "?from=2026-10-15&category=home"
LONG = ("/dashboard/", "/dashboard/report/")
INLINE = "[style], style, script:not([src]), [onclick], [onload]"


@pytest.fixture(scope="module")
def looking(browser, shop, empty):
    """Pages of both dashboards at both widths, logged in; and what they complain of."""
    pages, complaints = {}, []
    for site_name, site in (("shop", shop), ("empty", empty)):
        for name, width in WIDTHS.items():
            size = {"width": width, "height": 780}
            page = browser.new_page(viewport=size, reduced_motion="reduce")
            page.on("console", lambda message: complaints.append(message.text))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            enter(page, site)
            pages[site_name, name] = page, site
    yield pages, complaints
    for page, _ in pages.values():
        page.close()


def check(page, url: str, status: int = 200) -> None:
    answer = page.goto(url)
    assert answer.status == status
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    beyond = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert beyond <= 0, f"{url} is {beyond} pixels too wide"


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("number", range(len(PLACES) + 3))
def test_a_page_of_a_shop(looking, width, number):
    (page, site), complaints = looking[0]["shop", width], looking[1]
    complaints.clear()
    path = site.paths[number]
    check(page, site.url + path + (FEW if path in LONG else ""))
    assert page.locator(INLINE).count() == 0
    assert complaints == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", PLACES)
def test_a_page_of_nothing_says_what_to_do_first(looking, width, path):
    page, site = looking[0]["empty", width]
    check(page, f"{site.url}/dashboard/{path}")
    told = page.locator(".first").all_inner_texts()
    assert any("trendguard " in text for text in told), told


@pytest.mark.parametrize("path", [FEW, "crawls/", "model/"])
def test_in_the_dark(looking, path):
    page, site = looking[0]["shop", "desktop"]
    page.emulate_media(color_scheme="dark")
    check(page, f"{site.url}/dashboard/{path}")
    page.emulate_media(color_scheme="light")


def test_what_is_not_there_is_a_page_too(looking):
    page, site = looking[0]["empty", "phone"]
    for path in ("products/p1", "hashtags/x", "nothing"):
        check(page, f"{site.url}/dashboard/{path}", 404)


def test_the_log_in_page(browser, empty):
    for scheme in ("light", "dark"):
        page = browser.new_page(color_scheme=scheme)
        check(page, f"{empty.url}/dashboard/log-in")
        page.close()


def test_by_keyboard_alone(looking):
    page, site = looking[0]["shop", "desktop"]
    page.goto(site.url + "/dashboard/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    inside = "document.querySelector('main').contains(document.activeElement)"
    assert page.evaluate(inside)


def test_on_paper_there_is_nothing_to_press(looking):
    page, site = looking[0]["shop", "desktop"]
    page.goto(site.url + "/dashboard/")
    page.emulate_media(media="print")
    assert page.locator("nav").is_hidden()
    assert page.locator("button:visible").count() == 0
    cut = "getComputedStyle(document.querySelector('.scroll')).overflow"
    assert page.evaluate(cut) == "visible"
    page.emulate_media(media="screen")
