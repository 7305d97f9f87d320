"""What a second-hand offer says, and its form for each site."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from interventions.resale.ebay import EbayOffer, InventoryItem, ebay_draft
from interventions.resale.offer import Returned, resale_offer, resale_price
from interventions.resale.poshmark import PoshmarkListing, poshmark_draft

BOUGHT = datetime(2026, 11, 1, tzinfo=UTC)


def thing(**changed) -> Returned:
    values = {
        "order_id": "o1",
        "product_id": "p1",
        "title": "Ribbed leggings",
        "brand": "Oak",
        "gtin": "4006381333931",
        "reason": "changed mind",
        "purchased_at": BOUGHT,
        "returned_at": BOUGHT + timedelta(days=6),
        "list_price_usd": 50.0,
        "resale_drop": 0.6,
        "resale_median_sold_usd": 15.0,
    }
    return Returned(**values | changed)


@pytest.mark.parametrize(
    ("changed", "price"),
    [
        ({}, "15.00"),
        ({"resale_median_sold_usd": None}, "20.00"),
        ({"resale_median_sold_usd": 80.0}, "50.00"),
        ({"resale_median_sold_usd": 80.0, "list_price_usd": None}, "80.00"),
        ({"resale_median_sold_usd": None, "resale_drop": None}, None),
        ({"resale_median_sold_usd": None, "resale_drop": 1.0}, None),
    ],
)
def test_the_price_is_what_it_sells_for(changed, price):
    assert resale_price(thing(**changed)) == (price and Decimal(price))


def test_what_has_a_fault_is_left_to_people():
    assert resale_offer(thing(reason="arrived damaged")) is None
    assert resale_offer(thing(reason=None)) is not None


def test_ebay_gets_an_item_and_an_offer_and_is_told_what_is_missing():
    returned = thing()
    offer = resale_offer(returned, "https://cdn.example/{product_id}/{order_id}.jpg")
    draft = ebay_draft(returned, offer)
    item, ask = draft["inventory_item"], draft["offer"]
    assert item["product"]["title"] == "Oak Ribbed leggings"
    assert item["product"]["imageUrls"] == ["https://cdn.example/p1/o1.jpg"]
    assert item["product"]["ean"] == ["4006381333931"]
    assert item["product"]["aspects"] == {"Brand": ["Oak"]}
    assert item["condition"] == "NEW_OTHER"
    assert item["availability"] == {"shipToLocationAvailability": {"quantity": 1}}
    assert ask["sku"] == "return-o1"
    assert (ask["marketplaceId"], ask["format"]) == ("EBAY_US", "FIXED_PRICE")
    assert ask["pricingSummary"] == {"price": {"currency": "USD", "value": "15.00"}}
    assert "categoryId" in draft["missing"]
    assert "product.imageUrls" not in draft["missing"]
    assert (
        "product.imageUrls" in ebay_draft(returned, resale_offer(returned))["missing"]
    )


def test_poshmark_takes_whole_dollars_from_three_on():
    cheap = thing(resale_median_sold_usd=2.49)
    assert poshmark_draft(cheap, resale_offer(cheap)) is None
    dear = thing(resale_median_sold_usd=14.5)
    fields = poshmark_draft(dear, resale_offer(dear))["fields"]
    assert (fields["listing_price"], fields["original_price"]) == (15, 50)


@example("word " * 50, "Brand " * 20, 9.5, 31, "o" * 80)
@given(
    title=st.text(min_size=1).filter(str.strip),
    brand=st.none() | st.text(),
    sold=st.floats(3, 1e6),
    days=st.integers(0, 4000),
    order_id=st.text(min_size=1, max_size=80),
)
def test_whatever_came_back_fits_the_forms(title, brand, sold, days, order_id):
    returned = thing(
        title=title,
        brand=brand,
        resale_median_sold_usd=sold,
        order_id=order_id,
        returned_at=BOUGHT + timedelta(days=days),
        list_price_usd=None,
    )
    offer = resale_offer(returned)
    draft = ebay_draft(returned, offer)
    InventoryItem.model_validate(draft["inventory_item"])
    EbayOffer.model_validate(draft["offer"])
    PoshmarkListing.model_validate(poshmark_draft(returned, offer)["fields"])
