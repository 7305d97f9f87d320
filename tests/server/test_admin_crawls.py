from datetime import timedelta

import pytest
from sqlmodel import select

import jobs
from jobs import crawls
from scrapers.keeping import Keeper
from scrapers.pages.listing import listing_item
from store.clock import utc_now
from store.errors import ConflictError
from store.sources import set_source_paused
from store.tables import AuditEvent, CrawlLog, CrawlRun, Source

PATH = "/v1/admin/crawls"
CRAWL = {"spider": "ebay_search", "arguments": {"query": "ribbed leggings"}}

LAMP = listing_item(
    listing_id="300000000001",
    title="Walnut lamp",
    price="29.99",
    currency="USD",
    status="active",
)


@pytest.fixture
def ask(client, admin):
    def ask(body=CRAWL, **headers):
        return client.post(PATH, json=body, headers=admin | headers)

    return ask


def queued(settings) -> int:
    return jobs.queue(settings).huey.pending_count()


def test_a_crawl_is_queued_and_can_be_looked_at(client, admin, ask, settings):
    answer = ask()
    assert answer.status_code == 202
    run = answer.json
    assert (run["state"], run["asked_by"]) == ("queued", "admin")
    assert answer.headers["Location"] == f"{PATH}/{run['run_id']}"
    found = client.get(answer.headers["Location"], headers=admin).json
    assert {name: found[name] for name in run} == run
    assert (found["source"], found["log"], found["coverage"]) == ("ebay", "", {})
    assert client.get(PATH, headers=admin).json == {"crawls": [run]}
    assert queued(settings) == 1


def test_asked_again_while_open_it_is_the_same_run(ask, database, settings):
    first = ask().json["run_id"]
    assert ask().json["run_id"] == first
    finish(database, first, "running")
    assert ask().json["run_id"] == first
    finish(database, first, "done")
    second = ask().json["run_id"]
    assert second != first
    finish(database, second, "done")
    assert ask().json["run_id"] not in {first, second}
    assert queued(settings) == 3


def test_other_arguments_are_another_run_and_a_default_said_is_not(ask):
    other = {"spider": "ebay_search", "arguments": {"query": "cup"}}
    assert ask().json["run_id"] != ask(other).json["run_id"]
    said = {"spider": "ebay_search", "arguments": {"show": "active", "query": "cup "}}
    assert ask(said).json["run_id"] == ask(other).json["run_id"]


def test_an_idempotency_key_is_one_run_for_ever(ask, database):
    first = ask(**{"Idempotency-Key": "k1"}).json["run_id"]
    finish(database, first, "done")
    assert ask(**{"Idempotency-Key": "k1"}).json["run_id"] == first
    assert ask(**{"Idempotency-Key": "k2"}).json["run_id"] != first
    other = {"spider": "tiktok_tag", "arguments": {"hashtag": "cup"}}
    assert ask(other, **{"Idempotency-Key": "k1"}).status_code == 409


def test_a_dry_run_says_what_would_be_fetched_and_queues_nothing(
    ask, client, admin, settings
):
    arguments = {"query": "ribbed leggings", "pages": "3"}
    answer = ask({"spider": "ebay_search", "arguments": arguments, "dry_run": True})
    assert answer.status_code == 200
    assert answer.json["site"] == settings.ebay_url
    assert answer.json["page_count"] == 3
    assert answer.json["at_least_seconds"] == 2 * settings.crawl_delay_seconds
    assert "ribbed leggings" in answer.json["fetches"]
    assert client.get(PATH, headers=admin).json == {"crawls": []}
    assert queued(settings) == 0


WRONG = (
    ({"spider": "nope", "arguments": {}}, "ebay_search, poshmark_search, tiktok_t"),
    ({"spider": "ebay_search", "arguments": {}}, "query is missing"),
    ({"spider": "ebay_search", "arguments": {"query": " "}}, "query is missing"),
    ({"spider": "tiktok_tag", "arguments": {"hashtag": "a", "x": "y"}}, "takes"),
    ({"spider": "tiktok_tag", "arguments": {"hashtag": "a\0"}}, "hashtag"),
    ({"spider": "tiktok_tag", "arguments": {"hashtag": "a" * 201}}, "hashtag"),
    ({"spider": "ebay_search", "arguments": {"query": "a", "pages": "0"}}, "pages"),
    ({"spider": "ebay_search", "arguments": {"query": "a", "pages": "²"}}, "pages"),
    ({"spider": "ebay_search", "arguments": {"query": "a", "show": "x"}}, "sold"),
    ({"spider": "ebay_search", "arguments": {"query": 1}}, "errors"),
    ({"spider": "ebay_search"}, "errors"),
    (CRAWL | {"url": "http://127.0.0.1/"}, "errors"),
)


def test_what_can_not_be_crawled_is_refused(ask, settings):
    for body, says in WRONG:
        answer = ask(body)
        assert answer.status_code == 422, body
        assert says in answer.json["detail"]
    assert queued(settings) == 0


def test_a_queued_run_can_be_cancelled_and_is_then_not_carried_out(
    ask, client, admin, database, monkeypatch
):
    monkeypatch.setattr(crawls, "crawl_in_process", lambda *_: pytest.fail("it ran"))
    run_id = ask().json["run_id"]
    answer = client.delete(f"{PATH}/{run_id}", headers=admin)
    assert (answer.status_code, answer.json["state"]) == (200, "cancelled")
    assert client.delete(f"{PATH}/{run_id}", headers=admin).status_code == 409
    jobs.run_crawl(database, database.settings, run_id)
    assert client.get(f"{PATH}/{run_id}", headers=admin).json["state"] == "cancelled"


def test_a_run_under_way_is_cancelled_and_keeps_nothing_more(
    ask, client, admin, database
):
    run_id = ask().json["run_id"]
    finish(database, run_id, "running")
    with database.writing() as session:
        run = session.get_one(CrawlRun, run_id)
        run.started_at = run.queued_at
    keeper = Keeper(database, run)
    keeper.keep([LAMP], {}, {})
    answer = client.delete(f"{PATH}/{run_id}", headers=admin)
    assert (answer.status_code, answer.json["state"]) == (200, "cancelled")
    assert answer.json["message"] == "cancelled by settings"
    with pytest.raises(ConflictError, match="is cancelled"):
        keeper.keep([LAMP], {}, {})
    assert client.get(f"{PATH}/{run_id}", headers=admin).json["page_count"] == 1


def test_a_run_that_has_ended_can_not_be_cancelled(ask, client, admin, database):
    run_id = ask().json["run_id"]
    finish(database, run_id, "done")
    assert client.delete(f"{PATH}/{run_id}", headers=admin).status_code == 409


def test_a_run_tells_its_log_and_what_its_items_had(ask, client, admin, database):
    run_id = ask().json["run_id"]
    with database.writing() as session:
        run = session.get_one(CrawlRun, run_id)
        run.coverage = {"listing": {"*": 2, "price": 1}}
        run.page_items, run.signs = [2, 0], {"items": "1 items, before 60"}
        session.add(CrawlLog(run_id=run_id, text="page 1 kept"))
    found = client.get(f"{PATH}/{run_id}", headers=admin).json
    assert found["log"] == "page 1 kept"
    assert found["coverage"] == {"listing": {"*": 2, "price": 1}}
    assert (found["page_items"], found["signs"]["items"]) == (
        [2, 0],
        run.signs["items"],
    )
    (listed,) = client.get(PATH, headers=admin).json["crawls"]
    assert "log" not in listed


def test_a_dry_run_says_that_the_site_is_paused(ask, database):
    with database.writing() as session:
        set_source_paused(session, "ebay", paused=True)
    plan = ask(CRAWL | {"dry_run": True}).json
    assert (plan["source"], plan["spared_until"]) == ("ebay", None)
    assert "ebay is paused" in plan["why_not"]
    assert ask().status_code == 409


def test_an_unknown_run_is_not_found(client, admin):
    for run_id in ("0" * 32, "x", "%00", "' OR 1=1"):
        assert client.get(f"{PATH}/{run_id}", headers=admin).status_code == 404
        assert client.delete(f"{PATH}/{run_id}", headers=admin).status_code == 404


def test_the_newest_come_first_and_as_many_as_asked(ask, client, admin):
    for query in ("a", "b", "c"):
        ask({"spider": "ebay_search", "arguments": {"query": query}})
    runs = client.get(f"{PATH}?limit=2", headers=admin).json["crawls"]
    assert [run["arguments"]["query"] for run in runs] == ["c", "b"]
    assert client.get(f"{PATH}?limit=0", headers=admin).status_code == 422


def test_everything_an_admin_does_is_written_down(
    client, database, named_token, stored
):
    headers = {"Authorization": f"Bearer {named_token}"}
    client.post(PATH, json=CRAWL | {"dry_run": True}, headers=headers)
    run_id = client.post(PATH, json=CRAWL, headers=headers).json["run_id"]
    client.delete(f"{PATH}/{run_id}", headers=headers)
    with database.reading() as session:
        events = session.exec(select(AuditEvent).order_by(AuditEvent.event_id)).all()
    done = [(event.actor, event.action, event.subject) for event in events[2:]]
    assert done == [
        ("ada", "crawl.plan", "ebay_search"),
        ("ada", "crawl.run", run_id),
        ("ada", "crawl.cancel", run_id),
    ]


def test_what_can_not_be_written_down_is_not_done(app, admin, database, monkeypatch):
    def fail(*_):
        raise RuntimeError("no room for it")

    monkeypatch.setattr("server.operating.record", fail)
    client = app.test_client()
    assert client.post(PATH, json=CRAWL, headers=admin).status_code == 500
    assert client.get(PATH, headers=admin).json == {"crawls": []}
    assert queued(database.settings) == 0
    monkeypatch.undo()
    run_id = client.post(PATH, json=CRAWL, headers=admin).json["run_id"]
    monkeypatch.setattr("server.operating.record", fail)
    assert client.delete(f"{PATH}/{run_id}", headers=admin).status_code == 500
    assert client.get(f"{PATH}/{run_id}", headers=admin).json["state"] == "queued"


def finish(database, run_id, state):
    with database.writing() as session:
        session.get_one(CrawlRun, run_id).state = state


def test_a_site_that_is_left_alone_is_not_asked(ask, database, settings):
    until = utc_now() + timedelta(hours=1)
    with database.writing() as session:
        session.add(Source(source="ebay", spared_until=until, changed_at=utc_now()))
    answer = ask()
    assert answer.status_code == 409
    assert f"left alone until {until:%Y-%m-%d %H:%M}" in answer.json["detail"]
    assert queued(settings) == 0
    other = {"spider": "poshmark_search", "arguments": {"query": "cup"}}
    assert ask(other).status_code == 202


def test_a_dry_run_says_what_is_left_of_a_daily_quota(ask, database, settings):
    arguments = {"hashtag": "lamp"}
    plan = {"spider": "tiktok_research", "arguments": arguments, "dry_run": True}
    assert ask(CRAWL | {"dry_run": True}).json["requests_left_today"] is None
    most = settings.tiktok_daily_requests
    assert ask(plan).json["requests_left_today"] == most
    run_id = ask({"spider": "tiktok_research", "arguments": arguments}).json["run_id"]
    with database.writing() as session:
        run = session.get_one(CrawlRun, run_id)
        run.started_at, run.page_count = utc_now(), 7
    assert ask(plan).json["requests_left_today"] == most - 7
