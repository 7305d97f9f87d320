"""The import of a whole folder, in one transaction."""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import duckdb
from sqlalchemy import delete, select
from sqlmodel import Session, col

from store.bulk import merge_rows, sql_table
from store.database import Database
from store.duck import duck_session
from store.errors import BadFileError
from store.importing.checking import (
    check_rows,
    fault_lines,
    good_rows,
    left_out_count,
    row_count,
)
from store.importing.files import KINDS, ORDERS, PRODUCTS
from store.importing.reading import OpenedFile, find_file, open_file
from store.importing.references import load_references, prepare
from store.importing.rejects import write_rejects
from store.importing.typed import type_rows
from store.importing.watches import watch_catalogue
from store.reading import read_rows
from store.settings import Settings
from store.tables import ProductHashtag
from store.turns import PEOPLE, wait_for_turn


@dataclass
class FileReport:
    """What became of one file's rows."""

    read: int
    added: int
    updated: int
    unchanged: int
    rejected: int
    forgotten: int = 0
    """Rows of people who were forgotten; they are left out."""
    rejects_file: str | None = None


@dataclass
class ImportReport:
    """What became of a folder."""

    files: dict[str, FileReport] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)

    def rows(self) -> list[dict[str, Any]]:
        """Return one row a file, to print."""
        return [{"file": name, **asdict(r)} for name, r in self.files.items()]


def import_folder(database: Database, settings: Settings, folder: Path) -> ImportReport:
    """Import every file of the format that the folder holds.

    Raises
    ------
    BadFileError
        If the folder or a file in it can't be used; then nothing was written.
    """
    if not folder.is_dir():
        raise BadFileError(f"{folder} is not a folder")
    paths = [(kind, path) for kind in KINDS if (path := find_file(folder, kind))]
    if not paths:
        names = ", ".join(kind.name for kind in KINDS)
        raise BadFileError(f"{folder} holds none of {names} (.csv, .csv.gz, .parquet)")
    with duck_session(settings) as duck:
        # A bad header stops all before anything is written; a bad byte further down
        # takes back what was.
        files = [open_file(duck, kind, path) for kind, path in paths]
        faults: dict[str, list[tuple[int, str]]] = {}
        report = ImportReport()
        with database.writing() as session:
            wait_for_turn(session, PEOPLE)
            prepare(duck, session, settings)
            for file in files:
                name = file.kind.name
                report.files[name], faults[name] = import_file(
                    duck, session, settings, file
                )
            if any(file.kind is PRODUCTS for file in files):
                watch_catalogue(session, settings)
    for kind in KINDS:
        found = faults.get(kind.name, [])
        rejects = write_rejects(settings.data_dir / "rejects", kind.name, found)
        if rejects:
            report.files[kind.name].rejects_file = str(rejects)
    return report


def import_file(
    duck: duckdb.DuckDBPyConnection,
    session: Session,
    settings: Settings,
    file: OpenedFile,
) -> tuple[FileReport, list[tuple[int, str]]]:
    """Bring one file into its table; return figures, and line and reason of rejects."""
    misshapen = type_rows(duck, file, settings.default_currency)
    load_references(duck, session, file.kind)
    check_rows(duck, file.kind)
    faults = fault_lines(duck, file, misshapen)
    table = file.kind.table
    merged = merge_rows(session, table, good_rows(duck, table.key_names()))
    if file.kind is PRODUCTS:
        _link_hashtags(duck, session)
    if file.kind is ORDERS:
        # What comes back of them is left out too, not rejected as unknown.
        duck.execute(
            "CREATE OR REPLACE TABLE forgotten_order AS "
            "SELECT DISTINCT order_id FROM left_out"
        )
    forgotten = left_out_count(duck, file.kind)
    read = row_count(duck) + misshapen
    # A row that repeats an earlier one of its file changes nothing either.
    unchanged = read - merged.added - merged.updated - len(faults) - forgotten
    counts = (read, merged.added, merged.updated, unchanged, len(faults), forgotten)
    return FileReport(*counts), faults


def _link_hashtags(duck: duckdb.DuckDBPyConnection, session: Session) -> None:
    given = duck.sql(
        """
        SELECT DISTINCT product_id, lower(ltrim(trim(word), '#')) AS hashtag,
               1.0::DOUBLE AS confidence, 'retailer' AS method
        FROM typed t, unnest(string_split(hashtags, ';')) AS words(word)
        WHERE t.rowid IN (SELECT row FROM good) AND trim(word, ' #') <> ''
        """
    ).to_arrow_table()
    stored = sql_table(ProductHashtag)
    query = select(stored).where(stored.c.method == "retailer")
    duck.register("given", given)
    duck.register("linked", read_rows(session, query))
    # What the catalogue no longer says of a product it still lists.
    stale = duck.execute(
        "SELECT product_id, hashtag FROM linked ANTI JOIN given "
        "USING (product_id, hashtag) SEMI JOIN good USING (product_id)"
    ).fetchall()
    for product_id, hashtag in stale:
        session.execute(
            delete(ProductHashtag).where(
                col(ProductHashtag.product_id) == product_id,
                col(ProductHashtag.hashtag) == hashtag,
            )
        )
    merge_rows(session, ProductHashtag, given)
