import numpy as np
import pyarrow as pa
import pytest

from ml.bulk_scores import SCORES, BulkScorer, scores_of
from ml.daily import open_workbench
from ml.evidence import evidence_of
from ml.scoring import scores_by_id
from store.errors import NoModelError
from tests.ml.small import order_rows, outcomes, small_model
from tests.ml.test_scoring import TOLD


@pytest.fixture(scope="module")
def model():
    rows = order_rows(1_500)
    return small_model(rows, outcomes(rows), "checkout")


def varied(count: int = 400) -> pa.Table:
    """Return rows with every number of signals, some of them unusual."""
    rng = np.random.default_rng(3)
    rows = order_rows(count, seed=5).to_pylist()
    for number, row in enumerate(rows):
        row.update(TOLD, order_id=f"o{number}")
        row["hashtag"] = rng.choice([None, "", "x"])
        for name in ("resale_n", "sentiment_n", "rating_n", "return_n"):
            row[name] = rng.choice([None, 0, 2, 3, 4, 5, 19, 20])
        if number % 7 == 0:
            row["quantity"] = rng.choice([1e6, -3.0, np.inf])
    return pa.Table.from_pylist(rows)


def test_the_numbers_are_those_of_single_orders(model):
    rows = varied()
    bulk = {row["order_id"]: row for row in scores_of(model, rows).to_pylist()}
    single = scores_by_id(model, rows)
    assert bulk.keys() == single.keys()
    seen = set()
    for order_id, score in single.items():
        row = bulk[order_id]
        assert row["evidence"] == score.evidence
        told = (score.regret_risk, score.risk_low, score.risk_high)
        same = (row["risk"], row["risk_low"], row["risk_high"])
        assert same == pytest.approx(told, abs=1e-9)
        seen.add(score.evidence)
    assert seen == {"none", "thin", "enough"}


def test_each_row_of_the_test_has_some_evidence_or_none():
    rows = varied().to_pylist()
    assert {evidence_of(row) for row in rows} == {"none", "thin", "enough"}


def test_no_rows_have_no_scores(model):
    assert scores_of(model, varied(5).slice(0, 0)) == SCORES.empty_table()


def test_stored_orders_are_scored_as_a_file_of_them_would_be(trained):
    scorer = BulkScorer.load(trained, trained.settings)
    with open_workbench(trained) as duck:
        rows = duck.sql(
            "FROM linked_order USING SAMPLE 300 ROWS (reservoir, 4)"
        ).to_arrow_table()
    with scorer.at_work(trained) as score:
        found = score(
            pa.chunked_array([*rows["order_id"].chunks, pa.array(["nobody's"])])
        )
    single = scores_by_id(scorer.model, rows)
    assert len(single) == found.num_rows == 300
    for row in found.to_pylist():
        assert row["risk"] == pytest.approx(single[row["order_id"]].regret_risk)


def test_without_a_model_it_is_said(database):
    with pytest.raises(NoModelError, match="trendguard train"):
        BulkScorer.load(database, database.settings)
