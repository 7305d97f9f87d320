"""Why a risk is what it is: effects of the model put into words, with their facts.

A reason states a fact that the model read and by how much it moved the risk, never that
the one is the other's cause. Income and age are never spoken of.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from math import isfinite
from typing import Any

from ml.card import Reason

LEAST_EFFECT = 0.005
MOST_REASONS = 3
MOST_CHARACTERS = 60
AT_ITS_HEIGHT = 0.93
Facts = dict[str, Any]
# Text, source, and when the fact was seen; None where nothing is known.
Told = tuple[str, str, datetime | None] | None


def reasons_for(facts: Facts, effects: dict[str, float], now: datetime) -> list[Reason]:
    """Return at most three reasons, the strongest first.

    Parameters
    ----------
    facts : dict
        One feature row of the product or order; ``price_source``, where it is there,
        says where the price was read.
    effects : dict
        Group of features -> by how much it moved the risk, in probability.
    now : datetime
        The moment the risk is asked for, aware; of an order, that of its purchase.
    """
    found: list[Reason] = []
    for code, effect in sorted(effects.items(), key=lambda pair: -abs(pair[1])):
        if abs(effect) < LEAST_EFFECT or len(found) == MOST_REASONS:
            break
        told = TELLERS[code](facts, now) if code in TELLERS else None
        if told and told[2] is not None:
            text, source, as_of = told
            found.append(
                Reason(code=code, text=text, effect=effect, source=source, as_of=as_of)
            )
    return found


def typical_price(facts: Facts) -> float:
    """Return what second-hand offers ask, or fetched where none is left, in dollars."""
    asked = facts["resale_median_ask_usd"]
    return float(facts["resale_median_sold_usd"] if asked is None else asked)


def _trend(facts: Facts, now: datetime) -> Told:  # noqa: ARG001 - as all tellers
    tag, level = facts.get("hashtag"), _number(facts, "level")
    if not tag or level is None:
        return None
    share = "under 1%" if level < 0.01 else f"{level:.0%}"
    days = _number(facts, "days_since_peak")
    peaked = f"peaked {_count(days, 'day')} ago and " if days else ""
    text = (
        f"#{tag} is still at its height"
        if level >= AT_ITS_HEIGHT
        else f"#{tag} {peaked}is down to {share} of its peak views"
    )
    return text, "TikTok hashtag counts", facts.get("trend_as_of")


def _resale(facts: Facts, now: datetime) -> Told:  # noqa: ARG001
    drop, seen = _number(facts, "resale_drop"), _number(facts, "resale_n")
    if drop is None or not seen:
        return None
    side = "below" if drop >= 0 else "above"
    level = f"{abs(drop):.0%} {side} " if abs(drop) >= 0.005 else ""
    text = (
        f"Second-hand it goes for about {level}its list price "
        f"({_count(seen, 'offer or sale', 'offers and sales')})"
    )
    return text, "eBay and Poshmark offers", facts.get("resale_as_of")


def _reviews(facts: Facts, now: datetime) -> Told:  # noqa: ARG001
    stars, rated = _number(facts, "rating_mean"), _number(facts, "rating_n") or 0
    if stars is None or not rated or rated < (_number(facts, "sentiment_n") or 0):
        return _mood(facts)
    text = f"Buyers rate it {stars:.1f} of 5 ({_count(rated, 'review')})"
    return text, "customer reviews", facts.get("rating_as_of")


def _mood(facts: Facts) -> Told:
    score, count = _number(facts, "sentiment_score"), _number(facts, "sentiment_n")
    if score is None or not count:
        return None
    mood = "good" if score > 0.2 else "mixed" if score > -0.05 else "poor"
    text = (
        f"Its only review is {mood}"
        if count == 1
        else f"Its {count:,.0f} reviews are {mood}"
    )
    return text, "customer reviews", facts.get("sentiment_as_of")


def _returns(facts: Facts, now: datetime) -> Told:  # noqa: ARG001
    rate, count = _number(facts, "return_rate"), _number(facts, "return_n")
    if rate is None or not count:
        return None
    # The rate leans on the category's: few orders alone would not say so.
    text = (
        f"Its return rate is about {rate:.0%}, from {_count(count, 'earlier order')} "
        "and its category's rate"
    )
    return text, "the shop's returns", facts.get("return_as_of")


def _price(facts: Facts, now: datetime) -> Told:
    paid, kind = _paid(facts), _kind(facts)
    text = f"{paid} ({kind})" if paid and kind else paid or _sentence(kind)
    return (text, facts.get("price_source", "the shop"), now) if text else None


def _paid(facts: Facts) -> str:
    price, listed = _number(facts, "price_usd"), _number(facts, "list_price_usd")
    if price is None:
        return ""
    if not listed:
        return f"It costs {_dollars(price)}"
    if _dollars(price) == _dollars(listed):
        # Where no page told the price, the list price stands for it.
        costs = "It costs its" if "price_source" in facts else "Its"
        of = "price of" if "price_source" in facts else "price is"
        return f"{costs} list {of} {_dollars(listed)}"
    off = 1 - price / listed
    side = "under" if off > 0 else "over"
    share = "just" if abs(off) < 0.005 else f"{abs(off):.0%}"
    return (
        f"It costs {_dollars(price)}, {share} {side} its list price of "
        f"{_dollars(listed)}"
    )


def _kind(facts: Facts) -> str:
    named = {name: _short(facts.get(name)) for name in ("category", "brand")}
    return ", ".join(f"{name} {value}" for name, value in named.items() if value)


def _buyer(facts: Facts, now: datetime) -> Told:
    if "customer_order_count" not in facts:
        return None
    history, lines = _history(facts), _number(facts, "basket_count") or 1
    basket = f"this is one of {lines:,.0f} things in the basket" if lines > 1 else ""
    text = f"{history}, and {basket}" if history and basket else history or basket
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    day_before = midnight - timedelta(days=1)
    return (_sentence(text), "the shop's orders", day_before) if text else None


def _history(facts: Facts) -> str:
    bought = _number(facts, "customer_order_count")
    back = _number(facts, "customer_return_count")
    if bought is None or back is None:
        return ""
    if back > bought:
        return f"This customer sent back {_count(back, 'earlier order')}"
    if not bought:
        return "This customer has no orders from before this day"
    if bought == 1:
        done = "sent back" if back else "has not sent back"
        return f"This customer {done} the only earlier order"
    told = f"{back:,.0f}" if back else "none"
    return f"This customer sent back {told} of {bought:,.0f} earlier orders"


def _number(facts: Facts, name: str) -> float | None:
    value = facts.get(name)
    return float(value) if value is not None and isfinite(value) else None


def _count(number: float, one: str, more: str = "") -> str:
    return f"{number:,.0f} {one if number == 1 else more or one + 's'}"


def _dollars(amount: float) -> str:
    return f"${amount:,.2f}".removesuffix(".00")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _short(name: str | None) -> str:
    """Return a name that a page may have written at any length, on one short line."""
    words = " ".join((name or "").split())
    cut = words[: MOST_CHARACTERS - 1].rstrip() + "…"
    return cut if len(words) > MOST_CHARACTERS else words


TELLERS: dict[str, Callable[[Facts, datetime], Told]] = {
    "trend": _trend,
    "resale": _resale,
    "sentiment": _reviews,
    "returns": _returns,
    "price": _price,
    "buyer": _buyer,
}
