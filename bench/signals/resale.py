"""How far the resale drop of each product and day is from the sample market's truth,
beside what the asking prices of that day say, and all offers of 30 days.

The market's own resale price is what its offers scatter around; one in twelve offers is
not the thing at all. The seeds are none that the estimate was chosen on.
"""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
from rich.console import Console
from rich.table import Table

from ml.daily import open_workbench
from ml.prepare import prepare
from sample.export import write_export
from sample.world import Market
from store.database import open_database
from store.importing import import_folder
from store.settings import Settings

SEEDS = (7, 8, 9)
OFFERS = {
    "all": "n > 0",
    "1-2 offers": "n <= 2",
    "3-5": "n BETWEEN 3 AND 5",
    "6 or more": "n >= 6",
}
TRUTH = "(SELECT product_id, day, 1 - price_rate AS truth FROM true_price)"
OURS = f"""
SELECT day.resale_n AS n, abs(resale_drop - truth) AS error,
    truth BETWEEN resale_drop_low AND resale_drop_high AS covered
FROM product_day AS day JOIN {TRUTH} USING (product_id, day)
WHERE resale_drop IS NOT NULL
"""
ASKED = f"""
SELECT day.resale_n AS n, NULL AS covered,
    abs(1 - avg(price_minor + coalesce(shipping_minor, 0)) / any_value(list_price_minor)
        - any_value(truth)) AS error
FROM listing JOIN product USING (product_id)
JOIN product_day AS day
    ON day.product_id = listing.product_id AND day.day = listing.observed_at::DATE
JOIN {TRUTH} AS t ON t.product_id = day.product_id AND t.day = day.day
WHERE status = 'active'
GROUP BY day.product_id, day.day, day.resale_n
"""
MONTH = f"""
SELECT day.resale_n AS n, NULL AS covered,
    abs(1 - median(price_minor + coalesce(shipping_minor, 0))
        / any_value(list_price_minor) - any_value(truth)) AS error
FROM listing JOIN product USING (product_id)
JOIN product_day AS day
    ON day.product_id = listing.product_id
    AND listing.observed_at::DATE BETWEEN day.day - 29 AND day.day
JOIN {TRUTH} AS t ON t.product_id = day.product_id AND t.day = day.day
WHERE resale_drop IS NOT NULL
GROUP BY day.product_id, day.day, day.resale_n
"""
WAYS = {
    "TrendGuard, resale_drop": OURS,
    "seed: mean asking price of the day": ASKED,
    "median of all offers of 30 days": MONTH,
}


def run(order_count: int = 50_000) -> Table:
    """Return a table of median absolute errors, one row a market and way."""
    table = Table(
        "seed",
        "way",
        "product-days",
        *OFFERS,
        "interval holds it",
        *(f"{name} " for name in list(OFFERS)[1:]),
        title="Median error of the drop from list to resale price, sample market",
    )
    for seed in SEEDS:
        market = Market(seed=seed, order_count=order_count, end_on=date(2026, 11, 1))
        for way, cells in figures(market).items():
            table.add_row(str(seed), way, *cells)
    return table


def figures(market: Market) -> dict[str, list[str]]:
    """Return the cells of each way on one market."""
    with TemporaryDirectory() as folder:
        export = Path(folder) / "export"
        write_export(market, export)
        for file in export.iterdir():
            if file.stem not in ("products", "resale_listings"):
                file.unlink()
        database = open_database(Settings(data_dir=Path(folder) / "data"))
        import_folder(database, database.settings, export)
        prepare(database)
        with open_workbench(database) as duck:
            duck.register("true_price", true_prices(market))
            rows = {way: duck.sql(_query(of)).fetchall()[0] for way, of in WAYS.items()}
        database.close()
    return {way: _cells(row) for way, row in rows.items()}


def true_prices(market: Market) -> pa.Table:
    """Return the resale over list price of every product and day."""
    rates = market.goods.resale
    start = np.datetime64(market.start_on)
    return pa.table(
        {
            "product_id": np.repeat(
                [p.product_id for p in market.products], market.day_count
            ),
            "day": np.tile(start + np.arange(market.day_count), len(rates)),
            "price_rate": rates.ravel(),
        }
    )


def _query(way: str) -> str:
    parts = [f"median(error) FILTER ({part})" for part in OFFERS.values()]
    parts += [f"avg(covered::INT) FILTER ({part})" for part in OFFERS.values()]
    return f"SELECT count(*), {', '.join(parts)} FROM ({way})"


def _cells(row: tuple[float | None, ...]) -> list[str]:
    count, *values = row
    errors, shares = values[: len(OFFERS)], values[len(OFFERS) :]
    return [
        f"{count:,}",
        *(f"{error:.4f}" for error in errors),
        *("" if share is None else f"{share:.1%}" for share in shares),
    ]


if __name__ == "__main__":
    Console(width=170).print(run())
