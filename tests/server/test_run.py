"""The server as it runs: granian with two workers, on both databases."""

import os
import re
import signal
from concurrent.futures import ThreadPoolExecutor
from urllib.request import urlopen

import pytest

from sample.processes import workers_of
from store.tables import CrawlRun
from tests.running import counting_shop, end, forked, until
from tests.server.conftest import answers, ask, key_of, risk_cards, telling

pytestmark = pytest.mark.slow
CARDS = 300


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
    assert not [prefix for prefix in telling(prefixes) if prefix in written]
    assert "Traceback" not in written


@pytest.mark.any_database
def test_a_worker_that_is_killed_is_replaced(serving):
    url, process = serving
    workers = workers_of(process.pid)
    assert len(workers) == 2
    killed, other = sorted(workers)
    os.kill(killed, signal.SIGKILL)
    until(lambda: len(workers_of(process.pid) - workers) == 1)
    # With the other one held still, only the new one can answer.
    os.kill(other, signal.SIGSTOP)
    until(lambda: answers(url, timeout=0.5))
    os.kill(other, signal.SIGCONT)
    until(lambda: all(answers(url) for _ in range(10)))
    assert end(process, signal.SIGINT) == 0


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
        with forked(chosen, tmp_path / "worker.log", "worker"):
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
