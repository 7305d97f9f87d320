"""Child processes of demonstration and tests: the command line with its settings."""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from store.errors import TrendGuardError
from store.settings import Settings

STOP_SECONDS = 15
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def environment(settings: Settings) -> dict[str, str]:
    """Return this process's environment with the settings as TRENDGUARD_* in it."""
    outside = {k: v for k, v in os.environ.items() if not k.startswith("TRENDGUARD_")}
    values = settings.model_dump(mode="json", exclude_none=True)
    ours = {
        f"TRENDGUARD_{name.upper()}": v if isinstance(v, str) else json.dumps(v)
        for name, v in values.items()
    }
    # What goes to a file is to be there when it happens.
    return outside | ours | {"PYTHONUNBUFFERED": "1"}


def command(settings: Settings, *words: str) -> dict[str, Any]:
    """Run a command with ``--json`` to its end and return what it printed.

    Raises
    ------
    TrendGuardError
        If it printed no result, with what it said instead.
    """
    done = subprocess.run(
        [sys.executable, "-m", "cli", *words, "--json"],
        env=environment(settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        result: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        said = done.stderr.strip().splitlines()[-3:]
        raise TrendGuardError(
            f"`trendguard {' '.join(words)}` failed: {' '.join(said)}"
        ) from error
    return result


@contextmanager
def running(
    settings: Settings, *words: str, log: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command until the block ends.

    Parameters
    ----------
    words : str
        The command and its arguments.
    log : Path, optional
        Where what it says goes; ``logs/<command>.log`` of the data folder by default.
    """
    log = log or settings.data_dir / "logs" / f"{words[0]}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "cli", *words],
            env=environment(settings),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # Ctrl-C reaches the demonstration alone, which then ends each in order.
            start_new_session=True,
            preexec_fn=end_with_parent,  # noqa: PLW1509 - one call into a loaded libc
        )
        try:
            yield process
        finally:
            _stop(process)


def until(true: Callable[[], Any], seconds: float = 120) -> Any:
    """Wait until `true()` is, and return what it gave."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := true():
            return found
        time.sleep(0.1)
    raise TimeoutError(f"not within {seconds} s")


def children_of(pid: int) -> set[int]:
    """Return the processes that a process has started and that still live."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text().rsplit(")", 1)[1].split()[:2]
        except OSError:
            continue
        if int(parent) == pid and state != "Z":
            found.add(int(stat.parent.name))
    return found


def workers_of(pid: int) -> set[int]:
    """Return the processes that answer for a server; its own helper is none of them."""
    commands = {child: _command_of(child) for child in children_of(pid)}
    return {
        c for c, words in commands.items() if words and "resource_tracker" not in words
    }


def _command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""  # it has gone since


def end_with_parent() -> None:
    """Be ended with the parent, where the kernel can (Linux), even if it is killed."""
    if LIBC and hasattr(LIBC, "prctl"):
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
