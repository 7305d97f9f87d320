"""The daily tables: what was known of each hashtag and product at each day's end."""

from ml.daily.compute import HASHTAG_STEPS, compute_daily, prepare, store_daily
from ml.daily.observations import DATED, load_observations

__all__ = [
    "DATED",
    "HASHTAG_STEPS",
    "compute_daily",
    "load_observations",
    "prepare",
    "store_daily",
]
