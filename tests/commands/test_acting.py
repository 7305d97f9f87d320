"""The nightly batch as it is called: by hand, by a worker, with a real model."""

import json

import pytest
from sqlmodel import select, update
from typer.testing import CliRunner

import cli
import jobs
from store.database import Database
from store.errors import InvalidError, NoModelError
from store.settings import Settings, get_settings
from store.tables import JobRun, Listing, ModelVersion, Prediction
from tests.interventions.nightly.shop import START as ORDERS_START
from tests.interventions.nightly.shop import order, put_orders
from tests.ml.daily.shop import START as OFFERS_START
from tests.ml.daily.shop import add, offer
from tests.ml.small import order_rows, outcomes, registered, small_model

NIGHT = "2026-03-03"


@pytest.fixture
def database(tmp_path, monkeypatch):
    """An empty database in the data folder of the environment."""
    monkeypatch.setenv("TRENDGUARD_DATA_DIR", str(tmp_path / "data"))
    get_settings.cache_clear()
    database = Database(Settings(data_dir=tmp_path / "data"))
    database.upgrade()
    yield database
    database.close()


@pytest.fixture
def nightly():
    """Run `trendguard nightly …`; returns what it printed as JSON, or raises."""

    def nightly(*words):
        done = CliRunner().invoke(cli.app, ["nightly", *words, "--json"])
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return json.loads(done.stdout) if done.exit_code == 0 else done.output

    return nightly


@pytest.fixture
def shop(database):
    """Orders of a thing with second-hand offers, and a served checkout model."""
    rows = order_rows(1_000)
    registered(database, small_model(rows, outcomes(rows), "checkout"))
    with database.writing() as session:
        session.execute(update(ModelVersion).values(role="champion"))
    put_orders(database, order("a"), order("b"), order("later", days=2))
    days = (ORDERS_START - OFFERS_START).days - 1
    add(database, Listing, *(offer(n, days, 40 + n) for n in range(5)))
    return database


def test_a_night_by_hand_with_a_real_model(shop, nightly):
    said = nightly("--date", NIGHT)
    assert (said["night"], said["predicted"]) == (NIGHT, 2)
    assert said["delivered"] == {} or not any(said["delivered"].values())
    with shop.reading() as session:
        found = session.exec(select(Prediction)).all()
    assert {p.order_id for p in found} == {"a", "b"}
    assert all(p.evidence == "thin" and 0 < p.risk < 1 for p in found)
    assert all(p.risk_low < p.risk < p.risk_high for p in found)
    assert nightly("--date", NIGHT) == said | {"predicted_now": 0}


def test_the_last_night_takes_nothing_of_long_ago(shop, nightly):
    assert nightly()["predicted_now"] == 0


def test_a_worker_does_the_same(shop):
    assert jobs.once(shop, "nightly", "now")
    jobs.run_job(shop, shop.settings, "nightly@now")
    with shop.reading() as session:
        run = session.get_one(JobRun, "nightly@now")
    assert (run.state, run.result["predicted_now"]) == ("done", 0)


def test_what_can_not_be_is_said(database, nightly):
    with pytest.raises(NoModelError, match="trendguard train"):
        nightly()
    with pytest.raises(InvalidError, match="is not over"):
        nightly("--date", "2090-01-01")
    assert "is not a date" in nightly("--date", "yesterday")
