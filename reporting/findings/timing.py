"""How returns and sales lie in a trend's life, and what its length goes with."""

from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
from scipy.stats import pearsonr, rankdata

from reporting.figures.values import Value, share_of
from store.duck import sql_beside

AFTER_PEAK_DAYS = 14
LEAST_HASHTAGS = 10
LEAST_PRODUCTS = 10


def around_the_peak(duck: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Return which share of returns came within 14 days after a trend's peak, beside
    the share of orders placed then.

    The peak is the one known afterwards; a return without a trend is not counted.
    """
    row = duck.sql(sql_beside(__file__, "around_the_peak")).fetchall()[0]
    returns, returns_then, orders, orders_then = map(int, row)
    return {
        "days": AFTER_PEAK_DAYS,
        "returns": _told(share_of([(returns_then, returns)])),
        "orders": _told(share_of([(orders_then, orders)])),
    }


def longevity(duck: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Return how trends' sizes and lengths go with speed of sale and with regret, and
    the hashtags behind it.
    """
    found = duck.sql(sql_beside(__file__, "longevity"))
    names = found.columns
    rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    columns = {name: np.array([row[name] for row in rows]) for name in names}
    pairs = (
        ("peak_views", "trended_days"),
        ("peak_views", "orders_a_day"),
        ("trended_days", "orders_a_day"),
        ("peak_views", "regret_rate"),
        ("trended_days", "regret_rate"),
    )
    return {
        "hashtags": rows,
        "correlations": [
            {"of": one, "with": other}
            | _told(rank_correlation(*map(columns.get, pair)))
            for pair in pairs
            if len(rows) >= LEAST_HASHTAGS
            for one, other in [pair]
        ],
    }


def sentiment_and_returns(duck: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Return how the mood of a product's reviews goes with its share of returns."""
    rows = duck.sql(
        "SELECT avg(sentiment_score), avg(returned::DOUBLE) FROM labelled "
        "WHERE sentiment_n >= 5 GROUP BY product_id HAVING count(*) >= 20"
    ).fetchall()
    if len(rows) < LEAST_PRODUCTS:
        return _told(Value(n=len(rows)))
    mood, returned = (np.array(column) for column in zip(*rows, strict=True))
    return _told(rank_correlation(mood, returned))


def rank_correlation(
    one: npt.NDArray[np.float64] | None, other: npt.NDArray[np.float64] | None
) -> Value:
    """Return Spearman's correlation with its 90 % interval (Fisher's, on the ranks).

    >>> found = rank_correlation(np.arange(20.0), np.arange(20.0) ** 3)
    >>> round(found.value, 6), found.n
    (1.0, 20)
    """
    assert one is not None
    assert other is not None
    ranks = rankdata(one), rankdata(other)
    if any(np.ptp(r) == 0 for r in ranks):
        return Value(n=len(one))
    found = pearsonr(*ranks)
    low, high = found.confidence_interval(0.9)
    return Value(float(found.statistic), float(low), float(high), len(one))


def _told(value: Value) -> dict[str, Any]:
    return {"value": value.value, "low": value.low, "high": value.high, "n": value.n}
