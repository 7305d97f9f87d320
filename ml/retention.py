"""How many buyers keep a product: Kaplan-Meier over its orders."""

import duckdb
import numpy as np
from lifelines import KaplanMeierFitter

from ml.card import Kept

KEPT_DAYS = 180
LEAST_ORDERS = 20
FOLLOW_UP = """
SELECT
    o.product_id,
    date_diff('day', o.purchased_at, coalesce(r.returned_at, last_day + 1)) AS days,
    r.returned_at IS NOT NULL AS returned
FROM "order" AS o
CROSS JOIN bounds
LEFT JOIN "return" AS r
    ON o.order_id = r.order_id AND r.returned_at::DATE <= last_day
WHERE o.purchased_at::DATE <= last_day
ORDER BY o.product_id
"""


def kept_by_product(duck: duckdb.DuckDBPyConnection) -> dict[str, Kept]:
    """Return the share kept after 180 days of each product that can tell.

    A product can tell when 20 orders stand behind it and the oldest is 180 days old.

    References
    ----------
    Kaplan and Meier, J. Am. Stat. Assoc. 53, 1958; interval by the log-log transform.
    """
    found = duck.execute(FOLLOW_UP).fetchnumpy()
    products = np.asarray(found["product_id"])
    days = np.asarray(found["days"], dtype=float)
    returned = np.asarray(found["returned"], dtype=bool)
    starts = np.flatnonzero(np.append(True, products[1:] != products[:-1]))
    kept = {}
    for start, end in zip(starts, np.append(starts[1:], len(products)), strict=True):
        here = slice(start, end)
        share = _kept(days[here], returned[here])
        if share:
            kept[str(products[start])] = share
    return kept


def _kept(days: np.ndarray, returned: np.ndarray) -> Kept | None:
    if len(days) < LEAST_ORDERS or days[~returned].max(initial=0) < KEPT_DAYS:
        return None
    fitted = KaplanMeierFitter().fit(days, returned)
    low, high = fitted.confidence_interval_survival_function_.loc[:KEPT_DAYS].iloc[-1]
    share = float(fitted.predict(KEPT_DAYS))
    # Where nobody has returned it, the log-log interval is not defined.
    low, high = (share if np.isnan(bound) else float(bound) for bound in (low, high))
    return Kept(share=share, low=low, high=high, n=len(days))
