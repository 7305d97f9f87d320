"""The drivers' page: what goes with regret, how trends' lives go with sales."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response

from ml.standing.findings import kept_finding
from reporting.charts import Chart, bars
from reporting.figures.values import Value
from server.access import only_who_may
from server.dashboard.columns import hashtag_link
from server.dashboard.shell import page
from server.dashboard.tables import Column, Table
from server.state import state

blueprint = Blueprint("dashboard_drivers", __name__, url_prefix="/dashboard/drivers")
blueprint.before_request(only_who_may)

WORDS = {
    "peak_views": "size",
    "trended_days": "length",
    "orders_a_day": "speed of sale",
    "regret_rate": "regret",
}
DRIVERS = (
    Column("driver", "Driver"),
    Column("high", "At one end"),
    Column("high_rate", "Regretted", "share"),
    Column("low", "At the other"),
    Column("low_rate", "Regretted", "share"),
    Column("difference", "Difference", "points", "95 % for all drivers at once."),
    Column("order_count", "Orders", "count", "At both ends."),
)
TRENDS = (
    Column("hashtag", "Hashtag", link=hashtag_link),
    Column("peak_views", "Views at its peak", "views"),
    Column("trended_days", "Trended for", "days"),
    Column("order_count", "Orders", "count"),
    Column("orders_a_day", "Orders a day", "number", "Of days with any."),
    Column("regret_rate", "Regretted", "share"),
)
AGES = (
    Column("age_band", "Age"),
    Column("buyers_share", "Of buyers", "share"),
    Column("population_share", "Of the population", "share"),
    Column("regret_rate", "Regretted", "share"),
    Column("n", "Orders", "count"),
)


@blueprint.get("/")
def get_drivers() -> Response:
    """Drivers with their effects, trends' lives, moods and ages."""
    with state().database.reading() as session:
        found = kept_finding(session, "drivers")
    if found is None:
        return page("drivers.html", "Drivers of regret", told=None)
    tables, values = drivers(*found)
    return page("drivers.html", "Drivers of regret", tables, **values)


def drivers(
    told: dict[str, Any], computed_at: datetime
) -> tuple[tuple[Table, ...], dict[str, Any]]:
    """Return the tables of a finding, and what else `drivers_body.html` shows."""
    values = {
        "told": told,
        "computed_at": computed_at,
        "sentiment": _value(told["sentiment"]),
        "returns": _value(told["around_the_peak"]["returns"]),
        "orders": _value(told["around_the_peak"]["orders"]),
        "charts": [_top(told), _correlations(told)],
    }
    return _tables(told), values


def _tables(told: dict[str, Any]) -> tuple[Table, ...]:
    drivers = [
        {**row, "difference": _effect(row)} for row in told["drivers"] + told["more"]
    ]
    ages = [
        {**row, "regret_rate": Value(row["regret_rate"], row["low"], row["high"])}
        for row in told["ages"]["bands"]
    ]
    caption = "Every driver whose effect is surely not nothing"
    few = "Too few orders, or nothing that surely goes with regret."
    return (
        Table("drivers", caption, DRIVERS, drivers, few),
        Table(
            "longevity",
            "Trends: size, length, sales and regret",
            TRENDS,
            told["longevity"]["hashtags"],
            "No trend has sold enough yet.",
        ),
        Table(
            "ages",
            "Ages of buyers and of the population",
            AGES,
            ages,
            "No age is known.",
        ),
    )


def _top(told: dict[str, Any]) -> Chart:
    rows = told["drivers"]
    return bars(
        "The strongest drivers",
        f"How much more is regretted at one end than at the other, with 95 % intervals "
        f"that hold for all {told['looked_at']} that were looked at. They go with "
        "regret; whether they cause it no order can say.",
        [f"{row['driver']}: {row['high']}" for row in rows],
        [_effect(row) for row in rows],
        unit="points",
        name="difference",
    )


def _correlations(told: dict[str, Any]) -> Chart:
    rows = told["longevity"]["correlations"]
    return bars(
        "What a trend's size and length go with",
        "Rank correlations over hashtags, with 90 % intervals: 1 is always together, "
        "-1 always against each other, 0 not at all.",
        [f"{WORDS[row['of']]} and {WORDS[row['with']]}" for row in rows],
        [_value(row) for row in rows],
        unit="number",
        name="correlation",
    )


def _effect(row: dict[str, Any]) -> Value:
    return Value(row["difference"], row["difference_low"], row["difference_high"])


def _value(told: dict[str, Any]) -> Value:
    return Value(told["value"], told["low"], told["high"], told["n"])
