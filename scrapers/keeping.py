"""A page's items into the store, in one transaction with how far the run has come."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
from sqlmodel import Session

from scrapers.gates import Gates
from scrapers.judged import Judged
from scrapers.pages.page import Item
from scrapers.runs import open_run, started_at
from scrapers.trending import watch_hashtags
from store.bulk import arrow_schema, merge_rows, sql_table
from store.database import Database
from store.tables import CrawlRun


class Keeper:
    """Keeps what one run finds, page by page.

    A run that is carried on after its process was killed has lost no page that was
    kept, and keeps none twice: rows have the run's one time in their key.
    """

    def __init__(self, database: Database, run: CrawlRun) -> None:
        self.database = database
        self.run_id = run.run_id
        self.arguments = run.arguments
        self.observed_at = started_at(run)
        self.gates = Gates(run.spider, self.observed_at, database.settings)

    def keep(
        self, items: list[Item], asked: Mapping[str, str], place: dict[str, Any]
    ) -> None:
        """Write one page's items.

        Parameters
        ----------
        asked : mapping of str to str
            What this page was asked for, where it is not all of the run's arguments.
        place : dict
            Where the spider goes on after this page.

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
            run.place = place

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
