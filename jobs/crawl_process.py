"""A crawl's own process: Twisted's reactor can't be started twice in one.

It is forked from one that has imported what a crawl needs, so that a crawl begins in a
tenth of a second, not in three.
"""

import multiprocessing
import os
import runpy
import signal
import sys
import tempfile
import time
from contextlib import suppress
from multiprocessing.process import BaseProcess
from pathlib import Path

from jobs.rows import MESSAGE_CHARACTERS
from jobs.stopping import stopping
from store.settings import Settings
from store.tables import CrawlRun

if sys.platform == "win32":
    PROCESSES = multiprocessing.get_context("spawn")
else:
    PROCESSES = multiprocessing.get_context("forkserver")
    # By name, for the floor that jobs are on knows neither of them.
    PROCESSES.set_forkserver_preload(["cli", "scrapers.preloaded"])


def patience_seconds(settings: Settings) -> float:
    """Return when a crawl that hangs is ended; one that is slow ends itself before."""
    return settings.crawl_timeout_seconds * 1.05


def crawl_in_process(run: CrawlRun, patience_seconds: float) -> tuple[str, bool]:
    """Carry out a claimed run, and wait for it.

    Returns
    -------
    tuple of str and bool
        What was said last, and whether it was killed, but not by us.
    """
    given = [f"-a{name}={value}" for name, value in run.arguments.items()]
    words = ["crawl", run.spider, *given, "--run-id", run.run_id, "--json"]
    with tempfile.NamedTemporaryFile() as complaints:
        process = PROCESSES.Process(target=command, args=(words, complaints.name))
        process.start()
        in_time = _waited(process, patience_seconds)
        exit_code = process.exitcode
        _kill_group(process)
        if not in_time:
            return f"ended, for it took longer than {patience_seconds:.0f} s", False
        last = complaints.read().decode(errors="replace").strip()
        message = f"exit code {exit_code}: {last}"[-MESSAGE_CHARACTERS:]
        return message, exit_code is not None and exit_code < 0


def command(words: list[str], complaints: str) -> None:
    """Be the `trendguard` command, in a process that is good for nothing else.

    Parameters
    ----------
    complaints : str
        File for what it says on standard error.
    """
    set_apart(complaints)
    sys.argv = ["trendguard", *words]
    runpy.run_module("cli", run_name="__main__")


def set_apart(complaints: str) -> None:
    """Make this process the first of its own group, heard by nobody but the file."""
    if hasattr(os, "setsid"):
        os.setsid()
    with Path(os.devnull).open("r+b") as nothing, Path(complaints).open("wb") as file:
        for number, target in enumerate((nothing, nothing, file)):
            os.dup2(target.fileno(), number)


def _waited(process: BaseProcess, patience_seconds: float) -> bool:
    deadline = time.monotonic() + patience_seconds
    while time.monotonic() < deadline and not stopping.is_set():
        process.join(timeout=0.2)
        if process.exitcode is not None:
            return True
    return False


def _kill_group(process: BaseProcess) -> None:
    # The group, for a browser may outlive the crawl that started it. Killed, not
    # asked: a page is kept whole or not at all, and the next attempt goes on after it.
    if process.pid is not None and hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.join()
