"""Child processes, forked from one that has imported all they need: each begins anew,
and the imports are paid for once.
"""

import multiprocessing
import os
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

FORKED = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload(["tests.preloaded"])


class Ended(NamedTuple):
    """A command that has ended, and what it said."""

    returncode: int
    stdout: str
    stderr: str


def children(at_once: int = 1) -> ProcessPoolExecutor:
    """Return what runs functions, each in a process of its own."""
    return ProcessPoolExecutor(at_once, FORKED, max_tasks_per_child=1)


def command_once(words: list[str], folder: Path, **settings: str) -> Ended:
    """Run `trendguard` in this process, which is good for nothing else afterwards.

    Parameters
    ----------
    folder : Path
        Where it runs.
    settings
        ``TRENDGUARD_*`` variables, all that there are.
    """
    from cli import main

    for name in [name for name in os.environ if name.startswith("TRENDGUARD_")]:
        del os.environ[name]
    os.environ.update(settings)
    os.chdir(folder)
    sys.argv = ["trendguard", *words]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
        code: object = 0
        try:
            main()
        except SystemExit as end:
            code = end.code
        sys.stdout.flush()
        sys.stderr.flush()
        said = [os.pread(fd, 2**24, 0).decode() for fd in (1, 2)]
    return Ended(code if isinstance(code, int) else int(code is not None), *said)
