"""Small made-up worlds: observations in any order, with corrections, brought into a
store.
"""

from datetime import UTC, datetime, timedelta

import pyarrow as pa
from hypothesis import strategies as st

from store.bulk import arrow_schema, merge_rows, sql_table
from store.changes import KNOWN_AT
from store.database import Database
from store.tables import (
    Change,
    HashtagSnapshot,
    Listing,
    Order,
    Product,
    ProductHashtag,
    Return,
    Review,
    Table,
    Video,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
PRODUCTS = ("p1", "p2", "p3")
moments = st.integers(0, 70 * 24).map(lambda hours: START + timedelta(hours=hours))
# Few enough that several lines are bought at one of them.
baskets = st.sampled_from([START + timedelta(days=day, hours=9) for day in (20, 60)])
some = st.sampled_from


def snapshot(draw):
    return HashtagSnapshot, {
        "hashtag": draw(some("ab")),
        "observed_at": draw(moments),
        "view_count": draw(st.integers(0, 10**7)),
        "source": "import",
    }


def video(draw):
    return Video, {
        "video_id": draw(some("uvw")),
        "hashtag": draw(some("ab")),
        "observed_at": draw(moments),
        "view_count": draw(st.integers(0, 10**6)),
        "like_count": draw(st.integers(0, 10**4)),
        "comment_count": draw(st.integers(0, 100)),
        "share_count": 3,
    }


def listing(draw):
    return Listing, {
        "site": "ebay",
        "listing_id": draw(some("123456")),
        "observed_at": draw(moments),
        "product_id": draw(some(PRODUCTS)),
        "title": "Thing",
        "price_minor": draw(st.integers(100, 9000)),
        "currency": "USD",
        "condition": draw(some(["New with tags", "Pre-Owned"])),
        "status": draw(some(["active", "sold", "ended"])),
        "best_offer_accepted": False,
    }


def review(draw):
    return Review, {
        "review_id": draw(some("klmnop")),
        "product_id": draw(some(PRODUCTS)),
        "reviewed_at": draw(moments),
        "rating": draw(some([None, 1.0, 4.3])),
        "polarity": draw(some([-0.5, 0.25])),
        "regret_score": draw(some([None, 0.1, 0.75])),
        "language": draw(some(["en", "de"])),
    }


def order(draw):
    return Order, {
        "order_id": draw(some("abcdefgh")),
        "customer_pseudonym": draw(some("cd")),
        "product_id": draw(some(PRODUCTS)),
        "purchased_at": draw(baskets | moments),
        "unit_price_minor": 1000,
        "currency": draw(some(["USD", "EUR"])),
        "quantity": draw(st.integers(1, 3)),
    }


def returned(draw):
    return Return, {
        "order_id": draw(some("abcdefgh")),
        "returned_at": draw(moments),
    }


KINDS = (snapshot, video, listing, review, order, returned)


@st.composite
def arrivals(draw) -> list[tuple[type[Table], dict]]:
    """A batch of rows; some correct what came before under the same key."""
    return [draw(some(KINDS))(draw) for _ in range(draw(st.integers(1, 8)))]


def clear(database: Database) -> None:
    with database.writing() as session:
        for table in (*reversed(KNOWN_AT), ProductHashtag, Product, Change):
            session.execute(sql_table(table).delete())
        rows = [
            {"product_id": p, "title": p, "category": c, "list_price_minor": 5000}
            | {"currency": "USD"}
            for p, c in zip(PRODUCTS, ("x", "x", None), strict=True)
        ]
        merge_rows(session, Product, pa.Table.from_pylist(rows))
        link(session, "p1", "a")
    for file in database.settings.data_dir.glob("workbench.*"):
        file.unlink()


def link(session, product_id: str, hashtag: str) -> None:
    row = {"product_id": product_id, "hashtag": hashtag, "confidence": 0.9}
    rows = pa.Table.from_pylist([row | {"method": "title"}])
    merge_rows(session, ProductHashtag, rows)


def arrive(database: Database, batch: list[tuple[type[Table], dict]]) -> None:
    with database.writing() as session:
        for table, row in batch:
            if table is Return and not has_order(session, row["order_id"]):
                continue
            columns = sql_table(table).columns
            schema = arrow_schema([columns[name] for name in row])
            merge_rows(session, table, pa.Table.from_pylist([row], schema))


def has_order(session, order_id: str) -> bool:
    return session.get(Order, order_id) is not None


def listing_on(day: int, product_id: str) -> dict:
    return {
        "site": "ebay",
        "listing_id": f"{product_id}{day}",
        "observed_at": START + timedelta(days=day),
        "product_id": product_id,
        "title": "Thing",
        "price_minor": 2500,
        "currency": "USD",
        "condition": "Pre-Owned",
        "status": "active",
        "best_offer_accepted": False,
    }
