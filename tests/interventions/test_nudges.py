import pytest

from interventions.nudges import BasketItem, decide, summarise
from interventions.rules import read_rules

RULES = read_rules().nudges


def item(low: float, risk: float | None = None, **changed) -> BasketItem:
    risk = min(1.0, low + 0.1) if risk is None else risk
    known = {"risk": risk, "risk_low": low, "evidence": "enough", "stage": "Decline"}
    return BasketItem(**known | changed)


NOTHING = BasketItem()


@pytest.mark.parametrize(
    ("basket", "kind"),
    [
        ([NOTHING], "none"),
        ([item(0.1)], "none"),
        ([item(0.1), item(0.1)], "cart_summary"),
        ([item(0.1, quantity=2)], "cart_summary"),
        ([item(0.1), item(0.1, stage="Death")], "none"),
        ([item(0.1), item(0.1, stage=None)], "none"),
        ([item(0.49, risk=0.9)], "none"),
        ([item(0.5)], "pre_purchase"),
        ([item(0.5, evidence="thin")], "pre_purchase"),
        ([item(0.69)], "pre_purchase"),
        ([item(0.7)], "cooling_off"),
        ([item(0.9, evidence="thin")], "pre_purchase"),
        ([item(0.1), NOTHING, item(0.7)], "cooling_off"),
    ],
)
def test_the_strongest_nudge_the_evidence_bears(basket, kind):
    assert decide(basket, RULES).kind == kind


def test_nothing_leans_on_what_has_no_evidence():
    # No card is like this; if one ever were, it still would not count.
    odd = [item(0.95, evidence="none"), item(0.95, evidence="none")]
    assert decide(odd, RULES).kind == "none"
    summary = summarise(odd, RULES)
    assert (summary.trending_count, summary.over_half_count) == (0, 0)
    assert (summary.item_count, summary.known_count) == (2, 0)


@pytest.mark.parametrize("evidence", ["thin", "enough"])
def test_a_sample_model_never_says_more_than_a_summary(evidence):
    sample = item(0.95, evidence=evidence, is_sample=True)
    for basket in ([sample], [sample, sample]):
        nudge = decide(basket, RULES)
        assert nudge.kind == "cart_summary"
        assert "made-up orders" in nudge.text
    mixed = decide([sample, item(0.6)], RULES)
    assert (mixed.kind, mixed.items) == ("pre_purchase", (1,))


def test_the_summary_counts_pieces():
    basket = [item(0.2), item(0.1), item(0.45, risk=0.6), item(0.6), NOTHING]
    summary = summarise(basket, RULES)
    assert summary.text == "4 trending items, 2 over 50 %"
    assert (summary.item_count, summary.known_count) == (5, 4)
    assert summarise([NOTHING], RULES).text == "no trending items, none over 50 %"
    assert summarise([item(0.1)], RULES).text == "1 trending item, none over 50 %"


def test_a_text_says_no_more_than_is_sure_and_of_what():
    nudge = decide([NOTHING, item(0.669, risk=0.9)], RULES)
    assert nudge.text.startswith("This: likely 66 % of its buyers or more regret it.")
    assert nudge.items == (1,)
    returned = decide([item(0.8, target="returned"), item(0.75)], RULES)
    assert "80 % of its buyers or more send it back" in returned.text
    assert returned.text.startswith("Something here")
    assert returned.items == (0, 1)
    assert returned.cooling_off_hours == RULES.cooling_off_hours
    assert f"{RULES.cooling_off_hours} hours" in returned.text


def test_the_thresholds_decide():
    strict = RULES.model_copy(update={"cart_trending_count": 3})
    assert decide([item(0.1)] * 2, strict).kind == "none"
    assert decide([item(0.1)] * 3, strict).kind == "cart_summary"
    early = RULES.model_copy(
        update={"pre_purchase_risk_low": 0.1, "cooling_off_risk_low": 0.2}
    )
    assert decide([item(0.15)], early).kind == "pre_purchase"
    assert decide([item(0.25)], early).kind == "cooling_off"
