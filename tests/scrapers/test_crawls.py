"""Whole crawls of the sample sites over HTTP, from the command line to the store."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from sample.sites import ebay_site, poshmark_site, tiktok_site
from sample.sites.serve import ServedMarket
from scrapers.keeping import Keeper
from scrapers.pages.listing import listing_item
from scrapers.runs import begin_run, end_run
from store.clock import utc_now
from store.database import Database
from store.errors import ConflictError, MissingError
from store.settings import Settings
from store.tables import CrawlRun, HashtagSnapshot, Listing, Product, Video
from tests.children import children, command_once
from tests.sample.lamps import Lamps
from tests.scrapers.crawling import Crawls

pytestmark = pytest.mark.slow

LAMP = listing_item(listing_id="1", title="Lamp", price="9", currency="USD")


@pytest.fixture(scope="module")
def market():
    lamps = Lamps()
    apps = {
        "ebay": ebay_site(lamps),
        "poshmark": poshmark_site(lamps),
        "tiktok": tiktok_site(lamps),
    }
    with ServedMarket(apps) as served:
        yield {f"{name}_url": url for name, url in served.urls.items()}


@pytest.fixture(scope="module")
def crawls():
    with Crawls() as crawls:
        yield crawls


@pytest.fixture
def chosen(market, tmp_path):
    return {"data_dir": tmp_path, **market}


@pytest.fixture
def opened(chosen):
    database = Database(Settings(**chosen))
    database.upgrade()
    yield database
    database.close()


@pytest.fixture(scope="module")
def tags(market, crawls, tmp_path_factory, launch_options):
    """The crawls of a known and an unknown hashtag, started at once."""
    started = {}
    for hashtag in ("#OakLamp", "teapot"):
        chosen = {"data_dir": tmp_path_factory.mktemp("tag"), **market}
        future = crawls.start(chosen, "tiktok_tag", {"hashtag": hashtag})
        started[hashtag] = (future, Database(Settings(**chosen)))
    yield started
    for _, database in started.values():
        database.close()


def rows(database, table):
    with database.reading() as session:
        return session.exec(select(table)).all()


def command(chosen, *words):
    given = {f"TRENDGUARD_{name.upper()}": str(v) for name, v in chosen.items()}
    given["TRENDGUARD_CRAWL_DELAY_SECONDS"] = "0"
    with children() as pool:
        return pool.submit(
            command_once, ["crawl", *words], chosen["data_dir"], **given
        ).result()


def test_a_search_from_the_command_line(chosen, opened):
    words = ["ebay_search", "-a", "query=oak desk lamp", "--json"]
    ended = command(chosen, *words)
    assert (ended.returncode, ended.stderr) == (0, "")
    result = json.loads(ended.stdout)
    assert (result["outcome"], result["items"], result["pages"]) == (
        "ok",
        {"listing": 3},
        1,
    )
    found = {row.listing_id: row for row in rows(opened, Listing)}
    assert set(found) == {"300000000001", "300000000002", "300000000003"}
    row = found["300000000001"]
    assert (row.price_minor, row.shipping_minor, row.currency) == (102_999, 399, "USD")
    assert (row.site, row.query, row.status) == ("ebay", "oak desk lamp", "active")
    (run,) = rows(opened, CrawlRun)
    assert (run.state, run.outcome, run.asked_by) == ("done", "ok", "cli")
    assert row.observed_at == run.started_at


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nope"], "ebay_search, poshmark_search, tiktok_tag"),
        (["ebay_search"], "query is missing"),
        (["ebay_search", "-a", "query=x", "-a", "sort=1"], "unknown argument"),
        (["ebay_search", "-a", "query=x", "-a", "show=all"], "active, sold, completed"),
        (["ebay_search", "-a", "query=x", "-a", "product_id=p9"], "no product 'p9'"),
    ],
)
def test_a_wrong_request_is_one_clear_line(chosen, opened, crawls, words, message):
    code, _, said = crawls.command(chosen, ["crawl", *words]).result()
    assert code == 1
    assert message in " ".join(said.split())
    assert "Traceback" not in said
    assert rows(opened, CrawlRun) == []


def test_sold_listings_of_a_product(chosen, opened, crawls):
    with opened.writing() as session:
        session.add(Product(product_id="p1", title="Oak desk lamp"))
    asked = {"query": "oak desk lamp", "show": "sold", "product_id": "p1"}
    result = crawls.start(chosen, "ebay_search", asked).result()
    assert result["outcome"] == "ok"
    (row,) = rows(opened, Listing)
    assert (row.product_id, row.status) == ("p1", "sold")
    assert row.sold_at == datetime(2026, 5, 3, tzinfo=UTC)


def test_a_closet_sale(chosen, opened, crawls):
    result = crawls.start(chosen, "poshmark_search", {"query": "oak"}).result()
    assert (result["outcome"], result["items"]) == ("ok", {"listing": 1})
    (row,) = rows(opened, Listing)
    assert (row.site, row.price_minor) == ("poshmark", 102_999)
    assert row.listed_at == datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.mark.browser
def test_a_tag_page_in_a_real_browser(tags):
    future, opened = tags["#OakLamp"]
    result = future.result()
    assert (result["outcome"], result["items"]) == (
        "ok",
        {"hashtag_snapshot": 1, "video": 2},
    )
    (snapshot,) = rows(opened, HashtagSnapshot)
    assert (snapshot.hashtag, snapshot.view_count, snapshot.video_count) == (
        "oaklamp",
        9_000_000_123,
        20_249_000,
    )
    videos = {video.video_id: video for video in rows(opened, Video)}
    assert videos["7400000000000000001"].view_count == 12_345
    assert videos["7400000000000000001"].created_at == datetime(
        2026, 5, 1, 12, tzinfo=UTC
    )


@pytest.mark.browser
def test_an_unknown_hashtag_in_a_real_browser(tags):
    future, opened = tags["teapot"]
    result = future.result()
    assert (result["outcome"], result["items"]) == ("not_found", {})
    assert rows(opened, HashtagSnapshot) == []


@pytest.mark.parametrize("state", ["cancelled", "done"])
def test_a_run_that_was_ended_meanwhile_stores_nothing(chosen, opened, state):
    run = begin_run(opened, "ebay_search", {"query": "lamp"})
    with opened.writing() as session:
        session.get_one(CrawlRun, run.run_id).state = state
    with pytest.raises(ConflictError, match=state):
        Keeper(opened, run).keep([LAMP], {}, {})
    assert rows(opened, Listing) == []
    with opened.writing() as session, pytest.raises(ConflictError, match=state):
        end_run(session, run.run_id, outcome="ok", message="", page_count=1)


def test_a_cancelled_or_unknown_run_does_not_begin(chosen, opened):
    run = begin_run(opened, "ebay_search", {"query": "lamp"})
    with pytest.raises(MissingError):
        begin_run(opened, "ebay_search", {}, "none")
    with pytest.raises(ConflictError, match="is of ebay_search"):
        begin_run(opened, "tiktok_tag", {}, run.run_id)
    with opened.writing() as session:
        session.get_one(CrawlRun, run.run_id).state = "cancelled"
    with pytest.raises(ConflictError, match="cancelled"):
        begin_run(opened, "ebay_search", {}, run.run_id)


def test_a_queued_run_is_carried_out_once(chosen, opened, crawls):
    asked = {"query": "oak desk lamp"}
    began = utc_now() - timedelta(minutes=5)
    with opened.writing() as session:
        session.add(
            CrawlRun(
                run_id="r1",
                request_key="k1",
                spider="ebay_search",
                source="ebay",
                arguments=asked,
                # As a killed process leaves it.
                state="running",
                asked_by="admin",
                queued_at=began,
                started_at=began,
            )
        )
    first = crawls.start(chosen, "ebay_search", asked, "r1").result()
    again = crawls.start(chosen, "ebay_search", asked, "r1").result()
    assert first == again
    assert (first["run_id"], first["outcome"]) == ("r1", "ok")
    (run,) = rows(opened, CrawlRun)
    assert (run.state, run.asked_by, run.item_counts) == (
        "done",
        "admin",
        {"listing": 3},
    )
    assert {row.observed_at for row in rows(opened, Listing)} == {began}
