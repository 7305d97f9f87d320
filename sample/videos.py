"""Videos of the made-up market: honest ones, bought views, bought likes."""

from collections.abc import Callable
from datetime import datetime

import numpy as np

from sample.market import SampleVideo

FARMED = 0.4


def make_video(
    rng: np.random.Generator,
    hashtag: str,
    moment: Callable[[int], datetime],
    bot_ratio: float,
) -> tuple[SampleVideo, bool]:
    """Draw a video, and whether its views are bought.

    Parameters
    ----------
    moment : callable
        Second of the day -> when that was.
    bot_ratio : float
        Views by machines over views by people on that day.
    """
    is_bought = bool(rng.random() < bot_ratio / (1 + bot_ratio))
    # Views and likes are sold by the thousand; one honest video in seven is unseen.
    unseen = not is_bought and rng.random() < 1 / 7
    views = int(rng.lognormal(np.log(150 if unseen else 40_000), 1.2))
    views += 8_000 if is_bought else 3
    # Spread wide enough that honest videos come near both bounds.
    likes = views / float(np.clip(rng.lognormal(np.log(15), 0.55), 4, 95))
    talk = float(np.clip(rng.lognormal(np.log(1 / 20), 0.65), 1 / 180, 0.5))
    if is_bought and rng.random() < FARMED:
        likes = views / rng.uniform(3, 12)
        talk = 1 / rng.uniform(900, 6_000)
    elif is_bought:
        # People are one in sixteen of those who watched, at most.
        likes *= rng.uniform(0.005, 0.06)
    counted = int(rng.poisson(likes))
    video = SampleVideo(
        video_id=str(7_400_000_000_000_000_000 + int(rng.integers(10**15))),
        hashtag=hashtag,
        created_at=moment(int(rng.integers(86_400))),
        views=views,
        likes=min(counted, views),
        comments=int(rng.poisson(counted * talk * 0.45)),
        shares=int(rng.poisson(counted * talk * 0.55)),
    )
    return video, is_bought
