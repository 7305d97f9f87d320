"""Totals that were read far too high for a day or two, once lower ones say so."""

from dataclasses import dataclass

import numpy as np

from ml.daily.views import Flags, Ints, Totals

# A site's caches differ by less.
FAR = 1.1
MOST_DAYS = 2


@dataclass(frozen=True)
class Readings:
    """Series as they were read, and read again without what proved to be a miscount.

    Attributes
    ----------
    totals : Totals
        All readings, those of one series after another, (n_days, n_readings).
    series : array (n_readings,)
        Which series each is of.
    from_day, until_day : array (n_readings,)
        It says what was known at the ends of these days, the second excluded.
    """

    totals: Totals
    series: Ints
    from_day: Ints
    until_day: Ints


def readings_of(totals: Totals) -> Readings:
    """Return each series' readings; nearly all have one.

    A total on one or two days is a miscount once more totals since are all lower by a
    tenth: from then on the series is as if it had not been read.
    """
    n_days, n_series = totals.view_count.shape
    columns = [totals.view_count]
    series, from_day = [*range(n_series)], [0] * n_series
    for number in _with_falls(totals.view_count):
        for day, column in _corrected(totals.view_count[:, number]):
            series.append(number)
            from_day.append(day)
            columns.append(column[:, None])
    order = np.lexsort((from_day, series))
    read = np.array(series, np.int64)[order]
    begin = np.array(from_day, np.int64)[order]
    last = np.append(read[1:] != read[:-1], True)
    until = np.where(last, n_days, np.append(begin[1:], n_days))
    view_count = np.concatenate(columns, axis=1)[:, order]
    return Readings(Totals(view_count, totals.seconds[:, read]), read, begin, until)


def _with_falls(view_count: Ints) -> Ints:
    """Return the series in which a total is far lower than one before it."""
    return np.flatnonzero(_falls(view_count).any(axis=0))


def _falls(view_count: Ints) -> Flags:
    highest = np.maximum.accumulate(view_count, axis=0)
    found: Flags = (view_count >= 0) & (view_count * FAR < highest)
    return found


def _corrected(column: Ints) -> list[tuple[int, Ints]]:
    """Return from which day on what is left of a series' totals."""
    found: list[tuple[int, Ints]] = []
    for day in np.flatnonzero(_falls(column)):
        high = np.flatnonzero(column[:day] > FAR * column[day])
        if not 0 < len(high) <= MOST_DAYS:
            continue
        since = np.flatnonzero(column[high[-1] + 1 : day + 1] >= 0)
        if len(since) > len(high):
            column = column.copy()
            column[high] = -1
            found.append((int(day), column))
    return found
