"""Why a risk is what it is: effects of the model put into words, with their facts."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from ml.card import Reason

LEAST_EFFECT = 0.005
MOST_REASONS = 3
Facts = dict[str, Any]


def reasons_for(facts: Facts, effects: dict[str, float]) -> list[Reason]:
    """Return at most three reasons, the strongest first.

    Parameters
    ----------
    facts : dict
        One feature row of the product.
    effects : dict
        Group of features -> by how much it moved the risk, in probability.
    """
    found = []
    for code, effect in sorted(effects.items(), key=lambda pair: -abs(pair[1])):
        told = TELLERS[code](facts) if code in TELLERS else None
        if told and abs(effect) >= LEAST_EFFECT:
            text, source, as_of = told
            found.append(
                Reason(code=code, text=text, effect=effect, source=source, as_of=as_of)
            )
    return found[:MOST_REASONS]


Told = tuple[str, str, datetime] | None


def _trend(facts: Facts) -> Told:
    if not facts.get("hashtag"):
        return None
    tag, level, days = facts["hashtag"], facts["level"], facts["days_since_peak"]
    text = (
        f"#{tag} is still at its height"
        if level >= 0.93
        else f"#{tag} peaked {days} {'day' if days == 1 else 'days'} ago and is down "
        f"to {level:.0%} of its peak views"
    )
    return text, "TikTok hashtag counts", facts["trend_as_of"]


def typical_price(facts: Facts) -> float:
    """Return what second-hand offers ask, or fetched where none is left, in dollars."""
    asked = facts["resale_median_ask_usd"]
    return float(facts["resale_median_sold_usd"] if asked is None else asked)


def _resale(facts: Facts) -> Told:
    if facts.get("resale_drop") is None:
        return None
    drop = facts["resale_drop"]
    side = "below" if drop >= 0 else "above"
    text = (
        f"Resells for about ${typical_price(facts):.0f}, {abs(drop):.0%} "
        f"{side} its list price ({facts['resale_n']} offers)"
    )
    return text, "eBay and Poshmark offers", facts["resale_as_of"]


def _sentiment(facts: Facts) -> Told:
    if facts.get("sentiment_score") is None:
        return None
    score = facts["sentiment_score"]
    mood = "good" if score > 0.2 else "mixed" if score > -0.05 else "poor"
    text = f"Its {facts['sentiment_n']} reviews are {mood}"
    return text, "customer reviews", facts["sentiment_as_of"]


def _returns(facts: Facts) -> Told:
    if not facts.get("return_n") or facts.get("return_as_of") is None:
        return None
    text = (
        f"About {facts['return_rate']:.0%} of its {facts['return_n']} earlier orders "
        "came back"
    )
    return text, "the shop's returns", facts["return_as_of"]


TELLERS: dict[str, Callable[[Facts], Told]] = {
    "trend": _trend,
    "resale": _resale,
    "sentiment": _sentiment,
    "returns": _returns,
}
