"""The same trees, grown by the processes of a Dask cluster."""

import json
import sys
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

import ml.learning.boosting_dask
from ml.learning.fitting import Recipe, fit
from store.errors import SettingsError
from tests.ml.small import small_dataset

QUICK = {"num_threads": 1, "learning_rate": 0.1}


@pytest.fixture(scope="module")
def cluster():
    """Two workers, each a process of its own."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as cluster:
        yield cluster


@pytest.fixture
def recipe():
    return Recipe("checkout", parameters=QUICK)


@pytest.mark.slow
def test_two_workers_grow_trees_as_good(cluster, recipe, capsys):
    told = []
    dataset, later = small_dataset(4_000), small_dataset(4_000, seed=9)
    here = fit(dataset, recipe)
    there = fit(
        dataset,
        replace(
            recipe,
            dask_address=cluster.scheduler_address,
            report=lambda *step: told.append(step),
        ),
    )
    assert there.rounds == here.rounds
    assert there.model.booster.num_trees() == here.model.booster.num_trees()
    assert there.model.booster.feature_name() == here.model.booster.feature_name()
    aucs = [roc_auc_score(later.y, m.model.risks(later.rows)) for m in (here, there)]
    assert aucs[0] > 0.7
    assert aucs[1] == pytest.approx(aucs[0], abs=0.01)
    risks = [m.model.risks(later.rows) for m in (here, there)]
    assert risks[1].mean() == pytest.approx(risks[0].mean(), abs=0.01)
    assert np.corrcoef(*risks)[0, 1] > 0.95
    rounds = here.rounds
    step = "checkout: all orders"
    assert [t for t in told if t[0] == step] == [
        (step, 0, rounds),
        (step, rounds, rounds),
    ]
    # Nothing is printed into what may be read as JSON.
    assert capsys.readouterr().out == ""


@pytest.mark.slow
def test_the_command_trains_on_the_address_it_is_given(
    cluster, trainable, monkeypatch, capsys
):
    import cli

    grown = []
    boost = ml.learning.boosting_dask.boost_on_dask

    def counted(booster, learn, rounds):
        grown.append((booster.dask_address, rounds))
        return boost(booster, learn, rounds)

    monkeypatch.setattr(ml.learning.boosting_dask, "boost_on_dask", counted)
    monkeypatch.setenv("TRENDGUARD_DASK_ADDRESS", cluster.scheduler_address)
    monkeypatch.setenv("TRENDGUARD_DATA_DIR", str(trainable.settings.data_dir))
    monkeypatch.setattr(sys, "argv", ["trendguard", "train", "--json"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 0
    result = json.loads(capsys.readouterr().out)
    assert {address for address, _ in grown} == {cluster.scheduler_address}
    assert [rounds for _, rounds in grown] == [
        result[purpose]["rounds"] for purpose in ("shopper", "checkout")
    ]
    assert result["checkout"]["auc"] > 0.6


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:1", "127.0.0.1:1", "nonsense://127.0.0.1:1"]
)
def test_nobody_there_is_said(recipe, address, monkeypatch):
    monkeypatch.setattr(ml.learning.boosting_dask, "CONNECT_SECONDS", 0.3)
    with pytest.raises(SettingsError, match="no Dask scheduler answers") as said:
        fit(small_dataset(1_000), replace(recipe, dask_address=address))
    assert "TRENDGUARD_DASK_ADDRESS" in str(said.value)
    assert address in str(said.value)
    assert "unset it" in str(said.value)


@pytest.mark.slow
def test_a_scheduler_without_workers_is_said(recipe):
    from distributed import LocalCluster

    with LocalCluster(n_workers=0, dashboard_address=":0") as idle:
        address = idle.scheduler_address
        with pytest.raises(SettingsError, match="no worker") as said:
            fit(small_dataset(1_000), replace(recipe, dask_address=address))
    assert f"dask worker {address}" in str(said.value)


def test_dask_is_an_extra(recipe, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SettingsError, match=r"pip install 'trendguard\[dask\]'"):
        fit(small_dataset(1_000), replace(recipe, dask_address="tcp://127.0.0.1:1"))
