import json
import multiprocessing
import os
import signal
import threading
from pathlib import Path

import pytest
from sqlalchemy import JSON, Text, inspect, text

from ml.daily import open_workbench, store_daily
from ml.dataset_file import write_dataset
from store.bulk import sql_table
from store.database import Database, open_database
from store.errors import DatabaseError
from store.importing import import_folder
from store.people import forgetting, pages
from store.people.columns import MENTIONS, PERSON_COLUMNS
from store.people.exports import note_export
from store.people.forgetting import forget
from store.people.subject import subject, write_subject
from store.settings import Settings
from store.tables import ALL, Forgotten, Order
from store.turns import PEOPLE, wait_for_turn
from tests import made_once
from tests.store.people.world import ANNA, BERT, ORDERS, export, fill, key
from tests.store.test_import import count

pytestmark = pytest.mark.slow
ROWS = {
    "delivery": 1,
    "listing_draft": 1,
    "prediction": 3,
    "intervention": 1,
    "assignment": 1,
    "opt_out": 1,
    "consent": 1,
    "return": 1,
    "order": 3,
}
STEPS = (
    "_leave_out",
    "take_out",
    "_delete_rows",
    "blot_out_lines",
    "remove_spilled",
    "drop",
    "clear_pages",
    "files_naming",
)


def everything(database) -> str:
    """Return every column of every row of every table, as text."""
    found = []
    with database.reading() as session:
        for table in inspect(session.connection()).get_table_names():
            for row in session.execute(text(f'SELECT * FROM "{table}"')):
                found.append(f"{table}: {tuple(map(str, row))}")
    return "\n".join(found)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {
        str(f.relative_to(folder)): f.read_bytes()
        for f in folder.rglob("*")
        if f.is_file()
    }


def names_of(database, person) -> list[str]:
    return [key(database).pseudonym(person), person, *ORDERS[person]]


def linked_ids(file: Path) -> set[str]:
    from pyarrow import parquet

    return set(parquet.read_table(file)["order_id"].to_pylist())


def fill_files(database, folder) -> Path:
    """Let every kind of file come to be, with both people in it; return the logs."""
    data = database.settings.data_dir
    with open_workbench(database) as duck:
        store_daily(duck, database)
    write_dataset(database, database.settings, data / "linked.parquet")
    write_dataset(database, database.settings, folder / "elsewhere.parquet")
    for person in (ANNA, BERT):
        told = subject(database, database.settings, person)
        write_subject(database.settings, person, told, data / f"{person}.json")
    (data / "logs").mkdir()
    log = data / "logs" / "serve.log"
    lines = [
        f"INFO order {name} failed" for p in ORDERS for name in names_of(database, p)
    ]
    log.write_text("\n".join(["INFO begun", *lines, "INFO ended", ""]))
    (data / "spill-x1").mkdir()
    (data / "spill-x1" / "block").write_text(f"{ANNA} {BERT}")
    (data / "rejects").mkdir(exist_ok=True)
    (data / "rejects" / "orders.csv").write_text(f"line,reason\n2,{ANNA}\n3,x\n")
    return log


@pytest.fixture
def shop(database, tmp_path):
    """A shop on either database."""
    fill(database, tmp_path / "export")
    fill_files(database, tmp_path)
    return database


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Path:
    """The data folder of such a shop, to be copied."""
    folder = tmp_path_factory.mktemp("template")
    database = open_database(Settings(data_dir=folder / "data"))
    fill(database, folder / "export")
    fill_files(database, folder)
    database.close()
    return folder / "data"


@pytest.fixture
def copied(template, tmp_path):
    """A shop on SQLite."""
    with made_once.copied(template, tmp_path / "data") as database:
        yield database


def test_a_forgotten_person_is_in_no_table_and_no_file(shop, tmp_path):
    data = shop.settings.data_dir
    anna, bert = names_of(shop, ANNA), names_of(shop, BERT)
    with shop.writing() as session:  # deleted, yet on a free page
        session.execute(
            text("DELETE FROM prediction WHERE order_id = :id"), {"id": anna[-1]}
        )
    before, tables_before = bytes_of(data), everything(shop)
    for name in (*anna, *bert):
        assert any(name.encode() in content for content in before.values()), name
        assert name in tables_before or "@" in name or "bert-" in name

    certificate = forget(shop, shop.settings, ANNA)

    after, tables_after = bytes_of(data), everything(shop)
    told = json.dumps(certificate, default=str)
    for name in anna:
        assert name not in tables_after
        assert [f for f, content in after.items() if name.encode() in content] == []
        assert name not in told
    for name in bert[:1] + bert[2:]:
        assert name in tables_after
    assert linked_ids(data / "linked.parquet") == set(ORDERS[BERT])
    assert linked_ids(tmp_path / "elsewhere.parquet") == set(ORDERS[BERT])
    assert not (data / f"{ANNA}.json").exists()
    assert (data / f"{BERT}.json").exists()
    assert not (data / "workbench.duckdb").exists()
    assert not (data / "spill-x1").exists()


def test_what_it_says_is_what_it_did(copied):
    log = copied.settings.data_dir / "logs" / "serve.log"
    size = log.stat().st_size
    certificate = forget(copied, copied.settings, ANNA)
    assert certificate["rows"] == ROWS
    assert certificate["words"] == {"audit_event": 2, "job_run": 1, "crawl_run": 1}
    files = {Path(name).name: rows for name, rows in certificate["files"].items()}
    assert files["subject"] == 1
    assert files["linked.parquet"] == 3
    assert certificate["log_lines"] == {"logs/serve.log": 5, "rejects/orders.csv": 1}
    assert certificate["remains"]["files_that_name_the_person"] == []
    (model,) = certificate["remains"]["models"]
    assert (model["version"][-8:], model["learned_from_rows"]) == ("checkout", 2)
    assert log.stat().st_size == size
    lines = log.read_text().splitlines()
    assert (lines[0], lines[-1]) == ("INFO begun", "INFO ended")
    with copied.reading() as session:
        found = session.execute(
            text("SELECT action, subject FROM audit_event ORDER BY event_id DESC")
        ).fetchmany(2)
    assert found == [
        ("person.forgotten", certificate["certificate_id"]),
        ("person.forget", certificate["certificate_id"]),
    ]


def _forget_until(settings, step):
    def killed(*arguments):
        made(*arguments)
        os.kill(os.getpid(), signal.SIGKILL)

    made = getattr(forgetting, step)
    setattr(forgetting, step, killed)
    forget(Database(settings), settings, ANNA)


@pytest.mark.parametrize("step", STEPS)
def test_who_was_half_forgotten_is_forgotten_by_the_next_run(copied, step):
    child = multiprocessing.get_context("fork").Process(
        target=_forget_until, args=(copied.settings, step)
    )
    child.start()
    child.join(timeout=60)
    assert child.exitcode == -signal.SIGKILL
    certificate = forget(copied, copied.settings, ANNA)
    assert certificate["rows"] == ROWS
    assert certificate["remains"]["files_that_name_the_person"] == []
    after = bytes_of(copied.settings.data_dir)
    for name in names_of(copied, ANNA):
        assert name not in everything(copied)
        assert [f for f, content in after.items() if name.encode() in content] == []
    assert linked_ids(copied.settings.data_dir / "linked.parquet") == set(ORDERS[BERT])
    lines = everything(copied).splitlines()
    assert sum("'person.forgotten'" in line for line in lines) == 1


def test_to_forget_twice_changes_nothing(copied):
    first = forget(copied, copied.settings, ANNA)
    second = forget(copied, copied.settings, ANNA)
    assert set(second["rows"].values()) == {0}
    assert (first["was_known"], second["was_known"]) == (True, False)
    assert second["certificate_id"] != first["certificate_id"]
    assert second["whose"] != first["whose"]
    assert count(copied, Order) == 2


def test_a_later_import_leaves_a_forgotten_person_out(copied, tmp_path):
    forget(copied, copied.settings, ANNA)
    report = import_folder(copied, copied.settings, export(tmp_path / "export")).files
    orders, returns = report["orders"], report["returns"]
    assert (orders.read, orders.forgotten, orders.unchanged) == (5, 3, 2)
    assert (orders.added, orders.rejected) == (0, 0)
    assert (returns.read, returns.forgotten, returns.unchanged) == (2, 1, 1)
    assert returns.rejected == 0
    for name in names_of(copied, ANNA):
        assert name not in everything(copied)
    assert report["products"].forgotten == 0


def test_a_row_without_a_customer_is_rejected_after_somebody_was_forgotten(
    copied, tmp_path
):
    forget(copied, copied.settings, ANNA)
    folder = export(tmp_path / "export")
    with (folder / "orders.csv").open("a") as file:
        file.write("ORDER-NOBODY,,p1,2026-03-01,1,USD,1,23,94027,web\n")
    report = import_folder(copied, copied.settings, folder).files["orders"]
    assert (report.read, report.forgotten, report.rejected) == (6, 3, 1)


def test_the_daily_tables_are_as_if_the_person_had_never_bought(copied, tmp_path):
    forget(copied, copied.settings, ANNA)
    with open_workbench(copied) as duck:
        store_daily(duck, copied)
        linked = duck.sql("SELECT DISTINCT order_id FROM linked_order").fetchall()
    assert {row[0] for row in linked} == set(ORDERS[BERT])
    with copied.reading() as session:
        bought = session.execute(
            text("SELECT max(order_count) FROM product_day WHERE product_id = 'p1'")
        ).scalar_one()
    assert bought == 2


def test_the_workbench_of_another_machine_follows(copied, tmp_path):
    elsewhere = Settings(data_dir=tmp_path / "other", database_url=copied.settings.url)
    other = Database(elsewhere)
    for left in (ORDERS[ANNA] + ORDERS[BERT], ORDERS[BERT]):
        with open_workbench(other) as duck:
            for table in ('"order"', "linked_order"):
                ids = duck.sql(f"SELECT order_id FROM {table}").fetchall()
                assert {row[0] for row in ids} == set(left)
        forget(copied, copied.settings, ANNA)
    other.close()


def test_every_table_that_could_hold_a_person_is_walked():
    telling = {"customer_pseudonym", "order_id", "intervention_id"}
    holding = {
        table: {n for n in table.column_names() if n in telling or "customer" in n}
        for table in ALL
    }
    assert {t for t, names in holding.items() if names} == set(PERSON_COLUMNS)
    for table, columns in PERSON_COLUMNS.items():
        assert set(columns) <= holding[table]
        if "customer_pseudonym" in holding[table]:
            assert "customer_pseudonym" in columns


# Words that no person can be in, or that speak of none by themselves.
IMPERSONAL = {
    "review.text",
    "risk_card.payload",
    "model_version.features",
    "model_version.figures",
    "listing_draft.draft",
    "crawl_run.item_counts",
    "crawl_run.drop_counts",
    "crawl_run.place",
    "crawl_run.page_items",
    "crawl_run.coverage",
    "alert.facts",
    "finding.body",
}


def test_every_column_of_words_is_searched_or_known_to_name_nobody():
    worded = {
        f"{table.table_name()}.{column.name}"
        for table in ALL
        if table not in PERSON_COLUMNS
        for column in sql_table(table).columns
        if isinstance(column.type, JSON | Text)
    }
    searched = {
        f"{table.table_name()}.{name}"
        for table, names in MENTIONS.items()
        for name in names
    }
    assert worded - searched - IMPERSONAL == set()


def test_it_says_so_while_somebody_reads_what_was_deleted(copied, monkeypatch):
    monkeypatch.setattr(pages, "PATIENCE_MS", 100)
    reader = Database(copied.settings)
    with reader.reading() as session:
        session.execute(text("SELECT count(*) FROM review")).scalar_one()
        with pytest.raises(DatabaseError, match="run the same command again"):
            forget(copied, copied.settings, ANNA)
    reader.close()
    certificate = forget(copied, copied.settings, ANNA)
    assert certificate["rows"] == ROWS
    held = bytes_of(copied.settings.data_dir).values()
    for name in names_of(copied, ANNA):
        assert not any(name.encode() in content for content in held)


def test_a_file_that_cannot_be_read_is_named(copied):
    (copied.settings.data_dir / "linked.parquet").write_bytes(b"PAR1 damaged")
    assert subject(copied, copied.settings, ANNA)["files"]["linked.parquet"] is None
    certificate = forget(copied, copied.settings, ANNA)
    unread = certificate["remains"]["files_that_could_not_be_read"]
    assert unread == ["linked.parquet"]


def test_scores_lose_the_person_too(copied):
    file = copied.settings.data_dir / "scores.csv"
    file.write_text(
        f"order_id,regret_risk\n{ORDERS[ANNA][0]},0.5\n{ORDERS[BERT][0]},0.1\n"
    )
    note_export(copied.settings, file, "scores")
    draft = file.with_name("scores.csv.12345")  # of a writer that was killed
    draft.write_text(ORDERS[ANNA][0])
    assert forget(copied, copied.settings, ANNA)["files"]["scores.csv"] == 1
    assert file.read_text().split() == [
        "order_id,regret_risk",
        f"{ORDERS[BERT][0]},0.1",
    ]
    assert not draft.exists()


def test_an_import_under_way_ends_first(database, tmp_path):
    """Else it would bring back, a moment later, who was just forgotten."""
    fill(database, tmp_path / "export")
    forgotten = threading.Thread(
        target=forget, args=(database, database.settings, ANNA)
    )
    with database.writing() as session:
        wait_for_turn(session, PEOPLE)
        forgotten.start()
        forgotten.join(timeout=1)
        assert (count(database, Order), count(database, Forgotten)) == (5, 0)
    forgotten.join(timeout=30)
    assert count(database, Order) == 2
