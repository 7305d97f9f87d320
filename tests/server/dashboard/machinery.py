"""Rows that the machinery leaves behind: crawls, watches, checks, requests."""

from datetime import UTC, datetime, timedelta

from ml.monitoring.report import monitor
from store.clock import utc_now
from store.database import Database
from store.people.forgetting import BEGUN, DONE
from store.tables import (
    AuditEvent,
    Consent,
    CrawlRun,
    Forgotten,
    JobRun,
    OptOut,
    Order,
    Watch,
)

OUTCOMES = {
    "ebay_search": ("ok", "empty", "ok", "blocked", "ok", "ok"),
    "poshmark_search": ("ok", "ok", "changed", "blocked", "failed"),
    "tiktok_tag": ("ok", "ok", "not_found", "ok"),
}
TARGETS = {
    "ebay_search": {"query": "lumenza ribbed leggings", "pages": "2"},
    "poshmark_search": {"query": "lumenza ribbed leggings", "show": "active"},
    "tiktok_tag": {"hashtag": "ribbedleggings"},
}
QUEUED = "f" * 32
FORGOTTEN = "c" * 32


def add_machinery(database: Database, order: Order) -> None:
    """Add some rows of each kind; the order's customer has consents of theirs."""
    now = utc_now()
    check = monitor(database, database.settings)
    check["checked_at"] = check["checked_at"].isoformat()
    for row in check["freshness"]:
        row["newest_at"] = row["newest_at"] and row["newest_at"].isoformat()
    with database.writing() as session:
        session.add_all([*_runs(now), *_watches(now), *_people(now, order)])
        session.add(
            JobRun(
                job_key="monitor@x",
                job="monitor",
                state="done",
                queued_at=now,
                finished_at=now,
                result=check,
            )
        )


def _runs(now: datetime) -> list[CrawlRun]:
    runs = [
        CrawlRun(
            run_id=f"{len(spider):x}{number:031x}",
            request_key=f"{spider}{number}",
            spider=spider,
            arguments=TARGETS[spider],
            state="done",
            outcome=outcome,
            message="the site answered 403" if outcome == "blocked" else None,
            asked_by="schedule",
            queued_at=now - timedelta(hours=30 - 4 * number),
            started_at=now - timedelta(hours=30 - 4 * number, seconds=-2),
            finished_at=now - timedelta(hours=30 - 4 * number, seconds=-9),
            item_counts={"listing": 24} if outcome == "ok" else {},
            drop_counts={"price_of_nothing": 2, "date_in_the_future": 1}
            if outcome == "ok"
            else {},
            page_count=2,
        )
        for spider, outcomes in OUTCOMES.items()
        for number, outcome in enumerate(outcomes)
    ]
    waiting = CrawlRun(
        run_id=QUEUED,
        request_key="waits",
        spider="tiktok_tag",
        arguments={"hashtag": "cloudpillow"},
        state="queued",
        asked_by="admin",
        queued_at=now,
    )
    return [*runs, waiting]


def _watches(now: datetime) -> list[Watch]:
    return [
        Watch(
            spider=spider,
            target=next(iter(arguments.values())),
            every_minutes=720,
            asked_by="import",
            next_due_at=now + timedelta(hours=number),
            paused=number == 1,
        )
        for number, (spider, arguments) in enumerate(TARGETS.items())
    ]


def _people(now: datetime, order: Order) -> list:
    whose = order.customer_pseudonym
    rows = {"order": 3, "return": 1}
    certificate = {"certificate_id": FORGOTTEN, "whose": "0" * 64, "rows": rows}
    remains = {"files_that_name_the_person": ["data/export.csv"], "models": []}
    day = datetime(2026, 1, 1, tzinfo=UTC)

    def event(action: str, subject: str, details: dict, ago: int) -> AuditEvent:
        return AuditEvent(
            happened_at=now - timedelta(hours=ago),
            actor="cli",
            action=action,
            subject=subject,
            details=details,
        )

    return [
        Consent(
            customer_pseudonym=whose,
            purpose="email",
            decided_at=day,
            is_given=True,
            source="form",
        ),
        Consent(
            customer_pseudonym=whose,
            purpose="sms",
            decided_at=day,
            is_given=False,
            source="form",
        ),
        OptOut(customer_pseudonym=whose, channel="sms", opted_out_at=now),
        Forgotten(person_hash="0" * 64, forgotten_on=now.date()),
        event("person.subject", "a person", {"rows": rows}, 9),
        event(BEGUN, FORGOTTEN, certificate, 7),
        event(DONE, FORGOTTEN, {**certificate, "remains": remains}, 6),
        event(BEGUN, "d" * 32, {**certificate, "certificate_id": "d" * 32}, 2),
        event("retention.enforce", "old rows", {"rows": {"review": 40}}, 5),
    ]
