"""Returns that gave no reason: the probability that regret was behind each.

What is learned from returns that gave one holds for silent ones only if silence says
nothing of the reason, which nobody knows: ``silent_regret_odds`` states another belief.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from store.settings import Settings

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
# Fewer, or fewer of either kind, tell a share at most.
LEAST_CODED = 200
LEAST_EACH = 20


def silent_targets(
    linked: pa.Table, regretted: Floats, silent: Mask, settings: Settings
) -> Floats:
    """Return the probability of regret of each silent return (n_silent,), 0-1.

    Parameters
    ----------
    linked : pyarrow.Table
        Orders with their features and what is known of their returns.
    regretted : array (n_orders,)
        1 or 0 where a return gave a reason, else NaN.
    silent : array (n_orders,) of bool
        Returned without a reason.
    """
    coded = ~np.isnan(regretted)
    likely = np.full(int(silent.sum()), float(regretted[coded].mean()))
    kinds = np.count_nonzero(regretted[coded]), np.sum(regretted[coded] == 0)
    enough = sum(kinds) >= LEAST_CODED and min(kinds) >= LEAST_EACH
    if settings.silent_returns != "rule" and len(likely) and enough:
        known, other = _returns(linked)
        told = np.column_stack([known, other])
        model = _model(known.shape[1], told.shape[1])
        model.fit(told[coded], regretted[coded])
        likely = model.predict_proba(told[silent])[:, 1]
    odds = settings.silent_regret_odds * likely
    target: Floats = odds / (odds + 1 - likely)
    if settings.silent_returns == "model":
        return target
    # The seed's rule: what came back while its trend was falling was regretted.
    faded = linked["faded"].to_numpy(zero_copy_only=False)[silent]
    return np.where(faded, 1.0, target)


def _returns(linked: pa.Table) -> tuple[Floats, npt.NDArray[np.object_]]:
    """Return what is known of returns: numbers, and names."""
    logs = [
        np.log1p(np.maximum(_floats(linked, n), 0)) for n in ("kept_days", "price_usd")
    ]
    numbers = [_floats(linked, n) for n in ("level_at_return", "faded")]
    known = np.nan_to_num(np.column_stack([*logs, *numbers]))
    names = [
        linked[n].cast(pa.string()).fill_null("").to_numpy(zero_copy_only=False)
        for n in ("category", "age_band", "channel")
    ]
    return known, np.column_stack(names)


def _model(known_count: int, count: int) -> Pipeline:
    return make_pipeline(
        make_column_transformer(
            (StandardScaler(), [*range(known_count)]),
            (
                OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=20),
                [*range(known_count, count)],
            ),
        ),
        LogisticRegression(C=0.3, max_iter=1000),
    )


def _floats(linked: pa.Table, name: str) -> Floats:
    values: Floats = linked[name].cast(pa.float64()).to_numpy()
    return values
