"""Intervals that hold however often one looks.

Who looks every morning and stops at the first good one is wrong far more often than the
interval says. These hold at all looks together, so that anybody may look at any time.
"""

import math


def any_time_half_width(
    se: float, people: int, planned_people: int, alpha: float
) -> float:
    """Return half the width of an asymptotic confidence sequence.

    Parameters
    ----------
    se : float
        Standard error of the estimate now.
    people : int
        How many it is made of.
    planned_people : int
        For so many it is the narrowest.
    alpha : float
        Chance that it ever leaves the truth out.

    References
    ----------
    Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas: Time-uniform central limit theory and
    asymptotic confidence sequences. Annals of Statistics 52 (2024), equations 7 and 10.

    >>> round(any_time_half_width(1.0, 1000, 1000, 0.05), 2)
    3.04
    """
    least = -2 * math.log(alpha)
    rho2 = (least + math.log(least + 1)) / planned_people
    grown = people * rho2 + 1
    odds = math.log(math.sqrt(grown) / alpha)
    return se * math.sqrt(2 * grown / (people * rho2) * odds)
