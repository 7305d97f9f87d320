"""Growing the trees on the workers of a Dask cluster, each on some of the rows."""

import lightgbm as lgb

from ml.learning.boosting import Booster, Sample
from store.errors import SettingsError

# The estimator's own names; LightGBM's would stand beside them and one be ignored.
RENAMED = {
    "min_data_in_leaf": "min_child_samples",
    "lambda_l2": "reg_lambda",
    "feature_fraction": "colsample_bytree",
    "bagging_fraction": "subsample",
    "bagging_freq": "subsample_freq",
    "seed": "random_state",
}


def boost_on_dask(booster: Booster, learn: Sample, rounds: int) -> lgb.Booster:
    """Return so many trees, grown by the workers of ``booster.dask_address``.

    Raises
    ------
    SettingsError
        If Dask is not installed, nobody answers there, or there is no worker.
    """
    try:
        import dask.array as da  # noqa: PLC0415 - an extra: few need it
        from distributed import Client  # noqa: PLC0415
    except ImportError as error:
        raise SettingsError(
            "TRENDGUARD_DASK_ADDRESS is set, but Dask is not installed: "
            "pip install 'trendguard[dask]'"
        ) from error
    try:
        client = Client(booster.dask_address, timeout=10)
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"TRENDGUARD_DASK_ADDRESS: no Dask scheduler answers at "
            f"{booster.dask_address} ({error})"
        ) from error
    with client:
        workers = len(client.scheduler_info()["workers"])
        if not workers:
            raise SettingsError(
                f"the Dask scheduler at {booster.dask_address} has no worker"
            )
        rows = -(-len(learn.y) // workers)
        matrix = da.from_array(learn.X, chunks=(rows, learn.X.shape[1]))
        y, weight = (da.from_array(a, chunks=rows) for a in (learn.y, learn.weight))
        parameters = {RENAMED.get(n, n): v for n, v in booster.all_parameters.items()}
        model = lgb.DaskLGBMRegressor(client=client, n_estimators=rounds, **parameters)
        model.fit(
            matrix,
            y,
            sample_weight=weight,
            feature_name=booster.names,
            categorical_feature=booster.categorical,
        )
        found: lgb.Booster = model.to_local().booster_
        return found
