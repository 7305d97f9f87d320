from datetime import timedelta

import pytest

from ml.monitoring.freshness import find_freshness
from ml.registry.roles import promote
from store.settings import Settings
from store.tables import HashtagSnapshot
from tests.ml.small import TRAINED_AT, registered, small_dataset, small_model


def ages(database, settings=None, now=TRAINED_AT):
    with database.reading() as session:
        found = find_freshness(session, settings or database.settings, now)
    return {each.what: each for each in found}


def test_what_was_never_there_is_stale_unless_it_need_not_be(database):
    assert all(each.stale for each in ages(database).values())
    never = Settings(
        data_dir=database.settings.data_dir,
        hashtag_stale_days=0,
        listing_stale_days=0,
        order_stale_days=0,
        model_stale_days=0,
    )
    found = ages(database, never)
    assert list(found) == ["hashtag", "listing", "order", "model"]
    assert not any(each.stale for each in found.values())


@pytest.mark.parametrize(("days", "stale"), [(2.9, False), (3.1, True)])
def test_the_newest_total_counts(database, days, stale):
    with database.writing() as session:
        for age in (days, days + 5):
            at = TRAINED_AT - timedelta(days=age)
            session.add(HashtagSnapshot(hashtag="x", observed_at=at, view_count=1))
    found = ages(database)["hashtag"]
    assert found.age_days == pytest.approx(days)
    assert (found.stale, found.as_dict()["stale"]) == (stale, stale)


def test_the_oldest_served_model_counts_and_no_challenger(database):
    dataset = small_dataset(1_000)
    for purpose, hours in (("shopper", 0), ("checkout", 48)):
        model = small_model(dataset.rows, dataset.y, purpose, rounds=3)
        version = registered(database, model, hours=hours)
        promote(database, database.settings, version, actor="cli", why="")
        registered(database, model, hours=200)
    now = TRAINED_AT + timedelta(days=31)
    found = ages(database, now=now)["model"]
    assert found.newest_at == TRAINED_AT
    assert (found.age_days, found.stale) == (31, True)
