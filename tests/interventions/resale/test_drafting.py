"""Drafts of what came back, on real databases."""

from datetime import date, timedelta

import pytest
from sqlmodel import select

from interventions.resale import draft_listings
from interventions.resale.listing import listed, poshmark_fields
from store.errors import InvalidError, MissingError
from store.tables import (
    ListingDraft,
    Order,
    Prediction,
    Product,
    ProductDay,
    Return,
)
from tests.interventions.channels.conftest import NOW


@pytest.fixture
def came_back(database):
    """Store an order that came back, with what was thought of it."""

    def came_back(order_id, risk=0.8, reason=None, product_id="p1", days_ago=1):
        with database.writing() as session:
            if session.get(Product, product_id) is None:
                session.add(Product(product_id=product_id, title="Leggings"))
                session.flush()
            session.add(
                Order(
                    order_id=order_id,
                    customer_pseudonym="a" * 64,
                    product_id=product_id,
                    purchased_at=NOW - timedelta(days=9),
                    unit_price_minor=5000,
                    currency="USD",
                )
            )
            session.flush()
            back = NOW - timedelta(days=days_ago)
            session.add(Return(order_id=order_id, returned_at=back, reason=reason))
            session.add(
                Prediction(
                    order_id=order_id,
                    night=date(2026, 11, 13),
                    risk=risk,
                    evidence="enough",
                    target="regret",
                    model_version="v1",
                    trained_on="retailer",
                    predicted_at=NOW - timedelta(days=7),
                )
            )

    return came_back


@pytest.fixture
def priced(database):
    def priced(day, sold, product_id="p1"):
        with database.writing() as session:
            row = {"product_id": product_id, "day": day, "list_price_usd": 50.0}
            session.add(ProductDay(resale_median_sold_usd=sold, **row))

    return priced


def test_each_risky_return_gets_its_drafts_once(database, came_back, priced):
    came_back("o1")
    came_back("o2", risk=0.7)
    came_back("o3", risk=None)
    came_back("o4", reason="damaged")
    came_back("o5", product_id="p2")
    came_back("o6", days_ago=-1)
    priced(NOW.date() - timedelta(days=3), 30.0)
    priced(NOW.date() - timedelta(days=1), 20.0)
    priced(NOW.date(), 10.0)
    made = draft_listings(database, database.settings, NOW)
    assert made == {"ebay": 1, "poshmark": 1, "faulty": 1, "no_price": 1}
    again = draft_listings(database, database.settings, NOW)
    assert again == {"faulty": 1, "no_price": 1}
    with database.reading() as session:
        rows = session.exec(select(ListingDraft)).all()
    assert {(row.order_id, row.site) for row in rows} == {
        ("o1", "ebay"),
        ("o1", "poshmark"),
    }
    first, second = listed(database)
    assert (first["site"], first["price"]) == ("ebay", "20.00")
    assert (second["title"], second["price"]) == ("Leggings", "20")
    assert poshmark_fields(database, "o1", "poshmark").listing_price == 20


def test_what_is_not_there_is_told(database):
    with pytest.raises(MissingError, match="no poshmark draft of order o9"):
        poshmark_fields(database, "o9", "poshmark")
    with pytest.raises(InvalidError, match="only poshmark"):
        poshmark_fields(database, "o9", "ebay")
