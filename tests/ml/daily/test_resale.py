"""Resale prices by the real workbench: what counts, for how long, and how much."""

from datetime import timedelta
from math import log

import pytest

from ml.daily import open_workbench
from store.database import Database, open_database
from store.settings import Settings
from store.tables import Listing
from tests.ml.daily.shop import START, add, days, fill, offer, product


@pytest.fixture
def store(on_sqlite) -> Database:
    return on_sqlite


# Something to keep the days coming: seen at another product.
def later(day: int) -> dict:
    return offer(999, day, 50, product_id="other")


def ratio(row: dict) -> float:
    return 1 - row["resale_drop"]


def test_sold_and_asked_are_kept_apart(store):
    asks = [offer(n, 1, 80, status="active") for n in (1, 2, 3)]
    fill(store, *asks, offer(4, 1, 60), offer(5, 1, 40))
    row = days(store)[1]
    assert row["resale_median_sold_usd"] == 50
    assert row["resale_median_ask_usd"] == 80
    assert (row["resale_sold_n"], row["resale_n"]) == (2, 5)


def test_where_a_lower_offer_was_accepted_only_the_asking_price_is_known(store):
    fill(store, offer(1, 1, 80, best_offer_accepted=True))
    row = days(store)[1]
    assert row["resale_median_ask_usd"] == 80
    assert (row["resale_median_sold_usd"], row["resale_sold_n"]) == (None, 0)


def twins(many: int, one: dict, other: dict) -> tuple[list[dict], tuple[dict, ...]]:
    """Return pairs of offers of many products, and two products with one offer each."""
    ids = [f"t{n}" for n in range(many)]
    pairs = [
        offer(10 * n + m, 1, price, product_id=name, **rest)
        for n, name in enumerate(ids, 1)
        for m, (price, rest) in enumerate(((80, one), (40, other)))
    ]
    return pairs, tuple(map(product, (*ids, "p", "q")))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"status": "active"}, {"status": "sold"}),
        ({"condition": "Brand New"}, {"condition": "Pre-Owned"}),
        ({"condition": "New with tags"}, {"condition": "Open box"}),
        ({"condition": "NWT"}, {"condition": None}),
    ],
)
def test_asked_or_new_prices_are_brought_to_the_level_of_used_things_sold(
    store, one, other
):
    pairs, products = twins(60, one, other)
    first = [offer(5000 + n, 1, 80, **one) for n in range(20)]
    second = [offer(6000 + n, 1, 40, product_id="q", **other) for n in range(20)]
    fill(store, *pairs, *first, *second, products=products)
    with open_workbench(store) as duck:
        effect = duck.sql(
            "SELECT new_over_used_log - 0, ask_over_sold_log FROM category_day"
        ).fetchall()[0]
    assert max(effect) == pytest.approx(log(2) * 60 / 80, rel=0.01)
    assert ratio(days(store)[1]) == pytest.approx(ratio(days(store, "q")[1]), rel=0.25)
    assert days(store)[1]["resale_drop"] > 0.4


def test_shipping_counts_and_unknown_shipping_is_none(store):
    fill(
        store,
        offer(1, 1, 40, shipping_minor=1000),
        offer(2, 3, 30, product_id="q", shipping_minor=None),
        products=(product("p"), product("q")),
    )
    assert days(store)[1]["resale_median_sold_usd"] == 50
    assert days(store, "q")[3]["resale_median_sold_usd"] == 30


def test_other_currencies_count_at_the_rate_of_their_day(tmp_path):
    rates = tmp_path / "rates.csv"
    rates.write_text(
        "on,currency,usd_per_unit\n2025-12-01,EUR,1.1\n2026-01-05,EUR,1.5\n"
        "2025-12-01,JPY,0.01\n"
    )
    store = open_database(Settings(data_dir=tmp_path / "data", rates_file=rates))
    fill(
        store,
        offer(1, 2, 40, currency="EUR"),
        offer(2, 8, 40, currency="EUR", product_id="q"),
        offer(3, 8, 50, currency="JPY", product_id="r"),
        offer(4, 8, 40, currency="KES", product_id="s"),
        offer(5, 8, 40, product_id="e"),
        products=(
            *map(product, "pqrs"),
            product("e", currency="EUR", list_price_minor=8000),
        ),
    )
    assert days(store)[8]["resale_median_sold_usd"] == pytest.approx(44)
    assert days(store, "q")[8]["resale_median_sold_usd"] == pytest.approx(60)
    assert days(store, "r")[8]["resale_median_sold_usd"] == pytest.approx(50)
    assert days(store, "s") == {}
    assert days(store, "e")[8]["list_price_usd"] == pytest.approx(120)
    assert ratio(days(store, "e")[8]) == pytest.approx(40 / 120, rel=0.1)
    # Another rate reaches what was made with the old one.
    rates.write_text(rates.read_text().replace("1.1", "1.2"))
    assert days(store)[8]["resale_median_sold_usd"] == pytest.approx(48)
    store.close()


def test_what_ended_unsold_says_nothing_any_more(store):
    fill(
        store,
        offer(1, 1, 80, status="active"),
        offer(1, 5, 80, status="ended"),
        later(9),
        products=(product("p"), product("other")),
    )
    assert sorted(days(store)) == [1, 2, 3, 4]


def test_a_listing_seen_again_counts_once_at_its_newest_price(store):
    fill(
        store,
        offer(1, 1, 80, status="active"),
        offer(1, 5, 60, status="active"),
        later(9),
        products=(product("p"), product("other")),
    )
    found = days(store)
    assert [found[d]["resale_median_ask_usd"] for d in (1, 4, 5, 9)] == [80, 80, 60, 60]
    assert {row["resale_n"] for row in found.values()} == {1}
    assert found[9]["resale_as_of"] == START + timedelta(days=5)


def test_an_offer_stands_for_thirty_days_from_its_sale(store):
    sold_at = START - timedelta(days=2)
    fill(
        store,
        offer(1, 1, 50),
        offer(2, 1, 70, product_id="q", sold_at=sold_at),
        later(60),
        products=tuple(map(product, ("p", "q", "other"))),
    )
    assert (min(days(store)), max(days(store))) == (1, 30)
    assert (min(days(store, "q")), max(days(store, "q"))) == (1, 27)


def test_what_was_refused_does_not_count_and_what_was_found_does(store):
    fill(
        store,
        offer(1, 1, 50, same_product_id="p", same_confidence=0.9),
        offer(2, 1, 5, same_product_id=None, same_confidence=0.02),
        offer(3, 1, 70),
        offer(4, 1, 90, product_id=None, same_product_id="p", same_confidence=0.8),
        offer(5, 1, 20, product_id=None, query="thing"),
        offer(6, 1, 30, same_product_id="q", same_confidence=0.8),
        products=(product("p"), product("q")),
    )
    row = days(store)[1]
    assert (row["resale_n"], row["resale_median_sold_usd"]) == (3, 70)
    assert days(store, "q")[1]["resale_median_sold_usd"] == 30


def test_few_offers_lean_on_the_category_and_many_stand_for_themselves(store):
    alike = [offer(n, 1, 80, product_id=f"a{n // 4}") for n in range(100, 180)]
    many = [offer(n, 1, 40, product_id="q") for n in range(20)]
    products = tuple(map(product, ("p", "q", *(f"a{n}" for n in range(25, 45)))))
    fill(store, *alike, offer(1_000, 1, 40), *many, products=products)
    few, more = days(store)[1], days(store, "q")[1]
    assert 0.40 < ratio(more) < ratio(few) - 0.01 < 0.75
    width = {
        name: row["resale_drop_high"] - row["resale_drop_low"]
        for name, row in (("few", few), ("more", more))
    }
    assert width["few"] > 2 * width["more"] > 0
    assert few["resale_drop_low"] < few["resale_drop"] < few["resale_drop_high"]


def test_a_slip_of_the_point_hardly_counts(store):
    honest = [offer(n, n / 10, 50) for n in range(5)]
    fill(store, *honest)
    before = ratio(days(store)[0])
    add(store, Listing, offer(8, 0.8, 5_000), offer(9, 0.9, 5_000))
    after = days(store)[0]
    assert ratio(after) == pytest.approx(before, rel=0.15)
    with open_workbench(store) as duck:
        spread = duck.sql("SELECT resale_spread_log FROM category_day").fetchall()
    # A factor of a hundred has not become one of two.
    assert spread[0][0] < 0.4


def test_the_newest_dozen_speaks_and_all_of_its_last_day(store):
    old = [offer(n, 1, 80) for n in range(30)]
    new = [offer(100 + n, 5, 40) for n in range(11)]
    fill(store, *old, *new)
    # Eleven are not a dozen: the twelfth is of the first day, and with it all of it.
    assert ratio(days(store)[5]) > 0.7
    add(store, Listing, offer(200, 5, 40))
    assert ratio(days(store)[5]) < 0.45


def test_without_a_list_price_there_are_medians_but_no_drop(store):
    fill(store, offer(1, 1, 50), products=(product("p", list_price_minor=None),))
    row = days(store)[1]
    assert row["resale_median_sold_usd"] == 50
    assert (row["resale_drop"], row["resale_drop_low"]) == (None, None)


def test_what_arrives_late_changes_the_days_from_its_own_on(store):
    fill(store, offer(1, 1, 50), offer(2, 9, 50))
    before = days(store)
    add(store, Listing, offer(3, 5, 20))
    after = days(store)
    assert sorted(d for d in before if after[d] != before[d]) == [5, 6, 7, 8, 9]
    assert [after[d]["resale_n"] for d in (4, 5, 9)] == [1, 2, 3]
