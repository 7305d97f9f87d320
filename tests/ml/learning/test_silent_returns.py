"""What is believed of returns that give no reason."""

from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from ml.learning.silent_returns import LEAST_CODED, LEAST_EACH, silent_targets
from store.settings import Settings

COUNT = 3_000
LATE, EARLY = 0.85, 0.15


def world(coded: int, seed: int = 1):
    """Returns of which those late in the fall of a trend, after long keeping, are of
    regret; so many of them say so, the next 600 say nothing, the others were kept.
    """
    rng = np.random.default_rng(seed)
    late = rng.random(COUNT) < 0.5
    numbers = np.arange(COUNT)
    table = {
        "kept_days": np.where(late, rng.integers(15, 29, COUNT), rng.integers(1, 9)),
        "price_usd": rng.gamma(2.0, 20.0, COUNT),
        "level_at_return": np.where(late, 0.1, 0.9),
        "faded": late,
        "category": rng.choice(["bags", "home"], COUNT),
        "age_band": rng.choice(["20-24", "30-34"], COUNT),
        "channel": rng.choice(["web", "app"], COUNT),
    }
    regretted = (rng.random(COUNT) < np.where(late, LATE, EARLY)).astype(float)
    regretted[numbers >= coded] = np.nan
    silent = (numbers >= coded) & (numbers < coded + 600)
    return SimpleNamespace(
        linked=pa.table(table), regretted=regretted, silent=silent, late=late[silent]
    )


def targets(of, **changed):
    settings = Settings(**{"silent_returns": "model"} | changed)
    return silent_targets(of.linked, of.regretted, of.silent, settings)


def share(of):
    return np.nanmean(of.regretted)


def test_silence_is_read_from_what_is_known_of_the_return():
    found = world(coded=1_500)
    likely = targets(found)
    assert len(likely) == 600
    assert likely[found.late].mean() == pytest.approx(LATE, abs=0.05)
    assert likely[~found.late].mean() == pytest.approx(EARLY, abs=0.05)
    assert likely[found.late].min() > likely[~found.late].max()


def test_few_reasons_tell_a_share_only():
    few, enough = world(coded=LEAST_CODED - 1), world(coded=LEAST_CODED)
    assert targets(few) == pytest.approx(share(few))
    assert np.ptp(targets(enough)) > 0.3


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("kept_days", 3, 25),
        ("price_usd", 10.0, 90.0),
        ("level_at_return", 0.1, 0.9),
        ("faded", False, True),
        ("category", "bags", "home"),
        ("age_band", "20-24", "30-34"),
        ("channel", "web", "app"),
    ],
)
def test_each_thing_known_may_tell(name, low, high):
    found = world(coded=1_500)
    late = np.array(found.linked["faded"].to_pylist())
    same = {
        n: found.linked[n][:1].to_pylist() * COUNT for n in found.linked.schema.names
    }
    found.linked = pa.table(same | {name: [high if told else low for told in late]})
    likely = targets(found)
    assert likely[found.late].min() > likely[~found.late].max() + 0.3


@pytest.mark.parametrize("common", [0.0, 1.0])
def test_few_of_either_kind_tell_a_share_only(common):
    found = world(coded=1_500)
    found.regretted[:1_500] = common
    found.regretted[: LEAST_EACH - 1] = 1 - common
    assert targets(found) == pytest.approx(share(found))
    found.regretted[LEAST_EACH - 1] = 1 - common
    assert np.ptp(targets(found)) > 0


@pytest.mark.parametrize("coded", [100, 1_500])
def test_another_belief_shifts_the_odds_exactly(coded):
    found = world(coded)
    likely, shifted = targets(found), targets(found, silent_regret_odds=3)
    odds, more = (each / (1 - each) for each in (likely, shifted))
    np.testing.assert_allclose(more, 3 * odds)


def test_the_rule_goes_by_the_trend_alone():
    found = world(coded=1_500)
    ruled = targets(found, silent_returns="rule")
    assert set(ruled[found.late]) == {1.0}
    assert ruled[~found.late] == pytest.approx(share(found))


def test_both_is_the_rule_in_a_fall_and_the_model_elsewhere():
    found = world(coded=1_500)
    likely, both = targets(found), targets(found, silent_returns="both")
    assert Settings().silent_returns == "both"
    assert set(both[found.late]) == {1.0}
    np.testing.assert_array_equal(both[~found.late], likely[~found.late])


def test_what_is_not_known_or_never_seen_is_no_obstacle():
    found = world(coded=1_500)
    columns = {
        name: found.linked[name].to_pylist() for name in found.linked.schema.names
    }
    for row in np.flatnonzero(found.silent)[:50]:
        columns["category"][row] = "never seen"
        columns["price_usd"][row] = columns["level_at_return"][row] = None
        columns["age_band"][row] = None
    columns["channel"] = [None] * COUNT
    found.linked = pa.table(columns).set_column(
        6, "channel", pa.nulls(COUNT, pa.string())
    )
    likely = targets(found)
    assert np.all((likely > 0) & (likely < 1))


def test_without_silence_nothing_is_said():
    found = world(coded=1_500)
    found.silent[:] = False
    assert len(targets(found)) == 0
