"""Freshness: how old the newest of everything is that the numbers lean on."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from store.settings import Settings
from store.tables import HashtagSnapshot, Listing, ModelVersion, Order

DAY_SECONDS = 86_400


@dataclass(frozen=True)
class Freshness:
    """How old the newest thing of a kind is.

    Attributes
    ----------
    what : str
        ``hashtag``, ``listing``, ``order`` or ``model``.
    newest_at : datetime, optional
        Of the newest, UTC; none where there is none.
    age_days : float, optional
        How old that is.
    most_days : int
        How old it may be, 0 for any age.
    """

    what: str
    newest_at: datetime | None
    age_days: float | None
    most_days: int

    @property
    def stale(self) -> bool:
        """Whether it is too old, or was never there."""
        if not self.most_days:
            return False
        return self.age_days is None or self.age_days > self.most_days

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self) | {"stale": self.stale}


def find_freshness(
    session: Session, settings: Settings, now: datetime
) -> list[Freshness]:
    """Return the age of the newest hashtag total, offer, order and served model."""
    champions = select(func.min(ModelVersion.trained_at)).where(
        col(ModelVersion.role) == "champion"
    )
    asked: tuple[tuple[str, Any, int], ...] = (
        ("hashtag", _newest(HashtagSnapshot.observed_at), settings.hashtag_stale_days),
        ("listing", _newest(Listing.observed_at), settings.listing_stale_days),
        ("order", _newest(Order.purchased_at), settings.order_stale_days),
        ("model", champions, settings.model_stale_days),
    )
    return [
        _freshness(what, session.exec(query).one(), most_days, now)
        for what, query, most_days in asked
    ]


def _newest(column: Any) -> Any:
    return select(func.max(column))


def _freshness(
    what: str, newest: datetime | None, most_days: int, now: datetime
) -> Freshness:
    age = None if newest is None else (now - newest).total_seconds() / DAY_SECONDS
    return Freshness(what, newest, age, most_days)
