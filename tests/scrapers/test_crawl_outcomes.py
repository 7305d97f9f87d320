"""Whole crawls over HTTP: every way to get nothing has its own outcome."""

import pytest
from sqlmodel import select

from sample.sites.serve import ServedMarket
from scrapers.browser import browser_launch_options
from store.database import Database
from store.errors import SettingsError
from store.settings import Settings
from store.tables import CrawlRun, HashtagSnapshot, Listing, Video
from tests.scrapers.crawling import Crawls
from tests.scrapers.unfriendly import unfriendly_site

pytestmark = pytest.mark.slow

SEARCHES = {
    "forbidden": ("blocked", "403"),
    "too-many": ("blocked", "429 (retry after 120)"),
    "too-many-briefly": ("blocked", "429 (retry after 1)"),
    "broken": ("failed", "500"),
    "auth": ("login_wall", "401"),
    "missing": ("not_found", "404"),
    "gone": ("not_found", "410"),
    "empty": ("failed", "empty"),
    "slow": ("failed", ""),
    "cut-off": ("failed", "cut off"),
    "torn": ("failed", "cut off"),
    "large": ("failed", "too large"),
    "loop": ("failed", "redirect"),
    "signin": ("login_wall", "log-in"),
    "signin-form": ("login_wall", "log-in"),
    "charset": ("failed", "utf-8"),
    "binary": ("failed", "binary"),
    "blocked": ("blocked", "Pardon Our Interruption"),
    "changed": ("changed", "242 results"),
    "zero": ("empty", "nothing"),
}
UNANSWERED = {"slow", "torn", "large", "loop"}
CLOSETS = {
    "forbidden": ("blocked", "403"),
    "empty": ("failed", "empty"),
    "changed": ("changed", "neither"),
    "signin": ("login_wall", "log-in"),
}
TAGS = {
    "forbidden": ("blocked", "403"),
    "broken": ("failed", "500"),
    "empty": ("blocked", "without its counters"),
    "captcha": ("blocked", "captcha"),
    "no-counters": ("blocked", "nothing"),
    "unknown-tag": ("not_found", "no such hashtag"),
    "other-page": ("changed", "not a hashtag's page"),
}
ASKED = {
    "ebay_search": {"query": "lamp"},
    "poshmark_search": {"query": "lamp"},
    "tiktok_tag": {"hashtag": "#Lamp"},
}
URLS = {
    "ebay_search": "ebay_url",
    "poshmark_search": "poshmark_url",
    "tiktok_tag": "tiktok_url",
}


@pytest.fixture(scope="module")
def site():
    closed = unfriendly_site("User-agent: TrendGuardBot\nDisallow: /\n")
    apps = {"open": unfriendly_site(), "closed": closed}
    with ServedMarket(apps) as served:
        served.closed = closed
        yield served


@pytest.fixture(scope="module")
def crawls():
    with Crawls() as crawls:
        yield crawls


def start(crawls, folder, base, spider, mood):
    settings = {"data_dir": folder, URLS[spider]: f"{base}/{mood}"}
    settings["crawl_timeout_seconds"] = 2 if mood == "slow" else 40
    return settings, crawls.start(settings, spider, ASKED[spider])


@pytest.fixture(scope="module")
def ended(crawls, site, tmp_path_factory):
    """Every search and closet crawl, started at once."""
    made = {}
    for spider, moods in (("ebay_search", SEARCHES), ("poshmark_search", CLOSETS)):
        for mood in moods:
            folder = tmp_path_factory.mktemp(mood)
            made[spider, mood] = start(crawls, folder, site.urls["open"], spider, mood)
    return made


@pytest.fixture(scope="module")
def ended_tags(crawls, site, tmp_path_factory):
    """Every tag crawl, started at once."""
    try:
        browser_launch_options(Settings())
    except SettingsError as error:
        pytest.skip(str(error))
    return {
        mood: start(
            crawls,
            tmp_path_factory.mktemp(mood),
            site.urls["open"],
            "tiktok_tag",
            mood,
        )
        for mood in (*TAGS, "only-counters")
    }


def check(made, outcome, words):
    settings, future = made
    result = future.result()
    assert (result["outcome"], result["items"]) == (outcome, {}), result
    assert words in result["message"]
    database = Database(Settings(**settings))
    with database.reading() as session:
        for table in (Listing, HashtagSnapshot, Video):
            assert session.exec(select(table)).all() == []
        (run,) = session.exec(select(CrawlRun)).all()
    database.close()
    assert (run.state, run.outcome) == ("done", outcome)
    assert (run.run_id, run.message) == (result["run_id"], result["message"])
    assert run.finished_at >= run.started_at
    return result


@pytest.mark.parametrize("mood", SEARCHES)
def test_a_search_that_yields_nothing(ended, mood):
    result = check(ended["ebay_search", mood], *SEARCHES[mood])
    assert result["pages"] == (0 if mood in UNANSWERED else 1)


@pytest.mark.parametrize("mood", CLOSETS)
def test_a_closet_sale_that_yields_nothing(ended, mood):
    check(ended["poshmark_search", mood], *CLOSETS[mood])


@pytest.mark.browser
@pytest.mark.parametrize("mood", TAGS)
def test_a_tag_page_that_yields_nothing(ended_tags, mood):
    assert check(ended_tags[mood], *TAGS[mood])["pages"] == 1


@pytest.mark.parametrize(
    "spider", ["ebay_search", pytest.param("tiktok_tag", marks=pytest.mark.browser)]
)
def test_robots_txt_is_obeyed(crawls, site, tmp_path, spider, request):
    if spider == "tiktok_tag":
        request.getfixturevalue("ended_tags")
    asked = site.closed.config["asked"]
    asked.clear()
    check(
        start(crawls, tmp_path, site.urls["closed"], spider, "cards"),
        "blocked",
        "robots.txt forbids",
    )
    assert [path for path, _ in asked] == ["/robots.txt"]
    assert {agent.split("/")[0] for _, agent in asked} == {"TrendGuardBot"}


@pytest.mark.browser
def test_counters_stand_in_for_refused_answers(ended_tags):
    settings, future = ended_tags["only-counters"]
    result = future.result()
    assert (result["outcome"], result["items"]) == ("ok", {"hashtag_snapshot": 1})
    database = Database(Settings(**settings))
    with database.reading() as session:
        (row,) = session.exec(select(HashtagSnapshot)).all()
    database.close()
    assert (row.hashtag, row.view_count, row.video_count) == ("lamp", None, 924_200)
    assert row.source == "tiktok_tag"


def test_pages_are_followed_as_far_as_asked(crawls, site, tmp_path):
    settings = {"data_dir": tmp_path, "ebay_url": f"{site.urls['open']}/cards"}
    asked = {"query": "lamp", "pages": "2"}
    result = crawls.start(settings, "ebay_search", asked).result()
    assert (result["outcome"], result["pages"]) == ("ok", 2)
