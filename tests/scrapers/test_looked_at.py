"""Whole crawls that got nothing: what a person finds of them afterwards."""

import gzip

import pytest
from sqlmodel import select

from sample.sites.serve import ServedMarket
from store.database import Database
from store.settings import Settings
from store.tables import CrawlLog, CrawlRun, CrawlSample
from tests.scrapers.crawling import Crawls
from tests.scrapers.unfriendly import unfriendly_site

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site():
    with ServedMarket({"open": unfriendly_site()}) as served:
        yield served.urls["open"]


@pytest.fixture(scope="module")
def crawled(site, tmp_path_factory):
    """Crawl a site of some mood; returns the run, its log and its samples by kind."""
    with Crawls() as crawls:

        def crawled(mood, spider, setting, arguments):
            folder = tmp_path_factory.mktemp(mood)
            settings = {"data_dir": folder, setting: f"{site}/{mood}"}
            crawls.start(settings, spider, arguments).result()
            database = Database(Settings(**settings))
            with database.reading() as session:
                run = session.exec(select(CrawlRun)).one()
                log = session.get_one(CrawlLog, run.run_id).text
                samples = {s.kind: s for s in session.exec(select(CrawlSample))}
            database.close()
            return run, log, samples

        yield crawled


@pytest.mark.parametrize(
    ("mood", "reason", "holds"),
    [
        ("forbidden", "blocked", b"<html><body>no</body></html>"),
        ("blocked", "blocked", b"Pardon Our Interruption"),
        ("cards-changed", "changed", b"Walnut lamp"),
        ("binary", "failed", b"\0"),
    ],
)
def test_the_page_of_a_refusal_is_kept_with_a_log(crawled, mood, reason, holds):
    asked = {"query": "lamp"}
    run, log, samples = crawled(mood, "ebay_search", "ebay_url", asked)
    assert run.outcome == reason
    assert list(samples) == ["page"]
    page = samples["page"]
    assert (page.reason, page.run_id) == (reason, run.run_id)
    assert holds in gzip.decompress(page.body)
    assert "_nkw=lamp" in page.url
    assert f"WARNING trendguard.crawl: {reason}: " in log
    assert "Spider opened" in log
    assert "Enabled" not in log


def test_no_answer_leaves_a_log_alone(crawled):
    asked = {"query": "lamp"}
    run, log, samples = crawled("loop", "ebay_search", "ebay_url", asked)
    assert (run.outcome, samples) == ("failed", {})
    assert "redirect" in log


def test_a_good_page_leaves_figures_and_no_copy(crawled):
    asked = {"query": "lamp"}
    run, log, samples = crawled("good", "ebay_search", "ebay_url", asked)
    items = run.coverage["listing"]["*"]
    assert run.outcome == "ok"
    assert run.page_items == [items]
    assert run.coverage["listing"]["title"] == items
    assert "page 1 kept: " in log
    assert (samples == {}) is (run.drop_counts == {})


@pytest.mark.browser
@pytest.mark.usefixtures("launch_options")
def test_what_the_browser_showed_is_kept_too(crawled):
    asked = {"hashtag": "lamp"}
    for mood, reason in (("captcha", "blocked"), ("other-page", "changed")):
        run, _, samples = crawled(mood, "tiktok_tag", "tiktok_url", asked)
        assert run.outcome == reason
        assert set(samples) == {"page", "screenshot"}
        picture = samples["screenshot"]
        assert (picture.reason, picture.content_type) == (reason, "image/png")
        assert gzip.decompress(picture.body).startswith(b"\x89PNG")
