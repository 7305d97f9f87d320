"""A small made-up market, imported and trained on once for all tests of this folder."""

import shutil
from contextlib import contextmanager
from datetime import date

import pytest

from ml.daily import open_workbench
from ml.refresh import refresh
from ml.training import train
from sample.export import write_export
from sample.world import Market
from store.database import open_database
from store.importing import import_folder
from store.settings import Settings
from tests.made_once import made_once

END_ON = date(2026, 11, 1)


@pytest.fixture(scope="session")
def market() -> Market:
    """A market of 8,000 orders."""
    return Market(order_count=8_000, day_count=240, end_on=END_ON)


@pytest.fixture(scope="session")
def imported(market, tmp_path_factory):
    """A database that holds the market's export; not to be written to."""
    made = _imported(market, tmp_path_factory, "market")
    with _copied(made, tmp_path_factory.mktemp("market")) as database:
        yield database


@pytest.fixture(scope="session")
def trained(market, tmp_path_factory):
    """The same with models, daily tables and cards."""

    def make(folder):
        made = _imported(market, tmp_path_factory, "market")
        with _copied(made, folder) as database:
            train(database, database.settings)
            refresh(database, database.settings)

    made = made_once(tmp_path_factory, "trained-market", make)
    with _copied(made, tmp_path_factory.mktemp("trained")) as database:
        yield database


@pytest.fixture(scope="session")
def small_shop(tmp_path_factory):
    """The data folder of a small market, imported, with its workbench."""
    small = Market(order_count=2_500, day_count=200, end_on=END_ON)
    return _imported(small, tmp_path_factory, "small-market") / "data"


def _imported(market, tmp_path_factory, name):
    def make(folder):
        write_export(market, folder / "export")
        database = open_database(Settings(data_dir=folder / "data"))
        import_folder(database, database.settings, folder / "export")
        with open_workbench(database):
            pass
        database.close()

    return made_once(tmp_path_factory, name, make)


@contextmanager
def _copied(made, folder):
    shutil.copytree(made, folder, dirs_exist_ok=True)
    database = open_database(Settings(data_dir=folder / "data", trained_on="sample"))
    yield database
    database.close()


@pytest.fixture
def trainable(small_shop, tmp_path):
    """A database of that market's to do with as one likes."""
    shutil.copytree(small_shop, tmp_path / "data", dirs_exist_ok=True)
    database = open_database(Settings(data_dir=tmp_path / "data"))
    yield database
    database.close()
