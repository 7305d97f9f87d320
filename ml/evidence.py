"""How much is known of a product: without evidence there is no number."""

from typing import Any

from ml.card import Evidence


def evidence_of(facts: dict[str, Any], *, unusual: bool = False) -> Evidence:
    """Return ``enough`` (two signals or more), ``thin`` (one) or ``none``.

    A signal is a trend, 3 resale offers, 5 reviews, or 20 orders that could have come
    back.

    Parameters
    ----------
    unusual : bool
        A value is unlike all that training saw: evidence is thin at best.
    """
    signals = (
        bool(facts.get("hashtag"))
        + ((facts.get("resale_n") or 0) >= 3)
        + ((facts.get("sentiment_n") or 0) >= 5)
        + ((facts.get("return_n") or 0) >= 20)
    )
    if not signals:
        return "none"
    return "enough" if signals >= 2 and not unusual else "thin"


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
