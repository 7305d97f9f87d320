"""Whole crawls over HTTP: each way to get nothing, at each source, has its outcome."""

import shutil
from dataclasses import dataclass, field

import pytest
from sqlmodel import select

from sample.sites.serve import ServedMarket
from store.database import Database
from store.settings import Settings
from store.tables import (
    CrawlRun,
    HashtagSnapshot,
    Listing,
    Product,
    Review,
    Video,
    Watch,
)
from tests.scrapers.crawling import Crawls
from tests.scrapers.unfriendly import unfriendly_site

pytestmark = pytest.mark.slow

# What a mood of the site comes to, and words of its message, at every source.
MOODS = {
    "forbidden": ("blocked", "answered 403"),
    "too-many": ("blocked", "429 (retry after 120)"),
    "broken": ("failed", "answered 500"),
    "auth": ("login_wall", "answered 401"),
    "missing": ("not_found", "answered 404"),
    "slow": ("failed", "time"),
    "cut-off": ("failed", "cut off"),
    "torn": ("failed", "was cut off"),
    "empty": ("failed", "is empty"),
    "blocked": ("blocked", "Pardon Our Interruption"),
    "sent-away": ("login_wall", "sent us to its log-in"),
    "changed": ("changed", ""),
    "large": ("failed", "too large"),
    "loop": ("failed", "redirect"),
    "charset": ("failed", "utf-8"),
    "binary": ("failed", "binary"),
}
UNANSWERED = {"slow", "torn", "large", "loop"}
# An API is no page: it shows no wall, and what it is sent goes nowhere else.
API = {
    "blocked": ("blocked", "HTML came where JSON was expected"),
    "sent-away": ("failed", "answered 302"),
    "loop": ("failed", "answered 302"),
    "token-broken": ("failed", "answered 500"),
    "token-empty": ("failed", "is empty"),
    "token-large": ("failed", "too large"),
    "token-changed": ("changed", "without a token"),
    "token-sent-away": ("failed", "answered 302"),
}
FALLEN_BACK = "result pages were read instead of eBay's API"


@dataclass(frozen=True)
class Source:
    """A spider, what it is asked, and where its answers differ from `MOODS`."""

    spider: str
    arguments: dict[str, str]
    urls: tuple[str, ...]
    more: dict[str, tuple[str, str]] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def moods(self) -> dict[str, tuple[str, str]]:
        return MOODS | self.more


LAMP_ID = "5ebb4c2f9d3f4b0001a1b2c3"
SOURCES = {
    "ebay_search": Source(
        "ebay_search",
        {"query": "lamp", "show": "sold"},
        ("ebay_url",),
        {
            "too-many-briefly": ("blocked", "429 (retry after 1)"),
            "gone": ("not_found", "answered 410"),
            "signin-form": ("login_wall", "log-in"),
            "cards-changed": ("changed", "242 results"),
            "nothing": ("empty", "nothing"),
        },
    ),
    # Refusals of the API are made up for by the page, which here refuses as well.
    "ebay_search by API": Source(
        "ebay_search",
        {"query": "lamp"},
        ("ebay_url", "ebay_api_url"),
        API
        | {
            "forbidden": ("blocked", FALLEN_BACK),
            "too-many": ("blocked", FALLEN_BACK),
            "auth": ("login_wall", FALLEN_BACK),
            "blocked": ("blocked", FALLEN_BACK),
            "token-keys": ("failed", f"client secret is wrong: {FALLEN_BACK}"),
            "nothing": ("empty", "nothing"),
        },
        {"ebay_client_id": "us", "ebay_client_secret": "s3cret"},
    ),
    "ebay_item": Source(
        "ebay_item",
        {"item_id": "500000000001"},
        ("ebay_url",),
        {"nothing": ("not_found", "no such listing")},
    ),
    "poshmark_search": Source(
        "poshmark_search",
        {"query": "lamp"},
        ("poshmark_url",),
        {"nothing": ("empty", "nothing")},
    ),
    "poshmark_listing": Source(
        "poshmark_listing",
        {"listing_id": LAMP_ID},
        ("poshmark_url",),
        {"nothing": ("not_found", "no such listing")},
    ),
    "tiktok_video": Source(
        "tiktok_video",
        {"video_id": "7400000000000000001"},
        ("tiktok_url",),
        {"nothing": ("not_found", "exist")},
    ),
    "tiktok_research": Source(
        "tiktok_research",
        {"hashtag": "lamp"},
        ("tiktok_api_url",),
        API
        | {
            "nothing": ("empty", "nothing"),
            "quota": ("blocked", "quota of the Research API is spent until"),
            "token-keys": ("login_wall", "TikTok refused the keys: invalid_client"),
        },
        {"tiktok_client_key": "us", "tiktok_client_secret": "s3cret"},
    ),
    "tiktok_trending": Source(
        "tiktok_trending",
        {"country": "us"},
        ("tiktok_ads_url",),
        {"nothing": ("login_wall", "40101 no permission")},
    ),
    "product_page": Source(
        "product_page",
        {"url": "", "product_id": "p7"},
        ("shop_url",),
        {"nothing": ("not_found", "no such page")},
    ),
}
TAGS = {
    "forbidden": ("blocked", "403"),
    "too-many": ("blocked", "429 (retry after 120)"),
    "broken": ("failed", "500"),
    "slow": ("failed", "time"),
    "cut-off": ("failed", "cut off"),
    "empty": ("blocked", "without its counters"),
    "captcha": ("blocked", "captcha"),
    "no-counters": ("blocked", "nothing"),
    "sent-away": ("login_wall", "log-in"),
    "unknown-tag": ("not_found", "no such hashtag"),
    "other-page": ("changed", "not a hashtag's page"),
    "large": ("failed", "too large"),
    "loop": ("failed", "REDIRECT"),
    "charset": ("failed", "utf-8"),
}
TABLES = (Listing, HashtagSnapshot, Video, Review, Watch)
ROWS = [(name, mood) for name, source in SOURCES.items() for mood in source.moods]


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


@pytest.fixture(scope="module")
def start(crawls, site, _migrated, tmp_path_factory):
    """Starts a source's crawls in some moods; they share a process and a database."""

    def _start(source, moods, base="open"):
        folder = tmp_path_factory.mktemp(source.spider) / "data"
        shutil.copytree(_migrated, folder)
        database = Database(Settings(data_dir=folder))
        if "product_id" in source.arguments:
            with database.writing() as session:
                session.add(Product(product_id="p7", title="Walnut lamp"))
        asked = {}
        for mood in moods:
            address = f"{site.urls[base]}/{mood}"
            settings = dict.fromkeys(source.urls, address) | source.settings
            settings["data_dir"] = folder
            settings["crawl_timeout_seconds"] = 2 if mood == "slow" else 120
            arguments = dict(source.arguments)
            if "url" in arguments:
                arguments["url"] = f"{address}/p/lamp"
            asked[mood] = (settings, arguments)
        return crawls.start_side_by_side(source.spider, asked), database

    return _start


@pytest.fixture(scope="module")
def ended(start):
    """The crawls of every source, each begun at once."""
    return {name: start(source, source.moods) for name, source in SOURCES.items()}


@pytest.fixture(scope="module")
def ended_tags(start, launch_options):
    """Tag crawls, a few browsers at a time."""
    tags = Source("tiktok_tag", {"hashtag": "#Lamp"}, ("tiktok_url",))
    moods = [*TAGS, "only-counters"]
    begun = {}
    for number in range(0, len(moods), 3):
        some = moods[number : number + 3]
        begun |= dict.fromkeys(some, start(tags, some))
    return begun


def check(made, mood, outcome, words):
    future, _ = made
    found = future.result()[mood]
    assert (found[0], words in found[1]) == (outcome, True), found
    assert "s3cret" not in found[1]
    return found


def stored(database):
    with database.reading() as session:
        return [row for table in TABLES for row in session.exec(select(table)).all()]


@pytest.mark.parametrize(("name", "mood"), ROWS)
def test_a_crawl_that_yields_nothing_says_why(ended, name, mood):
    _, _, pages = check(ended[name], mood, *SOURCES[name].moods[mood])
    if mood in UNANSWERED and SOURCES[name].moods[mood] == MOODS[mood]:
        assert pages == 0


@pytest.mark.parametrize("name", SOURCES)
def test_nothing_is_stored_but_the_run(ended, name):
    future, database = ended[name]
    found = future.result()
    assert stored(database) == []
    assert set(found) == set(SOURCES[name].moods)


@pytest.mark.browser
@pytest.mark.parametrize("mood", TAGS)
def test_a_tag_page_that_yields_nothing_says_why(ended_tags, mood):
    check(ended_tags[mood], mood, *TAGS[mood])


@pytest.mark.browser
def test_counters_stand_in_for_refused_answers(ended_tags):
    found = check(ended_tags["only-counters"], "only-counters", "ok", "1 items")
    assert found[2] == 1
    rows = [row for mood in TAGS for row in stored(ended_tags[mood][1])]
    # Those that share a database with it hold its one row.
    assert {(row.hashtag, row.view_count, row.video_count) for row in rows} <= {
        ("lamp", None, 924_200)
    }
    (row,) = stored(ended_tags["only-counters"][1])
    assert (row.hashtag, row.view_count, row.video_count) == ("lamp", None, 924_200)
    assert row.source == "tiktok_tag"


@pytest.mark.parametrize(
    "name", [*SOURCES, pytest.param("tiktok_tag", marks=pytest.mark.browser)]
)
def test_robots_txt_is_obeyed(start, site, name, request):
    asked = site.closed.config["asked"]
    source = SOURCES.get(name)
    if source is None:
        request.getfixturevalue("ended_tags")
        source = Source("tiktok_tag", {"hashtag": "#Lamp"}, ("tiktok_url",))
    asked.clear()
    made = start(source, ["good"], "closed")
    if source.settings:
        # An API is asked under the agreement that its keys came with.
        check(made, "good", "ok", "items")
        assert "/robots.txt" not in [path for path, _ in asked]
        return
    check(made, "good", "blocked", "robots.txt forbids")
    assert [path for path, _ in asked] == ["/robots.txt"]
    assert {agent.split("/")[0] for _, agent in asked} == {"TrendGuardBot"}
    assert stored(made[1]) == []


def test_a_run_is_recorded_as_it_ended(crawls, site, tmp_path):
    settings = {"data_dir": tmp_path, "ebay_url": f"{site.urls['open']}/forbidden"}
    result = crawls.start(settings, "ebay_search", {"query": "lamp"}).result()
    database = Database(Settings(**settings))
    with database.reading() as session:
        (run,) = session.exec(select(CrawlRun)).all()
    database.close()
    assert (run.state, run.outcome, run.page_count) == ("done", "blocked", 1)
    assert (run.run_id, run.message) == (result["run_id"], result["message"])
    assert run.finished_at >= run.started_at


def test_pages_are_followed_as_far_as_asked(crawls, site, tmp_path):
    settings = {"data_dir": tmp_path, "ebay_url": f"{site.urls['open']}/good"}
    asked = {"query": "lamp", "pages": "2"}
    result = crawls.start(settings, "ebay_search", asked).result()
    assert (result["outcome"], result["pages"]) == ("ok", 2)
