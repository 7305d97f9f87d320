"""One bucket out of the store: what is asked for most, and so past all layers that a
single row does not need.
"""

from contextlib import closing
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select, true

from store.bulk import sql_table
from store.database import Database
from store.errors import DatabaseError
from store.packing import Packed, as_gzip, as_json
from store.tables import CardBucket, CardCatalogue

_BUCKET, _CATALOGUE = sql_table(CardBucket), sql_table(CardCatalogue)
# One statement: lengths and bucket are of the same moment.
_QUERY = (
    select(
        _BUCKET.c.etag,
        _BUCKET.c.json_bytes,
        _BUCKET.c.body,
        _CATALOGUE.c.largest_body_bytes,
        _CATALOGUE.c.largest_json_bytes,
        _CATALOGUE.c.etag,
    )
    .join_from(_BUCKET, _CATALOGUE, true())
    .where(_BUCKET.c.prefix == bindparam("prefix"))
)


class Sent(NamedTuple):
    """The bytes of an answer, and what names its content."""

    etag: str
    text: bytes


class Found(NamedTuple):
    """A bucket, and how long those of its catalogue are at the most."""

    packed: Packed
    largest_body_bytes: int
    largest_json_bytes: int
    catalogue_etag: str

    def sent(self, *, compressed: bool) -> Sent:
        """Return it as gzip or as JSON, padded."""
        text = (
            as_gzip(self.packed.body, self.largest_body_bytes)
            if compressed
            else as_json(self.packed.body, self.largest_json_bytes)
        )
        return Sent(self.packed.etag, text)


class BucketReader:
    """Reads buckets from one database.

    Parameters
    ----------
    database : Database
        Its connections are used, one for each call.
    """

    def __init__(self, database: Database) -> None:
        self._engine = database.engine
        query = _QUERY.compile(self._engine)
        self._sql, self._in_order = query.string, query.positional
        driver: Any = self._engine.dialect.loaded_dbapi
        self._failures = (driver.OperationalError, driver.InterfaceError)

    def read(self, prefix: str) -> Found | None:
        """Return the bucket of a prefix of the published length; else None.

        Raises
        ------
        DatabaseError
            If the database is away.
        """
        values = (prefix,) if self._in_order else {"prefix": prefix}
        try:
            with closing(self._engine.raw_connection()) as connection:
                row = connection.cursor().execute(self._sql, values).fetchone()
        except self._failures as error:
            raise DatabaseError("the database of the look-up is away") from error
        return Found(Packed(*row[:3]), *row[3:]) if row else None
