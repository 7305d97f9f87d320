"""Which rows of an import file can be used, and what is wrong with the others."""

import duckdb
import pyarrow as pa

from store.importing.columns import ColumnSpec
from store.importing.reading import OpenedFile, csv_lines


def check_rows(duck: duckdb.DuckDBPyConnection, file: OpenedFile, money: str) -> None:
    """Sort a file's rows: ``good_<kind>`` in the table's columns (with ``row``), and
    ``faults(row, reason)``.

    Parameters
    ----------
    money : str
        Currency of amounts that come without one.
    """
    kind = file.kind
    _type_columns(duck, file, money)
    checks = " ".join(f"WHEN {sql} THEN '{what}'" for what, sql in kind.checks.items())
    row_fault = f"CASE {checks} END" if checks else "NULL::VARCHAR"
    duck.execute(
        "CREATE OR REPLACE TEMP TABLE faults AS SELECT * FROM "
        f"(SELECT row, coalesce(t.fault, {row_fault}) FROM typed t) AS f(row, reason) "
        "WHERE f.reason IS NOT NULL"
    )
    columns = ", ".join(f"{sql} AS {name}" for name, sql in kind.into.items())
    duck.execute(
        f"CREATE TEMP TABLE good_{kind.name} AS SELECT row, {columns} FROM typed t "
        "WHERE row NOT IN (SELECT row FROM faults)"
    )
    _sort_out_duplicates(duck, file)


def fault_lines(
    duck: duckdb.DuckDBPyConnection, file: OpenedFile
) -> list[tuple[int, str]]:
    """Return line number and reason of every row that can't be used, in order."""
    faults: list[tuple[int, str]] = duck.execute(
        "SELECT row, reason FROM faults ORDER BY row"
    ).fetchall()
    if file.path.suffix == ".parquet":
        return [(row + 1, reason) for row, reason in faults]
    if not faults and not file.misshapen_count:
        return []
    reasons = dict(faults)
    found, row = [], 0
    for line, width in csv_lines(file.path):
        if width != file.width:
            found.append((line, f"has {width} columns, the header has {file.width}"))
            continue
        if row in reasons:
            found.append((line, reasons[row]))
        row += 1
    return found


def row_count(duck: duckdb.DuckDBPyConnection, file: OpenedFile) -> int:
    """Return how many rows the file has, usable or not."""
    found = duck.execute(f"SELECT count(*) FROM {file.raw}").fetchall()
    return int(found[0][0]) + file.misshapen_count


def good_rows(duck: duckdb.DuckDBPyConnection, file: OpenedFile) -> pa.Table:
    """Return the usable rows in the table's columns, in the file's order."""
    query = f"SELECT * EXCLUDE (row) FROM good_{file.kind.name} ORDER BY row"
    return duck.sql(query).to_arrow_table()


def _type_columns(
    duck: duckdb.DuckDBPyConnection, file: OpenedFile, money: str
) -> None:
    there = {c[0] for c in duck.execute(f"DESCRIBE {file.raw}").fetchall()}
    typed = [_typed(c, c.name in there, money) for c in file.kind.columns]
    faults = [c.fault() for c in file.kind.columns if c.name in there]
    duck.execute(
        f"CREATE OR REPLACE TEMP TABLE typed AS SELECT rowid AS row, "
        f"coalesce({', '.join(faults)}, NULL) AS fault, {', '.join(typed)} "
        f"FROM {file.raw}"
    )


def _typed(column: ColumnSpec, there: bool, money: str) -> str:
    if column.name == "currency":
        given = column.typed() if there else "NULL"
        return f"coalesce({given}, '{money}') AS currency"
    nothing = column.value.format(x="NULL::VARCHAR")
    return f"{column.typed() if there else nothing} AS {column.name}"


def _sort_out_duplicates(duck: duckdb.DuckDBPyConnection, file: OpenedFile) -> None:
    # The first of several rows with one key stays. A later one that says the same is
    # harmless; one that says something else is a fault: nobody can tell which holds.
    good, keys = f"good_{file.kind.name}", ", ".join(file.kind.table.key_names())
    rest = ", ".join(n for n in file.kind.into if n not in file.kind.table.key_names())
    said = f"row({rest})" if rest else "0"
    duck.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE later AS
        SELECT row, said IS DISTINCT FROM first(said) OVER same_key AS differs
        FROM (
            SELECT row, {keys}, {said} AS said FROM {good}
            WHERE ({keys}) IN (
                SELECT ({keys}) FROM {good} GROUP BY {keys} HAVING count(*) > 1
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
    duck.execute(f"DELETE FROM {good} WHERE row IN (SELECT row FROM later)")
