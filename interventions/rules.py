"""The thresholds of all that is said or done about a risk, read from one file."""

from datetime import time
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    field_validator,
    model_validator,
)

from store.rules import read_over

RULES_FILE = Path(__file__).with_name("rules.toml")
Channel = Literal["email", "sms", "webhook"]
OfferKind = Literal["email_offer", "sms_reminder", "credit_offer"]


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


class NightRules(_Part):
    """Which orders a nightly batch takes."""

    hours_after_purchase: int = Field(ge=0, le=24 * 30)
    """An order is due on the day of the shop on which so many hours have passed."""

    late_days: int = Field(ge=0, le=365)
    """An order that comes in later than so after its night is left alone."""

    time_zone: str
    """IANA name of the shop's time zone."""

    sample_may_act: bool
    """Whether people may be reached on the word of a model of made-up orders."""

    @field_validator("time_zone")
    @classmethod
    def _is_a_time_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (OSError, ValueError, KeyError) as error:
            raise ValueError(f"{name!r} is no time zone such as Europe/Oslo") from error
        return name

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return ZoneInfo(self.time_zone)


class MoneyRules(_Part):
    """What a return costs the shop."""

    currency: str = Field(pattern=r"^[A-Z]{3}$")
    """ISO 4217 code of all amounts of the rules."""

    return_handling: Decimal = Field(ge=0)
    """What handling a return costs."""

    return_price_share: float = Field(ge=0, le=1)
    """Share of the price that is lost besides."""


class OfferRule(_Part):
    """When an offer is made, and what is expected of it."""

    is_on: bool = True
    """Whether it is made at all."""

    channel: Channel
    """How it reaches the person."""

    compare: Literal["risk", "risk_low"]
    """What the threshold is compared with: the risk, or the lower end of it."""

    threshold: float = Field(gt=0, le=1)
    """From here on it is considered."""

    worth: Decimal | None = Field(None, gt=0)
    """What the person gets; none: it is a reminder."""

    message_cost: Decimal = Field(Decimal(0), ge=0)
    """What sending it costs."""

    taken_share: float = Field(1.0, ge=0, le=1)
    """Share of those asked who take what it is worth."""

    effect: float | None = Field(None, gt=0, le=1)
    """Share of returns that it prevents; none: the threshold alone decides."""

    @property
    def cost(self) -> Decimal:
        """What it is expected to cost."""
        return self.message_cost + (self.worth or 0) * Decimal(str(self.taken_share))

    @property
    def has_amounts(self) -> bool:
        """Whether it speaks of money, and so of one currency."""
        return self.worth is not None or self.effect is not None


class CapRule(_Part):
    """How many messages a person may get."""

    most: int = Field(ge=0)
    """So many, at most."""

    per_days: int = Field(ge=1, le=366)
    """In so many days."""


class ChannelRule(CapRule):
    """When a channel may be used."""

    needs_consent: bool
    """Whether the person must have said yes to it."""

    quiet_from: time
    """From this time of the shop on nothing is sent."""

    quiet_to: time
    """Until this one."""


class ExperimentRule(_Part):
    """Who gets nothing, so that the effect on the others can be told."""

    name: str = Field(min_length=1, max_length=100)
    """The experiment; another name draws anew."""

    holdout_share: float = Field(ge=0, lt=1)
    """Share of the people in the holdout."""

    planned_people: int = Field(ge=100)
    """For about so many people the intervals that hold at any look are narrowest."""

    segment_people: int = Field(ge=60)
    """Of parts of the people with fewer nothing is said."""

    split_alarm_p: float = Field(gt=0, lt=0.05)
    """A split less likely than so is held for broken, and no effect is told."""


class ResaleRule(_Part):
    """When a listing of a thing that came back is drafted."""

    risk_over: float = Field(ge=0, le=1)
    """Where its risk was higher than this."""


class Rules(_Part):
    """All thresholds."""

    nudges: NudgeRules
    """Those of the shoppers' nudges."""

    night: NightRules
    """Which orders a nightly batch takes."""

    money: MoneyRules
    """What a return costs."""

    offers: dict[OfferKind, OfferRule]
    """What may be offered, by kind."""

    channels: dict[Channel, ChannelRule]
    """When each channel may be used."""

    caps: CapRule
    """How many messages a person may get over all channels."""

    experiment: ExperimentRule
    """Who gets nothing."""

    resale: ResaleRule
    """When a listing is drafted."""


@cache
def read_rules(file: Path | None = None) -> Rules:
    """Return the rules of a file over those that come along.

    Raises
    ------
    SettingsError
        If the file can't be read, or says what can't be.
    """
    return read_over(RULES_FILE, file, TypeAdapter(Rules), "TRENDGUARD_RULES_FILE")
