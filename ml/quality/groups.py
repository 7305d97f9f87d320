"""How good a model is for whom: the same figures by group of buyers and of products."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy.stats import false_discovery_control, norm

from ml.quality.evaluation import INTERVAL, figures
from ml.quality.group_figure import GroupFigure

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
LEAST_ROWS = 50
# AUC says nothing where there are fewer of either outcome.
LEAST_EACH = 30
FALSE_DISCOVERY = 0.10
INCOME_GROUPS = {"deciles 1-3": (1, 3), "deciles 4-7": (4, 7), "deciles 8-10": (8, 10)}
STAGES = ("Rising", "Peak", "Decline", "Death")


def group_figures(
    rows: pa.Table, y: Floats, risk: Floats, weight: Floats | None = None
) -> list[GroupFigure]:
    """Return the figures by age band, category, income group and trend stage.

    Groups of fewer than 50 orders are left out. A gap's interval takes the orders of
    one product as being alike. Of the gaps called beyond chance no more than one in ten
    is expected to be chance.

    Parameters
    ----------
    rows : pyarrow.Table
        The orders: `product_id`, `age_band`, `category`, `income_decile`, `stage`.
    y : array (n_rows,)
        0 or 1.
    risk : array (n_rows,)
        Probabilities.
    weight : array (n_rows,), optional
        As how many rows each counts.

    References
    ----------
    Benjamini and Hochberg, J. R. Stat. Soc. B 57(1), 1995; Cameron and Miller, J. Hum.
    Resour. 50(2), 2015 (clusters).
    """
    weight = np.ones(len(y)) if weight is None else weight
    product = pc.rank(rows["product_id"], tiebreaker="dense").to_numpy() - 1
    found = [(name, mask) for name, mask in _groups(rows) if mask.sum() >= LEAST_ROWS]
    errors = [_gap_error(y[m], risk[m], weight[m], product[m]) for _, m in found]
    measured = [figures(y[m], risk[m], weight[m]) for _, m in found]
    gaps = [float(f["mean_risk"] or 0) - float(f["base_rate"] or 0) for f in measured]
    chances = _chances(np.array(gaps), np.array(errors))
    reach = float(norm.ppf((1 + INTERVAL) / 2))
    return [
        GroupFigure(
            by=by,
            group=group,
            n=int(mask.sum()),
            base_rate=float(figure["base_rate"] or 0),
            mean_risk=float(figure["mean_risk"] or 0),
            auc=figure["auc"] if _has_both(y[mask]) else None,
            brier=float(figure["brier"] or 0),
            ece=float(figure["ece"] or 0),
            gap=gap,
            gap_low=gap - reach * error,
            gap_high=gap + reach * error,
            beyond_chance=bool(chance <= FALSE_DISCOVERY),
        )
        for ((by, group), mask), figure, gap, error, chance in zip(
            found, measured, gaps, errors, chances, strict=True
        )
    ]


def _groups(rows: pa.Table) -> list[tuple[tuple[str, str], Mask]]:
    named = {name: _names(rows, name) for name in ("age_band", "category", "stage")}
    ages = sorted(set(named["age_band"]), key=_first_number)
    found = [("age_band", age, named["age_band"] == age) for age in ages]
    categories = sorted(set(named["category"]))
    found += [("category", c, named["category"] == c) for c in categories]
    income = rows["income_decile"].cast(pa.float64()).to_numpy()
    for name, (low, high) in INCOME_GROUPS.items():
        found.append(("income_group", name, (income >= low) & (income <= high)))
    found.append(("income_group", "not known", np.isnan(income)))
    found += [("stage", stage, named["stage"] == stage) for stage in STAGES]
    found.append(("stage", "no trend", named["stage"] == "not known"))
    return [((by, str(group)), mask) for by, group, mask in found]


def _names(rows: pa.Table, column: str) -> npt.NDArray[np.str_]:
    filled = pc.fill_null(rows[column].cast(pa.string()), "not known")
    return np.array(filled.to_pylist(), dtype=np.str_)


def _first_number(band: str) -> tuple[int, str]:
    digits = band.partition("-")[0].rstrip("+")
    return (int(digits) if digits.isdigit() else 1000, band)


def _has_both(y: Floats) -> bool:
    return bool(min(y.sum(), len(y) - y.sum()) >= LEAST_EACH)


def _gap_error(
    y: Floats, risk: Floats, weight: Floats, product: npt.NDArray[np.int64]
) -> float:
    """Return the standard error of the gap: the larger of what coins with these
    probabilities would have, and of what is seen between products.
    """
    coins = weight**2 @ (risk * (1 - risk))
    miss = weight * (risk - y - np.average(risk - y, weights=weight))
    sums = np.bincount(product, miss)
    count = len(np.unique(product))
    between = sums @ sums * count / max(count - 1, 1)
    return float(np.sqrt(max(coins, between)) / weight.sum())


def _chances(gaps: Floats, errors: Floats) -> Floats:
    # How likely so wide a gap is by chance, raised for there being many groups.
    if not len(gaps):
        return gaps
    spread = np.maximum(errors, 1e-12)
    found: Floats = false_discovery_control(2 * norm.sf(np.abs(gaps) / spread))
    return found
