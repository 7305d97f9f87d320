from datetime import timedelta

import pytest
from sqlmodel import select

import jobs
from server.monitoring import MonitorCollector
from store.clock import utc_now
from store.tables import AuditEvent, JobRun
from tests.ml.small import registered, tiny_model

PATH = "/v1/admin/models"
FOUND = {
    "checked_at": "2026-03-01T06:00:00Z",
    "alarms": ["the newest order is 9.0 days old, more than 7"],
    "drift": [
        {
            "purpose": "shopper",
            "feature": "price_usd",
            "psi": 0.31,
            "threshold": 0.1,
            "n": 900,
            "drifted": True,
        }
    ],
    "freshness": [
        {
            "what": "order",
            "newest_at": "2026-02-20T06:00:00Z",
            "age_days": 9.0,
            "most_days": 7,
            "stale": True,
        },
        {
            "what": "listing",
            "newest_at": None,
            "age_days": None,
            "most_days": 0,
            "stale": False,
        },
    ],
}


@pytest.fixture(scope="module")
def model():
    return tiny_model(rounds=3)


@pytest.fixture
def versions(database, model):
    return [registered(database, model, hours=n) for n in range(3)]


@pytest.fixture
def post(client, admin):
    def post(version, act, headers=admin):
        return client.post(f"{PATH}/{version}/{act}", headers=headers)

    return post


def roles(client, admin):
    models = client.get(PATH, headers=admin).json["models"]
    return {model["version"]: model["role"] for model in models}


def test_models_are_listed_the_newest_first(client, admin, versions):
    assert list(roles(client, admin)) == versions[::-1]
    assert set(roles(client, admin).values()) == {"challenger"}


def test_a_model_is_served_and_the_one_before_is_served_again(
    client, admin, post, versions
):
    for version in versions:
        answer = post(version, "promote")
        assert (answer.status_code, answer.json["role"]) == (200, "champion")
        assert answer.json["version"] == version
    back = post(versions[2], "rollback")
    assert (back.status_code, back.json["version"]) == (200, versions[1])
    assert roles(client, admin)[versions[2]] == "retired"


def test_asked_again_nothing_more_is_done(client, admin, post, versions, database):
    for version in versions:
        assert post(version, "promote").json == post(version, "promote").json
    assert post(versions[2], "rollback").json == post(versions[2], "rollback").json
    assert roles(client, admin)[versions[1]] == "champion"
    with database.reading() as session:
        acts = [event.action for event in session.exec(select(AuditEvent))]
    assert sorted(acts) == ["model.promote"] * 3 + ["model.rollback"]


def test_who_did_it_is_written_down(post, versions, database, named_token):
    headers = {"Authorization": f"Bearer {named_token}"}
    post(versions[0], "promote", headers)
    with database.reading() as session:
        event = session.exec(
            select(AuditEvent).where(AuditEvent.action == "model.promote")
        ).one()
    assert (event.actor, event.subject) == ("ada", versions[0])


def test_the_cards_are_made_anew(post, versions, database):
    post(versions[0], "promote")
    post(versions[0], "promote")
    with database.reading() as session:
        runs = session.exec(select(JobRun)).all()
    assert [(run.job, run.state) for run in runs] == [("refresh", "queued")]
    assert jobs.queue(database.settings).huey.pending_count() == 1


def test_what_can_not_be_is_refused(client, admin, post, versions):
    assert post("20200101T000000-shopper", "promote").status_code == 404
    assert post("%00", "promote").status_code == 404
    assert post("20200101T000000-shopper", "rollback").status_code == 404
    assert post(versions[0], "rollback").status_code == 409
    post(versions[0], "promote")
    assert post(versions[0], "rollback").status_code == 409
    for act in ("promote", "rollback"):
        assert client.post(f"{PATH}/{versions[0]}/{act}").status_code == 401
    assert client.get(PATH).status_code == 401
    assert client.get("/v1/admin/monitor").status_code == 401


def test_a_served_process_notices_another_champion(app, post, versions, scorer):
    state = app.extensions["trendguard"]
    seconds = [0.0]
    state.catalogue._clock = lambda: seconds[0]
    state.catalogue._looked_at = float("-inf")
    client, seen = app.test_client(), []
    for version, act in (
        (versions[0], "promote"),
        (versions[2], "promote"),
        (versions[2], "rollback"),
    ):
        post(version, act)
        seconds[0] += 10
        assert client.post("/v1/risk", json={"title": "Bag"}).status_code == 200
        seen.append(state.catalogue.current().model.version)
    assert seen == [versions[0], versions[2], versions[0]]
    assert scorer.count("load") == 3


@pytest.fixture
def checked(stored):
    at = utc_now()

    def checked(state, hours, result):
        key = f"monitor@{state}{hours}"
        ended = at - timedelta(hours=hours)
        stored(
            JobRun(
                job_key=key,
                job="monitor",
                state=state,
                queued_at=ended,
                finished_at=ended,
                result=result,
            )
        )

    return checked


def test_the_newest_check_is_shown(client, admin, checked):
    path = "/v1/admin/monitor"
    assert client.get(path, headers=admin).status_code == 404
    checked("done", 12, FOUND | {"alarms": ["old"]})
    checked("done", 6, FOUND)
    checked("failed", 1, {})
    assert client.get(path, headers=admin).json == FOUND


def test_metrics_tell_the_newest_check(client, checked):
    assert "trendguard_drift_psi" not in client.get("/metrics").text
    checked("done", 6, FOUND)
    text = client.get("/metrics").text
    drift = 'trendguard_drift_psi{feature="price_usd",purpose="shopper"} 0.31'
    assert drift in text
    assert 'trendguard_age_days{what="order"} 9.0' in text
    assert 'what="listing"' not in text
    assert "trendguard_monitor_alarms 1.0" in text
    assert "trendguard_requests_total" in text


def test_without_a_database_there_are_no_gauges_and_no_error(tmp_path):
    from store.database import Database
    from store.settings import Settings

    url = "postgresql://nobody@127.0.0.1:1/none"
    away = Database(Settings(data_dir=tmp_path, database_url=url))
    assert list(MonitorCollector(away).collect()) == []
