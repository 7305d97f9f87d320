import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect
from sqlmodel import SQLModel

from store.database import Database, open_database
from store.errors import DatabaseError
from store.settings import Settings
from store.tables import ALL, Product


def test_migrations_go_up_and_down(database):
    with database.engine.connect() as connection:
        assert {t.table_name() for t in ALL} <= set(
            inspect(connection).get_table_names()
        )
    database.downgrade()
    with database.engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    database.upgrade()
    assert database.revision() is not None


def test_migrations_make_what_the_tables_say(database):
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_an_empty_database_is_created_and_an_unknown_schema_refused(settings):
    database = open_database(settings)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    database.close()
    with pytest.raises(DatabaseError, match="trendguard db upgrade"):
        open_database(settings)


def test_a_database_that_is_away_is_said_so(tmp_path):
    url = "postgresql://nobody@127.0.0.1:1/none"
    with pytest.raises(DatabaseError, match="TRENDGUARD_DATABASE_URL"):
        open_database(Settings(data_dir=tmp_path, database_url=url))


def test_every_column_is_described():
    for table in ALL:
        assert (table.__doc__ or "").strip()
        for name, field in table.model_fields.items():
            assert field.description, f"{table.table_name()}.{name}"


def test_what_was_closed_is_written_before_and_not_opened_again(database):
    def write():
        with database.writing() as session:
            session.add(Product(product_id="p", title="cup"))

    database.before_close(write)
    database.close()
    with pytest.raises(DatabaseError, match="was closed"):
        write()
    again = open_database(database.settings)
    with again.reading() as session:
        assert session.get(Product, "p").title == "cup"
    again.close()


def test_a_reader_does_not_wait_for_a_writer(settings):
    database = Database(settings)
    database.upgrade()
    with database.writing() as writer, database.reading() as reader:
        writer.connection().exec_driver_sql("DELETE FROM product")
        reader.connection().exec_driver_sql("SELECT 1 FROM product").all()
    database.close()
