from datetime import date

import pytest

from tests.server.conftest import hashtag_day, model_version

FIGURES = {
    "auc": 0.78,
    "pr_auc": 0.43,
    "brier": 0.11,
    "log_loss": 0.37,
    "ece": 0.02,
    "base_rate": 0.16,
    "mean_risk": 0.18,
    "n": 9142,
    "judged_from": "2026-01-02",
    "judged_to": "2026-03-01",
    "weighted": False,
    "groups": [
        {
            "by": "income_group",
            "group": "deciles 1-3",
            "n": 60,
            "base_rate": 0.16,
            "mean_risk": 0.19,
            "auc": None,
            "brier": 0.1,
            "ece": 0.03,
            "gap": 0.03,
            "gap_low": 0.01,
            "gap_high": 0.05,
            "beyond_chance": True,
        }
    ],
    "calibration": [],
    "histogram": [],
    "net_benefit": [],
}


def model(version: str = "v2", **changed):
    row = model_version(version)
    row.figures = FIGURES
    row.features = ["level", "income_decile"]
    for name, value in changed.items():
        setattr(row, name, value)
    return row


def test_served_models_say_what_they_are_and_for_whom(client, stored):
    stored(model("s2"), model("s1", role="retired"), model("c1", purpose="checkout"))
    answer = client.get("/v1/models")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    checkout, shopper = answer.json["models"]
    assert (checkout["version"], shopper["version"]) == ("c1", "s2")
    assert (shopper["target"], shopper["trained_on"]) == ("regret", "sample")
    assert shopper["window"] == {"first": "2025-01-01", "last": "2026-01-01"}
    assert shopper["judged"] == {"first": "2026-01-02", "last": "2026-03-01"}
    assert shopper["figures"]["auc"] == 0.78
    assert shopper["groups"] == FIGURES["groups"]
    assert "made-up market" in shopper["limits"][0]
    assert any("reads income" in limit for limit in checkout["limits"])
    assert not any("reads income" in limit for limit in shopper["limits"])


def test_a_card_is_markdown_to_read(client, stored):
    stored(model(purpose="checkout"))
    answer = client.get("/v1/models/checkout/card")
    assert answer.status_code == 200
    assert answer.content_type == "text/markdown; charset=utf-8"
    assert answer.text.startswith("# Model card: the chance of regret, at checkout\n")
    assert "**+3.0 (+1.0 to +5.0)**" in answer.text
    # The plot is a file beside the model, which nobody is served.
    assert "![" not in answer.text


def test_a_model_of_an_earlier_version_has_a_card_too(client, stored):
    early = {n: v for n, v in FIGURES.items() if isinstance(v, float | int)}
    del early["mean_risk"], early["weighted"]
    stored(model(figures=early), model("bare", purpose="checkout", figures={}))
    bare, shopper = client.get("/v1/models").json["models"]
    assert (bare["figures"], shopper["figures"]["auc"]) == (None, 0.78)
    assert shopper["groups"] == []
    for purpose in ("shopper", "checkout"):
        text = client.get(f"/v1/models/{purpose}/card").text
        assert "run `trendguard train` again" in text


@pytest.mark.parametrize("purpose", ["shopper", "nothing", "%00", "x" * 500])
def test_without_a_model_there_is_no_card(client, stored, purpose):
    stored(model(role="retired"), hashtag_day(date(2026, 3, 1)))
    assert client.get("/v1/models").json == {"models": []}
    answer = client.get(f"/v1/models/{purpose}/card")
    assert (answer.status_code, answer.json["title"]) == (404, "Not found")
    assert answer.content_type == "application/problem+json"
