"""Does a source do worse than it did? Its newest runs against its own before them.

It says nothing on few runs, and nothing of what a weekend does: only of what is both
hard to explain by chance and large enough to matter.

References
----------
Fisher's exact test, one-sided, for shares of runs; the median absolute deviation, with
1.4826 to stand for a standard deviation, for counts (Rousseeuw and Croux, 1993).
"""

import logging
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from sqlmodel import Session, col, select

from store.tables import CrawlRun

logger = logging.getLogger("trendguard.sources")

HISTORY = 30
LEAST_BEFORE = 5
# Outcomes are counted over more runs than figures: they are but yes or no.
RECENT_OUTCOMES, RECENT_FIGURES = 10, 5
FEWEST_RECENT = 3
GOOD = frozenset({"ok", "empty"})
CHANCE = 0.001
RISE = 0.3
FEWER = 0.5
DEVIATIONS = 4.0
COVERED_LESS = 0.2
FEWEST_ITEMS = 20
# So many sound verdicts end what went on; one alone may be luck.
SOUND_RUNS = 3
# An event is followed back over so many runs.
LONGEST_EVENT = 1000
ALL = "*"


@dataclass(frozen=True)
class Ended:
    """What is compared of a run that has ended."""

    outcome: str
    """As of `crawl_run.outcome`."""

    item_count: int
    """Items stored."""

    page_count: int
    """Pages fetched."""

    coverage: dict[str, dict[str, int]]
    """As of `crawl_run.coverage`."""

    @property
    def is_good(self) -> bool:
        """Whether the site answered what it was asked."""
        return self.outcome in GOOD


@dataclass(frozen=True)
class Trouble:
    """A source that does worse than before."""

    source: str
    """Name of the site."""

    spider: str
    """Whose runs are compared."""

    since: datetime
    """When the first of these runs was asked for, UTC."""

    signs: dict[str, str]
    """By what, in words; as of `crawl_run.signs`."""

    @property
    def name(self) -> str:
        """Spider, and the site where the spider is no name for it."""
        known = self.spider.startswith(self.source)
        return self.spider if known else f"{self.spider} of {self.source}"


def signs_of(runs: Sequence[Ended]) -> dict[str, str]:
    """Return by what a source's newest runs are worse than those before, in words.

    Parameters
    ----------
    runs : sequence of Ended
        The newest first.

    Returns
    -------
    dict
        ``outcome``, ``items``, ``pages``, ``fields`` -> words; those that are worse.
    """
    good = [run for run in runs if run.is_good]
    found = {
        "outcome": _outcome_sign(runs),
        "items": _items_sign(good),
        "pages": _fall([run.page_count for run in good], "pages", scatter=False),
        "fields": ", ".join(_bare_fields(good)),
    }
    return {name: words for name, words in found.items() if words}


def note_signs(session: Session, run: CrawlRun) -> None:
    """Write on a run that has ended by what its source does worse; warn if it does."""
    newest = _ended(run)
    before = select(
        CrawlRun.outcome, CrawlRun.item_counts, CrawlRun.page_count, CrawlRun.coverage
    ).where(
        CrawlRun.spider == run.spider,
        CrawlRun.source == run.source,
        CrawlRun.state == "done",
        CrawlRun.run_id != run.run_id,
    )
    rows = session.exec(
        before.order_by(col(CrawlRun.finished_at).desc()).limit(HISTORY - 1)
    ).all()
    run.signs = signs_of([newest, *map(_ended, rows)])
    if run.signs:
        words = "; ".join(run.signs.values())
        logger.warning("%s (%s) does worse: %s", run.source, run.spider, words)


def troubles(session: Session) -> list[Trouble]:
    """Return the sources that do worse than before, as their newest runs say."""
    pairs = select(CrawlRun.source, CrawlRun.spider).where(CrawlRun.state == "done")
    found = (
        _trouble(session, source, spider)
        for source, spider in session.exec(pairs.distinct())
    )
    return sorted((t for t in found if t), key=lambda t: (t.source, t.spider))


def _trouble(session: Session, source: str, spider: str) -> Trouble | None:
    """Return what goes on since the last time that some runs in a row were sound."""
    verdicts = select(CrawlRun.queued_at, CrawlRun.signs).where(
        CrawlRun.source == source,
        CrawlRun.spider == spider,
        CrawlRun.state == "done",
    )
    newest_first = verdicts.order_by(col(CrawlRun.finished_at).desc())
    since: datetime | None = None
    signs: dict[str, str] = {}
    sound = 0
    for queued_at, said in session.exec(newest_first.limit(LONGEST_EVENT)):
        sound = 0 if said else sound + 1
        if sound == SOUND_RUNS:
            break
        if said:
            since, signs = queued_at, signs or dict(said)
    return Trouble(source, spider, since, signs) if since and signs else None


def _ended(row: Any) -> Ended:
    items = sum(row.item_counts.values())
    return Ended(row.outcome or "failed", items, row.page_count, row.coverage)


def _outcome_sign(runs: Sequence[Ended]) -> str:
    bad_ones = [not run.is_good for run in runs]
    down = len(runs) >= 2 * LEAST_BEFORE and all(bad_ones[:RECENT_FIGURES])
    counts = _risen(bad_ones, even_so=down)
    if counts is None:
        return ""
    bad, recent, old_bad, old = counts
    new = Counter(run.outcome for run in runs[:recent] if not run.is_good)
    kinds = ", ".join(f"{name} {n}" for name, n in new.most_common())
    return (
        f"{bad} of the last {recent} runs got nothing ({kinds.replace('_', ' ')}),"
        f" of {old} before {old_bad}"
    )


def _items_sign(runs: Sequence[Ended]) -> str:
    counts = _risen([run.item_count == 0 for run in runs])
    if counts is None:
        return _fall([run.item_count for run in runs], "items", scatter=True)
    bare, recent, old_bare, old = counts
    return (
        f"{bare} of the last {recent} runs stored nothing, of {old} before {old_bare}"
    )


def _risen(
    flags: Sequence[bool], *, even_so: bool = False
) -> tuple[int, int, int, int] | None:
    """Return how many of how many new, and of how many old runs have a flag, if that
    is more of the new ones than chance explains, or `even_so`; else None.
    """
    recent = min(RECENT_OUTCOMES, len(flags) - LEAST_BEFORE)
    if recent < FEWEST_RECENT:
        return None
    new, old = sum(flags[:recent]), sum(flags[recent:])
    before = len(flags) - recent
    rose = new / recent - old / before >= RISE
    if even_so or (rose and _chance(new, recent, old, before) < CHANCE):
        return new, recent, old, before
    return None


def _chance(new_bad: int, new: int, old_bad: int, old: int) -> float:
    """Return how likely so many of all bad runs are among the new ones by chance.

    >>> round(_chance(3, 3, 0, 10), 4)
    0.0035
    """
    bad, ways = new_bad + old_bad, math.comb(new + old, new)
    most = min(bad, new)
    hits = range(new_bad, most + 1)
    return (
        sum(math.comb(bad, k) * math.comb(new + old - bad, new - k) for k in hits)
        / ways
    )


def _fall(counts: Sequence[int], what: str, *, scatter: bool) -> str:
    """Return in words that counts, the newest first, fell; empty if they did not.

    They are compared as logarithms: queries differ by factors, and so do falls.

    Parameters
    ----------
    scatter : bool
        They scatter at least as Poisson's do, however alike a few of them are.
    """
    new, old = counts[:RECENT_FIGURES], counts[RECENT_FIGURES:]
    if len(new) < RECENT_FIGURES or len(old) < LEAST_BEFORE:
        return ""
    now, usual = median(new), median(old)
    logs = [math.log1p(count) for count in old]
    middle = median(logs)
    spread = max(
        1.4826 * median(abs(value - middle) for value in logs),
        1 / math.sqrt(1 + usual) if scatter else 0.0,
    )
    if (
        now >= usual
        or now > FEWER * usual
        or math.log1p(now) > middle - DEVIATIONS * spread
    ):
        return ""
    return (
        f"{now:.0f} {what} in the middle of the last {len(new)} runs,"
        f" before {usual:.0f}"
    )


def _bare_fields(runs: Sequence[Ended]) -> Iterator[str]:
    """Yield the fields that far fewer items have than did, in words."""
    new, old = runs[:RECENT_FIGURES], runs[RECENT_FIGURES:]
    for kind, fields in _sum(new).items():
        n = fields[ALL]
        if n < FEWEST_ITEMS:
            continue
        earlier = [c for run in old if (c := run.coverage.get(kind)) and c[ALL]]
        if len(earlier) < LEAST_BEFORE:
            continue
        for name in sorted({name for each in earlier for name in each} - {ALL}):
            usual = median(each.get(name, 0) / each[ALL] for each in earlier)
            now = fields.get(name, 0) / n
            noise = 3 * math.sqrt(usual * (1 - usual) / n)
            if usual - now > max(COVERED_LESS, noise):
                yield f"{kind} {name} in {now:.0%} of items, before {usual:.0%}"


def _sum(runs: Sequence[Ended]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for run in runs:
        for kind, fields in run.coverage.items():
            found.setdefault(kind, Counter()).update(fields)
    return found
