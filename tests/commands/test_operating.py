"""Crawls, sites and watches by command, in this process."""

import json

import pytest
from sqlmodel import select
from typer.testing import CliRunner

import cli
from store.database import Database
from store.errors import ConflictError, MissingError, RequestError
from store.settings import Settings, get_settings
from store.tables import AuditEvent, CrawlLog, CrawlRun, Watch

CRAWL = ("crawls", "run", "ebay_search", "-a", "query=lamp")


@pytest.fixture
def database(tmp_path, monkeypatch):
    monkeypatch.setenv("TRENDGUARD_DATA_DIR", str(tmp_path / "data"))
    get_settings.cache_clear()
    database = Database(Settings(data_dir=tmp_path / "data"))
    database.upgrade()
    yield database
    database.close()


@pytest.fixture
def run(database):
    """Run a command; returns what it printed as JSON, or raises."""

    def run(*words, plain=False):
        done = CliRunner().invoke(cli.app, [*words, *(() if plain else ("--json",))])
        if done.exit_code:
            raise done.exception
        return done.stdout if plain else json.loads(done.stdout)

    return run


def acts(database):
    with database.reading() as session:
        events = session.exec(select(AuditEvent).order_by(AuditEvent.event_id)).all()
    return [(event.actor, event.action) for event in events]


def test_a_crawl_is_queued_once_shown_and_cancelled(run, database):
    queued = run(*CRAWL)
    assert (queued["state"], queued["asked_by"]) == ("queued", "cli")
    run_id = queued["run_id"]
    assert run(*CRAWL)["run_id"] == run_id
    assert [each["run_id"] for each in run("crawls", "list")["crawls"]] == [run_id]
    with database.writing() as session:
        session.add(CrawlLog(run_id=run_id, text="page 1 kept"))
    shown = run("crawls", "show", run_id)
    assert (shown["log"], shown["samples"]) == ("page 1 kept", [])
    assert "page 1 kept" in run("crawls", "show", run_id, plain=True)
    assert "lamp" in run("crawls", "list", plain=True)
    assert run("crawls", "cancel", run_id)["message"] == "cancelled by cli"
    with pytest.raises(ConflictError):
        run("crawls", "cancel", run_id)
    with pytest.raises(MissingError):
        run("crawls", "show", "0" * 32)
    assert acts(database) == [
        ("cli", "crawl.run"),
        ("cli", "crawl.run"),
        ("cli", "crawl.cancel"),
    ]


def test_a_dry_run_queues_nothing(run, database):
    plan = run(*CRAWL, "--dry-run")
    assert (plan["page_count"], plan["source"], plan["why_not"]) == (1, "ebay", None)
    with database.reading() as session:
        assert session.exec(select(CrawlRun)).all() == []
    with pytest.raises(RequestError):
        run("crawls", "run", "ebay_search")


def test_a_site_is_paused_and_let_go_on(run, database):
    assert run("sources", "pause", "ebay")["paused"]
    with pytest.raises(ConflictError, match="ebay is paused"):
        run(*CRAWL)
    assert "ebay is paused" in run(*CRAWL, "--dry-run")["why_not"]
    found = {
        each["source"]: each["paused"] for each in run("sources", "list")["sources"]
    }
    assert (found["ebay"], found["tiktok"]) == (True, False)
    assert "tiktok" in run("sources", "list", plain=True)
    assert not run("sources", "resume", "ebay")["paused"]
    assert run(*CRAWL)["state"] == "queued"
    with pytest.raises(MissingError):
        run("sources", "pause", "nowhere")


def test_watches_are_added_paused_and_removed(run, database):
    watch = run("watches", "add", "tiktok_tag", "#Lamp", "--every-minutes", "60")
    assert (watch["target"], watch["every_minutes"]) == ("lamp", 60)
    number = str(watch["watch_id"])
    again = run("watches", "add", "tiktok_tag", "lamp", "--every-minutes", "120")
    assert (str(again["watch_id"]), again["every_minutes"]) == (number, 120)
    assert run("watches", "pause", number)["paused"]
    assert not run("watches", "resume", number)["paused"]
    assert "lamp" in run("watches", "list", plain=True)
    assert len(run("watches", "list")["watches"]) == 1
    assert run("watches", "remove", number)["target"] == "lamp"
    with database.reading() as session:
        assert session.exec(select(Watch)).all() == []
    assert [action for _, action in acts(database)] == [
        "watch.set",
        "watch.set",
        "watch.pause",
        "watch.resume",
        "watch.delete",
    ]
    with pytest.raises(MissingError):
        run("watches", "remove", number)
    with pytest.raises(RequestError):
        run("watches", "add", "ebay_search", " ")
