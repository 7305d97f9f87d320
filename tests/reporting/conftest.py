"""A small trained shop whose figures are looked at."""

import pytest

from reporting.figures.filters import read_span
from tests.shops import shop_of_ones_own, trained_shop


@pytest.fixture(scope="session")
def shop(tmp_path_factory):
    """Its database."""
    made = trained_shop(tmp_path_factory)
    with shop_of_ones_own(made, tmp_path_factory.mktemp("reported")) as database:
        yield database


@pytest.fixture(scope="session")
def span(shop):
    """The days there are."""
    with shop.reading() as session:
        return read_span(session)
