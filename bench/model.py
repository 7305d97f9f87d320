"""The model beside what anyone would pick instead, on the same rows, out of time.

The sample market knows each order's own probability: that is the best possible. What
is knowable leaves out each customer's own taste, which no column holds; what is
learnable leaves that and each product's quality to be learned from what came back and
was reviewed. The seed recipe is what the case study describes: boosting on days since
the peak (known in hindsight, as it joins trends), resale drop, sentiment and age,
positives weighted threefold.
"""

import sys
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from rich.console import Console, Group, RenderableType
from rich.table import Table

from bench.peers import PEERS, Task, seed_recipe
from ml.daily import open_workbench
from ml.dataset import Dataset, split_days
from ml.features import GROUPS, Encoder
from ml.labels import label_orders
from ml.learning.fitting import Recipe, fit
from ml.prepare import prepare
from ml.quality.evaluation import figures
from sample.export import write_export
from sample.truth import knowable, learnable, truth
from sample.world import Market
from store.database import open_database
from store.importing import import_folder
from store.settings import Settings

Floats = npt.NDArray[np.float64]
SHARED = Path(__file__).parents[2] / "shared/data"
GIFT_SHOP = SHARED / "uci_online_retail"
SHOWN = ("auc", "pr_auc", "brier", "log_loss", "ece", "n")
BEST, KNOWABLE, LEARNABLE, SEED = (
    "best possible",
    "knowable without customers' tastes",
    "learnable by who knows the formula",
    "seed recipe",
)
OURS = "TrendGuard, checkout"
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


def run(order_count: int = 50_000) -> RenderableType:
    """Return a table of figures for each market, one row a model."""
    tables: list[RenderableType] = [sample_market(order_count)]
    if GIFT_SHOP.is_dir():
        tables.append(gift_shop())
    return Group(*tables)


def sample_market(order_count: int) -> Table:
    """Return the figures on the made-up market."""
    market = Market(order_count=order_count, end_on=date(2026, 11, 1))
    with TemporaryDirectory() as folder:
        write_export(market, Path(folder) / "export")
        dataset, hindsight = linked(Path(folder) / "export")
    past, test = later_orders(dataset)
    ids = test.rows["order_id"].to_pylist()
    chances = {
        BEST: truth(market),
        KNOWABLE: knowable(market),
        LEARNABLE: learnable(market, (test.span[0] - market.start_on).days),
    }
    risks = {
        name: np.array([chance[i] for i in ids]) for name, chance in chances.items()
    }
    risks |= models(past, test)
    four = (_four(past, hindsight), _four(test, hindsight))
    risks[SEED] = seed_recipe(Task(*four, past.y, []))
    table, auc = _table(f"Sample market, {order_count:,} orders", past, test, risks)
    way = [
        f"{name} {(auc[name] - auc[SEED]) / (auc[BEST] - auc[SEED]):.0%}"
        for name in (OURS, LEARNABLE, KNOWABLE)
    ]
    table.caption = "of the way from the seed recipe to the best: " + ", ".join(way)
    return table


def gift_shop() -> Table:
    """Return the figures on a gift shop's real orders, whose target is "returned"."""
    past, test = later_orders(linked(GIFT_SHOP)[0])
    return _table("A gift shop (UCI)", past, test, models(past, test))[0]


def linked(export: Path) -> tuple[Dataset, dict[str, float | None]]:
    """Return the labelled orders of an export, and days since the peak in hindsight."""
    with TemporaryDirectory() as folder:
        database = open_database(Settings(data_dir=Path(folder)))
        import_folder(database, database.settings, export)
        prepare(database)
        with open_workbench(database) as duck:
            dataset = label_orders(duck, database.settings)
            days = dict(duck.sql(HINDSIGHT).fetchall())
        database.close()
    return dataset, days


def later_orders(dataset: Dataset) -> tuple[Dataset, Dataset]:
    """Return the past to learn from, as it was known when the last fifth of the time
    began, and the coded orders of that fifth; a return window lies between.
    """
    first, last = dataset.span
    (cut,) = split_days(first, last + timedelta(1), 0.8)
    gap = timedelta(Settings().return_window_days)
    past = dataset.between(first, cut - gap).as_known(cut)
    return past, dataset.between(cut, last + timedelta(1))


def models(past: Dataset, test: Dataset) -> dict[str, Floats]:
    """Return what ours and the others say of the test."""
    risks = {
        f"TrendGuard, {purpose}": fit(past, Recipe(purpose)).model.risks(test.rows)
        for purpose in reversed(GROUPS)
    }
    encoder = Encoder.fitted("checkout", past.rows)
    codes = [encoder.names.index(name) for name in encoder.categories]
    matrices = (encoder.matrix(part.rows) for part in (past, test))
    task = Task(*matrices, past.y, codes)
    risks |= {name: ask(task) for name, ask in PEERS.items()}
    return risks | {"base rate": np.full(len(test.y), past.y.mean())}


def _four(dataset: Dataset, hindsight: dict[str, float | None]) -> Floats:
    rows = dataset.rows
    age = [
        float(b.rstrip("+").split("-")[0]) if b else np.nan
        for b in rows["age_band"].to_pylist()
    ]
    days = np.array([hindsight[i] for i in rows["order_id"].to_pylist()], dtype=float)
    known = (
        rows[n].cast(pa.float64()).to_numpy()
        for n in ("resale_drop", "sentiment_score")
    )
    return np.column_stack([days, *known, age])


def _table(
    title: str, past: Dataset, test: Dataset, risks: dict[str, Floats]
) -> tuple[Table, dict[str, float]]:
    told, weight = test.coded, test.coding_weight
    quality = {
        name: figures(test.y[told], risk[told], weight[told])
        for name, risk in risks.items()
    }
    table = Table("model", *SHOWN, title=f"{title}: {test.target}, out of time")
    for name, found in quality.items():
        cells = (f"{found[s]:,.0f}" if s == "n" else f"{found[s]:.4f}" for s in SHOWN)
        table.add_row(name, *cells)
    table.caption = f"learned from {len(past.y):,} earlier orders"
    return table, {name: found["auc"] or 0.0 for name, found in quality.items()}


if __name__ == "__main__":
    Console().print(run(*map(int, sys.argv[1:])))
