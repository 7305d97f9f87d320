"""Real parts for the tests: databases of both kinds, settings in an empty folder."""

import os
import socket
import uuid
from pathlib import Path

import psycopg
import pytest

from store.database import Database
from store.settings import Settings, get_settings

POSTGRES = "postgresql://postgres@127.0.0.1:5432/postgres"
REDIS = "redis://127.0.0.1:6379/9"
SHARED = Path(__file__).parents[2] / "shared"
# Test processes run side by side, and LightGBM's threads wait by spinning.
os.environ.setdefault("OMP_NUM_THREADS", "1")


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


@pytest.fixture
def postgres_url():
    """A new, empty PostgreSQL database; dropped afterwards."""
    if not listens(5432):
        pytest.skip("no PostgreSQL on 127.0.0.1:5432")
    name = f"trendguard_{uuid.uuid4().hex}"
    with psycopg.connect(POSTGRES, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        yield POSTGRES.rsplit("/", 1)[0] + f"/{name}"
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def redis_url() -> str:
    """A Redis database of the tests' own."""
    if not listens(6379):
        pytest.skip("no Redis on 127.0.0.1:6379")
    return REDIS


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request, tmp_path):
    """An empty, migrated database: each test runs on SQLite and on PostgreSQL."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    database = Database(Settings(data_dir=tmp_path / "data", database_url=url))
    database.upgrade()
    yield database
    database.close()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real captures and data beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip("no ../shared beside this checkout")
    return SHARED
