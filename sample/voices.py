"""What buyers of the made-up market write: reviews that are better the better the
thing, in plain phrases.
"""

import numpy as np
import numpy.typing as npt

GOOD = (
    "Absolutely love it, great quality.",
    "Beautiful and comfortable, worth every cent.",
    "Works perfectly and looks amazing.",
    "Really nice, I use it every day.",
    "Excellent, exactly as described.",
)
MIXED = (
    "It is okay for the price.",
    "Does the job, nothing special.",
    "Fine, though smaller than I thought.",
    "Arrived on time, average material.",
)
BAD = (
    "Terrible quality, fell apart in a week.",
    "Looks cheap and ugly, I regret buying it.",
    "Disappointing, only bought it because of the hype.",
    "Awful, it broke after two uses.",
    "Boring and useless, should have waited.",
)
# Of orders, how many are reviewed, and how much later.
REVIEWED_SHARE, REVIEWED_AFTER_DAYS = 0.08, 10
# Stars before they are rounded: of average quality, by a standard deviation of it, and
# the standard deviation of tempers.
STARS, STARS_BY_QUALITY, STARS_SPREAD = 3.6, 0.9, 0.9


def reviewed(
    rng: np.random.Generator, day: npt.NDArray[np.int64], day_count: int
) -> npt.NDArray[np.int64]:
    """Return which orders, by their days, are reviewed before the history ends."""
    writes = rng.random(len(day)) < REVIEWED_SHARE
    return np.flatnonzero(writes & (day + REVIEWED_AFTER_DAYS < day_count))


def ratings(
    rng: np.random.Generator, quality: npt.NDArray[np.float64]
) -> npt.NDArray[np.int64]:
    """Return stars 1-5 for reviews of things of a given quality (standard normal)."""
    tempers = rng.normal(0, STARS_SPREAD, len(quality))
    stars = np.round(STARS + STARS_BY_QUALITY * quality + tempers)
    return np.clip(stars, 1, 5).astype(np.int64)


def texts(
    rng: np.random.Generator, stars: npt.NDArray[np.int64]
) -> npt.NDArray[np.str_]:
    """Return a sentence or two for each rating."""
    first = _phrases(rng, stars)
    second = np.where(rng.random(len(stars)) < 0.5, _phrases(rng, stars), "")
    return np.char.strip(np.char.add(np.char.add(first, " "), second))


def _phrases(
    rng: np.random.Generator, stars: npt.NDArray[np.int64]
) -> npt.NDArray[np.str_]:
    count = len(stars)
    good = np.array(GOOD)[rng.integers(len(GOOD), size=count)]
    mixed = np.array(MIXED)[rng.integers(len(MIXED), size=count)]
    bad = np.array(BAD)[rng.integers(len(BAD), size=count)]
    return np.select([stars >= 4, stars == 3], [good, mixed], bad)
