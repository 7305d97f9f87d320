"""Official APIs first, where keys are given: whole crawls of them over HTTP."""

import gzip

import pytest
from sqlmodel import select

from sample.sites.serve import ServedMarket
from store.clock import utc_now
from store.database import Database
from store.settings import Settings
from store.tables import CrawlRun, Listing, Source, Video
from tests.scrapers.crawling import Crawls
from tests.scrapers.official_apis import TOTAL, browse_api, research_api
from tests.scrapers.unfriendly import unfriendly_site

pytestmark = pytest.mark.slow

KEYS = {"ebay_client_id": "app", "ebay_client_secret": "s3cret"}
RESEARCH = {"tiktok_client_key": "key", "tiktok_client_secret": "s3cret"}


@pytest.fixture(scope="module")
def crawls():
    with Crawls() as crawls:
        yield crawls


@pytest.fixture
def ebay(crawls, tmp_path):
    """Crawls eBay, its API and its pages; returns result, listings, what was asked."""

    def _ebay(refuses=None, **settings):
        apps = {"api": browse_api(refuses or {}), "pages": unfriendly_site()}
        asked = {"query": "lamp", "pages": "3"} | settings.pop("asked", {})
        with ServedMarket(apps) as served:
            told = {
                "data_dir": tmp_path,
                "ebay_url": f"{served.urls['pages']}/good",
                "ebay_api_url": served.urls["api"],
            } | settings
            result = crawls.start(told, "ebay_search", asked).result()
        database = Database(Settings(data_dir=tmp_path))
        with database.reading() as session:
            listings = session.exec(select(Listing)).all()
        database.close()
        return result, listings, apps["api"].config["asked"]

    return _ebay


def test_listings_come_from_the_api_page_by_page(ebay):
    result, listings, asked = ebay(**KEYS, ebay_marketplace="EBAY_GB")
    assert (result["outcome"], result["pages"]) == ("ok", 3)
    assert len(listings) == TOTAL
    assert {row.status for row in listings} == {"active"}
    (_, form, _), *searches = asked
    assert form["grant_type"] == "client_credentials"
    assert [query["offset"] for _, query, _ in searches] == ["0", "60", "120"]
    for _, query, headers in searches:
        assert query["q"] == "lamp"
        assert headers["Authorization"] == "Bearer t0ken"
        assert headers["X-Ebay-C-Marketplace-Id"] == "EBAY_GB"


def test_no_more_is_asked_than_wanted(ebay):
    result, listings, _ = ebay(**KEYS, asked={"pages": "1"})
    assert (result["pages"], len(listings)) == (1, 60)


@pytest.mark.parametrize("status", [401, 403, 429])
def test_result_pages_stand_in_for_a_spent_quota(ebay, status):
    result, listings, _ = ebay({60: status}, **KEYS)
    assert result["outcome"] == "ok"
    assert f"answered {status}: result pages were read instead" in result["message"]
    # The first sixty came from the API, what follows from the second page on.
    from_pages = [row for row in listings if "Walnut lamp " not in row.title]
    assert len(listings) - len(from_pages) == 60
    assert from_pages


def test_result_pages_stand_in_for_refused_keys(ebay):
    result, listings, asked = ebay(**KEYS | {"ebay_client_secret": "wr0ng"})
    assert result["outcome"] == "ok"
    assert "eBay refused the keys: invalid_client" in result["message"]
    assert "wr0ng" not in str(result)
    assert listings
    assert [kind for kind, *_ in asked] == ["token"]


def test_what_was_sold_is_asked_of_the_page(ebay):
    result, _, asked = ebay(**KEYS, asked={"show": "sold"})
    assert (result["outcome"], asked) == ("ok", [])


def test_a_broken_api_is_a_failure_not_a_refusal(ebay):
    result, listings, _ = ebay({0: 500}, **KEYS)
    assert (result["outcome"], listings) == ("failed", [])


@pytest.fixture
def research(crawls, tmp_path):
    """Crawls the Research API; returns result, videos, what was asked."""

    def _research(pages=2, most_requests=1000, **settings):
        app = research_api(pages, most_requests)
        asked = {"hashtag": "lamp", "start_date": "2026-01-01"}
        asked |= {"end_date": "2026-02-14"} | settings.pop("asked", {})
        with ServedMarket({"api": app}) as served:
            told = {"data_dir": tmp_path, "tiktok_api_url": served.urls["api"]}
            told |= RESEARCH | settings
            result = crawls.start(told, "tiktok_research", asked).result()
        database = Database(Settings(data_dir=tmp_path))
        with database.reading() as session:
            videos = session.exec(select(Video)).all()
        database.close()
        return result, videos, app.config["asked"]

    return _research


def test_a_long_time_is_asked_for_in_windows(research):
    result, videos, asked = research()
    assert (result["outcome"], result["pages"]) == ("ok", 4)
    days = [(body["start_date"], body["end_date"]) for body, _ in asked]
    windows = [("20260101", "20260130"), ("20260131", "20260214")]
    assert days == [day for day in windows for _ in range(2)]
    body, headers = asked[1]
    assert (body["cursor"], body["search_id"]) == (100, "s20260101")
    named = {"operation": "EQ", "field_name": "hashtag_name", "field_values": ["lamp"]}
    assert body["query"] == {"and": [named]}
    assert headers["Authorization"] == "Bearer t0ken"
    assert len({row.video_id for row in videos}) == 4
    assert {row.hashtag for row in videos} == {"lamp", "desk"}


def test_a_spent_quota_ends_the_run_and_keeps_what_came(research, tmp_path):
    result, videos, asked = research(most_requests=1)
    tomorrow = f"{utc_now():%Y-%m-%d}"
    assert result["outcome"] == "blocked"
    assert "429" in result["message"]
    assert "is spent until" in result["message"]
    assert tomorrow < result["message"].split("until ")[1]
    database = Database(Settings(data_dir=tmp_path))
    with database.reading() as session:
        spared_until = session.get_one(Source, "tiktok_api").spared_until
    database.close()
    # The site is left alone for as long.
    assert f"{spared_until:%H:%M}" in ("00:00", "23:59")
    # One was answered, one refused, and none was tried again.
    assert (len(asked), len({row.video_id for row in videos})) == (2, 1)


def test_our_own_daily_quota_holds_over_runs(research):
    first, _, _ = research(tiktok_daily_requests=5)
    second, _, asked = research(tiktok_daily_requests=5, asked={"hashtag": "desk"})
    assert (first["outcome"], second["outcome"]) == ("ok", "blocked")
    assert "tiktok_daily_requests" in second["message"]
    assert len(asked) == 1


def test_requests_of_yesterday_are_not_counted(research, tmp_path):
    first, _, _ = research(tiktok_daily_requests=4)
    database = Database(Settings(data_dir=tmp_path))
    with database.writing() as session:
        run = session.get_one(CrawlRun, first["run_id"])
        run.started_at = utc_now().replace(year=2025)
    database.close()
    second, _, _ = research(tiktok_daily_requests=4)
    assert second["outcome"] == "ok"


def test_without_keys_nothing_is_asked(research):
    result, videos, asked = research(tiktok_client_secret="")
    assert (result["outcome"], result["pages"], videos, asked) == (
        "login_wall",
        0,
        [],
        [],
    )
    assert "TRENDGUARD_TIKTOK_CLIENT_SECRET" in result["message"]


def test_secrets_stay_out_of_texts_and_files(ebay, tmp_path):
    settings = Settings(**KEYS, **RESEARCH)
    assert "s3cret" not in f"{settings!r} {settings} {settings.model_dump()}"
    ebay(**KEYS, log_level="DEBUG")
    for file in tmp_path.rglob("*"):
        if file.is_file():
            body = file.read_bytes()
            body = gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body
            assert b"s3cret" not in body
            assert b"t0ken" not in body
