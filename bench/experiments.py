"""The effect of an intervention beside a plain difference of means, on a public e-mail
experiment; how often it is fooled where there is no effect.
"""

import math
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
from rich.console import Console
from rich.table import Table

from interventions.experiments.effects import (
    ALPHA,
    Effect,
    Figure,
    effect_of,
    split_p_value,
)
from interventions.experiments.looks import any_time_half_width

FILE = Path(__file__).parents[2] / "shared/data/hillstrom_email_experiment_half.csv.gz"
FIGURES = (
    Figure("visit", "visit", "one", "history"),
    Figure("spend", "spend", "one", "history"),
)
SPLITS = 1_000
LOOKS = 20
LOST_SHARES = (0.0, 0.05, 0.1)


def run() -> Table:
    """Return a table of effects, intervals and false alarms."""
    table = Table("what", "plain difference", "ours (CUPED)", "at any look")
    if not FILE.exists():
        table.add_row("no ../shared beside this checkout", "", "", "")
        return table
    people = _people()
    for figure in FIGURES:
        table.add_row(f"men's e-mail on {figure.name}", *_effects(people, figure))
    alarms = _false_alarms(people)
    table.add_row(f"false alarms in {SPLITS:,} A/A splits", *alarms)
    table.add_row(f"the same, looking {LOOKS} times", *_false_alarms_of_peeking(people))
    table.add_section()
    for lost in LOST_SHARES:
        p_value = split_p_value(_without(people, lost), 0.5)
        what = f"split check, {lost:.0%} of one arm lost"
        table.add_row(what, f"p = {p_value:.2g}", "", "")
    return table


def _people() -> pa.Table:
    """Return the people of the men's e-mail and of none, as `effect_of` has them."""
    rows = pa_csv.read_csv(FILE)
    arms = {"Mens E-Mail": "treatment", "No E-Mail": "holdout"}
    rows = rows.filter(pc.is_in(rows["segment"], pa.array(list(arms))))
    arm = pa.array([arms[segment] for segment in rows["segment"].to_pylist()])
    one = pa.repeat(1, rows.num_rows)
    return rows.append_column("arm", arm).append_column("one", one)


def _effects(people: pa.Table, figure: Figure) -> tuple[str, str, str]:
    plain = _effect(people, figure, cuped=False)
    ours = _effect(people, figure, cuped=True)
    return (
        _said(plain.difference, plain.low, plain.high),
        _said(ours.difference, ours.low, ours.high),
        _said(ours.difference, ours.any_time_low, ours.any_time_high),
    )


def _effect(people: pa.Table, figure: Figure, *, cuped: bool) -> Effect:
    found = effect_of(people, figure, people.num_rows, cuped=cuped)
    assert found
    return found


def _said(effect: float, low: float, high: float) -> str:
    return f"{effect:+.4f}, {low:+.4f} to {high:+.4f} ({high - low:.5f} wide)"


def _false_alarms(people: pa.Table) -> tuple[str, str, str]:
    """Count intervals without 0 where arms are drawn anew: there is no effect."""
    rng = np.random.default_rng(11)
    place = people.column_names.index("arm")
    counts = np.zeros(3, dtype=int)
    for _ in range(SPLITS):
        drawn = rng.permutation(people["arm"].to_numpy(zero_copy_only=False))
        rows = people.set_column(place, "arm", pa.array(drawn))
        plain = _effect(rows, FIGURES[0], cuped=False)
        ours = _effect(rows, FIGURES[0], cuped=True)
        counts += [
            not plain.low <= 0 <= plain.high,
            not ours.low <= 0 <= ours.high,
            ours.is_believed,
        ]
    spread = math.sqrt(ALPHA * (1 - ALPHA) / SPLITS)
    shares = [f"{100 * share:.1f} %" for share in counts / SPLITS]
    return shares[0], f"{shares[1]} (stated 5 %, ±{200 * spread:.1f})", shares[2]


def _false_alarms_of_peeking(people: pa.Table) -> tuple[str, str, str]:
    """Count experiments without effect in which any of many looks gave an alarm."""
    rng = np.random.default_rng(12)
    visit = people["visit"].to_numpy().astype(float)
    looks = np.linspace(1_000, len(visit), LOOKS).astype(int)
    fooled = np.zeros(2, dtype=int)
    for _ in range(SPLITS):
        order = rng.permutation(len(visit))
        y, treated = visit[order], rng.random(len(visit)) < 0.5
        alarms = np.array([_alarms(y[:n], treated[:n], len(visit)) for n in looks])
        fooled += alarms.any(axis=0)
    plain, ours = (f"{100 * share:.1f} %" for share in fooled / SPLITS)
    return plain, "", ours


def _alarms(y: np.ndarray, treated: np.ndarray, planned: int) -> tuple[bool, bool]:
    a, b = y[treated], y[~treated]
    difference = abs(a.mean() - b.mean())
    se = math.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))
    half = any_time_half_width(se, len(y), planned, ALPHA)
    return difference > 1.96 * se, difference > half


def _without(people: pa.Table, lost: float) -> pa.Table:
    kept = np.random.default_rng(13).random(people.num_rows) >= lost
    keep = pc.or_(pc.equal(people["arm"], "holdout"), pa.array(kept))
    return people.filter(keep)


if __name__ == "__main__":
    Console().print(run())
