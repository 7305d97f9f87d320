"""The model beside the best possible and beside the seed's recipe, on the same rows.

The seed recipe is what the case study describes: gradient boosting on days since the
peak (known in hindsight, as it joins trends), resale drop, sentiment and age, with
``scale_pos_weight=3``. The best possible is the made-up market's own probability.
"""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import xgboost
from rich.console import Console
from rich.table import Table

from ml.daily import open_workbench
from ml.dataset import Dataset, label_orders
from ml.evaluation import figures
from ml.prepare import prepare
from ml.training import judge, later_orders
from sample.export import truth, write_export
from sample.world import Market
from store.database import open_database
from store.importing import import_folder
from store.settings import Settings

Floats = npt.NDArray[np.float64]
SHOWN = ("auc", "pr_auc", "brier", "log_loss", "ece", "n")
HINDSIGHT = """
SELECT o.order_id, o.purchased_at::DATE - p.peak_on AS days_since_peak
FROM "order" AS o
LEFT JOIN (
    SELECT ph.product_id, arg_max(h.day, h.smooth_views) AS peak_on
    FROM product_hashtag AS ph
    JOIN hashtag_day AS h USING (hashtag)
    GROUP BY ph.product_id
) AS p USING (product_id)
"""


def run(order_count: int = 50_000) -> Table:
    """Return a table of figures out of time, one row a model."""
    market = Market(order_count=order_count, end_on=date(2026, 11, 1))
    with TemporaryDirectory() as folder:
        dataset, hindsight = _linked(market, Path(folder))
    gap = Settings().return_window_days
    past, test = later_orders(dataset, gap)
    true = truth(market)
    ids = test.rows["order_id"].to_pylist()
    risks = {
        "best possible (the market's own probability)": np.array(
            [true[i] for i in ids]
        ),
        "TrendGuard, checkout": judge(dataset, "checkout", 7, gap).risk,
        "TrendGuard, shopper": judge(dataset, "shopper", 7, gap).risk,
        "seed recipe": _seed_recipe(past, test, hindsight),
        "base rate": np.full(len(ids), past.y.mean()),
    }
    return _table({name: figures(test.y, risk) for name, risk in risks.items()})


def _linked(market: Market, folder: Path) -> tuple[Dataset, dict[str, float]]:
    database = open_database(Settings(data_dir=folder / "data"))
    write_export(market, folder / "export")
    import_folder(database, database.settings, folder / "export")
    prepare(database)
    with open_workbench(database) as duck:
        dataset = label_orders(duck, database.settings)
        found = duck.sql(HINDSIGHT).to_arrow_table()
    database.close()
    days = found["days_since_peak"].cast(pa.float64()).to_numpy()
    return dataset, dict(zip(found["order_id"].to_pylist(), days, strict=True))


def _seed_recipe(past: Dataset, test: Dataset, hindsight: dict[str, float]) -> Floats:
    model = xgboost.XGBClassifier(scale_pos_weight=3, random_state=7)
    model.fit(_four(past, hindsight), past.y > 0.5)
    risk: Floats = model.predict_proba(_four(test, hindsight))[:, 1]
    return risk


def _four(dataset: Dataset, hindsight: dict[str, float]) -> Floats:
    rows = dataset.rows
    age = [
        float(b.rstrip("+").split("-")[0]) if b else np.nan
        for b in rows["age_band"].to_pylist()
    ]
    days = [hindsight[i] for i in rows["order_id"].to_pylist()]
    known = (
        rows[n].cast(pa.float64()).to_numpy()
        for n in ("resale_drop", "sentiment_score")
    )
    return np.column_stack([days, *known, age])


def _table(quality: dict[str, dict[str, float]]) -> Table:
    table = Table("model", *SHOWN, title="Regret, out of time, sample market")
    for name, found in quality.items():
        cells = (f"{found[s]:,.0f}" if s == "n" else f"{found[s]:.4f}" for s in SHOWN)
        table.add_row(name, *cells)
    best, ours, seed = (
        quality[n]["auc"]
        for n in (
            "best possible (the market's own probability)",
            "TrendGuard, checkout",
            "seed recipe",
        )
    )
    table.caption = f"{(ours - seed) / (best - seed):.0%} of the way from seed to best"
    return table


if __name__ == "__main__":
    Console().print(run())
