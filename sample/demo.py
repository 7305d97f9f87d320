"""The whole pipeline on the made-up market: what `trendguard demo` runs."""

import json
import secrets
import shutil
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import numpy as np
from rich.console import Console
from sqlmodel import select

from jobs.crawls import request_crawl
from ml.refresh import refresh
from ml.training import train
from reporting.alerts.raising import raise_alerts
from reporting.findings.computing import find
from sample.demo_report import report
from sample.export import write_export
from sample.market import SampleProduct
from sample.processes import running, until
from sample.sites import ebay_site, poshmark_site, tiktok_site
from sample.sites.serve import ServedMarket
from sample.sites.shop import shop_site
from sample.steps import Steps
from sample.world import Market
from server.access import add_admin
from store.clock import utc_now
from store.database import Database, open_database
from store.errors import TrendGuardError
from store.importing import import_folder
from store.settings import Settings
from store.tables import CrawlRun, RiskCard, Watch

READY_SECONDS = 60
CRAWLED_PRODUCTS = 2
GOOD = ("ok", "empty")
# Who may look at the dashboard.
WHO = "demo"


@dataclass(frozen=True)
class Demo:
    """One demonstration, in a folder of its own that every run starts anew.

    Parameters
    ----------
    settings : Settings
        The user's; the demo's own data lies in ``demo`` under its data folder.
    order_count : int
        Size of the made-up market.
    console : rich.console.Console
        Where progress goes.
    """

    settings: Settings
    order_count: int
    console: Console

    def run(self, *, stay: bool) -> None:
        """Build everything, show where to look, and stay until Ctrl-C.

        Raises
        ------
        TrendGuardError
            If a step fails.
        """
        started = time.monotonic()
        steps = Steps(self.console)
        with ExitStack() as stack, _sigterm_as_ctrl_c(), suppress(KeyboardInterrupt):
            with steps.step("a made-up market, served over HTTP"):
                market = Market(order_count=self.order_count, end_on=utc_now().date())
                urls = stack.enter_context(ServedMarket(_sites(market))).urls
            settings = self._own_settings(urls)
            database = open_database(settings)
            stack.callback(database.close)
            self._import(steps, market, urls["shop"], database)
            stack.enter_context(running(settings, "worker"))
            _crawl(steps, market, database)
            self._learn(steps, market, database)
            with steps.step("API and scheduler started"):
                for name in ("serve", "schedule"):
                    stack.enter_context(running(settings, name))
                ready = partial(_is_ready, settings)
                missed = "the API did not get ready"
                _awaited(ready, READY_SECONDS, missed, "serve", settings)
            password = secrets.token_urlsafe(12)
            add_admin(database, WHO, "admin", password)
            product, card = _riskiest(database, market)
            seconds = time.monotonic() - started
            told = report(settings, urls, product, card, seconds, who=(WHO, password))
            self.console.print(told)
            while stay:
                time.sleep(1)
        self.console.print("stopped: nothing is left running")

    def _own_settings(self, urls: dict[str, str]) -> Settings:
        folder = self.settings.data_dir.resolve() / "demo"
        shutil.rmtree(folder, ignore_errors=True)
        return Settings(
            data_dir=folder,
            database_url="",
            redis_url="",
            trained_on="sample",
            crawl_delay_seconds=0.2,
            tiktok_url=urls["tiktok"],
            ebay_url=urls["ebay"],
            poshmark_url=urls["poshmark"],
            browser_path=self.settings.browser_path,
            api_port=_usable_port(self.settings),
        )

    def _import(
        self, steps: Steps, market: Market, shop_url: str, database: Database
    ) -> None:
        settings = database.settings
        with steps.step("its retailer's export imported") as step:
            export = settings.data_dir / "export"
            write_export(market, export, shop_url)
            imported = import_folder(database, settings, export)
            step.done(f"{imported.files['orders'].added:,} orders")

    def _learn(self, steps: Steps, market: Market, database: Database) -> None:
        settings = database.settings
        with steps.step("model trained and calibrated") as step:
            figures = train(database, settings)["shopper"]
            step.done(f"AUC {figures['auc']:.3f} on {figures['n']:,} later orders")
        with steps.step("daily tables and risk cards") as step:
            counts = refresh(database, settings)
            step.done(
                f"{counts['product_day']:,} product days, {counts['risk_card']:,} keys"
            )
        _watch(database, market)
        with steps.step("drivers of regret, and alerts") as step:
            orders = find(database, settings)["orders"]
            raised = raise_alerts(database, settings)
            step.done(f"from {orders:,} orders, {len(raised)} alerts")


def _sites(market: Market) -> dict[str, Any]:
    return {
        "tiktok": tiktok_site(market),
        "ebay": ebay_site(market),
        "poshmark": poshmark_site(market),
        "shop": shop_site(market),
    }


def _trending(market: Market) -> list[SampleProduct]:
    heat = np.where(
        market.goods.hashtag >= 0, market.trends.heat[market.goods.hashtag, -1], 0
    )
    hottest = (market.products[i] for i in np.argsort(-heat, kind="stable"))
    resold = (p for p in hottest if market.search("ebay", p.title))
    return list(islice(resold, CRAWLED_PRODUCTS))


def _crawls(market: Market) -> Iterator[tuple[str, dict[str, str]]]:
    for product in _trending(market):
        yield "tiktok_tag", {"hashtag": product.hashtags[0]}
        named = {"query": product.title, "product_id": product.product_id}
        yield "ebay_search", named
        yield "poshmark_search", named


def _crawl(steps: Steps, market: Market, database: Database) -> None:
    """Ask for crawls one by one, as an admin would; the worker carries them out."""
    for number, (spider, arguments) in enumerate(_crawls(market)):
        target = next(iter(arguments.values()))
        with steps.step(f"{spider} of {target!r}") as step:
            run = request_crawl(
                database,
                database.settings,
                spider,
                arguments,
                asked_by="admin",
                request_key=f"demo {number}",
            )
            ended = partial(_ended, database, run.run_id)
            patience = database.settings.crawl_timeout_seconds
            missed = "the crawl did not end"
            run = _awaited(ended, patience, missed, "worker", database.settings)
            told = step.done if run.outcome in GOOD else step.missed
            told(_told(run))


def _ended(database: Database, run_id: str) -> CrawlRun | None:
    with database.reading() as session:
        run = session.get_one(CrawlRun, run_id)
    return run if run.state == "done" else None


def _told(run: CrawlRun) -> str:
    found = ", ".join(f"{n} {kind}" for kind, n in run.item_counts.items() if n)
    why = "" if run.outcome in GOOD else f" ({run.message})"
    return f"{run.outcome}{why}{': ' if found else ''}{found}"


def _watch(database: Database, market: Market) -> None:
    with database.writing() as session:
        for product in _trending(market):
            session.add(
                Watch(
                    spider="ebay_search",
                    target=product.title,
                    product_id=product.product_id,
                    every_minutes=60,
                    asked_by="import",
                    next_due_at=utc_now(),
                )
            )


def _riskiest(database: Database, market: Market) -> tuple[SampleProduct, RiskCard]:
    with database.reading() as session:
        cards = session.exec(select(RiskCard)).all()
    # A telling one: much is known of it, and its trend is still going on.
    telling = [
        card
        for card in cards
        if card.payload["evidence"] == "enough"
        and card.payload["stage"] in ("Peak", "Decline")
    ]
    card = max(telling or cards, key=lambda c: (c.payload["risk"] or 0, c.key))
    found = next(p for p in market.products if p.product_id == card.product_id)
    return found, card


def _is_ready(settings: Settings) -> bool:
    url = f"http://{settings.api_host}:{settings.api_port}/ready"
    with suppress(URLError, OSError), urlopen(url, timeout=2) as answer:
        return bool(json.load(answer))
    return False


def _awaited(
    true: Callable[[], Any],
    seconds: float,
    missed: str,
    process: str,
    settings: Settings,
) -> Any:
    """Return what `true` gives once it is; it is up to the log of `process` to say why
    it never was.
    """
    try:
        return until(true, seconds)
    except TimeoutError as error:
        log = settings.data_dir / "logs" / f"{process}.log"
        raise TrendGuardError(f"{missed} in {seconds} s; see {log}") from error


def _usable_port(settings: Settings) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.api_host, settings.api_port))
        except OSError:
            probe.bind((settings.api_host, 0))
        return int(probe.getsockname()[1])


@contextmanager
def _sigterm_as_ctrl_c() -> Iterator[None]:
    def interrupt(_number: int, _frame: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
