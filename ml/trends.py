"""Where trends stand: stage, peak and what is left, as of any day."""

from datetime import date
from typing import Any

from ml.daily import open_workbench
from ml.lifespan import lifespan_of
from store.database import Database
from store.errors import MissingError

NEWEST = """
SELECT
    hashtag, day, stage, wave, peak_on, days_since_peak, trended_days, level,
    real_daily_views, bot_share, observed_at
FROM hashtag_day, bounds
WHERE day <= last_day
QUALIFY row_number() OVER (PARTITION BY hashtag ORDER BY day DESC) = 1
ORDER BY peak_views DESC, hashtag
"""


def trends(
    database: Database,
    hashtags: list[str],
    as_of: date | None = None,
) -> list[dict[str, Any]]:
    """Return where each hashtag stood at the end of a day, the biggest first.

    Parameters
    ----------
    hashtags : list of str
        With or without ``#``; all by default.
    as_of : date, optional
        Use only what was known then; all that is known by default.

    Raises
    ------
    MissingError
        If a hashtag was not observed twice by then.
    """
    with open_workbench(database, as_of) as duck:
        columns = [column[0] for column in duck.execute(NEWEST).description or ()]
        rows = [dict(zip(columns, row, strict=True)) for row in duck.fetchall()]
    lifespan = lifespan_of((r["wave"], r["trended_days"], r["stage"]) for r in rows)
    for row in rows:
        age = row["stage"], row["trended_days"]
        low, high = lifespan.interval_days_left(*age)
        row["expected_days_left"] = lifespan.expected_days_left(*age)
        row |= {"expected_days_left_low": low, "expected_days_left_high": high}
    return _picked(rows, hashtags)


def _picked(rows: list[dict[str, Any]], hashtags: list[str]) -> list[dict[str, Any]]:
    wanted = [hashtag.lstrip("#").lower() for hashtag in hashtags]
    by_name = {row["hashtag"]: row for row in rows}
    missing = [hashtag for hashtag in wanted if hashtag not in by_name]
    if missing:
        raise MissingError(
            f"not observed twice by then: {', '.join(missing)}; import hashtag_metrics "
            "or crawl tiktok_tag"
        )
    return [by_name[hashtag] for hashtag in wanted] if wanted else rows
