"""A figure's value, and how sure it is."""

from dataclasses import dataclass

from ml.retention import beta_quantile

# Jeffreys' prior, as everywhere in the house.
PRIOR = 0.5
TAIL = 0.05


@dataclass(frozen=True)
class Value:
    """A value with its 90 % interval, where it has one."""

    value: float | None = None
    """None where there is nothing to say it of."""

    low: float | None = None
    """Lower end."""

    high: float | None = None
    """Upper end."""

    n: int | None = None
    """Orders behind it."""


def share_of(counts: list[tuple[int, int]]) -> Value:
    """Return a share that is the product of shares, with its interval.

    Parameters
    ----------
    counts : list of (int, int)
        Hits and tries of each; n is the tries of the first.

    Notes
    -----
    The product of the shares' Beta distributions (Jeffreys' prior) is taken as the Beta
    distribution with its first two moments, as in Fay, Brittain and Proschan,
    Biostatistics 14(4), 2013.

    >>> found = share_of([(30, 100)])
    >>> round(found.low, 3), found.value, round(found.high, 3), found.n
    (0.229, 0.3, 0.379, 100)
    """
    if not all(tries for _, tries in counts):
        return Value(n=counts[0][1])
    value, mean, square = 1.0, 1.0, 1.0
    for hits, tries in counts:
        a, b = hits + PRIOR, tries - hits + PRIOR
        value *= hits / tries
        mean *= a / (a + b)
        square *= a * (a + 1) / ((a + b) * (a + b + 1))
    low, high = (float(beta_quantile(q, mean, square)) for q in (TAIL, 1 - TAIL))
    # Where nothing or all was a hit, the interval ends there.
    return Value(value, min(low, value), max(high, value), counts[0][1])
