"""How long what is known of people is kept, and its deletion when that time is over."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, select
from sqlmodel import Session

from store.bulk import sql_table
from store.changes import KNOWN_AT, note_change
from store.clock import utc_now
from store.database import Database
from store.people.columns import INTERVENTION, ORDER, PERSON_COLUMNS
from store.settings import Settings
from store.tables import (
    Assignment,
    AuditEvent,
    Consent,
    CrawlLog,
    CrawlRun,
    CrawlSample,
    Delivery,
    Intervention,
    ListingDraft,
    Order,
    Outcome,
    Prediction,
    Review,
    Table,
)
from store.turns import PEOPLE, wait_for_turn

Columns = Any


def enforce_retention(
    database: Database, settings: Settings, now: datetime | None = None
) -> dict[str, int]:
    """Delete what has been kept for longer than the ``retention_*_days`` say; 0 keeps.

    Orders and reviews are deleted a calendar month at a time, for what is derived from
    them is made anew from the first of them on.

    Returns
    -------
    dict
        Rows deleted, by table; those without any are left out.
    """
    now = now or utc_now()
    counts: dict[str, int] = {}
    with database.writing() as session:
        wait_for_turn(session, PEOPLE)
        if database.engine.dialect.name == "sqlite":
            # Deleted rows are written over; nobody rewrites the file every night.
            session.connection().exec_driver_sql("PRAGMA secure_delete=ON")
        if end := _end(now, settings.retention_order_days):
            _delete_orders(session, _month(end), counts)
        if end := _end(now, settings.retention_review_days):
            _delete_dated(session, Review, _month(end), counts)
        if end := _end(now, settings.retention_action_days):
            _delete_actions(session, end, counts)
        if end := _end(now, settings.retention_consent_days):
            _delete_superseded(session, end, counts)
        if end := _end(now, settings.retention_crawl_days):
            _delete_crawls(session, end, counts)
        for table, column, days in (
            (Outcome, "answered_at", settings.retention_outcome_days),
            (CrawlSample, "kept_at", settings.retention_sample_days),
            (AuditEvent, "happened_at", settings.retention_audit_days),
        ):
            if end := _end(now, days):
                _delete(session, table, _columns(table)[column] < end, counts)
        deleted = {name: count for name, count in counts.items() if count}
        if deleted:
            _write_down(session, deleted)
    return deleted


def _delete_orders(session: Session, end: datetime, counts: dict[str, int]) -> None:
    """Delete orders placed before `end`, and all that was made of one of them."""
    order, intervention = _columns(Order), _columns(Intervention)
    old = select(order.order_id).where(order.purchased_at < end)
    made = select(intervention.intervention_id).where(intervention.order_id.in_(old))
    for table, columns in PERSON_COLUMNS.items():
        if table in KNOWN_AT:
            _note(session, table, _columns(table)[ORDER].in_(old))
        if ORDER in columns:
            _delete(session, table, _columns(table)[ORDER].in_(old), counts)
        elif INTERVENTION in columns:
            _delete(session, table, _columns(table)[INTERVENTION].in_(made), counts)
    _delete(session, Order, order.purchased_at < end, counts)


def _delete_dated(
    session: Session, table: type[Table], end: datetime, counts: dict[str, int]
) -> None:
    old = _columns(table)[KNOWN_AT[table]] < end
    _note(session, table, old)
    _delete(session, table, old, counts)


def _delete_actions(session: Session, end: datetime, counts: dict[str, int]) -> None:
    """Delete what was predicted, decided and done before `end`; who is in which arm
    stays for as long as there are orders of theirs.
    """
    decided = _columns(Intervention)
    old = select(decided.intervention_id).where(decided.decided_at < end)
    _delete(session, Delivery, _columns(Delivery).intervention_id.in_(old), counts)
    _delete(session, Intervention, decided.decided_at < end, counts)
    _delete(session, Prediction, _columns(Prediction).predicted_at < end, counts)
    _delete(session, ListingDraft, _columns(ListingDraft).made_at < end, counts)
    arm = _columns(Assignment)
    buyers = select(_columns(Order).customer_pseudonym)
    gone = (arm.assigned_at < end) & arm.customer_pseudonym.not_in(buyers)
    _delete(session, Assignment, gone, counts)


def _delete_crawls(session: Session, end: datetime, counts: dict[str, int]) -> None:
    """Delete crawls that ended before `end`, with what was kept of them."""
    run = _columns(CrawlRun)
    old = select(run.run_id).where(run.finished_at < end)
    for table in (CrawlLog, CrawlSample):
        _delete(session, table, _columns(table).run_id.in_(old), counts)
    _delete(session, CrawlRun, run.finished_at < end, counts)


def _delete_superseded(session: Session, end: datetime, counts: dict[str, int]) -> None:
    """Delete old decisions that a newer one has replaced; the newest is proof."""
    row, later = _columns(Consent), sql_table(Consent).alias("later")
    newer = (
        select(later.c.decided_at)
        .where(
            later.c.customer_pseudonym == row.customer_pseudonym,
            later.c.purpose == row.purpose,
            later.c.decided_at > row.decided_at,
        )
        .exists()
    )
    _delete(session, Consent, (row.decided_at < end) & newer, counts)


def _delete(
    session: Session,
    table: type[Table],
    which: ColumnElement[bool],
    counts: dict[str, int],
) -> None:
    result: Any = session.execute(
        delete(sql_table(table)).where(which),
        execution_options={"synchronize_session": False},
    )
    name = table.table_name()
    counts[name] = counts.get(name, 0) + int(result.rowcount)


def _note(session: Session, table: type[Table], which: ColumnElement[bool]) -> None:
    known_at = _columns(table)[KNOWN_AT[table]]
    query: Select[Any] = select(func.min(known_at)).where(which)
    if first := session.execute(query).scalar_one():
        note_change(session, table, first.date())


def _columns(table: type[Table]) -> Columns:
    return sql_table(table).c


def _end(now: datetime, days: int) -> datetime | None:
    return now - timedelta(days=days) if days else None


def _month(day: datetime) -> datetime:
    return day.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _write_down(session: Session, deleted: dict[str, int]) -> None:
    session.add(
        AuditEvent(
            happened_at=utc_now(),
            actor="schedule",
            action="retention.enforce",
            subject="old rows",
            details={"rows": deleted},
        )
    )
