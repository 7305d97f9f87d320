"""The drafts that there are."""

from typing import Any

from sqlmodel import col, select

from interventions.resale.poshmark import PoshmarkListing
from store.database import Database
from store.errors import InvalidError, MissingError
from store.tables import ListingDraft


def listed(database: Database) -> list[dict[str, Any]]:
    """Return every draft with its title and price, the newest first."""
    query = select(ListingDraft).order_by(
        col(ListingDraft.made_at).desc(),
        col(ListingDraft.order_id),
        col(ListingDraft.site),
    )
    with database.reading() as session:
        rows = session.exec(query).all()
    return [row.model_dump() | _summary(row) for row in rows]


def poshmark_fields(database: Database, order_id: str, site: str) -> PoshmarkListing:
    """Return what goes into the form of a site that has no interface.

    Raises
    ------
    InvalidError
        If the site has no such form.
    MissingError
        If there is no draft.
    """
    if site != "poshmark":
        raise InvalidError(
            f"{site!r} has no form that is filled in here: only poshmark; eBay's draft "
            "is the body of its API's calls"
        )
    with database.reading() as session:
        row = session.get(ListingDraft, (order_id, site))
    if row is None:
        raise MissingError(
            f"there is no {site} draft of order {order_id}: "
            "see `trendguard resale drafts`"
        )
    return PoshmarkListing.model_validate(row.draft["fields"])


def _summary(row: ListingDraft) -> dict[str, Any]:
    if row.site == "ebay":
        product, offer = row.draft["inventory_item"]["product"], row.draft["offer"]
        price = offer["pricingSummary"]["price"]["value"]
        return {"title": product["title"], "price": price}
    fields = row.draft["fields"]
    return {"title": fields["title"], "price": str(fields["listing_price"])}
