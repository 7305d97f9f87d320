"""The server as it runs: granian with two workers, on both databases."""

import json
import os
import re
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from store.tables import CrawlRun
from tests.running import children_of, counting_shop, end, running, until
from tests.server.conftest import TOKEN, key_of, risk_cards

pytestmark = pytest.mark.slow
CARDS = 300


def ask(url: str, body: dict | None = None, timeout: float = 10):
    """Return status and JSON of an answer; a problem is an answer too."""
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    try:
        with urlopen(Request(url, data, headers), timeout=timeout) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        with error:
            return error.code, json.load(error)


@pytest.fixture
def log(tmp_path):
    return tmp_path / "server.log"


@pytest.fixture
def serving(settings, log):
    """A server with two workers; its address and process."""
    chosen = settings.model_copy(update={"cors_origins": (), "log_level": "DEBUG"})
    with running(chosen, log, "serve", "--port", "0") as process:
        found = until(
            lambda: re.search(rb"listening on (http://\S+)", log.read_bytes())
        )
        url = found[1].decode()
        until(lambda: _answers(url))
        yield url, process


def _answers(url: str, timeout: float = 10) -> bool:
    try:
        return ask(f"{url}/health", timeout=timeout)[0] == 200
    except OSError:
        return False


def test_two_workers_answer_at_once_and_say_nothing(stored, serving, log):
    url, process = serving
    stored(*risk_cards(CARDS))
    prefixes = [key_of(n % CARDS)[:6] for n in range(400)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda p: ask(f"{url}/v1/cards/{p}"), prefixes))
    for prefix, (status, body) in zip(prefixes, answers, strict=True):
        assert status == 200
        assert [card["key"][:6] for card in body["cards"]] == [prefix]
    with urlopen(f"{url}/metrics") as metrics:
        text = metrics.read().decode()
    # Whichever worker is asked, it knows of all requests.
    assert re.search(r'route="/v1/cards/<prefix>",status="200"} 400\.0', text)
    assert end(process) == 0
    written = log.read_text() + text
    assert not [prefix for prefix in prefixes if prefix in written]
    assert "Traceback" not in written


def test_a_worker_that_is_killed_is_replaced(serving):
    url, process = serving
    workers = _workers_of(process.pid)
    assert len(workers) == 2
    killed, other = sorted(workers)
    os.kill(killed, signal.SIGKILL)
    until(lambda: len(_workers_of(process.pid) - workers) == 1)
    # With the other one held still, only the new one can answer.
    os.kill(other, signal.SIGSTOP)
    until(lambda: _answers(url, timeout=0.5))
    os.kill(other, signal.SIGCONT)
    until(lambda: all(_answers(url) for _ in range(10)))
    assert end(process, signal.SIGINT) == 0


def _workers_of(pid: int) -> set[int]:
    commands = {
        child: Path(f"/proc/{child}/cmdline").read_text() for child in children_of(pid)
    }
    return {c for c, command in commands.items() if "resource_tracker" not in command}


def test_a_crawl_that_an_admin_asked_for_is_carried_out(
    settings, database, serving, tmp_path
):
    url, _ = serving
    with counting_shop() as shop:
        chosen = settings.model_copy(
            update={
                "cors_origins": (),
                "ebay_url": shop.url,
                "crawl_delay_seconds": 0.0001,
                "log_level": "WARNING",
            }
        )
        crawl = {"spider": "ebay_search", "arguments": {"query": "cup"}}
        status, run = ask(f"{url}/v1/admin/crawls", crawl)
        assert (status, run["state"]) == (202, "queued")
        assert ask(f"{url}/v1/admin/crawls", crawl)[1]["run_id"] == run["run_id"]
        with running(chosen, tmp_path / "worker.log", "worker"):
            found = until(lambda: _done(f"{url}/v1/admin/crawls/{run['run_id']}"))
    assert shop.queries == {"cup": 1}
    assert found["outcome"] == "changed"
    assert found["message"]
    with database.reading() as session:
        row = session.get_one(CrawlRun, run["run_id"])
    assert row.finished_at >= row.started_at >= row.queued_at


def _done(url: str):
    run = ask(url)[1]
    return run if run["state"] == "done" else None
