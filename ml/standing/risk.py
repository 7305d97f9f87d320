"""The table `risk_week`: what is at risk this week, as the cards say, by product,
hashtag, category and for the whole shop.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import duckdb
import pyarrow as pa
from sqlalchemy import delete

from ml.card import Card
from ml.standing.paid_orders import view_paid_orders
from store.bulk import arrow_schema, insert_rows, sql_table
from store.database import Database
from store.duck import put, sql_beside
from store.tables import RiskWeek

CARD_RISK = pa.schema(
    {
        "product_id": pa.string(),
        "order_count": pa.int64(),
        "risk": pa.float64(),
        "risk_low": pa.float64(),
        "risk_high": pa.float64(),
        "evidence": pa.string(),
    }
)


def store_risk_week(
    duck: duckdb.DuckDBPyConnection,
    database: Database,
    day: date,
    facts: Mapping[str, Mapping[str, Any]],
    cards: Mapping[str, Card],
) -> int:
    """Put the week's rows in the place of those it had; return how many there are.

    Parameters
    ----------
    day : date
        The day whose end `facts` and `cards` speak of.
    facts : dict
        Product -> its row of `product_day`.
    cards : dict
        Product -> its card.
    """
    view_paid_orders(duck)
    put(duck, "card_risk", _card_risk(facts, cards))
    put(duck, "asked", pa.table({"day": [day]}))
    rows = duck.sql(sql_beside(__file__, "risk_week")).to_arrow_table()
    for name in ("card_risk", "asked"):
        duck.execute(f"DROP TABLE {name}")
    week = day - timedelta(days=day.weekday())
    for name, value in (("week", week), ("day", day)):
        rows = rows.append_column(name, pa.repeat(pa.scalar(value), rows.num_rows))
    target = sql_table(RiskWeek)
    schema = arrow_schema([target.c[name] for name in rows.schema.names])
    with database.writing() as session:
        session.execute(delete(target).where(target.c.week == week))
        return insert_rows(session, target, rows.cast(schema))


def _card_risk(
    facts: Mapping[str, Mapping[str, Any]], cards: Mapping[str, Card]
) -> pa.Table:
    rows = [
        {
            "product_id": product_id,
            "order_count": facts[product_id]["recent_order_count"],
            "risk": card.risk,
            "risk_low": card.risk_low,
            "risk_high": card.risk_high,
            "evidence": card.evidence,
        }
        for product_id, card in cards.items()
    ]
    return pa.Table.from_pylist(rows, CARD_RISK)
