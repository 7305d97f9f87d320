"""Buckets as one worker sends them: padded, the last ones asked for kept in memory."""

from cachetools import LRUCache

from server.catalogue import CatalogueView
from store.database import Database
from store.keeping import Keeper
from store.look_up import BucketReader, Sent

KEPT_BYTES = 32 * 2**20


class BucketView:
    """Gives the buckets of the published length.

    Parameters
    ----------
    catalogue : CatalogueView
        What it sees changed is no longer sent from memory.
    """

    def __init__(self, database: Database, catalogue: CatalogueView) -> None:
        self._reader = BucketReader(database)
        self._catalogue = catalogue
        self._kept: Keeper[tuple[str, str], Sent] = Keeper(
            LRUCache(KEPT_BYTES, getsizeof=lambda sent: len(sent.text))
        )

    def sent(self, prefix: str, *, compressed: bool) -> Sent | None:
        """Return a bucket, or None where the prefix is not of that length.

        Raises
        ------
        DatabaseError
            If the database is away.
        """
        if not compressed:
            found = self._reader.read(prefix)
            return found and found.sent(compressed=False)
        key = (self._catalogue.current().buckets.etag, prefix)
        return self._kept.get(key) or self._read(key)

    def _read(self, key: tuple[str, str]) -> Sent | None:
        found = self._reader.read(key[1])
        if found is None:
            return None
        sent = found.sent(compressed=True)
        # What is newer than the catalogue as it was seen is not kept as part of it.
        if found.catalogue_etag == key[0] and len(sent.text) <= KEPT_BYTES:
            self._kept.put(key, sent)
        return sent
