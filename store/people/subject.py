"""Everything that is kept about one person, to be handed to that person."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from store.bulk import sql_table
from store.clock import utc_now
from store.database import Database
from store.errors import MissingError
from store.files import replaced
from store.people.columns import ORDER, PERSON_COLUMNS, rows_of
from store.people.exports import holding, note_export
from store.people.mentions import Names, mentions
from store.privacy import Pseudonymiser
from store.settings import Settings
from store.tables import AuditEvent, Forgotten, Order, Table

Told = dict[str, Any]
NEVER_KEPT = (
    "customer id, ZIP code and age: only the pseudonym, the income decile and the age "
    "band above are made of them"
)


def subject(database: Database, settings: Settings, customer_id: str) -> Told:
    """Return all that is kept about a person, with what each column means.

    Parameters
    ----------
    customer_id : str
        As the shop has it.

    Returns
    -------
    dict
        ``tables``: name -> ``about``, ``columns`` and ``rows``; ``mentions``: the same
        of words that name the person; ``files``: linked files and how many of the
        person's orders stand in each.

    Raises
    ------
    MissingError
        If nothing is kept; it says so where the person was forgotten.
    SettingsError
        If the pseudonyms' key can't be used.
    """
    customer_id = customer_id.strip()
    key = Pseudonymiser(settings.pseudonym_key_file, may_make=False)
    pseudonym = key.pseudonym(customer_id)
    with database.reading(one_moment=True) as session:
        tables = {
            table: rows
            for table in reversed(PERSON_COLUMNS)
            if (rows := _rows(session, table, pseudonym))
        }
        order_ids = [row[ORDER] for row in tables.get(Order, [])]
        names = Names.of(*key.pseudonyms(customer_id), customer_id, *order_ids)
        named = mentions(session, names)
        if not tables and not named:
            raise MissingError(_why_nothing(session, key.mark(customer_id)))
    told: Told = {
        "customer_pseudonym": pseudonym,
        "made_at": utc_now(),
        "tables": {t.table_name(): _told(t, rows) for t, rows in tables.items()},
        "mentions": {t.table_name(): _told(t, rows) for t, rows in named.items()},
        "files": holding(settings, order_ids),
        "never_kept": NEVER_KEPT,
    }
    _write_down(database, tables)
    return told


def _rows(session: Session, table: type[Table], pseudonym: str) -> list[Told]:
    source = sql_table(table)
    query = select(source).where(rows_of(table, pseudonym))
    found = session.execute(query.order_by(*source.primary_key)).mappings()
    return [dict(row) for row in found]


def _told(table: type[Table], rows: list[Told]) -> Told:
    fields: dict[str, Any] = table.model_fields
    return {
        "about": " ".join((table.__doc__ or "").split()),
        "columns": {n: " ".join(f.description.split()) for n, f in fields.items()},
        "rows": rows,
    }


def _why_nothing(session: Session, mark: str) -> str:
    forgotten = session.get(Forgotten, mark)
    if forgotten:
        return (
            f"nothing is kept about this customer, who was forgotten on "
            f"{forgotten.forgotten_on}; what is imported about them is left out"
        )
    return "nothing is kept about this customer; is the id as the shop writes it?"


def _write_down(database: Database, tables: dict[type[Table], list[Told]]) -> None:
    counts = {table.table_name(): len(rows) for table, rows in tables.items()}
    with database.writing() as session:
        session.add(
            AuditEvent(
                happened_at=utc_now(),
                actor="cli",
                action="person.subject",
                subject="a person",
                details={"rows": counts},
            )
        )


def write_subject(settings: Settings, customer_id: str, told: Told, out: Path) -> None:
    """Write what `subject` returned as JSON, readable by its owner alone; the file is
    removed when the person is forgotten.
    """
    key = Pseudonymiser(settings.pseudonym_key_file, may_make=False)
    note_export(settings, out, "subject", key.mark(customer_id))
    text = json.dumps(told, default=_plain, ensure_ascii=False, indent=1)
    with replaced(out) as draft:
        draft.touch(mode=0o600)
        draft.write_text(text, encoding="utf-8")


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
