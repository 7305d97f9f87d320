import pytest

from interventions.rules import RULES_FILE, read_rules
from store.errors import SettingsError


@pytest.fixture
def rules_file(tmp_path):
    def write(text: str):
        file = tmp_path / "rules.toml"
        file.write_text(text, encoding="utf-8")
        read_rules.cache_clear()
        return file

    return write


def test_a_file_stands_over_what_comes_along(rules_file):
    changed = read_rules(rules_file("[nudges]\ncooling_off_hours = 48")).nudges
    ours = read_rules().nudges
    assert changed == ours.model_copy(update={"cooling_off_hours": 48})
    assert ours.cooling_off_hours != 48


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[nudges]\nover_half = 0.5", "nudges.over_half"),
        ("[nudges]\nover_half_risk = 50", "nudges.over_half_risk"),
        ("[nudges]\npre_purchase_risk_low = 0.9", "is below"),
        ("[nudges]\ncooling_off_hours = 0", "cooling_off_hours"),
        ("[others]\nx = 1", "others"),
        ("nudges = 3", "can't be used"),
        ("not toml", "can't be used"),
    ],
)
def test_what_can_not_be_is_refused_with_its_name(rules_file, text, says):
    with pytest.raises(SettingsError, match="TRENDGUARD_RULES_FILE") as refused:
        read_rules(rules_file(text))
    assert says in str(refused.value)
    assert RULES_FILE.name in str(refused.value)


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(SettingsError, match="nowhere"):
        read_rules(tmp_path / "nowhere.toml")
