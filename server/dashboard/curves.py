"""Charts of one product or hashtag: its trend, prices, reviews, what is kept."""

from collections.abc import Sequence
from typing import Any

from reporting.charts import Chart, Line, bars, lines
from reporting.figures.product import KeptPoint
from reporting.figures.values import Value
from reporting.units import Unit

STAGES = ("Rising", "Peak", "Decline", "Death")
Day = dict[str, Any]


def trend_curve(hashtag: str, days: Sequence[Day]) -> Chart:
    """Return the views of a hashtag, each stage in its own colour."""
    drawn = [
        Line(stage, _of_stage(days, stage), look=stage.lower()) for stage in STAGES
    ]
    words = "Views a day without what looks bought, the mean of a week, by stage."
    labels = [f"{day['day']:%-d %b %Y}" for day in days]
    return lines(f"Trend of #{hashtag}", words, labels, drawn, unit="views")


def resale_curve(days: Sequence[Day]) -> Chart:
    """Return list price and second-hand prices of a product."""
    told = {
        "list price": "list_price_usd",
        "asked second-hand": "resale_median_ask_usd",
        "sold second-hand": "resale_median_sold_usd",
    }
    words = "Medians of the last 30 days with shipping, US dollars."
    return _curve("Prices", words, days, told, "usd")


def sentiment_curve(days: Sequence[Day]) -> Chart:
    """Return what the reviews of a product sound like."""
    told = {"sentiment": "sentiment_score", "regret talk": "regret_talk"}
    words = "Sentiment from -1 to 1; share of reviews that speak of regret, 0 to 1."
    return _curve("What reviews sound like", words, days, told, "number")


def return_curve(days: Sequence[Day]) -> Chart:
    """Return how often a product came back."""
    words = "Of the orders whose return window was over, as it was known each day."
    return _curve("Return rate", words, days, {"return rate": "return_rate"}, "share")


def kept_bars(kept: Sequence[KeptPoint]) -> Chart:
    """Return what share of buyers kept it."""
    labels = [f"{point.days} days" for point in kept]
    values = [Value(point.share, point.low, point.high, point.n) for point in kept]
    orders = f" of {kept[0].n:,} orders" if kept else ""
    words = f"Share that had not come back by then{orders}, with 95 % intervals."
    return bars("Kept by its buyers", words, labels, values, unit="share", name="kept")


def _curve(
    title: str, words: str, days: Sequence[Day], told: dict[str, str], unit: Unit
) -> Chart:
    labels = [f"{day['day']:%-d %b %Y}" for day in days]
    drawn = [
        Line(name, [Value(day[column]) for day in days])
        for name, column in told.items()
    ]
    return lines(title, words, labels, drawn, unit=unit)


def _of_stage(days: Sequence[Day], stage: str) -> list[Value]:
    """Return the views of the days of a stage, and of the day after, to join them."""
    stages = [None, *(day["stage"] for day in days)]
    return [
        Value(day["smooth_views"] if stage in (stages[n], stages[n + 1]) else None)
        for n, day in enumerate(days)
    ]
