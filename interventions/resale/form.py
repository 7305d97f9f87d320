"""Fills in Poshmark's selling page in a browser, and stops before it is sent off.

A page that wants a log-in or a captcha is an error: neither is ever tried.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Error as BrowserError
from playwright.sync_api import Page, sync_playwright
from playwright.sync_api import TimeoutError as BrowserTimeout

from interventions.resale.poshmark import PoshmarkListing
from store.errors import BlockedError, ChangedError, FailedError, LoginWallError

PATH = "/create-listing"
# Of the live form; the sample market's is laid out alike.
FIELDS = {
    "title": 'input[data-vv-name="title"]',
    "description": 'textarea[data-vv-name="description"]',
    "brand": 'input[placeholder="Enter the Brand/Designer"]',
    "original_price": 'input[data-vv-name="originalPrice"]',
    "listing_price": 'input[data-vv-name="listingPrice"]',
    "sku": 'input[data-vv-name="sku"]',
}
NEXT = 'button[data-et-name="next"]'
SUBMIT = 'button[data-et-name="list_item"]'
LOG_IN = 'input[type="password"], form[action*="login"]'
CAPTCHA = 'iframe[src*="captcha"], .g-recaptcha, #captcha'
TIMEOUT_MS = 10_000


def fill_form(
    site_url: str,
    fields: PoshmarkListing,
    launch: dict[str, Any],
    *,
    submit: bool = False,
    picture: Path | None = None,
) -> dict[str, Any]:
    """Fill in the selling page.

    Parameters
    ----------
    site_url : str
        The site, such as ``https://poshmark.com``.
    launch : dict
        Arguments of Playwright's ``launch``.
    submit : bool
        Send it off, too.
    picture : Path, optional
        Where a picture of the filled page goes.

    Returns
    -------
    dict
        ``submitted``; ``filled``, the form's values as the page has them; ``url``.

    Raises
    ------
    LoginWallError, BlockedError
        If the page is behind a log-in or a captcha.
    ChangedError
        If it has no such form.
    FailedError
        If it can't be reached.
    """
    with sync_playwright() as playwright, playwright.chromium.launch(**launch) as found:
        page = found.new_page()
        page.set_default_timeout(TIMEOUT_MS)
        try:
            page.goto(site_url.rstrip("/") + PATH)
            _check(page)
            filled = _fill(page, fields)
            if picture:
                picture.parent.mkdir(parents=True, exist_ok=True)
                page.screenshot(path=picture, full_page=True)
            if submit:
                _send_off(page)
        except BrowserTimeout as error:
            raise FailedError(f"{site_url}{PATH} took too long") from error
        except BrowserError as error:
            raise FailedError(f"{site_url}{PATH} can't be opened") from error
        return {"submitted": submit, "filled": filled, "url": page.url}


def _check(page: Page) -> None:
    if page.locator(CAPTCHA).count():
        raise BlockedError("the selling page asks for a captcha, which is never tried")
    if page.locator(LOG_IN).count() or "/login" in urlsplit(page.url).path:
        raise LoginWallError(
            "the selling page wants a log-in, which is never tried: take the draft "
            "from `trendguard resale drafts` and fill it in yourself"
        )
    missing = [
        name for name, where in FIELDS.items() if not page.locator(where).count()
    ]
    if missing:
        raise ChangedError(f"the selling page has no field for {', '.join(missing)}")


def _fill(page: Page, fields: PoshmarkListing) -> dict[str, str]:
    values = {name: str(value) for name, value in fields.model_dump().items()}
    for name, where in FIELDS.items():
        page.locator(where).fill(values[name])
    return {name: page.locator(where).input_value() for name, where in FIELDS.items()}


def _send_off(page: Page) -> None:
    page.locator(NEXT).click()
    with page.expect_navigation():
        page.locator(SUBMIT).click()
