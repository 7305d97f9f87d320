"""The log of one crawl: the last of its lines, for who wants to know what happened."""

import logging
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from sqlmodel import Session

from scrapers.masking import masked
from store.logs import TEXT, TIME
from store.tables import CrawlLog

MOST_BYTES = 64 * 2**10
EVERY_SECONDS = 3.0
# They say at INFO how Scrapy is put together, the same for each crawl.
SETTING_UP = ("scrapy.addons", "scrapy.crawler", "scrapy.middleware", "scrapy.utils")


class RunLog(logging.Handler):
    """Keeps a crawl's lines, INFO and worse, as far as they fit.

    Parameters
    ----------
    before : str
        What an earlier attempt of the same run has logged.
    """

    def __init__(self, before: str = "") -> None:
        super().__init__(logging.INFO)
        formatter = logging.Formatter(TEXT, TIME)
        formatter.converter = time.gmtime
        self.setFormatter(formatter)
        self._lines = deque(before.splitlines())
        self._size = sum(map(_size, self._lines))
        self._written_at = 0.0

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line, or the lines of a traceback."""
        if record.name.startswith(SETTING_UP) and record.levelno < logging.WARNING:
            return
        for line in masked(self.format(record)).splitlines():
            kept = line.encode()[: MOST_BYTES // 4].decode(errors="ignore")
            self._lines.append(kept)
            self._size += _size(kept)
        while self._size > MOST_BYTES:
            self._size -= _size(self._lines.popleft())

    @property
    def text(self) -> str:
        """What is kept."""
        self.acquire()
        try:
            return "\n".join(self._lines)
        finally:
            self.release()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear all that is logged in this process."""
        root = logging.getLogger()
        root.addHandler(self)
        try:
            yield
        finally:
            root.removeHandler(self)

    def write_if_due(self, session: Session, run_id: str) -> None:
        """Write it, unless that was done a moment ago."""
        if time.monotonic() - self._written_at >= EVERY_SECONDS:
            self.write(session, run_id)

    def write(self, session: Session, run_id: str) -> None:
        """Write it."""
        self._written_at = time.monotonic()
        session.merge(CrawlLog(run_id=run_id, text=self.text))


def _size(line: str) -> int:
    return len(line.encode()) + 1
