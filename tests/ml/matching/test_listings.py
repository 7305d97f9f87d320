from datetime import UTC, datetime

import pyarrow as pa
import pytest
from sqlmodel import select

from ml.matching import link_listings
from store.bulk import merge_rows
from store.tables import Listing, Product

AT = datetime(2026, 1, 1, tzinfo=UTC)
PRODUCTS = [
    {"product_id": "a", "title": "Lumenza Ribbed Leggings No. 17", "brand": "Lumenza"},
    {"product_id": "b", "title": "Kattara Glossy Tote No. 3", "brand": "Kattara"},
    {"product_id": "c", "title": "Kattara Glossy Tote No. 4", "brand": "Kattara"},
]


@pytest.fixture
def session(database):
    with database.writing() as session:
        more = {"list_price_minor": 5000, "currency": "USD"}
        rows = pa.Table.from_pylist([p | more for p in PRODUCTS])
        merge_rows(session, Product, rows)
        yield session


def judged(session, title, **given):
    row = {"site": "ebay", "listing_id": "1", "observed_at": AT, "title": title}
    row |= {"product_id": None, "query": None, "condition": None, "currency": "USD"}
    row |= {"price_minor": 2000, "status": "active", "best_offer_accepted": False}
    merge_rows(session, Listing, pa.Table.from_pylist([row | given]))
    assert link_listings(session) == 1
    session.expire_all()
    return session.exec(select(Listing)).one()


def test_a_listing_of_its_product(session):
    found = judged(session, "lumenza ribbed leggings no 17", product_id="a")
    assert (found.same_product_id, found.refused_for) == ("a", None)
    assert found.same_confidence > 0.8


def test_a_refused_listing_keeps_the_product_it_was_sought_for(session):
    found = judged(session, "Lumenza Ribbed Leggings No. 17 box only", product_id="a")
    assert (found.same_product_id, found.refused_for) == (None, "box_only")
    assert found.product_id == "a"
    assert found.same_confidence <= 0.02


@pytest.mark.parametrize(
    ("query", "title", "product"),
    [
        ("glossy tote no 4", "Kattara Glossy Tote No. 4 NWT", "c"),
        ("kattara glossy tote", "Kattara Glossy Tote No. 3 NWT", "b"),
        (None, "Lumenza Ribbed Leggings No. 17", "a"),
    ],
)
def test_a_search_finds_the_product_it_meant(session, query, title, product):
    assert judged(session, title, query=query).same_product_id == product


def test_one_of_two_that_are_alike_is_no_match(session):
    # It is a Kattara glossy tote, but nothing says which.
    found = judged(session, "Kattara Glossy Tote", query="kattara glossy tote")
    assert found.same_product_id is None
    assert found.same_confidence < 0.5


def test_no_match_is_an_answer(session):
    found = judged(session, "Quartz wrist watch", query="quartz wrist watch")
    assert (found.same_product_id, found.refused_for) == (None, "no_product")
    assert found.same_confidence is None


def test_the_condition_counts(session):
    title = "Lumenza Ribbed Leggings No. 17"
    found = judged(session, title, product_id="a", condition="For parts or not working")
    assert found.refused_for == "broken"


def test_a_price_in_another_currency_says_nothing(session):
    title = "Lumenza Ribbed Leggings No. 17"
    given = {"product_id": "a", "price_minor": 100}
    cheap = judged(session, title, **given).same_confidence
    session.delete(session.exec(select(Listing)).one())
    session.flush()
    unknown = judged(session, title, **given, currency="EUR").same_confidence
    assert cheap < unknown


def test_what_was_judged_stays(session):
    judged(session, "Lumenza Ribbed Leggings No. 17", product_id="a")
    assert link_listings(session) == 0
