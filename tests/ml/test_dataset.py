"""The linked dataset: what was known of it when, its file, and the guide beside it."""

from datetime import date

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from ml import dataset_file
from ml.dataset import Dataset
from ml.dataset_columns import DERIVED, column_guide, column_told
from ml.dataset_file import write_dataset


@pytest.fixture
def ten():
    """Ten orders: two regretted, one returned for another reason, one silently."""
    returned_on = [f"2026-03-0{day}" for day in (1, 3, 5, 7)] + ["NaT"] * 6
    return Dataset(
        pa.table({"order_id": list("abcdefghij")}),
        np.array([1, 1, 0, 0.7, 0, 0, 0, 0, 0, 0]),
        np.array([True, True, True, False] + [True] * 6),
        np.array(returned_on, dtype="datetime64[D]"),
        "regret",
    )


def test_what_came_back_later_had_not(ten):
    known = ten.as_known(date(2026, 3, 3))
    assert known.y.tolist() == [1] + [0] * 9
    assert known.coded.all()
    assert np.flatnonzero(~np.isnat(known.returned_on)).tolist() == [0]
    later = ten.as_known(date(2026, 3, 8))
    assert later.y.tolist() == ten.y.tolist()
    assert later.coded.tolist() == ten.coded.tolist()
    assert ten.y[1] == 1  # the dataset itself is as it was


def test_coded_returns_stand_for_silent_ones(ten):
    weight = ten.coding_weight
    # Three of four returns say why, so each of them stands for 4/3.
    assert weight.tolist() == pytest.approx([4 / 3] * 3 + [0] + [1] * 6)
    regret_of_returns, return_rate = 2 / 3, 4 / 10
    rate = np.average(ten.y, weights=weight)
    assert rate == pytest.approx(regret_of_returns * return_rate)
    assert weight.sum() == pytest.approx(10)


def test_without_returns_all_weigh_the_same(ten):
    assert ten.where(np.arange(10) > 3).coding_weight.tolist() == [1] * 6


@pytest.fixture(scope="module")
def linked(trained, tmp_path_factory):
    """The market's dataset: its rows and its guide."""
    out = tmp_path_factory.mktemp("linked") / "orders.parquet"
    result = write_dataset(trained, trained.settings, out)
    guide = out.with_name("orders.columns.md")
    assert result["columns"] == str(guide)
    assert sorted(out.parent.iterdir()) == [guide, out]
    return parquet.read_table(out), guide.read_text(encoding="utf-8")


def test_every_column_is_told_in_the_order_of_the_file(linked):
    rows, guide = linked
    told = [line.split("`")[1] for line in guide.splitlines() if line[:3] == "| `"]
    assert told == rows.column_names
    assert f"{rows.num_rows:,} orders" in guide
    assert "the target is *regret*" in guide
    for line in guide.splitlines():
        if line.startswith("| `"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            assert len(cells) == 5
            assert all(cells)


def test_nothing_is_told_that_is_not_there(linked):
    rows, _ = linked
    assert set(DERIVED) <= set(rows.column_names)


def test_who_and_what_come_first_and_the_outcome_last(linked):
    rows, _ = linked
    assert rows.column_names[:3] == ["order_id", "product_id", "purchased_on"]
    assert rows.column_names[-2:] == ["target", "coded"]


def test_what_a_column_is_and_when_it_is_known():
    assert column_told("age_band").known == "at the purchase"
    assert column_told("category").source == "product"
    assert column_told("resale_drop").known == "the day before the purchase"
    assert "0-1" in column_told("regret_talk").meaning


def test_a_column_that_nobody_told_is_an_error(linked):
    rows, _ = linked
    with pytest.raises(KeyError, match="surprise"):
        column_guide(pa.schema([("surprise", pa.string()), *rows.schema]), 1, "x")


def test_a_broken_write_leaves_what_was_there(trained, tmp_path, monkeypatch):
    out = tmp_path / "orders.parquet"
    guide = tmp_path / "orders.columns.md"
    out.write_text("old")
    guide.write_text("old")

    whole = dataset_file.sql_beside

    def broken(module, name):
        rows = "SELECT if(n < 300_000, n, error('disk full')) FROM range(400_000) r(n)"
        return rows if name == "dataset_row" else whole(module, name)

    monkeypatch.setattr(dataset_file, "sql_beside", broken)
    with pytest.raises(duckdb.Error, match="disk full"):
        write_dataset(trained, trained.settings, out)
    assert {file.read_text() for file in (out, guide)} == {"old"}
    assert sorted(tmp_path.iterdir()) == [guide, out]
