"""What commands print: tables, facts and cards for people, JSON for programs."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

Row = dict[str, Any]
MOST_DRIFTS = 10
MOST_ALARMS = 8
Report = Callable[[str, int, int], None]


def print_json(result: Any) -> None:
    """Print a result as one line of JSON; times are ISO 8601 in UTC."""
    print(json.dumps(result, default=_plain, ensure_ascii=False))  # noqa: T201


def print_rows(rows: Iterable[Row], columns: dict[str, str]) -> None:
    """Print some columns of rows as a table.

    Parameters
    ----------
    columns : dict
        Name in the rows -> heading.
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    numbers = (int, float)
    rows = list(rows)
    for name, heading in columns.items():
        right = any(isinstance(row[name], numbers) for row in rows)
        table.add_column(heading, justify="right" if right else "left")
    for row in rows:
        table.add_row(*(_shown(row[name]) for name in columns))
    Console().print(table)


def print_facts(facts: Row) -> None:
    """Print names and values, one a line; what is not there is left out."""
    Console(highlight=False, soft_wrap=True).print(_facts(facts.items()))


def print_columns(
    results: dict[str, Row], wanted: dict[str, str] | None = None
) -> None:
    """Print several results side by side, one column each, a fact a line.

    Parameters
    ----------
    wanted : dict, optional
        Name in the results -> what it is called; by default every fact. What is not
        wanted or holds facts of its own is left to ``--json``.
    """
    table = Table("", *results, box=None, pad_edge=False, header_style="bold")
    plain = {n: v for r in results.values() for n, v in r.items()}
    named = {n: n for n, v in plain.items() if not isinstance(v, dict | list)}
    for name, called in (wanted or named).items():
        if name in plain:
            table.add_row(called, *(_shown(r.get(name)) for r in results.values()))
    Console(highlight=False).print(table)


def print_verdicts(results: dict[str, Row]) -> None:
    """Print what each new model is from now on, and why, a line each."""
    console = Console(highlight=False, soft_wrap=True)
    for purpose, found in results.items():
        console.print(f"{purpose}: {found['role']}, {found['why']}", markup=False)


@contextmanager
def progress(*, shown: bool) -> Iterator[Report]:
    """Yield what is told how far a long job is: a step, so much done, of so much (0
    where nobody knows). It is drawn on a terminal's standard error alone, and goes away
    in the end.
    """
    console = Console(stderr=True)
    if not (shown and console.is_terminal):
        yield lambda *_: None
        return
    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True) as bars:
        step = bars.add_task("orders", total=None)

        def report(name: str, done: int, of: int) -> None:
            nonlocal step
            task = bars.tasks[step]
            if task.description != name:
                bars.update(step, completed=task.total or 1, total=task.total or 1)
                step = bars.add_task(name, total=of or None)
            bars.update(step, completed=done, total=of or None)

        yield report


@contextmanager
def crawl_progress() -> Iterator[Callable[[Any], None]]:
    """Yield what is told of a crawl after each page: pages and items so far are drawn
    on a terminal's standard error alone, and go away in the end.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True) as bars:
        line = bars.add_task("no page yet", total=None)

        def told(run: Any) -> None:
            items, drops = sum(run.item_counts.values()), sum(run.drop_counts.values())
            said = f"{run.page_count} pages, {items:,} items, {drops:,} dropped"
            bars.update(line, description=said)

        yield told


def print_card(card: Row) -> None:
    """Print a risk card."""
    Console(highlight=False).print(card_table(card))


def print_alarms(found: Row) -> None:
    """Print what the monitor found: every age, the widest drifts, then the alarms, of
    which the first tell the rest.
    """
    ages = {"what": "newest", "newest_at": "seen", "age_days": "days old"}
    drifts = {name: name for name in ("purpose", "feature", "psi", "threshold", "n")}
    print_rows(found["freshness"], ages | {"most_days": "at most"})
    widest = sorted(found["drift"], key=lambda row: -row["psi"])[:MOST_DRIFTS]
    print_rows(widest, drifts)
    console = Console(highlight=False, soft_wrap=True)
    alarms = found["alarms"] or ["no alarms"]
    for alarm in alarms[:MOST_ALARMS]:
        console.print(alarm, markup=False)
    if (more := len(alarms) - MOST_ALARMS) > 0:
        console.print(f"and {more} more: --json has all of them")


def card_table(card: Row) -> RenderableType:
    """Return a risk card as people read it."""
    returned = bool(card["model"]) and card["model"]["target"] == "returned"
    facts: Row = {"return risk" if returned else "regret risk": _risk(card)}
    if own := card.get("own_risk"):
        facts["  at that age"] = _risk(own)
    facts["evidence"] = card["evidence"]
    if card["stage"]:
        left = card["expected_days_left"]
        more = f", some {left:.0f} more expected" if left is not None else " so far"
        more = ", over" if card["stage"] == "Death" else more
        facts["trend"] = f"{card['stage']}, {card['trended_days']} days{more}"
    if kept := card["kept_180_days"]:
        facts["after 180 days"] = kept_words(kept)
    # Two reasons may weigh the same.
    reasons = [
        (
            f"  {reason['effect'] * 100:+.0f} points",
            f"{reason['text']} ({reason['as_of'][:10]})",
        )
        for reason in card["reasons"]
    ]
    why = "; every return counts, no reasons were known" if returned else ""
    model = card["model"] and f"trained on {card['model']['trained_on']} data{why}"
    return _facts([*facts.items(), *reasons, ("model", model)])


def kept_words(kept: Row) -> str:
    """Return the share of buyers who kept it, in words.

    Parameters
    ----------
    kept : dict
        share, low, high (0-1) and n.

    >>> kept_words({"share": 0.6, "low": 0.55, "high": 0.65, "n": 1812})
    '60% of buyers kept it (55% to 65%, 1,812 orders)'
    """
    interval = f"{kept['low']:.0%} to {kept['high']:.0%}"
    return f"{kept['share']:.0%} of buyers kept it ({interval}, {kept['n']:,} orders)"


def _facts(facts: Iterable[tuple[str, Any]]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in facts:
        if value is not None:
            table.add_row(name, _shown(value))
    return table


def _risk(row: Row) -> str:
    if row["risk"] is None:
        return "not enough evidence for a number"
    return f"{row['risk']:.0%} ({row['risk_low']:.0%} to {row['risk_high']:.0%})"


def _shown(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value).lower()
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3f}"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return str(value)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
