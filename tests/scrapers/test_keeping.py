from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlmodel import select

from scrapers.keeping import Keeper
from scrapers.pages.listing import listing_item
from store.sources import source_of
from store.tables import CrawlRun, HashtagSnapshot, Listing, Video

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
LAMP = {
    "listing_id": "300000000001",
    "title": "Walnut lamp",
    "price": "29.99",
    "currency": "USD",
    "status": "active",
}


def store_run(database, spider, arguments, at=NOW):
    run = CrawlRun(
        run_id=uuid4().hex,
        request_key=uuid4().hex,
        spider=spider,
        source=source_of(spider, arguments),
        arguments=arguments,
        state="running",
        asked_by="cli",
        queued_at=at,
        started_at=at,
    )
    with database.writing() as session:
        session.add(run)
    return run


def store(database, spider, arguments, items, at=NOW):
    run = store_run(database, spider, arguments, at)
    Keeper(database, run).keep(items, {}, {})
    with database.reading() as session:
        run = session.get_one(CrawlRun, run.run_id)
    return run.item_counts, run.drop_counts


def rows(database, table):
    with database.reading() as session:
        return session.exec(select(table)).all()


def listed(**changes):
    return listing_item(**(LAMP | changes))


def hashtag(**changes):
    totals = {"hashtag": "lamp", "view_count": 1000, "video_count": 10}
    return totals | changes


def test_a_listing_is_typed(database):
    item = listed(
        price_max="40.50",
        shipping="0",
        status="sold",
        sold_at="2026-04-30",
        listed_at="2026-04-01T10:00:00-07:00",
        best_offer_accepted=True,
        condition="Used",
    )
    assert store(database, "ebay_search", {"query": "lamp"}, [item]) == (
        {"listing": 1},
        {},
    )
    (row,) = rows(database, Listing)
    assert (row.site, row.query, row.product_id) == ("ebay", "lamp", None)
    assert (row.price_minor, row.price_max_minor, row.shipping_minor) == (2999, 4050, 0)
    assert row.sold_at == datetime(2026, 4, 30, tzinfo=UTC)
    assert row.listed_at == datetime(2026, 4, 1, 17, tzinfo=UTC)
    assert row.observed_at == NOW
    assert row.best_offer_accepted


def test_yen_have_no_cents(database):
    store(database, "ebay_search", {}, [listed(price="3858", currency="JPY")])
    assert rows(database, Listing)[0].price_minor == 3858


def test_the_apis_number_is_the_pages_number(database):
    store(database, "ebay_search", {}, [listed(listing_id="v1|300000000001|0")])
    assert rows(database, Listing)[0].listing_id == "300000000001"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"price": "0.00"}, "price_not_positive"),
        ({"price": "-3"}, "price_not_positive"),
        ({"price": "many"}, "price_unreadable"),
        ({"currency": None}, "currency_unknown"),
        ({"currency": "XYZ"}, "currency_unknown"),
        ({"status": "sold", "sold_at": "2026-05-04"}, "date_in_future"),
    ],
)
def test_implausible_listings_are_dropped_and_counted(database, changes, reason):
    other = listed(listing_id="300000000002")
    stored = store(database, "ebay_search", {}, [listed(**changes), other])
    assert stored == ({"listing": 1}, {reason: 1})
    assert [r.listing_id for r in rows(database, Listing)] == ["300000000002"]


def test_doing_a_run_again_doubles_nothing(database):
    items = [listed(), listed()]
    store(database, "ebay_search", {}, items)
    store(database, "ebay_search", {}, items)
    assert len(rows(database, Listing)) == 1
    store(database, "ebay_search", {}, items, NOW + timedelta(hours=1))
    assert len(rows(database, Listing)) == 2


@pytest.mark.parametrize(
    ("later", "drops"),
    [
        (hashtag(view_count=999), {"hashtag_total_fell": 1}),
        (hashtag(video_count=9), {"hashtag_total_fell": 1}),
        (hashtag(view_count=-94967296), {"count_negative": 1}),
        (hashtag(hashtag="lamps"), {"other_hashtag": 1}),
        (hashtag(), {}),
        (hashtag(view_count=None, video_count=11), {}),
    ],
)
def test_a_hashtags_totals_never_fall(database, later, drops):
    asked = {"hashtag": "lamp"}
    store(database, "tiktok_tag", asked, [hashtag()])
    _, dropped = store(database, "tiktok_tag", asked, [later], NOW + timedelta(days=1))
    assert dropped == drops
    assert len(rows(database, HashtagSnapshot)) == (1 if drops else 2)


def test_a_rounded_counter_is_no_fall(database):
    store(database, "tiktok_tag", {}, [hashtag(video_count=20_249_000)])
    rounded = hashtag(view_count=None, video_count=20_200_000)
    _, drops = store(database, "tiktok_tag", {}, [rounded], NOW + timedelta(days=1))
    assert drops == {}


def test_a_video_is_stored_once_for_each_hashtag(database):
    video = {
        "video_id": "7400000000000000001",
        "created_at": "2026-02-20T06:12:10Z",
        "view_count": 1000,
        "like_count": 90,
        "comment_count": None,
        "share_count": 3,
        "collect_count": 7,
        "hashtags": ["lamp", "desk"],
    }
    counts, _ = store(database, "tiktok_tag", {"hashtag": "lamp"}, [video])
    assert counts == {"video": 2}
    found = {v.hashtag: v for v in rows(database, Video)}
    assert set(found) == {"lamp", "desk"}
    assert found["lamp"].created_at == datetime(2026, 2, 20, 6, 12, 10, tzinfo=UTC)
    assert (found["lamp"].view_count, found["lamp"].comment_count) == (1000, None)


def test_a_price_a_hundred_times_the_others_is_a_misreading(database):
    usual = [listed(listing_id=str(n), price=f"{20 + n}") for n in range(12)]
    odd = listed(listing_id="99", price="2499")
    lot = listed(listing_id="98", price="250")
    counts, drops = store(
        database, "ebay_search", {"query": "lamp"}, [*usual, odd, lot]
    )
    assert (counts, drops) == ({"listing": 13}, {"price_unreasonable": 1})


def test_a_lone_price_is_judged_by_what_its_query_found_before(database):
    usual = [listed(listing_id=str(n), price=f"{20 + n}") for n in range(12)]
    lamps, vases = {"query": "lamp"}, {"query": "vase"}
    store(database, "ebay_search", lamps, usual)
    odd = [listed(listing_id="99", price="0.25")]
    later = NOW + timedelta(days=1)
    assert store(database, "ebay_search", lamps, odd, later)[1] == {
        "price_unreasonable": 1
    }
    assert store(database, "ebay_search", vases, odd, later)[1] == {}
    dear = [listed(listing_id="98", price="2500", currency="JPY")]
    assert store(database, "ebay_search", lamps, dear, later)[1] == {}


def test_a_page_can_be_asked_for_less_than_the_run(database):
    run = store_run(database, "tiktok_tag", {"hashtag": "lamp,vase"})
    keeper = Keeper(database, run)
    keeper.keep([hashtag()], {"hashtag": "lamp"}, {"index": 1})
    keeper.keep([hashtag()], {"hashtag": "vase"}, {"index": 2})
    with database.reading() as session:
        run = session.get_one(CrawlRun, run.run_id)
    assert (run.item_counts, run.drop_counts) == (
        {"hashtag_snapshot": 1},
        {"other_hashtag": 1},
    )
    assert (run.page_count, run.place) == (2, {"index": 2})


def test_a_page_that_is_kept_twice_counts_once(database):
    run = store_run(database, "ebay_search", {"query": "lamp"})
    keeper = Keeper(database, run)
    for _ in range(2):
        keeper.keep([listed()], {}, {"page": 2})
    with database.reading() as session:
        run = session.get_one(CrawlRun, run.run_id)
    assert run.item_counts == {"listing": 1}
    assert len(rows(database, Listing)) == 1
