"""How many messages a person may get: of a channel, and over all of them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from interventions.rules import CapRule, Channel

Past = tuple[str, Channel, date]


class Caps:
    """Counts what people got in the nights around one, and what they get in it.

    Parameters
    ----------
    over_all : CapRule
        How many over all channels.
    channels : mapping
        How many of each channel.
    night : date
        The night.
    past : iterable of (person, channel, night)
        What was decided in other nights, or earlier in this one.
    """

    def __init__(
        self,
        over_all: CapRule,
        channels: Mapping[Channel, CapRule],
        night: date,
        past: Iterable[Past] = (),
    ) -> None:
        self._over_all, self._channels = over_all, channels
        self._all: Counter[str] = Counter()
        self._each: Counter[tuple[str, Channel]] = Counter()
        for person, channel, other in past:
            apart_days = abs((night - other).days)
            self._all[person] += apart_days < over_all.per_days
            if channel in channels:
                within = apart_days < channels[channel].per_days
                self._each[person, channel] += within

    def take(self, person: str, channel: Channel) -> bool:
        """Count one more message to a person, unless it would be one too many."""
        if (
            self._all[person] >= self._over_all.most
            or self._each[person, channel] >= self._channels[channel].most
        ):
            return False
        self._all[person] += 1
        self._each[person, channel] += 1
        return True
