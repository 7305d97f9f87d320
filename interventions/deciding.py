"""Who gets what: the offers that fit, held against what people want and have had."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np

from interventions.caps import Caps
from interventions.offers import Weighed, Words
from interventions.rules import Channel, OfferKind, Rules


@dataclass(frozen=True)
class Wishes:
    """What people said of being written to.

    Parameters
    ----------
    excluded : mapping
        Channel -> who opted out of it, or of everything.
    consented : mapping
        Channel -> who said yes to it.
    """

    excluded: Mapping[Channel, Set[str]]
    consented: Mapping[Channel, Set[str]]

    def against(self, person: str, channel: Channel, rules: Rules) -> str:
        """Return why a person must not be written to by a channel, empty if none."""
        if person in self.excluded.get(channel, ()):
            return "opted_out"
        needed = rules.channels[channel].needs_consent
        if needed and person not in self.consented.get(channel, ()):
            return "no_consent"
        return ""


@dataclass(frozen=True)
class Decisions:
    """What was decided of several orders.

    Attributes
    ----------
    made : list of (int, str, float)
        Place of the order, kind of the offer, its value in minor units (NaN: unknown).
    reasons : array (n_orders,) of str
        Why an order is left alone; empty where an offer is made.
    """

    made: list[tuple[int, OfferKind, float]]
    reasons: Words


def decide(
    weighed: Weighed, people: Sequence[str], wishes: Wishes, caps: Caps, rules: Rules
) -> Decisions:
    """Make the most valuable offer that fits, is wished for, and is not too many.

    What is left alone has the reason of the most valuable offer that did fit.

    Parameters
    ----------
    people : sequence of str
        Whose each order is.
    caps : Caps
        Counts what is decided.
    """
    made = []
    reasons = weighed.reasons.copy()
    channels = [rules.offers[kind].channel for kind in weighed.kinds]
    rows = np.flatnonzero(weighed.fits.any(axis=1))
    ranked, fits = weighed.ranked[rows].tolist(), weighed.fits[rows].tolist()
    for row, places, fitting in zip(rows.tolist(), ranked, fits, strict=True):
        why = ""
        for place in places:
            if not fitting[place]:
                continue
            person, channel = people[row], channels[place]
            against = wishes.against(person, channel, rules)
            if not against and caps.take(person, channel):
                value = float(weighed.values[row, place])
                made.append((row, weighed.kinds[place], value))
                break
            why = why or against or "cap"
        else:
            reasons[row] = why
    return Decisions(made, reasons)
