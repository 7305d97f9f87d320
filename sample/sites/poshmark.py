"""A site in the shape of Poshmark's: the search's state holds the listings, and its
selling page takes new ones.
"""

from typing import Any

from flask import Flask, Response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from sample.market import MarketView, SampleListing

ROBOTS = "User-agent: *\nDisallow: /vm-rest/\nDisallow: /login\n"
PAGE_SIZE = 48
WORDS = {"New with tags": "nwt"}


def poshmark_site(market: MarketView) -> Flask:
    """Return the site; it answers ``/search`` and ``/create-listing`` as Poshmark does.

    What was listed stands at ``/closet``; it is nowhere else, and gone with the site.
    """
    app = Flask(__name__, template_folder="templates")
    listed: list[dict[str, str]] = []

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

    @app.get("/create-listing")
    def selling_page() -> str:
        return render_template("poshmark_selling.html")

    @app.post("/create-listing")
    def take_listing() -> BaseResponse:
        listed.append(request.form.to_dict())
        return redirect("/closet", 303)

    @app.get("/closet")
    def closet() -> list[dict[str, str]]:
        return listed

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
