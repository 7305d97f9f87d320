"""Opening an import file: is it usable at all, and its rows as text."""

import csv
import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import duckdb

from store.errors import BadFileError
from store.importing.files import FileKind

ENDINGS = (".csv", ".csv.gz", ".parquet")
SNIFFED_BYTES = 1 << 16


@dataclass(frozen=True)
class OpenedFile:
    """A file whose rows are in the DuckDB table ``raw_<kind>``, all text.

    Attributes
    ----------
    width : int
        Columns of the header.
    misshapen_count : int
        Rows with another number of columns; they are not in the table.
    """

    kind: FileKind
    path: Path
    width: int
    misshapen_count: int

    @property
    def raw(self) -> str:
        """Name of the table."""
        return f"raw_{self.kind.name}"


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
    """Read a file's rows into DuckDB as text.

    Raises
    ------
    BadFileError
        If the file is empty, binary, not UTF-8, damaged, or lacks a required column.
    """
    if path.suffix == ".parquet":
        return _open_parquet(duck, kind, path)
    header = _header(path)
    _check_columns(kind, path, header)
    try:
        duck.execute(
            f"CREATE TEMP TABLE raw_{kind.name} AS SELECT * FROM read_csv(?, "
            "header = true, all_varchar = true, delim = ',', quote = '\"', "
            "escape = '\"', store_rejects = true, rejects_limit = 0, "
            "max_line_size = 4194304)",
            [str(path)],
        )
    except duckdb.Error as error:
        raise _unusable(path, _first_line(error)) from error
    encoding, misshapen = duck.execute(
        "SELECT count(*) FILTER (error_type = 'INVALID ENCODING'), "
        "count(DISTINCT line) FROM reject_errors"
    ).fetchall()[0]
    duck.execute("DROP TABLE reject_errors; DROP TABLE reject_scans")
    if encoding:
        raise _unusable(path, "it is not UTF-8; save it as UTF-8")
    return OpenedFile(kind, path, len(header), misshapen)


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


def _open_parquet(
    duck: duckdb.DuckDBPyConnection, kind: FileKind, path: Path
) -> OpenedFile:
    try:
        duck.execute(
            f"CREATE TEMP TABLE raw_{kind.name} AS "
            "SELECT COLUMNS(*)::VARCHAR FROM read_parquet(?)",
            [str(path)],
        )
    except duckdb.Error as error:
        raise _unusable(path, _first_line(error)) from error
    header = [c[0] for c in duck.execute(f"DESCRIBE raw_{kind.name}").fetchall()]
    _check_columns(kind, path, header)
    return OpenedFile(kind, path, len(header), 0)


def _header(path: Path) -> list[str]:
    try:
        with _open_text(path) as lines:
            start = lines.read(SNIFFED_BYTES)
    except UnicodeDecodeError as error:
        raise _unusable(path, "it is not UTF-8 text; save it as UTF-8") from error
    except (OSError, EOFError, zlib.error) as error:
        raise _unusable(path, str(error)) from error
    if not start.strip():
        raise _unusable(path, "it is empty; it needs at least a header line")
    if "\0" in start:
        raise _unusable(path, "it is binary, not CSV")
    return [name.strip() for name in next(csv.reader(start.splitlines()))]


def _check_columns(kind: FileKind, path: Path, header: list[str]) -> None:
    missing = [c.name for c in kind.columns if c.required and c.name not in header]
    if missing:
        raise BadFileError(
            f"{path}: required column missing: {', '.join(missing)} "
            f"(found: {', '.join(header)}); nothing was imported"
        )
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise _unusable(path, f"column {', '.join(twice)} stands there twice")


@contextmanager
def _open_text(path: Path) -> Iterator[TextIO]:
    zipped = path.suffix == ".gz"
    with (
        gzip.open(path, "rt", encoding="utf-8-sig", newline="")
        if zipped
        else path.open(encoding="utf-8-sig", newline="")
    ) as lines:
        yield lines


def _unusable(path: Path, why: str) -> BadFileError:
    return BadFileError(f"{path} can't be used: {why}; nothing was imported")


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
