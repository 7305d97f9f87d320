"""When nobody is to be disturbed, by the clock on the wall."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from interventions.rules import ChannelRule


def is_quiet(at: datetime, rule: ChannelRule, zone: ZoneInfo) -> bool:
    """Tell whether a moment lies in the quiet hours of a channel."""
    clock = at.astimezone(zone).time()
    if rule.quiet_from <= rule.quiet_to:
        return rule.quiet_from <= clock < rule.quiet_to
    return clock >= rule.quiet_from or clock < rule.quiet_to


def first_moment(at: datetime, rule: ChannelRule, zone: ZoneInfo) -> datetime | None:
    """Return when the quiet hours that a moment lies in are over, UTC; None if it lies
    in none.
    """
    if not is_quiet(at, rule, zone):
        return None
    today = at.astimezone(zone).date()
    ends = [
        datetime.combine(today + timedelta(days), rule.quiet_to, zone)
        for days in (0, 1)
    ]
    # The hour that comes twice in autumn has two ends: the first one that is left.
    each = (end.replace(fold=fold).astimezone(UTC) for end in ends for fold in (0, 1))
    return min(end for end in each if end > at)
