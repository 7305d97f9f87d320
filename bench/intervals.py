"""Does the interval of a risk hold the true mean of its group as often as it says?

Twenty made-up markets, none of which anything was chosen by. Groups are tenths of the
later orders by risk; the truth is the market's own probability.
"""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from bench.model import later_orders, linked
from ml.features import GROUPS, Purpose
from ml.learning.calibration import INTERVAL
from ml.learning.fitting import Recipe, fit
from sample.export import write_export
from sample.truth import truth
from sample.world import Market

Floats = npt.NDArray[np.float64]
SEEDS = range(101, 121)
TENTHS = 10


def run(seeds: range = SEEDS, order_count: int = 12_000) -> Table:
    """Return a table: how many groups' means were held, and how wide intervals are."""
    found: dict[Purpose, list[tuple[float, float]]] = {p: [] for p in GROUPS}
    for seed in seeds:
        for purpose, groups in _market(seed, order_count).items():
            found[purpose] += groups
    table = Table(
        "model",
        "groups",
        "held",
        "stated",
        "width",
        title=f"Intervals, {len(seeds)} markets of {order_count:,} orders, out of time",
    )
    for purpose, groups in found.items():
        held, width = np.mean(groups, axis=0)
        cells = (f"{len(groups)}", f"{held:.1%}", f"{INTERVAL:.0%}", f"{width:.3f}")
        table.add_row(purpose, *cells)
    return table


def _market(seed: int, order_count: int) -> dict[Purpose, list[tuple[float, float]]]:
    market = Market(seed=seed, order_count=order_count, end_on=date(2026, 11, 1))
    with TemporaryDirectory() as folder:
        write_export(market, Path(folder) / "export")
        dataset, _ = linked(Path(folder) / "export")
    past, test = later_orders(dataset)
    chances = truth(market)
    true = np.array([chances[i] for i in test.rows["order_id"].to_pylist()])
    groups = {}
    for purpose in GROUPS:
        said = fit(past, Recipe(purpose)).model.estimate(test.rows)
        tenths = np.array_split(np.argsort(said.risk, kind="stable"), TENTHS)
        groups[purpose] = [
            _held(said.low[tenth], said.high[tenth], true[tenth]) for tenth in tenths
        ]
    return groups


def _held(low: Floats, high: Floats, true: Floats) -> tuple[float, float]:
    held = low.mean() <= true.mean() <= high.mean()
    return float(held), float((high - low).mean())


if __name__ == "__main__":
    Console().print(run())
