"""Training on a store: what each model is asked for, what is kept of it, and what is
said where there is too little.
"""

import csv
import sys
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlmodel import select

import cli
import ml.training
from ml.daily import open_workbench
from ml.labels import label_orders
from ml.learning.boosting import PARAMETERS
from ml.learning.fitting import fit
from ml.learning.search import SEARCHED
from ml.registry.models import champion, load_model
from ml.registry.versions import champion_row
from ml.training import train
from sample.catalogue import LUXURY
from store.tables import ModelVersion, Population

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _one_thread(monkeypatch):
    monkeypatch.setitem(PARAMETERS, "num_threads", 1)


@pytest.fixture
def recipes(monkeypatch):
    """The recipes that training asks for, by purpose."""
    asked = {}

    def noted(dataset, recipe):
        asked[recipe.purpose] = recipe
        return fit(dataset, recipe)

    monkeypatch.setattr(ml.training, "fit", noted)
    return asked


def test_only_the_shoppers_model_is_weighted_to_the_population(trainable, recipes):
    with trainable.reading() as session:
        rows = session.exec(select(Population)).all()
        shares = {row.age_band: row.share for row in rows}
    assert len(shares) > 5
    settings = trainable.settings.model_copy(update={"return_window_days": 28})
    train(trainable, settings)
    assert recipes["shopper"].band_shares == shares
    assert recipes["checkout"].band_shares == {}
    assert {recipe.gap_days for recipe in recipes.values()} == {28}
    assert {recipe.seed for recipe in recipes.values()} == {settings.seed}


def test_what_the_search_found_is_kept_and_taken_again(trainable, recipes):
    searching = trainable.settings.model_copy(update={"search_trials": 3})
    first = train(trainable, searching)
    found = champion_row(trainable, "checkout").figures["parameters"]
    assert set(found) == set(SEARCHED)
    assert found == first["checkout"]["parameters"]
    assert recipes["checkout"].search_trials == 3

    again = train(trainable, trainable.settings)
    assert recipes["checkout"].search_trials == 0
    assert recipes["checkout"].parameters == found
    with trainable.reading() as session:
        second = session.get(ModelVersion, again["checkout"]["version"])
    assert second.figures["parameters"] == found
    assert f"[num_leaves: {found['num_leaves']}]" in _text(trainable, second)


def _text(database, version):
    return load_model(database.settings, version).booster.model_to_string()


def test_dear_brands_are_regretted_by_who_can_afford_them(market, trained):
    with open_workbench(trained) as duck:
        rows = label_orders(duck, trained.settings).rows
    _, model = champion(trained, trained.settings, "checkout")
    risk = model.risks(rows)
    luxury = np.isin(rows["brand"].to_pylist(), list(LUXURY))
    income = rows["income_decile"].to_numpy()
    dear, other = (
        risk[brand & (income >= 8)].mean() - risk[brand & (income <= 6)].mean()
        for brand in (luxury, ~luxury)
    )
    assert dear > 0.05
    assert dear > 2 * other


@pytest.fixture
def trendguard(tmp_path, monkeypatch, capsys):
    """Run the command line in an empty data folder; return code, output and errors."""
    monkeypatch.setenv("TRENDGUARD_DATA_DIR", str(tmp_path / "data"))

    def trendguard(*words):
        monkeypatch.setattr(sys, "argv", ["trendguard", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        told = capsys.readouterr()
        return ended.value.code, told.out, told.err.replace("\n", " ")

    return trendguard


def write_shop(folder, returned, count=700, product_count=10, day_count=100):
    """Write an export of so many orders, spread over days and products."""
    files = {
        "products": [
            {"product_id": f"p{n}", "title": f"Thing {n}"} for n in range(product_count)
        ],
        "orders": [
            {
                "order_id": f"o{n}",
                "customer_id": f"c{n}",
                "product_id": f"p{n % product_count}",
                "purchased_at": _bought(n, count, day_count).isoformat(),
                "unit_price": "10.00",
            }
            for n in range(count)
        ],
        "returns": [
            {
                "order_id": f"o{n}",
                "returned_at": (
                    _bought(n, count, day_count) + timedelta(days=5)
                ).isoformat(),
                "reason": reason,
            }
            for n, reason in returned.items()
        ],
    }
    folder.mkdir()
    for name, rows in files.items():
        if rows:
            with (folder / f"{name}.csv").open("w", newline="") as file:
                writer = csv.DictWriter(file, rows[0])
                writer.writeheader()
                writer.writerows(rows)


def _bought(number, count, day_count):
    return START + timedelta(days=number * day_count // count, hours=number % 24)


REGRETTED = dict.fromkeys(range(0, 700, 7), "changed mind")


@pytest.mark.parametrize(
    ("returned", "shop", "said"),
    [
        ({}, {"count": 10}, "10 orders are older than the return window of 30 days; "
         "training needs 500"),
        ({}, {}, "0 of 700 orders count as returned; training needs at least 30 of "
         "either kind. Check returns.csv"),
        (dict.fromkeys(range(700), "regret"), {}, "700 of 700 orders count as regret"),
        (dict.fromkeys(range(0, 700, 7), "too small"), {}, "0 of 700 orders count as "
         "regret; training needs at least 30 of either kind. Check returns.csv and "
         "TRENDGUARD_REGRET_REASONS"),
        (REGRETTED, {"product_count": 1}, "the orders are of 1 products; training "
         "needs 5"),
        (REGRETTED, {"day_count": 10}, "the orders lie on 10 days; training needs 20"),
        (dict.fromkeys(range(60), "regret"), {}, "at least 10 of either kind in each "
         "part of the time; give it a longer history"),
    ],
)  # fmt: skip
def test_what_is_too_little_is_said_with_what_to_do(
    trendguard, tmp_path, returned, shop, said
):
    write_shop(tmp_path / "export", returned, **shop)
    assert trendguard("import", str(tmp_path / "export"))[0] == 0
    code, out, error = trendguard("train", "--as-of", "2026-06-01")
    assert (code, out) == (1, "")
    assert said in error
    code, out, error = trendguard("risk", "Thing 1")
    assert (code, "trendguard train" in error) == (1, True)


def test_a_shop_of_nothing_but_orders_and_returns_is_enough(trendguard, tmp_path):
    write_shop(tmp_path / "export", REGRETTED)
    assert trendguard("import", str(tmp_path / "export"))[0] == 0
    code, out, error = trendguard("train", "--as-of", "2026-06-01", "--json")
    assert (code, error) == (0, "")
    assert '"champion"' in out
