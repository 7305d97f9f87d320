"""The model at work: cards for products of the catalogue and for others."""

import hashlib
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc
from cachetools import TTLCache
from sqlalchemy import func, select
from sqlmodel import Session, col

from ml.card import Card, Kept
from ml.cards import CardMaker, Facts
from ml.lifespan import stored_lifespan
from ml.registry.models import champion
from ml.strangers import Strangers
from store.bulk import sql_table
from store.clock import utc_now
from store.database import Database
from store.errors import NoModelError, RequestError
from store.keeping import Keeper
from store.keys import card_keys
from store.money import read_rates
from store.privacy import AGE_BANDS
from store.reading import read_rows
from store.settings import Settings
from store.tables import (
    Order,
    Population,
    Product,
    ProductDay,
    RiskCard,
)

# Answers are remembered for so long: a page that many look at is worked out once.
KEPT_SECONDS = 300
KEPT_ANSWERS = 2_048
BANDS = [band for band in AGE_BANDS if band not in ("0-4", "5-9", "10-14")]


@dataclass(frozen=True)
class KnownKeys:
    """The keys of all cards, 8 bytes each: who is not among them is not looked up.

    Parameters
    ----------
    heads : array (n_cards,) of uint64
        The first 16 digits of each, rising.
    """

    heads: npt.NDArray[np.uint64]

    @classmethod
    def load(cls, session: Session) -> "KnownKeys":
        """Read the keys of all cards."""
        rows = read_rows(session, select(sql_table(RiskCard).c.key))
        heads = "".join(pc.utf8_slice_codeunits(rows["key"], 0, 16).to_pylist())
        return cls(np.sort(np.frombuffer(bytes.fromhex(heads), ">u8").astype("u8")))

    def __contains__(self, key: str) -> bool:
        """Tell whether there may be a card of this key; seldom wrongly so."""
        head = np.uint64(int(key[:16], 16))
        at = self.heads.searchsorted(head)
        return bool(at < len(self.heads) and self.heads[at] == head)


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
    strangers : Strangers
        Knows what is known of others.
    keys : KnownKeys
        The keys of all cards.
    usd_per_unit : dict
        Currency -> its newest rate.
    """

    database: Database
    settings: Settings
    maker: CardMaker
    day: date
    strangers: Strangers
    keys: KnownKeys
    usd_per_unit: dict[str, float]
    _answers: Keeper[bytes, Card] = field(
        default_factory=lambda: Keeper(
            TTLCache(KEPT_ANSWERS, timedelta(seconds=KEPT_SECONDS), timer=utc_now)
        ),
        init=False,
        repr=False,
    )

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
            maker = CardMaker(
                version, model, band_shares(session), stored_lifespan(session), settings
            )
            strangers, keys = Strangers.load(session, day), KnownKeys.load(session)
        rates = newest_rates(settings)
        return cls(database, settings, maker, day, strangers, keys, rates)

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

        One that was asked for in the last minutes is the same again.

        Raises
        ------
        RequestError
            If nothing in the description can be looked up.
        """
        said: Facts = {
            "title": title,
            "brand": brand,
            "category": category,
            "price": price,
            "currency": currency,
            "gtin": gtin,
            "url": url,
        }
        # Only a hash of what was asked is kept.
        name = hashlib.blake2b(repr(said).encode("utf-8", "replace")).digest()
        card = self._answers.get(name)
        if card is None:
            card = self._made(said)
            self._answers.put(name, card)
        return card

    def _made(self, said: Facts) -> Card:
        keys = card_keys(said["url"], said["gtin"], said["brand"], said["title"])
        if not keys:
            raise RequestError("a title needs a letter or a digit")
        known, kept = self._known(keys)
        facts = known or self.strangers.facts(said["title"], said["category"])
        facts = {name: said[name] for name in ("brand", "category")} | facts
        facts |= self._priced(facts, said["price"], said["currency"])
        return self.maker.make([(keys[0], facts, kept)], utc_now())[0]

    def catalogue(self, session: Session) -> dict[str, Facts]:
        """Return the feature row of every product that anything is known of."""
        return {facts["product_id"]: facts for facts in self._rows(session)}

    def _known(self, keys: list[str]) -> tuple[Facts | None, Kept | None]:
        """Return the facts of a product of the catalogue, and what is kept of it."""
        if not any(key in self.keys for key in keys):
            return None, None
        with self.database.reading() as session:
            for key in keys:
                if found := session.get(RiskCard, key):
                    facts = next(iter(self._rows(session, found.product_id)), None)
                    kept = found.payload.get("kept_180_days")
                    return facts, Kept(**kept) if kept else None
        return None, None

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
