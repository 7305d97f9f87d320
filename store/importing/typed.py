"""A file's rows as typed values, in one pass over the file."""

import duckdb

from store.importing.columns import ColumnSpec
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
        duck.execute(
            f"CREATE TEMP TABLE typed AS {_query(file, money)}", [str(file.path)]
        )
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


def _query(file: OpenedFile, money: str) -> str:
    # Text, value and fault one above the other: each is computed once.
    there = [c for c in file.kind.columns if c.name in file.columns]
    names = {c.name for c in there}
    texts = [f"{c.text} AS {_text(c)}" for c in there]
    # What the format does not know is read too: a byte that is not UTF-8 spoils the
    # file wherever it stands.
    others = [f'"{name}"' for name in file.columns if name not in names]
    texts += [f"hash({', '.join(others)}) AS others"] if others else []
    values = [
        f"{c.typed(_text(c) if c in there else 'NULL::VARCHAR')} AS {c.name}"
        for c in file.kind.columns
    ]
    faults = [c.fault(_text(c), c.name) for c in there]
    kept = [_kept(c.name, money) for c in file.kind.columns] + ["others"] * bool(others)
    return (
        f"SELECT coalesce({', '.join(faults)}, NULL) AS fault, {', '.join(kept)} "
        f"FROM (SELECT *, {', '.join(values)} "
        f"FROM (SELECT {', '.join(texts)} FROM {file.source}))"
    )


def _text(column: ColumnSpec) -> str:
    return f"text_{column.name}"


def _kept(name: str, money: str) -> str:
    return f"coalesce({name}, '{money}') AS {name}" if name == "currency" else name
