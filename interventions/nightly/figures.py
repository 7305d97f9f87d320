"""What a night counts, part by part."""

from collections.abc import Mapping
from typing import Any


def added(before: Mapping[str, Any], part: Mapping[str, Any]) -> dict[str, Any]:
    """Return figures with those of another part on top: numbers are added up, words
    are the newest.

    >>> added({"predicted": 2, "left_alone": {"cap": 1}}, {"left_alone": {"cap": 2}})
    {'predicted': 2, 'left_alone': {'cap': 3}}
    """
    total = dict(before)
    for name, value in part.items():
        if isinstance(value, Mapping):
            total[name] = added(total.get(name, {}), value)
        elif isinstance(value, int):
            total[name] = total.get(name, 0) + value
        else:
            total[name] = value
    return total
