"""The linked dataset as a file, with a guide to its columns beside it."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from pyarrow import parquet

from ml.daily import open_workbench
from ml.dataset_columns import column_guide
from ml.labels import put_labels
from ml.prepare import prepare
from store.database import Database
from store.duck import sql_beside, write_parquet
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
        target = put_labels(duck, settings)
        generalised = _put_told(duck)
        note_export(settings, out, "linked")
        with replaced(guide) as told, replaced(out) as draft:
            count = write_parquet(duck, sql_beside(__file__, "dataset_row"), draft)
            guided = column_guide(parquet.read_schema(draft), count, target)
            told.write_text(guided, encoding="utf-8")
    return {
        "rows": count,
        "generalised": generalised,
        "target": target,
        "out": str(out),
        "columns": str(guide),
    }


def _put_told(duck: duckdb.DuckDBPyConnection) -> int:
    """Make the table ``told``: of which combinations of age band and income decile
    less is told; return how many orders are of these.
    """
    people = duck.sql(sql_beside(__file__, "judged_person")).to_arrow_table()
    rows = people.drop_columns("person")
    told, generalised = suppress_small_groups(rows, people["person"])
    for name in rows.column_names:
        rows = rows.append_column(f"told_{name}", told[name])
    duck.register("told_rows", rows if generalised else rows.slice(0, 0))
    duck.execute(
        "CREATE OR REPLACE TEMP TABLE told AS SELECT DISTINCT * FROM told_rows "
        "WHERE (age_band, income_decile) "
        "IS DISTINCT FROM (told_age_band, told_income_decile)"
    )
    duck.unregister("told_rows")
    return generalised
