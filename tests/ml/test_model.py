import json

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import roc_auc_score

from ml.daily import open_workbench
from ml.labels import label_orders
from ml.learning.fitting import Recipe, fit
from ml.quality.evaluation import expected_calibration_error
from ml.registry.models import champion, models_folder
from ml.registry.versions import served_figures
from sample.truth import truth
from store.errors import CorruptModelError, MissingFeatureError
from tests.ml.small import order_rows, outcomes, small_model


@pytest.fixture(scope="module")
def dataset(trained):
    with open_workbench(trained) as duck:
        return label_orders(duck, trained.settings)


def test_it_learns_what_can_be_learned(market, dataset):
    judged = fit(dataset, Recipe("checkout", seed=1)).judged
    true = truth(market)
    best = np.array([true[i] for i in judged.test.rows["order_id"].to_pylist()])
    reached = roc_auc_score(judged.test.y, judged.risk)
    possible = roc_auc_score(judged.test.y, best)
    # Half of the way from a coin to the best possible, from a small market.
    assert reached > 0.5 + 0.5 * (possible - 0.5)
    assert reached <= possible + 0.03
    assert expected_calibration_error(judged.test.y, judged.risk) < 0.08


def test_the_test_is_later_than_all_that_was_learned(dataset):
    judged = fit(dataset, Recipe("shopper", seed=1)).judged
    assert judged.test.days.min() > dataset.days.min()
    assert judged.test.coded.all()
    learned = dataset.between(
        dataset.days.min().astype(object), judged.test.days.min().astype(object)
    )
    assert len(learned.y) + len(judged.test.y) <= len(dataset.y)


def test_the_same_seed_gives_the_same_model(dataset):
    risks = [
        fit(dataset, Recipe("shopper", seed=seed)).model.risks(dataset.rows).tolist()
        for seed in (3, 3, 4)
    ]
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


@pytest.fixture(scope="module")
def small():
    rows = order_rows(1_500, purpose="shopper")
    return rows, small_model(rows, outcomes(rows))


def test_one_row_is_explained_as_it_is_in_a_batch(small):
    rows, model = small
    batch = model.predict(rows.slice(0, 40))
    for number, facts in enumerate(rows.slice(0, 40).to_pylist()):
        one = model.explain_one(facts)
        assert (one.risk, one.low, one.high, one.unusual) == pytest.approx(
            tuple(a[number] for a in (batch.risk, batch.low, batch.high, batch.unusual))
        )
        assert one.effects == pytest.approx(
            {group: effect[number] for group, effect in batch.effects.items()}
        )


def test_a_batch_in_chunks_is_the_same_as_in_one(small, monkeypatch):
    rows, model = small
    whole, explained = model.estimate(rows), model.predict(rows)
    monkeypatch.setattr("ml.model.CHUNK_ROWS", 400)
    monkeypatch.setattr("ml.model.THREADED_ROWS", 300)
    for again in (model.estimate(rows), model.predict(rows)):
        for name in ("risk", "low", "high", "unusual"):
            expected = getattr(whole, name)
            assert getattr(again, name) == pytest.approx(expected)
    assert explained.risk == pytest.approx(whole.risk)
    assert len(model.scores(rows)) == rows.num_rows


def test_no_rows_have_no_risks(small):
    rows, model = small
    nothing = rows.slice(0, 0)
    assert len(model.risks(nothing)) == len(model.scores(nothing)) == 0
    predicted = model.predict(nothing)
    assert len(predicted.risk) == len(predicted.effects["price"]) == 0


ABSURD = (
    {"price_usd": float("inf")},
    {"price_usd": float("-inf")},
    {"price_usd": 1e12},
    {"price_usd": -5.0},
    {"list_price_usd": 0.0},
    {"sentiment_n": 1e9},
    {"category": "never heard of"},
)


@pytest.mark.parametrize("changed", ABSURD, ids=str)
def test_an_absurd_value_is_told_both_ways_and_gives_a_number(small, changed):
    rows, model = small
    facts = rows.to_pylist()[3]
    assert not model.explain_one(facts).unusual
    one = model.explain_one(facts | changed)
    batch = model.estimate(pa.Table.from_pylist([facts | changed]))
    assert one.unusual
    assert batch.unusual.tolist() == [True]
    assert 0 <= one.low <= one.risk <= one.high <= 1
    assert one.risk == pytest.approx(batch.risk[0])


def test_what_is_infinite_counts_as_not_known(small):
    rows, model = small
    facts = rows.to_pylist()[3]
    for column in ("price_usd", "sentiment_score", "resale_drop"):
        endless = model.explain_one(facts | {column: float("inf")})
        unknown = model.explain_one(facts | {column: None})
        assert endless.risk == unknown.risk
        assert (endless.unusual, unknown.unusual) == (True, False)


def test_nan_is_a_missing_value_not_an_unusual_one(small):
    rows, model = small
    facts = dict.fromkeys(rows.column_names)
    nans = {n: float("nan") for n in ("price_usd", "list_price_usd", "level")}
    assert model.explain_one(facts | nans) == model.explain_one(facts)
    assert not model.explain_one(facts).unusual


def test_a_missing_feature_is_an_error_and_never_a_number(small):
    rows, model = small
    for ask in (model.estimate, model.predict, model.scores, model.risks):
        with pytest.raises(MissingFeatureError, match="sentiment_score"):
            ask(rows.drop_columns(["sentiment_score"]))
    facts = rows.to_pylist()[0]
    del facts["brand"]
    with pytest.raises(MissingFeatureError, match="brand"):
        model.explain_one(facts)
