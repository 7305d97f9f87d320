import multiprocessing
import os
import signal
import stat

import duckdb
import pytest

from ml.daily import open_workbench
from store import key_file
from store.consent import consented, excluded
from store.database import Database, open_database
from store.errors import MissingError, SettingsError
from store.importing import import_folder
from store.key_file import next_file, read_keys
from store.people import rotation
from store.people.forgetting import forget
from store.people.rotation import rotate, settle
from store.people.subject import subject, write_subject
from store.privacy import Pseudonymiser
from tests.store.people.test_forgetting import bytes_of
from tests.store.people.world import ANNA, BERT, export, fill, key


def test_everybody_stays_who_they_are_under_a_new_key(database, tmp_path):
    fill(database, tmp_path / "export")
    old = key(database).pseudonym(ANNA)
    before = subject(database, database.settings, ANNA)["tables"]
    assert rotate(database, database.settings)["order"] == 5
    assert rotate(database, database.settings)["keys"] == 3
    new = key(database)
    assert new.pseudonyms(ANNA)[0] == old != new.pseudonym(ANNA)
    assert new.pseudonym(ANNA) in new.successors(old)
    after = subject(database, database.settings, ANNA)["tables"]
    assert {name: len(table["rows"]) for name, table in before.items()} == {
        name: len(table["rows"]) for name, table in after.items()
    }
    report = import_folder(database, database.settings, export(tmp_path / "again"))
    assert report.files["orders"].unchanged == 5
    with database.reading() as session:
        people = {new.pseudonym(ANNA), new.pseudonym(BERT)}
        assert consented(session, "email") == excluded(session, "sms") == people
    mode = database.settings.pseudonym_key_file.stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_the_old_pseudonyms_are_gone_from_every_page(settings, tmp_path):
    database = open_database(settings)
    import_folder(database, settings, export(tmp_path / "export"))
    with open_workbench(database):
        pass
    old = [key(database).pseudonym(person).encode() for person in (ANNA, BERT)]
    held = bytes_of(settings.data_dir).values()
    assert all(any(name in content for content in held) for name in old)
    rotate(database, settings)
    held = bytes_of(settings.data_dir).values()
    assert not any(name in content for content in held for name in old)
    with open_workbench(database) as duck:
        query = 'SELECT DISTINCT customer_pseudonym FROM "order"'
        found = {row[0] for row in duck.sql(query).fetchall()}
    assert found == {key(database).pseudonym(person) for person in (ANNA, BERT)}
    database.close()


def test_who_was_forgotten_stays_forgotten_under_a_new_key(database, tmp_path):
    fill(database, tmp_path / "export")
    settings = database.settings
    told = subject(database, settings, BERT)
    write_subject(settings, BERT, told, settings.data_dir / "bert.json")
    forget(database, settings, ANNA)
    rotate(database, settings)
    report = import_folder(database, settings, export(tmp_path / "again")).files
    assert (report["orders"].forgotten, report["returns"].forgotten) == (3, 1)
    with pytest.raises(MissingError, match="forgotten on"):
        subject(database, settings, ANNA)
    assert forget(database, settings, BERT)["files"] == {"subject": 1}


def test_duckdb_makes_the_pseudonyms_and_marks_of_a_chain(settings, tmp_path):
    database = open_database(settings)
    import_folder(database, settings, export(tmp_path / "export"))
    for _ in range(2):
        rotate(database, settings)
    made, people = key(database), [ANNA, BERT, "zoë"]
    with duckdb.connect() as duck:
        made.teach(duck)
        query = "SELECT pseudonym(p), person_mark(p) FROM (SELECT unnest(?) AS p)"
        found = duck.execute(query, [people]).fetchall()
    assert found == [(made.pseudonym(p), made.mark(p)) for p in people]
    assert made.marks(ANNA)[-1] == made.mark(ANNA)
    assert made.mark(ANNA) not in made.pseudonyms(ANNA)
    database.close()


def _rotate_until(settings, module, step, before):
    def killed(*arguments):
        if not before:
            made(*arguments)
        os.kill(os.getpid(), signal.SIGKILL)

    made = getattr(module, step)
    setattr(module, step, killed)
    rotate(Database(settings), settings)


@pytest.mark.parametrize(
    ("killed_at", "keys"),
    [
        ((key_file, "_sync", True), 1),
        ((rotation, "write_next", False), 1),
        ((rotation, "_rewrite", False), 1),
        ((rotation, "take_next", True), 2),
        ((rotation, "take_next", False), 2),
        ((rotation, "drop", False), 2),
        ((rotation, "clear_pages", True), 2),
    ],
)
def test_a_rotation_that_was_killed_leaves_a_working_pair(
    database, tmp_path, killed_at, keys
):
    settings = database.settings
    import_folder(database, settings, export(tmp_path / "export"))
    child = multiprocessing.get_context("fork").Process(
        target=_rotate_until, args=(settings, *killed_at)
    )
    child.start()
    child.join(timeout=60)
    assert child.exitcode == -signal.SIGKILL
    if next_file(settings.pseudonym_key_file).exists():
        with pytest.raises(SettingsError, match="was broken off"):
            Pseudonymiser(settings.pseudonym_key_file, may_make=False)
    open_database(settings).close()
    assert not settle(database)
    assert len(read_keys(settings.pseudonym_key_file)) == keys
    assert len(subject(database, settings, ANNA)["tables"]["order"]["rows"]) == 3
    report = import_folder(database, settings, export(tmp_path / "again"))
    assert report.files["orders"].unchanged == 5
    assert rotate(database, settings)["keys"] == keys + 1


def test_a_rotation_that_fails_is_taken_back(settings, tmp_path, monkeypatch):
    database = open_database(settings)
    import_folder(database, settings, export(tmp_path / "export"))

    def failing(*_):
        raise RuntimeError

    monkeypatch.setattr(rotation, "_rewrite", failing)
    with pytest.raises(RuntimeError):
        rotate(database, settings)
    assert not next_file(settings.pseudonym_key_file).exists()
    assert len(key(database).pseudonyms(ANNA)) == 1
    database.close()
