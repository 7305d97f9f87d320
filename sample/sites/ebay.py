"""A site in the shape of eBay's search: placeholders, a carousel, fewer words."""

from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlencode

from flask import Flask, Response, render_template, request

from sample.market import MarketView, SampleListing

ROBOTS = "User-agent: *\nDisallow: /signin/\nDisallow: /myb/\n"
PAGE_SIZE = 60
CAROUSEL_SIZE = 4


class Card(NamedTuple):
    """What a result shows."""

    listing_id: str
    title: str
    price: str
    condition: str
    delivery: str
    caption: str
    is_sold: bool
    url: str


def ebay_site(market: MarketView) -> Flask:
    """Return the site; it answers ``/sch/i.html`` as eBay does."""
    app = Flask(__name__, template_folder="templates")

    @app.get("/robots.txt")
    def robots() -> Response:
        return Response(ROBOTS, mimetype="text/plain")

    @app.get("/sch/i.html")
    def search() -> str:
        query = " ".join(request.args.get("_nkw", "").split())
        number = max(1, request.args.get("_pgn", 1, type=int))
        found = _filtered(market.search("ebay", query))
        fewer = _filtered(market.search("ebay", " ".join(query.split()[:-1])))
        fewer = [offer for offer in fewer if offer not in found]
        start = (number - 1) * PAGE_SIZE
        has_more = start + PAGE_SIZE < len(found)
        return render_template(
            "ebay_search.html",
            query=query,
            count=f"{len(found):,}",
            cards=[_card(o) for o in found[start : start + PAGE_SIZE]],
            fewer=[_card(o) for o in fewer[:CAROUSEL_SIZE]],
            carousel=[_card(o) for o in fewer[CAROUSEL_SIZE:][:CAROUSEL_SIZE]],
            next_url=_address(number + 1) if has_more else None,
        )

    return app


def _filtered(offers: list[SampleListing]) -> list[SampleListing]:
    if request.args.get("LH_Sold") == "1":
        shown = {"sold"}
    elif request.args.get("LH_Complete") == "1":
        shown = {"sold", "ended"}
    else:
        shown = {"active"}
    return [offer for offer in offers if offer.status in shown]


def _card(offer: SampleListing) -> Card:
    delivery = "Delivery not specified"
    if offer.shipping is not None:
        free = not offer.shipping
        delivery = "Free delivery" if free else f"+${offer.shipping} delivery"
    return Card(
        listing_id=offer.listing_id,
        title=offer.title,
        price=f"${offer.price:,.2f}",
        condition=offer.condition,
        delivery=delivery,
        caption=_caption(offer),
        is_sold=offer.status == "sold",
        url=f"{request.url_root}itm/{offer.listing_id}?_skw=x&hash=item1",
    )


def _caption(offer: SampleListing) -> str:
    if offer.status == "sold" and offer.sold_at:
        return f"Sold {_day(offer.sold_at)}"
    return f"Ended {_day(offer.listed_at)}" if offer.status == "ended" else ""


def _day(moment: datetime) -> str:
    return f"{moment:%b} {moment.day}, {moment.year}"


def _address(number: int) -> str:
    query = {**request.args.to_dict(), "_pgn": str(number)}
    return f"{request.base_url}?{urlencode(query)}"
