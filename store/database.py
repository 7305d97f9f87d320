"""The database: where it is, how it is opened, how its schema is brought up to date."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from store.changes import write_changes
from store.errors import DatabaseError
from store.settings import Settings

# The cache (64 MB) keeps the indexes of a large import in memory.
SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "foreign_keys=ON",
    "cache_size=-65536",
)
MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """One database; hands out sessions that commit as a whole or not at all.

    Parameters
    ----------
    settings : Settings
        Says where it is.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.engine = _engine(settings)
        self._before_close: list[Callable[[], None]] = []

    @contextmanager
    def reading(self, *, one_moment: bool = False) -> Iterator[Session]:
        """Yield a session for reading; on SQLite it never waits for a writer.

        Parameters
        ----------
        one_moment : bool
            All that is read is of the time of the first query, as on SQLite anyway.
        """
        engine = self.engine
        if one_moment and engine.dialect.name == "postgresql":
            engine = engine.execution_options(isolation_level="REPEATABLE READ")
        with _explained(self.settings), Session(engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Yield a session that commits at the end, or leaves no trace on an error."""
        engine = self.engine.execution_options(sqlite_begin="IMMEDIATE")
        with (
            _explained(self.settings),
            Session(engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session
            write_changes(session)

    def upgrade(self, revision: str = "head") -> None:
        """Create the database or migrate it up to `revision`."""
        self._migrate(command.upgrade, revision)

    def downgrade(self, revision: str = "base") -> None:
        """Migrate down to `revision`; tables made after it are dropped."""
        self._migrate(command.downgrade, revision)

    def revision(self) -> str | None:
        """Return the schema's revision, or None for an empty database."""
        with _explained(self.settings), self.engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()

    def before_close(self, write: Callable[[], None]) -> None:
        """Have `write` called by `close`, while there still is a database."""
        self._before_close.append(write)

    def close(self) -> None:
        """Give every connection back; none is opened again."""
        while self._before_close:
            self._before_close.pop()()
        event.listen(self.engine, "do_connect", _refuse)
        self.engine.dispose()

    def _migrate(self, step: Any, revision: str) -> None:
        # One transaction around the look and the change, so that two processes
        # starting at once do not both create the tables.
        engine = self.engine.execution_options(sqlite_begin="IMMEDIATE")
        with (
            _explained(self.settings),
            engine.connect() as connection,
            _tables_made_anew(connection),
            connection.begin(),
        ):
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7461727)")
            config = alembic_config()
            config.attributes["connection"] = connection
            step(config, revision)


def open_database(settings: Settings) -> Database:
    """Open the database; an empty one is created, an old one refused.

    Raises
    ------
    DatabaseError
        If it can't be reached, or its schema is of another version.
    """
    database = Database(settings)
    current = database.revision()
    if current is None:
        database.upgrade()
    elif current != newest_revision():
        database.close()
        raise DatabaseError(
            f"the database has schema {current}, this version needs "
            f"{newest_revision()}: "
            "back it up, then run `trendguard db upgrade`"
        )
    from store.people.rotation import settle  # noqa: PLC0415 - it needs this module

    settle(database)
    return database


@cache
def newest_revision() -> str | None:
    """Return the revision of the schema that this version needs."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head()


def alembic_config() -> Config:
    """Return Alembic's configuration; there is no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _engine(settings: Settings) -> Engine:
    if not settings.url.startswith("sqlite"):
        return create_engine(settings.url, pool_pre_ping=True, hide_parameters=True)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        settings.url, connect_args={"timeout": 30}, hide_parameters=True
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _refuse(*_: Any) -> None:
    raise DatabaseError("this database was closed")


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own BEGIN comes too late for DDL and reads: we send ours.
    connection.isolation_level = None
    for pragma in SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")


@contextmanager
def _tables_made_anew(connection: Connection) -> Iterator[None]:
    # SQLite changes a table by making it anew, and would refuse to drop the old one
    # while rows of others point to it.
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.dbapi_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


@contextmanager
def _explained(settings: Settings) -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        place = settings.url.split("@")[-1]
        raise DatabaseError(
            f"the database at {place} can't be used: {error.orig}; check that it runs "
            "and that TRENDGUARD_DATABASE_URL or TRENDGUARD_DATA_DIR is right"
        ) from error
