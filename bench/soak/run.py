"""The run: a market in PostgreSQL, the server with two workers, load, and breakage."""

import os
import random
import re
import signal
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.request import urlopen

from rich.table import Table

from bench.memory import private_mb
from bench.soak.calls import Caller, Known
from bench.soak.record import Record
from sample.export import write_export
from sample.own_postgres import OwnPostgres, own_postgres, programs
from sample.processes import command, running, until, workers_of
from sample.sites import ebay_site
from sample.sites.serve import ServedMarket
from sample.world import Market
from server.run import free_port
from store.clock import utc_now
from store.database import open_database
from store.importing import import_folder
from store.settings import Settings

CALLERS = 6
PAUSE_SECONDS = 0.02
ORDERS = 10_000
DOWN_SECONDS = 3.0
SAMPLE_SECONDS = 5.0
# All of the load comes from one address; it is counted as ever.
NO_LIMIT = "999999999/minute"
LIMITS = ("limit_lookups", "limit_questions", "limit_outcomes", "limit_scores")
# Kept out of the comparison: caches fill, and a killed worker's place is taken.
WARM_SHARE = 0.2


def run(minutes: float = 10.0) -> Table:
    """Return a table of answers by call, and what broke.

    Parameters
    ----------
    minutes : float
        How long the load lasts.
    """
    if programs() is None:
        return Table(title="soak: skipped, no PostgreSQL programs here")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        postgres = stack.enter_context(own_postgres(free_port("127.0.0.1")))
        market = Market(order_count=ORDERS, end_on=utc_now().date())
        urls = stack.enter_context(ServedMarket({"ebay": ebay_site(market)})).urls
        settings = Settings(
            data_dir=folder,
            database_url=postgres.url,
            trained_on="sample",
            admin_token="soak" * 10,
            crawl_delay_seconds=0.1,
            ebay_url=urls["ebay"],
            log_level="WARNING",
            **dict.fromkeys(LIMITS, NO_LIMIT),
        )
        known = _learned(settings, market, folder)
        server = stack.enter_context(running(settings, "serve", "--port", "0"))
        log = settings.data_dir / "logs" / "serve.log"
        url = until(lambda: re.search(rb"http://\S+", log.read_bytes()))[0].decode()
        until(lambda: _is_ready(url))
        stack.enter_context(running(settings, "worker"))
        soak = _Soak(settings, postgres, server.pid, market, 60 * minutes)
        soak.under_load(url, known)
        return soak.table()


def _learned(settings: Settings, market: Market, folder: Path) -> Known:
    export = folder / "export"
    write_export(market, export, "https://shop.example")
    database = open_database(settings)
    import_folder(database, settings, export)
    command(settings, "train")
    known = Known.of(database)
    database.close()
    return known


class _Soak:
    """One run: what goes on beside the load, and what was seen."""

    def __init__(
        self,
        settings: Settings,
        postgres: OwnPostgres,
        server_pid: int,
        market: Market,
        seconds: float,
    ) -> None:
        self._settings = settings
        self._postgres = postgres
        self._server_pid = server_pid
        self._market = market
        self._seconds = seconds
        self._record = Record()
        self._memory: list[tuple[float, float]] = []
        self._started = 0.0

    def under_load(self, url: str, known: Known) -> None:
        """Ask from several threads while things break in turn."""
        self._started = time.monotonic()
        stop = threading.Event()
        threads = [
            threading.Thread(target=self._ask, args=(url, known, stop, number))
            for number in range(CALLERS)
        ]
        threads.append(threading.Thread(target=self._watch_memory, args=(stop,)))
        for thread in threads:
            thread.start()
        try:
            for share, act in self._plan():
                stop.wait(max(0.0, share * self._seconds - self._now()))
                act()
            stop.wait(max(0.0, self._seconds - self._now()))
        finally:
            stop.set()
            for thread in threads:
                thread.join()

    def _plan(self) -> Iterator[tuple[float, Callable[[], None]]]:
        yield 0.1, self._crawl
        yield 0.2, lambda: self._restart("fast")
        yield 0.35, self._kill_a_worker
        yield 0.45, self._train
        yield 0.75, lambda: self._restart("immediate")

    def _crawl(self) -> None:
        titles = [product.title for product in self._market.products[:3]]
        for title in titles:
            command(self._settings, "crawl", "ebay_search", f"-aquery={title}")

    def _train(self) -> None:
        command(self._settings, "train")

    def _restart(self, mode: str) -> None:
        with self._outage(f"PostgreSQL stopped ({mode})"):
            self._postgres.stop(mode)
            time.sleep(DOWN_SECONDS)
            self._postgres.start()

    def _kill_a_worker(self) -> None:
        with self._outage("a worker killed"):
            os.kill(min(self._workers()), signal.SIGKILL)
            until(lambda: len(self._workers()) == self._settings.api_workers)

    @contextmanager
    def _outage(self, what: str) -> Iterator[None]:
        start = self._now()
        yield
        self._record.outages.append((what, start, self._now()))

    def _ask(self, url: str, known: Known, stop: threading.Event, number: int) -> None:
        caller = Caller(url, known, self._settings, random.Random(number))  # noqa: S311
        while not stop.wait(PAUSE_SECONDS):
            self._record.add(caller.ask(self._now))

    def _watch_memory(self, stop: threading.Event) -> None:
        while not stop.wait(SAMPLE_SECONDS):
            sizes = [private_mb(pid) for pid in self._workers()]
            if len(sizes) == self._settings.api_workers:
                self._memory.append((self._now(), max(sizes)))

    def _workers(self) -> set[int]:
        return workers_of(self._server_pid)

    def _now(self) -> float:
        return time.monotonic() - self._started

    def table(self) -> Table:
        """Return what was answered and what went wrong."""
        record = self._record
        table = Table(
            "call", "answers", "by status", "p50 ms", "p99 ms", "wrong", "failed"
        )
        for call, statuses in sorted(record.counts().items()):
            times = [a.seconds * 1000 for a in record.answers if a.call == call]
            told = ", ".join(
                f"{s or 'lost'}: {n:,}" for s, n in sorted(statuses.items())
            )
            table.add_row(
                call,
                f"{len(times):,}",
                told,
                f"{statistics.median(times):.1f}",
                f"{statistics.quantiles(times, n=100)[98]:.1f}",
                str(sum(a.call == call for a in record.wrong)),
                str(sum(a.call == call for a in record.failed)),
            )
        table.title = f"{self._seconds / 60:g} minutes of mixed load, two workers"
        table.caption = "\n".join([*self._told_outages(), self._told_memory()])
        return table

    def _told_outages(self) -> list[str]:
        found = [
            f"{what}: {start:.0f} s to {end:.0f} s"
            for what, start, end in self._record.outages
        ]
        odd = self._record.wrong[:3] + self._record.failed[:3]
        return found + [f"{a.at:.1f} s {a.call}: {a.status} {a.wrong}" for a in odd]

    def _told_memory(self) -> str:
        warm = [mb for at, mb in self._memory if at > WARM_SHARE * self._seconds]
        third = max(1, len(warm) // 3)
        early, late = warm[:third], warm[-third:]
        return (
            f"private memory of the larger worker: {statistics.median(early):.0f} MB "
            f"early, {statistics.median(late):.0f} MB late"
        )


def _is_ready(url: str) -> bool:
    try:
        with urlopen(f"{url}/ready") as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except OSError:
        return False
