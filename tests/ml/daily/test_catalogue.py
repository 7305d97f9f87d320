"""What changes in the catalogue reaches the whole history of the product."""

from datetime import timedelta

import pyarrow as pa
import pytest

from ml.daily import open_workbench
from store.bulk import merge_rows
from store.database import open_database
from store.settings import Settings
from store.tables import HashtagSnapshot, Order, Product, ProductHashtag
from tests.ml.daily.worlds import START, arrive, clear, link


@pytest.fixture
def shop(tmp_path):
    database = open_database(Settings(data_dir=tmp_path))
    clear(database)
    totals = [
        (
            HashtagSnapshot,
            {
                "hashtag": "a",
                "observed_at": START + timedelta(days=day),
                "view_count": 10_000 * day,
                "source": "import",
            },
        )
        for day in range(20)
    ]
    order = {
        "order_id": "o",
        "customer_pseudonym": "c",
        "product_id": "p1",
        "purchased_at": START + timedelta(days=15),
        "unit_price_minor": 1000,
        "currency": "USD",
        "quantity": 1,
    }
    arrive(database, [*totals, (Order, order)])
    with open_workbench(database):
        pass
    yield database
    database.close()


def hashtags_of(database, product_id: str) -> set[str | None]:
    with open_workbench(database) as duck:
        found = duck.execute(
            "SELECT DISTINCT hashtag FROM product_day WHERE product_id = ?",
            [product_id],
        ).fetchall()
    return {row[0] for row in found}


def test_a_hashtag_that_is_no_longer_its_own_is_gone_from_its_past(shop):
    assert "a" in hashtags_of(shop, "p1")
    with shop.writing() as session:
        session.delete(session.get(ProductHashtag, ("p1", "a")))
    assert hashtags_of(shop, "p1") == {None}


def test_a_new_hashtag_reaches_its_past(shop):
    with shop.writing() as session:
        link(session, "p3", "a")
    assert hashtags_of(shop, "p3") == {"a"}


def test_a_new_brand_reaches_the_orders_that_were_linked(shop):
    with shop.writing() as session:
        row = {"product_id": "p1", "title": "p1", "brand": "Lumenza"}
        merge_rows(session, Product, pa.Table.from_pylist([row]))
    with open_workbench(shop) as duck:
        brands = duck.execute("SELECT brand FROM linked_order").fetchall()
    assert brands == [("Lumenza",)]


def test_a_new_product_has_its_days(shop):
    with shop.writing() as session:
        row = {"product_id": "new", "title": "new", "currency": "USD"}
        merge_rows(session, Product, pa.Table.from_pylist([row]))
        link(session, "new", "a")
    assert hashtags_of(shop, "new") == {"a"}
