"""Rows that the machinery leaves behind: crawls, watches, checks, requests."""

import gzip
import struct
import zlib
from datetime import UTC, datetime, timedelta
from zlib import crc32

from interventions.experiments.effects import KEPT_MONEY, RETURN_RATE, Effect
from ml.monitoring.report import monitor
from ml.standing.findings import keep_finding
from store.clock import utc_now
from store.database import Database
from store.people.forgetting import BEGUN, DONE
from store.sources import source_of
from store.tables import (
    Alert,
    AlertDelivery,
    AuditEvent,
    Consent,
    CrawlLog,
    CrawlRun,
    CrawlSample,
    Forgotten,
    JobRun,
    OptOut,
    Order,
    Source,
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
ALERT = "hold_reorder:<b>:2026-02-23"
QUEUED = "f" * 32
REFUSED = f"{len('ebay_search'):x}{3:031x}"
LOG = """2026-11-22T10:00:00Z INFO scrapy.core.engine: Spider opened
2026-11-22T10:00:02Z INFO trendguard.crawl: page 1 kept: 60 items, 3 dropped
2026-11-22T10:00:05Z WARNING trendguard.crawl: blocked: the site answered 403"""
COVERAGE = {"listing": {"*": 60, "price": 60, "sold_at": 6, "shipping": 31}}
SIGNS = {"outcome": "6 of the last 10 runs got nothing (blocked 6), of 20 before 1"}
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
        session.flush()
        session.add_all(_kept(now))
        session.add_all(_alerts(now, order.product_id))
        session.flush()
        session.add(
            AlertDelivery(alert_key=ALERT, channel="email", state="sent", attempts=1)
        )
        keep_finding(session, "experiment", _experiment())
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
            source=source_of(spider, {}),
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
            page_items=[60, 12] if outcome == "ok" else [],
            coverage=COVERAGE if outcome in {"ok", "blocked"} else {},
            signs=SIGNS if outcome == "blocked" else {},
        )
        for spider, outcomes in OUTCOMES.items()
        for number, outcome in enumerate(outcomes)
    ]
    waiting = CrawlRun(
        run_id=QUEUED,
        request_key="waits",
        spider="tiktok_tag",
        source="tiktok",
        arguments={"hashtag": "cloudpillow"},
        state="queued",
        asked_by="admin",
        queued_at=now,
    )
    return [*runs, waiting]


def _kept(now: datetime) -> list:
    told = {"run_id": REFUSED, "reason": "blocked", "is_cut": False, "kept_at": now}
    told |= {"url": "https://www.ebay.com/sch/i.html?_nkw=lumenza+ribbed+leggings"}
    return [
        CrawlLog(run_id=REFUSED, text=LOG),
        CrawlSample(
            **told,
            sample_id="a" * 32,
            kind="page",
            content_type="text/html",
            body=gzip.compress(b"<title>Pardon</title>"),
            size_bytes=20_480,
        ),
        CrawlSample(
            **told,
            sample_id="b" * 32,
            kind="screenshot",
            content_type="image/png",
            body=gzip.compress(_picture()),
            size_bytes=31_000,
        ),
        Source(
            source="poshmark",
            refused_count=4,
            spared_until=now + timedelta(hours=2),
            changed_at=now,
        ),
        Source(source="tiktok", paused=True, changed_at=now),
    ]


def _picture() -> bytes:
    """Return a grey picture of the size of a browser's window, as PNG."""

    def chunk(name: bytes, body: bytes) -> bytes:
        whole = name + body
        return struct.pack(">I", len(body)) + whole + struct.pack(">I", crc32(whole))

    width, height = 1280, 720
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\xcc" * width) * height)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", head),
            chunk(b"IDAT", rows),
            chunk(b"IEND", b""),
        )
    )


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


def _alerts(now: datetime, product_id: str) -> list[Alert]:
    facts = {"risk": 0.88, "risk_low": 0.81, "risk_high": 0.93, "order_count": 120}
    facts |= {"at_stake_usd": 12_345.6, "advice": "Hold reorder"}
    things = (("product", product_id), ("hashtag", "sunsetlamp"), ("category", "home"))
    return [
        Alert(
            alert_key=ALERT if number == 0 else f"hold_reorder:{key}:2026-02-16",
            rule="hold_reorder",
            scope=scope,
            key=key,
            raised_at=now - timedelta(days=number),
            facts=facts | {"name": f"<b>{key}"},
            acknowledged_at=now if number == 2 else None,
            acknowledged_by="otto" if number == 2 else None,
        )
        for number, (scope, key) in enumerate(things)
    ]


def _experiment() -> dict:
    fewer = (0.31, 0.27, -0.04, -0.05, -0.03, -0.06, -0.02, -0.13, -0.18, -0.08, 900)
    more = (4000.0, 4250.0, 250.0, 150.0, 350.0, 100.0, 400.0, 0.06, 0.03, 0.09, 900)
    returns = Effect(RETURN_RATE.name, "CUPED", *fewer).told()
    kept = Effect(KEPT_MONEY.name, "CUPED", *more).told()
    part = {"dimension": "kind", "value": "email_offer"}
    return {
        "experiment": "nightly-offers",
        "orders": 2000,
        "people": {"treatment": 810, "holdout": 90},
        "split_p": 0.4,
        "split_is_sound": True,
        "currency": "USD",
        "effects": [returns, kept],
        "segments": [part | returns],
        "switched_off": [part],
    }


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
