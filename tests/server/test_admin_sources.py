"""The sites that are crawled: how we stand with them, paused and let go on."""

from datetime import timedelta

import pytest
from sqlmodel import select

import jobs
from store.clock import utc_now
from store.tables import AuditEvent, CrawlRun, Source
from tests.store.rows import filled

PATH = "/v1/admin/sources"


@pytest.fixture
def sources(client, admin):
    def sources():
        found = client.get(PATH, headers=admin).json["sources"]
        return {each["source"]: each for each in found}

    return sources


def ended(number, outcome, signs=None):
    at = utc_now() - timedelta(hours=number)
    return filled(
        CrawlRun,
        run_id=f"{number:032x}",
        request_key=str(number),
        spider="ebay_search",
        source="ebay",
        state="done",
        outcome=outcome,
        signs=signs or {},
        queued_at=at,
        finished_at=at,
    )


def test_each_site_says_who_goes_there_and_that_nothing_is_wrong(sources):
    found = sources()
    assert {"ebay", "poshmark", "tiktok"} <= set(found)
    assert "ebay_search" in found["ebay"]["spiders"]
    assert not found["tiktok"]["paused"]
    assert (found["tiktok"]["why_not"], found["tiktok"]["signs"]) == (None, [])
    assert found["tiktok"]["degraded_since"] is None


def test_a_site_is_paused_and_let_go_on(client, admin, sources, database):
    for way, paused in (("pause", True), ("pause", True), ("resume", False)):
        answer = client.post(f"{PATH}/ebay/{way}", headers=admin)
        assert (answer.status_code, answer.json["paused"]) == (200, paused)
        assert sources()["ebay"]["paused"] is paused
        assert not sources()["tiktok"]["paused"]
    with database.reading() as session:
        events = session.exec(select(AuditEvent).order_by(AuditEvent.event_id)).all()
    assert [(e.actor, e.action, e.subject) for e in events][-3:] == [
        ("settings", "source.pause", "ebay"),
        ("settings", "source.pause", "ebay"),
        ("settings", "source.resume", "ebay"),
    ]


def test_one_that_is_left_alone_says_until_when_and_is_tried_when_resumed(
    client, admin, sources, database, settings
):
    until = utc_now() + timedelta(hours=2)
    with database.writing() as session:
        session.add(filled(Source, source="ebay", spared_until=until, refused_count=4))
        waits = {"run_id": "e" * 32, "source": "ebay", "state": "queued"}
        session.add(filled(CrawlRun, request_key="waits", **waits))
    found = sources()["ebay"]
    assert found["refused_count"] == 4
    assert found["spared_until"].startswith(f"{until:%Y-%m-%dT%H:%M}")
    assert "left alone until" in found["why_not"]
    before = jobs.queue(settings).huey.pending_count()
    answer = client.post(f"{PATH}/ebay/resume", headers=admin).json
    assert (answer["spared_until"], answer["why_not"]) == (None, None)
    assert jobs.queue(settings).huey.pending_count() == before + 1


def test_a_site_nobody_knows_is_not_found(client, admin, database):
    for name in ("nowhere.example", "x" * 300):
        answer = client.post(f"{PATH}/{name}/pause", headers=admin)
        assert answer.status_code in {404, 422}
    with database.reading() as session:
        assert session.exec(select(Source)).all() == []


def test_a_site_that_does_worse_is_marked_and_measured(
    client, sources, database, metric
):
    with database.writing() as session:
        signs = {"outcome": "5 of the last 10 runs got nothing"}
        session.add_all([ended(1, "blocked", signs), ended(2, "blocked", signs)])
        session.add_all([ended(3, "ok"), ended(4, "ok"), ended(60, "ok")])
        session.add(filled(Source, source="poshmark", paused=True))
    found = sources()["ebay"]
    assert found["signs"] == ["ebay_search: 5 of the last 10 runs got nothing"]
    assert found["degraded_since"]
    assert metric('trendguard_source_degraded{source="ebay"}') == 1
    assert metric('trendguard_source_degraded{source="tiktok"}') == 0
    assert metric('trendguard_source_closed{source="poshmark"}') == 1
    runs = 'trendguard_crawl_runs_1d{outcome="%s",spider="ebay_search"}'
    assert (metric(runs % "blocked"), metric(runs % "ok")) == (2, 2)


@pytest.fixture
def metric(client):
    def metric(name):
        lines = client.get("/metrics").text.splitlines()
        return next(float(x.rpartition(" ")[2]) for x in lines if x.startswith(name))

    return metric
