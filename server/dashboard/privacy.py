"""The privacy page: what people asked for and what became of it; nobody is named."""

from typing import Any

from flask import Blueprint, Response
from sqlalchemy import func
from sqlmodel import Session, col, select

from ml.standing.findings import kept_finding
from server.access import only_who_may
from server.dashboard.shell import page
from server.dashboard.tables import Column, Table
from server.state import state
from store.people.forgetting import BEGUN, DONE
from store.settings import Settings
from store.tables import AuditEvent, Forgotten

MOST_REQUESTS = 200
MOST_NIGHTS = 14
GIVEN_OUT, ENFORCED = "person.subject", "retention.enforce"
KEPT = {
    "retention_order_days": "Orders and returns, and all that was made of them",
    "retention_review_days": "Reviews",
    "retention_action_days": "Predictions, offers, deliveries, drafts of listings",
    "retention_consent_days": "Decisions that a newer one has replaced",
    "retention_outcome_days": "Shoppers' answers to the poll",
    "retention_crawl_days": "Finished crawls",
    "retention_sample_days": "Pages and items that crawls could not use",
    "retention_audit_days": "Audit trail and certificates",
}
REQUESTS = (
    Column("asked_at", "Asked", "time"),
    Column("what", "For"),
    Column("state", "State", "tone"),
    Column("done_at", "Done", "time"),
    Column("certificate", "Certificate"),
    Column("rows", "Rows", "count", "Deleted, or given out."),
    Column("remains", "Left to do", "count", "Files and models to be looked at."),
)
CONSENTS = (
    Column("purpose", "Purpose"),
    Column("given", "Yes", "count", "Decisions on record, not people."),
    Column("refused", "No", "count"),
    Column("opted_out", "Opted out", "count", "People, by a link or a command."),
)
PERIODS = (
    Column("what", "What"),
    Column("days", "Kept for, days", "count", "0: for as long as nobody deletes it."),
    Column("setting", "Setting"),
)
NIGHTS = (
    Column("happened_at", "When", "time"),
    Column("rows", "Rows deleted", "count"),
    Column("tables", "Of"),
)

blueprint = Blueprint("dashboard_privacy", __name__, url_prefix="/dashboard/privacy")
blueprint.before_request(only_who_may)


@blueprint.get("/")
def get_privacy() -> Response:
    """Requests, consents, how long what is kept."""
    with state().database.reading() as session:
        forgotten = session.exec(select(func.count()).select_from(Forgotten)).one()
        tables = (
            Table(
                "requests",
                f"The newest {MOST_REQUESTS} requests",
                REQUESTS,
                _requests(session),
                "Nobody has asked yet: `trendguard subject` and `trendguard forget`.",
            ),
            _consents(session),
            Table("periods", "How long what is kept", PERIODS, _periods()),
            Table(
                "nights",
                "What was deleted for its age",
                NIGHTS,
                _nights(session),
                "Nothing has been too old yet.",
            ),
        )
    return page("privacy.html", "Privacy", tables, forgotten=forgotten)


def _requests(session: Session) -> list[dict[str, Any]]:
    rows = _events(session, (BEGUN, DONE, GIVEN_OUT), MOST_REQUESTS)
    done = {row.subject: row for row in rows if row.action == DONE}
    told = []
    for row in rows:
        if row.action == BEGUN:
            told.append(_erasure(row, done.get(row.subject)))
        elif row.action == GIVEN_OUT:
            told.append(
                {
                    "asked_at": row.happened_at,
                    "what": "their data",
                    "state": "done",
                    "done_at": row.happened_at,
                    "rows": sum(row.details["rows"].values()),
                }
            )
    return told


def _erasure(begun: AuditEvent, done: AuditEvent | None) -> dict[str, Any]:
    remains = done.details["remains"] if done else {}
    named = ("files_that_name_the_person", "files_that_could_not_be_read", "models")
    return {
        "asked_at": begun.happened_at,
        "what": "erasure",
        "state": "done" if done else "unfinished",
        "done_at": done.happened_at if done else None,
        "certificate": begun.subject,
        "rows": sum(begun.details["rows"].values()),
        "remains": sum(len(remains.get(name, ())) for name in named) if done else None,
    }


def _events(session: Session, actions: tuple[str, ...], most: int) -> list[AuditEvent]:
    query = (
        select(AuditEvent)
        .where(col(AuditEvent.action).in_(actions))
        .order_by(col(AuditEvent.event_id).desc())
    )
    return list(session.exec(query.limit(most)))


def _consents(session: Session) -> Table:
    found = kept_finding(session, "consents")
    caption, rows = "Consents and refusals", []
    if found:
        rows = found[0]["purposes"]
        caption += f", as of {found[1]:%Y-%m-%d %H:%M}"
    empty = "None is counted: `trendguard consent import`, `trendguard findings`."
    return Table("consents", caption, CONSENTS, rows, empty)


def _periods() -> list[dict[str, Any]]:
    settings: Settings = state().settings
    return [
        {
            "what": what,
            "days": getattr(settings, name),
            "setting": f"TRENDGUARD_{name.upper()}",
        }
        for name, what in KEPT.items()
    ]


def _nights(session: Session) -> list[dict[str, Any]]:
    return [
        {
            "happened_at": row.happened_at,
            "rows": sum(row.details["rows"].values()),
            "tables": ", ".join(row.details["rows"]),
        }
        for row in _events(session, (ENFORCED,), MOST_NIGHTS)
    ]
