"""The rows that could not be used: line and reason, never what a person's row said."""

import csv
from pathlib import Path

from store.files import replaced


def write_rejects(
    folder: Path, name: str, faults: list[tuple[int, str]]
) -> Path | None:
    """Write ``<name>.csv`` with ``line,reason``; the last import's file is replaced.

    Returns
    -------
    pathlib.Path or None
        The file, None where nothing was rejected.
    """
    file = folder / f"{name}.csv"
    if not faults:
        file.unlink(missing_ok=True)
        return None
    folder.mkdir(parents=True, exist_ok=True)
    with (
        replaced(file) as draft,
        draft.open("w", encoding="utf-8", newline="") as lines,
    ):
        writer = csv.writer(lines)
        writer.writerow(("line", "reason"))
        writer.writerows(faults)
    return file
