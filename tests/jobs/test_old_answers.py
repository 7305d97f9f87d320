import os
import time
from datetime import timedelta

from jobs import clean_up
from jobs.old_answers import prune


def cached(folder, name, days):
    entry = folder / "ebay_search" / name[:2] / name
    entry.mkdir(parents=True)
    for part in ("meta", "response_body"):
        (entry / part).write_bytes(b"x")
        at = time.time() - days * 86400
        os.utime(entry / part, (at, at))
    return entry


def test_old_answers_go_and_newer_ones_stay(tmp_path):
    old, new = cached(tmp_path, "aa11", 31), cached(tmp_path, "bb22", 29)
    assert prune(tmp_path, timedelta(days=30)) == 1
    assert (old.exists(), new.exists()) == (False, True)
    assert prune(tmp_path / "nothing", timedelta(days=30)) == 0


def test_one_that_was_written_anew_stays(tmp_path):
    entry = cached(tmp_path, "aa11", 31)
    (entry / "meta").write_bytes(b"new")
    assert prune(tmp_path, timedelta(days=30)) == 0


def test_the_housekeeping_does_it(database):
    old = cached(database.settings.data_dir / "http-cache", "aa11", 40)
    assert clean_up(database, database.settings)["old_answers"] == 1
    assert not old.exists()
