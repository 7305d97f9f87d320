"""Opening an import file: is it usable at all, and what its header says."""

import csv
import gzip
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import duckdb

from store.errors import BadFileError
from store.importing.files import FileKind

ENDINGS = (".csv", ".csv.gz", ".parquet")
SNIFFED_BYTES = 1 << 16
CSV_SOURCE = (
    "read_csv(?, header = true, all_varchar = true, delim = ',', quote = '\"', "
    "escape = '\"', store_rejects = true, rejects_limit = 0, max_line_size = 4194304)"
)


@dataclass(frozen=True)
class OpenedFile:
    """A file that has the columns its kind requires.

    Attributes
    ----------
    columns : tuple of str
        Of the header.
    """

    kind: FileKind
    path: Path
    columns: tuple[str, ...]

    @property
    def source(self) -> str:
        """SQL of its rows, all text; its one parameter is the path."""
        if self.path.suffix == ".parquet":
            return "(SELECT COLUMNS(*)::VARCHAR FROM read_parquet(?))"
        return CSV_SOURCE


def find_file(folder: Path, kind: FileKind) -> Path | None:
    """Return the folder's file of a kind, None where there is none.

    Raises
    ------
    BadFileError
        If there are two.
    """
    found = [p for e in ENDINGS if (p := folder / f"{kind.name}{e}").exists()]
    if len(found) > 1:
        names = " and ".join(p.name for p in found)
        raise BadFileError(f"{folder} holds both {names}: keep one")
    return found[0] if found else None


def open_file(
    duck: duckdb.DuckDBPyConnection, kind: FileKind, path: Path
) -> OpenedFile:
    """Read a file's header.

    Raises
    ------
    BadFileError
        If the file is empty, binary, damaged, or lacks a required column.
    """
    if path.suffix == ".parquet":
        source = "read_parquet(?)"
    else:
        source = CSV_SOURCE
        _check_columns(kind, path, _header(path))
    try:
        found = duck.execute(f"DESCRIBE FROM {source}", [str(path)]).fetchall()
    except duckdb.Error as error:
        raise unusable(path, str(error).splitlines()[0]) from error
    columns = tuple(column[0] for column in found)
    _check_columns(kind, path, columns)
    return OpenedFile(kind, path, columns)


def csv_lines(path: Path) -> Iterator[tuple[int, int]]:
    """Yield line number and width of each record after the header, blank lines left
    out; a record's line is its first.
    """
    with _open_text(path) as lines:
        reader = csv.reader(lines)
        next(reader)
        before = reader.line_num
        for record in reader:
            if record:
                yield before + 1, len(record)
            before = reader.line_num


def unusable(path: Path, why: str) -> BadFileError:
    """Return the error that says why a file can't be imported."""
    return BadFileError(f"{path} can't be used: {why}; nothing was imported")


def _header(path: Path) -> list[str]:
    try:
        with _open_text(path) as lines:
            start = lines.read(SNIFFED_BYTES)
    except UnicodeDecodeError as error:
        raise unusable(path, "it is not UTF-8 text; save it as UTF-8") from error
    except (OSError, EOFError, zlib.error) as error:
        raise unusable(path, str(error)) from error
    if not start.strip():
        raise unusable(path, "it is empty; it needs at least a header line")
    if "\0" in start:
        raise unusable(path, "it is binary, not CSV")
    return [name.strip() for name in next(csv.reader(start.splitlines()))]


def _check_columns(kind: FileKind, path: Path, header: Sequence[str]) -> None:
    missing = [c.name for c in kind.columns if c.required and c.name not in header]
    if missing:
        raise BadFileError(
            f"{path}: required column missing: {', '.join(missing)} "
            f"(found: {', '.join(header)}); nothing was imported"
        )
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise unusable(path, f"column {', '.join(twice)} stands there twice")


@contextmanager
def _open_text(path: Path) -> Iterator[TextIO]:
    zipped = path.suffix == ".gz"
    with (
        gzip.open(path, "rt", encoding="utf-8-sig", newline="")
        if zipped
        else path.open(encoding="utf-8-sig", newline="")
    ) as lines:
        yield lines
