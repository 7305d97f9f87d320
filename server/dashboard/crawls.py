"""The crawls' page: how sites answer, what was crawled, what is next, crawling now."""

from typing import Any

from flask import Blueprint, Response, request, url_for
from sqlalchemy import func
from sqlmodel import Session, col, select

from server import crawls
from server.access import only_who_may
from server.dashboard.crawl import crawl_page
from server.dashboard.shell import LIVE, go_to, page
from server.dashboard.sources import Source, read_sources
from server.dashboard.tables import Column, Row, Table
from server.operating import operator
from server.sources import SiteState, site_states
from server.state import state
from store.errors import RequestError
from store.spiders import SPIDERS, whole_arguments
from store.tables import CrawlRun, Watch

MOST_RUNS = 50
MOST_WATCHES = 500

blueprint = Blueprint("dashboard_crawls", __name__, url_prefix="/dashboard/crawls")
blueprint.before_request(only_who_may)


def _run_link(row: Row) -> str:
    return url_for("dashboard_crawls.get_crawl", run_id=row["run_id"])


SOURCES = (
    Column("spider", "Source"),
    Column("site", "Site"),
    Column("health", "Health", "tone", "By its last runs: down after three failures."),
    Column("last_run_at", "Last run", "time"),
    Column("last_ok_at", "Last stored", "time", "When a run last stored something."),
    Column("items", "Items", "count", "Stored by its last 20 runs."),
    Column("drops", "Dropped", "count", "Refused as impossible by its last 20 runs."),
    Column("watches", "Watches", "count", "Crawled again and again."),
    Column("next_due_at", "Next due", "time"),
)
RUNS = (
    Column("queued_at", "Asked", "time", link=_run_link),
    Column("spider", "Source"),
    Column("target", "For"),
    Column("state", "State", "tone"),
    Column("outcome", "Outcome", "tone"),
    Column("pages", "Pages", "count", "Pages fetched."),
    Column("items", "Items", "count", "Items stored."),
    Column("drops", "Dropped", "count", "Items a gate refused."),
    Column("seconds", "Seconds", "count", "How long it took."),
    Column("asked_by", "Asked by"),
)
WATCHES = (
    Column("target", "What"),
    Column("spider", "Source"),
    Column("every_hours", "Every, hours", "number"),
    Column("next_due_at", "Next due", "time"),
    Column("state", "State", "tone"),
    Column("asked_by", "Asked by"),
)
SITES = (
    Column("source", "Site"),
    Column("state", "State", "tone"),
    Column("until", "Left alone until", "time"),
    Column("refused", "Refused", "count", "Crawls that it refused in a row."),
    Column("since", "Worse since", "time", "Against its own last 30 runs."),
    Column("signs", "By what"),
)


@blueprint.get("/")
def get_crawls() -> Response:
    """Sources, runs and watches; with ``live`` only the part that changes by itself."""
    if LIVE not in request.args:
        return _page()
    live, sources = _live_tables()
    return page("crawls_live.html", "Crawls", live, sources=sources)


@blueprint.get("/<run_id>")
def get_crawl(run_id: str) -> Response:
    """One run."""
    run = crawls.run_of(operator(), run_id)
    title = f"{run.spider} for {_target(run)}"
    return crawl_page(operator(), run, title, _run_row(run))


@blueprint.post("/")
def post_crawl() -> Response:
    """Crawl now, or only say what would be fetched."""
    given = request.form.to_dict()
    spider = given.pop("spider", "")
    is_dry = "dry_run" in given
    takes = SPIDERS.get(spider)
    named = {takes.target, *takes.optional} if takes else set()
    try:
        arguments = whole_arguments(
            spider, {name: value for name, value in given.items() if name in named}
        )
    except RequestError as error:
        return _page(422, why=str(error), given={**given, "spider": spider})
    if is_dry:
        plan = crawls.planned(operator(), spider, arguments)
        return _page(plan=plan, given={**given, "spider": spider})
    run = crawls.queued(operator(), spider, arguments)
    return go_to(url_for("dashboard_crawls.get_crawl", run_id=run.run_id))


@blueprint.post("/<run_id>/cancel")
def post_cancel(run_id: str) -> Response:
    """Cancel a run that has not ended."""
    crawls.cancelled(operator(), run_id)
    return go_to(url_for("dashboard_crawls.get_crawl", run_id=run_id))


def _page(status: int = 200, **values: Any) -> Response:
    live, sources = _live_tables()
    with state().database.reading() as session:
        watches, watch_count = _watches(session)
    answer = page(
        "crawls.html",
        "Crawls",
        (*live, watches),
        sources=sources,
        spiders=SPIDERS.values(),
        watch_count=watch_count,
        **{"given": {}, **values},
    )
    answer.status_code = status
    return answer


def _live_tables() -> tuple[tuple[Table, ...], list[Source]]:
    with state().database.reading() as session:
        sources = read_sources(session, state().settings)
        sites = [_site_row(each) for each in site_states(session)]
        runs = [_run_row(run) for run in crawls.newest_runs(session, MOST_RUNS)]
    caption = "Sources and how they answer"
    empty = "Nothing was crawled yet: start a crawl above, or `trendguard crawl`."
    return (
        Table("sources", caption, SOURCES, [_source_row(each) for each in sources]),
        Table("sites", "Sites, and whether they may be asked", SITES, sites),
        Table("runs", f"The newest {MOST_RUNS} runs", RUNS, runs, empty),
    ), sources


def _watches(session: Session) -> tuple[Table, int]:
    due = select(Watch).order_by(col(Watch.next_due_at), col(Watch.watch_id))
    rows = [_watch_row(watch) for watch in session.exec(due.limit(MOST_WATCHES))]
    count = session.exec(select(func.count()).select_from(Watch)).one()
    empty = "Nothing is watched: an import of products adds what to watch, or an admin."
    return Table("watches", "Crawled again and again", WATCHES, rows, empty), count


def _source_row(source: Source) -> dict[str, Any]:
    newest = source.runs[0] if source.runs else None
    return {
        "spider": source.spider.name,
        "site": source.site,
        "health": source.health,
        "last_run_at": newest.finished_at if newest else None,
        "last_ok_at": source.last_ok_at,
        "items": source.item_count,
        "drops": source.drops.total(),
        "watches": source.watch_count,
        "next_due_at": source.next_due_at,
    }


def _site_row(site: SiteState) -> dict[str, Any]:
    closed = "paused" if site.paused else "left alone" if site.spared_until else ""
    return {
        "source": site.source,
        "state": closed or ("worse" if site.signs else "asked"),
        "until": site.spared_until,
        "refused": site.refused_count,
        "since": site.degraded_since,
        "signs": "; ".join(site.signs),
        "is_closed": bool(closed),
    }


def _run_row(run: CrawlRun) -> dict[str, Any]:
    took = run.finished_at and run.started_at and run.finished_at - run.started_at
    return {
        "run_id": run.run_id,
        "queued_at": run.queued_at,
        "spider": run.spider,
        "target": _target(run),
        "state": run.state,
        "outcome": run.outcome,
        "pages": run.page_count,
        "items": sum(run.item_counts.values()),
        "drops": sum(run.drop_counts.values()),
        "seconds": took.total_seconds() if took else None,
        "asked_by": run.asked_by,
    }


def _watch_row(watch: Watch) -> dict[str, Any]:
    return {
        "watch_id": watch.watch_id,
        "target": watch.target,
        "spider": watch.spider,
        "every_hours": watch.every_minutes / 60,
        "next_due_at": None if watch.paused else watch.next_due_at,
        "state": "paused" if watch.paused else "active",
        "asked_by": watch.asked_by,
    }


def _target(run: CrawlRun) -> str:
    spider = SPIDERS.get(run.spider)
    return run.arguments.get(spider.target, "") if spider else ""
