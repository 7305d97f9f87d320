"""The browser decides as the server does, by the same rules."""

import json
import random

import pytest

from interventions.nudges import BasketItem, decide, summarise
from interventions.rules import read_rules
from tests.extension.conftest import EXTENSION

pytestmark = pytest.mark.browser
RULES = read_rules().nudges
BASKETS = 400


@pytest.fixture(scope="module")
def in_browser(plain_browser):
    """Run an expression beside lib/nudge-rules.js."""
    page = plain_browser.new_page()
    source = (EXTENSION / "lib/nudge-rules.js").read_text().replace("export ", "")

    def run(function, argument):
        return page.evaluate(f"(given) => {{ {source}; return {function} }}", argument)

    yield run
    page.close()


def a_basket(rng):
    def item():
        known = rng.random() < 0.8
        low = rng.choice([0.2, 0.49, 0.5, 0.51, 0.69, 0.7, 0.9])
        return BasketItem(
            risk=min(1, low + rng.choice([0, 0.1])) if known else None,
            risk_low=low if known else None,
            evidence=rng.choice(["enough", "thin"]) if known else "none",
            stage=rng.choice([None, "Rising", "Peak", "Decline", "Death"]),
            is_sample=rng.random() < 0.3,
            quantity=rng.randint(1, 3),
        )

    return [item() for _ in range(rng.randint(1, 4))]


def as_browser(item):
    return {
        "risk": item.risk,
        "riskLow": item.risk_low,
        "evidence": item.evidence,
        "stage": item.stage,
        "target": item.target,
        "isSample": item.is_sample,
        "quantity": item.quantity,
    }


def test_it_decides_as_the_server_does(in_browser):
    rng = random.Random(7)
    baskets = [a_basket(rng) for _ in range(BASKETS)]
    given = {
        "rules": RULES.model_dump(),
        "baskets": [[as_browser(item) for item in basket] for basket in baskets],
    }
    decided = in_browser(
        """given.baskets.map((b) => ({ ...decide(b, given.rules),
        ...summarise(b, given.rules) }))""",
        given,
    )
    for basket, mine in zip(baskets, decided, strict=True):
        theirs, summary = decide(basket, RULES), summarise(basket, RULES)
        assert (mine["kind"], mine["items"]) == (theirs.kind, list(theirs.items))
        assert mine["trending"] == summary.trending_count
        assert mine["over"] == summary.over_half_count
        assert mine["isSample"] == ("made-up" in summary.text)
    assert {each["kind"] for each in decided} == {
        "none",
        "cart_summary",
        "pre_purchase",
        "cooling_off",
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"pre_purchase_risk_low": "0.5"},
        {"cooling_off_risk_low": 7},
        {"over_half_risk": 0},
        {"cart_trending_count": 1.5},
        {"cooling_off_hours": None},
    ],
    ids=json.dumps,
)
def test_rules_that_can_not_be_right_are_none(in_browser, wrong):
    right = RULES.model_dump()
    assert in_browser("readRules(given)", right) == right
    assert in_browser("readRules(given)", right | wrong) is None


@pytest.mark.parametrize("value", [None, 7, "x", [], {}])
def test_what_is_no_rules_is_none(in_browser, value):
    assert in_browser("readRules(given)", value) is None


def test_a_pause_is_a_week_at_the_most(in_browser):
    rules = in_browser(
        "readRules(given)", {**RULES.model_dump(), "cooling_off_hours": 300}
    )
    assert rules["cooling_off_hours"] == 168
