"""What an order's row says of basket, moment and customer, and a product's of what came
back lately.
"""

from datetime import datetime, timedelta

import pyarrow as pa
import pytest

from ml.daily import link_asked, open_workbench
from ml.strangers import COUNTS
from store.tables import Order, Product, Return
from tests.ml.daily.comparing import assert_same, daily_tables
from tests.ml.daily.shop import START, add, days, product

NOON = START + timedelta(days=40, hours=12)
LINE = ("basket_count", "basket_value_usd", "price_usd")


def order(order_id: str, at: datetime = NOON, **columns) -> dict:
    """Return an order of one piece for 10 dollars."""
    return {
        "order_id": order_id,
        "customer_pseudonym": "c",
        "product_id": "p",
        "purchased_at": at,
        "unit_price_minor": 1_000,
        "currency": "USD",
        "quantity": 1,
    } | columns


def returned(order_id: str, at: datetime) -> dict:
    return {"order_id": order_id, "returned_at": at}


@pytest.fixture
def shop(database):
    add(database, Product, product("p"), product("q"))
    return database


def linked(database) -> dict[str, dict]:
    with open_workbench(database) as duck:
        rows = duck.sql("FROM linked_order").to_arrow_table().to_pylist()
    return {row["order_id"]: row for row in rows}


def told(row: dict, *names: str) -> tuple:
    return tuple(row[name] for name in names)


def test_lines_of_one_moment_are_one_basket(shop):
    moment = timedelta(seconds=1)
    add(
        shop,
        Order,
        order("a"),
        order("b", product_id="q", unit_price_minor=2_500, quantity=3),
        order("another's", customer_pseudonym="d"),
        order("before", NOON - moment),
        order("after", NOON + moment, product_id="q"),
    )
    rows = linked(shop)
    assert told(rows["a"], *LINE) == (2, 85, 10)
    assert told(rows["b"], *LINE) == (2, 85, 25)
    for alone in ("another's", "before", "after"):
        assert told(rows[alone], *LINE) == (1, 10, 10)


def test_a_line_without_a_rate_counts_and_has_no_value(shop):
    add(
        shop,
        Order,
        order("a"),
        order("b", currency="KES"),
        order("alone", customer_pseudonym="d", currency="KES"),
    )
    rows = linked(shop)
    assert told(rows["a"], *LINE) == (2, 10, 10)
    assert told(rows["b"], *LINE) == (2, 10, None)
    assert told(rows["alone"], *LINE) == (1, None, None)


def test_an_old_order_asked_about_gives_its_row_with_its_basket(shop):
    add(shop, Order, order("a"), order("b", product_id="q", quantity=2), order("c"))
    add(shop, Order, order("d", NOON - timedelta(days=3)), order("e", START))
    add(shop, Return, returned("d", NOON - timedelta(days=1)))
    with open_workbench(shop) as duck:
        training = duck.sql("FROM linked_order ORDER BY order_id").to_arrow_table()
        asked = duck.sql('FROM "order" ORDER BY order_id').to_arrow_table()
        for number in range(training.num_rows):
            one = link_asked(duck, asked.slice(number, 1))
            assert_same(one, training.slice(number, 1))
        pair = link_asked(duck, asked.slice(0, 2))
        assert pair["basket_count"].to_pylist() == [3, 3]
        assert pair["basket_value_usd"].to_pylist() == [40, 40]


def test_a_line_being_placed_stands_beside_those_in_the_store(shop):
    add(shop, Order, order("a"))
    with open_workbench(shop) as duck:
        asked = duck.sql('FROM "order"').to_arrow_table().to_pylist()
        new = [row | {"order_id": name} for row in asked for name in ("x", "y")]
        rows = link_asked(duck, pa.Table.from_pylist(new))
    assert rows["basket_count"].to_pylist() == [3, 3]
    assert rows["basket_value_usd"].to_pylist() == [30, 30]


def test_a_line_that_comes_in_later_reaches_the_basket(shop):
    add(shop, Order, order("a"), order("z", NOON + timedelta(days=9)))
    assert linked(shop)["a"]["basket_count"] == 1
    add(shop, Order, order("b", product_id="q"))
    rows = linked(shop)
    assert [rows[name]["basket_count"] for name in "abz"] == [2, 2, 1]


@pytest.mark.parametrize(
    ("day", "hour", "weekday"),  # 1 January 2026 was a Thursday
    [(0, 0, 3), (3, 23, 6), (4, 5, 0)],
)
def test_the_moment_is_told_in_utc(shop, day, hour, weekday):
    at = START + timedelta(days=day, hours=hour, minutes=59)
    add(shop, Order, order("a", at))
    row = linked(shop)["a"]
    assert told(row, "purchased_hour", "purchased_weekday") == (hour, weekday)


def test_a_customers_past_ends_the_day_before(shop):
    midnight = NOON.replace(hour=0)
    second = timedelta(seconds=1)
    add(
        shop,
        Order,
        order("early", START),
        order("yesterday", midnight - second),
        order("today", midnight),
        order("other", START, customer_pseudonym="d"),
        order("a"),
    )
    add(
        shop,
        Return,
        returned("early", midnight - second),
        returned("yesterday", midnight),
        returned("other", START + timedelta(days=2)),
    )
    names = "customer_order_count", "customer_return_count", "customer_return_rate"
    rows = linked(shop)
    assert told(rows["a"], *names) == (2, 1, 1.5 / 4)
    assert told(rows["early"], *names) == (0, 0, 0.25)
    with open_workbench(shop) as duck:
        asked = duck.sql("FROM \"order\" WHERE order_id = 'a'").to_arrow_table()
        next_day = asked.to_pylist()[0] | {"purchased_at": midnight + timedelta(1)}
        row = link_asked(duck, pa.Table.from_pylist([next_day])).to_pylist()[0]
    # The newest day there is: its orders and the return of that midnight count.
    assert told(row, *names) == (4, 2, 2.5 / 6)


def test_the_first_order_of_all_has_the_counts_of_a_product_nobody_knows(shop):
    add(shop, Order, order("first", START), order("a"))
    rows = linked(shop)
    counts = set(COUNTS) & rows["first"].keys()
    assert {"rating_n", "order_count"} <= counts
    assert {rows["first"][name] for name in counts} == {0}
    assert rows["a"]["order_count"] == 1


def test_what_came_back_counts_for_thirty_days(shop):
    back = START + timedelta(days=10, hours=23)
    add(
        shop, Order, *(order(str(n), START, customer_pseudonym=str(n)) for n in "12345")
    )
    add(
        shop,
        Return,
        returned("1", back),
        returned("2", back),
        returned("3", back + timedelta(days=1)),
        returned("4", back + timedelta(days=60)),
    )
    recent = {day: row["recent_return_n"] for day, row in days(shop).items()}
    assert [recent[day] for day in (0, 9, 10, 11, 39, 40, 41, 69, 70)] == [
        *(0, 0, 2, 3, 3, 1, 0, 0, 1)
    ]


def test_days_added_one_by_one_know_what_came_back_before(shop):
    add(shop, Order, *(order(str(n), START, customer_pseudonym=str(n)) for n in "123"))
    for number, day in ((1, 3), (2, 31), (3, 33)):
        add(shop, Return, returned(str(number), START + timedelta(days=day)))
        with open_workbench(shop) as duck:
            followed = daily_tables(duck)
    for file in shop.settings.data_dir.glob("workbench.*"):
        file.unlink()
    with open_workbench(shop) as duck:
        anew = daily_tables(duck)
    for name, rows in anew.items():
        assert_same(followed[name], rows)
    recent = anew["product_day"]["recent_return_n"].to_pylist()
    assert recent[30:34] == [1, 2, 2, 2]
