import pytest

from store.errors import RequestError
from store.settings import Settings
from store.spiders import crawl_plan, whole_arguments

VIDEO = "7400000000000000001"
LISTING = "5ebb4c2f9d3f4b0001a1b2c3"


@pytest.mark.parametrize(
    ("spider", "given", "target"),
    [
        ("tiktok_video", f"https://www.tiktok.com/@a.b/video/{VIDEO}?x=1", VIDEO),
        ("tiktok_video", f"{VIDEO}, {VIDEO} ,{VIDEO[:-1]}2", f"{VIDEO},{VIDEO[:-1]}2"),
        ("ebay_item", "https://www.ebay.de/itm/300000000001?hash=1", "300000000001"),
        ("poshmark_listing", f"/listing/Lamp-{LISTING}", LISTING),
        ("tiktok_trending", "de", "DE"),
        ("product_page", "https://shop.example/p?id=7#top", "https://shop.example/p?id=7"),
        ("ebay_search", "oak, brass", "oak, brass"),
    ],
)  # fmt: skip
def test_targets_are_read_from_what_is_pasted(spider, given, target):
    asked = _asked(spider, given)
    assert whole_arguments(spider, asked)[next(iter(asked))] == target


@pytest.mark.parametrize(
    ("spider", "given"),
    [
        ("tiktok_video", "my video"),
        ("ebay_item", "https://www.ebay.de/sch/i.html?_nkw=300000000001x"),
        ("poshmark_listing", "lamp"),
        ("tiktok_trending", "Germany"),
        ("product_page", "file:///etc/passwd"),
        ("product_page", "ftp://shop.example/p"),
        ("product_page", "https://user:pw@shop.example/p"),
        ("product_page", "//shop.example/p"),
        ("product_page", "https://[::1/p"),
        ("product_page", f"https://shop.example/{'a' * 2000}"),
        ("tiktok_video", ",".join(str(10**18 + n) for n in range(501))),
        ("tiktok_video", " , "),
    ],
)
def test_what_can_not_be_fetched_is_refused(spider, given):
    with pytest.raises(RequestError):
        whole_arguments(spider, _asked(spider, given))


@pytest.mark.parametrize("day", ["soon", "2026-02-30", "20260"])
def test_a_date_is_a_date(day):
    with pytest.raises(RequestError, match="start_date"):
        whole_arguments("tiktok_research", {"hashtag": "a", "start_date": day})


def test_a_plan_names_the_shop_that_is_asked():
    asked = whole_arguments("product_page", {"url": "https://shop.example/p/7"})
    plan = crawl_plan(Settings(), "product_page", asked)
    assert (plan["site"], plan["page_count"]) == ("https://shop.example", 1)
    asked = whole_arguments("tiktok_video", {"video_id": f"{VIDEO},{VIDEO[:-1]}2"})
    assert crawl_plan(Settings(), "tiktok_video", asked)["page_count"] == 2


def _asked(spider, given):
    targets = {
        "tiktok_video": "video_id",
        "ebay_item": "item_id",
        "poshmark_listing": "listing_id",
        "tiktok_trending": "country",
        "product_page": "url",
        "ebay_search": "query",
    }
    return {targets[spider]: given}
