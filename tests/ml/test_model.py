import json

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import roc_auc_score

from ml.daily import open_workbench
from ml.dataset import label_orders
from ml.evaluation import expected_calibration_error
from ml.registry import champion, models_folder, served_figures
from ml.training import fit, judge
from sample.export import truth
from store.errors import CorruptModelError


@pytest.fixture(scope="module")
def dataset(imported):
    with open_workbench(imported) as duck:
        return label_orders(duck, imported.settings)


def test_it_learns_what_can_be_learned(market, dataset):
    judged = judge(dataset, "checkout", seed=1, gap_days=30)
    true = truth(market)
    best = np.array([true[i] for i in judged.test.rows["order_id"].to_pylist()])
    reached = roc_auc_score(judged.test.y, judged.risk)
    possible = roc_auc_score(judged.test.y, best)
    # Half of the way from a coin to the best possible, from a small market.
    assert reached > 0.5 + 0.5 * (possible - 0.5)
    assert reached <= possible + 0.03
    assert expected_calibration_error(judged.test.y, judged.risk) < 0.08


def test_the_test_is_later_than_all_that_was_learned(dataset):
    judged = judge(dataset, "shopper", seed=1, gap_days=30)
    assert judged.test.days.min() > dataset.days.min()
    assert judged.test.coded.all()
    learned = dataset.between(
        dataset.days.min().astype(object), judged.test.days.min().astype(object)
    )
    assert len(learned.y) + len(judged.test.y) <= len(dataset.y)


def test_the_same_seed_gives_the_same_model(dataset):
    one, same = fit(dataset, "shopper", seed=3), fit(dataset, "shopper", seed=3)
    other = fit(dataset, "shopper", seed=4)
    risks = [f.model.risks(dataset.rows).tolist() for f in (one, same, other)]
    assert risks[0] == risks[1] != risks[2]


def test_effects_and_interval_fit_the_risk(trained, dataset):
    _, model = champion(trained, trained.settings, "shopper")
    predicted = model.predict(dataset.rows.slice(0, 200))
    assert np.all(predicted.low <= predicted.risk)
    assert np.all(predicted.risk <= predicted.high)
    assert predicted.risk == pytest.approx(model.risks(dataset.rows.slice(0, 200)))
    assert set(predicted.effects) == {
        "trend",
        "resale",
        "sentiment",
        "returns",
        "price",
        "buyer",
    }


def test_a_changed_model_file_is_refused(trained):
    row, _ = champion(trained, trained.settings, "shopper")
    file = models_folder(trained.settings) / row.file
    before = file.read_bytes()
    try:
        changed = bytearray(before)
        changed[len(changed) // 2] ^= 1
        file.write_bytes(bytes(changed))
        with pytest.raises(CorruptModelError, match="trendguard train"):
            champion(trained, trained.settings, "shopper")
        file.unlink()
        with pytest.raises(CorruptModelError, match="can't be read"):
            champion(trained, trained.settings, "shopper")
    finally:
        file.write_bytes(before)


def test_the_model_file_is_plain_data(trained):
    row, _ = champion(trained, trained.settings, "shopper")
    content = json.loads((models_folder(trained.settings) / row.file).read_text())
    assert content["booster"].startswith("tree\n")


def test_unknown_categories_and_absent_columns_are_missing_values(trained):
    _, model = champion(trained, trained.settings, "shopper")
    nothing = dict.fromkeys([*model.encoder.names, "list_price_usd", "age_band"])
    rows = pa.Table.from_pylist([nothing | {"category": "no such"}])
    assert np.isnan(model.encoder.matrix(rows)[0, 0])
    risk = model.predict(rows).risk[0]
    assert 0 < risk < 1


def test_figures_stand_in_the_registry(trained):
    figures = served_figures(trained)
    assert set(figures) == {"shopper", "checkout"}
    for shown in figures.values():
        assert 0.5 < shown["auc"] < 1
        assert shown["trained_on"] == "sample"
        assert shown["target"] == "regret"
