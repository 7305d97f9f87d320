"""A small trained shop, made once a run: each test process takes a copy of it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, insert, select, text

from ml.daily import open_workbench
from ml.refresh import refresh
from ml.training import train
from sample.export import write_export
from sample.world import Market
from store.bulk import insert_rows
from store.database import Database, open_database
from store.importing import import_folder
from store.reading import read_rows
from store.settings import Settings
from store.tables import ALL
from tests.made_once import made_once

NUMBERED = {"change", "watch", "audit_event"}
NEXT = (
    "SELECT setval(pg_get_serial_sequence('{table}', '{column}'), max({column})) "
    "FROM {table}"
)
END_ON = date(2026, 11, 1)


def market_of() -> Market:
    """Return what happened in the shop: 2,500 orders."""
    return Market(order_count=2_500, day_count=200, end_on=END_ON)


def imported_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the shop: ``export/``, and ``data/`` into which that was
    imported, with its workbench. Not to be written to.
    """
    return made_once(tmp_path_factory, "imported-shop", _import)


def trained_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the same with models, daily tables and cards. Not to be written to."""

    def make(folder: Path) -> None:
        shutil.copytree(imported_shop(tmp_path_factory), folder, dirs_exist_ok=True)
        with _opened(folder) as database:
            train(database, database.settings)
            refresh(database, database.settings)

    return made_once(tmp_path_factory, "trained-shop", make)


def _import(folder: Path) -> None:
    write_export(market_of(), folder / "export")
    with _opened(folder) as database:
        import_folder(database, database.settings, folder / "export")
        with open_workbench(database):
            pass


@contextmanager
def _opened(folder: Path) -> Iterator[Database]:
    database = open_database(Settings(data_dir=folder / "data", trained_on="sample"))
    yield database
    database.close()


@contextmanager
def shop_of_ones_own(
    made: Path, folder: Path, database_url: str = "", **settings: str
) -> Iterator[Database]:
    """Yield a copy of the shop in `folder`, on SQLite or in an empty PostgreSQL."""
    shutil.copytree(made, folder, dirs_exist_ok=True)
    told = {"data_dir": folder / "data", "trained_on": "sample"} | settings
    copy = open_database(Settings(**told))
    if database_url:
        there = open_database(Settings(database_url=database_url, **told))
        _move(copy, there)
        copy.close()
        copy = there
    yield copy
    copy.close()


def _move(source: Database, target: Database) -> None:
    with source.reading() as old, target.writing() as new:
        for table in ALL[0].metadata.sorted_tables:
            if any(isinstance(c.type, LargeBinary) for c in table.c):
                if rows := [dict(r) for r in old.execute(select(table)).mappings()]:
                    new.execute(insert(table), rows)
            elif (found := read_rows(old, select(table))).num_rows:
                insert_rows(new, table, found)
            for column in table.primary_key:
                if table.name in NUMBERED and new.execute(select(column)).first():
                    # Rows that were put in with their number don't advance it.
                    new.execute(text(NEXT.format(table=table.name, column=column.name)))
