import threading
from datetime import timedelta

import pytest
from sqlmodel import select

import scheduler
from store.clock import utc_now
from store.tables import AuditEvent, CrawlRun, Watch

PATH = "/v1/admin/watches"
WATCH = {"spider": "ebay_search", "target": "ribbed leggings", "every_minutes": 60}


@pytest.fixture
def ask(app, admin):
    def ask(**changed):
        return app.test_client().post(PATH, json=WATCH | changed, headers=admin)

    return ask


@pytest.fixture
def listed(client, admin):
    def listed(query=""):
        return client.get(f"{PATH}{query}", headers=admin).json["watches"]

    return listed


def test_a_watch_is_made_listed_and_crawled(ask, listed, database):
    answer = ask(product_id="p1")
    assert answer.status_code == 201
    assert answer.json.items() >= (WATCH | {"product_id": "p1"}).items()
    assert (answer.json["asked_by"], answer.json["paused"]) == ("admin", False)
    assert listed() == [answer.json]
    assert scheduler.queue_due_watches(database, utc_now()) == 1
    with database.reading() as session:
        (run,) = session.exec(select(CrawlRun)).all()
    assert run.arguments["query"] == "ribbed leggings"
    assert run.arguments["product_id"] == "p1"


def test_the_same_again_is_the_same_watch_as_asked_for_now(ask, listed, database):
    first = ask(product_id="p1").json
    with database.writing() as session:
        row = session.get_one(Watch, first["watch_id"])
        row.paused, row.next_due_at = True, utc_now() + timedelta(days=9)
    again = ask(target=" ribbed leggings ", every_minutes=30)
    assert again.status_code == 200
    assert listed() == [again.json]
    assert again.json["watch_id"] == first["watch_id"]
    assert (again.json["every_minutes"], again.json["paused"]) == (30, False)
    assert again.json["product_id"] == "p1"
    with database.reading() as session:
        due = session.get_one(Watch, first["watch_id"]).next_due_at
    assert due <= utc_now() + timedelta(minutes=30)


def test_a_hashtag_is_the_same_however_it_is_written(ask, listed):
    assert ask(spider="tiktok_tag", target="#Leggings").status_code == 201
    assert ask(spider="tiktok_tag", target="leggings").status_code == 200
    assert ask(target="leggings").status_code == 201  # another spider's
    assert [watch["target"] for watch in listed()] == ["leggings"] * 2


def test_asked_at_once_it_is_one_watch(ask, listed):
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(ask().status_code))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] * 7 + [201]
    assert len(listed()) == 1


WRONG = (
    {"spider": "nope"},
    {"target": ""},
    {"target": "  "},
    {"target": "a\0"},
    {"target": "a" * 201},
    {"spider": "tiktok_tag", "target": "#"},
    {"spider": "tiktok_tag", "product_id": "p1"},
    {"product_id": ""},
    {"every_minutes": 0},
    {"every_minutes": 10**9},
    {"every_minutes": "often"},
    {"next_due_at": "2026-03-01"},
)


def test_what_can_not_be_watched_is_refused(ask, listed):
    for changed in WRONG:
        answer = ask(**changed)
        assert answer.status_code == 422, changed
        assert answer.content_type == "application/problem+json"
    assert "ebay_search, poshmark_search, tiktok_tag" in ask(spider="x").json["detail"]
    assert listed() == []


def test_a_watch_is_removed_once(ask, client, admin, listed):
    made = ask().json
    path = f"{PATH}/{made['watch_id']}"
    answer = client.delete(path, headers=admin)
    assert (answer.status_code, answer.json) == (200, made)
    assert listed() == []
    assert client.delete(path, headers=admin).status_code == 404
    for number in ("x", "0", "9" * 30):
        assert client.delete(f"{PATH}/{number}", headers=admin).status_code == 422


def test_a_long_list_comes_in_parts(ask, listed):
    for target in ("a", "b", "c"):
        ask(target=target)
    first = listed("?limit=2")
    assert [watch["target"] for watch in first] == ["a", "b"]
    rest = listed(f"?after={first[-1]['watch_id']}")
    assert [watch["target"] for watch in rest] == ["c"]


def test_what_came_by_another_way_is_listed_too(listed, stored):
    values = {"every_minutes": 10**9, "asked_by": "import", "next_due_at": utc_now()}
    stored(Watch(spider="from_another_version", target="t" * 300, **values))
    assert [watch["spider"] for watch in listed()] == ["from_another_version"]


def test_everything_an_admin_does_is_written_down(client, database, named_token):
    headers = {"Authorization": f"Bearer {named_token}"}
    made = client.post(PATH, json=WATCH, headers=headers).json
    client.delete(f"{PATH}/{made['watch_id']}", headers=headers)
    with database.reading() as session:
        events = session.exec(select(AuditEvent).order_by(AuditEvent.event_id)).all()
    subject = str(made["watch_id"])
    assert [(e.actor, e.action, e.subject) for e in events[2:]] == [
        ("ada", "watch.set", subject),
        ("ada", "watch.delete", subject),
    ]
    assert events[2].details == WATCH | {"product_id": None}


def test_what_can_not_be_written_down_is_not_done(ask, listed, monkeypatch):
    def fail(*_):
        raise RuntimeError("no room for it")

    monkeypatch.setattr("server.operating.record", fail)
    assert ask().status_code == 500
    assert listed() == []
