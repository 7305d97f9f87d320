"""The card says what was measured, of what, and what it is not."""

import json
import re
from datetime import UTC, date, datetime

import numpy as np
import pytest

from ml.model_card.facts import ModelCard
from ml.model_card.markdown import markdown
from ml.model_card.plot import write_calibration_plot
from ml.model_card.writing import evaluate, write_card
from ml.quality.measured import quality
from ml.registry.models import models_folder
from store.errors import NoModelError
from store.tables import ModelVersion
from tests.ml.quality.test_groups import orders


@pytest.fixture(scope="module")
def measured():
    rows, risk, rng = orders(2_000)
    young = np.array([age == "5-9" for age in rows["age_band"].to_pylist()])
    y = (rng.random(len(risk)) < np.where(young, risk * 0.5, risk)) * 1.0
    return json.loads(json.dumps(quality(rows, y, risk)))


@pytest.fixture
def card(measured):
    def card(**changed) -> ModelCard:
        values = {
            "version": "20260601T040000-shopper",
            "purpose": "shopper",
            "trained_at": datetime(2026, 6, 1, 4, tzinfo=UTC),
            "trained_on": "retailer",
            "target": "regret",
            "window_from": date(2025, 1, 1),
            "window_to": date(2026, 5, 1),
            "features": ["price_usd", "category", "a_new_column"],
            "figures": measured,
            "file": "m.json",
            "sha256": "0" * 64,
        }
        return ModelCard.of(ModelVersion(**values | changed))

    return card


def grid_below(text: str, heading: str) -> list[list[str]]:
    """Return the cells of the first table below a heading."""
    rest = text.split(f"\n{heading}\n")[1]
    lines = re.search(r"(?m)((?:^\|.*\n)+)", rest)[1].splitlines()
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_it_says_all_that_was_measured(card, measured):
    text = markdown(card(), "plot.svg")
    assert "![What was said and what came true](plot.svg)" in text
    assert f"{measured['n']:,} later orders" in text
    figures = dict(grid_below(text, "## How good it is")[2:])
    assert figures["AUC"] == f"{measured['auc']:.3f}"
    said = grid_below(text, "## Does it happen as often as it says?")
    assert len(said) == 12
    for heading, by in (("age band", "age_band"), ("trend stage", "stage")):
        rows = grid_below(text, f"### By {heading}")[2:]
        expected = [g for g in measured["groups"] if g["by"] == by]
        assert [row[0] for row in rows] == [g["group"] for g in expected]
        assert [row[1] for row in rows] == [f"{g['n']:,}" for g in expected]
    assert len(grid_below(text, "## What acting on it is worth")) == 7
    grids = [line for line in text.splitlines() if line.startswith("|")]
    assert not [line for line in grids if "None" in line or "nan" in line]


def test_groups_that_are_wrong_beyond_chance_are_named(card, measured):
    text = markdown(card())
    assert re.search(r"\*\*Over all orders the gap is \+.*age band 5-9 \(\+", text)
    row = next(r for r in grid_below(text, "### By age band") if r[0] == "5-9")
    assert row[4].startswith("**+")
    right = [g | {"beyond_chance": False} for g in measured["groups"]]
    text = markdown(card(figures=measured | {"groups": right}))
    assert f"None of the {len(right)} gaps is more than chance explains" in text


def test_a_model_of_returns_speaks_of_returns_only(card):
    text = markdown(card(target="returned"))
    assert "# Model card: the chance of a return, for shoppers" in text
    assert "> **It predicts returns, not regret.**" in text
    heads = [line for line in text.splitlines() if "|" in line or line[:1] == "#"]
    assert not [line for line in heads if "regret" in line]
    spoken = {s for s in re.split(r"(?<=[.*])\s", text) if "regret" in s}
    assert all("not regret" in s or "regretted is kept" in s for s in spoken), spoken
    regret = markdown(card())
    assert "# Model card: the chance of regret" in regret
    assert "predicts returns" not in regret


def test_a_sample_and_weights_are_said(card, measured):
    text = markdown(card())
    assert "made-up" not in text
    assert "the figures do not hold for them" in text
    assert "**Trained on a made-up market.**" in markdown(card(trained_on="sample"))
    weighted = markdown(card(figures=measured | {"weighted": True}))
    assert "is weighted so as to stand for those without one" in weighted
    assert "the figures do not hold for them" not in weighted


def test_income_is_said_to_be_a_proxy_in_either(card):
    checkout = markdown(card(purpose="checkout"))
    assert "Deciding against a person" in checkout
    assert "It reads income, which is the median of a ZIP code" in checkout
    assert "It does not read income" in markdown(card())


def test_columns_stand_by_the_part_of_an_explanation(card):
    parts = card().features
    assert parts["price"] == ["price_usd", "category"]
    assert parts["other"] == ["a_new_column"]


def test_a_retailer_s_own_word_breaks_no_table(card, measured):
    odd = measured["groups"][0] | {"by": "category", "group": "a|b\n<b>[c](d)"}
    figures = measured | {"groups": [odd]}
    text = markdown(card(figures=figures))
    row = grid_below(text, "### By category")[2]
    assert row[0] == r"a\|b \<b\>\[c\](d)"
    assert len(row) == 8


def test_the_plot_is_the_same_each_time_and_tells_no_date(card, tmp_path):
    for name in ("one", "same"):
        write_calibration_plot(card(), tmp_path / name)
    drawn = (tmp_path / "one").read_text()
    assert drawn == (tmp_path / "same").read_text()
    assert not re.search(r"dc:date|20\d\d-\d\d-\d\d", drawn)
    assert "What the shopper model said, and what came true" in drawn
    assert "the chance of regret" in drawn
    other = card(target="returned", trained_on="sample")
    write_calibration_plot(other, tmp_path / "other")
    drawn = (tmp_path / "other").read_text()
    assert "the chance of a return" in drawn
    assert "made-up market" in drawn
    assert "regret" not in drawn


def test_the_files_are_whole_and_say_the_same(card, tmp_path):
    files = write_card(card(), tmp_path / "models")
    names = {path.name for path in (tmp_path / "models").iterdir()}
    version = card().version
    assert names == {
        f"{version}.{end}" for end in ("card.md", "card.json", "calibration.svg")
    }
    stored = (tmp_path / "models" / f"{version}.card.json").read_text()
    assert ModelCard.model_validate_json(stored) == card()
    text = (tmp_path / "models" / f"{version}.card.md").read_text()
    assert f"({version}.calibration.svg)" in text
    assert files["card"].endswith(".card.md")


def test_what_was_never_measured_is_said_so(card, tmp_path):
    old = card(figures={})
    files = write_card(old, tmp_path)
    assert set(files) == {"card", "json"}
    assert "run `trendguard train` again" in (tmp_path / files["card"]).read_text()


def test_each_served_model_gets_its_card(trained, settings):
    found = evaluate(trained, trained.settings)
    assert set(found) == {"shopper", "checkout"}
    for purpose, told in found.items():
        assert told["files"]["card"].startswith(str(models_folder(trained.settings)))
        card = json.loads(
            (trained.settings.data_dir / told["files"]["json"]).read_text()
        )
        assert (card["version"], card["purpose"]) == (told["version"], purpose)
        assert card["figures"]["auc"] == told["auc"]
        assert {g["by"] for g in card["groups"]} == {
            "age_band",
            "category",
            "income_group",
            "stage",
        }


def test_without_a_model_there_is_nothing_to_write(database):
    with pytest.raises(NoModelError, match="trendguard train"):
        evaluate(database, database.settings)
    assert not models_folder(database.settings).exists()
