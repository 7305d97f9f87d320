"""The risk card: the shape of every answer, and what each field means."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Evidence = Literal["enough", "thin", "none"]
Stage = Literal["Rising", "Peak", "Decline", "Death"]
Target = Literal["regret", "returned"]
# No interval is as narrow as the next digit, and digits are what a bucket of cards is
# made of: with all of them it is twice as long.
Rounded = Annotated[float, AfterValidator(lambda value: round(value, 4))]


class _Part(BaseModel):
    model_config = ConfigDict(
        use_attribute_docstrings=True, extra="forbid", protected_namespaces=()
    )


class BandRisk(_Part):
    """The risk for one age band."""

    risk: Rounded = Field(ge=0, le=1)
    """Calibrated probability of what ``model.target`` names."""

    risk_low: Rounded = Field(ge=0, le=1)
    """Lower end of the 90 % interval."""

    risk_high: Rounded = Field(ge=0, le=1)
    """Upper end of the 90 % interval."""


class Kept(_Part):
    """How many buyers still had it after 180 days."""

    share: Rounded = Field(ge=0, le=1)
    """Kaplan-Meier estimate."""

    low: Rounded = Field(ge=0, le=1)
    """Lower end of its 95 % interval."""

    high: Rounded = Field(ge=0, le=1)
    """Upper end of its 95 % interval."""

    n: int = Field(ge=0)
    """Orders behind it."""


class Resale(_Part):
    """What it fetches second-hand."""

    drop: Rounded
    """1 minus resale price over list price."""

    median_ask: Rounded
    """Median asking price of the last 30 days with shipping, US dollars; where nothing
    is on offer, that of the sales."""

    n: int = Field(ge=0)
    """Listings behind it."""

    as_of: datetime
    """When the newest of them was seen, UTC."""


class Sentiment(_Part):
    """What reviews sound like."""

    score: Rounded = Field(ge=-1, le=1)
    """Mean polarity, shrunk towards 0 where there are few."""

    n: int = Field(ge=0)
    """Reviews behind it."""


class Reason(_Part):
    """One thing that moved the risk."""

    code: str
    """``trend``, ``resale``, ``sentiment``, ``returns``, ``price`` or ``buyer``."""

    text: str
    """In plain words, with the fact."""

    effect: Rounded
    """By how much it moved the risk, in probability; negative lowers it."""

    source: str
    """Where the fact comes from."""

    as_of: datetime
    """When the fact was seen, UTC."""


class CardModel(_Part):
    """Which model said so."""

    version: str
    """Its version."""

    trained_on: Literal["retailer", "sample"]
    """``sample``: learned from made-up orders, not to be acted on."""

    target: Target
    """What the risk is of: ``regret``, or any return (``returned``) where no return it
    learned from gave a reason. A card of an earlier version, without it, is of regret.
    """


class Card(_Part):
    """The answer for one product; without evidence there is no number at all."""

    key: str
    """SHA-256, hex, the card is found by."""

    risk: Rounded | None = Field(default=None, ge=0, le=1)
    """Calibrated probability that buyers regret it, or where ``model.target`` is
    ``returned``, that they return it for whatever reason."""

    risk_low: Rounded | None = Field(default=None, ge=0, le=1)
    """Lower end of the 90 % interval."""

    risk_high: Rounded | None = Field(default=None, ge=0, le=1)
    """Upper end of the 90 % interval."""

    evidence: Evidence
    """``enough``, ``thin`` (a wide interval), or ``none`` (no number)."""

    risk_by_age_band: dict[str, BandRisk] = {}
    """The same by five-year age band: the browser picks its own row."""

    stage: Stage | None = None
    """Where its trend stands."""

    trended_days: int | None = None
    """How long it has trended so far."""

    days_since_peak: int | None = None
    """Days since the highest day so far."""

    expected_days_left: Rounded | None = None
    """How much longer trends like it went on; none where no trend has ended yet."""

    kept_180_days: Kept | None = None
    """Share of buyers who kept it."""

    resale: Resale | None = None
    """Second-hand price."""

    sentiment: Sentiment | None = None
    """Review mood."""

    reasons: list[Reason] = []
    """At most three, the strongest first."""

    model: CardModel | None = None
    """Which model said so; none where no number is given."""

    computed_at: datetime
    """When, UTC."""

    expires_at: datetime
    """When the card stops being true, UTC."""
