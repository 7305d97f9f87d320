"""How much is known of a product: without evidence there is no number."""

from typing import Any

from ml.card import Evidence


def evidence_of(facts: dict[str, Any]) -> Evidence:
    """Return ``enough`` (two signals or more), ``thin`` (one) or ``none``.

    A signal is a trend, 3 resale offers, 5 reviews, or 20 orders that could have come
    back.
    """
    signals = (
        bool(facts.get("hashtag"))
        + ((facts.get("resale_n") or 0) >= 3)
        + ((facts.get("sentiment_n") or 0) >= 5)
        + ((facts.get("return_n") or 0) >= 20)
    )
    return "enough" if signals >= 2 else "thin" if signals else "none"


def widened(
    risk: float, low: float, high: float, evidence: Evidence
) -> tuple[float, float]:
    """Return the interval; on thin evidence it is twice as wide."""
    if evidence == "enough":
        return low, high
    return max(0.0, 2 * low - risk), min(1.0, 2 * high - risk)
