"""The page of one crawl: what came of it, what it could not use, what it logged."""

from typing import Any

from flask import Response, url_for

from server import crawls
from server.dashboard.shell import may, page
from server.dashboard.tables import Column, Row, Table
from server.operating import Operator
from server.samples import samples_of
from store.tables import CrawlRun

ALL = "*"


def _sample_link(row: Row) -> str:
    return url_for(
        "admin_samples.get_sample", run_id=row["run_id"], sample_id=row["sample_id"]
    )


ITEMS = (Column("kind", "Kind"), Column("count", "Items", "count"))
DROPS = (Column("reason", "Reason"), Column("count", "Items", "count"))
FIELDS = (
    Column("kind", "Kind"),
    Column("field", "Field"),
    Column("share", "Items that have it", "share"),
    Column("count", "Items", "count"),
)
PAGES = (Column("page", "Page", "count"), Column("count", "Items", "count"))
SAMPLES = (
    Column("kind", "What", link=_sample_link),
    Column("reason", "Why"),
    Column("size", "Bytes", "count"),
    Column("cut", "Cut", words="Only the first 2 MB of a larger one are kept."),
    Column("kept_at", "Kept", "time"),
    Column("url", "From"),
)


def crawl_page(by: Operator, run: CrawlRun, title: str, row: Row) -> Response:
    """Return the page; what a stranger wrote is only for operators."""
    samples = samples_of(by, run.run_id) if may("operate") else ()
    kept = [_sample(each) for each in samples]
    pictures = [_sample_link(each) for each in kept if each["kind"] == "screenshot"]
    tables = (
        Table("items", "What it stored", ITEMS, _stored(run), "It stored nothing."),
        Table("drops", "What it refused", DROPS, _dropped(run), "It refused nothing."),
        Table("pages", "Items on each page", PAGES, _pages(run)),
        Table("fields", "Fields that items have", FIELDS, _fields(run)),
        Table("samples", "Kept to look at", SAMPLES, kept, "Nothing was kept of it."),
    )
    log = crawls.log_of(by, run.run_id)
    return page(
        "crawl.html", title, tables, run=run, row=row, log=log, pictures=pictures
    )


def _stored(run: CrawlRun) -> list[dict[str, Any]]:
    return [{"kind": kind, "count": n} for kind, n in run.item_counts.items()]


def _dropped(run: CrawlRun) -> list[dict[str, Any]]:
    return [{"reason": why, "count": n} for why, n in run.drop_counts.items()]


def _pages(run: CrawlRun) -> list[dict[str, Any]]:
    return [{"page": i, "count": n} for i, n in enumerate(run.page_items, start=1)]


def _fields(run: CrawlRun) -> list[dict[str, Any]]:
    return [
        {"kind": kind, "field": name, "share": count / fields[ALL], "count": count}
        for kind, fields in run.coverage.items()
        for name, count in fields.items()
        if name != ALL
    ]


def _sample(sample: Any) -> dict[str, Any]:
    return {
        "run_id": sample.run_id,
        "sample_id": sample.sample_id,
        "kind": sample.kind,
        "reason": sample.reason.replace("_", " "),
        "size": sample.size_bytes,
        "cut": "yes" if sample.is_cut else "",
        "kept_at": sample.kept_at,
        "url": sample.url,
    }
