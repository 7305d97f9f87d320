"""The daily tables: what was known of each hashtag and product at each day's end."""

from ml.daily.storing import store_daily
from ml.daily.tables import link_asked
from ml.daily.workbench import open_workbench

__all__ = ["link_asked", "open_workbench", "store_daily"]
