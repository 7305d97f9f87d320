"""Figures of parts of a shop: they add up, and say how sure they are."""

from datetime import date, timedelta

import pytest

from reporting.figures import trends as trends_module
from reporting.figures.at_risk import (
    categories_at_risk,
    newest_week,
    product_at_risk,
    products_at_risk,
    risk_total,
)
from reporting.figures.filters import Filter, asked_filter, read_span
from reporting.figures.over_time import (
    category_names,
    risk_over_time,
    sales_over_time,
    shown_parts,
)
from reporting.figures.product import card_of, hashtags_of, kept_curve, product_days
from reporting.figures.sums import sales_total
from reporting.figures.trends import trend_row, trend_rows
from reporting.figures.values import share_of
from store.errors import RequestError
from store.tables import Finding, HashtagDay, Product


@pytest.fixture
def session(shop):
    with shop.reading() as session:
        yield session


@pytest.fixture
def whole(span) -> Filter:
    return asked_filter(span, span.first, span.last)


def test_half_a_year_is_asked_for_by_default(span):
    asked = asked_filter(span)
    assert asked.to_day == span.last
    assert (asked.to_day - asked.from_day).days == 181


def test_days_the_wrong_way_round_are_refused(span):
    with pytest.raises(RequestError, match="give the earlier day first"):
        asked_filter(span, date(2026, 5, 2), date(2026, 5, 1))


def test_a_hashtag_is_taken_as_people_write_it(span):
    assert asked_filter(span, hashtag=" #Leggings ").hashtag == "leggings"
    assert asked_filter(span, hashtag="", category="").scope == ("shop", "")


def test_categories_add_up_to_the_shop(session, span, whole):
    total = sales_total(session, whole, span)
    parts = [
        sales_total(session, Filter(whole.from_day, whole.to_day, name), span)
        for name in category_names(session)
    ]
    for name in ("orders", "sales", "returns", "returned_sales"):
        assert sum(p[name].value for p in parts) == pytest.approx(total[name].value)
    assert total["orders"].value == 2_500


def test_rates_count_only_orders_whose_window_is_over(session, span):
    young = Filter(span.closed_through + timedelta(1), span.last)
    found = sales_total(session, young, span)
    assert found["orders"].value > 0
    assert found["returns"].value > 0
    assert found["return_rate"].value is None
    old = Filter(span.first, span.closed_through)
    rate = sales_total(session, old, span)["return_rate"]
    counted = sales_total(session, old, span)
    assert rate.value == counted["returns"].value / counted["orders"].value
    assert rate.n == counted["orders"].value
    assert rate.low < rate.value < rate.high


def test_the_days_before_are_as_many(span):
    asked = Filter(date(2026, 3, 11), date(2026, 3, 20))
    assert asked.before() == Filter(date(2026, 3, 1), date(2026, 3, 10))


def test_periods_add_up_to_the_whole(session, span, whole):
    for asked in (whole, asked_filter(span, span.last - timedelta(50))):
        total = sales_total(session, asked, span)["orders"].value
        series = sales_over_time(session, asked, span)
        assert len(series) == 5
        points = [p for s in series for p in s.points]
        assert sum(p.values["orders"].value for p in points) == total
        starts = [p.start for p in series[0].points]
        assert starts == sorted(set(starts))
        weekly = asked is not whole or (asked.to_day - asked.from_day).days <= 200
        assert all((s.weekday() == 0) if weekly else (s.day == 1) for s in starts)


def test_one_line_where_one_part_is_asked_for(session, span, whole):
    name = category_names(session)[0]
    both = Filter(whole.from_day, whole.to_day, name, "x")
    assert [n for n, _ in shown_parts(session, both)] == [f"#x in {name}"]


def test_risk_over_time_is_the_weeks_own(session, span, whole):
    points = risk_over_time(session, Filter(whole.from_day, whole.to_day, "bags"))
    (point,) = points[0].points
    assert point.start == newest_week(session)
    total = risk_total(session, Filter(whole.from_day, whole.to_day, "bags"))
    assert point.values["risk"].value == pytest.approx(total["risk"].value)
    assert point.values["risk"].low == pytest.approx(total["risk"].low)


def test_products_at_risk_come_by_money(session, span, whole):
    found = products_at_risk(session, whole, span, limit=5)
    stakes = [row.values["at_stake"].value for row in found]
    assert stakes == sorted(stakes, reverse=True)
    assert stakes[0] > 0
    total = risk_total(session, whole)["at_stake"].value
    everything = products_at_risk(session, whole, span, limit=1_000)
    assert sum(r.values["at_stake"].value for r in everything) == pytest.approx(total)
    assert product_at_risk(session, whole, span, found[0].key) == found[0]
    assert product_at_risk(session, whole, span, "nothing") is None


def test_products_of_a_category_and_a_hashtag(session, span, whole):
    first = next(
        row
        for row in products_at_risk(session, whole, span)
        if hashtags_of(session, row.key)
    )
    hashtag = hashtags_of(session, first.key)[0][0]
    both = Filter(whole.from_day, whole.to_day, first.category, hashtag)
    found = products_at_risk(session, both, span)
    assert first.key in {row.key for row in found}
    assert {row.category for row in found} == {first.category}
    orders = sum(row.values["orders"].value for row in found if "orders" in row.values)
    assert sales_total(session, both, span)["orders"].value == orders


def test_every_category_is_told(session, span, whole):
    rows = categories_at_risk(session, whole, span)
    assert {row.key for row in rows} == set(category_names(session))
    total = risk_total(session, whole)["at_stake"].value
    assert sum(r.values["at_stake"].value for r in rows) == pytest.approx(total)


def test_trends_say_where_they_stand(session, span, whole):
    rows = trend_rows(session, whole)
    stakes = [row.at_stake for row in rows]
    assert stakes == sorted(stakes, reverse=True)
    first = rows[0]
    assert trend_row(session, first.hashtag) == first
    day = session.get(HashtagDay, (first.hashtag, first.day))
    assert (first.stage, first.trended_days) == (day.stage, day.trended_days)
    assert trend_row(session, "never seen") is None
    lifespan = trends_module.read_lifespan(session)
    for row in rows:
        expected = lifespan.expected_days_left(row.stage, row.trended_days)
        assert row.days_left.value == expected
    one = Filter(whole.from_day, whole.to_day, hashtag=first.hashtag)
    assert trend_rows(session, one) == [first]
    of_bags = Filter(whole.from_day, whole.to_day, "bags")
    assert 0 < len(trend_rows(session, of_bags)) < len(rows)


def test_a_product_has_its_days_card_and_curve(session, span, whole):
    row = products_at_risk(session, whole, span, limit=1)[0]
    days = product_days(session, row.key, whole)
    assert [d["day"] for d in days] == sorted(d["day"] for d in days)
    assert card_of(session, row.key)["risk"] == row.values["risk"].value
    assert session.get(Product, row.key).title == row.title
    curve = kept_curve(session, "category", row.category)
    assert [p.days for p in curve] == sorted(p.days for p in curve)
    assert all(p.low <= p.share <= p.high for p in curve)


def test_nothing_is_said_of_an_empty_store(database):
    with database.reading() as session:
        assert read_span(session) is None
        assert session.get(Finding, "span") is None
        assert newest_week(session) is None


@pytest.mark.parametrize(("hits", "tries"), [(0, 12), (12, 12), (3, 40)])
def test_an_interval_holds_its_share(hits, tries):
    found = share_of([(hits, tries)])
    assert found.low <= found.value <= found.high
    assert found.high - found.low > 0.05


def test_a_product_of_shares_is_less_sure_than_either():
    one = share_of([(300, 1_000)])
    both = share_of([(300, 1_000), (40, 80)])
    assert both.value == pytest.approx(0.15)
    assert (both.high - both.low) / both.value > (one.high - one.low) / one.value
    assert share_of([(3, 10), (0, 0)]).value is None
