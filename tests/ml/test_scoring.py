from datetime import UTC, datetime

import pyarrow as pa
import pytest

from ml.model import Explained
from ml.scoring import _score, scores_by_id
from tests.ml.small import order_rows, outcomes, small_model

AT = datetime(2026, 1, 1, tzinfo=UTC)
TOLD = {
    "order_id": "o1",
    "hashtag": "x",
    "level": 0.5,
    "days_since_peak": 3,
    "trend_as_of": AT,
    "resale_n": 5,
    "resale_drop": 0.2,
    "resale_median_ask_usd": 9.0,
    "resale_median_sold_usd": 9.0,
    "resale_as_of": AT,
    "sentiment_n": 6,
    "sentiment_score": 0.3,
    "sentiment_as_of": AT,
    "return_n": 4,
}


@pytest.fixture(scope="module")
def model():
    rows = order_rows(1_500)
    return small_model(rows, outcomes(rows), "checkout")


@pytest.fixture
def scored(model):
    facts = order_rows(20).to_pylist()[4] | TOLD

    def scored(**changed):
        rows = pa.Table.from_pylist([facts | changed])
        return scores_by_id(model, rows)["o1"]

    return scored


def width(score):
    return score.risk_high - score.risk_low


def test_a_usual_order_has_enough_evidence(scored):
    score = scored()
    assert score.evidence == "enough"
    assert 0 < score.risk_low <= score.regret_risk <= score.risk_high < 1


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("quantity", 1e6),
        ("quantity", float("inf")),
        ("quantity", -3.0),
        ("channel", "carrier pigeon"),
        ("income_decile", 400.0),
    ],
)
def test_an_absurd_value_makes_evidence_thin_and_the_interval_wide(
    scored, column, value
):
    without, score = scored(**{column: None}), scored(**{column: value})
    assert (without.evidence, score.evidence) == ("enough", "thin")
    assert score.risk_low <= without.risk_low
    assert score.risk_high >= without.risk_high
    assert width(score) >= 2 * width(without)


def test_without_evidence_there_is_no_number_however_absurd(scored):
    nothing = {"hashtag": None, "resale_n": 0, "sentiment_n": 0, "return_n": 0}
    score = scored(**nothing, quantity=float("inf"))
    assert (score.evidence, score.regret_risk) == ("none", None)


def test_no_rows_have_no_scores(model):
    assert scores_by_id(model, order_rows(3).slice(0, 0)) == {}


def test_reasons_tell_of_price_and_customer(model):
    facts = order_rows(20).to_pylist()[4] | TOLD | {"list_price_usd": 8.0}
    facts |= {"price_usd": 8.0, "category": "Home", "brand": None, "basket_count": 2}
    facts |= {"customer_order_count": 4, "customer_return_count": 1}
    effects = dict.fromkeys(model.predict(order_rows(1)).effects, 0.0)
    said = Explained(0.3, 0.2, 0.4, False, effects | {"price": 0.1, "buyer": -0.05})
    assert _score(facts, said).reasons == (
        "It costs its list price of $8 (category Home)",
        "This customer sent back 1 of 4 earlier orders, and this is one of 2 things in "
        "the basket",
    )
