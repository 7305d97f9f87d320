"""The sample sites have the shapes, and the traps, of the real ones."""

import urllib.request

import pytest
from web_poet import HttpResponse

from sample.sites import ebay_site, poshmark_site, tiktok_site
from sample.sites.serve import ServedMarket
from scrapers.pages.ebay_search import EbaySearchPage
from scrapers.pages.poshmark_search import PoshmarkSearchPage
from scrapers.pages.tiktok_api import TikTokApiPage
from scrapers.pages.tiktok_tag import TikTokTagPage
from store.errors import BlockedError
from tests.sample.lamps import Lamps


def fetch(site, address):
    answer = site(Lamps()).test_client().get(address)
    assert answer.status_code == 200
    url = f"http://localhost{address}"
    return HttpResponse(url=url, body=answer.data, encoding="utf-8")


def search(query):
    return EbaySearchPage(fetch(ebay_site, f"/sch/i.html?_nkw={query}")).read()


def test_an_ebay_page_has_the_traps():
    page = fetch(ebay_site, "/sch/i.html?_nkw=oak+desk+lamp")
    assert page.text.count("Shop on eBay") == 2
    assert "Results matching fewer words" in page.text
    assert "ITEMS_CAROUSEL_TOP" in page.text
    reading = EbaySearchPage(page).read()
    assert [i["listing_id"] for i in reading.items] == [
        "300000000001",
        "300000000002",
        "300000000003",
    ]
    assert [i["price"] for i in reading.items] == ["1029.99", "20.00", "1029.99"]
    assert [i["shipping"] for i in reading.items] == ["3.99", "0", None]
    assert {i["status"] for i in reading.items} == {"active"}
    assert reading.facts["result_count"] == 3


def test_sold_and_ended_have_captions():
    (sold,) = search("oak+desk+lamp&LH_Sold=1&LH_Complete=1").items
    assert (sold["status"], sold["sold_at"]) == ("sold", "2026-05-03")
    both = search("oak+desk+lamp&LH_Complete=1").items
    assert [i["status"] for i in both] == ["sold", "ended"]


def test_nothing_found_is_empty():
    reading = search("teapot")
    assert (reading.outcome, reading.facts["result_count"]) == ("empty", 0)


@pytest.mark.parametrize(
    ("more", "listing_id", "status"),
    [
        ("", "000000000000300000000201", "active"),
        ("&availability=sold_out", "000000000000300000000202", "sold"),
    ],
)
def test_a_closet_sale(more, listing_id, status):
    page = fetch(poshmark_site, f"/search?query=oak&type=listings&src=dir{more}")
    (item,) = PoshmarkSearchPage(page).read().items
    assert (item["listing_id"], item["status"]) == (listing_id, status)
    assert (item["price"], item["currency"]) == ("1029.99", "USD")


def test_a_tag_page_comes_without_counters():
    page = fetch(tiktok_site, "/tag/oaklamp")
    assert "Something went wrong" in page.text
    with pytest.raises(BlockedError):
        TikTokTagPage(response=page).read()


def test_the_tag_pages_answers_have_them():
    (hashtag,) = (
        TikTokApiPage(
            fetch(tiktok_site, "/api/challenge/detail/?challengeName=oaklamp")
        )
        .read()
        .items
    )
    assert (hashtag["view_count"], hashtag["video_count"]) == (
        9_000_000_123,
        20_249_000,
    )
    address = "/api/challenge/item_list/?challengeID=" + hashtag["challenge_id"]
    videos = TikTokApiPage(fetch(tiktok_site, address)).read()
    assert [v["view_count"] for v in videos.items] == [12_345, 1]
    assert videos.facts["has_more"] is False
    assert "sample.person" not in str(videos.items)


def test_each_site_has_its_own_port_until_the_block_ends():
    apps = {"ebay": ebay_site(Lamps()), "poshmark": poshmark_site(Lamps())}
    with ServedMarket(apps) as served:
        assert len(set(served.urls.values())) == 2
        for url in served.urls.values():
            with urllib.request.urlopen(f"{url}/robots.txt") as answer:
                assert b"User-agent" in answer.read()
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"{served.urls['ebay']}/robots.txt")
