"""Load on a server, from wrk: it needs little of the cores that the workers need."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).with_suffix(".lua")
CONNECTIONS = 16


@dataclass(frozen=True)
class Load:
    """What wrk measured."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    bytes: int
    errors: int

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


def send(url: str, method: str, lines: Path, seconds: int, first: int = 0) -> Load:
    """Send requests for so many seconds, as fast as they are answered.

    Parameters
    ----------
    lines : Path
        A file with a path (GET) or a JSON body (POST) a line.
    first : int
        What the numbers in the place of ``%d`` begin with.
    """
    if shutil.which("wrk") is None:
        sys.exit("this benchmark needs wrk: `apt-get install wrk` or your system's way")
    done = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(SCRIPT), url],
        env=os.environ
        | {"METHOD": method, "LINES_FILE": str(lines), "FIRST": str(first)},
        capture_output=True,
        text=True,
        check=True,
    )
    return Load(**json.loads(done.stdout.strip().splitlines()[-1]))
