from datetime import UTC, datetime

import pyarrow as pa
import pytest
from sqlmodel import select

from store.bulk import merge_rows, read_rows, replace_rows, sql_table
from store.tables import Product, Review

AT = datetime(2026, 3, 1, 12, 30, 0, 250_000, UTC)


def products(*rows: tuple[str, str, int | None]) -> pa.Table:
    ids, titles, prices = zip(*rows, strict=True)
    return pa.table(
        {
            "product_id": ids,
            "title": titles,
            "list_price_minor": pa.array(prices, pa.int64()),
        }
    )


def test_a_merge_says_what_it_did(database):
    with database.writing() as session:
        first = merge_rows(session, Product, products(("a", "A", 1), ("b", "B", None)))
        again = merge_rows(session, Product, products(("a", "A", 1), ("b", "B", None)))
        third = merge_rows(session, Product, products(("b", "B", 5), ("c", "C", 2)))
    assert (first.added, first.updated, first.unchanged) == (2, 0, 0)
    assert (again.added, again.updated, again.unchanged) == (0, 0, 2)
    assert (third.added, third.updated, third.unchanged) == (1, 1, 0)
    with database.reading() as session:
        found = {
            p.product_id: p.list_price_minor for p in session.exec(select(Product))
        }
    assert found == {"a": 1, "b": 5, "c": 2}


def test_what_goes_in_comes_out(database):
    text = 'two\nlines, "quoted", ünïcode, and an empty next'
    rows = pa.table(
        {
            "review_id": ["r1", "r2"],
            "product_id": ["a", "a"],
            "reviewed_at": pa.array(
                [AT, AT.replace(microsecond=0)], pa.timestamp("us", "UTC")
            ),
            "rating": [4.5, None],
            "text": [text, None],
            "polarity": pa.array([None, -1.0], pa.float64()),
        }
    )
    with database.writing() as session:
        merge_rows(session, Product, products(("a", "A", 1)))
        merge_rows(session, Review, rows)
        assert merge_rows(session, Review, rows).unchanged == 2
    with database.reading() as session:
        assert session.get(Review, "r1").reviewed_at == AT
        query = select(*(sql_table(Review).c[n] for n in rows.column_names)).order_by(
            "review_id"
        )
        assert read_rows(session, query).to_pylist() == rows.to_pylist()


def test_replace_leaves_nothing_of_before(database):
    with database.writing() as session:
        merge_rows(session, Product, products(("a", "A", 1)))
        replace_rows(session, Product, products(("z", "Z", 1)))
    with database.reading() as session:
        assert [p.product_id for p in session.exec(select(Product))] == ["z"]


def test_an_error_leaves_no_trace(database):
    def write_and_fail():
        with database.writing() as session:
            merge_rows(session, Product, products(("a", "A", 1)))
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        write_and_fail()
    with database.reading() as session:
        assert session.exec(select(Product)).all() == []
