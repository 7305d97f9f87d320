import stat

import duckdb
import pytest

from store.duck import duck_session
from store.errors import SettingsError
from store.importing import import_folder
from store.importing.files import DECILE
from store.privacy import NORMAL_ZIP, Pseudonymiser, census_incomes
from tests.store.test_import import FILES, write


def test_a_pseudonym_depends_on_the_key(tmp_path):
    one = Pseudonymiser(tmp_path / "a" / "key", may_make=True)
    same = Pseudonymiser(tmp_path / "a" / "key", may_make=False)
    other = Pseudonymiser(tmp_path / "b" / "key", may_make=True)
    assert one.pseudonym("alice") == same.pseudonym("alice")
    assert one.pseudonym("alice") != other.pseudonym("alice")
    assert one.pseudonym("alice") != one.pseudonym("bob")
    mode = (tmp_path / "a" / "key").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_duckdb_makes_the_same_pseudonyms(tmp_path):
    key = Pseudonymiser(tmp_path / "key", may_make=True)
    persons = ["alice", "", "zoë@example.org", "x" * 200]
    with duckdb.connect() as duck:
        key.teach(duck)
        query = "SELECT pseudonym(p) FROM (SELECT unnest(?) AS p)"
        made = [row[0] for row in duck.execute(query, [persons]).fetchall()]
    assert made == [key.pseudonym(person) for person in persons]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("94027", "94027"),
        ("94027-1234", "94027"),
        ("2139", "02139"),
        (" 601\t", "00601"),
        ("SW1A 1AA", None),
        ("9402x", None),
        ("94", None),
        ("940271234", None),
        ("٩٤٠٢٧", None),
        ("", None),
    ],
)
def test_zip_codes_are_five_digits(written, meant):
    with duckdb.connect() as duck:
        duck.execute(NORMAL_ZIP)
        found = duck.execute("SELECT normal_zip(?)", [written]).fetchall()
    assert found == [(meant,)]


@pytest.mark.parametrize("content", ["", "not hex", "00ff"])
def test_a_damaged_key_is_never_replaced(tmp_path, content):
    (tmp_path / "key").write_text(content)
    with pytest.raises(SettingsError, match="backup"):
        Pseudonymiser(tmp_path / "key", may_make=True)
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


def test_a_lost_key_is_not_replaced_while_its_pseudonyms_are_stored(database, tmp_path):
    settings = database.settings
    folder = write(tmp_path / "in", **FILES)
    import_folder(database, settings, folder)
    key = settings.pseudonym_key_file
    kept = key.read_text()
    key.unlink()
    with pytest.raises(SettingsError, match="backup"):
        import_folder(database, settings, folder)
    assert not key.exists()
    key.write_text(kept)
    again = import_folder(database, settings, folder)
    assert again.files["orders"].unchanged == 3


def test_what_spills_lies_in_the_data_folder_and_is_gone_afterwards(settings):
    with duck_session(settings) as duck:
        (place,) = duck.execute("SELECT current_setting('temp_directory')").fetchone()
        assert place.startswith(str(settings.data_dir))
    assert list(settings.data_dir.iterdir()) == []


def test_the_census_has_every_tenth():
    incomes = census_incomes()
    assert incomes.num_rows > 25_000
    deciles = duckdb.sql(f"SELECT zip, {DECILE} AS d FROM incomes AS t").fetchall()
    assert {d for _, d in deciles} == set(range(1, 11))
    assert dict(deciles)["94027"] == 10
