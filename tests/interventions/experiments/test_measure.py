"""An experiment as it lies in the store, on both databases."""

import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from interventions.experiments import harmful_segments, measure
from interventions.experiments.segments import Segment
from store.tables import Assignment, Intervention, Order, Product, Return

NOW = datetime(2026, 6, 1, tzinfo=UTC)
BOUGHT = NOW - timedelta(days=60)
RULES = """
[experiment]
holdout_share = 0.4
planned_people = 800
segment_people = 100
"""


@pytest.fixture
def settings(database, tmp_path):
    file = tmp_path / "rules.toml"
    file.write_text(RULES)
    return database.settings.model_copy(update={"rules_file": file})


def put(database, count: int, lifts: dict[str, float], **changed) -> None:
    """Put an order each of so many people; the lifts are true effects by age band."""
    rng = np.random.default_rng(8)
    rows: list = [Product(product_id="p", title="cup", category="home")]
    for number in range(count):
        person, order_id = f"person{number}", f"o{number}"
        arm = "holdout" if number % 5 < 2 else "treatment"
        band = list(lifts)[number % 7 % len(lifts)]
        risk = float(rng.uniform(0.6, 0.7))
        values = {
            "order_id": order_id,
            "customer_pseudonym": person,
            "product_id": "p",
            "purchased_at": BOUGHT,
            "unit_price_minor": 2_000,
            "currency": "USD",
            "age_band": band,
        }
        rows += [
            Order(**values | changed),
            Assignment(
                experiment="nightly",
                customer_pseudonym=person,
                arm=arm,
                assigned_at=BOUGHT,
            ),
            Intervention(
                intervention_id=f"i{number}",
                order_id=order_id,
                customer_pseudonym=person,
                kind="sms_reminder",
                risk=risk,
                decided_at=BOUGHT,
                experiment="nightly",
                arm=arm,
            ),
        ]
        if rng.random() < risk + (arm == "treatment") * lifts[band]:
            rows.append(Return(order_id=order_id, returned_at=BOUGHT + timedelta(9)))
    with database.writing() as session:
        for table in (Product, Order, Assignment, Intervention, Return):
            session.add_all(row for row in rows if isinstance(row, table))
            session.flush()


def test_the_effect_is_told_with_its_intervals(database, settings):
    put(database, 900, {"20-24": -0.3, "30-34": -0.3})
    found = measure(database, settings, as_of=NOW)
    assert (found["orders"], found["split_is_sound"]) == (900, True)
    assert found["people"] == {"treatment": 540, "holdout": 360}
    returned, plain, kept, _ = found["effects"]
    assert (returned["method"], plain["method"]) == ("CUPED", "difference of means")
    assert returned["low"] < -0.3 < returned["high"] < 0
    assert returned["believed"]
    assert kept["low"] < 600 < kept["high"]
    assert found["switched_off"] == []
    assert json.loads(json.dumps(found)) == found


def test_where_it_does_harm_it_is_switched_off(database, settings):
    put(database, 1_400, {"20-24": -0.25, "65-69": 0.33})
    found = measure(database, settings, as_of=NOW)
    assert found["switched_off"] == [{"dimension": "age_band", "value": "65-69"}]
    assert harmful_segments(database, settings, NOW) == {Segment("age_band", "65-69")}
    # What is known later has no say.
    early = BOUGHT + timedelta(days=5)
    assert harmful_segments(database, settings, early) == set()


def test_orders_that_may_still_come_back_do_not_count(database, settings):
    put(database, 100, {"20-24": 0.0}, purchased_at=NOW - timedelta(days=29))
    found = measure(database, settings, as_of=NOW)
    assert (found["orders"], found["effects"]) == (0, [])


def test_with_a_broken_split_no_effect_is_told(database, settings):
    put(database, 900, {"20-24": 0.33})
    file = settings.rules_file.with_name("other.toml")
    file.write_text(RULES.replace("0.4", "0.1"))
    changed = settings.model_copy(update={"rules_file": file})
    found = measure(database, changed, as_of=NOW)
    assert (found["split_is_sound"], found["effects"]) == (False, [])
    assert harmful_segments(database, changed, NOW) == frozenset()


def test_orders_in_another_currency_count_as_returns_and_not_as_money(
    database, settings
):
    put(database, 900, {"20-24": -0.3}, currency="SEK")
    found = measure(database, settings, as_of=NOW)
    assert {effect["figure"] for effect in found["effects"]} == {
        "share of orders that came back"
    }
