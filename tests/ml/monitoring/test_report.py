import json
import logging

import pytest

from ml.monitoring.report import monitor
from ml.registry.models import champion, models_folder
from store.clock import utc_now


def test_an_empty_store_is_told_and_is_no_error(database):
    found = monitor(database, database.settings)
    assert found["drift"] == []
    assert [row["what"] for row in found["freshness"]] == [
        "hashtag",
        "listing",
        "order",
        "model",
    ]
    assert "there is no order at all" in found["alarms"]
    assert len(found["alarms"]) == 4


@pytest.fixture(scope="module")
def found(trained):
    return monitor(trained, trained.settings)


def test_newer_orders_are_compared_for_each_purpose(trained, found):
    purposes = {row["purpose"] for row in found["drift"]}
    assert purposes == {"shopper", "checkout"}
    for purpose in purposes:
        _, model = champion(trained, trained.settings, purpose)
        rows = [row for row in found["drift"] if row["purpose"] == purpose]
        assert {row["feature"] for row in rows} == {*model.encoder.names, "score"}
        assert len({row["n"] for row in rows}) == 1
        assert rows[0]["n"] >= 200
    assert found["checked_at"] <= utc_now()


def test_every_alarm_is_in_words_and_what_is_well_is_not(found):
    drifted = [row for row in found["drift"] if row["drifted"]]
    stale = [row for row in found["freshness"] if row["stale"]]
    assert len(found["alarms"]) == len(drifted) + len(stale)
    for row in drifted:
        assert any(
            alarm.startswith(f"{row['feature']} of the {row['purpose']} model")
            for alarm in found["alarms"]
        )
    # Who buys, and at what hour, does not change in the made-up market.
    calm = [r for r in found["drift"] if r["feature"] in ("age_from", "purchased_hour")]
    assert [row["drifted"] for row in calm] == [False] * 3


def test_alarms_are_logged_and_the_result_is_plain(trained, caplog):
    with caplog.at_level(logging.WARNING, "trendguard.monitor"):
        found = monitor(trained, trained.settings)
    assert [record.message for record in caplog.records] == found["alarms"]
    json.dumps(found, default=str, allow_nan=False)


def test_a_model_that_can_not_be_loaded_is_an_alarm(trained):
    row, _ = champion(trained, trained.settings, "shopper")
    file = models_folder(trained.settings) / row.file
    before = file.read_bytes()
    try:
        file.write_bytes(before[:-1])
        found = monitor(trained, trained.settings)
    finally:
        file.write_bytes(before)
    assert any("is not the registered one" in alarm for alarm in found["alarms"])
    assert {row["purpose"] for row in found["drift"]} == {"checkout"}
