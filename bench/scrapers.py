"""Reading a result page beside merely parsing it, a crawl beside a bare Scrapy spider,
and the memory of a long crawl in a browser.
"""

import gzip
import multiprocessing
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask, request
from lxml import etree, html
from rich.console import Console, Group
from rich.table import Table
from scrapy import Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response as ScrapyResponse
from web_poet import HttpResponse

from bench.memory import family_mb
from bench.saved_pages import PAGES
from sample.market import SampleVideo
from sample.sites import tiktok_site
from sample.sites.serve import ServedMarket
from scrapers.pages.ebay_search import EbaySearchPage
from scrapers.run import crawl
from store.database import Database, open_database
from store.settings import Settings

CAPTURE = PAGES / "ebay" / "FirstNoell__ebay-product-data-pipeline__debug_ebay.html.gz"
READINGS = 15
RESULT_PAGES = 10
CRAWLS = 3
TAG_PAGES = 500
SAMPLE_SECONDS = 2.0
# A browser fills its caches first.
WARM_SHARE = 0.2
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["bench.scrapers", "scrapers.preloaded"])


def run() -> Group:
    """Return the three tables; the first two need the saved pages."""
    console = Console(stderr=True)
    tables = []
    if CAPTURE.is_file():
        page = gzip.decompress(CAPTURE.read_bytes())
        tables.append(_reading(page))
        console.print("crawling result pages", style="dim")
        tables.append(_crawling(page))
    console.print(f"crawling {TAG_PAGES} pages in a browser", style="dim")
    return Group(*tables, _long_crawl())


def _reading(page: bytes) -> Table:
    table = Table("what", "ms", "ratio", title=f"{len(page) / 1e6:.1f} MB, 60 results")
    parsers = {"lxml.etree.HTML": etree.HTML, "lxml.html.fromstring": html.fromstring}
    times = {name: _least(partial(parse, page)) for name, parse in parsers.items()}
    times["read into items"] = _least(partial(_items_of, page))
    for name, seconds in times.items():
        ratio = seconds / times["lxml.etree.HTML"]
        table.add_row(name, f"{seconds * 1000:.1f}", f"{ratio:.2f}")
    return table


def _items_of(page: bytes) -> int:
    answer = HttpResponse("https://www.ebay.com/", body=page, encoding="utf-8")
    return len(EbaySearchPage(answer).read().items)


def _least(work: Callable[[], Any]) -> float:
    times = []
    for _ in range(READINGS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


class BareSpider(Spider):
    """What anyone would write: five fields by CSS, the next page."""

    name = "bare"

    def parse(self, response: ScrapyResponse) -> Iterator[Any]:
        """Yield each card, then the next page."""
        for card in response.css("ul.srp-results > li.s-card"):
            yield {
                "url": card.css("a::attr(href)").get(),
                "title": card.css(".s-card__title span::text").get(),
                "price": card.css(".s-card__price::text").get(),
                "caption": card.css(".s-card__caption span::text").get(),
                "condition": card.css(".s-card__subtitle span::text").get(),
            }
        if address := response.css("a.pagination__next::attr(href)").get():
            yield response.follow(address)


def _crawling(page: bytes) -> Table:
    with ServedMarket({"ebay": _results(page)}) as site:
        url = site.urls["ebay"]
        ours, bare = [], []
        for _ in range(CRAWLS):
            ours.append(_seconds(_our_crawl, url))
            bare.append(_seconds(_bare_crawl, url))
    table = Table("crawl", "s", "pages/s", "ratio")
    table.title = f"{RESULT_PAGES} result pages one after the other, start to end"
    for name, times in (("bare Scrapy spider", bare), ("ebay_search", ours)):
        ratio = f"{min(bare) / min(times):.2f}"
        rate = RESULT_PAGES / min(times)
        table.add_row(name, f"{min(times):.2f}", f"{rate:.1f}", ratio)
    return table


def _results(page: bytes) -> Flask:
    app = Flask(__name__)
    head, end, tail = page.replace(b"pagination__next", b"").rpartition(b"</body>")

    @app.get("/sch/i.html")
    def search() -> bytes:
        number = request.args.get("_pgn", 1, type=int)
        # Other listings on every page.
        own = head.replace(b"/itm/", f"/itm/{number}".encode())
        link = f'<a class="pagination__next" href="/sch/i.html?_pgn={number + 1}">x</a>'
        has_next = number < RESULT_PAGES
        return b"".join([own, link.encode() if has_next else b"", end, tail])

    return app


def _our_crawl(url: str, folder: str) -> None:
    settings = Settings(data_dir=Path(folder), ebay_url=url, crawl_delay_seconds=0.0)
    database = Database(settings)
    arguments = {"query": "cup", "pages": str(RESULT_PAGES)}
    result = crawl(database, settings, "ebay_search", arguments)
    database.close()
    if (result["outcome"], result["pages"]) != ("ok", RESULT_PAGES):
        raise RuntimeError(result["message"])


def _bare_crawl(url: str, _: str) -> None:
    process = AsyncCrawlerProcess({"LOG_LEVEL": "ERROR", "DOWNLOAD_DELAY": 0})
    crawler = process.create_crawler(BareSpider)
    process.crawl(crawler, start_urls=[f"{url}/sch/i.html?_pgn=1"])
    process.start()
    pages = crawler.stats.get_value("response_received_count") if crawler.stats else 0
    if pages < RESULT_PAGES:
        raise RuntimeError(f"{pages} pages")


def _seconds(work: Callable[[str, str], None], url: str) -> float:
    with tempfile.TemporaryDirectory() as folder:
        open_database(Settings(data_dir=Path(folder))).close()
        child = PROCESSES.Process(target=work, args=(url, folder))
        start = time.perf_counter()
        child.start()
        child.join()
        seconds = time.perf_counter() - start
    if child.exitcode:
        raise RuntimeError(f"{work.__name__} ended with {child.exitcode}")
    return seconds


class Tags:
    """A market of many hashtags, each with thirty videos."""

    hashtags = tuple(f"trend{number}" for number in range(TAG_PAGES))

    def view_count(self, hashtag: str, _: datetime) -> int:
        """Return some total."""
        return 1_000_000 + len(hashtag)

    def video_count(self, hashtag: str, _: datetime) -> int:
        """Return some total."""
        return 1_000 + len(hashtag)

    def videos(self, hashtag: str) -> list[SampleVideo]:
        """Return a page of videos."""
        number = int(hashtag.removeprefix("trend"))
        made = datetime(2026, 1, 1, tzinfo=UTC)
        ids = (f"74{number:08d}{n:09d}" for n in range(30))
        return [SampleVideo(i, hashtag, made, 9_000, 800, 70, 6) for i in ids]


def _long_crawl() -> Table:
    with (
        tempfile.TemporaryDirectory() as folder,
        ServedMarket({"tiktok": tiktok_site(Tags())}) as site,  # type: ignore[arg-type]
    ):
        child = PROCESSES.Process(
            target=_crawl_tags, args=(site.urls["tiktok"], folder)
        )
        start = time.perf_counter()
        child.start()
        sizes = _watched(child.pid or 0, child.join)
        seconds = time.perf_counter() - start
    if child.exitcode:
        raise RuntimeError(f"the crawl ended with {child.exitcode}")
    warm = sizes[int(len(sizes) * WARM_SHARE) :]
    third = max(1, len(warm) // 3)
    table = Table("pages", "s", "MB early", "MB late", "growth", "most")
    table.title = "hashtag pages in one crawl: spider, browser and all it starts"
    early, late = statistics.median(warm[:third]), statistics.median(warm[-third:])
    figures = (early, late, late - early, max(warm))
    table.add_row(str(TAG_PAGES), f"{seconds:.0f}", *(f"{mb:.0f}" for mb in figures))
    return table


def _watched(pid: int, wait: Callable[[], Any]) -> list[float]:
    sizes: list[float] = []
    over = threading.Event()

    def watch() -> None:
        while not over.wait(SAMPLE_SECONDS):
            sizes.append(family_mb(pid))

    thread = threading.Thread(target=watch)
    thread.start()
    wait()
    over.set()
    thread.join()
    return sizes


def _crawl_tags(url: str, folder: str) -> None:
    settings = Settings(
        data_dir=Path(folder),
        tiktok_url=url,
        crawl_delay_seconds=0.0,
        crawl_timeout_seconds=3600,
    )
    database = open_database(settings)
    arguments = {"hashtag": ",".join(Tags.hashtags)}
    result = crawl(database, settings, "tiktok_tag", arguments)
    database.close()
    if (result["outcome"], result["pages"]) != ("ok", TAG_PAGES):
        raise RuntimeError(result["message"])
