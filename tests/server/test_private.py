"""After a thousand look-ups of the real server nothing tells what was asked for."""

import json
import re
import secrets
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
import redis
from sqlmodel import select

from store.keys import card_keys
from store.tables import ALL, Lookup, Nudge, Product
from tests.running import end, running, until

# What is stored and logged is the same on either database.
pytestmark = [pytest.mark.slow, pytest.mark.any_database]
PREFIXES, DESCRIBED, BASKETS = 600, 300, 100


def unique(number: int) -> dict[str, str]:
    """Return a product that nobody else has."""
    word = secrets.token_hex(6)
    return {
        "title": f"Qz{word} lamp no {number}",
        "brand": f"Vx{word}",
        "url": f"https://shop{word}.example/p/{number}?id={word}",
        "gtin": "4006381333931",
    }


def rows_of(database) -> dict[str, set[str]]:
    with database.reading() as session:
        return {
            table.table_name(): {
                str(row.model_dump()) for row in session.exec(select(table)).all()
            }
            for table in ALL
        }


@pytest.fixture
def counted_in(redis_url):
    """A Redis database of this test's own, empty before and afterwards."""
    url = redis_url.rsplit("/", 1)[0] + "/11"
    with redis.Redis.from_url(url) as store:
        store.flushdb()
        yield url, store
        store.flushdb()


def ask(address: str, method: str, path: str, body: dict | None = None) -> int:
    connection = HTTPConnection(urlsplit(address).netloc, timeout=60)
    data = None if body is None else json.dumps(body)
    connection.request(method, path, data, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def requests(products: list[dict], known: list[str]) -> list[tuple]:
    prefixes = [secrets.token_hex(4) for _ in range(PREFIXES)]
    cards = [("GET", f"/v1/cards/{prefix}", None) for prefix in prefixes]
    described = [("POST", "/v1/risk", product) for product in products[:DESCRIBED]]
    basket = [{"title": title} for title in known]
    carts = [
        ("POST", "/v1/cart", {"items": [product, *basket]})
        for product in products[DESCRIBED:]
    ]
    return [*cards, *described, *carts]


@pytest.mark.redis
def test_logs_tables_metrics_and_redis_name_no_product(shop, tmp_path, counted_in):
    database, _ = shop
    url, store = counted_in
    log = tmp_path / "server.log"
    rules = tmp_path / "rules.toml"
    rules.write_text("[nudges]\ncart_risk_low = 0.0001\n")
    settings = database.settings.model_copy(
        update={
            "rules_file": rules,
            "log_level": "DEBUG",
            "redis_url": url,
            "limit_lookups": "100000/minute",
            "limit_questions": "100000/minute",
        }
    )
    products = [unique(number) for number in range(DESCRIBED + BASKETS)]
    with database.reading() as session:
        known = list(session.exec(select(Product.title).limit(3)).all())
    asked, before = requests(products, known), rows_of(database)
    with running(settings, log, "serve", "--port", "0") as process:
        listening = re.compile(rb"listening on (http://\S+)")
        address = until(lambda: listening.search(log.read_bytes()))[1].decode()
        until(lambda: _answers(address))
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda one: ask(address, *one), asked))
        assert set(found) == {200}
        assert ask(address, "POST", "/v1/risk", {"title": "!"}) == 422
        metrics = _metrics(address)
        keys = b"\n".join(store.keys()).decode()
        assert "LIMITS" in keys
        assert end(process) == 0

    new = {t: rows - before[t] for t, rows in rows_of(database).items()}
    assert {table for table, rows in new.items() if rows} == {"lookup", "nudge"}
    _only_counts(database)
    written = "\n".join([*new["lookup"], *new["nudge"], metrics, keys, log.read_text()])
    assert "Traceback" not in written
    named = [path.rsplit("/", 1)[-1] for _, path, body in asked if body is None]
    for product in products:
        named += [product["brand"], product["title"], product["url"]]
        named += card_keys(title=product["title"], brand=product["brand"])
        named += card_keys(url=product["url"])
    lower = written.lower()
    assert [s for s in named if s.lower() in lower] == []
    _no_file_names(settings.data_dir, products)


def _answers(address: str) -> bool:
    with suppress(OSError):
        return ask(address, "GET", "/health") == 200
    return False


def _metrics(address: str) -> str:
    connection = HTTPConnection(urlsplit(address).netloc, timeout=60)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    connection.close()
    assert f'route="/v1/cards/<prefix>",status="200"}} {PREFIXES}.0' in text
    return text


def _only_counts(database) -> None:
    """What was counted last is written before the server ends."""
    with database.reading() as session:
        lookups = session.exec(select(Lookup)).all()
        nudges = session.exec(select(Nudge)).all()
    assert len(lookups) == DESCRIBED
    assert {(row.ask_count, row.day_count) for row in lookups} == {(1, 1)}
    assert {row.kind for row in nudges} == {"cart_summary"}
    assert sum(row.shown_count for row in nudges) == BASKETS


def _no_file_names(folder, products) -> None:
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert files
    for file in files:
        held = file.read_bytes().lower()
        for product in products:
            word = product["brand"].lower().encode()
            assert word not in held, file
