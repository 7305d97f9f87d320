"""Memory of processes, as nobody else's: what would be free if they were gone."""

from pathlib import Path

import psutil


def private_mb(pid: int) -> float:
    """Return the private memory of a process in MB; 0 if it is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    kilobytes = [int(s.split()[1]) for s in lines if s.startswith("Private")]
    return sum(kilobytes) / 1024


def family_mb(pid: int) -> float:
    """Return the private memory of a process and of all that it started, in MB."""
    try:
        children = psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return 0.0
    return sum(private_mb(child) for child in (pid, *(c.pid for c in children)))
