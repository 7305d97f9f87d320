"""What is kept of pages and items that a crawl could not use, and what is not."""

import gzip
import json

from sqlmodel import select
from web_poet import HttpResponse

from scrapers.keeping import Keeper
from scrapers.samples import LARGEST_BYTES, Samples, Seen
from store.tables import CrawlSample
from tests.scrapers.test_keeping import listed, store_run

ADDRESS = "https://shop.example/search?q=lamp&msToken=hidden"
PAGE = HttpResponse(ADDRESS, body=b"<html>the page", encoding="utf-8")


def kept(database, kind):
    rows = select(CrawlSample).where(CrawlSample.kind == kind)
    with database.reading() as session:
        return session.exec(rows.order_by(CrawlSample.reason)).all()


def write(database, samples, run):
    with database.writing() as session:
        samples.write(session, run.run_id)


def test_a_refused_page_is_kept_compressed_and_without_secrets(database):
    run, samples = store_run(database, "ebay_search", {"query": "lamp"}), Samples()
    samples.add_page("blocked", Seen(ADDRESS, b"<html>" + b"no " * 1000, "text/html"))
    write(database, samples, run)
    (row,) = kept(database, "page")
    assert (row.reason, row.size_bytes, row.is_cut) == ("blocked", 3006, False)
    assert gzip.decompress(row.body) == b"<html>" + b"no " * 1000
    assert len(row.body) < 100
    assert row.url == "https://shop.example/search?q=lamp&msToken=***"


def test_no_answer_leaves_nothing(database):
    run, samples = store_run(database, "ebay_search", {"query": "lamp"}), Samples()
    samples.add_page("failed", None)
    samples.add_page("failed", Seen(ADDRESS, b""))
    write(database, samples, run)
    assert kept(database, "page") == []


def test_a_long_page_is_cut_and_says_so(database):
    run, samples = store_run(database, "ebay_search", {"query": "lamp"}), Samples()
    samples.add_page("changed", Seen(ADDRESS, b"x" * (LARGEST_BYTES + 1)))
    write(database, samples, run)
    (row,) = kept(database, "page")
    assert (row.is_cut, row.size_bytes) == (True, LARGEST_BYTES + 1)
    assert len(gzip.decompress(row.body)) == LARGEST_BYTES


def test_of_many_pages_five_are_kept_whatever_attempt_met_them(database):
    run = store_run(database, "ebay_search", {"query": "lamp"})
    for attempt in range(2):
        samples = Samples()
        for number in range(4):
            samples.add_page("blocked", Seen(f"{ADDRESS}&n={attempt}{number}", b"no"))
        write(database, samples, run)
    assert len(kept(database, "page")) == 5


def test_dropped_items_are_kept_with_their_page_three_of_a_reason(database):
    run = store_run(database, "ebay_search", {"query": "lamp"})
    keeper = Keeper(database, run)
    free = [listed(listing_id=str(n), price="0") for n in range(5)]
    odd = [listed(listing_id="9", currency="XXZ")]
    for _ in range(2):
        keeper.keep([*free, *odd, listed()], {}, {}, PAGE)
    drops = kept(database, "drop")
    assert [row.reason for row in drops] == [
        "currency_unknown",
        "currency_unknown",
        *["price_not_positive"] * 3,
    ]
    assert json.loads(gzip.decompress(drops[0].body)) == odd[0]
    assert drops[0].content_type == "application/json"
    pages = kept(database, "page")
    assert [row.reason for row in pages] == ["price_not_positive"] * 2


def test_a_page_without_drops_is_not_kept(database):
    run = store_run(database, "ebay_search", {"query": "lamp"})
    keeper = Keeper(database, run)
    keeper.keep([listed()], {}, {}, PAGE)
    assert kept(database, "page") == kept(database, "drop") == []
