"""What a person leaves in files of the data folder that are no table: words in logs,
and rows of a file that was too large for memory when its import was killed.
"""

import mmap
import shutil
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from store.duck import SPILL
from store.people.mentions import Names
from store.settings import Settings

LOGS = ("logs/**/*", "rejects/**/*", "*.log", "*.csv")


def blot_out_lines(settings: Settings, names: Names) -> dict[str, int]:
    """Blank the lines of logs and rejects that name a person, without moving any other
    byte, for a process may be writing on; return how many by file.
    """
    counts = {}
    folder = settings.data_dir
    for file in sorted({f for glob in LOGS for f in folder.glob(glob) if f.is_file()}):
        lines = sorted(_lines(file, names))
        if not lines:
            continue
        with file.open("r+b") as writing:
            for start, end in lines:
                writing.seek(start)
                writing.write(b"-" * (end - start))
        counts[str(file.relative_to(folder))] = len(lines)
    return counts


def remove_spilled(settings: Settings) -> int:
    """Remove what killed processes have spilled; return from how many."""
    removed = 0
    for folder in settings.data_dir.glob(f"{SPILL}*"):
        try:
            with FileLock(folder / "lock", timeout=0):
                shutil.rmtree(folder)
                removed += 1
        except Timeout:  # its process lives
            continue
    return removed


def files_naming(settings: Settings, names: Names) -> list[str]:
    """Return the files of the data folder whose bytes name a person."""
    folder = settings.data_dir
    files = (f for f in sorted(folder.rglob("*")) if f.is_file())
    return [str(f.relative_to(folder)) for f in files if any(_found(f, names))]


def _lines(file: Path, names: Names) -> set[tuple[int, int]]:
    content = file.read_bytes()
    found = set()
    for hit in names.anywhere.finditer(content):
        end = content.find(b"\n", hit.end())
        start = content.rfind(b"\n", 0, hit.start()) + 1
        found.add((start, len(content) if end < 0 else end))
    return found


def _found(file: Path, names: Names) -> Iterator[int]:
    with file.open("rb") as reading:
        if not file.stat().st_size:
            return
        with mmap.mmap(reading.fileno(), 0, access=mmap.ACCESS_READ) as content:
            hit = names.anywhere.search(content)
            if hit:
                yield hit.start()
