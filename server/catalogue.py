"""The catalogue as one worker sees it: how it is cut into buckets, which model it has.

Asked for on every request and so kept, but looked at again every few seconds: new
cards or a new model are seen by every worker without a restart.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from store.database import Database
from store.tables import ModelVersion, RiskCard

LOOK_AGAIN_SECONDS = 3.0
# One hex digit at the least: an address is never the whole catalogue. Eight at the
# most: nine would leave a shopper alone in the largest catalogue there is.
PREFIX_MIN, PREFIX_MAX = 1, 8


@dataclass(frozen=True)
class Buckets:
    """How the keys of all cards are cut."""

    prefix_length: int
    """Hex digits a browser sends."""

    card_count: int
    """Cards there are."""

    bucket_count: int
    """Buckets that can be asked for."""

    smallest: int
    """Cards in the smallest of them; 0 if one is empty."""

    median: int
    """Cards in the middle one."""


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

    buckets: Buckets
    """How it is cut."""

    model: ServedModel | None
    """None: nothing was trained yet."""

    computed_at: datetime | None
    """When the newest card was computed, UTC."""


class CatalogueView:
    """Keeps the catalogue of one worker up to date.

    Parameters
    ----------
    bucket_cards : int
        A bucket is to hold at least so many cards.
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
        self._bucket_cards = bucket_cards
        self._clock = clock
        self._lock = threading.Lock()
        self._looked_at = float("-inf")
        self._stamp: object = None
        self._catalogue: Catalogue | None = None

    def current(self) -> Catalogue:
        """Return the catalogue, at most a few seconds old."""
        with self._lock:
            age = self._clock() - self._looked_at
            if self._catalogue is None or age > LOOK_AGAIN_SECONDS:
                self._look()
                self._looked_at = self._clock()
            assert self._catalogue is not None
            return self._catalogue

    def _look(self) -> None:
        with self._database.reading() as session:
            model = _served_model(session)
            newest, count = session.exec(
                select(func.max(RiskCard.computed_at), func.count())
            ).one()
            stamp = (model, newest, count)
            if stamp != self._stamp or self._catalogue is None:
                buckets = measure(session, self._bucket_cards)
                self._catalogue = Catalogue(buckets, model, newest)
                self._stamp = stamp


def measure(session: Session, bucket_cards: int) -> Buckets:
    """Return the longest prefix whose every bucket holds `bucket_cards`, measured.

    Where even one digit makes smaller buckets, one digit it is.
    """
    found = Buckets(PREFIX_MIN, *_sizes(session, PREFIX_MIN))
    for length in range(PREFIX_MIN + 1, PREFIX_MAX + 1):
        if found.card_count < bucket_cards * 16**length:
            break
        longer = Buckets(length, *_sizes(session, length))
        if longer.smallest < bucket_cards:
            break
        found = longer
    return found


def _sizes(session: Session, length: int) -> tuple[int, int, int, int]:
    prefix = func.substr(RiskCard.key, 1, length)
    query = select(func.count()).select_from(RiskCard).group_by(prefix)
    sizes = sorted(session.exec(query).all())
    bucket_count = 16**length
    sizes = [0] * (bucket_count - len(sizes)) + sizes
    return sum(sizes), bucket_count, sizes[0], sizes[bucket_count // 2]


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
