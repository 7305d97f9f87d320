"""The linked dataset as a file, with a guide to its columns beside it."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from pyarrow import parquet

from ml.daily import open_workbench
from ml.dataset_columns import column_guide
from ml.labels import label_orders
from ml.prepare import prepare
from store.database import Database
from store.files import replaced
from store.people.anonymity import suppress_small_groups
from store.people.exports import note_export
from store.settings import Settings


def write_dataset(
    database: Database, settings: Settings, out: Path, as_of: date | None = None
) -> dict[str, Any]:
    """Write the linked dataset as Parquet: features, `target` and `coded`; beside it
    ``<name>.columns.md``, which tells what each column is.

    Age bands and income deciles that fewer than ten people share are left empty.

    Returns
    -------
    dict
        Rows, how many of them were generalised so, target and both files.
    """
    prepare(database)
    guide = out.with_suffix(".columns.md")
    # Written while nobody else has the workbench: who is forgotten waits for it.
    with open_workbench(database, as_of) as duck:
        dataset = label_orders(duck, settings)
        rows = dataset.rows.append_column("target", pa.array(dataset.y))
        rows = rows.append_column("coded", pa.array(dataset.coded))
        rows, generalised = suppress_small_groups(rows, _people(duck, rows))
        note_export(settings, out, "linked")
        with replaced(guide) as told, replaced(out) as draft:
            parquet.write_table(rows, draft)
            told.write_text(column_guide(rows, dataset.target), encoding="utf-8")
    return {
        "rows": rows.num_rows,
        "generalised": generalised,
        "target": dataset.target,
        "out": str(out),
        "columns": str(guide),
    }


def _people(duck: duckdb.DuckDBPyConnection, rows: pa.Table) -> pa.ChunkedArray:
    duck.register("asked_ids", rows.select(["order_id"]))
    whose = duck.sql(
        "SELECT customer_pseudonym FROM (SELECT order_id, row_number() OVER () AS n "
        'FROM asked_ids) JOIN "order" USING (order_id) ORDER BY n'
    ).to_arrow_table()
    duck.unregister("asked_ids")
    return whose["customer_pseudonym"]
