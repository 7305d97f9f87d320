import stat

import pytest

from store.errors import SettingsError
from store.importing import import_folder
from store.privacy import Pseudonymiser, census_deciles, income_deciles
from tests.store.test_import import FILES, write


def test_a_pseudonym_depends_on_the_key(tmp_path):
    one = Pseudonymiser(tmp_path / "a" / "key")
    same = Pseudonymiser(tmp_path / "a" / "key")
    other = Pseudonymiser(tmp_path / "b" / "key")
    assert one.pseudonym("alice") == same.pseudonym("alice")
    assert one.pseudonym("alice") != other.pseudonym("alice")
    assert one.pseudonym("alice") != one.pseudonym("bob")
    mode = (tmp_path / "a" / "key").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


@pytest.mark.parametrize("content", ["", "not hex", "00ff"])
def test_a_damaged_key_is_never_replaced(tmp_path, content):
    (tmp_path / "key").write_text(content)
    with pytest.raises(SettingsError, match="backup"):
        Pseudonymiser(tmp_path / "key")
    assert (tmp_path / "key").read_text() == content


def test_no_raw_personal_value_is_stored(settings, tmp_path):
    from store.database import open_database

    database = open_database(settings)
    import_folder(database, settings, write(tmp_path / "in", **FILES))
    database.close()
    content = b"".join(
        path.read_bytes() for path in settings.data_dir.rglob("*") if path.is_file()
    )
    assert b"p1" in content
    assert b"alice" not in content
    assert b"94027" not in content


def test_deciles():
    deciles = income_deciles([f"{n:05d}" for n in range(1000)], list(range(1000)))
    assert deciles["00000"] == 1
    assert deciles["00550"] == 6
    assert deciles["00999"] == 10
    assert set(census_deciles().values()) == set(range(1, 11))
