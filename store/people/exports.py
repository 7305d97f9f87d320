"""The files that were written for somebody else and hold persons: where they went.

Whoever is forgotten has to leave them too. A copy made of one is out of reach.
"""

import csv
import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc
from filelock import FileLock
from pyarrow import parquet

from store.errors import BadFileError
from store.files import replaced
from store.settings import Settings

Kind = Literal["linked", "scores", "subject"]
PATIENCE_SECONDS = 60
ORDER = "order_id"
UNREADABLE = (BadFileError, OSError, KeyError, ValueError, pa.ArrowException, csv.Error)


def note_export(settings: Settings, file: Path, kind: Kind, about: str = "") -> None:
    """Remember, before it is written, that a file is to hold persons.

    Parameters
    ----------
    kind : str
        ``linked`` (Parquet with ``order_id``), ``scores`` (CSV with ``order_id``) or
        ``subject``, one person's data.
    about : str
        Mark of that one person.
    """
    with _registering(settings) as known:
        known[_noted(settings, file)] = {"kind": kind, "about": about}


def take_out(
    settings: Settings, order_ids: Collection[str], marks: Collection[str]
) -> tuple[dict[str, int], list[str]]:
    """Take a person's rows out of every file that is known; each is replaced as a
    whole, by one without them. What holds one person is removed.

    Returns
    -------
    tuple of dict and list
        Rows taken out by file, and how many were removed as ``subject``, for such a
        file's name may be a person's; and the files that could not be read.
    """
    taken: dict[str, int] = {}
    unreadable = []
    for path, told in _read(settings).items():
        file = settings.data_dir / path
        if told["kind"] == "subject":
            if told["about"] in marks:
                _remove(settings, file)
                taken["subject"] = taken.get("subject", 0) + 1
            continue
        for draft in file.parent.glob(f"{escape(file.name)}.*"):
            if draft.suffix[1:].isdigit():  # its writer was killed
                draft.unlink(missing_ok=True)
        if not file.exists():
            continue
        try:
            count = _take_out(file, told["kind"], order_ids)
        except UNREADABLE:
            unreadable.append(path)
            continue
        if count:
            taken[path] = count
    return taken, unreadable


def holding(settings: Settings, order_ids: Collection[str]) -> dict[str, int | None]:
    """Return how many of these orders stand in each linked file; None where it can't
    be read.
    """
    found: dict[str, int | None] = {}
    for path, told in _read(settings).items():
        file = settings.data_dir / path
        if told["kind"] == "linked" and file.exists():
            try:
                found[path] = _count(file, pa.array(list(order_ids), pa.string()))
            except UNREADABLE:
                found[path] = None
    return {path: count for path, count in found.items() if count != 0}


def _remove(settings: Settings, file: Path) -> None:
    file.unlink(missing_ok=True)
    with _registering(settings) as known:
        known.pop(_noted(settings, file), None)


def _take_out(file: Path, kind: str, order_ids: Collection[str]) -> int:
    return (_from_parquet if kind == "linked" else _from_csv)(file, order_ids)


def _from_parquet(file: Path, order_ids: Collection[str]) -> int:
    wanted = pa.array(list(order_ids), pa.string())
    count = _count(file, wanted)
    if count:
        with (
            replaced(file) as draft,
            parquet.ParquetFile(file) as source,
            parquet.ParquetWriter(draft, source.schema_arrow) as target,
        ):
            for batch in source.iter_batches():
                others = pc.invert(pc.is_in(batch[ORDER], wanted))
                target.write_batch(batch.filter(others))
    return count


def _count(file: Path, wanted: pa.Array) -> int:
    ids = parquet.read_table(file, columns=[ORDER])[ORDER]
    return int(pc.sum(pc.is_in(ids, wanted)).as_py() or 0)


def _from_csv(file: Path, order_ids: Collection[str]) -> int:
    wanted, count = set(order_ids), 0
    with (
        replaced(file) as draft,
        file.open(encoding="utf-8", newline="") as source,
        draft.open("w", encoding="utf-8", newline="") as target,
    ):
        reader = csv.DictReader(source)
        writer = csv.DictWriter(target, reader.fieldnames or [ORDER])
        writer.writeheader()
        for row in reader:
            if row[ORDER] in wanted:
                count += 1
            else:
                writer.writerow(row)
    return count


def _noted(settings: Settings, file: Path) -> str:
    # The data folder may be moved, with what is in it.
    whole, folder = file.resolve(), settings.data_dir.resolve()
    inside = whole.is_relative_to(folder)
    return str(whole.relative_to(folder) if inside else whole)


@contextmanager
def _registering(settings: Settings) -> Iterator[dict[str, dict[str, str]]]:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with FileLock(_register(settings).with_suffix(".lock"), timeout=PATIENCE_SECONDS):
        known = _read(settings)
        yield known
        with replaced(_register(settings)) as draft:
            draft.write_text(json.dumps(known, indent=1), encoding="utf-8")


def _register(settings: Settings) -> Path:
    return settings.data_dir / "exports.json"


def _read(settings: Settings) -> dict[str, dict[str, str]]:
    try:
        text = _register(settings).read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    known: dict[str, dict[str, str]] = json.loads(text)
    return known
