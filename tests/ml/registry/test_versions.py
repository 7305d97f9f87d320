import pytest

from ml.registry.models import champion, load_model, models_folder
from ml.registry.roles import promote
from ml.registry.versions import all_models, challengers, champion_row
from store.errors import CorruptModelError, NoModelError
from tests.ml.small import registered, tiny_model


@pytest.fixture(scope="module")
def model():
    return tiny_model(rounds=5)


def test_what_is_registered_waits_as_a_challenger(database, model):
    version = registered(database, model)
    (row,) = all_models(database)
    assert (row.version, row.role, row.purpose) == (version, "challenger", "shopper")
    assert row.features == model.encoder.names
    assert champion_row(database, "shopper") is None
    assert [each.version for each in challengers(database, "shopper")] == [version]
    assert challengers(database, "checkout") == []
    with pytest.raises(NoModelError, match="trendguard train"):
        champion(database, database.settings, "shopper")


def test_two_of_one_second_do_not_take_each_others_place(database, model):
    versions = [registered(database, model) for _ in range(3)]
    assert versions == [versions[0], f"{versions[0]}-2", f"{versions[0]}-3"]
    for row in all_models(database):
        load_model(database.settings, row)


def test_a_champion_is_not_unseated_by_one_that_is_registered(database, model):
    first = registered(database, model)
    promote(database, database.settings, first, actor="cli", why="")
    registered(database, model)
    row, loaded = champion(database, database.settings, "shopper")
    assert row.version == first
    assert loaded.encoder == model.encoder


def test_the_newest_come_first(database, model):
    versions = [registered(database, model, hours=n) for n in (1, 3, 2)]
    expected = [versions[1], versions[2], versions[0]]
    assert [row.version for row in all_models(database)] == expected
    assert [row.version for row in challengers(database, "shopper")] == expected


def test_a_file_that_is_gone_is_said_to_be_so(database, model):
    version = registered(database, model)
    promote(database, database.settings, version, actor="cli", why="")
    (models_folder(database.settings) / f"{version}.json").unlink()
    with pytest.raises(CorruptModelError, match="can't be read"):
        champion(database, database.settings, "shopper")
