"""The server beside a Flask app that only says "ok", on the same granian, in turns.

How many requests a second, how long half and all but a hundredth of them take, and the
memory of a worker; with 10,000 and with 1,000,000 cards.
"""

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count as from_number
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import numpy as np
import pyarrow as pa
from rich.console import Console
from rich.table import Table
from sqlmodel import select

from bench.load import CONNECTIONS, Load, send
from ml.refresh import refresh
from ml.training import train
from sample.export import write_export
from sample.processes import running, until, workers_of
from sample.world import Market
from server.run import free_port
from store.buckets import DIGITS, build_buckets
from store.bulk import insert_rows, sql_table
from store.clock import utc_now
from store.database import Database, open_database
from store.importing import import_folder
from store.settings import Settings
from store.tables import RiskCard

ORDERS = 50_000
CARDS = (10_000, 1_000_000)
ROUNDS = 3
SECONDS = 5
BATCH_CARDS = 20_000
POPULAR_TITLES = 10_000
DRAWN = 100_000
NO_LIMIT = "999999999/minute"


@dataclass(frozen=True)
class Target:
    """What load is put on.

    Attributes
    ----------
    name : str
        In the table.
    url : str
        Of the server.
    method : str
        ``GET`` or ``POST``.
    lines : Path
        Paths or bodies, one a line.
    """

    name: str
    url: str
    method: str
    lines: Path


def run(card_counts: tuple[int, ...] = CARDS) -> Table:
    """Return a table of requests a second, times and memory."""
    table = Table(
        "what",
        "requests/s",
        "of bare Flask",
        "p50",
        "p99",
        "KB an answer",
        title=f"Two workers, {CONNECTIONS} connections, medians of {ROUNDS} rounds",
    )
    with TemporaryDirectory(ignore_cleanup_errors=True) as name:
        settings = Settings(
            data_dir=Path(name) / "data",
            trained_on="sample",
            # Counted as ever, and never reached.
            limit_lookups=NO_LIMIT,
            limit_questions=NO_LIMIT,
        )
        database = open_database(settings)
        market = sample_market(database, Path(name))
        for cards in card_counts:
            length = fill(database, cards)
            table.add_section()
            table.add_row(f"[bold]{cards:,} cards, prefixes of {length}")
            measure(table, settings, market, length, Path(name))
        database.close()
    return table


def sample_market(database: Database, folder: Path) -> Market:
    """Import a made-up market, train on it and make its cards."""
    market = Market(order_count=ORDERS, end_on=utc_now().date())
    write_export(market, folder / "export")
    import_folder(database, database.settings, folder / "export")
    train(database, database.settings)
    refresh(database, database.settings)
    return market


def fill(database: Database, count: int) -> int:
    """Put made-up cards beside the real ones, up to so many; return digits to send."""
    with database.writing() as session:
        real = session.exec(select(RiskCard)).all()
        payloads = [card.payload for card in real if card.payload["risk"] is not None]
        for start in range(len(real), count, BATCH_CARDS):
            numbers = range(start, min(start + BATCH_CARDS, count))
            rows = [_card(n, payloads[n % len(payloads)]) for n in numbers]
            insert_rows(session, sql_table(RiskCard), pa.Table.from_pylist(rows))
        made = build_buckets(session, database.settings.bucket_cards)
        return made.prefix_length


def measure(
    table: Table, settings: Settings, market: Market, length: int, folder: Path
) -> None:
    """Add the rows of one size of catalogue."""
    with ExitStack() as stack:
        bare = stack.enter_context(_bare())
        url, pid = stack.enter_context(_serving(settings))
        files = lines_of(market, length, folder)
        bytes_asked = _bytes_asked(url, length, folder)
        targets = [
            Target('bare Flask, "ok"', bare, "GET", files.pop("bare")),
            Target("bare Flask, as many bytes", bare, "GET", bytes_asked),
            *(Target(name, url, name.split()[0], f) for name, f in files.items()),
        ]
        loads = interleaved(targets)
        memory = [_memory_mb(worker) for worker in workers_of(pid)]
    peer = median(load.rate for load in loads[targets[0].name])
    for name, found in loads.items():
        table.add_row(name, *_shown(found, peer))
    rss, pss = (max(each) for each in zip(*memory, strict=True))
    table.add_row(
        f"memory of a worker: {rss:,.0f} MB resident, {pss:,.0f} MB its own share"
    )


def interleaved(targets: list[Target]) -> dict[str, list[Load]]:
    """Put load on each in turn, so many rounds."""
    loads: dict[str, list[Load]] = {target.name: [] for target in targets}
    first = from_number(0, 10_000_000)

    def put_on(target: Target, seconds: int) -> Load:
        return send(target.url, target.method, target.lines, seconds, next(first))

    for target in targets:
        # Until it answers: a worker loads what it needs when it is first asked.
        until(lambda: put_on(target, 1).requests)  # noqa: B023
    for _ in range(ROUNDS):
        for target in targets:
            load = put_on(target, SECONDS)
            if load.errors:
                sys.exit(f"{target.name}: {load.errors} requests failed")
            loads[target.name].append(load)
    return loads


def lines_of(market: Market, length: int, folder: Path) -> dict[str, Path]:
    """Write what is asked; return a file for each kind of question."""
    rng = np.random.default_rng(11)
    prefixes = rng.choice(list(DIGITS), (DRAWN, length))
    bodies = [json.dumps(_body(n, market, rng)) for n in range(DRAWN)]
    popular = 1 / np.arange(1, POPULAR_TITLES + 1)
    drawn = rng.choice(POPULAR_TITLES, DRAWN, p=popular / popular.sum())
    asked = {
        "bare": ["/"],
        "GET /v1/cards, any bucket": [f"/v1/cards/{''.join(p)}" for p in prefixes],
        "POST /v1/risk, never the same": bodies,
        f"POST /v1/risk, {POPULAR_TITLES:,} by Zipf": [
            bodies[n].replace("%d", "7") for n in drawn
        ],
    }
    files = {name: folder / f"{n}.txt" for n, name in enumerate(asked)}
    for name, lines in asked.items():
        files[name].write_text("\n".join(lines) + "\n", encoding="utf-8")
    return files


def _bytes_asked(url: str, length: int, folder: Path) -> Path:
    """Write a path that asks the bare app for as many bytes as a bucket has."""
    address = f"{url}/v1/cards/{'0' * length}"
    asked = Request(address, headers={"Accept-Encoding": "gzip"})  # noqa: S310
    with urlopen(asked) as answer:  # noqa: S310 - our own
        count = len(answer.read())
    file = folder / "bytes.txt"
    file.write_text(f"/{count}\n", encoding="utf-8")
    return file


def _body(number: int, market: Market, rng: np.random.Generator) -> dict[str, Any]:
    """Return a product of another maker, half of them with a name like one here."""
    product = market.products[int(rng.integers(len(market.products)))]
    name = product.title.removeprefix(product.brand).split(" No.")[0].strip()
    if number % 2:
        name = name[::-1]
    price = round(float(rng.lognormal(3.5, 0.7)), 2)
    title = f"Maker {number} {name} %d"
    return {
        "title": title,
        "price": str(price),
        "currency": "USD",
        "category": product.category,
    }


def _card(number: int, payload: dict[str, Any]) -> dict[str, Any]:
    """Return a real card under another key."""
    key = hashlib.sha256(str(number).encode()).hexdigest()
    now = utc_now()
    return {
        "key": key,
        "product_id": f"made-up-{number}",
        "payload": json.dumps(payload | {"key": key}),
        "computed_at": now,
        "expires_at": now,
    }


@contextmanager
def _serving(settings: Settings) -> Iterator[tuple[str, int]]:
    with running(settings, "serve", "--port", "0") as process:
        log = settings.data_dir / "logs" / "serve.log"
        found = until(lambda: re.search(r"listening on (http://\S+)", log.read_text()))
        until(lambda: _answers(f"{found[1]}/ready"))
        yield found[1], process.pid


@contextmanager
def _bare() -> Iterator[str]:
    port = free_port("127.0.0.1")
    process = subprocess.Popen([sys.executable, "-m", "bench.bare", str(port)])
    try:
        until(lambda: _answers(f"http://127.0.0.1:{port}/"))
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=5) as answer:  # noqa: S310 - our own
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def _memory_mb(pid: int) -> tuple[float, float]:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    rss, pss = (re.search(rf"(?m)^{n}:\s+(\d+) kB", text) for n in ("Rss", "Pss"))
    assert rss
    assert pss
    return int(rss[1]) / 1024, int(pss[1]) / 1024


def _shown(found: list[Load], peer: float) -> tuple[str, ...]:
    rate = median(load.rate for load in found)
    return (
        f"{rate:,.0f}",
        f"{rate / peer:.2f}",
        f"{median(load.p50_ms for load in found):.1f} ms",
        f"{median(load.p99_ms for load in found):.1f} ms",
        f"{median(load.bytes / load.requests for load in found) / 1e3:,.1f}",
    )


if __name__ == "__main__":
    Console().print(run())
