"""A new key: every pseudonym becomes the HMAC of the old one under it.

No customer id is needed. The rows change in one transaction, which also says which keys
they are under; the key file follows. Whoever opens the database after a kill between
the two settles it.
"""

import secrets

import pyarrow as pa
from sqlalchemy import (
    Column,
    MetaData,
    String,
    func,
    select,
    union,
    update,
)
from sqlalchemy import Table as SqlTable
from sqlmodel import Session, col

from store.bulk import insert_rows, sql_table
from store.changes import KNOWN_AT, note_change
from store.clock import utc_now
from store.database import Database
from store.key_file import (
    KEY_BYTES,
    fingerprint,
    keyed,
    next_file,
    read_keys,
    take_next,
    turning,
    write_next,
)
from store.people.columns import PERSON_COLUMNS, PSEUDONYM
from store.people.pages import clear_pages
from store.settings import Settings
from store.tables import AuditEvent, Forgotten, Order, Table
from store.turns import PEOPLE, wait_for_turn
from store.workbench import alone, drop, workbench_file

ROTATED = "key.rotate"
NAMED: tuple[type[Table], ...] = tuple(
    table for table, columns in PERSON_COLUMNS.items() if PSEUDONYM in columns
)


def rotate(database: Database, settings: Settings) -> dict[str, int]:
    """Add a key and bring everybody under it.

    Returns
    -------
    dict
        How many keys there are now, and rows rewritten by table.

    Raises
    ------
    SettingsError
        If the key file can't be used.
    DatabaseError
        If other processes keep the old pages in use: the key is rotated, yet the old
        pseudonyms are still on free pages.
    """
    key_file = settings.pseudonym_key_file
    settle(database)
    with alone(workbench_file(settings)):
        try:
            with turning(key_file):
                keys = [*read_keys(key_file), secrets.token_bytes(KEY_BYTES)]
                counts = _bring_under(database, settings, keys)
                take_next(key_file)
        except BaseException:
            settle(database)
            raise
        drop(workbench_file(settings))
        names = [Forgotten.table_name(), *(table.table_name() for table in NAMED)]
        clear_pages(database, names)
    return {"keys": len(keys)} | counts


def settle(database: Database) -> bool:
    """Finish or take back a rotation that was broken off; tell if there was one."""
    key_file = database.settings.pseudonym_key_file
    if not next_file(key_file).exists():
        return False
    with turning(key_file):
        if not next_file(key_file).exists():
            return False
        keys = fingerprint(read_keys(next_file(key_file)))
        with database.reading() as session:
            holds = select(AuditEvent).where(
                col(AuditEvent.action) == ROTATED, col(AuditEvent.subject) == keys
            )
            if session.execute(holds).first():
                take_next(key_file)
            else:
                next_file(key_file).unlink()
    return True


def _bring_under(
    database: Database, settings: Settings, keys: list[bytes]
) -> dict[str, int]:
    with database.writing() as session:
        wait_for_turn(session, PEOPLE)
        write_next(settings.pseudonym_key_file, keys)
        columns = [sql_table(table).c[PSEUDONYM] for table in NAMED]
        columns.append(sql_table(Forgotten).c.person_hash)
        old = union(*(select(column) for column in columns))
        new = _put_new(session, [*session.execute(old).scalars()], keys[-1])
        counts = {
            column.table.name: _rewrite(session, column, new) for column in columns
        }
        new.drop(session.connection())
        known_at = sql_table(Order).c[KNOWN_AT[Order]]
        if first := session.execute(select(func.min(known_at))).scalar_one():
            note_change(session, Order, first.date())
        session.add(
            AuditEvent(
                happened_at=utc_now(),
                actor="cli",
                action=ROTATED,
                subject=fingerprint(keys),
                details={"keys": len(keys), "rows": counts},
            )
        )
    return counts


def _put_new(session: Session, old: list[str], key: bytes) -> SqlTable:
    """Put what each pseudonym becomes into a temporary table."""
    columns = Column("old", String, primary_key=True), Column("new", String)
    table = SqlTable("rekeyed", MetaData(), *columns, prefixes=["TEMPORARY"])
    table.create(session.connection())
    rows = {"old": old, "new": [keyed(each, key) for each in old]}
    schema = pa.schema([("old", pa.string()), ("new", pa.string())])
    insert_rows(session, table, pa.table(rows, schema=schema))
    return table


def _rewrite(session: Session, column: Column[str], new: SqlTable) -> int:
    value = select(new.c.new).where(new.c.old == column).scalar_subquery()
    result = session.execute(
        update(column.table).values({column.name: value}),
        execution_options={"synchronize_session": False},
    )
    return int(result.rowcount)  # type: ignore[attr-defined]
