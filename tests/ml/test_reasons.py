import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.reasons import MOST_REASONS, TELLERS, reasons_for

AT = datetime(2026, 10, 31, tzinfo=UTC)
NOW = datetime(2026, 11, 3, 14, 30, tzinfo=UTC)
PRODUCT = {
    "hashtag": "ribbedleggings",
    "level": 0.21,
    "days_since_peak": 52,
    "trend_as_of": AT,
    "resale_drop": 0.38,
    "resale_median_ask_usd": 73.9,
    "resale_n": 5,
    "resale_as_of": AT,
    "sentiment_score": -0.4,
    "sentiment_n": 3,
    "sentiment_as_of": AT,
    "return_rate": 0.123,
    "return_n": 24,
    "return_as_of": AT,
    "price_usd": 48.0,
    "list_price_usd": 60.0,
    "category": "Clothing",
    "brand": "Lumenza",
}
RATED = {"rating_mean": 2.41, "rating_n": 3, "rating_as_of": AT}
ORDER = PRODUCT | {
    "customer_order_count": 5,
    "customer_return_count": 3,
    "basket_count": 1,
}


def told(code, facts=ORDER, **changed):
    """Return what is said of one group, an empty text where nothing is."""
    reasons = reasons_for(facts | changed, {code: 0.1}, NOW)
    return reasons[0].text if reasons else ""


def test_reasons_name_their_facts():
    effects = {"resale": -0.04, "trend": 0.2, "sentiment": 0.03}
    trend, resale, sentiment = reasons_for(PRODUCT, effects, NOW)
    assert trend.text == (
        "#ribbedleggings peaked 52 days ago and is down to 21% of its peak views"
    )
    assert resale.text == (
        "Second-hand it goes for about 38% below its list price (5 offers and sales)"
    )
    assert sentiment.text == "Its 3 reviews are poor"
    assert (trend.effect, resale.effect, trend.as_of) == (0.2, -0.04, AT)


def test_the_strongest_come_first_and_slight_ones_not_at_all():
    effects = dict(zip(TELLERS, (0.004, -0.3, 0.1, 0.2, -0.25, 0.006), strict=True))
    codes = [reason.code for reason in reasons_for(ORDER, effects, NOW)]
    assert codes == ["resale", "price", "returns"]
    assert reasons_for(PRODUCT, {"trend": 0.0049, "price": -0.0049}, NOW) == []


def test_one_of_which_nothing_is_known_leaves_its_place_to_the_next():
    effects = {"trend": 0.5, "sentiment": 0.4, "buyer": 0.3, "price": 0.01}
    found = reasons_for(PRODUCT | {"hashtag": None}, effects, NOW)
    assert [reason.code for reason in found] == ["sentiment", "price"]


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({}, "It costs $48, 20% under its list price of $60"),
        ({"price_usd": 47.99}, "It costs $47.99, 20% under its list price of $60"),
        ({"price_usd": 90.0}, "It costs $90, 50% over its list price of $60"),
        ({"price_usd": 1234.5}, "It costs $1,234.50, 1958% over its list price of $60"),
        ({"price_usd": 59.99}, "It costs $59.99, just under its list price of $60"),
        ({"price_usd": 60.0}, "Its list price is $60"),
        ({"price_usd": 60.000000000000007}, "Its list price is $60"),
        (
            {"price_usd": 60.0, "price_source": "the product page"},
            "It costs its list price of $60",
        ),
        ({"list_price_usd": None}, "It costs $48"),
        ({"list_price_usd": 0.0}, "It costs $48"),
    ],
)
def test_the_price_is_told_beside_the_list_price(changed, text):
    kind = " (category Clothing, brand Lumenza)"
    assert told("price", **changed) == text + kind
    assert told("price", category=None, brand=" ", **changed) == text


@pytest.mark.parametrize(
    ("category", "brand", "text"),
    [
        ("Clothing", None, "Category Clothing"),
        (None, "lululemon", "Brand lululemon"),
        ("Home", "IKEA", "Category Home, brand IKEA"),
        ("Home\n & Garden", "", "Category Home & Garden"),
        ("x" * 200, "", "Category " + "x" * 59 + "…"),
        (None, None, ""),
    ],
)
def test_without_a_price_the_kind_is_told(category, brand, text):
    assert told("price", price_usd=None, category=category, brand=brand) == text


def test_a_price_is_as_of_the_moment_asked_and_says_where_it_was_read():
    (reason,) = reasons_for(PRODUCT, {"price": 0.1}, NOW)
    assert (reason.as_of, reason.source) == (NOW, "the shop")
    facts = PRODUCT | {"price_source": "the product page"}
    assert reasons_for(facts, {"price": 0.1}, NOW)[0].source == "the product page"


@pytest.mark.parametrize(
    ("ordered", "back", "text"),
    [
        (5, 3, "This customer sent back 3 of 5 earlier orders"),
        (5, 0, "This customer sent back none of 5 earlier orders"),
        (1, 1, "This customer sent back the only earlier order"),
        (1, 0, "This customer has not sent back the only earlier order"),
        (0, 0, "This customer has no orders from before this day"),
        (0, 1, "This customer sent back 1 earlier order"),
        (2, 3, "This customer sent back 3 earlier orders"),
        (None, 3, ""),
        (2, None, ""),
    ],
)
def test_a_customers_history_is_told(ordered, back, text):
    known = {"customer_order_count": ordered, "customer_return_count": back}
    assert told("buyer", **known) == text
    basket = "this is one of 4 things in the basket"
    whole = f"{text}, and {basket}" if text else basket.capitalize()
    assert told("buyer", **known, basket_count=4) == whole


def test_a_customers_history_is_as_of_the_day_before():
    (reason,) = reasons_for(ORDER, {"buyer": -0.1}, NOW)
    assert reason.as_of == datetime(2026, 11, 2, tzinfo=UTC)
    assert reason.source == "the shop's orders"


def test_who_looks_is_never_spoken_of():
    facts = PRODUCT | {"age_band": "20-24", "basket_count": 4, "income_decile": 3}
    assert reasons_for(facts, {"buyer": 0.9}, NOW) == []
    order = ORDER | {"age_band": "20-24", "income_decile": 7}
    assert not re.search("20|24|7", told("buyer", order))


@pytest.mark.parametrize(
    ("code", "changed", "text"),
    [
        ("trend", {"days_since_peak": 1}, "peaked 1 day ago and is down"),
        ("trend", {"days_since_peak": 0}, "#ribbedleggings is down to 21%"),
        ("trend", {"level": 0.001}, "down to under 1% of its peak views"),
        ("trend", {"level": 0.95}, "#ribbedleggings is still at its height"),
        ("resale", {"resale_n": 1}, "(1 offer or sale)"),
        ("resale", {"resale_drop": -0.1}, "about 10% above its list price"),
        ("resale", {"resale_drop": 0.001}, "goes for about its list price"),
        ("sentiment", {"sentiment_n": 1}, "Its only review is poor"),
        ("sentiment", {"sentiment_n": 1200}, "Its 1,200 reviews are"),
        ("sentiment", RATED, "Buyers rate it 2.4 of 5 (3 reviews)"),
        ("sentiment", RATED | {"rating_n": 2}, "Its 3 reviews are poor"),
        ("sentiment", RATED | {"sentiment_n": 0, "rating_n": 1}, "2.4 of 5 (1 review)"),
        ("returns", {}, "about 12%, from 24 earlier orders and its category's rate"),
        ("returns", {"return_n": 1}, "from 1 earlier order and"),
    ],
)
def test_words_agree_with_numbers(code, changed, text):
    assert text in told(code, **changed)


def missing(value):
    return st.sampled_from([value, None, float("nan"), float("inf"), 0])


FACTS = st.fixed_dictionaries(
    {},
    optional={
        name: missing(value)
        if isinstance(value, int | float)
        else st.sampled_from([value, None])
        for name, value in (ORDER | RATED).items()
    }
    | {"price_source": st.just("the product page")},
)


@given(FACTS, st.permutations([0.3, -0.2, 0.1, -0.05, 0.02, 0.01]))
def test_whatever_is_missing_no_text_shows_it(facts, effects):
    found = reasons_for(facts, dict(zip(TELLERS, effects, strict=True)), NOW)
    assert len(found) <= MOST_REASONS
    for reason in found:
        assert not re.search(r"\bnan\b|\binf\b|None|\(\)|  |, ?$", reason.text)
        assert re.match(r"[A-Z#]", reason.text)
        assert reason.as_of.tzinfo is not None
        assert not re.search(r"\b1 \w+s\b", reason.text)
