"""Whole crawls of single listings, videos, further pages and shops, over HTTP."""

import json

import pytest
from flask import Flask, Response, redirect, request
from sqlmodel import select

from sample.sites.serve import ServedMarket
from store.database import Database
from store.settings import Settings
from store.tables import Listing, Product, Review, Video, Watch
from tests.scrapers.crawling import Crawls
from tests.scrapers.unfriendly import PAGES, unfriendly_site

pytestmark = pytest.mark.slow

IDS = ("500000000001", "500000000002")


@pytest.fixture(scope="module")
def crawls():
    with Crawls() as crawls:
        yield crawls


@pytest.fixture
def database(tmp_path):
    database = Database(Settings(data_dir=tmp_path))
    database.upgrade()
    with database.writing() as session:
        session.add(Product(product_id="p7", title="Walnut lamp", brand="Acme"))
    yield database
    database.close()


@pytest.fixture
def crawl(crawls, database, tmp_path):
    def _crawl(app, spider, arguments, *names, path="", **settings):
        with ServedMarket({"site": app}) as served:
            address = served.urls["site"]
            told = dict.fromkeys(names, address + path) | settings
            asked = {k: v.replace("BASE", address) for k, v in arguments.items()}
            return crawls.start({"data_dir": tmp_path} | told, spider, asked).result()

    return _crawl


def rows(database, table):
    with database.reading() as session:
        return session.exec(select(table)).all()


def test_a_listing_is_asked_for_by_its_number(crawl, database):
    app = unfriendly_site()
    asked = {"item_id": ",".join(IDS), "product_id": "p7"}
    result = crawl(app, "ebay_item", asked, "ebay_url", path="/good")
    # The second address shows the first listing, which is not what was asked for.
    assert (result["outcome"], result["items"]) == ("ok", {"listing": 1})
    assert result["drops"] == {"other_listing": 1}
    (row,) = rows(database, Listing)
    assert (row.listing_id, row.product_id, row.price_minor) == (IDS[0], "p7", 350_000)
    assert (row.site, row.currency) == ("ebay", "EUR")
    paths = [path for path, _ in app.config["asked"]]
    assert paths[1:] == [f"/good/itm/{number}" for number in IDS]


def test_a_poshmark_listing_and_a_video(crawl, database):
    listing = json.loads((PAGES / "poshmark-listing.expected.json").read_text("utf-8"))[
        "items"
    ][0]["listing_id"]
    asked = {"listing_id": f"https://poshmark.com/listing/lamp-{listing}"}
    site = unfriendly_site()
    found = crawl(site, "poshmark_listing", asked, "poshmark_url", path="/good")
    assert (found["outcome"], found["items"]) == ("ok", {"listing": 1})
    page = json.loads((PAGES / "tiktok-video.expected.json").read_text("utf-8"))
    (video,) = page["items"]
    asked = {"video_id": f"{video['video_id']},7400000000000000009"}
    found = crawl(site, "tiktok_video", asked, "tiktok_url", path="/good")
    assert found["drops"] == {"other_video": 1}
    stored = rows(database, Video)
    assert {row.video_id for row in stored} == {video["video_id"]}
    assert {row.hashtag for row in stored} == set(video["hashtags"])


def test_a_missing_target_does_not_stop_the_others(crawl, database):
    app = Flask(__name__)

    @app.get("/itm/<number>")
    def item(number):
        name = "ebay-item.html" if number == IDS[0] else "ebay-item-missing.html"
        return (PAGES / name).read_text("utf-8")

    asked = {"item_id": f"{IDS[1]},{IDS[0]}"}
    result = crawl(app, "ebay_item", asked, "ebay_url")
    assert (result["outcome"], result["items"]) == ("not_found", {"listing": 1})
    assert len(rows(database, Listing)) == 1


def closets(robots):
    """Three pages of one listing each, the last two as JSON."""
    app = Flask(__name__)
    app.config["asked"] = asked = []

    @app.get("/robots.txt")
    def robots_txt():
        return Response(robots, mimetype="text/plain")

    @app.get("/search")
    def search():
        return (PAGES / "poshmark-search.html").read_text("utf-8")

    @app.get("/vm-rest/posts")
    def posts():
        question = json.loads(request.args["request"])
        asked.append(question)
        page = json.loads((PAGES / "poshmark-api-list.json").read_text("utf-8"))
        page["data"][0]["id"] = f"5ebb43c73bad6d2a1f1e{len(asked):04}"
        page["more"] = {"next_max_id": 3} if question["max_id"] == 2 else {}
        return page

    return app


@pytest.mark.parametrize(("pages", "fetched"), [("1", 1), ("2", 2), ("10", 3)])
def test_poshmark_goes_on_until_more_is_empty(crawl, database, pages, fetched):
    app = closets("User-agent: *\nAllow: /\n")
    asked = {"query": "lamp", "pages": pages, "show": "sold"}
    result = crawl(app, "poshmark_search", asked, "poshmark_url")
    assert (result["outcome"], result["pages"]) == ("ok", fetched)
    assert len(rows(database, Listing)) == 3 + fetched - 1
    asked = app.config["asked"]
    assert [question["max_id"] for question in asked] == [2, 3][: fetched - 1]
    stocks = [question["filters"]["inventory_status"] for question in asked]
    assert stocks == [["sold_out"]] * len(asked)


def test_what_robots_txt_forbids_is_left_out_and_said(crawl, database):
    app = closets("User-agent: *\nDisallow: /vm-rest/\n")
    asked = {"query": "lamp", "pages": "3"}
    result = crawl(app, "poshmark_search", asked, "poshmark_url")
    assert (result["outcome"], result["pages"]) == ("ok", 1)
    assert "only the first page's listings were kept" in result["message"]
    assert app.config["asked"] == []
    assert len(rows(database, Listing)) == 3


def test_trending_hashtags_become_watches(crawl, database):
    app = unfriendly_site()
    asked = {"country": "us"}
    result = crawl(app, "tiktok_trending", asked, "tiktok_ads_url", path="/good")
    assert (result["outcome"], result["items"]) == ("ok", {"watch": 2})
    assert {row.target for row in rows(database, Watch)} == {"cozylamp", "deskglow"}


def test_a_shops_page_gives_reviews_of_the_watched_product(crawl, database):
    asked = {"url": "BASE/good/p/lamp", "product_id": "p7"}
    result = crawl(unfriendly_site(), "product_page", asked, "shop_url")
    assert (result["outcome"], result["items"]) == ("ok", {"review": 2})
    assert {row.product_id for row in rows(database, Review)} == {"p7"}


@pytest.mark.parametrize("address", ["BASE", "http://localhost:1", "http://[::1]:1"])
def test_no_address_of_our_own_network_is_fetched(crawl, database, address):
    app = unfriendly_site()
    asked = {"url": f"{address}/good/p/lamp", "product_id": "p7"}
    result = crawl(app, "product_page", asked)
    assert result["outcome"] == "failed"
    assert "has no public address" in result["message"]
    assert app.config["asked"] == []


def test_a_redirect_into_our_own_network_is_not_followed(crawl, database):
    inner, outer = unfriendly_site(), Flask("outer")
    with ServedMarket({"inner": inner}) as served:
        port = served.urls["inner"].rsplit(":", 1)[1]

        @outer.get("/p/lamp")
        def lamp():
            return redirect(f"http://localhost:{port}/good/p/lamp")

        asked = {"url": "BASE/p/lamp", "product_id": "p7"}
        result = crawl(outer, "product_page", asked, "shop_url")
    assert result["outcome"] == "failed"
    assert "has no public address" in result["message"]
    assert inner.config["asked"] == []
