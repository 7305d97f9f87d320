"""How many buyers keep a product, by product, hashtag and category: Kaplan-Meier over
their orders, with an interval that holds for few orders and for no returns too.
"""

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy.special import betaincinv

from ml.card import Kept
from store.duck import sql_beside

Floats = npt.NDArray[np.float64]
CARD_DAYS = 180
INTERVAL = 0.95
SHARE = ("share", "low", "high", "n")


def retention(duck: duckdb.DuckDBPyConnection) -> pa.Table:
    """Return the rows of the table `retention` from a workbench.

    Of products, hashtags (an order counts once for each that its product is linked to
    with a confidence of 0.5 or more) and categories: the shares kept after 30, 90 and
    180 days. Who has fewer than 20 orders, or fewer than 5 as old as the horizon, says
    nothing of it; young orders count for as long as they were watched.

    References
    ----------
    Kaplan and Meier, J. Am. Stat. Assoc. 53, 1958; interval: `beta_product_interval`.
    """
    found = duck.sql(sql_beside(__file__, "retention")).to_arrow_table()
    moments = (found[name].to_numpy() for name in ("mean", "mean_square", "watched_n"))
    low, high = beta_product_interval(*moments)
    found = found.drop_columns(["mean", "mean_square"])
    return found.append_column("low", [low]).append_column("high", [high])


def beta_product_interval(
    mean: Floats, mean_square: Floats, watched_n: Floats
) -> tuple[Floats, Floats]:
    """Return low and high of Kaplan-Meier shares, each (n_rows,), at 95 %.

    Without censoring it is Clopper and Pearson's exact interval: where nobody returned
    anything it ends at 1 and begins at 0.025 to the power of one over those watched.

    Parameters
    ----------
    mean, mean_square : array (n_rows,)
        Moments of the product, over days with returns, of Beta(kept + 1, returned).
    watched_n : array (n_rows,)
        Orders that were watched for longer than the horizon and not returned in it.

    References
    ----------
    Fay, Brittain and Proschan, Biostatistics 14(4), 2013 (method of moments).
    """
    tail = (1 - INTERVAL) / 2
    # Below, as if the next order were to come back just after the horizon.
    ahead, ahead_square = watched_n / (watched_n + 1), watched_n / (watched_n + 2)
    low = beta_quantile(tail, mean * ahead, mean_square * ahead_square)
    high = beta_quantile(1 - tail, mean, mean_square)
    return np.where(watched_n > 0, low, 0.0), np.where(mean < 1, high, 1.0)


def beta_quantile(
    share: float, mean: Floats | float, mean_square: Floats | float
) -> Floats:
    """Return a quantile of the Beta distribution with these first two moments."""
    # A variance below what doubles can tell, of tens of millions of orders, is taken as
    # that.
    variance = np.maximum(mean_square - mean**2, 1e-15)
    size = (mean - mean_square) / variance
    # As `scipy.stats.beta.ppf`, which takes thirty times as long for one number.
    return np.asarray(betaincinv(mean * size, (1 - mean) * size, share))


def kept_by_product(shares: pa.Table) -> dict[str, Kept]:
    """Return what risk cards say: the share kept after 180 days, by product.

    Parameters
    ----------
    shares : pyarrow.Table
        What `retention` returned.
    """
    on_card = pc.and_(
        pc.equal(shares["scope"], "product"), pc.equal(shares["days"], CARD_DAYS)
    )
    rows = shares.filter(on_card).select(["key", *SHARE]).to_pylist()
    return {row.pop("key"): Kept(**row) for row in rows}
