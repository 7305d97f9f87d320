"""Scores of orders while they are placed: the same as of a file of them (`scoring`),
but read from the store as the last refresh left it, for a checkout can't wait for the
workbench.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import duckdb
import pyarrow as pa
from sqlalchemy import func, tuple_
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from ml.daily import link_asked
from ml.daily.following import rate_table
from ml.model import RegretModel
from ml.order_score import OrderScore
from ml.registry.models import champion
from ml.scoring import ASKED_ORDERS, scores_by_id
from store.bulk import arrow_schema, sql_table
from store.database import Database
from store.duck import duck_session, put
from store.errors import NoModelError
from store.importing.checking import check_rows, good_rows, row_faults
from store.importing.references import load_references
from store.importing.references import prepare as prepare_columns
from store.importing.typed import type_texts
from store.settings import Settings
from store.tables import ModelVersion, Order, Product, ProductDay, Return, Table

Texts = Mapping[str, str | None]
TEXTS = pa.schema([(column.name, pa.string()) for column in ASKED_ORDERS.columns])


@dataclass(frozen=True)
class CheckoutScorer:
    """Scores orders; made once, used for many requests.

    Parameters
    ----------
    database, settings : Database, Settings
        Where the daily tables are.
    version : ModelVersion
        What the registry says of the model.
    model : RegretModel
        The checkout model.
    rates : pyarrow.Table
        Exchange rates of days.
    """

    database: Database
    settings: Settings
    version: ModelVersion
    model: RegretModel
    rates: pa.Table

    @classmethod
    def load(cls, database: Database, settings: Settings) -> "CheckoutScorer":
        """Load the served checkout model.

        Raises
        ------
        NoModelError
            If none was trained.
        CorruptModelError
            If its file is not the registered one.
        """
        version, model = champion(database, settings, "checkout")
        return cls(database, settings, version, model, rate_table(settings))

    def score(self, orders: Sequence[Texts]) -> list[OrderScore | str]:
        """Return the score of each order, or why it has none.

        Of customer, ZIP code and age only pseudonym, decile and band leave this call's
        memory.

        Parameters
        ----------
        orders : sequence of mapping
            Columns of the import format's ``orders``, as text. Those of one customer
            and moment are one basket, together with what the store has of it.

        Raises
        ------
        NoModelError
            If the daily tables are empty.
        SettingsError
            If the pseudonyms' key can't be used.
        """
        if not orders:
            return []
        with duck_session(self.settings) as duck, self.database.reading() as session:
            duck.execute("SET threads = 1")  # waking others takes longer than the work
            asked, faults, ids = self._typed(duck, session, orders)
            self._load(duck, session, asked)
            scores = scores_by_id(self.model, link_asked(duck, asked))
        return [
            faults[row] if row in faults else scores[ids[row]]
            for row in range(len(orders))
        ]

    def _typed(
        self, duck: duckdb.DuckDBPyConnection, session: Session, orders: Sequence[Texts]
    ) -> tuple[pa.Table, dict[int, str], dict[int, str]]:
        texts = pa.Table.from_pylist([dict(order) for order in orders], schema=TEXTS)
        prepare_columns(duck, session, self.settings)
        type_texts(duck, texts, ASKED_ORDERS, self.settings.default_currency)
        load_references(duck, session, ASKED_ORDERS)
        check_rows(duck, ASKED_ORDERS)
        faults = dict(row_faults(duck))
        ids = dict(duck.execute("SELECT row, order_id FROM good").fetchall())
        return good_rows(duck).read_all(), faults, ids

    def _load(
        self, duck: duckdb.DuckDBPyConnection, session: Session, asked: pa.Table
    ) -> None:
        """Load what `order_features.sql` reads besides the orders themselves."""
        newest = _newest_day(session)
        day = f"SELECT DATE '{newest}' AS newest_day"
        duck.execute(f"CREATE TABLE bounds AS {day}")
        put(duck, "rate", self.rates)
        products = asked["product_id"].to_pylist()
        bought_on = [at.date() for at in asked["purchased_at"].to_pylist()]
        days = [min(day - timedelta(days=1), newest) for day in bought_on]
        pairs = set(zip(products, days, strict=True))
        key = tuple_(col(ProductDay.product_id), col(ProductDay.day))
        _put_rows(duck, session, ProductDay, key.in_(pairs))
        _put_rows(duck, session, Product, col(Product.product_id).in_(set(products)))
        people = col(Order.customer_pseudonym).in_(
            set(asked["customer_pseudonym"].to_pylist())
        )
        _put_rows(duck, session, Order, people)
        theirs = select(Order.order_id).where(people)
        _put_rows(duck, session, Return, col(Return.order_id).in_(theirs))


def _newest_day(session: Session) -> date:
    newest = session.exec(select(func.max(ProductDay.day))).one()
    if newest is None:
        raise NoModelError("the daily tables are empty: run `trendguard refresh`")
    return newest


def _put_rows(
    duck: duckdb.DuckDBPyConnection, session: Session, table: type[Table], which: Any
) -> None:
    source = sql_table(table)
    rows = session.execute(sql_select(source).where(which)).mappings()
    schema = arrow_schema(list(source.columns))
    found = pa.Table.from_pylist([dict(row) for row in rows], schema=schema)
    put(duck, table.table_name(), found)
