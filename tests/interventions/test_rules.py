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


def test_a_file_changes_a_single_line_of_an_offer(rules_file):
    text = "[offers.email_offer]\nworth = 20\n[offers.sms_reminder]\nis_on = false"
    changed, ours = read_rules(rules_file(text)), read_rules()
    email = ours.offers["email_offer"]
    assert changed.offers["email_offer"].worth == 20
    assert changed.offers["email_offer"].threshold == email.threshold == 0.8
    assert [k for k, o in changed.offers.items() if o.is_on] == [
        "email_offer",
        "credit_offer",
    ]
    assert changed.channels == ours.channels


def test_the_seeds_thresholds_are_the_default():
    ours = read_rules()
    seed = {kind: rule.threshold for kind, rule in ours.offers.items()}
    assert seed == {"email_offer": 0.8, "sms_reminder": 0.6, "credit_offer": 0.7}
    assert [str(o.worth) for o in ours.offers.values()] == ["15.0", "None", "10.0"]
    assert (ours.night.hours_after_purchase, ours.resale.risk_over) == (48, 0.7)
    assert [c for c, rule in ours.channels.items() if rule.needs_consent] == [
        "email",
        "sms",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[nudges]\nover_half = 0.5", "nudges.over_half"),
        ("[nudges]\nover_half_risk = 50", "nudges.over_half_risk"),
        ("[nudges]\npre_purchase_risk_low = 0.9", "is below"),
        ("[nudges]\ncooling_off_hours = 0", "cooling_off_hours"),
        ("[others]\nx = 1", "others"),
        ("[night]\ntime_zone = 'Nowhere/Land'", "no time zone"),
        ("[offers.email_offer]\nchannel = 'pigeon'", "offers.email_offer.channel"),
        ("[offers.free_lunch]\nthreshold = 0.5", "offers.free_lunch"),
        ("[experiment]\nholdout_share = 1.0", "experiment.holdout_share"),
        ("[channels.sms]\nmost = -1", "channels.sms.most"),
        ("[money]\ncurrency = 'dollars'", "money.currency"),
        ("[night]\ntime_zone = '/etc/passwd'", "no time zone"),
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
