"""A file's rows as typed values, in one pass over the file."""

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from store.importing.columns import ColumnSpec
from store.importing.files import FileKind
from store.importing.reading import OpenedFile, unusable


def type_rows(duck: duckdb.DuckDBPyConnection, file: OpenedFile, money: str) -> int:
    """Read a file into the table ``typed``: its columns, NULL where a text can't be
    read, and ``fault``, what is wrong; ``rowid`` counts the rows from 0.

    Parameters
    ----------
    money : str
        Currency of amounts that come without one.

    Returns
    -------
    int
        Rows with another number of columns than the header; they are left out.

    Raises
    ------
    BadFileError
        If the file is not UTF-8 or damaged.
    """
    duck.execute("DROP TABLE IF EXISTS typed")
    try:
        query = _query(file.kind, file.columns, file.source, money)
        duck.execute(f"CREATE TEMP TABLE typed AS {query}", [str(file.path)])
    except duckdb.Error as error:
        raise unusable(file.path, str(error).splitlines()[0]) from error
    if file.path.suffix == ".parquet":
        return 0
    encoding, misshapen = duck.execute(
        "SELECT count(*) FILTER (error_type = 'INVALID ENCODING'), "
        "count(DISTINCT line) FROM reject_errors"
    ).fetchall()[0]
    duck.execute("DROP TABLE reject_errors; DROP TABLE reject_scans")
    if encoding:
        raise unusable(file.path, "it is not UTF-8; save it as UTF-8")
    return int(misshapen)


def type_texts(
    duck: duckdb.DuckDBPyConnection, texts: pa.Table, kind: FileKind, money: str
) -> None:
    """Read rows of text into the table ``typed``, as `type_rows` reads those of a file.

    Parameters
    ----------
    texts : pyarrow.Table
        Columns of the kind, all text; the required ones among them.
    """
    duck.register("texts", texts)
    query = _query(kind, texts.column_names, "texts", money)
    duck.execute(f"CREATE OR REPLACE TEMP TABLE typed AS {query}")
    duck.unregister("texts")


def _query(kind: FileKind, columns: Sequence[str], source: str, money: str) -> str:
    # Text, value and fault one above the other: each is computed once.
    there = [c for c in kind.columns if c.name in columns]
    names = {c.name for c in there}
    texts = [f"{c.text} AS {_text(c)}" for c in there]
    # What the format does not know is read too: a byte that is not UTF-8 spoils the
    # file wherever it stands.
    others = [f'"{name}"' for name in columns if name not in names]
    texts += [f"hash({', '.join(others)}) AS others"] if others else []
    values = [
        f"{c.typed(_text(c) if c in there else 'NULL::VARCHAR')} AS {c.name}"
        for c in kind.columns
    ]
    faults = [c.fault(_text(c), c.name) for c in there]
    kept = [_kept(c.name, money) for c in kind.columns] + ["others"] * bool(others)
    return (
        f"SELECT coalesce({', '.join(faults)}, NULL) AS fault, {', '.join(kept)} "
        f"FROM (SELECT *, {', '.join(values)} "
        f"FROM (SELECT {', '.join(texts)} FROM {source}))"
    )


def _text(column: ColumnSpec) -> str:
    return f"text_{column.name}"


def _kept(name: str, money: str) -> str:
    return f"coalesce({name}, '{money}') AS {name}" if name == "currency" else name
