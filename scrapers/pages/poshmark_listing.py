"""Poshmark's page of one listing, ``/listing/<slug>-<id>``."""

from scrapers.pages.page import HtmlPage, Reading
from scrapers.pages.poshmark_post import post_item
from scrapers.pages.poshmark_state import initial_state
from scrapers.pages.walls import refuse_wall, visible_text
from store.errors import ChangedError, NotFoundError


class PoshmarkListingPage(HtmlPage):
    """One listing from the page's state."""

    def read_html(self) -> Reading:
        """Return the listing; see `SitePage.read`."""
        state = initial_state(self.selector) or {}
        details = (state.get("$_listing_details") or {}).get("listingDetails")
        if details:
            return Reading([post_item(details)])
        title = visible_text(self.css("title"))
        if "not found" in title.lower():
            raise NotFoundError("Poshmark says that there is no such listing")
        refuse_wall(self.selector)
        raise ChangedError("the page's state has no listing where it was")
