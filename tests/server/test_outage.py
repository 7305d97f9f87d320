"""The database goes away and comes back: what is answered meanwhile, and after."""

import pytest

import jobs
from sample.own_postgres import own_postgres, programs
from server.run import free_port
from store.buckets import build_buckets
from store.database import Database
from store.settings import Settings
from store.tables import CrawlRun
from tests.running import counting_shop, forked, until
from tests.server.conftest import ask, key_of, model_version, risk_cards

pytestmark = [pytest.mark.slow, pytest.mark.postgres]


@pytest.fixture(scope="module")
def postgres():
    if programs() is None:
        pytest.skip("no PostgreSQL programs here to start a server with")
    with own_postgres(free_port("127.0.0.1")) as server:
        yield server


@pytest.fixture
def database(postgres, tmp_path):
    chosen = Settings(data_dir=tmp_path / "data", database_url=postgres.url)
    found = Database(chosen)
    found.upgrade()
    with found.writing() as session:
        session.add_all([model_version(), *risk_cards(40)])
        session.flush()
        build_buckets(session, chosen.bucket_cards)
    yield found
    found.downgrade()
    found.close()


@pytest.mark.parametrize("how", ["fast", "immediate"])
def test_the_server_says_so_and_recovers(postgres, serving, how):
    url, _ = serving
    looked_up = f"{url}/v1/cards/{key_of(1)[:2]}"
    status, before = ask(looked_up)
    assert (status, key_of(1) in str(before)) == (200, True)
    postgres.stop(how)
    try:
        status, body = ask(f"{url}/ready")
        assert (status, body["database"]) == (503, False)
        status, body = ask(f"{url}/v1/trends/cup")
        assert (status, body["title"]) == (503, "The database is away")
        assert ask(f"{url}/health")[0] == 200
    finally:
        postgres.start()
    until(lambda: ask(f"{url}/ready")[0] == 200)
    # Both workers, and every connection of their pools.
    assert [ask(looked_up) for _ in range(40)] == [(200, before)] * 40


def test_a_worker_takes_up_its_work_again(postgres, database, tmp_path):
    with counting_shop() as shop:
        chosen = database.settings.model_copy(
            update={"ebay_url": shop.url, "crawl_delay_seconds": 0.0001}
        )
        with forked(chosen, tmp_path / "worker.log", "worker"):
            for turn in range(2):
                run = jobs.request_crawl(
                    database,
                    chosen,
                    "ebay_search",
                    {"query": f"cup {turn}"},
                    asked_by="admin",
                    request_key=f"cup {turn}",
                )
                until(lambda key=run.run_id: _is_done(database, key))
                postgres.stop()
                postgres.start()
    assert shop.queries == {"cup 0": 1, "cup 1": 1}


def _is_done(database: Database, run_id: str) -> bool:
    with database.reading() as session:
        return session.get_one(CrawlRun, run_id).state == "done"
