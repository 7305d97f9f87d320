"""A page's items into the store, in one transaction with how far the run has come."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa
from sqlmodel import Session
from web_poet import HttpResponse

from scrapers.coverage import covered
from scrapers.gates import Gates
from scrapers.judged import Judged
from scrapers.pages.page import Item
from scrapers.run_log import RunLog
from scrapers.runs import open_run, started_at
from scrapers.samples import Samples, Seen
from scrapers.trending import watch_hashtags
from store.bulk import arrow_schema, merge_rows, sql_table
from store.database import Database
from store.tables import CrawlRun

logger = logging.getLogger("trendguard.crawl")
Told = Callable[[CrawlRun], None]


class Keeper:
    """Keeps what one run finds, page by page.

    A run that is carried on after its process was killed has lost no page that was
    kept, and keeps none twice: rows have the run's one time in their key.

    Parameters
    ----------
    log : RunLog, optional
        Written with the pages.
    told : callable, optional
        Given the run after each page.
    """

    def __init__(
        self,
        database: Database,
        run: CrawlRun,
        log: RunLog | None = None,
        told: Told = lambda _: None,
    ) -> None:
        self.database = database
        self.samples = Samples()
        self.log = log or RunLog()
        self._told = told
        self.run_id = run.run_id
        self.arguments = run.arguments
        self.observed_at = started_at(run)
        self.gates = Gates(run.spider, self.observed_at, database.settings)

    def keep(
        self,
        items: list[Item],
        asked: Mapping[str, str],
        place: dict[str, Any],
        answer: HttpResponse | None = None,
    ) -> None:
        """Write one page's items.

        Parameters
        ----------
        asked : mapping of str to str
            What this page was asked for, where it is not all of the run's arguments.
        place : dict
            Where the spider goes on after this page.
        answer : HttpResponse, optional
            The page, to be looked at if a gate drops something of it.

        Raises
        ------
        ConflictError
            If somebody ended the run meanwhile; then nothing is written.
        """
        with self.database.writing() as session:
            run = open_run(session, self.run_id)
            judged = self.gates.judge(session, items, {**self.arguments, **asked})
            run.item_counts = _sum(run.item_counts, _write(session, judged))
            run.item_counts = _sum(run.item_counts, self._watch(session, judged))
            reasons = Counter(drop.reason for drop in judged.drops)
            run.drop_counts = _sum(run.drop_counts, reasons)
            run.page_count += 1
            run.page_items = [*run.page_items, len(items)]
            run.coverage = covered(run.coverage, items)
            run.place = place
            self.samples.add_drops(judged.drops, Seen.of(answer) if answer else None)
            self.samples.write(session, run.run_id)
            self.log.write_if_due(session, run.run_id)
        logger.info(
            "page %s kept: %s items, %s dropped",
            run.page_count,
            len(items),
            len(judged.drops),
        )
        self._told(run)

    def write_rest(self, session: Session) -> None:
        """Write what is known of the run besides what it stored, at its end."""
        self.samples.write(session, self.run_id)
        self.log.write(session, self.run_id)

    def _watch(self, session: Session, judged: Judged) -> dict[str, int]:
        if not judged.hashtags:
            return {}
        most = self.database.settings.trending_watches
        added = watch_hashtags(session, judged.hashtags, self.observed_at, most)
        return {"watch": added}


def _write(session: Session, judged: Judged) -> dict[str, int]:
    added = {}
    for table, rows in judged.rows.items():
        columns = sql_table(table).columns
        found = [*rows.values()]
        # What the page does not tell keeps what is stored.
        schema = arrow_schema([columns[name] for name in found[0]])
        added[table.table_name()] = merge_rows(
            session, table, pa.Table.from_pylist(found, schema)
        ).added
    return added


def _sum(counts: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    return dict(Counter(counts) + Counter(more))
