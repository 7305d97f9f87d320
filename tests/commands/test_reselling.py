"""The commands about second-hand listings, in this process."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from typer.testing import CliRunner

import cli
from sample.sites import poshmark_site
from sample.sites.serve import ServedMarket
from store.database import Database
from store.errors import MissingError
from store.settings import Settings, get_settings
from store.tables import Order, Prediction, Product, ProductDay, Return


@pytest.fixture
def resale(tmp_path, monkeypatch):
    """Run `trendguard resale …`; returns what it printed as JSON, or raises."""
    monkeypatch.setenv("TRENDGUARD_DATA_DIR", str(tmp_path / "data"))
    get_settings.cache_clear()

    def resale(*words):
        done = CliRunner().invoke(cli.app, ["resale", *words, "--json"])
        if done.exit_code:
            raise done.exception
        return json.loads(done.stdout)

    return resale


@pytest.fixture
def returned(tmp_path):
    database = Database(Settings(data_dir=tmp_path / "data"))
    database.upgrade()
    now = datetime.now(UTC)
    with database.writing() as session:
        session.add(Product(product_id="p", title="Leggings"))
        session.flush()
        bought = {"product_id": "p", "unit_price_minor": 5000, "currency": "USD"}
        at = now - timedelta(days=9)
        person = {"customer_pseudonym": "a" * 64, "purchased_at": at}
        session.add(Order(order_id="o1", **bought, **person))
        session.flush()
        session.add(Return(order_id="o1", returned_at=now - timedelta(days=1)))
        prices = {"list_price_usd": 50.0, "resale_median_sold_usd": 15.0}
        session.add(ProductDay(product_id="p", day=date(2026, 1, 1), **prices))
        said = {"risk": 0.9, "evidence": "enough", "target": "regret"}
        model = {"model_version": "v1", "trained_on": "retailer"}
        when = {"night": date(2026, 1, 1), "predicted_at": at}
        session.add(Prediction(order_id="o1", **said, **model, **when))
    database.close()


def test_drafts_are_made_and_listed(resale, returned):
    found = resale("drafts")
    assert found["made"] == {"ebay": 1, "poshmark": 1}
    assert [(row["site"], row["price"]) for row in found["drafts"]] == [
        ("ebay", "15.00"),
        ("poshmark", "15"),
    ]
    assert resale("drafts")["made"] == {}
    with pytest.raises(MissingError, match="order o2"):
        resale("post", "o2")


@pytest.mark.browser
def test_a_draft_fills_the_selling_page(resale, returned, monkeypatch):
    resale("drafts")
    with ServedMarket({"poshmark": poshmark_site(None)}) as market:
        monkeypatch.setenv("TRENDGUARD_POSHMARK_URL", market.urls["poshmark"])
        get_settings.cache_clear()
        done = resale("post", "o1")
    assert done["submitted"] is False
    assert done["filled"]["title"] == "Leggings"
    assert done["filled"]["listing_price"] == "15"
