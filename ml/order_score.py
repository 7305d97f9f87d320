"""What is said of an order; how it comes about is in `scoring` and `checkout`."""

from dataclasses import dataclass

from ml.card import Evidence


@dataclass(frozen=True)
class OrderScore:
    """What the checkout model says of one order."""

    order_id: str
    """The retailer's id."""

    evidence: Evidence
    """``enough``, ``thin`` or ``none``; with ``none`` there is no number."""

    regret_risk: float | None = None
    """Calibrated probability of what the model's target names."""

    risk_low: float | None = None
    """Lower end of its 90 % interval."""

    risk_high: float | None = None
    """Upper end of it."""

    reasons: tuple[str, ...] = ()
    """What moved the risk, in words, the strongest first."""
