"""The thresholds of all that is said or done about a risk, read from one file."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from store.errors import SettingsError

RULES_FILE = Path(__file__).with_name("rules.toml")


class _Part(BaseModel):
    model_config = ConfigDict(
        use_attribute_docstrings=True, extra="forbid", frozen=True
    )


class NudgeRules(_Part):
    """When a shopper is told something, and what."""

    over_half_risk: float = Field(gt=0, lt=1)
    """A thing is counted as risky when its risk is higher than this."""

    cart_trending_count: int = Field(ge=1)
    """A basket with so many trending things gets a summary."""

    cart_risk_low: float = Field(gt=0, le=1)
    """So does one with a thing whose lower end is this high."""

    pre_purchase_risk_low: float = Field(gt=0, le=1)
    """From this lower end on the shopper is asked once more."""

    cooling_off_risk_low: float = Field(gt=0, le=1)
    """From this lower end on, with enough evidence, a pause is proposed."""

    cooling_off_hours: int = Field(ge=1, le=24 * 14)
    """How long that pause is."""

    @model_validator(mode="after")
    def _a_pause_is_the_stronger_nudge(self) -> "NudgeRules":
        if self.cooling_off_risk_low < self.pre_purchase_risk_low:
            raise ValueError("cooling_off_risk_low is below pre_purchase_risk_low")
        return self


class Rules(_Part):
    """All thresholds."""

    nudges: NudgeRules
    """Those of the shoppers' nudges."""


@cache
def read_rules(file: Path | None = None) -> Rules:
    """Return the rules of a file over those that come along.

    Raises
    ------
    SettingsError
        If the file can't be read, or says what can't be.
    """
    rules = tomllib.loads(RULES_FILE.read_text(encoding="utf-8"))
    try:
        for part, values in (_parsed(file) if file else {}).items():
            rules[part] = rules.get(part, {}) | values
        return Rules.model_validate(rules)
    except (OSError, ValueError, TypeError) as error:
        raise SettingsError(
            f"TRENDGUARD_RULES_FILE: {file} can't be used: {_why(error)}; "
            f"see {RULES_FILE.name} for what it may hold"
        ) from error


def _parsed(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _why(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    return "; ".join(
        f"{'.'.join(map(str, found['loc']))}: {found['msg']}"
        for found in error.errors()
    )
