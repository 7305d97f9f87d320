"""Which rows of an import file can be used, and what is wrong with the others."""

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from store.bulk import BATCH_ROWS
from store.importing.files import FileKind
from store.importing.reading import OpenedFile, csv_lines


def check_rows(duck: duckdb.DuckDBPyConnection, kind: FileKind) -> None:
    """Sort the rows of ``typed``: ``good`` in the table's columns (with ``row``),
    ``faults(row, reason)``; where the kind has such, ``left_out(row, ...)`` are
    those of people who were forgotten.
    """
    about = f"({kind.left_out}) IS NOT TRUE" if kind.left_out else "true"
    if kind.left_out:
        duck.execute(
            "CREATE OR REPLACE TEMP TABLE left_out AS SELECT rowid AS row, t.* "
            f"FROM typed t WHERE {kind.left_out}"
        )
    checks = " ".join(f"WHEN {sql} THEN '{what}'" for what, sql in kind.checks.items())
    row_fault = f"CASE {checks} END" if checks else "NULL::VARCHAR"
    duck.execute(
        "CREATE OR REPLACE TEMP TABLE faults AS SELECT * FROM "
        f"(SELECT rowid, coalesce(t.fault, {row_fault}) FROM typed t WHERE {about}) "
        "AS f(row, reason) WHERE f.reason IS NOT NULL"
    )
    columns = ", ".join(f"{sql} AS {name}" for name, sql in kind.into.items())
    duck.execute(
        f"CREATE OR REPLACE TEMP VIEW good AS SELECT rowid AS row, {columns} "
        f"FROM typed t WHERE rowid NOT IN (SELECT row FROM faults) AND {about}"
    )
    _sort_out_duplicates(duck, kind)


def fault_lines(
    duck: duckdb.DuckDBPyConnection, file: OpenedFile, misshapen: int
) -> list[tuple[int, str]]:
    """Return line number and reason of every row that can't be used, in order.

    Parameters
    ----------
    misshapen : int
        How many rows have another number of columns than the header.
    """
    faults = row_faults(duck)
    if file.path.suffix == ".parquet":
        return [(row + 1, reason) for row, reason in faults]
    if not faults and not misshapen:
        return []
    reasons, wanted = dict(faults), len(file.columns)
    found, row = [], 0
    for line, width in csv_lines(file.path):
        if width != wanted:
            found.append((line, f"has {width} columns, the header has {wanted}"))
            continue
        if row in reasons:
            found.append((line, reasons[row]))
        row += 1
    return found


def row_faults(duck: duckdb.DuckDBPyConnection) -> list[tuple[int, str]]:
    """Return row (from 0) and reason of every row that can't be used, in order."""
    query = "SELECT row, reason FROM faults ORDER BY row"
    found: list[tuple[int, str]] = duck.execute(query).fetchall()
    return found


def good_rows(
    duck: duckdb.DuckDBPyConnection, order: Sequence[str] = ("row",)
) -> pa.RecordBatchReader:
    """Return the usable rows in the table's columns, as a rule in the file's order.

    They are read while they are made: DuckDB does nothing else until they all are.
    """
    query = (
        "SELECT * EXCLUDE (row) FROM good WHERE row NOT IN (SELECT row FROM later) "
        f"ORDER BY {', '.join(order)}"
    )
    return duck.sql(query).to_arrow_reader(BATCH_ROWS)


def row_count(duck: duckdb.DuckDBPyConnection) -> int:
    """Return how many rows the file has, usable or not, but for misshapen ones."""
    return int(duck.execute("SELECT count(*) FROM typed").fetchall()[0][0])


def left_out_count(duck: duckdb.DuckDBPyConnection, kind: FileKind) -> int:
    """Return how many rows are of people who were forgotten."""
    if not kind.left_out:
        return 0
    return int(duck.execute("SELECT count(*) FROM left_out").fetchall()[0][0])


def _sort_out_duplicates(duck: duckdb.DuckDBPyConnection, kind: FileKind) -> None:
    # The first of several rows with one key stays. A later one that says the same is
    # harmless; one that says something else is a fault: nobody can tell which holds.
    keys = ", ".join(kind.table.key_names())
    rest = ", ".join(name for name in kind.into if name not in kind.table.key_names())
    said = f"row({rest})" if rest else "0"
    duck.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE later AS
        SELECT row, said IS DISTINCT FROM first(said) OVER same_key AS differs
        FROM (
            SELECT row, {keys}, {said} AS said FROM good
            WHERE ({keys}) IN (
                SELECT ({keys}) FROM good GROUP BY {keys} HAVING count(*) > 1
            )
        )
        WINDOW same_key AS (PARTITION BY {keys} ORDER BY row)
        QUALIFY row_number() OVER same_key > 1
        """
    )
    duck.execute(
        f"INSERT INTO faults SELECT row, 'the same {keys} stands further up with other "
        "content' FROM later WHERE differs"
    )
