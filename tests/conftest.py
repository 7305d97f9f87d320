"""Real parts for the tests: databases of both kinds, settings in an empty folder."""

import gc
import os
import socket
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest

from scrapers.browser import browser_launch_options
from store.database import Database
from store.errors import SettingsError
from store.settings import Settings, get_settings
from tests.made_once import copied, made_once

POSTGRES = "postgresql://postgres@127.0.0.1:5432/postgres"
REDIS = "redis://127.0.0.1:6379/9"
# A browser process for each site, for the screen and for suggestions in the address bar
# would take as long again.
LEAN = (
    "--disable-features=IsolateOrigins,site-per-process,"
    "HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,WebUIOmniboxPopup,WebUIOmniboxAimPopup",
    "--disable-site-isolation-trials",
    "--renderer-process-limit=1",
    "--in-process-gpu",
)
SHARED = Path(__file__).parents[2] / "shared"
# Test processes run side by side, and LightGBM's threads wait by spinning.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# How long an example takes says more of the machine than of the code.
hypothesis.settings.register_profile("trendguard", deadline=None)
hypothesis.settings.load_profile("trendguard")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return how many test processes there are: two more than cores, for many tests
    wait, for browsers, databases and child processes.
    """
    return (os.cpu_count() or 1) + 2


def pytest_collection_finish() -> None:
    """Leave what is imported by now out of the collector's every round."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    """Let it all be collected at the end, or libraries complain of leaks."""
    gc.unfreeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files of slow tests, so that no process is left alone with one;
    what hangs on no database runs on SQLite alone.
    """
    items[:] = [
        item
        for item in items
        if not (
            item.get_closest_marker("any_database")
            and item.get_closest_marker("postgres")
        )
    ]
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def listens(port: int) -> bool:
    """Tell whether anything answers on a port of this machine."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch):
    for name in os.environ:
        if name.startswith("TRENDGUARD_"):
            monkeypatch.delenv(name)
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.fixture
def settings(tmp_path) -> Settings:
    """Settings whose data folder is new and empty."""
    return Settings(data_dir=tmp_path / "data")


@contextmanager
def new_postgres():
    """Yield the URL of a new, empty PostgreSQL database; it is dropped afterwards."""
    if not listens(5432):
        pytest.skip("no PostgreSQL on 127.0.0.1:5432")
    name = f"trendguard_{uuid.uuid4().hex}"
    with psycopg.connect(POSTGRES, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        # Not to wait for the disk: what is lost with the machine are tests.
        server.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
        yield POSTGRES.rsplit("/", 1)[0] + f"/{name}"
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgres_url():
    """A new, empty PostgreSQL database; dropped afterwards."""
    with new_postgres() as url:
        yield url


@pytest.fixture
def redis_url() -> str:
    """A Redis database of the tests' own."""
    if not listens(6379):
        pytest.skip("no Redis on 127.0.0.1:6379")
    return REDIS


@pytest.fixture(scope="session")
def _migrated(tmp_path_factory) -> Path:
    """A data folder with an empty, migrated SQLite database, to be copied."""
    return made_once(tmp_path_factory, "migrated", _migrate)


def _migrate(folder: Path) -> None:
    database = Database(Settings(data_dir=folder))
    database.upgrade()
    database.close()


@pytest.fixture(scope="session")
def _own_postgres(tmp_path_factory):
    """The URL of this test process's PostgreSQL database: to make and migrate one takes
    long.
    """
    with new_postgres() as url:
        folder = tmp_path_factory.mktemp("postgres")
        database = Database(Settings(data_dir=folder, database_url=url))
        database.upgrade()
        database.close()
        yield url


@pytest.fixture
def on_sqlite(_migrated, tmp_path):
    """An empty, migrated SQLite database."""
    with copied(_migrated, tmp_path / "data") as database:
        yield database


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request, tmp_path):
    """An empty, migrated database: each test runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("on_sqlite")
        return
    url = request.getfixturevalue("_own_postgres")
    database = Database(Settings(data_dir=tmp_path / "data", database_url=url))
    yield database
    database.close()
    empty(url)


def empty(url: str) -> None:
    """Remove every row of a PostgreSQL database; numbers begin anew.

    Connections that a test has left open are ended, and waited for: they might hold a
    lock, or be about to commit.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        names = connection.execute(
            "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' "
            "AND tablename <> 'alembic_version'"
        ).fetchall()
        # Of few rows that is quicker than TRUNCATE, which makes files; in any order.
        statements = ["SET session_replication_role = replica"]
        statements += [f"DELETE FROM {name}" for (name,) in names]
        statements += ["SELECT setval(seqrelid::regclass, 1, false) FROM pg_sequence"]
        connection.execute("; ".join(statements))


@pytest.fixture(scope="session")
def launch_options() -> dict[str, Any]:
    """How Playwright starts this machine's Chromium; without one, the test skips."""
    try:
        options = browser_launch_options(Settings())
    except SettingsError as error:
        pytest.skip(str(error))
    return options | {"args": [*options["args"], *LEAN]}


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real captures and data beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip("no ../shared beside this checkout")
    return SHARED
