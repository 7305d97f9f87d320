import pytest

from interventions.assignment import Draw
from interventions.rules import ExperimentRule, read_rules
from store.errors import SettingsError


def ruled(name: str, share: float) -> ExperimentRule:
    changed = {"name": name, "holdout_share": share}
    return read_rules().experiment.model_copy(update=changed)


def arms(settings, name="nightly", share=0.1, count=5_000) -> list[str]:
    draw = Draw.load(settings, ruled(name, share))
    return [draw.arm(f"person {number}") for number in range(count)]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5])
def test_the_share_of_the_holdout_is_kept(settings, share):
    held = arms(settings, share=share).count("holdout") / 5_000
    # Five standard errors.
    assert abs(held - share) <= 5 * (share * (1 - share) / 5_000) ** 0.5


def test_a_person_is_always_in_the_same_arm(settings):
    assert arms(settings) == arms(settings)


def test_a_greater_holdout_holds_those_of_a_smaller_one(settings):
    small, large = arms(settings, share=0.1), arms(settings, share=0.3)
    both = zip(small, large, strict=True)
    assert all(b == "holdout" for a, b in both if a == "holdout")


def test_experiments_are_drawn_apart(settings):
    one, two = arms(settings, "one", 0.5), arms(settings, "two", 0.5)
    same = sum(a == b for a, b in zip(one, two, strict=True)) / 5_000
    assert 0.45 < same < 0.55


def test_another_key_draws_others(settings, tmp_path):
    other = settings.model_copy(update={"assignment_key_file": tmp_path / "a.key"})
    assert arms(settings, share=0.5) != arms(other, share=0.5)
    assert (tmp_path / "a.key").stat().st_mode & 0o077 == 0


def test_a_key_that_is_none_is_said(settings, tmp_path):
    (tmp_path / "a.key").write_text("short")
    with pytest.raises(SettingsError, match="a.key"):
        arms(settings.model_copy(update={"assignment_key_file": tmp_path / "a.key"}))
