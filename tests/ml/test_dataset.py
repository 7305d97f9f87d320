"""The linked dataset as it is written, and the guide to its columns beside it."""

import pytest
from pyarrow import parquet

from ml.dataset_columns import DERIVED, column_guide, column_told
from ml.dataset_file import write_dataset


@pytest.fixture(scope="module")
def linked(imported, tmp_path_factory):
    """The market's dataset: its rows and its guide."""
    out = tmp_path_factory.mktemp("linked") / "orders.parquet"
    result = write_dataset(imported, imported.settings, out)
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
        column_guide(rows.rename_columns(["surprise", *rows.column_names[1:]]), "x")


def test_a_broken_write_leaves_what_was_there(imported, tmp_path, monkeypatch):
    out = tmp_path / "orders.parquet"
    guide = tmp_path / "orders.columns.md"
    out.write_text("old")
    guide.write_text("old")

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(parquet, "write_table", fail)
    with pytest.raises(OSError, match="disk full"):
        write_dataset(imported, imported.settings, out)
    assert {file.read_text() for file in (out, guide)} == {"old"}
    assert sorted(tmp_path.iterdir()) == [guide, out]
