"""Answers of sites that the HTTP cache has kept for long, removed from its folder."""

import shutil
import time
from datetime import timedelta
from pathlib import Path


def prune(folder: Path, older_than: timedelta) -> int:
    """Remove entries that were written so long ago; return how many.

    Scrapy's `FilesystemCacheStorage` gives each answer a folder of its own:
    ``<spider>/<two digits>/<fingerprint>``.
    """
    before = time.time() - older_than.total_seconds()
    old = [each for each in folder.glob("*/*/*") if _written_at(each) < before]
    for each in old:
        shutil.rmtree(each, ignore_errors=True)
    return len(old)


def _written_at(entry: Path) -> float:
    try:
        files = [file.stat().st_mtime for file in entry.iterdir()]
        return max(files, default=entry.stat().st_mtime)
    except OSError:  # a crawl writes it anew, or another has removed it
        return time.time()
