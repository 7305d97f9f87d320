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


def ratings(
    rng: np.random.Generator, quality: npt.NDArray[np.float64]
) -> npt.NDArray[np.int64]:
    """Return stars 1-5 for reviews of things of a given quality (standard normal)."""
    stars = np.round(3.6 + 0.9 * quality + rng.normal(0, 0.9, len(quality)))
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
