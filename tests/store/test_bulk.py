from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from sqlalchemy import inspect
from sqlmodel import select

from store.bulk import merge_rows, replace_rows, sql_table
from store.reading import BLOCK_BYTES, read_rows
from store.tables import Change, HashtagSnapshot, Product, Review

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


def test_texts_come_out_letter_by_letter(database):
    controls = "".join(map(chr, range(1, 32))) + "\x7f\x85"
    texts = ["", controls, '\\"\\n', "{'a': [1]}", "\u2028 \ufeff", "🧦👨‍👩‍👧", "\r\n"]
    rows = pa.table(
        {
            "product_id": [f"p{n}" for n in range(len(texts))],
            "title": texts,
            "currency": ["USD"] * len(texts),
        }
    )
    with database.writing() as session:
        merge_rows(session, Product, rows)
        query = select(sql_table(Product).c.title).order_by("product_id")
        assert read_rows(session, query)["title"].to_pylist() == texts


def test_a_text_longer_than_a_block_comes_out_whole(database):
    title = "ü" * (BLOCK_BYTES + 1)
    with database.writing() as session:
        merge_rows(session, Product, products(("a", "A", 1), ("b", title, 1)))
        query = select(sql_table(Product).c.title).order_by("product_id")
        assert read_rows(session, query)["title"].to_pylist() == ["A", title]


def test_numbers_come_out_to_the_last_bit(database):
    rng = np.random.default_rng(1)
    size = 10.0 ** rng.integers(-12, 13, 2_000)
    values = [0.1 + 0.2, 1 / 3, -27.99, *(rng.standard_normal(2_000) * size)]
    rows = pa.table(
        {
            "review_id": [f"r{n:05}" for n in range(len(values))],
            "product_id": ["a"] * len(values),
            "reviewed_at": pa.array([AT] * len(values), pa.timestamp("us", "UTC")),
            "polarity": values,
        }
    )
    with database.writing() as session:
        merge_rows(session, Product, products(("a", "A", 1)))
        merge_rows(session, Review, rows)
        query = select(sql_table(Review).c.polarity).order_by("review_id")
        assert read_rows(session, query)["polarity"].to_pylist() == values


def test_rows_arrive_batch_by_batch(database):
    # More than fit into one statement and one batch, and some left over.
    first = products(*((f"p{n:03}", f"Title {n}", n) for n in range(257)))
    more = products(*((f"p{n:03}", f"Title {n}", n + n % 2) for n in range(300)))
    with database.writing() as session:
        filled = merge_rows(session, Product, first.to_reader(120))
        merged = merge_rows(session, Product, more.to_reader(120))
        query = select(*(sql_table(Product).c[n] for n in more.column_names))
        found = read_rows(session, query.order_by("product_id"))
    assert (filled.added, filled.updated, filled.unchanged) == (257, 0, 0)
    assert (merged.added, merged.updated, merged.unchanged) == (43, 128, 129)
    assert found.to_pylist() == more.to_pylist()


def test_a_first_fill_leaves_indexes_and_a_note(database):
    seen = [AT, AT - timedelta(3), AT - timedelta(1)]
    rows = pa.table(
        {
            "hashtag": ["b", "a", "a"],
            "observed_at": pa.array(seen, pa.timestamp("us", "UTC")),
            "source": ["import"] * 3,
        }
    )
    with database.writing() as session:
        merge_rows(session, HashtagSnapshot, rows)
    with database.reading() as session:
        (change,) = session.exec(select(Change)).all()
        indexes = inspect(session.connection()).get_indexes("hashtag_snapshot")
    assert (change.changed_table, change.from_day) == (
        "hashtag_snapshot",
        date(2026, 2, 26),
    )
    assert [i["name"] for i in indexes] == ["ix_hashtag_snapshot_observed_at"]


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
