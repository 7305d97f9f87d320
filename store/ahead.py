"""One part being made while the one before it is used."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Part = TypeVar("Part")


def ahead(parts: Iterable[Part]) -> Iterator[Part]:
    """Yield `parts` as they are, the next one being made meanwhile in a thread.

    >>> list(ahead("abc"))
    ['a', 'b', 'c']
    """
    source = iter(parts)
    end = object()
    with ThreadPoolExecutor(1) as beside:
        coming = beside.submit(next, source, end)
        while (part := coming.result()) is not end:
            coming = beside.submit(next, source, end)
            yield part  # type: ignore[misc]
