"""Answers of Poshmark's ``/vm-rest/posts``: a list of listings, or one."""

from typing import Any

from scrapers.pages.page import JsonPage, Reading
from scrapers.pages.poshmark_post import post_item
from scrapers.pages.walls import refuse_status
from store.errors import BlockedError, ChangedError, FailedError, NotFoundError


class PoshmarkApiPage(JsonPage):
    """Listings as the API gives them."""

    def read_body(self) -> Reading:
        """Refuse what is no JSON of the site's, then read it."""
        if "Page not found - Poshmark" in self.response.text:
            raise NotFoundError("Poshmark says that there is no such page")
        return super().read_body()

    def read_json(self, data: dict[str, Any]) -> Reading:
        """Return one listing or a list; see `SitePage.read`."""
        _refuse_error(data.get("error"))
        found = data.get("data", data if "price_amount" in data else None)
        if isinstance(found, dict):
            return Reading([post_item(found)])
        if not isinstance(found, list):
            raise ChangedError("the answer has no listings where they were")
        posts = [
            post for post in found if post.get("price_amount") or post.get("price")
        ]
        # No next_max_id is the end of the list.
        facts = {"next_max_id": (data.get("more") or {}).get("next_max_id")}
        return Reading([post_item(post) for post in posts], facts)


def _refuse_error(error: Any) -> None:
    if not error:
        return
    words = f"Poshmark answered an error: {error}"
    code = error.get("statusCode") if isinstance(error, dict) else None
    if isinstance(code, int):
        refuse_status(code)
    kind = str(error.get("errorType", error) if isinstance(error, dict) else error)
    if "NotFound" in kind:
        raise NotFoundError(words)
    if "Auth" in kind or "Forbidden" in kind:
        raise BlockedError(words)
    raise FailedError(words)
