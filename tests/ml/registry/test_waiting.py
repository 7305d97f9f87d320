from datetime import date, timedelta

import duckdb
import pytest

from ml.registry import waiting
from ml.registry.roles import promote
from ml.registry.trial import LEAST_ORDERS
from ml.registry.waiting import retry_waiting, waits_since
from tests.ml.small import FIRST_ON, registered, small_dataset, small_model

LAST_ON = FIRST_ON + timedelta(130)


@pytest.fixture(scope="module")
def dataset():
    return small_dataset()


@pytest.fixture(scope="module")
def model(dataset):
    return small_model(dataset.rows, dataset.y)


@pytest.fixture
def labelled(monkeypatch, dataset):
    """How often orders were labelled."""
    calls = []

    def label_orders(duck, settings):
        calls.append(1)
        return dataset

    monkeypatch.setattr(waiting, "label_orders", label_orders)
    return calls


@pytest.fixture
def retried(database):
    """Try again, where so many orders came a day."""

    def retried(a_day=30, last_day=LAST_ON):
        with duckdb.connect() as duck:
            duck.execute(
                'CREATE TABLE "order" AS SELECT (? + (n // ?)::INTEGER)::TIMESTAMP AS '
                "purchased_at FROM range(?) AS r(n)",
                [FIRST_ON, a_day, 100 * a_day],
            )
            duck.execute(
                "CREATE TABLE bounds AS SELECT ?::DATE AS last_day, "
                "30 AS return_window_days",
                [last_day],
            )
            return retry_waiting(duck, database, database.settings)

    return retried


def served_and_waiting(database, model, *, learned_days):
    served = registered(database, model)
    promote(database, database.settings, served, actor="test", why="")
    return registered(database, model, hours=1, learned_days=learned_days)


def test_where_nobody_waits_nothing_is_labelled(database, model, retried, labelled):
    assert retried() == []
    served = registered(database, model)
    assert retried() == []
    promote(database, database.settings, served, actor="test", why="")
    assert retried() == []
    assert labelled == []


def test_one_who_waits_is_tried_once_enough_orders_came(
    database, model, retried, labelled
):
    version = served_and_waiting(database, model, learned_days=90)
    assert waits_since(database, "shopper") == FIRST_ON + timedelta(89)
    assert waits_since(database, "checkout") is None
    (trial,) = retried(a_day=LEAST_ORDERS // 10)
    assert (trial.version, trial.role, trial.n) == (version, "challenger", 300)
    assert len(labelled) == 1


def test_orders_that_may_still_come_back_do_not_count(
    database, model, retried, labelled
):
    served_and_waiting(database, model, learned_days=90)
    assert retried(a_day=LEAST_ORDERS // 10 - 1) == []
    assert retried(last_day=date(2026, 4, 30)) == []
    assert labelled == []


def test_the_one_who_waits_longest_decides_when(database, model):
    served_and_waiting(database, model, learned_days=90)
    registered(database, model, hours=2, learned_days=70)
    assert waits_since(database, "shopper") == FIRST_ON + timedelta(69)
    registered(database, model, hours=3, learned_days=30)
    assert waits_since(database, "shopper") == FIRST_ON + timedelta(49)
