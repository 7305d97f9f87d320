"""How much is known of a product: without evidence there is no number."""

from typing import Any

from ml.card import Evidence

# What speaks of a product besides a trend, and how much of it is a signal.
SIGNALS = {("resale_n",): 3, ("sentiment_n", "rating_n"): 5, ("return_n",): 20}
ENOUGH_SIGNALS = 2


def evidence_of(facts: dict[str, Any], *, unusual: bool = False) -> Evidence:
    """Return ``enough`` (two signals or more), ``thin`` (one) or ``none``.

    A signal is a trend, 3 resale offers, 5 reviews (in English, or with stars), or 20
    orders that could have come back.

    Parameters
    ----------
    unusual : bool
        A value is unlike all that training saw: evidence is thin at best.
    """
    signals = bool(facts.get("hashtag")) + sum(
        any((facts.get(name) or 0) >= least for name in names)
        for names, least in SIGNALS.items()
    )
    if not signals:
        return "none"
    return "enough" if signals >= ENOUGH_SIGNALS and not unusual else "thin"


def widened(
    risk: float,
    low: float,
    high: float,
    evidence: Evidence,
    *,
    unusual: bool = False,
) -> tuple[float, float]:
    """Return the interval; on thin evidence it is twice as wide, and twice as wide
    again where a value is unusual.
    """
    if evidence == "enough":
        return low, high
    times = 4 if unusual else 2
    wide_low, wide_high = risk - times * (risk - low), risk + times * (high - risk)
    return max(0.0, wide_low), min(1.0, wide_high)
