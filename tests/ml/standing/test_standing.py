"""Sums of sales and of what is at risk, against the orders themselves."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, func, select

from ml.daily import open_workbench
from ml.standing.sales import store_sales
from store.bulk import sql_table
from store.people import forgetting
from store.tables import (
    Finding,
    Order,
    Product,
    ProductHashtag,
    Return,
    RiskCard,
    RiskWeek,
    SalesDay,
)
from tests.ml.daily.shop import add, product
from tests.shops import shop_of_ones_own, trained_shop

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
SUMS = (
    "order_count",
    "unit_count",
    "sales_cents",
    "returned_count",
    "returned_cents",
    "coded_count",
    "regretted_count",
)


def order(number: int, day: int, product_id: str, **columns) -> dict:
    return {
        "order_id": f"order-{number:04}",
        "customer_pseudonym": f"{number % 7:032x}",
        "product_id": product_id,
        "purchased_at": START + timedelta(day),
        "unit_price_minor": 2_000 + number,
        "currency": "USD",
        "quantity": 1 + number % 3,
    } | columns


def returned(number: int, day: int, reason: str | None) -> dict:
    at = START + timedelta(day)
    return {"order_id": f"order-{number:04}", "returned_at": at, "reason": reason}


@pytest.fixture
def filled(database):
    add(
        database,
        Product,
        product("p", category="leggings"),
        product("q", category=None),
    )
    link = {"hashtag": "tights", "method": "test"}
    add(
        database,
        ProductHashtag,
        {"product_id": "p", "confidence": 0.9} | link,
        {"product_id": "q", "confidence": 0.4} | link,
    )
    days = [(n, n % 5, "p" if n % 3 else "q") for n in range(40)]
    add(database, Order, *(order(*row) for row in days))
    add(
        database,
        Return,
        returned(1, 9, "changed mind"),
        returned(3, 9, "Changed Mind "),
        returned(4, 10, "damaged"),
        returned(6, 12, None),
        returned(7, 12, " "),
    )
    return database


def store(database) -> int:
    with open_workbench(database) as duck:
        return store_sales(duck, database, database.settings)


def rows(database, scope=None) -> dict:
    table = sql_table(SalesDay).c
    query = select(table.scope, table.key, table.day, *(table[s] for s in SUMS))
    if scope:
        query = query.where(table.scope == scope)
    with database.reading() as session:
        return {tuple(row[:3]): tuple(row[3:]) for row in session.execute(query)}


def totals(database) -> dict:
    found: dict = {}
    for (scope, key, _), sums in rows(database).items():
        before = found.get((scope, key), (0,) * len(SUMS))
        found[scope, key] = tuple(a + b for a, b in zip(before, sums, strict=True))
    return found


def test_every_scope_has_its_sums(filled):
    assert store(filled) == len(rows(filled))
    with filled.reading() as session:
        orders = session.execute(select(*sql_table(Order).c)).mappings().all()
    cents = Counter()
    for row in orders:
        cents[row["product_id"]] += row["unit_price_minor"] * row["quantity"]
    found = totals(filled)
    assert set(found) == {
        ("shop", ""),
        ("category", "leggings"),
        ("category", ""),
        ("hashtag", "tights"),
        ("product", "p"),
        ("product", "q"),
    }
    p = dict(zip(SUMS, found["product", "p"], strict=True))
    assert p["order_count"] == 26
    assert p["sales_cents"] == cents["p"]
    assert (p["returned_count"], p["coded_count"], p["regretted_count"]) == (3, 2, 1)
    q = dict(zip(SUMS, found["product", "q"], strict=True))
    assert (q["returned_count"], q["coded_count"], q["regretted_count"]) == (2, 1, 1)
    assert found["hashtag", "tights"] == found["product", "p"]
    assert found["category", ""] == found["product", "q"]
    assert found["shop", ""] == tuple(
        map(sum, zip(found["product", "p"], found["product", "q"], strict=True))
    )


def test_only_what_differs_is_written(filled):
    store(filled)
    assert store(filled) == 0
    add(filled, Return, returned(8, 13, "too small"))
    # Order 8 is of product p, bought on the fourth day: p, its hashtag, category, shop.
    assert store(filled) == 4
    day = (START + timedelta(3)).date()
    assert rows(filled)["product", "p", day][SUMS.index("returned_count")] == 1


def test_rows_without_orders_go(filled):
    store(filled)
    with filled.writing() as session:
        session.execute(delete(Return))
        late = sql_table(Order).c.purchased_at >= START + timedelta(4)
        session.execute(delete(Order).where(late))
        forgetting.note_change(session, Order, START.date())
    store(filled)
    left = {day for _, _, day in rows(filled)}
    assert left == {(START + timedelta(n)).date() for n in range(4)}


def test_a_lost_workbench_makes_no_difference(filled):
    store(filled)
    before = rows(filled)
    for file in filled.settings.data_dir.glob("workbench.duckdb*"):
        file.unlink()
    store(filled)
    assert rows(filled) == before


def test_days_and_windows_are_told(filled):
    store(filled)
    with filled.reading() as session:
        told = session.get(Finding, "span").body
    last = (START + timedelta(12)).date()
    assert told["first"] == START.date().isoformat()
    assert told["last"] == last.isoformat()
    closed = last - timedelta(filled.settings.return_window_days)
    assert told["closed_through"] == closed.isoformat()


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("standing")
    with shop_of_ones_own(trained_shop(tmp_path_factory), folder) as database:
        yield database


def test_a_week_has_the_cards_risks_and_what_is_open(shop):
    with shop.reading() as session:
        week = {
            (row["scope"], row["key"]): row
            for row in session.execute(select(*sql_table(RiskWeek).c)).mappings()
        }
        cards = dict(
            session.execute(
                select(sql_table(RiskCard).c.product_id, sql_table(RiskCard).c.payload)
            ).all()
        )
        (day,) = {row["day"] for row in week.values()}
        opened = day - timedelta(shop.settings.return_window_days)
        o, r = sql_table(Order).c, sql_table(Return).c
        open_orders = session.execute(
            select(o.product_id, o.unit_price_minor * o.quantity)
            .outerjoin(sql_table(Return), r.order_id == o.order_id)
            .where(func.date(o.purchased_at) > opened.isoformat(), r.order_id.is_(None))
            .where(func.date(o.purchased_at) <= day.isoformat())
        ).all()
    products = {key: row for (scope, key), row in week.items() if scope == "product"}
    assert set(products) == set(cards)
    for key, row in products.items():
        assert row["risk"] == pytest.approx(cards[key]["risk"])
        assert row["risk_low"] == pytest.approx(cards[key]["risk_low"])
        assert row["at_stake_cents"] == pytest.approx(
            row["open_cents"] * row["risk"], abs=1
        )
    whole = week["shop", ""]
    assert whole["open_count"] == sum(pid in products for pid, _ in open_orders) > 0
    assert whole["order_count"] == sum(p["order_count"] for p in products.values()) > 0
    expected = sum(p["risk"] * p["order_count"] for p in products.values())
    assert whole["expected_count"] == pytest.approx(expected)
    assert whole["risk"] == pytest.approx(expected / whole["order_count"])
    assert whole["risk_low"] < whole["risk"] < whole["risk_high"]
    assert whole["at_stake_cents"] == sum(
        p["at_stake_cents"] for p in products.values()
    )
    assert {row["week"] for row in week.values()} == {day - timedelta(day.weekday())}
    assert isinstance(day, date)
