"""A site in the shape of Poshmark's search: the page's state holds the listings."""

from typing import Any

from flask import Flask, Response, render_template, request

from sample.market import MarketView, SampleListing

ROBOTS = "User-agent: *\nDisallow: /vm-rest/\nDisallow: /login\n"
PAGE_SIZE = 48
WORDS = {"New with tags": "nwt"}


def poshmark_site(market: MarketView) -> Flask:
    """Return the site; it answers ``/search`` as Poshmark does."""
    app = Flask(__name__, template_folder="templates")

    @app.get("/robots.txt")
    def robots() -> Response:
        return Response(ROBOTS, mimetype="text/plain")

    @app.get("/search")
    def search() -> str:
        query = request.args.get("query", "")
        is_sold = request.args.get("availability") == "sold_out"
        wanted = "sold" if is_sold else "active"
        offers = [o for o in market.search("poshmark", query) if o.status == wanted]
        posts = [_post(offer) for offer in offers[:PAGE_SIZE]]
        state = {"$_search": {"gridData": {"data": posts, "more": {}}}}
        return render_template(
            "poshmark_search.html", query=query, state=state, posts=posts
        )

    return app


def _post(offer: SampleListing) -> dict[str, Any]:
    changed_at = (offer.sold_at or offer.listed_at).isoformat()
    status = "sold_out" if offer.status == "sold" else "available"
    return {
        "id": offer.listing_id.zfill(24),
        "title": offer.title,
        "price": int(offer.price),
        "price_amount": {
            "val": str(offer.price),
            "currency_code": offer.currency,
            "currency_symbol": "$",
        },
        "original_price_amount": {"val": "0.0", "currency_code": offer.currency},
        "condition": WORDS.get(offer.condition, "not_nwt"),
        "status": "published",
        "inventory": {"status": status, "status_changed_at": changed_at},
        "created_at": offer.listed_at.isoformat(),
        "origin_domain": "us",
        "creator_username": "sample.person",
    }
