"""The rules of alerts, read from one file."""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from store.rules import read_over

RULES_FILE = Path(__file__).with_name("alerts.toml")


class AlertRule(BaseModel):
    """When an alert is raised; all conditions have to hold."""

    model_config = ConfigDict(
        use_attribute_docstrings=True, extra="forbid", frozen=True
    )

    on: bool
    """Whether it is looked at."""

    advice: str = Field(min_length=1, max_length=60)
    """What to do, in two or three words."""

    scope: Literal["hashtag", "category", "product"]
    """What it looks at."""

    risk_from: float = Field(gt=0, le=1)
    """The risk itself is as high as this."""

    risk_low_from: float = Field(ge=0, le=1)
    """So is the lower end of its interval as this."""

    over_below: float = Field(ge=0, le=1)
    """The event is over when the risk is below this."""

    order_count_from: int = Field(ge=1)
    """Orders of the last 7 days."""

    at_stake_from: float = Field(ge=0)
    """Money at stake, US dollars."""

    @model_validator(mode="after")
    def _an_event_does_not_end_as_it_begins(self) -> "AlertRule":
        if self.over_below > self.risk_from:
            raise ValueError("over_below is above risk_from")
        return self


class SourceRule(BaseModel):
    """When an alert is raised on a site that is crawled: it does worse than before."""

    model_config = ConfigDict(
        use_attribute_docstrings=True, extra="forbid", frozen=True
    )

    on: bool
    """Whether it is looked at."""

    advice: str = Field(min_length=1, max_length=60)
    """What to do, in two or three words."""

    scope: Literal["source"]
    """What it looks at."""

    signs: frozenset[Literal["outcome", "items", "pages", "fields"]] = Field(
        min_length=1
    )
    """What has to be worse; any one of them is enough."""


Rule = Annotated[AlertRule | SourceRule, Field(discriminator="scope")]
RULES = TypeAdapter(dict[str, Rule])


@cache
def read_alert_rules(file: Path | None = None) -> dict[str, AlertRule | SourceRule]:
    """Return the rules by name: those of a file over those that come along.

    Raises
    ------
    SettingsError
        If the file can't be read, or says what can't be.
    """
    return read_over(RULES_FILE, file, RULES, "TRENDGUARD_ALERTS_FILE")
