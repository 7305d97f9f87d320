"""What operators do by command as by the API: crawls, sites and watches; audited."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.options import Arguments, Json, opened, pairs, show
from store.settings import get_settings
from terminal import print_facts, print_rows

if TYPE_CHECKING:
    from server.operating import Operator

crawls = typer.Typer(help="What was crawled, and is to be.", no_args_is_help=True)
sources = typer.Typer(help="The sites that are crawled.", no_args_is_help=True)
watches = typer.Typer(help="What is crawled again and again.", no_args_is_help=True)

RunId = Annotated[str, typer.Argument(metavar="RUN")]
Source = Annotated[str, typer.Argument(metavar="SOURCE", help="Such as ebay.")]
WatchId = Annotated[int, typer.Argument(metavar="ID", min=1, max=2**31 - 1)]
RUNS = {
    "run_id": "run",
    "queued_at": "asked",
    "spider": "spider",
    "asked_for": "for",
    "state": "state",
    "outcome": "outcome",
    "page_count": "pages",
    "item_count": "items",
    "drop_count": "dropped",
}
SOURCES = {
    "source": "source",
    "paused": "paused",
    "spared_until": "left alone until",
    "refused_count": "refused",
    "degraded_since": "worse since",
    "by_what": "by what",
}
WATCHES = {
    "watch_id": "id",
    "spider": "spider",
    "target": "target",
    "every_minutes": "minutes",
    "next_due_at": "due",
    "paused": "paused",
    "asked_by": "asked by",
}
SHOWN_LOG_LINES = 40


@crawls.command("list")
def crawls_list(
    limit: Annotated[int, typer.Option(min=1, max=500)] = 20, as_json: Json = False
) -> None:
    """List the newest crawls."""
    from server.crawls import newest_runs  # noqa: PLC0415

    with opened().reading() as session:
        rows = [_run(run) for run in newest_runs(session, limit)]
    show({"crawls": rows}, as_json, lambda _: print_rows(rows, RUNS))


@crawls.command("show")
def crawls_show(run_id: RunId, as_json: Json = False) -> None:
    """Show a crawl: what came of it, its log, what was kept to look at."""
    from server.crawls import log_of, run_of  # noqa: PLC0415
    from server.samples import samples_of  # noqa: PLC0415

    by = _me()
    run = _run(run_of(by, run_id))
    kept = [each.model_dump(exclude={"body"}) for each in samples_of(by, run_id)]
    found = run | {"samples": kept, "log": log_of(by, run_id)}
    show(found, as_json, _print_run)


@crawls.command("run")
def crawls_run(
    spider: Annotated[str, typer.Argument(metavar="SPIDER")],
    a: Arguments = [],  # noqa: B006
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what it would fetch and cost.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Queue a crawl for the workers; the same one again is the same run while open."""
    from server.crawls import planned, queued  # noqa: PLC0415
    from store.spiders import whole_arguments  # noqa: PLC0415

    arguments = whole_arguments(spider, pairs(a))
    if dry_run:
        show(planned(_me(), spider, arguments), as_json)
    else:
        show(_run(queued(_me(), spider, arguments)), as_json)


@crawls.command("cancel")
def crawls_cancel(run_id: RunId, as_json: Json = False) -> None:
    """Cancel a crawl that has not ended; one under way stops at its next page."""
    from server.crawls import cancelled  # noqa: PLC0415

    show(_run(cancelled(_me(), run_id)), as_json)


@sources.command("list")
def sources_list(as_json: Json = False) -> None:
    """List the sites, whether they may be asked, and whether they do worse."""
    from dataclasses import asdict  # noqa: PLC0415

    from server.sources import site_states  # noqa: PLC0415

    with opened().reading() as session:
        rows = [asdict(state) for state in site_states(session)]
    told = [row | {"by_what": "; ".join(row["signs"])} for row in rows]
    show({"sources": rows}, as_json, lambda _: print_rows(told, SOURCES))


@sources.command("pause")
def sources_pause(source: Source, as_json: Json = False) -> None:
    """Ask a site nothing until it is resumed; what is queued waits."""
    _pause_source(source, as_json, paused=True)


@sources.command("resume")
def sources_resume(source: Source, as_json: Json = False) -> None:
    """Ask a site again, at once also where it is left alone after refusals."""
    _pause_source(source, as_json, paused=False)


@watches.command("list")
def watches_list(as_json: Json = False) -> None:
    """List what is crawled again and again."""
    from server.watches import all_watches  # noqa: PLC0415

    with opened().reading() as session:
        rows = [watch.model_dump() for watch in all_watches(session)]
    show({"watches": rows}, as_json, lambda _: print_rows(rows, WATCHES))


@watches.command("add")
def watches_add(
    spider: Annotated[str, typer.Argument(metavar="SPIDER")],
    target: Annotated[str, typer.Argument(metavar="TARGET", help="Hashtag or query.")],
    every_minutes: Annotated[int, typer.Option(min=1, max=366 * 24 * 60)] = 24 * 60,
    product_id: Annotated[
        str, typer.Option(help="The product a query stands for.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Crawl something again and again; the same one again sets how often."""
    from server.watches import set_watch  # noqa: PLC0415

    watch, _ = set_watch(_me(), spider, target, every_minutes, product_id or None)
    show(watch.model_dump(), as_json)


@watches.command("pause")
def watches_pause(watch_id: WatchId, as_json: Json = False) -> None:
    """Stop crawling what is watched."""
    _pause_watch(watch_id, as_json, paused=True)


@watches.command("resume")
def watches_resume(watch_id: WatchId, as_json: Json = False) -> None:
    """Go on with a watch that was stopped."""
    _pause_watch(watch_id, as_json, paused=False)


@watches.command("remove")
def watches_remove(watch_id: WatchId, as_json: Json = False) -> None:
    """Crawl it no more; what was crawled stays."""
    from server.watches import remove  # noqa: PLC0415

    show(remove(_me(), watch_id).model_dump(), as_json)


def _me() -> "Operator":
    from server.operating import Operator  # noqa: PLC0415

    return Operator(opened(), get_settings(), actor="cli", asked_by="cli")


def _pause_source(source: str, as_json: bool, *, paused: bool) -> None:
    from dataclasses import asdict  # noqa: PLC0415

    from server.sources import set_paused  # noqa: PLC0415

    show(asdict(set_paused(_me(), source, paused=paused)), as_json)


def _pause_watch(watch_id: int, as_json: bool, *, paused: bool) -> None:
    from server.watches import set_paused  # noqa: PLC0415

    show(set_paused(_me(), watch_id, paused=paused).model_dump(), as_json)


def _run(run: Any) -> dict[str, Any]:
    told: dict[str, Any] = run.model_dump(exclude={"request_key", "place"})
    asked = ", ".join(value for value in run.arguments.values() if value)
    items, drops = sum(run.item_counts.values()), sum(run.drop_counts.values())
    return told | {"asked_for": asked, "item_count": items, "drop_count": drops}


def _print_run(run: dict[str, Any]) -> None:
    lines = run["log"].splitlines()[-SHOWN_LOG_LINES:]
    hidden = {"log", "samples", "coverage", "signs", "asked_for"}
    facts = {name: value for name, value in run.items() if name not in hidden}
    print_facts(facts | {"worse than before": "; ".join(run["signs"].values()) or None})
    kept = {"kind": "kept", "reason": "why", "size_bytes": "bytes", "url": "from"}
    if run["samples"]:
        print_rows(run["samples"], {"sample_id": "sample"} | kept)
    for line in lines:
        typer.echo(line)
