"""What a browser showed of a page that was refused, as a picture."""

from contextlib import suppress

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

from scrapers.findings import Findings
from scrapers.samples import Samples

PATIENCE_SECONDS = 5.0


async def keep_picture(page: Page, samples: Samples, findings: Findings) -> None:
    """Keep what a page shows, if it was refused; one that can't be drawn is left."""
    if findings.error is None:
        return
    with suppress(PlaywrightError):
        png = await page.screenshot(timeout=PATIENCE_SECONDS * 1000)
        samples.add_picture(findings.error.outcome, page.url, png)
