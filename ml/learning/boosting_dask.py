"""Growing the trees on the workers of a Dask cluster, each on some of the rows."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

from ml.learning.boosting import Booster, Sample
from store.errors import SettingsError

Floats = npt.NDArray[np.float64]
# The estimator's own names; LightGBM's would stand beside them and one be ignored.
RENAMED = {
    "min_data_in_leaf": "min_child_samples",
    "lambda_l2": "reg_lambda",
    "feature_fraction": "colsample_bytree",
    "bagging_fraction": "subsample",
    "bagging_freq": "subsample_freq",
    "seed": "random_state",
}
CONNECT_SECONDS = 10


def boost_on_dask(booster: Booster, learn: Sample, rounds: int) -> lgb.Booster:
    """Return so many trees, grown by the workers of ``booster.dask_address``.

    Raises
    ------
    SettingsError
        If Dask is not installed, nobody answers there, or there is no worker.
    """
    parameters = {RENAMED.get(n, n): v for n, v in booster.all_parameters.items()}
    with _connected(booster.dask_address) as client:
        workers = len(client.nthreads())
        if not workers:
            raise SettingsError(
                f"TRENDGUARD_DASK_ADDRESS: the scheduler at {booster.dask_address} has "
                f"no worker; start some: dask worker {booster.dask_address}"
            )
        matrix, y, weight = (
            _scattered(client, values, workers)
            for values in (learn.X, learn.y, learn.weight)
        )
        model = lgb.DaskLGBMRegressor(client=client, n_estimators=rounds, **parameters)
        with _quiet():
            model.fit(
                matrix,
                y,
                sample_weight=weight,
                feature_name=booster.names,
                categorical_feature=booster.categorical,
            )
        found: lgb.Booster = model.to_local().booster_
        return found


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    try:
        from distributed import Client  # noqa: PLC0415 - an extra: few need it
    except ImportError as error:
        raise SettingsError(
            "TRENDGUARD_DASK_ADDRESS is set, but Dask is not installed: "
            "pip install 'trendguard[dask]'"
        ) from error
    try:
        client = Client(address, timeout=CONNECT_SECONDS)
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"TRENDGUARD_DASK_ADDRESS: no Dask scheduler answers at {address} "
            f"({error}); start one (dask scheduler), or unset it to train here"
        ) from error
    with client:
        yield client


def _scattered(client: Any, values: Floats, workers: int) -> Any:
    """Return an array whose parts lie with the workers already: within the graph they
    would all pass through the scheduler, as one message.
    """
    import dask.array as da  # noqa: PLC0415 - an extra: few need it

    parts = [p for p in np.array_split(values, workers) if len(p)]
    lying = client.scatter(parts)
    return da.concatenate(
        [
            da.from_delayed(future, part.shape, part.dtype)
            for future, part in zip(lying, parts, strict=True)
        ]
    )


@contextmanager
def _quiet() -> Iterator[None]:
    # LightGBM prints which ports it looks for, where a result may be printed as JSON,
    # and warns that each worker has its own threads.
    with warnings.catch_warnings(), redirect_stdout(StringIO()):
        warnings.filterwarnings("ignore", r"Parameter \w+ will be ignored", UserWarning)
        yield
