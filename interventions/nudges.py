"""Which nudge a basket gets. Decided with plain values: no server, no database, and
nothing about who asks.

A nudge leans on the lower end of the interval, never on a thing without evidence, and a
model of the sample market says no more than a summary.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from interventions.rules import NudgeRules

Kind = Literal["none", "cart_summary", "pre_purchase", "cooling_off"]
TRENDING = frozenset({"Rising", "Peak", "Decline"})
SAMPLE = " (learned from made-up orders)"


@dataclass(frozen=True)
class BasketItem:
    """A thing in a basket, as its card speaks of it."""

    risk: float | None = None
    """Calibrated probability, None without evidence."""

    risk_low: float | None = None
    """Lower end of its interval."""

    evidence: str = "none"
    """``enough``, ``thin`` or ``none``."""

    stage: str | None = None
    """Where its trend stands, None where there is none."""

    target: str = "regret"
    """What the risk is of: ``regret`` or ``returned``."""

    is_sample: bool = False
    """The model learned from made-up orders."""

    quantity: int = 1
    """Pieces."""

    @property
    def is_known(self) -> bool:
        """Whether anything may be said of it."""
        return self.evidence != "none" and self.risk is not None

    @property
    def is_trending(self) -> bool:
        """Whether a trend that is not over speaks of it."""
        return self.is_known and self.stage in TRENDING

    def low_at_least(self, risk_low: float) -> bool:
        """Tell whether its risk is surely so high."""
        return self.is_known and (self.risk_low or 0.0) >= risk_low


@dataclass(frozen=True)
class BasketSummary:
    """What a basket holds, in pieces."""

    item_count: int
    """All of them."""

    trending_count: int
    """Those of a trend that is not over."""

    over_half_count: int
    """Those more likely than not to be regretted."""

    known_count: int
    """Those with evidence."""

    text: str
    """In words."""


@dataclass(frozen=True)
class NudgeDecision:
    """What to tell, if anything."""

    kind: Kind
    """Which nudge; ``none``: say nothing."""

    text: str = ""
    """In words, empty for ``none``."""

    cooling_off_hours: int | None = None
    """How long a pause is proposed."""

    items: tuple[int, ...] = ()
    """The places of the things it speaks of, from 0."""


def summarise(basket: Sequence[BasketItem], rules: NudgeRules) -> BasketSummary:
    """Return what a basket holds.

    >>> from interventions.rules import read_rules
    >>> leggings = BasketItem(0.6, 0.4, "enough", "Decline", quantity=2)
    >>> summarise([leggings, BasketItem()], read_rules().nudges).text
    '2 trending items, 2 over 50 %'
    """
    over = [i for i in basket if i.is_known and (i.risk or 0) > rules.over_half_risk]
    trending = _pieces(item for item in basket if item.is_trending)
    return BasketSummary(
        item_count=_pieces(basket),
        trending_count=trending,
        over_half_count=_pieces(over),
        known_count=_pieces(item for item in basket if item.is_known),
        text=_summary_text(trending, _pieces(over), rules) + _sample_note(basket),
    )


def decide(basket: Sequence[BasketItem], rules: NudgeRules) -> NudgeDecision:
    """Return the strongest nudge that the evidence bears."""
    real = [(at, i) for at, i in enumerate(basket) if i.is_known and not i.is_sample]
    enough = [(at, i) for at, i in real if i.evidence == "enough"]
    if found := _surely(enough, rules.cooling_off_risk_low):
        hours = rules.cooling_off_hours
        pause = f"Sleep on it and look again in {hours} hours."
        return _about(found, "cooling_off", pause, hours)
    if found := _surely(real, rules.pre_purchase_risk_low):
        return _about(found, "pre_purchase", "Still want it?")
    return _cart_nudge(basket, rules)


def _cart_nudge(basket: Sequence[BasketItem], rules: NudgeRules) -> NudgeDecision:
    spoken_of = tuple(
        at
        for at, item in enumerate(basket)
        if item.is_trending or item.low_at_least(rules.cart_risk_low)
    )
    trending = _pieces(item for item in basket if item.is_trending)
    risky = any(item.low_at_least(rules.cart_risk_low) for item in basket)
    if trending < rules.cart_trending_count and not risky:
        return NudgeDecision("none")
    text = f"{summarise(basket, rules).text}. Proceed?"
    return NudgeDecision("cart_summary", text, items=spoken_of)


def _surely(
    items: Iterable[tuple[int, BasketItem]], risk_low: float
) -> list[tuple[int, BasketItem]]:
    return [(at, item) for at, item in items if item.low_at_least(risk_low)]


def _about(
    found: Sequence[tuple[int, BasketItem]],
    kind: Kind,
    request: str,
    hours: int | None = None,
) -> NudgeDecision:
    surest = max((item for _, item in found), key=lambda item: item.risk_low or 0.0)
    does = "send it back" if surest.target == "returned" else "regret it"
    # Rounded down: what is said is never more than what is sure.
    share = int((surest.risk_low or 0.0) * 100)
    what = "Something here" if len(found) > 1 else "This"
    text = f"{what}: likely {share} % of its buyers or more {does}. {request}"
    return NudgeDecision(kind, text, hours, tuple(at for at, _ in found))


def _summary_text(trending: int, over: int, rules: NudgeRules) -> str:
    items = "item" if trending == 1 else "items"
    share = f"{rules.over_half_risk * 100:g} %"
    return f"{trending or 'no'} trending {items}, {over or 'none'} over {share}"


def _sample_note(basket: Iterable[BasketItem]) -> str:
    return SAMPLE if any(item.is_known and item.is_sample for item in basket) else ""


def _pieces(items: Iterable[BasketItem]) -> int:
    return sum(item.quantity for item in items)
