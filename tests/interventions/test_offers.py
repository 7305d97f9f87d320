import math
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interventions.offers import return_cost, weigh, worth_minor
from interventions.rules import read_rules

RULES = read_rules()
KINDS = ("email_offer", "sms_reminder", "credit_offer")


def order(risk: float | None, **columns) -> dict:
    known = {"risk": risk, "risk_low": risk, "evidence": "enough"}
    if risk is None:
        known["evidence"] = "none"
    price = {"unit_price_minor": 10_000, "quantity": 1, "currency": "USD"}
    return known | price | columns


def weighed(*orders: dict, rules=RULES, is_sample=False):
    return weigh(pa.Table.from_pylist(list(orders)), rules, is_sample=is_sample)


def changed(kind: str, **values):
    offers = dict(RULES.offers)
    offers[kind] = offers[kind].model_copy(update=values)
    return RULES.model_copy(update={"offers": offers})


@pytest.mark.parametrize(
    ("risk", "low", "fits"),
    [
        (0.59, 0.5, ""),
        (0.6, 0.5, "sms_reminder"),
        (0.79, 0.69, "sms_reminder"),
        (0.8, 0.69, "email_offer sms_reminder"),
        (0.8, 0.75, "email_offer sms_reminder credit_offer"),
    ],
)
def test_the_thresholds_are_the_rules_own(risk, low, fits):
    found = weighed(order(risk, risk_low=low, unit_price_minor=100_000))
    assert found.kinds == KINDS
    said = [k for k, fit in zip(KINDS, found.fits[0], strict=True) if fit]
    assert " ".join(said) == fits
    assert (found.reasons[0] == "") == bool(fits)


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"risk": None, "evidence": "none"}, "no_evidence"),
        ({"evidence": "none"}, "no_evidence"),
        ({"risk": 0.3, "risk_low": 0.2}, "below_threshold"),
        ({"currency": "EUR"}, "other_currency"),
        ({"risk": 0.61, "risk_low": 0.4, "unit_price_minor": 0}, ""),
    ],
)
def test_there_is_a_reason_where_nothing_fits(columns, reason):
    assert weighed(order(0.9) | columns).reasons.tolist() == [reason]


def test_money_decides_and_not_the_threshold_alone():
    # 0.8 x (8 + 0.3 x 4) x 0.15 = 1.10 is less than the 1.50 that it costs.
    cheap = weighed(order(0.8, risk_low=0.5, unit_price_minor=400))
    assert cheap.fits.tolist() == [[False, True, False]]
    dear = changed("sms_reminder", message_cost=Decimal(2))
    found = weighed(order(0.65, risk_low=0.5), rules=dear)
    assert found.reasons.tolist() == ["not_worth_it"]


def test_without_an_effect_the_threshold_alone_decides():
    rules = changed("sms_reminder", effect=None, message_cost=Decimal(99))
    found = weighed(order(0.65), order(0.65, currency="EUR"), rules=rules)
    assert found.fits[:, 1].all()
    assert np.isnan(found.values[:, 1]).all()


def test_the_most_valuable_comes_first_and_the_unknown_is_worth_nothing():
    rules = changed("email_offer", effect=None)
    found = weighed(order(0.9), order(0.9, currency="EUR"), rules=rules)
    ranked = [[KINDS[k] for k in row] for row in found.ranked]
    assert ranked[0] == ["credit_offer", "sms_reminder", "email_offer"]
    assert ranked[1] == list(KINDS)


def test_what_is_off_is_not_offered():
    found = weighed(order(0.9), rules=changed("email_offer", is_on=False))
    assert found.kinds == KINDS[1:]


def test_a_model_of_made_up_orders_offers_nothing():
    found = weighed(order(0.9), order(None), is_sample=True)
    assert found.reasons.tolist() == ["sample_model", "no_evidence"]
    assert not found.fits.any()


def test_amounts_are_of_the_rules_currency():
    yen = RULES.money.model_copy(update={"currency": "JPY"})
    row = pa.Table.from_pylist([order(0.9, currency="JPY", unit_price_minor=100)])
    assert return_cost(row, yen).tolist() == [8 + 0.3 * 100]
    assert worth_minor(RULES.offers["email_offer"], yen) == 15
    assert worth_minor(RULES.offers["email_offer"], RULES.money) == 1500


shares = st.floats(0, 1)
orders = st.builds(
    order,
    st.none() | shares,
    risk_low=shares,
    evidence=st.sampled_from(["enough", "thin", "none"]),
    unit_price_minor=st.integers(0, 10**9),
    quantity=st.integers(1, 99),
    currency=st.sampled_from(["USD", "EUR"]),
)


@given(st.lists(orders, min_size=1, max_size=20))
def test_columns_say_what_single_orders_say(rows):
    """Beside a plain reading of the rule, order by order and offer by offer."""
    schema = pa.schema(
        [
            ("risk", pa.float64()),
            ("risk_low", pa.float64()),
            ("evidence", pa.string()),
            ("unit_price_minor", pa.int64()),
            ("quantity", pa.int64()),
            ("currency", pa.string()),
        ]
    )
    found = weigh(pa.Table.from_pylist(rows, schema), RULES)
    for number, row in enumerate(rows):
        for place, rule in enumerate(RULES.offers.values()):
            may = row["evidence"] != "none" and row["risk"] is not None
            may = may and row["currency"] == "USD"
            may = may and row[rule.compare] >= rule.threshold
            paid = row["unit_price_minor"] * row["quantity"]
            value = (row["risk"] or 0) * (800 + 0.3 * paid) * rule.effect
            value -= float(rule.cost) * 100
            assert found.fits[number, place] == (may and value > 0)
            if found.fits[number, place]:
                assert math.isclose(found.values[number, place], value, abs_tol=1e-6)
        assert (found.reasons[number] == "") == found.fits[number].any()
