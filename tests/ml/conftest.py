"""The small shop, imported and trained on, for all tests of this folder."""

import shutil

import pytest

from sample.world import Market
from store.database import open_database
from store.settings import Settings
from tests.shops import imported_shop, market_of, shop_of_ones_own, trained_shop


@pytest.fixture(scope="session")
def market() -> Market:
    """What is true of that shop."""
    return market_of()


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """Its database, with models, daily tables and cards; to be left as it is."""
    folder = tmp_path_factory.mktemp("trained")
    with shop_of_ones_own(trained_shop(tmp_path_factory), folder) as database:
        yield database


@pytest.fixture
def trainable(tmp_path_factory, tmp_path):
    """One without models, to do with as one likes."""
    made = imported_shop(tmp_path_factory)
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    database = open_database(Settings(data_dir=tmp_path / "data"))
    yield database
    database.close()
