"""Erasing one person: rows, words, files, copies, and the pages they stood on.

Whatever needs the order ids comes before their rows are deleted, so that a run that was
killed anywhere is finished by running it again.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlmodel import Session, col

from store.bulk import sql_table
from store.changes import KNOWN_AT, note_change
from store.clock import utc_now
from store.database import Database
from store.people.columns import MENTIONS, PERSON_COLUMNS, rows_of
from store.people.exports import take_out
from store.people.mentions import Names, blot_out
from store.people.pages import clear_pages
from store.people.traces import blot_out_lines, files_naming, remove_spilled
from store.privacy import Pseudonymiser
from store.settings import Settings
from store.tables import AuditEvent, Forgotten, ModelVersion, Order
from store.turns import PEOPLE, wait_for_turn
from store.workbench import alone, drop, workbench_file

Certificate = dict[str, Any]
BEGUN, DONE = "person.forget", "person.forgotten"
RETRAIN = (
    "`trendguard train`: the file holds trees and no row of anybody, but they were "
    "fitted with the person's orders too"
)
OUT_OF_REACH = (
    "backups and copies of the database and of exported files: let them expire, and "
    "forget again after one was restored",
    "the folders of other machines that share the database: their workbench follows "
    "at its next use; delete `workbench.duckdb` there to be sure",
    "contacts_file and the shop's own systems: they are not TrendGuard's to change",
    "free space of the disk, until it is written over; on PostgreSQL its own "
    "write-ahead log, until it is recycled",
)


@dataclass(frozen=True)
class Person:
    """Who is to be forgotten, as the store knows them."""

    pseudonym: str
    marks: tuple[str, ...]
    names: Names
    order_ids: tuple[str, ...]


def forget(database: Database, settings: Settings, customer_id: str) -> Certificate:
    """Erase a person, and leave out what is imported about them from now on.

    Parameters
    ----------
    customer_id : str
        As the shop has it.

    Returns
    -------
    dict
        The certificate: an id, a keyed hash that proves whose it is to who has the key
        and the customer id, what was removed, and what remains to be done. Where the
        id is nobody's, ``was_known`` is false: is it as the shop writes it?

    Raises
    ------
    DatabaseError
        If other processes keep what was deleted in use; run it again.
    SettingsError
        If the pseudonyms' key can't be used.
    """
    customer_id = customer_id.strip()
    with alone(workbench_file(settings)):
        key = Pseudonymiser(settings.pseudonym_key_file, may_make=False)
        _leave_out(database, key.mark(customer_id))
        person = _person(database, key, customer_id)
        files, unreadable = take_out(settings, person.order_ids, person.marks)
        lines = blot_out_lines(settings, person.names)
        certificate = _delete_rows(
            database, key, customer_id, person, {"files": files, "log_lines": lines}
        )
        certificate["spilled_folders"] = remove_spilled(settings)
        certificate["workbench_dropped"] = drop(workbench_file(settings))
        clear_pages(database, [t.table_name() for t in (*PERSON_COLUMNS, *MENTIONS)])
        certificate["pages_cleared"] = database.engine.dialect.name
        certificate["remains"] = {
            "files_that_name_the_person": files_naming(settings, person.names),
            "files_that_could_not_be_read": unreadable,
            "models": certificate.pop("models"),
            "out_of_reach": list(OUT_OF_REACH),
        }
    certificate["finished_at"] = utc_now().isoformat()
    _write_down(database, DONE, certificate)
    return certificate


def _leave_out(database: Database, mark: str) -> None:
    with database.writing() as session:
        # An import that runs by now ends first; the next one knows.
        wait_for_turn(session, PEOPLE)
        if session.get(Forgotten, mark) is None:
            today = utc_now().date()
            session.add(Forgotten(person_hash=mark, forgotten_on=today))


def _person(database: Database, key: Pseudonymiser, customer_id: str) -> Person:
    pseudonym = key.pseudonym(customer_id)
    with database.reading() as session:
        query = select(col(Order.order_id)).where(rows_of(Order, pseudonym))
        order_ids = tuple(session.execute(query).scalars())
    names = Names.of(*key.pseudonyms(customer_id), customer_id, *order_ids)
    return Person(pseudonym, tuple(key.marks(customer_id)), names, order_ids)


def _delete_rows(
    database: Database,
    key: Pseudonymiser,
    customer_id: str,
    person: Person,
    done: Certificate,
) -> Certificate:
    """Delete the rows and, in the same transaction, begin the certificate; one that was
    begun by a run that was killed is gone on with.
    """
    with database.writing() as session:
        wait_for_turn(session, PEOPLE)
        begun = _begun(session, key, customer_id)
        models = _models(session, person.pseudonym)
        for table in PERSON_COLUMNS:
            if table in KNOWN_AT:
                _note_change(session, table, person.pseudonym)
        rows = {
            table.table_name(): _rowcount(
                session, delete(table).where(rows_of(table, person.pseudonym))
            )
            for table in PERSON_COLUMNS
        }
        words = blot_out(session, person.names)
        if begun and not any(rows.values()):
            return begun
        certificate_id = secrets.token_hex(16)
        certificate: Certificate = {
            "certificate_id": certificate_id,
            "whose": _whose(key, certificate_id, customer_id),
            "was_known": any(rows.values()),
            "begun_at": utc_now().isoformat(),
            "rows": rows,
            "words": words,
            **done,
            "models": models,
        }
        _add(session, BEGUN, certificate)
    return certificate


def _begun(
    session: Session, key: Pseudonymiser, customer_id: str
) -> Certificate | None:
    """Return the person's certificate that was never finished, where there is one."""
    done = select(col(AuditEvent.subject)).where(col(AuditEvent.action) == DONE)
    query = select(col(AuditEvent.details)).where(
        col(AuditEvent.action) == BEGUN, col(AuditEvent.subject).not_in(done)
    )
    for details in session.execute(query).scalars():
        if details["whose"] == _whose(key, details["certificate_id"], customer_id):
            return dict(details)
    return None


def _whose(key: Pseudonymiser, certificate_id: str, customer_id: str) -> str:
    return key.mark(f"{certificate_id} {customer_id}")


def _models(session: Session, pseudonym: str) -> list[dict[str, Any]]:
    """Return the models that learned from the person's orders, and from how many."""
    found = []
    bought_at = sql_table(Order).c.purchased_at
    for model in session.execute(select(ModelVersion)).scalars():
        end = model.window_to + timedelta(days=1)
        learned = select(func.count()).where(
            rows_of(Order, pseudonym),
            bought_at >= datetime.combine(model.window_from, time(), UTC),
            bought_at < datetime.combine(end, time(), UTC),
        )
        if count := session.execute(learned).scalar_one():
            found.append(
                {
                    "version": model.version,
                    "role": model.role,
                    "learned_from_rows": count,
                    "to_do": RETRAIN,
                }
            )
    return found


def _note_change(session: Session, table: Any, pseudonym: str) -> None:
    known_at = sql_table(table).c[KNOWN_AT[table]]
    query = select(func.min(known_at)).where(rows_of(table, pseudonym))
    first = session.execute(query).scalar_one()
    if first:
        note_change(session, table, first.date())


def _rowcount(session: Session, statement: Any) -> int:
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]


def _write_down(database: Database, action: str, certificate: Certificate) -> None:
    with database.writing() as session:
        _add(session, action, certificate)


def _add(session: Session, action: str, certificate: Certificate) -> None:
    session.add(
        AuditEvent(
            happened_at=utc_now(),
            actor="cli",
            action=action,
            subject=certificate["certificate_id"],
            details=certificate,
        )
    )
