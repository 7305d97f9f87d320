"""Crawls that are killed, at any moment, and carried on by the next attempt."""

import random
import time
from datetime import UTC, datetime

import pytest
from flask import Flask, Response, request
from sqlmodel import select

from sample.sites import tiktok_site
from sample.sites.serve import ServedMarket
from scrapers.runs import begin_run
from store.database import Database
from store.settings import Settings
from store.spiders import whole_arguments
from store.tables import CrawlRun, HashtagSnapshot, Listing, Video
from tests.children import FORKED
from tests.sample.lamps import Lamps
from tests.scrapers.crawling import crawl_once
from tests.scrapers.official_apis import research_api
from tests.scrapers.unfriendly import CARDS

pytestmark = pytest.mark.slow

PAGES = 8
PAUSE_SECONDS = 0.15
KILLS = 10


def long_site() -> Flask:
    """Result pages without end; each has its own listings, and takes its time."""
    app = Flask(__name__)
    app.config["asked"] = asked = []

    @app.get("/sch/i.html")
    def search():
        time.sleep(PAUSE_SECONDS)
        number = request.args.get("_pgn", "1")
        asked.append(int(number))
        # Twelve digits each, as the site has them.
        return Response(CARDS.replace(b"/itm/30000", f"/itm/3{number:0>4}".encode()))

    return app


@pytest.fixture(scope="module")
def site():
    app = long_site()
    with ServedMarket({"ebay": app, "tiktok": tiktok_site(Lamps())}) as served:
        served.asked = app.config["asked"]
        yield served


def begun(folder, site, spider, arguments, **more):
    settings = {"data_dir": folder, **more}
    settings |= {f"{name}_url": url for name, url in site.urls.items()}
    database = Database(Settings(**settings))
    database.upgrade()
    run = begin_run(database, spider, whole_arguments(spider, arguments))

    def start():
        asked = (settings, spider, arguments, run.run_id)
        child = FORKED.Process(target=crawl_once, args=asked)
        child.start()
        return child

    return database, run, start


def content(database, table):
    with database.reading() as session:
        rows = session.exec(select(table)).all()
    return sorted(
        tuple((n, v) for n, v in row.model_dump().items() if n != "observed_at")
        for row in rows
    )


def state_of(database, run):
    with database.reading() as session:
        return session.get_one(CrawlRun, run.run_id)


def kill(child):
    child.kill()
    child.join()


def ended(child):
    child.join()
    return child.exitcode == 0


def test_ten_kills_lose_nothing_and_double_nothing(site, tmp_path):
    asked = {"query": "lamp", "pages": str(PAGES)}
    whole, calm_run, start = begun(tmp_path / "calm", site, "ebay_search", asked)
    assert ended(start())
    killed, run, start = begun(tmp_path / "killed", site, "ebay_search", asked)
    chance = random.Random(7461746)
    site.asked.clear()
    kept = 0
    for _ in range(KILLS):
        child = start()
        until_page = state_of(killed, run).page_count + chance.randint(0, 1)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and child.is_alive():
            if len(set(site.asked)) > until_page:
                break
            time.sleep(0.02)
        time.sleep(chance.uniform(0, 2 * PAUSE_SECONDS))
        kill(child)
        now = state_of(killed, run)
        # What a page says is kept whole, with the place after it, or not at all.
        assert now.page_count >= kept
        assert sum(now.item_counts.values()) == len(content(killed, Listing))
        assert now.place.get("page", 1) == now.page_count + 1
        kept = now.page_count
        if now.state == "done":
            break
    assert ended(start())
    end, calm = state_of(killed, run), state_of(whole, calm_run)
    assert (end.outcome, end.page_count) == ("ok", PAGES)
    assert (end.item_counts, end.drop_counts) == (calm.item_counts, calm.drop_counts)
    assert content(killed, Listing) == content(whole, Listing)
    whole.close()
    killed.close()


def test_a_killed_research_goes_on_by_cursor_and_search_id(tmp_path):
    asked = {"hashtag": "lamp", "start_date": "2026-01-01", "end_date": "2026-02-14"}
    keys = {"tiktok_client_key": "key", "tiktok_client_secret": "s3cret"}
    app = research_api(pages=6)
    requests = app.config["asked"]
    with ServedMarket({"tiktok_api": app}) as served:
        database, run, start = begun(tmp_path, served, "tiktok_research", asked, **keys)
        for least in (2, 5, 9):
            child = start()
            deadline = time.monotonic() + 60
            while state_of(database, run).page_count < least:
                assert time.monotonic() < deadline
                time.sleep(0.02)
            kill(child)
        killed = state_of(database, run)
        assert {"index", "cursor", "search_id"} == set(killed.place)
        known = len(requests)
        assert ended(start())
    first, _ = requests[known]
    assert (first["cursor"], first["search_id"]) == (
        killed.place["cursor"],
        killed.place["search_id"],
    )
    end = state_of(database, run)
    assert (end.outcome, end.page_count) == ("ok", 12)
    # Each answer has a video of its own, and a row for each of its two hashtags.
    assert end.item_counts == {"video": 24}
    assert len(content(database, Video)) == 24
    database.close()


@pytest.mark.browser
@pytest.mark.usefixtures("launch_options")
def test_a_run_of_many_hashtags_goes_on_after_the_last_kept(site, tmp_path):
    asked = {"hashtag": "#vase,teapot,OakLamp"}
    database, run, start = begun(tmp_path, site, "tiktok_tag", asked)
    with database.writing() as session:
        row = session.get_one(CrawlRun, run.run_id)
        row.place, row.page_count = {"index": 1}, 1
        row.started_at = datetime(2026, 6, 1, tzinfo=UTC)
    assert ended(start())
    end = state_of(database, run)
    assert (end.outcome, end.page_count) == ("not_found", 3)
    with database.reading() as session:
        assert session.exec(select(HashtagSnapshot.hashtag)).all() == ["oaklamp"]
    assert content(database, Video)
    database.close()
