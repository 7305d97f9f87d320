"""The catalogue as one worker sees it: how it is cut into buckets, which model it has.

Asked for on every request and so kept, but looked at again every few seconds: new
cards or a new model are seen by every worker without a restart.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from store.buckets import PREFIX_MIN
from store.database import Database
from store.tables import CardCatalogue, ModelVersion

LOOK_AGAIN_SECONDS = 3.0


@dataclass(frozen=True)
class ServedModel:
    """The model the cards come from."""

    version: str
    """Its version."""

    trained_on: str
    """``retailer`` or ``sample``."""

    trained_at: datetime
    """When, UTC."""


@dataclass(frozen=True)
class Catalogue:
    """What there is to serve."""

    buckets: CardCatalogue
    """How it is cut."""

    model: ServedModel | None
    """None: nothing was trained yet."""

    @property
    def computed_at(self) -> datetime | None:
        """When the newest card was computed, UTC."""
        return self.buckets.computed_at


class CatalogueView:
    """Keeps the catalogue of one worker up to date.

    Parameters
    ----------
    bucket_cards : int
        What a bucket is said to hold where no cards were made yet.
    clock : callable
        Seconds; only tests give another one.
    """

    def __init__(
        self,
        database: Database,
        bucket_cards: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._empty = _no_cards(bucket_cards)
        self._clock = clock
        self._lock = threading.Lock()
        self._looked_at = float("-inf")
        self._catalogue: Catalogue | None = None

    def current(self) -> Catalogue:
        """Return the catalogue, at most a few seconds old."""
        with self._lock:
            age = self._clock() - self._looked_at
            if self._catalogue is None or age > LOOK_AGAIN_SECONDS:
                self._catalogue = self._look()
                self._looked_at = self._clock()
            return self._catalogue

    def _look(self) -> Catalogue:
        with self._database.reading(one_moment=True) as session:
            buckets = session.get(CardCatalogue, 1) or self._empty
            return Catalogue(buckets, _served_model(session))


def _no_cards(wanted: int) -> CardCatalogue:
    return CardCatalogue(
        catalogue_id=1,
        etag="",
        prefix_length=PREFIX_MIN,
        wanted=wanted,
        card_count=0,
        smallest=0,
        median=0,
        largest_body_bytes=0,
        largest_json_bytes=0,
    )


def _served_model(session: Session) -> ServedModel | None:
    newest = (
        select(ModelVersion)
        .where(ModelVersion.purpose == "shopper", ModelVersion.role == "champion")
        .order_by(col(ModelVersion.trained_at).desc())
        .limit(1)
    )
    model = session.exec(newest).first()
    if model is None:
        return None
    return ServedModel(model.version, model.trained_on, model.trained_at)
