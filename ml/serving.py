"""The model at work: cards for products of the catalogue and for others."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from ml.card import Card, Kept
from ml.cards import CardMaker, Facts
from ml.lifespan import stored_lifespan
from ml.matching import HashtagIndex, hashtag_index
from ml.registry.versions import champion
from store.clock import utc_now
from store.database import Database
from store.errors import NoModelError, RequestError
from store.keys import card_keys
from store.money import read_rates
from store.privacy import AGE_BANDS
from store.settings import Settings
from store.tables import (
    HashtagDay,
    Order,
    Population,
    Product,
    ProductDay,
    RiskCard,
)

BANDS = [band for band in AGE_BANDS if band not in ("0-4", "5-9", "10-14")]


@dataclass(frozen=True)
class Scorer:
    """Answers for any product; made once, used for many requests.

    Parameters
    ----------
    database, settings : Database, Settings
        Where the daily tables are.
    maker : CardMaker
        The model.
    day : date
        The newest day that was over when this was loaded: what is served reads it, as
        training reads the day before each order.
    hashtag_index : HashtagIndex
        Which hashtags speak of a title.
    usd_per_unit : dict
        Currency -> its newest rate.
    """

    database: Database
    settings: Settings
    maker: CardMaker
    day: date
    hashtag_index: HashtagIndex
    usd_per_unit: dict[str, float]

    @classmethod
    def load(cls, database: Database, settings: Settings) -> "Scorer":
        """Load the served shopper model and what goes with it.

        Raises
        ------
        NoModelError
            If none was trained.
        CorruptModelError
            If its file is not the registered one.
        """
        version, model = champion(database, settings, "shopper")
        with database.reading() as session:
            day = newest_day(session)
            tags = session.execute(
                select(col(HashtagDay.hashtag)).where(col(HashtagDay.day) == day)
            )
            maker = CardMaker(
                version, model, band_shares(session), stored_lifespan(session), settings
            )
            index = hashtag_index(session, tags.scalars())
        return cls(database, settings, maker, day, index, newest_rates(settings))

    def card(
        self,
        title: str,
        *,
        brand: str | None = None,
        category: str | None = None,
        price: Decimal | None = None,
        currency: str | None = None,
        gtin: str | None = None,
        url: str | None = None,
    ) -> Card:
        """Return the card of a product described by what its page says.

        Raises
        ------
        RequestError
            If nothing in the description can be looked up.
        """
        keys = card_keys(url, gtin, brand, title)
        if not keys:
            raise RequestError("a title needs a letter or a digit")
        with self.database.reading() as session:
            product_id, kept = self._known(session, keys)
            facts = self._facts(session, product_id) or self._guessed(session, title)
        said: Facts = {"brand": brand, "category": category}
        facts = said | facts | self._priced(facts, price, currency)
        return self.maker.make([(keys[0], facts, kept)], utc_now())[0]

    def catalogue(self, session: Session) -> dict[str, Facts]:
        """Return the feature row of every product that anything is known of."""
        return {facts["product_id"]: facts for facts in self._rows(session)}

    def _known(self, session: Session, keys: list[str]) -> tuple[str, Kept | None]:
        for key in keys:
            if found := session.get(RiskCard, key):
                kept = found.payload.get("kept_180_days")
                return found.product_id, Kept(**kept) if kept else None
        return "", None

    def _facts(self, session: Session, product_id: str) -> Facts | None:
        rows = self._rows(session, product_id) if product_id else []
        return rows[0] if rows else None

    def _rows(self, session: Session, product_id: str = "") -> list[Facts]:
        query = (
            select(ProductDay, Product)
            .join(Product, col(Product.product_id) == col(ProductDay.product_id))
            .where(col(ProductDay.day) == self.day)
        )
        if product_id:
            query = query.where(col(ProductDay.product_id) == product_id)
        return [
            day.model_dump()
            | {"category": product.category, "brand": product.brand}
            | {"price_usd": day.list_price_usd}
            for day, product in session.execute(query)
        ]

    def _guessed(self, session: Session, title: str) -> Facts:
        """Return what is known of a product that is not in the catalogue."""
        matched = dict(self.hashtag_index.match(title))
        facts: Facts = dict.fromkeys(ProductDay.column_names())
        facts |= {"resale_n": 0, "sentiment_n": 0, "order_count": 0, "return_n": 0}
        facts |= {"recent_order_count": 0, "other_language_n": 0}
        facts["return_rate"] = self._shop_rate(session)
        days = session.execute(
            select(HashtagDay).where(
                col(HashtagDay.day) == self.day, col(HashtagDay.hashtag).in_(matched)
            )
        ).scalars()
        best = max(
            days, key=lambda h: matched[h.hashtag] * h.smooth_views, default=None
        )
        if best is None:
            return facts
        shared = set(facts) & set(HashtagDay.column_names())
        return (
            facts
            | {name: getattr(best, name) for name in shared}
            | {"trend_as_of": best.observed_at}
        )

    def _shop_rate(self, session: Session) -> float | None:
        weight = col(ProductDay.return_n)
        rate = session.execute(
            select(
                func.sum(col(ProductDay.return_rate) * weight)
                / func.nullif(func.sum(weight), 0)
            ).where(col(ProductDay.day) == self.day)
        ).scalar()
        return None if rate is None else float(rate)

    def _priced(
        self, facts: Facts, price: Decimal | None, currency: str | None
    ) -> Facts:
        """Return the page's price in dollars, else the list price in its place."""
        rate = self.usd_per_unit.get(currency or self.settings.default_currency)
        if not price or rate is None:
            return {"price_usd": facts.get("list_price_usd")}
        return {"price_usd": float(price) * rate, "price_source": "the product page"}


def newest_rates(settings: Settings) -> dict[str, float]:
    """Return what one unit of each currency is worth today, in US dollars."""
    today = utc_now().date()
    dated = sorted(row for row in read_rates(settings.rates_file) if row[0] <= today)
    return {currency: rate for _, currency, rate in dated}


def newest_day(session: Session) -> date:
    """Return the newest day of the daily tables that is over.

    Raises
    ------
    NoModelError
        If they are empty.
    """
    yesterday = utc_now().date() - timedelta(days=1)
    newest: Any = session.execute(
        select(func.max(ProductDay.day)).where(col(ProductDay.day) <= yesterday)
    ).scalar()
    if newest is None:
        raise NoModelError("the daily tables are empty: run `trendguard refresh`")
    day: date = newest
    return day


def band_shares(session: Session) -> dict[str, float]:
    """Return the age mix cards speak of: the population's, else the buyers'."""
    given = dict(
        session.execute(select(col(Population.age_band), col(Population.share))).all()
    )
    if not given:
        counted = select(col(Order.age_band), func.count()).group_by(Order.age_band)
        given = {band: float(n) for band, n in session.execute(counted) if band}
    known = {band: float(given.get(band, 0)) for band in BANDS}
    total = sum(known.values())
    if not total:
        return dict.fromkeys(BANDS, 1 / len(BANDS))
    return {band: share / total for band, share in known.items()}
