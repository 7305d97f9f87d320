"""Nights and the orders that belong to them: each moment of purchase to one night."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from interventions.rules import NightRules


@dataclass(frozen=True)
class Window:
    """The purchases that a night takes, UTC.

    Parameters
    ----------
    late_at : datetime
        Those from here on were due on an earlier night, and came in too late for it.
    first_at : datetime
        Those from here on are due on this night.
    end_at : datetime
        Those from here on are not due yet.
    """

    late_at: datetime
    first_at: datetime
    end_at: datetime


def window_of(night: date, rules: NightRules) -> Window:
    """Return the purchases of a night.

    Their hours have passed between the night's midnight and the next, by the shop's
    clock, however many hours that day has.
    """
    waited = timedelta(hours=rules.hours_after_purchase)
    first_at = midnight(night, rules) - waited
    end_at = midnight(night + timedelta(1), rules) - waited
    return Window(first_at - timedelta(rules.late_days), first_at, end_at)


def last_night(now: datetime, rules: NightRules) -> date:
    """Return the last day of the shop that is over."""
    return now.astimezone(rules.zone).date() - timedelta(1)


def midnight(day: date, rules: NightRules) -> datetime:
    """Return when a day of the shop begins, UTC."""
    return datetime.combine(day, time(), rules.zone).astimezone(UTC)
